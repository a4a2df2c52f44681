"""What the plan says of carriers: of another one that took the goods, and of a code that no list has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fbridge.models.states import PushState
from fbridge.sandbox import ServedSandbox
from fbridge.testing import Office, number
from fbridge.testing.office import CARRIER, CARRIER_NAME, STORE

from .toy_store import ToyUnderTest


def test_the_plan_says_that_the_number_is_not_added(
    install_toy: Callable[[str], None], toy_shop: ServedSandbox, tmp_path: Path
) -> None:
    install_toy("adapter:adapter")
    toy_shop.control.clear()
    store = ToyUnderTest(toy_shop)
    with Office(store, tmp_path / "home") as office:
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        store.add_number_by_hand(order, number(9))
        store.complete_by_hand(order)
        office.fetch()
        (entry,) = office.bridge.plan().stores[0].entries
        assert any("with the carrier UPS, so our number is not added" in one for one in entry.warnings)
        office.push()
        assert office.state(shipment) is PushState.DONE_ELSEWHERE
        assert office.bridge.shipments.get(shipment.label).push.missing_mail is None  # type: ignore[union-attr]
        assert office.bridge.status().items == ()


@pytest.mark.parametrize("mapped", ["brt", None])
def test_where_the_list_is_open_and_empty_the_plan_shows_what_the_store_gets(
    install_toy: Callable[[str], None], toy_shop: ServedSandbox, tmp_path: Path, mapped: str | None
) -> None:
    install_toy("honest:knows_no_carriers")
    toy_shop.control.clear()
    store = ToyUnderTest(toy_shop)
    with Office(store, tmp_path / "home") as office:
        if mapped:
            office.bridge.carriers.map(STORE, CARRIER, mapped)
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        office.ship(order, [number(1)])
        (entry,) = office.bridge.plan().stores[0].entries
        office.push()
        assert (entry.carrier,) == store.truth(order).carriers == (mapped or CARRIER_NAME,)
