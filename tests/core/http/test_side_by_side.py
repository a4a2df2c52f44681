"""Several requests at once, and one thread that hears of each."""

from __future__ import annotations

from threading import Barrier, Event, Lock
from time import sleep

import pytest

from fbridge.http.side_by_side import side_by_side


def test_so_many_at_once_and_never_more() -> None:
    together, lock, now, most = Barrier(3, timeout=5), Lock(), 0, 0

    def act(_: int) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        together.wait()
        with lock:
            now -= 1

    assert sorted(side_by_side(range(6), act, 3)) == list(range(6))
    assert most == 3


def test_nothing_to_do() -> None:
    assert list(side_by_side([], print, 3)) == []


def test_after_a_fault_nothing_more_is_begun_and_the_others_are_told_first() -> None:
    begun: list[int] = []
    goes_on, stopped = Event(), Event()

    def act(item: int) -> None:
        begun.append(item)
        if item == 0:
            goes_on.wait(5)
        if item == 1:
            raise ValueError("broken")

    def stop() -> None:
        stopped.set()
        goes_on.set()

    told: list[int] = []
    with pytest.raises(ValueError, match="broken"):
        told.extend(side_by_side(range(50), act, 2, stop))
    assert stopped.is_set()
    assert 0 in told
    assert len(begun) < 50


def test_when_nobody_listens_any_more_nothing_more_is_begun() -> None:
    begun: list[int] = []
    stopped = Event()

    def act(item: int) -> None:
        begun.append(item)
        sleep(0.02)

    items = side_by_side(range(50), act, 2, stopped.set)
    next(items)
    items.close()  # type: ignore[attr-defined]
    assert stopped.is_set()
    assert len(begun) < 10
