"""The mail to the customer: asked for once, after the tracks are in, and only where it is wanted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fbridge.errors import CredentialsError
from fbridge.models.fulfillments import Baseline, Fulfillment, FulfillmentShipment
from fbridge.models.states import Effect, MailEffect, Outcome
from fbridge.sandbox import ServedSandbox
from fbridge_magento import plugin

DeskOf = Callable[..., Any]
FulfillmentOf = Callable[..., Fulfillment]
ShipmentOf = Callable[..., FulfillmentShipment]

TRIED = Baseline(entries=(), remaining=(), remote_status="processing")


def read_order(served: ServedSandbox, desk: Any, pieces: int = 2) -> Any:
    return desk.order(served.control.new_order([("TAZZA-01", pieces)]))


def mails(served: ServedSandbox, order: Any) -> list[tuple[str, ...]]:
    return [mail.numbers for mail in served.control.mails(int(order.remote_id))]


def corrected(one: Fulfillment, receipt: Any, desk: Any, tracking: Any) -> Fulfillment:
    before = one.shipments[0]
    wanted = replace(
        before,
        revision=before.revision + 1,
        acknowledged=before.revision,
        acknowledged_numbers=before.numbers,
        remote_ids=receipt.shipments[0].remote_ids,
        mail=receipt.shipments[0].effects.mail,
        tracking=tracking,
    )
    return replace(one, order=desk.order(one.order_id), shipments=(wanted,))


def test_c6_one_mail_leaves_with_all_numbers(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = read_order(sandbox, desk)
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1", "BX2"])).shipments
    assert entry.effects.mail is MailEffect.SENT
    assert mails(sandbox, order) == [("BX1", "BX2")]


def test_each_shipment_has_a_mail_of_its_own(
    sandbox: ServedSandbox, desk_of: DeskOf, shipment_of: ShipmentOf
) -> None:
    desk = desk_of(sandbox)
    order = read_order(sandbox, desk)
    line = order.lines[0].id
    parts = tuple(shipment_of(order, [name], items=[(line, 1)], name=name) for name in ("A", "B"))
    desk.push_one(Fulfillment(order=order, shipments=parts, completes_order=True, notify=True))
    assert mails(sandbox, order) == [("A",), ("B",)]


@pytest.mark.parametrize(
    ("notify", "known"),
    [
        (False, MailEffect.NOT_SENT),
        (True, MailEffect.SENT),
        (True, MailEffect.UNCONFIRMED),
        (True, MailEffect.UNKNOWABLE),
    ],
)
def test_c11_no_mail_where_none_is_wanted_or_one_may_have_left(
    sandbox: ServedSandbox,
    desk_of: DeskOf,
    fulfillment_of: FulfillmentOf,
    notify: bool,
    known: MailEffect,
) -> None:
    desk = desk_of(sandbox)
    order = read_order(sandbox, desk)
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"], notify=notify, mail=known)).shipments
    assert (entry.outcome, entry.effects.mail) == (Outcome.DONE, known)
    assert mails(sandbox, order) == []


def test_a_mail_that_the_store_could_not_send_is_told_and_not_asked_for_again(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, shipment_of: ShipmentOf
) -> None:
    desk = desk_of(sandbox)
    order = read_order(sandbox, desk)
    one = fulfillment_of(order, ["BX1"])
    sandbox.control.lose_mails()
    receipt = desk.push_one(one)
    entry = receipt.shipments[0]
    assert (entry.outcome, entry.reason) == (Outcome.DONE, "mail_failed")
    assert entry.effects.mail is MailEffect.NOT_SENT
    assert "has not mailed the customer" in entry.words
    sandbox.control.lose_mails(lost=False)
    desk.push_one(corrected(one, receipt, desk, shipment_of(order, ["BX2"]).tracking))
    assert mails(sandbox, order) == []


@pytest.mark.parametrize(
    ("setting", "lost", "told"),
    [
        (False, False, MailEffect.SENT),
        (True, False, MailEffect.UNKNOWABLE),
        (True, True, MailEffect.UNKNOWABLE),
    ],
    ids=["by default", "mail_on_correction", "mail server out of order"],
)
def test_a_corrected_number_is_mailed_only_where_the_setting_wants_it(
    sandbox: ServedSandbox,
    desk_of: DeskOf,
    fulfillment_of: FulfillmentOf,
    shipment_of: ShipmentOf,
    setting: bool,
    lost: bool,
    told: MailEffect,
) -> None:
    """Of a second mail the store says that it left, whether it did or not: it looks at its note of the first."""
    desk = desk_of(sandbox, mail_on_correction=setting)
    order = read_order(sandbox, desk)
    one = fulfillment_of(order, ["BX1", "BX2"])
    receipt = desk.push_one(one)
    new = corrected(one, receipt, desk, shipment_of(order, ["BX1", "BX3"]).tracking)
    sandbox.control.lose_mails(lost=lost)
    receipt = desk.push_one(new)
    left = mails(sandbox, order)
    assert left == [("BX1", "BX2"), *([("BX1", "BX3")] if setting and not lost else [])]
    assert receipt.shipments[0].effects.mail is told
    fewer = corrected(new, receipt, desk, shipment_of(order, ["BX1"]).tracking)
    desk.push_one(fewer)
    assert mails(sandbox, order) == left


@pytest.mark.parametrize("tried", [True, False], ids=["tried before", "backup put back"])
def test_a_shipment_that_is_there_without_its_mail_is_mailed_if_we_know_that_none_left(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, *, tried: bool
) -> None:
    desk = desk_of(sandbox)
    order = read_order(sandbox, desk)
    desk.push_one(fulfillment_of(order, ["BX1"], notify=False))
    now = desk.order(order.remote_id)
    items = [(order.lines[0].id, 2)]
    again = fulfillment_of(now, ["BX1"], items=items, baseline=TRIED if tried else None)
    (entry,) = desk.push_one(again).shipments
    assert (entry.outcome, entry.reason) == (Outcome.DONE, "already_there")
    assert ("nothing was sent" in entry.words) is not tried
    assert len(mails(sandbox, order)) == int(tried)
    desk.push_one(replace(again, order=desk.order(order.remote_id)))
    assert len(mails(sandbox, order)) == int(tried)


def test_their_own_shipment_is_never_mailed_by_us(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = read_order(sandbox, desk)
    sandbox.control.ship(int(order.remote_id))
    items = [(order.lines[0].id, 2)]
    for ids in ((), (str(sandbox.control.shipments(int(order.remote_id))[0]["entity_id"]),)):
        now = desk.order(order.remote_id)
        receipt = desk.push_one(fulfillment_of(now, ["BX1"], items=items, baseline=TRIED, remote_ids=ids))
        assert receipt.shipments[0].outcome is Outcome.DONE_ELSEWHERE
    assert mails(sandbox, order) == []


def test_credentials_that_end_before_the_mail_leave_a_receipt_and_the_mail_for_later(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    """A shipment that was made must have a receipt, whatever becomes of its mail."""
    desk = desk_of(sandbox)
    order = read_order(sandbox, desk)
    writes = iter(range(1, 10))
    desk.store.http.before_write = lambda: sandbox.control.take_bearer(taken=next(writes) < 2)
    receipts = plugin.push_fulfillment(desk.store, [fulfillment_of(order, ["BX1"])])
    (entry,) = next(receipts).shipments
    assert (entry.outcome, entry.reason) == (Outcome.RETRY, "held_back")
    assert (entry.effects.shipment, entry.effects.mail) == (Effect.DONE, MailEffect.NOT_SENT)
    with pytest.raises(CredentialsError):
        next(receipts)
    desk.store.http.before_write = lambda: None
    sandbox.control.take_bearer(taken=True)
    now = desk.order(order.remote_id)
    items = [(order.lines[0].id, 2)]
    desk.push_one(fulfillment_of(now, ["BX1"], items=items, baseline=TRIED, remote_ids=entry.remote_ids))
    assert mails(sandbox, order) == [("BX1",)]
    assert len(sandbox.control.shipments(int(order.remote_id))) == 1
