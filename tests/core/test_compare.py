"""What counts as changed on a store behind our back, and what is other people's business."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.core.ledger_rows import NOON, SENT

from fbridge.models.drift import Aspect, Finding
from fbridge.models.fulfillments import Item, StoreHolds
from fbridge.models.orders import Order, OrderLine, Payment, StoreShipment
from fbridge.models.push import LedgerRow
from fbridge.models.states import Effect, OrderStatus, PaymentKind, PushState
from fbridge.push.compare import compare

LINE = OrderLine(id="1", sku="CUP", name="Cup", quantity=2, shipped=2)
PARCEL = StoreShipment(remote_id="F1", numbers=("N1",), carrier="brt", lines=(("1", 2),))
BARE_ROW = replace(PARCEL, lines=())
"""Where the platform does not tell what is in a parcel."""


def order(*shipments: StoreShipment, line: OrderLine = LINE, **changes: Any) -> Order:
    plain = Order(
        remote_id="77",
        number="1077",
        status=OrderStatus.CLOSED,
        remote_status="completed",
        created_at=NOON,
        changed_at=NOON,
        currency="EUR",
        total=Decimal(10),
        payment=Payment(kind=PaymentKind.PAID),
        lines=(line,),
        shipments=shipments,
    )
    return replace(plain, **changes)


def row(**changes: Any) -> LedgerRow:
    """A shipment of both cups that the store took as F1 with the number N1, and that finished the order."""
    plain = replace(
        SENT,
        items=(Item(line_id="1", quantity=2),),
        numbers=("N1",),
        acknowledged_numbers=("N1",),
        status_effect=Effect.DONE,
        holds=StoreHolds(numbers=("N1",), carrier="brt", order_status="completed"),
        lines_then={"1": 2},
    )
    return replace(plain, **changes)


PART = row(
    items=(Item(line_id="1", quantity=1),), status_effect=Effect.NOT_DONE, holds=None, remote_ids=("F1",)
)
OPEN = {"status": OrderStatus.OPEN, "remote_status": "processing"}

AS_IT_WAS: dict[str, tuple[Order, LedgerRow]] = {
    "just so": (order(PARCEL), row()),
    "in a later state that counts as finished": (order(PARCEL, remote_status="delivered"), row()),
    "with a number of somebody else": (order(PARCEL, StoreShipment(remote_id="F2", numbers=("X",))), row()),
    "with a number beside ours in one field": (order(replace(BARE_ROW, numbers=("N1", "X"))), row()),
    "the carrier by the name that fbridge has for it": (order(replace(PARCEL, carrier="Bartolini")), row()),
    "a number that was never told": (order(), row(tracking_effect=Effect.NOT_DONE, remote_ids=())),
    "what was refunded before it left": (
        order(PARCEL, line=replace(LINE, quantity=3, removed=1)),
        row(),
    ),
    "a part, and the rest is refunded": (
        order(replace(PARCEL, lines=(("1", 1),)), line=replace(LINE, removed=1, shipped=1), **OPEN),
        PART,
    ),
    "a part, and more is ordered": (
        order(replace(PARCEL, lines=(("1", 1),)), line=replace(LINE, quantity=5, shipped=1), **OPEN),
        PART,
    ),
}

CHANGED: dict[str, tuple[Order, LedgerRow, Finding, tuple[Aspect, ...], str]] = {
    "another number": (
        order(replace(PARCEL, numbers=("X",))), row(), Finding.DRIFTED, (Aspect.NUMBER,),
        "the store shows X instead of N1",
    ),
    "no number": (
        order(replace(PARCEL, numbers=())), row(), Finding.DRIFTED, (Aspect.NUMBER,),
        "the store shows no more the number N1",
    ),
    "one of two places lost it": (
        order(PARCEL, replace(PARCEL, remote_id="F2", numbers=(), lines=(("1", 0),))),
        row(remote_ids=("F1", "F2")), Finding.DRIFTED, (Aspect.NUMBER,),
        "the store shows no more the number N1",
    ),
    "another carrier": (
        order(replace(PARCEL, carrier="dhl")), row(), Finding.DRIFTED, (Aspect.CARRIER,),
        "the store shows the carrier dhl instead of brt",
    ),
    "set back": (
        order(PARCEL, **OPEN), row(), Finding.DRIFTED, (Aspect.STATE,),
        "the order is 'processing' on the store (it was 'completed'), not finished any more",
    ),
    "cancelled": (
        order(PARCEL, status=OrderStatus.CANCELLED, remote_status="refunded"), PART,
        Finding.DRIFTED, (Aspect.STATE, Aspect.QUANTITIES),
        "the order is 'refunded' on the store; the store shows 2 of CUP in the parcel, 1 left",
    ),
    "less in the parcel": (
        order(replace(PARCEL, lines=(("1", 1),))), row(), Finding.DRIFTED, (Aspect.QUANTITIES,),
        "the store shows 1 of CUP in the parcel, 2 left",
    ),
    "refunded after it left": (
        order(BARE_ROW, line=replace(LINE, removed=1)), row(), Finding.DRIFTED, (Aspect.QUANTITIES,),
        "the order has 1 of CUP, of which it had 2 when it was sent",
    ),
    "added to a finished order": (
        order(BARE_ROW, line=replace(LINE, quantity=3)), row(), Finding.DRIFTED, (Aspect.QUANTITIES,),
        "the order has 3 of CUP, of which it had 2 when it was sent",
    ),
    "the line is gone": (
        order(PARCEL, lines=()), row(), Finding.DRIFTED, (Aspect.QUANTITIES,),
        "the order has 0 of line 1, of which it had 2 when it was sent",
    ),
    "nothing of it": (
        order(**OPEN), row(), Finding.NOT_STORED, (),
        "the order is 'processing' and the store shows nothing of the shipment",
    ),
    "another parcel in its place": (
        order(replace(PARCEL, remote_id="F9", numbers=("X",))), row(), Finding.NOT_STORED, (),
        "the store shows nothing of the shipment",
    ),
    "cancelled as a parcel": (
        order(undone=("F1",), **OPEN), row(), Finding.NOT_STORED, (), "it was cancelled on the store (F1)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", AS_IT_WAS)
def test_what_is_as_it_was_is_verified(case: str) -> None:
    shown, kept = AS_IT_WAS[case]
    assert compare(shown, [kept])[5].finding is Finding.VERIFIED


@pytest.mark.parametrize("case", CHANGED)
def test_what_was_changed_is_said(case: str) -> None:
    shown, kept, finding, aspects, words = CHANGED[case]
    found = compare(shown, [kept])[5]
    assert (found.finding, found.aspects, found.words) == (finding, aspects, words)


def test_money_given_back_for_what_came_back_is_no_surprise() -> None:
    shown = order(PARCEL, status=OrderStatus.CANCELLED, line=replace(LINE, removed=2))
    assert compare(shown, [row()])[5].finding is Finding.DRIFTED
    assert compare(shown, [row()], returned={5})[5].finding is Finding.VERIFIED


def test_only_what_is_at_rest_is_compared() -> None:
    waiting = [row(state=PushState.READY), row(revision=2), row(state=PushState.UNCONFIRMED)]
    assert [compare(order(), [one]) for one in waiting] == [{}, {}, {}]


def test_a_strange_number_in_one_field_is_nobodys_where_two_lack_theirs() -> None:
    sibling = row(shipment_id=6, uuid="0f0e0d0c-0000-4000-8000-000000000002", acknowledged_numbers=("N2",))
    field = replace(BARE_ROW, numbers=("X", "N2"))
    assert compare(order(field), [row(), sibling])[5].shown == ("X",)
    field = replace(BARE_ROW, numbers=("X",))
    assert [one.shown for one in compare(order(field), [row(), sibling]).values()] == [(), ()]
