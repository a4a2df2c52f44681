"""Which orders as read are older than what is known of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.core.ledger_rows import NOON, SENT

from fbridge.models.fulfillments import Baseline
from fbridge.models.orders import Order, OrderLine, Payment, StoreShipment
from fbridge.models.push import LedgerRow
from fbridge.models.states import Effect, OrderStatus, PaymentKind, PushState
from fbridge.push.freshness import why_older

MINUTE = timedelta(minutes=1)
CLAIMED = NOON + 5 * MINUTE


def order(*shipments: StoreShipment, changed: datetime = NOON, shipped: int = 0, **changes: object) -> Order:
    plain = Order(
        remote_id="77",
        number="1077",
        status=OrderStatus.OPEN,
        remote_status="processing",
        created_at=NOON,
        changed_at=changed,
        currency="EUR",
        total=Decimal("10.00"),
        payment=Payment(kind=PaymentKind.PAID),
        lines=(OrderLine(id="1", sku="A", name="Coffee", quantity=3, shipped=shipped),),
        shipments=shipments,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def row(**changes: object) -> LedgerRow:
    """A shipment that the store has acknowledged as F1 with the number BX1."""
    return replace(SENT, **{"since": CLAIMED, "claimed_at": CLAIMED, **changes})  # type: ignore[arg-type]


OURS = StoreShipment(remote_id="F1", numbers=("BX1",), lines=(("1", 1),))
BARE = StoreShipment(remote_id="F1")


def test_what_is_as_it_was_is_not_older() -> None:
    assert why_older(order(), order(), ()) == ""
    assert why_older(order(OURS, shipped=1), order(), [row()]) == ""
    assert why_older(order(changed=NOON + MINUTE), order(), ()) == ""


def test_an_earlier_time_of_change_is_older() -> None:
    words = why_older(order(changed=NOON - MINUTE), order(), ())
    assert "last changed 2026-11-23 11:59:00 UTC" in words
    assert "12:00:00 UTC was seen before" in words


@pytest.mark.parametrize("trace", [{"numbers": ("BX1",)}, {"mark": row().uuid}], ids=str)
def test_a_clock_that_was_put_back_does_not_hide_what_is_in_doubt(trace: dict[str, Any]) -> None:
    in_doubt = row(state=PushState.UNCONFIRMED, acknowledged_revision=None, acknowledged_numbers=())
    there = StoreShipment(remote_id="F1", **trace)
    earlier = order(there, shipped=1, changed=NOON - MINUTE)
    assert why_older(earlier, order(), [in_doubt]) == ""
    assert why_older(earlier, order(there), [in_doubt]) == ""
    was_there = replace(
        in_doubt,
        baseline=Baseline(entries=(("F1", "BX1"), ("F1", row().uuid)), remaining=(), remote_status=""),
    )
    assert why_older(earlier, order(there), [was_there])
    assert why_older(earlier, order(), [row()])


@pytest.mark.parametrize("of", ["read", "known"])
def test_within_a_repeated_hour_times_tell_nothing(of: str) -> None:
    read = order(changed=NOON - timedelta(minutes=59), ambiguous_time=of == "read")
    known = order(ambiguous_time=of == "known")
    assert why_older(read, known, ()) == ""
    assert why_older(replace(read, changed_at=NOON - timedelta(hours=2)), known, ())


def test_an_acknowledged_shipment_that_is_not_shown_is_older() -> None:
    assert "does not show F1" in why_older(order(), order(), [row()])


def test_time_that_went_on_only_until_our_write_proves_nothing() -> None:
    assert why_older(order(changed=CLAIMED - MINUTE), order(), [row()])


def test_what_a_merchant_took_away_after_our_write_is_no_old_page() -> None:
    assert why_older(order(changed=CLAIMED + MINUTE), order(), [row()]) == ""


def test_a_time_in_a_repeated_hour_does_not_prove_that_a_merchant_took_it_away() -> None:
    assert why_older(order(changed=CLAIMED + MINUTE, ambiguous_time=True), order(), [row()])


def test_what_the_store_was_not_said_to_hold_need_not_show() -> None:
    adopted = row(
        state=PushState.DONE_ELSEWHERE, shipment_effect=Effect.NOT_DONE, tracking_effect=Effect.NOT_DONE
    )
    never = row(acknowledged_revision=None, acknowledged_numbers=())
    assert why_older(order(), order(), [adopted]) == ""
    assert why_older(order(), order(), [never]) == ""


def test_a_number_that_is_gone_is_older_where_all_else_is_as_before_it() -> None:
    assert "does not show the number BX1" in why_older(order(BARE), order(BARE), [row()])


def test_a_number_that_is_gone_is_older_also_where_it_was_seen_before() -> None:
    assert why_older(order(BARE), order(OURS, shipped=1), [row()])


def test_another_number_in_its_place_is_a_later_hand() -> None:
    other = replace(BARE, numbers=("MX9",))
    assert why_older(order(other), order(BARE), [row()]) == ""
    assert why_older(order(other), order(other), [row()])


def test_a_corrected_number_that_is_shown_as_before_is_older() -> None:
    tried = ((1, ("BX1",)), (2, ("BX2",)))
    corrected = row(acknowledged_numbers=("BX2",), revision=2, acknowledged_revision=2, tried=tried)
    assert "BX2" in why_older(order(OURS, shipped=1), order(BARE), [corrected])


def test_lines_that_lag_behind_the_shipments_beside_them_are_older() -> None:
    assert "line 1 shows 0 pieces" in why_older(order(OURS), order(), [row()])


def test_pieces_refunded_after_they_left_are_no_lag() -> None:
    lines = (OrderLine(id="1", sku="A", name="Coffee", quantity=3, shipped=0, removed=1),)
    assert why_older(order(OURS, lines=lines), order(), [row()]) == ""


def test_more_pieces_than_were_ordered_are_no_lag() -> None:
    seven = replace(OURS, lines=(("1", 7),))
    assert why_older(order(seven, shipped=3), order(), [row()]) == ""


def test_strangers_shipments_are_not_counted() -> None:
    strange = StoreShipment(remote_id="F9", lines=(("1", 2),))
    assert why_older(order(OURS, strange, shipped=1), order(), [row()]) == ""


def test_an_order_without_its_own_time_is_not_older_by_the_one_that_stands_in() -> None:
    known = order(changed=NOON + MINUTE)
    assert why_older(order(), known, [])
    assert why_older(order(untold_time=True), known, []) == ""
