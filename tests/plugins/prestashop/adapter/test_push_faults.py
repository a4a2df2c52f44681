"""PrestaShop ends in the middle of a body, or never answers: what is missing is sent, and nothing twice."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from fbridge.errors import CredentialsError, NotSent
from fbridge.models.fulfillments import Baseline, Receipt
from fbridge.models.states import Effect, MailEffect, Outcome
from fbridge.sandbox import ServedSandbox
from fbridge.testing.faults import Answer, Fault, FaultProxy
from fbridge_prestashop import plugin

from .fault_calls import (
    DeskOf,
    FulfillmentOf,
    MakeSandbox,
    assert_all_there_once,
    chunk_of,
    entries,
    histories,
    writes,
)


@pytest.mark.parametrize("path", ["order_carriers", "order_histories"])
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
def test_an_answer_that_proves_nothing_is_unconfirmed_for_the_whole_body(
    sandbox: ServedSandbox,
    desk_of: DeskOf,
    fulfillment_of: FulfillmentOf,
    path: str,
    kind: str,
    reason: str,
) -> None:
    desk = desk_of(sandbox)
    chunk = chunk_of(sandbox, desk, fulfillment_of)
    sandbox.control.add_fault(kind, path=path)
    for entry in entries(desk.push(*chunk), chunk):
        assert (entry.outcome, entry.reason) == (Outcome.UNCONFIRMED, reason)
        about_states = path == "order_histories"
        assert entry.effects.status is (Effect.UNCONFIRMED if about_states else Effect.NOT_DONE)
        assert entry.effects.tracking is (Effect.DONE if about_states else Effect.UNCONFIRMED)
        assert entry.effects.mail is (MailEffect.UNCONFIRMED if about_states else MailEffect.NOT_SENT)
        assert entry.remote_ids


@pytest.mark.parametrize("path", ["order_carriers", "order_histories"])
@pytest.mark.parametrize("kind", ["gateway_timeout", "drop_before", "drop_after"])
def test_c5_after_a_lost_answer_only_what_is_missing_is_sent(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, path: str, kind: str
) -> None:
    desk = desk_of(sandbox)
    chunk = chunk_of(sandbox, desk, fulfillment_of)
    baselines = [Baseline(entries=((one.order_id, ""),), remaining=(), remote_status="2") for one in chunk]
    sandbox.control.add_fault(kind, path=path)
    lost = entries(desk.push(*chunk), chunk)
    time.sleep(0.3)
    again = [
        fulfillment_of(order, [f"BX{order.remote_id}"], baseline=baseline, mail=entry.effects.mail)
        for order, baseline, entry in zip(
            desk.orders(*(one.order_id for one in chunk)), baselines, lost, strict=True
        )
    ]
    receipts = desk.push(*again)
    assert {entry.outcome for entry in entries(receipts, chunk)} == {Outcome.DONE}
    assert_all_there_once(sandbox, chunk)
    assert all(len(sandbox.control.mails(int(one.order_id))) == 1 for one in chunk)


def test_after_a_lost_answer_to_numbers_no_state_is_written(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    """The store may still be at work on it: the other orders wait, and are said to be unsent."""
    served = make_sandbox(orders=0)
    desk = desk_of(served, customer_mail="in_transit")
    chunk = chunk_of(served, desk, fulfillment_of, 14)
    served.control.add_fault("drop_after", path="order_carriers")
    receipts: list[Receipt] = []
    with pytest.raises(NotSent) as stop:
        receipts.extend(plugin.push_fulfillment(desk.store, chunk))
    assert stop.value.order_ids == {one.order_id for one in chunk[10:]}
    assert writes(served) == ["order_carriers"]


def test_a_refused_order_in_the_middle_stops_no_other(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    """The store saves what stands before it, and its answer does not say where it ended."""
    desk = desk_of(sandbox)
    chunk = chunk_of(sandbox, desk, fulfillment_of, 5)
    sandbox.control.delete(int(chunk[2].order_id))
    got = entries(desk.push(*chunk), chunk)
    assert [entry.outcome for entry in got] == [Outcome.DONE] * 2 + [Outcome.REFUSED] + [Outcome.DONE] * 2
    assert (got[2].reason, got[2].words) == ("prestashop_92", "Invalid ID")
    assert_all_there_once(sandbox, [*chunk[:2], *chunk[3:]])


@pytest.mark.parametrize("acts", [True, False], ids=["after the act", "instead of the act"])
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, b'{"errors":[{"code":999,"message":"A module says no"}]}'),
        (400, b'{"errors":[{"code":85,"message":"Validation error"},{"code":3,"message":"[PHP Notice]"}]}'),
        (500, b'{"errors":[{"code":85,"message":"Validation error"}]}'),
        (503, b'{"errors":[{"code":46,"message":"Unable to save resource"}]}'),
        (503, b"<html><h1>Error 503 Backend fetch failed</h1><h3>Guru Meditation:</h3></html>"),
        (500, b"<b>Notice</b>: Undefined index\n{}"),
        (401, b"<html>Log in</html>"),
        (302, b""),
        (200, b"<html>One moment, please</html>"),
        (200, b'{"status":"blocked"}'),
        (200, b"[]"),
    ],
    ids=str,
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
        proxy.strike(fault, path="order_histories")
        assert {one.outcome for one in entries(desk.push(*chunk), chunk)} == {Outcome.UNCONFIRMED}
        assert len([one for one in proxy.writes if "order_histories" in one.path]) == 1
        desk.push(*(replace(one, order=desk.order(one.order_id)) for one in chunk))
    assert_all_there_once(sandbox, chunk)


def test_an_order_that_vanished_before_its_state_is_refused_and_the_others_go(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    """An unknown order makes PrestaShop crash; here nothing but the state was to be written."""
    desk = desk_of(sandbox)
    ids = [sandbox.control.add_order([("demo_3", 1)]) for _ in range(3)]
    chunk = [fulfillment_of(order, []) for order in desk.orders(*ids)]
    sandbox.control.delete(ids[1])
    got = entries(desk.push(*chunk), chunk)
    assert [entry.outcome for entry in got] == [Outcome.DONE, Outcome.REFUSED, Outcome.DONE]
    assert got[1].reason == "order_missing"


@pytest.mark.parametrize(("remote_ids", "bodies"), [(("1",), 2), ((), 1)], ids=["lost answer", "never sent"])
def test_what_had_no_answer_before_goes_alone(
    sandbox: ServedSandbox,
    desk_of: DeskOf,
    fulfillment_of: FulfillmentOf,
    remote_ids: tuple[str, ...],
    bodies: int,
) -> None:
    """It may be what the store stumbles over; what was provably not sent is not."""
    desk = desk_of(sandbox)
    chunk = chunk_of(sandbox, desk, fulfillment_of, 3)
    baseline = Baseline(entries=(), remaining=(), remote_status="2")
    again = replace(chunk[0].shipments[0], baseline=baseline, remote_ids=remote_ids)
    desk.push(replace(chunk[0], shipments=(again,)), *chunk[1:])
    assert writes(sandbox) == ["order_carriers"] * bodies + ["order_histories"] * bodies


def test_a_rate_limit_that_prestashop_does_not_have_is_looked_up_at_the_time_that_it_asks(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    (one,) = chunk_of(sandbox, desk, fulfillment_of, 1)
    sandbox.control.add_fault("too_many_requests", path="order_carriers", retry_after=600)
    before = desk.store.now()
    (entry,) = desk.push_one(one).shipments
    assert (entry.outcome, entry.reason) == (Outcome.UNCONFIRMED, "rate_limited")
    assert timedelta(seconds=590) < entry.not_before - before < timedelta(seconds=620)
    assert sandbox.control.tracking(int(one.order_id)) == []


def test_a_webservice_that_is_switched_off_got_nothing(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    (one,) = chunk_of(sandbox, desk, fulfillment_of, 1)
    sandbox.control.shop.enabled = False
    with pytest.raises(NotSent, match="webservice is disabled") as stop:
        desk.push_one(one)
    assert (stop.value.reason, stop.value.order_ids) == ("webservice_off", {one.order_id})


def test_without_a_connection_nothing_was_sent(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    chunk = chunk_of(sandbox, desk, fulfillment_of)
    sandbox.close()
    with pytest.raises(NotSent) as stop:
        desk.push(*chunk)
    assert stop.value.order_ids == {one.order_id for one in chunk}


def test_a_redirect_of_a_write_is_not_followed_and_nothing_was_sent(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    served = make_sandbox(orders=0)
    desk = desk_of(served)
    chunk = chunk_of(served, desk, fulfillment_of, 2)
    object.__setattr__(served.control.shop.settings, "domain", "www.shop.example")
    with pytest.raises(NotSent, match=r"use the shop's own domain") as stop:
        desk.push(*chunk)
    assert stop.value.order_ids == {one.order_id for one in chunk}
    assert len(writes(served)) <= 1


def test_a_key_that_may_not_write_stops_the_push_and_says_what_it_lacks(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    chunk = chunk_of(sandbox, desk, fulfillment_of)
    key = sandbox.control.keys["full"]
    key.permissions["order_histories"] = frozenset({"GET"})
    with pytest.raises(
        CredentialsError, match="Method POST is not allowed for the resource order_histories"
    ) as stop:
        desk.push(*chunk)
    assert key.key not in str(stop.value)
    assert all(histories(sandbox, one).count("4") == 0 for one in chunk)


def test_a_mail_server_that_refuses_leaves_all_saved_and_says_so(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    served = make_sandbox(orders=0, smtp_down=True)
    desk = desk_of(served)
    chunk = chunk_of(served, desk, fulfillment_of, 3)
    for entry in entries(desk.push(*chunk), chunk):
        assert (entry.outcome, entry.reason) == (Outcome.DONE, "mail_failed")
        assert (entry.effects.status, entry.effects.mail) == (Effect.DONE, MailEffect.NOT_SENT)
    assert_all_there_once(served, chunk)


def test_a_mail_server_that_refuses_the_link_leaves_the_numbers_saved(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    served = make_sandbox(orders=0, smtp_down=True)
    desk = desk_of(served, customer_mail="in_transit")
    chunk = chunk_of(served, desk, fulfillment_of, 3)
    for entry in entries(desk.push(*chunk), chunk):
        assert (entry.outcome, entry.reason) == (Outcome.DONE, "mail_failed")
        assert (entry.effects.tracking, entry.effects.mail) == (Effect.DONE, MailEffect.NOT_SENT)
    assert_all_there_once(served, chunk)


def test_c10_another_state_or_number_than_the_asked_one_is_told(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module of the store may change what it saves."""
    from fbridge_prestashop.client import PrestaShopClient

    desk = desk_of(sandbox)
    one, other = chunk_of(sandbox, desk, fulfillment_of, 2)
    write_numbers, add_states = PrestaShopClient.write_numbers, PrestaShopClient.add_states

    def other_number(self: Any, method: str, rows: Any, **options: Any) -> Any:
        return write_numbers(self, method, [{**row, "tracking_number": "ELSE"} for row in rows], **options)

    def other_state(self: Any, rows: Any, **options: Any) -> Any:
        return add_states(self, [{**row, "id_order_state": "3"} for row in rows], **options)

    monkeypatch.setattr(PrestaShopClient, "write_numbers", other_number)
    (entry,) = desk.push_one(one).shipments
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "tracking_not_kept")
    assert (entry.holds.numbers, entry.effects.tracking) == ((), Effect.NOT_DONE)
    assert "ELSE" in entry.words
    monkeypatch.setattr(PrestaShopClient, "write_numbers", write_numbers)
    monkeypatch.setattr(PrestaShopClient, "add_states", other_state)
    (entry,) = desk.push_one(other).shipments
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "status_not_taken")
    assert (entry.effects.status, entry.holds.order_status) == (Effect.NOT_DONE, "3 Processing in progress")
    assert entry.effects.mail is not MailEffect.SENT
