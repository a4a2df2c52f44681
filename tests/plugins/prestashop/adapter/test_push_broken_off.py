"""PHP dies, or warns, in the middle of a body: what was saved is read, and the others go on."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from fbridge.models.fulfillments import Baseline, MailRequest
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


def test_after_a_500_without_a_word_nothing_is_sent_again_at_once(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    """PHP died at the first order, or so it seems: a gateway says the same of a shop that goes on."""
    with FaultProxy(sandbox.url) as proxy:
        desk = desk_of(
            SimpleNamespace(url=proxy.url, store_settings=sandbox.store_settings, control=sandbox.control)
        )
        chunk = chunk_of(sandbox, desk, fulfillment_of, 4)
        gateway = Fault(name="a gateway", answer=Answer.STATUS, status=500, body=b"")
        proxy.strike(gateway, path="order_histories")
        got = entries(desk.push(*chunk), chunk)
        assert len([one for one in proxy.writes if "order_histories" in one.path]) == 1
    assert [(entry.outcome, entry.reason) for entry in got] == [(Outcome.UNCONFIRMED, "server_error")] * 4
    assert {entry.effects.mail for entry in got} == {MailEffect.UNCONFIRMED}
    assert all(histories(sandbox, one).count("4") <= 1 for one in chunk)


@pytest.mark.parametrize("words", ["", "goodbye", "<br />\n<b>Fatal error</b>: Uncaught Exception"])
def test_a_module_at_which_prestashop_dies_holds_up_no_other_order(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, words: str
) -> None:
    """Its own cookie says that the program has ended, so nothing is still at work: each order is tried once."""
    desk = desk_of(sandbox)
    chunk = chunk_of(sandbox, desk, fulfillment_of, 4)
    baseline = Baseline(entries=(), remaining=(), remote_status="2")
    sandbox.control.crash_status_writes(times=3, words=words)
    got = entries(desk.push(*chunk), chunk)
    assert [one.outcome for one in got] == [Outcome.UNCONFIRMED] * 3 + [Outcome.DONE]
    assert writes(sandbox).count("order_histories") == 4
    seen = desk.orders(*(one.order_id for one in chunk[:3]))
    again = [
        fulfillment_of(order, [f"BX{order.remote_id}"], baseline=baseline, mail=MailEffect.UNCONFIRMED)
        for order in seen
    ]
    told = entries(desk.push(*again), again)
    assert {(one.outcome, one.effects.status, one.reason) for one in told} == {
        (Outcome.DONE, Effect.DONE, "mail_failed")
    }
    assert [len(sandbox.control.mails(int(one.order_id))) for one in chunk] == [0, 0, 0, 1]
    assert writes(sandbox).count("order_histories") == 4


def test_where_prestashop_dies_at_one_order_after_the_other_it_is_left_alone(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    chunk = chunk_of(sandbox, desk, fulfillment_of, 8)
    sandbox.control.crash_status_writes(times=8, before=True)
    got = entries(desk.push(*chunk), chunk)
    assert writes(sandbox).count("order_histories") == 1 + 3
    assert [one.outcome for one in got] == [Outcome.UNCONFIRMED] * 4 + [Outcome.RETRY] * 4
    assert {one.effects.tracking for one in got} == {Effect.DONE}


def test_an_order_that_prestashop_cannot_save_holds_up_no_other(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    chunk = chunk_of(sandbox, desk, fulfillment_of, 3)
    sandbox.control.crash_status_writes(before=True)
    got = entries(desk.push(*chunk), chunk)
    assert [one.outcome for one in got] == [Outcome.UNCONFIRMED, Outcome.DONE, Outcome.DONE]
    assert [histories(sandbox, one).count("4") for one in chunk] == [0, 1, 1]


@pytest.mark.parametrize(
    ("mail", "most"), [("shipped", 2 * 4), ("none", 2 * 4), ("in_transit", 2 * 4)], ids=str
)
def test_a_warning_of_php_at_every_order_ends_no_chunk(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, *, mail: str, most: int
) -> None:
    """The order of which it warned is saved and mailed, those after it in the body are not: they are sent at once."""
    served = make_sandbox(orders=0)
    desk = desk_of(served, customer_mail=mail)
    chunk = chunk_of(served, desk, fulfillment_of, 4)
    served.control.warn_in_writes(100)
    got = entries(desk.push(*chunk), chunk)
    assert [(entry.outcome, entry.effects.status) for entry in got] == [(Outcome.DONE, Effect.DONE)] * 4
    assert_all_there_once(served, chunk)
    assert len(served.control.mails()) == (0 if mail == "none" else 4)
    wanted = MailEffect.NOT_SENT if mail == "none" else MailEffect.UNKNOWABLE
    assert [entry.effects.mail for entry in got] == [wanted] * 4
    assert len(writes(served)) == most


@pytest.mark.parametrize("setting", ["shipped", "in_transit"])
def test_a_mail_that_fails_beside_warnings_of_php_is_told_as_missing(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, setting: str
) -> None:
    """Seen on 8.2.1 with PHP 8.2: a hundred deprecations, and then that the mail could not be sent."""
    desk = desk_of(sandbox, customer_mail=setting)
    chunk = chunk_of(sandbox, desk, fulfillment_of, 3)
    sandbox.control.shop.smtp_down = True
    sandbox.control.warn_in_writes(100)
    got = entries(desk.push(*chunk), chunk)
    assert [(one.outcome, one.effects.mail) for one in got] == [(Outcome.DONE, MailEffect.NOT_SENT)] * 3
    assert {one.reason for one in got} == {"mail_failed"}
    assert_all_there_once(sandbox, chunk)


def test_what_a_warning_of_php_kept_from_being_saved_is_looked_up_and_the_others_go(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    chunk = chunk_of(sandbox, desk, fulfillment_of, 3)
    sandbox.control.warn_in_writes(1, before=True)
    got = entries(desk.push(*chunk), chunk)
    assert [entry.outcome for entry in got] == [Outcome.UNCONFIRMED, Outcome.DONE, Outcome.DONE]
    assert "a module says: old" in got[0].words
    assert histories(sandbox, chunk[0]) == ["2"]


def test_a_state_without_history_is_told_also_where_no_mail_was_asked_for(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox, customer_mail="none")
    chunk = chunk_of(sandbox, desk, fulfillment_of, 2)
    sandbox.control.crash_status_writes()
    first, second = entries(desk.push(*chunk), chunk)
    assert (first.outcome, first.effects.status) == (Outcome.DONE, Effect.DONE)
    assert first.words.endswith("it has no entry of it in the order's history.")
    assert (second.outcome, second.words) == (Outcome.DONE, "")


def test_a_crash_over_a_single_order_is_unconfirmed(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    (one,) = chunk_of(sandbox, desk, fulfillment_of, 1)
    sandbox.control.crash_status_writes()
    (entry,) = desk.push_one(one).shipments
    assert (entry.outcome, entry.effects.status) == (Outcome.UNCONFIRMED, Effect.UNCONFIRMED)
    assert (entry.effects.tracking, entry.effects.mail) == (Effect.DONE, MailEffect.UNCONFIRMED)


def test_the_mail_of_a_state_that_was_half_set_is_had_by_setting_it_again(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    """Without an entry in the history the back office has nothing to send again either. Seen on 8.2.1."""
    desk = desk_of(sandbox)
    (one,) = chunk_of(sandbox, desk, fulfillment_of, 1)
    sandbox.control.crash_status_writes()
    desk.push(one)

    def ask() -> tuple[MailEffect, str]:
        (order,) = desk.orders(one.order_id)
        request = MailRequest(order=order, shipment=one.shipments[0])
        (receipt,) = plugin.mail_again(desk.store, [request])
        return receipt.mail, receipt.reason

    assert ask() == (MailEffect.UNKNOWABLE, "mailed")
    assert ask() == (MailEffect.NOT_SENT, "not_possible_here"), "nobody is mailed twice"
    assert histories(sandbox, one) == ["2", "4"]
    assert len(sandbox.control.mails(int(one.order_id))) == 1


def test_no_mail_is_asked_for_about_a_number_that_somebody_took_away(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    """It would lead to the carrier's page without any number."""
    desk = desk_of(sandbox, customer_mail="in_transit")
    (one,) = chunk_of(sandbox, desk, fulfillment_of, 1)
    (order,) = desk.orders(one.order_id)
    request = MailRequest(order=order, shipment=one.shipments[0])
    (receipt,) = plugin.mail_again(desk.store, [request])
    assert (receipt.mail, receipt.reason) == (MailEffect.NOT_SENT, "gone_from_store")
    assert sandbox.control.mails(int(one.order_id)) == []
