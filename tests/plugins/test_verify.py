"""What somebody changes on a store behind our back is found on every platform, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.people.stores import PLATFORMS

from fbridge.models.drift import Aspect, Finding
from fbridge.models.shipments import Shipment
from fbridge.models.states import PushState
from fbridge.push.verify import StoreVerified
from fbridge.sandbox import ServedSandbox
from fbridge.testing import StoreUnderTest
from fbridge.testing.office import Office, number

THEIRS = "THEIRS0001"
ALL = (
    "woocommerce",
    "prestashop",
    "magento",
    "shopify",
    pytest.param("woocommerce-fulfillments", marks=pytest.mark.slow),
)


@pytest.fixture
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    create, options, under_test, own = PLATFORMS[request.param]
    with (
        ServedSandbox(create(orders=0, **options), "127.0.0.1", 0) as served,
        Office(under_test(served, **own), tmp_path / "home") as office,
    ):
        office.control = served.control  # type: ignore[attr-defined]
        yield office


def sent(office: Office, count: int, pieces: int = 2) -> list[tuple[str, Shipment]]:
    """So many orders, each sent whole under a number of its own."""
    orders = [office.store.new_order([(office.store.skus[0], pieces)]) for _ in range(count)]
    office.fetch()
    shipments = [office.pack(order, [number(place)]) for place, order in enumerate(orders, 1)]
    office.hand_over()
    office.push_until_quiet()
    assert {office.state(one) for one in shipments} == {PushState.SENT}
    return list(zip(orders, shipments, strict=True))


def look(office: Office) -> StoreVerified:
    (result,) = office.bridge.verify()
    assert result.error is None
    return result


def found(office: Office) -> dict[str, tuple[Finding, tuple[Aspect, ...]]]:
    return {item.shipment: (item.finding, item.aspects) for item in look(office).items}


def change_number(office: Office, order: str, control: Any) -> None:
    """As a person does in the shop's own pages."""
    _CHANGES[office.store.platform](control, office.store, order)


def _on_woocommerce(control: Any, store: StoreUnderTest, order: str) -> None:
    if control.shop.settings.fulfillments:
        (one,) = control.shop.orders[int(order)].fulfillments
        (row,) = [row for row in one.meta if row.key == "_tracking_number"]
        row.value = THEIRS
        return
    rows = [{**row, "tracking_number": THEIRS} for row in control.trackings(int(order))]
    control.set_trackings(int(order), rows)


def _on_prestashop(control: Any, store: StoreUnderTest, order: str) -> None:
    control.set_tracking(int(order), THEIRS)


def _on_magento(control: Any, store: StoreUnderTest, order: str) -> None:
    (shipment,) = control._shipments(int(order))
    for track in control.shop.shipment_parts_to_change(shipment).tracks:
        track.number = THEIRS


def _on_shopify(control: Any, store: StoreUnderTest, order: str) -> None:
    for one in control.to_change(order).fulfillments:
        one.tracking = [replace(row, number=THEIRS) for row in one.tracking]


_CHANGES: dict[str, Callable[[Any, StoreUnderTest, str], None]] = {
    "woocommerce": _on_woocommerce,
    "prestashop": _on_prestashop,
    "magento": _on_magento,
    "shopify": _on_shopify,
}


@pytest.mark.parametrize("office", ALL, indirect=True)
def test_what_was_changed_is_found_and_what_was_not_never(office: Office) -> None:
    control = office.control  # type: ignore[attr-defined]
    (_, untouched), (numbered, a), (stated, b), (counted, c), (gone, d) = sent(office, 5)
    first = look(office)
    assert (first.verified, first.items) == (5, ())
    change_number(office, numbered, control)
    office.store.cancel(stated)
    office.store.refund(counted, 0, 1)
    office.store.delete(gone)
    items = found(office)
    assert untouched.label not in items
    assert items[a.label] == (Finding.DRIFTED, (Aspect.NUMBER,))
    assert Aspect.STATE in items[b.label][1] or items[b.label][0] is Finding.NOT_STORED
    assert Aspect.QUANTITIES in items[c.label][1]
    assert items[d.label] == (Finding.NOT_STORED, ())
    assert office.bridge.status().drifted >= 3
    office.bridge.resend(a.label)
    mails = office.store.mails(numbered)
    office.push_until_quiet()
    assert number(2) in office.store.truth(numbered).numbers
    assert THEIRS not in office.store.truth(numbered).numbers
    assert office.store.mails(numbered) == mails
    office.bridge.accept_drift(c.label)
    assert not {a.label, c.label} & found(office).keys()


@pytest.mark.parametrize(
    "office",
    ["prestashop", *(pytest.param(one, marks=pytest.mark.slow) for one in PLATFORMS if one != "prestashop")],
    indirect=True,
)
def test_whatever_way_it_was_shipped_it_is_verified(office: Office) -> None:
    """Parts, several numbers, none, a correction, by hand on the store, refunded before it left."""
    store = office.store
    orders = [store.new_order([(store.skus[0], 2), (store.skus[1], 1)]) for _ in range(6)]
    whole, parts, several, bare, corrected, by_hand = orders
    office.fetch()
    office.pack(whole, [number(1)])
    office.pack(parts, [number(2)], [(0, 1)])
    office.pack(several, [number(3), number(4)])
    office.pack(bare)
    late = office.pack(corrected, [number(5)])
    office.pack(by_hand, [number(6)])
    office.hand_over()
    store.complete_by_hand(by_hand)
    store.refund(whole, 0, 1)
    office.push_until_quiet()
    office.correct(late, [number(7)])
    office.pack(parts, [number(8)])
    office.hand_over()
    office.push_until_quiet()
    result = look(office)
    assert result.items == ()
    for order in orders:
        store.touch(order)
    store.add_number_by_hand(bare, number(9))
    office.fetch()
    again = look(office)
    assert (again.items, again.verified) == ((), result.verified)
