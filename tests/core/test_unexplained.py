"""After a restored backup: which goods on an order no shipment here explains."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from fbridge.models.fulfillments import FulfillmentShipment, Item, TrackingNumber
from fbridge.models.orders import Order, OrderLine, Payment, StoreShipment
from fbridge.models.states import OrderStatus, PaymentKind
from fbridge.push.unexplained import shows, unexplained

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
LOST = "0f0e0d0c-0000-4000-8000-00000000dead"


def order(*parcels: StoreShipment, shipped: int = 0) -> Order:
    return Order(
        remote_id="77",
        number="1077",
        status=OrderStatus.OPEN,
        remote_status="processing",
        created_at=NOW,
        changed_at=NOW,
        currency="EUR",
        total=Decimal("10.00"),
        payment=Payment(kind=PaymentKind.PAID),
        lines=(
            OrderLine(id="1", sku="COFFEE", name="Coffee", quantity=3, shipped=shipped),
            OrderLine(id="2", sku="GIFT", name="Voucher", quantity=1, shipped=1, shippable=False),
        ),
        shipments=parcels,
    )


def parcel(number: str = "", pieces: int = 0, *, key: str = "f1", mark: str | None = None) -> StoreShipment:
    return StoreShipment(
        remote_id=key,
        mark=mark,
        numbers=(number,) if number else (),
        lines=(("1", pieces),) if pieces else (),
    )


def ours(
    name: str, number: str = "", pieces: int = 3, *, sent: bool = False, key: str = ""
) -> FulfillmentShipment:
    return FulfillmentShipment(
        id=name,
        revision=1,
        items=(Item(line_id="1", quantity=pieces),),
        tracking=(TrackingNumber(number=number),) if number else (),
        shipped_at=NOW,
        acknowledged=1 if sent else None,
        acknowledged_numbers=(number,) if sent and number else (),
        remote_ids=(key,) if key else (),
    )


@pytest.mark.parametrize(
    ("seen", "shipments"),
    [
        pytest.param(order(), [ours("a", "BX1")], id="nothing is there"),
        pytest.param(order(parcel()), [ours("a", "BX1")], id="a field that waits for its number"),
        pytest.param(order(parcel("BX1", 3, mark="a"), shipped=3), [ours("a", "BX1")], id="our mark"),
        pytest.param(order(parcel("BX1", 3, mark=LOST), shipped=3), [ours("a", "BX1")], id="our number"),
        pytest.param(order(parcel("", 3), shipped=3), [ours("a", key="f1")], id="our id"),
        pytest.param(order(parcel("BX1")), [ours("a", "BX1")], id="our number, its goods untold"),
        pytest.param(order(shipped=3), [ours("a", sent=True)], id="acknowledged, without a trace"),
        pytest.param(
            order(parcel("BX9", 1), shipped=1), [ours("a", "BX1", 1, sent=True), ours("b", "BX2", 2)],
            id="adopted by a person under another number",
        ),
        pytest.param(
            order(parcel("BX1", 1, mark="a"), shipped=1), [ours("a", "BX1", 1, sent=True), ours("b", "BX2", 2)],
            id="the rest of what is there",
        ),
    ],
)  # fmt: skip
def test_what_is_ours_is_explained(seen: Order, shipments: list[FulfillmentShipment]) -> None:
    assert unexplained(seen, shipments) == ""


@pytest.mark.parametrize(
    ("seen", "shipments", "words"),
    [
        pytest.param(
            order(parcel("BX9", 3, mark=LOST), shipped=3), [ours("a", "BX1")],
            "3 of COFFEE as shipped, of which shipments here explain 0", id="another shipment of all of it",
        ),
        pytest.param(
            order(parcel("", 1, mark=LOST), shipped=1), [ours("a", pieces=1)],
            "1 of COFFEE as shipped, of which shipments here explain 0", id="a part without number",
        ),
        pytest.param(
            order(parcel("BX9")), [ours("a", "BX1")],
            "the number BX9, which no shipment here has", id="a number, its goods untold",
        ),
        pytest.param(
            order(replace(parcel("BX9"), numbers=("BX1", "BX9"))), [ours("a", "BX1", sent=True, key="f1")],
            "the number BX9", id="a second number in the field that is ours",
        ),
        pytest.param(
            order(shipped=3), [ours("a", "BX1")],
            "3 of COFFEE as shipped", id="finished without a trace",
        ),
        pytest.param(
            order(parcel("BX1", 1, key="f1", mark="a"), parcel("BX9", 1, key="f2", mark=LOST), shipped=2),
            [ours("a", "BX1", 1, sent=True, key="f1"), ours("b", "BX1", 1)],
            "2 of COFFEE as shipped, of which shipments here explain 1", id="one number for two parts",
        ),
        pytest.param(
            order(parcel("BX1", 1, mark=LOST), shipped=1), [ours("a", "BX1", 2)],
            "other goods under the number BX1", id="made again with other goods",
        ),
        pytest.param(
            order(parcel("BX8", 2), shipped=0), [ours("a", "BX1", 1)],
            "2 of COFFEE", id="a store whose lines lag behind its parcels",
        ),
    ],
)  # fmt: skip
def test_what_is_nobodys_is_told(seen: Order, shipments: list[FulfillmentShipment], words: str) -> None:
    told = unexplained(seen, shipments)
    assert words in told
    assert told.startswith("the database was restored from a backup, and the store shows")


def test_a_shipment_shows_by_its_mark_its_id_or_its_number() -> None:
    assert shows(order(parcel("BX1")), ours("a", "BX1"))
    assert shows(order(parcel("", 3, mark="a")), ours("a"))
    assert shows(order(parcel("", 3)), ours("a", key="f1"))
    assert not shows(order(parcel("BX9", 3, mark=LOST)), ours("a", "BX1"))
