"""A parcel that its store was told of stays in the house after all: it is still a shipment of its order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fbridge.models.states import PushState
from fbridge.testing.office import CARRIER
from tests.people.evening import Evenings, Goods
from tests.people.stores import evenings_on

NO_PARTS = "prestashop"
"""The store knows no parts: fbridge alone knows when all of an order has left."""


@pytest.fixture
def evenings(tmp_path: Path) -> Iterator[Evenings]:
    with evenings_on(NO_PARTS, tmp_path) as made:
        yield made


@pytest.fixture
def goods(evenings: Evenings) -> Goods:
    """Told to the store, and found in the house the next morning."""
    goods = evenings.goods()
    evenings.work_on(goods)
    (result,) = evenings.desk.manifests.leave_behind(goods.manifest, [goods.shipment.label])
    assert result.ok, result
    return goods


def test_its_store_gets_the_number_that_is_corrected_meanwhile(evenings: Evenings, goods: Goods) -> None:
    evenings.office.correct(goods.shipment, ["SECOND"])
    evenings.work_on(goods)
    assert evenings.office.state(goods.shipment) is PushState.SENT
    assert evenings.store.truth(goods.order).numbers == ("SECOND",)


def test_its_order_is_complete_once_its_sibling_goes_out(evenings: Evenings) -> None:
    skus = evenings.store.skus
    order = evenings.store.new_order([(skus[0], 2), (skus[1], 1)])
    evenings.office.fetch()
    first = evenings.office.pack(order, ["FIRST"], [(0, 2)])
    evenings.bridge.manifests.ship(CARRIER, check=False)
    evenings.office.push()
    evenings.desk.manifests.leave_behind(first.manifest or "", [first.label])
    evenings.office.pack(order, ["REST"], [(1, 1)])
    evenings.bridge.manifests.ship(CARRIER, check=False)
    evenings.office.push()
    truth = evenings.store.truth(order)
    assert (truth.closed, sorted(truth.numbers)) == (True, ["FIRST", "REST"])
