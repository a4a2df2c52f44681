"""Nothing is sent again on a guess, and what was surely not sent is said to be so."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from fbridge.errors import CredentialsError, NotSent
from fbridge.http import RetryPolicy, StoreHttp
from fbridge.models.fulfillments import Fulfillment, Receipt
from fbridge.models.platforms import Store
from fbridge.models.states import Effect, MailEffect, Outcome
from fbridge.sandbox import ServedSandbox
from fbridge.testing.faults import Answer, Fault, FaultProxy
from fbridge_woocommerce import plugin

MakeSandbox = Callable[..., ServedSandbox]
DeskOf = Callable[..., Any]
FulfillmentOf = Callable[..., Fulfillment]


def chunk_of(
    served: ServedSandbox, desk: Any, fulfillment_of: FulfillmentOf, count: int = 4
) -> list[Fulfillment]:
    orders = desk.orders(*served.control.order_ids("processing"))
    due = [order for order in orders if any(line.due for line in order.lines)]
    served.control.forget_requests()
    return [fulfillment_of(order, [f"BX{order.remote_id}"]) for order in due[:count]]


def writes(served: ServedSandbox) -> int:
    return sum(seen.method != "GET" for seen in served.control.requests())


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("gateway_timeout", "gateway_timeout"),
        ("server_error", "server_error"),
        ("drop_before", "no_answer"),
        ("drop_after", "no_answer"),
        ("truncated", "broken_json"),
        ("login_page", "html_instead_of_json"),
    ],
)
def test_an_answer_that_proves_nothing_is_unconfirmed_for_the_whole_batch(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, kind: str, reason: str
) -> None:
    desk = desk_of(sandbox)
    chunk = chunk_of(sandbox, desk, fulfillment_of)
    sandbox.control.add_fault(kind, path="orders/batch")
    receipts = desk.push(*chunk)
    assert len(receipts) == len(chunk)
    for receipt in receipts.values():
        (entry,) = receipt.shipments
        assert (entry.outcome, entry.reason) == (Outcome.UNCONFIRMED, reason)
        effects = entry.effects
        assert (effects.shipment, effects.tracking, effects.status) == (Effect.UNCONFIRMED,) * 3
        assert effects.mail is MailEffect.UNCONFIRMED
    assert writes(sandbox) <= 1


@pytest.mark.parametrize("kind", ["gateway_timeout", "drop_before", "drop_after"])
def test_c5_after_a_lost_answer_only_what_is_missing_is_sent(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, kind: str
) -> None:
    desk = desk_of(sandbox)
    chunk = chunk_of(sandbox, desk, fulfillment_of)
    sandbox.control.add_fault(kind, path="orders/batch")
    desk.push(*chunk)
    time.sleep(0.3)
    tried = desk.store.now()
    again = [
        fulfillment_of(order, one.shipments[0].numbers, unconfirmed_since=tried)
        for one, order in zip(chunk, desk.orders(*(one.order_id for one in chunk)), strict=True)
    ]
    receipts = desk.push(*again)
    assert {entry.outcome for receipt in receipts.values() for entry in receipt.shipments} == {Outcome.DONE}
    for one in chunk:
        assert len(sandbox.control.trackings(int(one.order_id))) == 1
        assert len(sandbox.control.mails(int(one.order_id))) == 1


@pytest.mark.parametrize("acts", [True, False], ids=["after the act", "instead of the act"])
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, b'{"code":"rest_invalid_shipment","message":"Not today.","data":{"status":400}}'),
        (401, b'{"code":"rest_not_logged_in","message":"Log in first.","data":{"status":401}}'),
        (
            401,
            b'{"code":"woocommerce_rest_authentication_error","message":"Invalid nonce.","data":{"status":401}}',
        ),
        (400, b'{"code":0,"message":"The ERP plugin could not export it.","data":{"status":400}}'),
        (404, b'{"message":"no route"}'),
        (500, b'{"code":"internal_server_error","message":"Critical.","data":{"status":500}}'),
        (503, b'{"code":"wp_die","message":"Briefly unavailable.","data":{"status":503}}'),
        (200, b'{"update":[]}'),
        (200, b'{"update":[{"id":19}]}'),
        (200, b'{"status":"blocked"}'),
        (200, b"[]"),
    ],
)
def test_an_answer_that_is_not_listed_proves_nothing_and_all_arrives_once(
    sandbox: ServedSandbox,
    desk_of: DeskOf,
    fulfillment_of: FulfillmentOf,
    status: int,
    body: bytes,
    *,
    acts: bool,
) -> None:
    with FaultProxy(sandbox.url) as proxy:
        behind = SimpleNamespace(
            url=proxy.url, store_settings=sandbox.store_settings, control=sandbox.control
        )
        desk = desk_of(behind)
        chunk = chunk_of(sandbox, desk, fulfillment_of, 2)
        fault = Fault(name="odd", answer=Answer.STATUS, status=status, body=body, acts=acts)
        proxy.strike(fault, path="orders/batch")
        outcomes = {one.shipments[0].outcome for one in desk.push(*chunk).values()}
        assert outcomes == {Outcome.UNCONFIRMED}
        tried = desk.store.now()
        desk.push(
            *(
                fulfillment_of(desk.order(one.order_id), one.shipments[0].numbers, unconfirmed_since=tried)
                for one in chunk
            )
        )
    for one in chunk:
        assert len(sandbox.control.trackings(int(one.order_id))) == 1
        assert len(sandbox.control.mails(int(one.order_id))) == 1


def test_a_mail_that_may_have_gone_is_not_said_to_be_unsent(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    (one,) = chunk_of(sandbox, desk, fulfillment_of, 1)
    sandbox.control.add_fault("drop_after", path="orders/batch")
    desk.push(one)
    again = fulfillment_of(
        desk.order(one.order_id), one.shipments[0].numbers, unconfirmed_since=desk.store.now()
    )
    (entry,) = desk.push_one(again).shipments
    assert entry.effects.mail is MailEffect.UNCONFIRMED


def test_a_rate_limit_that_woocommerce_does_not_have_is_looked_up_at_the_time_that_it_asks(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    (one,) = chunk_of(sandbox, desk, fulfillment_of, 1)
    sandbox.control.add_fault("too_many_requests", path="orders/batch", retry_after=600)
    before = desk.store.now()
    (entry,) = desk.push_one(one).shipments
    assert (entry.outcome, entry.reason) == (Outcome.UNCONFIRMED, "rate_limited")
    assert entry.not_before is not None
    assert timedelta(seconds=590) < entry.not_before - before < timedelta(seconds=620)
    assert sandbox.control.order(int(one.order_id))["status"] == "processing"


def test_without_a_connection_nothing_was_sent(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    chunk = chunk_of(sandbox, desk, fulfillment_of)
    sandbox.close()
    with pytest.raises(NotSent) as stop:
        desk.push(*chunk)
    assert stop.value.order_ids == {one.order_id for one in chunk}


def test_a_store_that_cannot_be_looked_at_got_nothing(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    chunk = chunk_of(sandbox, desk, fulfillment_of)
    with StoreHttp(sandbox.url, timeout=2, retry_policy=RetryPolicy(tries=1)) as http:
        unchecked = Store("lab", sandbox.url, desk.store.settings, http)
        sandbox.close()
        with pytest.raises(NotSent) as stop:
            list(plugin.push_fulfillment(unchecked, chunk))
    assert stop.value.order_ids == {one.order_id for one in chunk}


def test_a_read_only_key_stops_the_push_and_is_named(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    key = sandbox.control.keys["read"]
    desk = desk_of(sandbox, consumer_key=key.consumer_key, consumer_secret=key.consumer_secret)
    chunk = chunk_of(sandbox, desk, fulfillment_of)
    with pytest.raises(NotSent, match="write permissions") as stop:
        desk.push(*chunk)
    assert stop.value.order_ids == {one.order_id for one in chunk}
    assert isinstance(stop.value.__cause__, CredentialsError)
    assert key.consumer_secret not in str(stop.value)
    assert sandbox.control.mails() == []


def test_orders_that_need_nothing_are_told_before_a_stop(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    chunk = chunk_of(sandbox, desk, fulfillment_of, 2)
    desk.push(chunk[0])
    finished = fulfillment_of(desk.order(chunk[0].order_id), chunk[0].shipments[0].numbers)
    sandbox.control.switch_off("woocommerce")
    receipts: list[Receipt] = []
    with pytest.raises(NotSent) as stop:
        receipts.extend(plugin.push_fulfillment(desk.store, [finished, chunk[1]]))
    assert [receipt.order_id for receipt in receipts] == [finished.order_id]
    assert stop.value.order_ids == {chunk[1].order_id}


def test_notes_that_cannot_be_read_for_a_moment_are_read_after_the_next_body(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    sandbox.control.refuse_mails()
    sandbox.control.add_fault("login_page", method="read", path="/notes")
    mails = [
        desk.push_one(one).shipments[0].effects.mail for one in chunk_of(sandbox, desk, fulfillment_of, 2)
    ]
    assert mails == [MailEffect.UNKNOWABLE, MailEffect.NOT_SENT]


def test_an_order_without_an_address_mails_nobody_and_hides_no_mail_that_failed(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    """As marketplaces import them: no mail leaves, and no note tells of one."""
    desk = desk_of(sandbox)
    first, second = chunk_of(sandbox, desk, fulfillment_of, 2)
    sandbox.control.change(int(second.order_id), billing={"email": ""})
    second = replace(second, order=desk.order(second.order_id))
    (preview,) = plugin.preview_push(desk.store, [second])
    assert (preview.mails, "has no e-mail address" in preview.warnings[-1]) == ((), True)
    sandbox.control.refuse_mails()
    told, silent = (one.shipments[0] for one in desk.push(first, second).values())
    assert (told.effects.mail, silent.effects.mail) == (MailEffect.NOT_SENT, MailEffect.NOT_SENT)
    assert "Could not instantiate" in told.words
    assert "has no e-mail address" in silent.words


@pytest.mark.parametrize("fails", ["", "SMTP Error"])
def test_what_a_shop_notes_in_another_language_proves_nothing(
    sandbox: ServedSandbox,
    desk_of: DeskOf,
    fulfillment_of: FulfillmentOf,
    monkeypatch: pytest.MonkeyPatch,
    fails: str,
) -> None:
    """A mail that failed is not told as sent, nor one that left as missing."""
    add = sandbox.control.shop.add_note
    said = {
        'Email "Completed order"': 'Email "Ordine completato"',
        " failed to send": " non inviata",
        " sent": " inviata",
    }

    def in_italian(record: Any, text: str, **options: Any) -> Any:
        for english, italian in said.items():
            text = text.replace(english, italian)
        return add(record, text, **options)

    monkeypatch.setattr(sandbox.control.shop, "add_note", in_italian)
    sandbox.control.refuse_mails(fails)
    desk = desk_of(sandbox)
    (one,) = chunk_of(sandbox, desk, fulfillment_of, 1)
    assert desk.push_one(one).shipments[0].effects.mail is MailEffect.UNKNOWABLE
    assert len(sandbox.control.mails(int(one.order_id))) == (0 if fails else 1)


def test_an_unchecked_store_is_looked_at_once(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox, checked=False)
    first, second = chunk_of(sandbox, desk, fulfillment_of, 2)
    assert desk.push_one(first).shipments[0].effects.tracking is Effect.DONE
    sandbox.control.forget_requests()
    desk.push_one(second)
    asked = [seen.method for seen in sandbox.control.requests()]
    assert asked == ["GET", "POST", "GET"], "whether the plugin is there, and what became of a mail"


def test_a_plugin_that_does_not_show_our_rows_gets_them_by_its_own_route(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another storage than the order meta: here the plugin's routes answer from a list of their own."""
    desk = desk_of(sandbox)
    chunk = chunk_of(sandbox, desk, fulfillment_of, 3)
    _separate_storage(monkeypatch)
    assert desk.push_one(chunk[0]).shipments[0].effects.tracking is Effect.DONE
    desk = desk_of(sandbox)  # checked anew
    sandbox.control.forget_requests()
    desk.push_one(chunk[1])
    order_of_writes = [seen.path for seen in sandbox.control.requests() if seen.method == "POST"]
    assert "shipment-trackings" in order_of_writes[0]
    assert order_of_writes[1].endswith("orders/batch")
    again = fulfillment_of(desk.order(chunk[1].order_id), chunk[1].shipments[0].numbers)
    sandbox.control.forget_requests()
    assert desk.push_one(again).shipments[0].outcome is not Outcome.REFUSED
    assert writes(sandbox) == 0
    assert not desk.order(chunk[1].order_id).marks


def _separate_storage(monkeypatch: pytest.MonkeyPatch) -> dict[int, list[str]]:
    from fbridge_woocommerce.client import WooClient

    shown: dict[int, list[str]] = {}
    add = WooClient.add_tracking

    def trackings(self: WooClient, namespace: str, order_id: str) -> list[Any]:
        kept = shown.get(int(order_id), [])
        return [{"tracking_id": f"{number:0>32}", "tracking_number": number} for number in kept]

    def add_tracking(self: WooClient, namespace: str, order_id: str, body: Any) -> Any:
        shown.setdefault(int(order_id), []).append(body["tracking_number"])
        return add(self, namespace, order_id, body)

    monkeypatch.setattr(WooClient, "trackings", trackings)
    monkeypatch.setattr(WooClient, "add_tracking", add_tracking)
    return shown
