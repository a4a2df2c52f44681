"""No second holds more requests than the settings allow, whatever the rate; a pause is not saved up."""

from __future__ import annotations

from itertools import pairwise

import pytest

from fbridge.http.rate_limit import waiter


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize("rate", [0.25, 2, 3, 300, 999.5])
def test_requests_are_spaced_evenly(rate: float) -> None:
    clock = Clock()
    wait = waiter(rate, clock=clock, pause=clock.pause)
    went = []
    for at_once in (50, 50):
        for _ in range(at_once):
            wait()
            went.append(clock.now)
        clock.pause(60)
    gaps = [after - before for before, after in pairwise(went)]
    assert gaps.pop(49) > 59
    assert gaps == pytest.approx([1 / rate] * 98)
