"""Every act at every moment of a push, over the toy platform, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
import stamina

from fbridge.sandbox import ServedSandbox
from tests.contract.toy_store import ToyUnderTest
from tests.people import evening
from tests.people.acts import ACTS
from tests.people.evening import Evenings, PersonsAct, Scenario, evenings_of, spend

SCENARIOS: tuple[Scenario, ...] = (
    evening.all_well,
    evening.answer_lost,
    evening.request_lost,
    evening.waited,
    evening.refused_before,
    evening.correction,
    evening.correction_lost,
)


@pytest.fixture
def evenings(install_toy: Callable[[str], None], database_url: str, tmp_path: Path) -> Iterator[Evenings]:
    install_toy("adapter:adapter")
    from fbridge_toy.sandbox import ToySandbox

    with (
        stamina.set_testing(True, attempts=4, cap=True),
        ServedSandbox(ToySandbox(), "127.0.0.1", 0) as served,
        evenings_of(
            ToyUnderTest(served), tmp_path, database_url=database_url, without_tracking="wait:1h"
        ) as made,
    ):
        yield made


@pytest.mark.slow
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_every_act_at_every_moment(evenings: Evenings, scenario: Scenario, act: PersonsAct) -> None:
    for at in count(1):
        if not spend(evenings, scenario, act, at).happened:
            break
