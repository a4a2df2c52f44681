"""From a receipt to the shipment's next state, and what a plugin may not do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from tests.core.ledger_rows import SENT

from fbridge.models.fulfillments import (
    Baseline,
    Effects,
    Fulfillment,
    FulfillmentShipment,
    Item,
    Receipt,
    ShipmentReceipt,
    StoreHolds,
    TrackingNumber,
)
from fbridge.models.orders import Order, OrderLine, Payment
from fbridge.models.states import Effect, MailEffect, OrderStatus, Outcome, PaymentKind, PushState
from fbridge.push.attempts import receipt_changes
from fbridge.push.receipts import CONTRADICTION, MOST_TRIES, ReceiptCheck, next_state, pause

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
SETTLE = timedelta(seconds=30)


def receipt(outcome: Outcome = Outcome.DONE, **changes: object) -> ShipmentReceipt:
    values = {"shipment_id": "u1", "revision": 1, "outcome": outcome, "reason": "r", **changes}
    return ShipmentReceipt(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome.DONE, PushState.SENT),
        (Outcome.DONE_ELSEWHERE, PushState.DONE_ELSEWHERE),
        (Outcome.REFUSED, PushState.REFUSED),
        (Outcome.RETRY, PushState.RETRY),
        (Outcome.UNCONFIRMED, PushState.UNCONFIRMED),
        (Outcome.PREPARED, PushState.READY),
    ],
)
def test_every_outcome_has_its_state(outcome: Outcome, state: PushState) -> None:
    assert next_state(receipt(outcome), tries=1, settle=SETTLE, now=NOW).state is state


def test_a_retry_comes_when_the_store_asks_or_after_a_growing_pause() -> None:
    asked = NOW + timedelta(seconds=7)
    assert (
        next_state(receipt(Outcome.RETRY, not_before=asked), tries=1, settle=SETTLE, now=NOW).next_at == asked
    )
    assert next_state(receipt(Outcome.RETRY), tries=1, settle=SETTLE, now=NOW).next_at == NOW + pause(1)
    pauses = [pause(tries) for tries in range(1, 9)]
    assert pauses[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert pauses[-1] == timedelta(hours=1)


def test_after_too_many_tries_a_person_is_asked() -> None:
    found = next_state(receipt(Outcome.RETRY, words="busy"), tries=MOST_TRIES, settle=SETTLE, now=NOW)
    assert found.state is PushState.NEEDS_ATTENTION
    assert "busy" in found.words


def test_an_unconfirmed_one_is_checked_when_the_store_has_settled() -> None:
    assert next_state(receipt(Outcome.UNCONFIRMED), tries=1, settle=SETTLE, now=NOW).next_at == NOW + SETTLE


def fulfillment(order_id: str = "77") -> Fulfillment:
    order = Order(
        remote_id=order_id,
        number=order_id,
        status=OrderStatus.OPEN,
        remote_status="processing",
        created_at=NOW,
        changed_at=NOW,
        currency="EUR",
        total=Decimal(1),
        payment=Payment(kind=PaymentKind.PAID),
        lines=(),
    )
    shipments = tuple(
        FulfillmentShipment(id=uuid, revision=1, items=(), tracking=(), shipped_at=NOW)
        for uuid in ("u1", "u2")
    )
    return Fulfillment(order=order, shipments=shipments, completes_order=True)


BOTH = (receipt(), receipt(shipment_id="u2"))


def test_a_whole_receipt_is_believed() -> None:
    assert ReceiptCheck.of([fulfillment()]).accept(Receipt(order_id="77", shipments=BOTH)) == (BOTH, "")


def test_a_second_receipt_is_a_fault_and_not_believed() -> None:
    check = ReceiptCheck.of([fulfillment()])
    check.accept(Receipt(order_id="77", shipments=BOTH))
    good, fault = check.accept(Receipt(order_id="77", shipments=BOTH))
    assert good == ()
    assert "had one already" in fault


def test_a_foreign_receipt_is_a_fault() -> None:
    good, fault = ReceiptCheck.of([fulfillment()]).accept(Receipt(order_id="78", shipments=BOTH))
    assert good == ()
    assert "78" in fault


@pytest.mark.parametrize(
    ("entries", "believed", "fault"),
    [
        (BOTH[:1], 1, "no entry for shipment u2"),
        ((*BOTH, receipt(shipment_id="u3")), 2, "shipment u3"),
        ((receipt(revision=2), BOTH[1]), 1, "revision 2"),
        ((BOTH[0], *BOTH), 2, "shipment u1"),
    ],
)
def test_entries_that_do_not_fit_are_named_and_left_out(
    entries: tuple[ShipmentReceipt, ...], believed: int, fault: str
) -> None:
    good, told = ReceiptCheck.of([fulfillment()]).accept(Receipt(order_id="77", shipments=entries))
    assert len(good) == believed
    assert fault in told


NUMBERED = FulfillmentShipment(
    id="u1",
    revision=1,
    items=(Item(line_id="l1", quantity=2),),
    tracking=(TrackingNumber(number="N1"), TrackingNumber(number="N2")),
    shipped_at=NOW,
    former_numbers=("N0",),
)
TOLD = Effects(shipment=Effect.DONE, tracking=Effect.DONE, status=Effect.DONE)
HELD = StoreHolds(numbers=("N1", "N2"), items=(Item(line_id="l1", quantity=2),), order_status="completed")


def accepted(
    outcome: Outcome, holds: StoreHolds | None, effects: Effects = TOLD
) -> tuple[ShipmentReceipt, str]:
    entry = receipt(outcome, holds=holds, effects=effects, remote_ids=("R1",))
    (taken,), fault = ReceiptCheck.of([replace(fulfillment(), shipments=(NUMBERED,))]).accept(
        Receipt(order_id="77", shipments=(entry,))
    )
    return taken, fault


def test_what_was_refunded_since_it_left_need_not_be_held() -> None:
    line = OrderLine(id="l1", sku="A", name="A", quantity=2, removed=1)
    order = replace(fulfillment().order, lines=(line,))
    entry = receipt(
        Outcome.DONE,
        holds=replace(HELD, items=(Item(line_id="l1", quantity=1),)),
        effects=TOLD,
        remote_ids=("R1",),
    )
    check = ReceiptCheck.of([replace(fulfillment(), order=order, shipments=(NUMBERED,))])
    (taken,), fault = check.accept(Receipt(order_id="77", shipments=(entry,)))
    assert (taken.outcome, fault) == (Outcome.DONE, "")


@pytest.mark.parametrize(
    ("holds", "words"),
    [
        (None, "does not hold the number N1, N2"),
        (replace(HELD, numbers=("N1",)), "does not hold the number N2"),
        (replace(HELD, numbers=("N0", "N1", "N2")), "still holds the number N0"),
        (replace(HELD, items=(Item(line_id="l1", quantity=1),)), "holds less of line l1"),
        (replace(HELD, items=(Item(line_id="l2", quantity=2),)), "holds less of line l1"),
        (
            replace(HELD, order_status="processing"),
            "the order's status is done, and that the store still holds 'processing'",
        ),
    ],
)
def test_a_receipt_that_claims_more_than_it_shows_is_not_believed(
    holds: StoreHolds | None, words: str
) -> None:
    taken, fault = accepted(Outcome.DONE, holds)
    assert (taken.outcome, taken.reason) == (Outcome.UNCONFIRMED, CONTRADICTION)
    assert words in taken.words
    assert "order 77" in fault
    assert words in fault


def test_a_former_number_that_was_there_before_us_or_that_a_sibling_wants_is_no_contradiction() -> None:
    holds = replace(HELD, numbers=("N0", "N1", "N2"))
    told = Receipt(order_id="77", shipments=(receipt(holds=holds, effects=TOLD, remote_ids=("R1",)),))
    before = Baseline(entries=(("R1", "N0"),), remaining=(), remote_status="processing")
    sibling = replace(NUMBERED, id="u2", acknowledged=1, tracking=(TrackingNumber(number="N0"),))
    for shipments in ((replace(NUMBERED, baseline=before),), (NUMBERED, sibling)):
        check = ReceiptCheck.of([replace(fulfillment(), shipments=shipments)])
        assert check.accept(told) == (told.shipments, "")


def test_numbers_that_the_store_changed_are_not_done_whatever_the_effects_say() -> None:
    effects = replace(TOLD, tracking=Effect.NOT_DONE)
    assert accepted(Outcome.DONE, replace(HELD, numbers=("N7",)), effects)[0].outcome is Outcome.UNCONFIRMED


@pytest.mark.parametrize(
    ("outcome", "holds", "effects"),
    [
        (Outcome.DONE, HELD, TOLD),
        (Outcome.DONE, replace(HELD, items=()), TOLD),
        (Outcome.DONE, replace(HELD, numbers=()), replace(TOLD, tracking=Effect.NOT_DONE)),
        (Outcome.DONE, replace(HELD, order_status="processing"), replace(TOLD, status=Effect.NOT_DONE)),
        (Outcome.DONE, replace(HELD, order_status="processing", closed=True), TOLD),
        (
            Outcome.DONE_ELSEWHERE,
            replace(HELD, numbers=("X9",), items=()),
            replace(TOLD, tracking=Effect.NOT_DONE),
        ),
        (Outcome.REFUSED, StoreHolds(), TOLD),
        (Outcome.RETRY, None, TOLD),
    ],
)
def test_a_receipt_that_shows_what_it_claims_is_believed(
    outcome: Outcome, holds: StoreHolds | None, effects: Effects
) -> None:
    taken, fault = accepted(outcome, holds, effects)
    assert (taken.outcome, fault) == (outcome, "")


@pytest.mark.parametrize(
    ("before", "told", "kept"),
    [
        (MailEffect.SENT, MailEffect.NOT_SENT, MailEffect.SENT),
        (MailEffect.SENT, MailEffect.UNCONFIRMED, MailEffect.SENT),
        (MailEffect.UNCONFIRMED, MailEffect.NOT_SENT, MailEffect.UNCONFIRMED),
        (MailEffect.UNKNOWABLE, MailEffect.UNCONFIRMED, MailEffect.UNKNOWABLE),
        (MailEffect.NOT_SENT, MailEffect.SENT, MailEffect.SENT),
    ],
)
def test_a_mail_that_went_or_may_have_gone_is_not_forgotten(
    before: MailEffect, told: MailEffect, kept: MailEffect
) -> None:
    changes = receipt_changes(receipt(effects=Effects(mail=told)), replace(SENT, mail=before))
    assert changes["effect_mail"] is kept


def test_what_the_store_has_is_not_forgotten_because_a_receipt_does_not_name_it() -> None:
    assert "remote_ids" not in receipt_changes(receipt(), SENT)
    assert "fences" not in receipt_changes(receipt(), SENT)
    assert receipt_changes(receipt(remote_ids=("9",)), SENT)["remote_ids"] == ["9"]


def test_no_answer_makes_a_shipment_wait_longer_than_a_day() -> None:
    far = NOW + timedelta(days=400)
    for outcome in (Outcome.RETRY, Outcome.UNCONFIRMED):
        after = next_state(receipt(outcome, not_before=far), tries=1, settle=SETTLE, now=NOW)
        assert after.next_at == NOW + timedelta(days=1)
