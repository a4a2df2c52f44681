"""What a push would do with each shipment, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fbridge.models.fulfillments import Item, Preview
from fbridge.models.orders import OrderLine
from fbridge.models.push import LedgerRow
from fbridge.models.shipments import Carrier
from fbridge.models.states import MailEffect, PushState
from fbridge.push.decide import (
    Action,
    Allowed,
    Decision,
    PushPolicy,
    build_fulfillment,
    completes,
    decide,
    fingerprint,
    leaving,
)

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
BRT = Carrier(id=1, code="BRT", name="BRT Bartolini")

POLICY = PushPolicy(
    patience=None,
    send_unmapped=False,
    mappings={1: "brt-bartolini"},
    codes={"brt-bartolini": "BRT Bartolini (Italy)"},
    codes_open=False,
    settle=timedelta(seconds=30),
    always_mails=True,
    accepts_mail=True,
    warehouses={},
)

ROW = LedgerRow(
    shipment_id=1,
    uuid="u1",
    store="shop",
    order_id=10,
    remote_order_id="77",
    order_number="1077",
    postcode="20100",
    manifest="2026-0001",
    carrier=BRT,
    revision=1,
    acknowledged_revision=None,
    parcels=1,
    warehouse=None,
    shipped_at=NOW - timedelta(hours=1),
    items=(Item(line_id="a", quantity=2),),
    numbers=("BX1",),
    acknowledged_numbers=(),
    cod=None,
    state=PushState.READY,
    reason="shipped",
    words="",
    since=NOW,
    next_at=None,
    tries=0,
    unconfirmed_since=None,
    baseline=None,
    remote_ids=(),
    fences=(),
    mail=MailEffect.NOT_SENT,
)


def decision(row: LedgerRow = ROW, policy: PushPolicy = POLICY, *, completes_order: bool = True):  # type: ignore[no-untyped-def]
    return decide(row, policy, completes_order=completes_order, now=NOW)


def test_a_numbered_shipment_of_a_mapped_carrier_goes_out_under_the_stores_own_name() -> None:
    found = decision()
    assert found.action is Action.SEND
    assert found.carrier.site_code == "brt-bartolini"
    assert found.carrier.label == "BRT Bartolini (Italy)"


def test_a_new_revision_of_what_the_store_holds_is_an_update() -> None:
    row = replace(ROW, revision=2, acknowledged_revision=1)
    assert decision(row).action is Action.UPDATE


@pytest.mark.parametrize("state", [PushState.SENDING, PushState.UNCONFIRMED])
def test_a_lost_answer_is_checked_after_the_settle_time_before_anything_is_sent(state: PushState) -> None:
    row = replace(ROW, state=state, unconfirmed_since=NOW)
    found = decision(row)
    assert (found.action, found.next_at) == (Action.CHECK, NOW + timedelta(seconds=30))


def test_without_a_number_it_waits_for_ever_where_the_store_wants_numbers() -> None:
    found = decision(replace(ROW, numbers=()))
    assert (found.action, found.reason, found.next_at) == (Action.WAIT, "no_tracking_number", None)


def test_without_a_number_it_waits_as_long_as_the_store_says_then_goes() -> None:
    row, policy = replace(ROW, numbers=()), replace(POLICY, patience=timedelta(hours=18))
    found = decision(row, policy)
    assert (found.action, found.next_at) == (Action.WAIT, row.shipped_at + timedelta(hours=18))
    old = replace(row, shipped_at=NOW - timedelta(hours=18))
    assert decision(old, policy).action is Action.SEND


def test_without_a_number_it_goes_at_once_where_the_store_says_so() -> None:
    assert decision(replace(ROW, numbers=()), replace(POLICY, patience=timedelta(0))).action is Action.SEND


def test_an_unmapped_carrier_waits_where_the_stores_list_is_closed() -> None:
    found = decision(policy=replace(POLICY, mappings={}))
    assert (found.action, found.reason) == (Action.WAIT, "carrier_unmapped")
    assert "BRT" in found.words


def test_an_unmapped_carrier_goes_under_its_own_name_where_the_stores_list_is_open() -> None:
    found = decision(policy=replace(POLICY, mappings={}, codes_open=True))
    assert (found.carrier.site_code, found.carrier.label) == (None, "BRT Bartolini")


def test_an_unmapped_carrier_is_left_out_with_its_number_where_the_store_sends_unmapped() -> None:
    found = decision(policy=replace(POLICY, mappings={}, send_unmapped=True))
    assert (found.action, found.carrier, found.with_numbers) == (Action.SEND, None, False)


def test_a_code_that_the_store_no_longer_knows_waits_and_says_which() -> None:
    found = decision(policy=replace(POLICY, codes={"ups": "UPS"}))
    assert found.action is Action.WAIT
    assert "'brt-bartolini'" in found.words


def test_nobody_is_mailed_whose_store_did_not_accept_it() -> None:
    policy = replace(POLICY, accepts_mail=False)
    assert decision(policy=policy).reason == "mail_not_accepted"
    assert decision(policy=policy, completes_order=False).action is Action.SEND
    correction = replace(ROW, revision=2, acknowledged_revision=1)
    assert decision(correction, policy).action is Action.UPDATE


def test_a_retry_waits_for_its_time() -> None:
    row = replace(ROW, state=PushState.RETRY, next_at=NOW + timedelta(minutes=5))
    assert decision(row).action is Action.WAIT
    assert decision(replace(row, next_at=NOW)).action is Action.SEND


@pytest.mark.parametrize("state", [PushState.REFUSED, PushState.NEEDS_ATTENTION])
def test_what_a_person_must_decide_is_not_touched(state: PushState) -> None:
    assert decision(replace(ROW, state=state, reason="unprovable")).action is Action.BLOCKED


def line(quantity: int, *, shipped: int = 0, removed: int = 0, shippable: bool = True) -> OrderLine:
    return OrderLine(
        id="a", sku="A", name="A", quantity=quantity, shipped=shipped, removed=removed, shippable=shippable
    )


@pytest.mark.parametrize(
    ("lines", "rows", "complete"),
    [
        ([line(2)], [ROW], True),
        ([line(3)], [ROW], False),
        ([line(3, removed=1)], [ROW], True),
        ([line(3, shipped=1)], [ROW], True),
        ([line(3, shipped=2)], [replace(ROW, acknowledged_revision=1)], False),
        ([line(5, shippable=False)], [], True),
        ([line(4)], [ROW, replace(ROW, acknowledged_revision=1)], True),
        ([line(4, shipped=2)], [replace(ROW, remote_ids=("9",))], False),
        ([line(2)], [replace(ROW, remote_ids=("9",))], True),
    ],
)
def test_an_order_is_complete_when_every_shippable_piece_has_left(
    lines: list[OrderLine], rows: list[LedgerRow], complete: bool
) -> None:
    assert completes(lines, rows) is complete


def test_equal_plans_have_equal_fingerprints_and_others_do_not() -> None:
    facts = [{"shipment": "S1", "numbers": ("BX1",), "next_at": NOW}]
    assert fingerprint(facts) == fingerprint([dict(reversed(facts[0].items()))])
    assert fingerprint(facts) != fingerprint([{**facts[0], "numbers": ("BX2",)}])


def test_what_is_sent_later_than_one_tried_is_looked_for_as_it_was_tried() -> None:
    row = replace(ROW, revision=3, numbers=("BX3",), tried=((1, ("BX1",)), (2, ("BX2",))))
    tried = row.as_tried()
    assert (tried.revision, tried.numbers) == (2, ("BX2",))
    assert ROW.as_tried() == ROW


def test_every_number_that_may_have_arrived_and_is_not_wanted_any_more_is_remembered() -> None:
    row = replace(
        ROW,
        numbers=("BX3", "BX1"),
        acknowledged_numbers=("BX0",),
        tried=((1, ("BX1",)), (2, ("BX2", "BX0"))),
    )
    assert row.former_numbers == ("BX0", "BX2")


@pytest.mark.parametrize(
    ("mails", "places", "words"),
    [
        (("order completed",), ("Milan",), ""),
        ((), (), ""),
        (("order completed", "again"), ("Milan",), "2 mails instead of 1"),
        ((), ("Milan", "Turin"), "goods leave from Turin, too"),
    ],
)
def test_a_run_does_no_more_than_its_plan_showed(
    mails: tuple[str, ...], places: tuple[str, ...], words: str
) -> None:
    shown = Allowed(versions={1: 0}, mails=1, places=frozenset({"Milan"}))
    told = shown.outgrown_by(Preview(order_id="77", mails=mails, places=places))
    assert words in told
    assert bool(told) is bool(words)


def test_what_the_plan_showed_as_refused_does_not_leave() -> None:
    """Nobody was asked whether it should."""
    refused = Allowed(versions={1: 0}, mails=0, places=frozenset(), blocked=True)
    assert "look at the plan again" in refused.outgrown_by(Preview(order_id="77"))
    assert refused.outgrown_by(Preview(order_id="77", refused="it is on hold")) == ""
    assert Allowed(versions={1: 0}, mails=0, places=frozenset()).within(refused).blocked


def test_a_correction_that_waits_is_not_written_along_with_a_sibling(make: Any) -> None:
    """A receipt for it could not be kept, for it was never claimed."""
    waits = replace(ROW, revision=2, acknowledged_revision=1, numbers=("BX9",), acknowledged_numbers=("BX1",))
    goes = replace(ROW, shipment_id=2, uuid="u2", numbers=("BX2",))
    decisions = {
        1: Decision(action=Action.WAIT, reason="carrier_unmapped", words=""),
        2: Decision(action=Action.SEND, reason="due", words=""),
    }
    sent = build_fulfillment(make.order("77"), leaving([waits, goes], decisions), decisions, POLICY)
    assert [one.numbers for one in sent.shipments] == [("BX1",), ("BX2",)]
    assert [one.id for one in sent.outstanding] == ["u2"]
