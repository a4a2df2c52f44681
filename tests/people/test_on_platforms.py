"""A person's act during a push to each of the emulated platforms: at chosen moments; exhaustively where asked for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from fbridge.models.states import PushState
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


@pytest.mark.parametrize(
    "evenings",
    [pytest.param(one, marks=[pytest.mark.slow] * (one in {"woocommerce", "shopify"})) for one in ON_EACH],
    indirect=True,
)
def test_an_act_while_an_answer_is_lost(evenings: Evenings) -> None:
    for act, kind in CHOSEN:
        assert spend(evenings, evening.answer_lost, act, 1, kind).happened


@pytest.mark.parametrize("evenings", ["woocommerce-fulfillments", "magento"], indirect=True)
def test_the_others_go_out_in_the_same_run_once_the_store_has_settled(evenings: Evenings) -> None:
    """Where each order has a request of its own, a lost answer stops the round and not the evening."""
    goods = evening.answer_lost(evenings)
    result = evenings.bridge.push()
    assert not result.errors
    assert [evenings.office.state(one) for one in (goods.shipment, goods.other)] == [PushState.SENT] * 2
    assert evenings.store.truth(goods.order).shipments == 1


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
