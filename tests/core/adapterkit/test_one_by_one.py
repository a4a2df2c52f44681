"""A push where each shipment is a record of its own: what is written, and what the receipts say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from fbridge.adapterkit.one_by_one import Wish, previews, push_one_by_one
from fbridge.models.fulfillments import (
    Fulfillment,
    FulfillmentShipment,
    Item,
    ResolvedCarrier,
    ShipmentReceipt,
    TrackingNumber,
)
from fbridge.models.orders import Order, OrderLine, Payment, StoreShipment
from fbridge.models.problems import Problem, WriteFault
from fbridge.models.states import Effect, MailEffect, OrderStatus, Outcome, PaymentKind

NOW = datetime(2026, 11, 28, 18, tzinfo=UTC)
BRT = ResolvedCarrier(code="BRT", label="BRT Bartolini", site_code="brt")


def order(**changed: Any) -> Order:
    made = Order(
        remote_id="1",
        number="K1",
        status=OrderStatus.OPEN,
        remote_status="open",
        created_at=NOW,
        changed_at=NOW,
        currency="EUR",
        total=None,
        payment=Payment(kind=PaymentKind.PAID),
        lines=(OrderLine(id="a", sku="CUP", name="Cup", quantity=4),),
    )
    return replace(made, **changed)


def shipment(key: str, number: str, pieces: int = 2, **changed: Any) -> FulfillmentShipment:
    made = FulfillmentShipment(
        id=key,
        revision=1,
        items=(Item(line_id="a", quantity=pieces),),
        tracking=(TrackingNumber(number=number),),
        shipped_at=NOW,
        carrier=BRT,
    )
    return replace(made, **changed)


@dataclass
class Shop:
    """A store that keeps records; ``kept`` is what it makes of one, ``marks``: it shows whose they are."""

    order: Order = field(default_factory=order)
    kept: Callable[[StoreShipment], StoreShipment] = lambda record: record
    marks: bool = False
    fails: str = ""
    wishes: list[Wish] = field(default_factory=list)

    def write(self, wish: Wish) -> Order:
        self.wishes.append(wish)
        if wish.shipment.id == self.fails:
            raise WriteFault(Problem(outcome=Outcome.REFUSED, reason="no", words="No."))
        record = StoreShipment(
            remote_id=f"r{len(self.wishes)}",
            mark=wish.shipment.id if self.marks else None,
            numbers=wish.shipment.numbers,
            carrier=wish.carrier,
            lines=tuple((item.line_id, item.quantity) for item in wish.shipment.items),
        )
        status = OrderStatus.CLOSED if wish.finish else self.order.status
        self.order = replace(self.order, status=status, shipments=(*self.order.shipments, self.kept(record)))
        return self.order

    def push(self, *shipments: FulfillmentShipment) -> tuple[ShipmentReceipt, ...]:
        wanted = Fulfillment(order=self.order, shipments=shipments, completes_order=True, notify=True)
        (receipt,) = push_one_by_one(lambda: NOW, [wanted], self.write)
        return receipt.shipments


@pytest.mark.parametrize("marks", [True, False])
def test_each_shipment_has_its_own_record_and_the_last_one_finishes_and_mails(marks: bool) -> None:
    shop = Shop(marks=marks)
    receipts = shop.push(shipment("s1", "N1"), shipment("s2", "N2"))
    assert [(one.outcome, one.remote_ids) for one in receipts] == [
        (Outcome.DONE, ("r1",)),
        (Outcome.DONE, ("r2",)),
    ]
    assert [(wish.finish, wish.mail) for wish in shop.wishes] == [(False, False), (True, True)]
    assert [one.effects.status for one in receipts] == [Effect.DONE, Effect.DONE]
    assert [one.effects.mail for one in receipts] == [MailEffect.NOT_SENT, MailEffect.UNKNOWABLE]
    again = shop.push(shipment("s1", "N1"), shipment("s2", "N2"))
    assert len(shop.wishes) == 2
    assert {one.outcome for one in again} == {Outcome.DONE}


def test_after_a_no_the_order_is_not_finished_by_what_follows() -> None:
    shop = Shop(fails="s1")
    receipts = shop.push(shipment("s1", "N1"), shipment("s2", "N2"))
    assert [one.outcome for one in receipts] == [Outcome.REFUSED, Outcome.DONE]
    assert not any(wish.finish or wish.mail for wish in shop.wishes)


@pytest.mark.parametrize(
    "changed",
    [{"lines": (("a", 1),)}, {"carrier": ""}, {"carrier": "Other"}, {"numbers": ()}],
    ids=["fewer pieces", "no carrier", "another carrier", "no number"],
)
def test_what_the_store_made_otherwise_is_not_done(changed: dict[str, Any]) -> None:
    shop = Shop(kept=lambda record: replace(record, **changed))
    (receipt,) = shop.push(shipment("s1", "N1"))
    assert (receipt.outcome, receipt.reason) == (Outcome.REFUSED, "not_as_asked")
    assert receipt.holds is not None
    assert receipt.holds.order_status == "open"


@pytest.mark.parametrize("status", [OrderStatus.CANCELLED, OrderStatus.ON_HOLD])
def test_nothing_is_written_to_an_order_that_ships_nothing(status: OrderStatus) -> None:
    shop = Shop(order=order(status=status))
    (receipt,) = shop.push(shipment("s1", "N1"))
    assert receipt.outcome is Outcome.REFUSED
    assert shop.wishes == []
    wanted = Fulfillment(
        order=shop.order, shipments=(shipment("s1", "N1"),), completes_order=True, notify=True
    )
    assert [one.mails for one in previews([wanted], "the mail")] == [()]


def test_goods_that_another_carrier_took_get_no_number_of_ours() -> None:
    theirs = StoreShipment(remote_id="r9", numbers=("N9",), carrier="UPS", lines=(("a", 4),))
    shop = Shop(order=order(status=OrderStatus.CLOSED, shipments=(theirs,)))
    (receipt,) = shop.push(shipment("s1", "N1"))
    assert (receipt.outcome, receipt.reason) == (Outcome.DONE_ELSEWHERE, "other_carrier")
    assert receipt.effects.tracking is Effect.NOT_DONE
    assert shop.wishes == []


def test_without_a_mapping_the_carrier_goes_by_its_name() -> None:
    shop = Shop()
    free = ResolvedCarrier(code="BRT", label="BRT Bartolini")
    (receipt,) = shop.push(shipment("s1", "N1", carrier=free))
    assert (receipt.outcome, shop.wishes[0].carrier) == (Outcome.DONE, "BRT Bartolini")
