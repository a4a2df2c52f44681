"""A person's act during a push to each of the emulated platforms: at chosen moments; exhaustively where asked for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.people import acts, evening
from tests.people.acts import ACTS
from tests.people.evening import Evenings, PersonsAct, Scenario, spend
from tests.people.stores import PLATFORMS, evenings_on

ON_EACH = ("woocommerce", "prestashop", "magento", "shopify")
CHOSEN = (
    (acts.leave_behind_and_withdraw, "after a request"),
    (acts.adopt, "told reading"),
    (acts.set_number, "told reading"),
)
"""Between read and claim; while the order whose answer was lost is read."""


@pytest.fixture
def evenings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Evenings]:
    with evenings_on(request.param, tmp_path) as made:
        yield made


@pytest.mark.parametrize("evenings", ON_EACH, indirect=True)
def test_an_act_while_an_answer_is_lost(evenings: Evenings) -> None:
    for act, kind in CHOSEN:
        assert spend(evenings, evening.answer_lost, act, 1, kind).happened


@pytest.mark.exhaustive
@pytest.mark.timeout(900)
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
@pytest.mark.parametrize(
    "scenario",
    [evening.all_well, evening.answer_lost, evening.request_lost, evening.correction_lost],
    ids=lambda scenario: scenario.__name__,
)
@pytest.mark.parametrize("evenings", PLATFORMS, indirect=True)
def test_every_act_at_every_moment(evenings: Evenings, scenario: Scenario, act: PersonsAct) -> None:
    for at in count(1):
        if not spend(evenings, scenario, act, at).happened:
            break
