"""What a lost answer is judged to have become (promise 1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from fbridge.models.fulfillments import FulfillmentShipment, Item, TrackingNumber
from fbridge.models.orders import Order, OrderLine, Payment, StoreShipment
from fbridge.models.states import OrderStatus, PaymentKind
from fbridge.push.judge import Proof, judge, snapshot, take_baseline

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
UUID = "0f0e0d0c-0000-4000-8000-000000000001"
SIBLING = "0f0e0d0c-0000-4000-8000-000000000002"


def order(*shipments: StoreShipment, shipped: int = 0, **changes: object) -> Order:
    plain = Order(
        remote_id="77",
        number="1077",
        status=OrderStatus.OPEN,
        remote_status="processing",
        created_at=NOW,
        changed_at=NOW,
        currency="EUR",
        total=Decimal("10.00"),
        payment=Payment(kind=PaymentKind.PAID),
        lines=(OrderLine(id="1", sku="A", name="Coffee", quantity=3, shipped=shipped),),
        shipments=shipments,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def shipment(
    uuid: str = UUID, *, numbers: tuple[str, ...] = ("BX1",), quantity: int = 3
) -> FulfillmentShipment:
    return FulfillmentShipment(
        id=uuid,
        revision=1,
        items=(Item(line_id="1", quantity=quantity),),
        tracking=tuple(TrackingNumber(number=number) for number in numbers),
        shipped_at=NOW,
    )


def after(before: Order, sent: FulfillmentShipment) -> FulfillmentShipment:
    return replace(sent, baseline=take_baseline(before), unconfirmed_since=NOW)


def finding(
    sent: FulfillmentShipment,
    now: Order,
    *,
    completes: bool = False,
    siblings: tuple[FulfillmentShipment, ...] = (),
) -> Proof:
    return judge(sent, now, siblings=siblings, completes_order=completes).proof


def test_our_mark_proves_it_is_there() -> None:
    sent = after(order(), shipment())
    there = StoreShipment(remote_id="f1", mark=UUID, numbers=("BX1",))
    assert finding(sent, order(there)) is Proof.THERE


@pytest.mark.parametrize(
    ("mailed", "notify", "found"),
    [
        (True, True, Proof.THERE),
        (False, False, Proof.THERE),
        (False, True, Proof.PARTLY_THERE),
        (None, True, Proof.THERE),
    ],
)
def test_a_mail_is_still_due_only_where_the_store_shows_that_it_never_left(
    mailed: bool | None, notify: bool, found: Proof
) -> None:
    sent = after(order(), shipment())
    there = StoreShipment(remote_id="f1", mark=UUID, numbers=("BX1",), mailed=mailed)
    verdict = judge(sent, order(there), siblings=(), completes_order=False, notify=notify)
    assert (verdict.proof, verdict.mailed) == (found, mailed)


def test_a_correction_found_on_the_store_mails_nobody_again() -> None:
    corrected = replace(after(order(), shipment()), acknowledged=1, revision=2)
    there = StoreShipment(remote_id="f1", mark=UUID, numbers=("BX1",), mailed=False)
    verdict = judge(corrected, order(there), siblings=(), completes_order=False, notify=True)
    assert verdict.proof is Proof.THERE


def test_our_number_among_what_is_new_proves_it_is_there() -> None:
    sent = after(order(), shipment())
    assert finding(sent, order(StoreShipment(remote_id="f1", numbers=("BX1",)))) is Proof.THERE


def test_a_number_written_into_a_row_that_was_there_before_is_found() -> None:
    row = StoreShipment(remote_id="carrier-row")
    sent = after(order(row), shipment())
    assert finding(sent, order(replace(row, numbers=("BX1",)))) is Proof.THERE


def test_nothing_new_and_nothing_left_proves_it_absent() -> None:
    sent = after(order(), shipment())
    assert finding(sent, order()) is Proof.ABSENT


def test_what_stood_there_before_is_no_evidence() -> None:
    older = StoreShipment(remote_id="old", numbers=("BX1",))
    sent = after(order(older), shipment())
    assert finding(sent, order(older)) is Proof.ABSENT


def test_missing_number_means_partly_there() -> None:
    sent = after(order(), shipment(numbers=("BX1", "BX2")))
    assert finding(sent, order(StoreShipment(remote_id="f1", numbers=("BX1",)))) is Proof.PARTLY_THERE


def test_status_still_open_means_partly_there() -> None:
    sent = after(order(), shipment())
    now = order(StoreShipment(remote_id="f1", mark=UUID, numbers=("BX1",)))
    assert finding(sent, now, completes=True) is Proof.PARTLY_THERE
    assert finding(sent, replace(now, status=OrderStatus.CLOSED), completes=True) is Proof.THERE


def test_less_than_left_means_partly_there() -> None:
    sent = after(order(), shipment())
    capped = StoreShipment(remote_id="f1", numbers=("BX1",), lines=(("1", 2),))
    assert finding(sent, order(capped, shipped=2)) is Proof.PARTLY_THERE


def test_a_withdrawn_number_still_shown_means_partly_there() -> None:
    sent = replace(
        after(order(), shipment(numbers=("BX2",))),
        acknowledged=1,
        revision=2,
        acknowledged_numbers=("BX1",),
        remote_ids=("f1",),
    )
    both = order(StoreShipment(remote_id="f1", mark=UUID, numbers=("BX1", "BX2")))
    assert finding(sent, both) is Proof.PARTLY_THERE


def test_an_unnumbered_partial_beside_a_changed_quantity_needs_a_person() -> None:
    sent = after(order(), shipment(numbers=(), quantity=1))
    assert finding(sent, order(shipped=1)) is Proof.UNPROVABLE


def test_a_strangers_new_shipment_needs_a_person() -> None:
    sent = after(order(), shipment(numbers=(), quantity=1))
    assert finding(sent, order(StoreShipment(remote_id="x"))) is Proof.UNPROVABLE


def test_where_every_shipment_of_ours_carries_a_mark_a_missing_mark_proves_absence() -> None:
    sent = after(order(), shipment(numbers=("BX1",), quantity=1))
    now = order(StoreShipment(remote_id="x", numbers=("ZZ",)), shipped=1, marks=True)
    assert finding(sent, now) is Proof.ABSENT


@pytest.mark.parametrize(("mark", "found"), [("fo-2", Proof.ABSENT), (None, Proof.UNPROVABLE)])
def test_behind_a_fence_only_an_unmarked_stranger_leaves_a_doubt(mark: str | None, found: Proof) -> None:
    sent = replace(after(order(), shipment(numbers=(), quantity=1)), fences=("fo-1",))
    now = order(StoreShipment(remote_id="x", mark=mark), shipped=1)
    assert finding(sent, now) is found


@pytest.mark.parametrize("mark", [SIBLING, None])
def test_an_equal_siblings_entry_is_not_taken_for_ours(mark: str | None) -> None:
    sibling = replace(shipment(SIBLING, quantity=1), remote_ids=("f-sibling",))
    sent = after(order(), shipment(numbers=("BX9",), quantity=1))
    now = order(StoreShipment(remote_id="f-sibling", mark=mark, numbers=("BX1",)))
    assert finding(sent, now, siblings=(sibling,)) is Proof.ABSENT


def test_an_order_completed_meanwhile_without_our_number_still_wants_the_number() -> None:
    sent = after(order(), shipment())
    closed = order(shipped=3, status=OrderStatus.CLOSED, remote_status="completed")
    assert finding(sent, closed, completes=True) is Proof.PARTLY_THERE


def test_an_order_completed_without_numbers_is_as_it_should_be() -> None:
    sent = after(order(), shipment(numbers=()))
    closed = order(shipped=3, status=OrderStatus.CLOSED, remote_status="completed")
    assert finding(sent, closed, completes=True) is Proof.THERE


def test_without_a_baseline_only_an_untouched_order_proves_absence() -> None:
    assert finding(shipment(numbers=()), order()) is Proof.ABSENT
    assert finding(shipment(numbers=(), quantity=1), order(shipped=1)) is Proof.UNPROVABLE


def test_two_reads_agree_only_when_nothing_recovery_looks_at_has_moved() -> None:
    quiet = order(StoreShipment(remote_id="f1"))
    assert snapshot(quiet) == snapshot(replace(quiet, note="other"))
    assert snapshot(quiet) != snapshot(order())
    assert snapshot(quiet) != snapshot(replace(quiet, status=OrderStatus.CLOSED))


def test_a_store_that_saves_the_order_with_each_read_is_quiet_all_the_same() -> None:
    assert snapshot(order()) == snapshot(order(changed_at=NOW.replace(minute=30)))


@pytest.mark.parametrize(
    "changes",
    [{"status": OrderStatus.CANCELLED}, {"remote_status": "completed"}, {"shipped": 1}],
    ids=str,
)
def test_whatever_the_judging_rests_on_is_part_of_the_agreement(changes: dict[str, Any]) -> None:
    assert snapshot(order()) != snapshot(order(**changes))
    assert snapshot(order()) != snapshot(order(StoreShipment(remote_id="F1")))
