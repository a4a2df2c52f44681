"""A number whose arrival is in doubt, and what a person wants and decides meanwhile: only the last one stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fbridge.models.states import PushState
from tests.people import evening
from tests.people.evening import Evenings
from tests.people.schedules import leave_in_doubt
from tests.people.stores import evenings_on


@pytest.fixture
def evenings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Evenings]:
    with evenings_on(request.param, tmp_path) as made:
        yield made


@pytest.mark.parametrize("evenings", ["woocommerce", "prestashop", "magento", "shopify"], indirect=True)
def test_a_number_that_arrived_unseen_is_replaced_after_an_adoption(evenings: Evenings) -> None:
    """The person adopts with the second number, and the store has the first; the third needs two tries."""
    goods = evening.answer_lost(evenings)
    leave_in_doubt(evenings.bridge)
    assert evenings.office.state(goods.shipment) is PushState.UNCONFIRMED
    evenings.office.correct(goods.shipment, ["SECOND"])
    evenings.desk.adopt(goods.shipment.label)
    evenings.office.correct(goods.shipment, ["THIRD"])
    evenings.proxy.strike(evening.LOST_AND_NOT_DONE)
    evenings.work_on(goods)
    assert evenings.store.truth(goods.order).numbers == ("THIRD",)
    evenings.check_nothing_doubled(goods)
