"""Answers that do not come: nothing is lost, nothing doubled, and what was not touched is said so."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from fbridge.errors import BusyError, CredentialsError, NotSent
from fbridge.models.states import Effect, MailEffect, Outcome
from fbridge.sandbox import ServedSandbox
from fbridge.testing.faults import FaultProxy

from .fault_calls import (
    DeskOf,
    FulfillmentOf,
    MakeSandbox,
    again,
    chunk_of,
    collect,
    corrected,
    held,
    mails,
)


@pytest.mark.parametrize(
    ("kind", "reason", "acts"),
    [
        ("gateway_timeout", "gateway_timeout", True),
        ("server_error", "server_error", False),
        ("drop_before", "no_answer", False),
        ("drop_after", "no_answer", True),
        ("login_page", "html_instead_of_json", False),
    ],
)
def test_c5_a_shipment_without_an_answer_is_unconfirmed_and_arrives_once(
    sandbox: ServedSandbox,
    desk_of: DeskOf,
    fulfillment_of: FulfillmentOf,
    kind: str,
    reason: str,
    *,
    acts: bool,
) -> None:
    desk = desk_of(sandbox)
    (one,) = chunk_of(sandbox, desk, fulfillment_of)
    sandbox.control.add_fault(kind, path="/ship$|/ship\\?")
    entries, stop = collect(desk, [one])
    entry = entries[one.order_id]
    assert (entry.outcome, entry.reason, stop) == (Outcome.UNCONFIRMED, reason, None)
    assert (entry.effects.shipment, entry.effects.tracking) == (Effect.UNCONFIRMED, Effect.UNCONFIRMED)
    assert entry.effects.mail is MailEffect.NOT_SENT
    time.sleep(0.3)
    assert len(held(sandbox, one)) == int(acts)
    (second,) = desk.push_one(again(desk, one)).shipments
    assert (second.outcome, second.effects.mail) == (Outcome.DONE, MailEffect.SENT)
    assert held(sandbox, one) == [[f"BX{one.order_id}"]]
    assert mails(sandbox, one) == 1


def test_an_answer_that_is_cut_is_looked_into_at_once(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    (one,) = chunk_of(sandbox, desk, fulfillment_of)
    sandbox.control.add_fault("truncated", path="/ship$|/ship\\?")
    (entry,) = desk.push_one(one).shipments
    assert (entry.outcome, entry.effects.mail) == (Outcome.DONE, MailEffect.SENT)
    assert (held(sandbox, one), mails(sandbox, one)) == ([[f"BX{one.order_id}"]], 1)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "gateway_timeout"])
def test_after_a_mail_without_an_answer_the_stores_note_of_it_decides(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, kind: str
) -> None:
    desk = desk_of(sandbox)
    (one,) = chunk_of(sandbox, desk, fulfillment_of)
    sandbox.control.add_fault(kind, path="emails", seconds=0.2)
    (entry,) = desk.push_one(one).shipments
    assert (entry.effects.shipment, entry.effects.tracking) == (Effect.DONE, Effect.DONE)
    if kind == "drop_after":
        assert (entry.outcome, entry.effects.mail) == (Outcome.DONE, MailEffect.SENT)
    else:
        assert (entry.outcome, entry.effects.mail) == (Outcome.UNCONFIRMED, MailEffect.UNCONFIRMED)
    time.sleep(0.4)
    noted = desk.order(one.order_id).shipments[0].mailed
    assert noted is (kind != "drop_before")
    unsure = desk.push_one(again(desk, one, mail=entry.effects.mail)).shipments[0]
    assert unsure.outcome is Outcome.DONE
    assert mails(sandbox, one) == int(noted)
    # The core takes the note for a proof, so what never left is asked for.
    desk.push_one(again(desk, one, mail=MailEffect.SENT if noted else MailEffect.NOT_SENT))
    assert mails(sandbox, one) == 1


def test_after_a_lost_answer_no_further_order_is_begun(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    served = make_sandbox(orders=0)
    desk = desk_of(served, connections=1)
    chunk = chunk_of(served, desk, fulfillment_of, 5)
    served.control.add_fault("drop_after", path=f"order/{chunk[1].order_id}/ship")
    entries, stop = collect(desk, chunk)
    assert isinstance(stop, NotSent)
    assert stop.order_ids == {one.order_id for one in chunk[2:]}
    assert entries[chunk[1].order_id].outcome is Outcome.UNCONFIRMED
    first = entries[chunk[0].order_id]
    assert (first.outcome, first.reason, first.effects.mail) == (
        Outcome.RETRY,
        "held_back",
        MailEffect.NOT_SENT,
    )
    assert [len(held(served, one)) for one in chunk] == [1, 1, 0, 0, 0]
    receipts = desk.push(*(again(desk, one) for one in chunk))
    assert {one.shipments[0].outcome for one in receipts.values()} == {Outcome.DONE}
    assert [held(served, one) for one in chunk] == [[[f"BX{one.order_id}"]] for one in chunk]
    assert [mails(served, one) for one in chunk] == [1] * 5


def test_side_by_side_every_order_is_told_or_named(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    served = make_sandbox(orders=0)
    desk = desk_of(served, connections=4)
    chunk = chunk_of(served, desk, fulfillment_of, 12)
    served.control.add_fault("drop_after", path=f"order/{chunk[3].order_id}/ship")
    entries, stop = collect(desk, chunk)
    named = stop.order_ids if isinstance(stop, NotSent) else frozenset()
    assert set(entries) | named == {one.order_id for one in chunk}
    assert not set(entries) & named
    assert all(held(served, one) == [] for one in chunk if one.order_id in named)
    desk.push(*(again(desk, one) for one in chunk))
    assert all(held(served, one) == [[f"BX{one.order_id}"]] for one in chunk)
    assert all(mails(served, one) == 1 for one in chunk)


def test_429_that_magento_does_not_have_is_looked_up_when_it_says_and_the_others_wait(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    served = make_sandbox(orders=0)
    desk = desk_of(served, connections=1)
    chunk = chunk_of(served, desk, fulfillment_of, 3)
    served.control.add_fault("too_many_requests", path="/ship", retry_after=7)
    entries, stop = collect(desk, chunk)
    assert isinstance(stop, NotSent)
    assert stop.order_ids == {one.order_id for one in chunk[1:]}
    (entry,) = entries.values()
    assert (entry.outcome, entry.reason) == (Outcome.UNCONFIRMED, "rate_limited")
    assert timedelta(seconds=5) < entry.not_before - datetime.now(UTC) <= timedelta(seconds=8)
    assert all(held(served, one) == [] for one in chunk)


def test_in_maintenance_nothing_is_known_and_nothing_more_is_sent(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    """A cache in front of a slow store says 503 too, so it proves nothing."""
    desk = desk_of(sandbox, connections=1)
    before, *chunk = chunk_of(sandbox, desk, fulfillment_of, 3)
    desk.push_one(before)
    sandbox.control.maintain()
    entries, stop = collect(desk, chunk)
    assert entries[chunk[0].order_id].outcome is Outcome.UNCONFIRMED
    assert isinstance(stop, NotSent)
    assert stop.order_ids == {chunk[1].order_id}


def test_a_correction_without_an_answer_is_finished_the_next_time(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    (one,) = chunk_of(sandbox, desk, fulfillment_of)
    (entry,) = desk.push_one(one).shipments
    wish = corrected(desk, one, entry)
    sandbox.control.add_fault("drop_after", path="shipment/track")
    (lost,) = desk.push_one(wish).shipments
    assert (lost.outcome, lost.effects.shipment, lost.effects.tracking) == (
        Outcome.UNCONFIRMED,
        Effect.DONE,
        Effect.UNCONFIRMED,
    )
    (entry,) = desk.push_one(replace(wish, order=desk.order(one.order_id))).shipments
    assert (entry.outcome, entry.holds.numbers) == (Outcome.DONE, ("NEW",))
    assert held(sandbox, one) == [["NEW"]]


def test_what_cannot_be_read_back_is_unconfirmed_with_its_id_and_without_a_mail(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    (one,) = chunk_of(sandbox, desk, fulfillment_of)
    sandbox.control.add_fault("server_error", method="GET", path="/shipments", times=5)
    (entry,) = desk.push_one(one).shipments
    sandbox.control.faults.clear()
    (made,) = sandbox.control.shipments(int(one.order_id))
    assert (entry.outcome, entry.remote_ids) == (Outcome.UNCONFIRMED, (str(made["entity_id"]),))
    assert (entry.effects.mail, mails(sandbox, one)) == (MailEffect.NOT_SENT, 0)
    (entry,) = desk.push_one(again(desk, one, remote_ids=entry.remote_ids)).shipments
    assert (entry.outcome, mails(sandbox, one)) == (Outcome.DONE, 1)


def test_a_store_that_changes_our_mark_is_told_in_the_receipt(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    with FaultProxy(sandbox.url) as proxy:
        proxy.swap(b'"fbridge ', b'"cleaned ')
        behind = SimpleNamespace(
            url=proxy.url, store_settings=sandbox.store_settings, control=sandbox.control
        )
        desk = desk_of(behind)
        (one,) = chunk_of(sandbox, desk, fulfillment_of)
        (entry,) = desk.push_one(one).shipments
    assert (entry.outcome, entry.reason) == (Outcome.DONE, "sent")
    assert "did not keep the comment" in entry.words


# Credentials


def test_401_in_the_middle_ends_the_chunk_after_the_receipts_that_are_known(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    served = make_sandbox(orders=0)
    desk = desk_of(served, connections=1)
    chunk = chunk_of(served, desk, fulfillment_of, 4, notify=False)
    writes = iter(range(1, 10))

    def revoke_before_the_third_write() -> None:
        served.control.take_bearer(taken=next(writes) < 3)

    desk.store.http.before_write = revoke_before_the_third_write
    entries, stop = collect(desk, chunk)
    assert isinstance(stop, NotSent)
    assert stop.order_ids == {one.order_id for one in chunk[2:]}
    assert isinstance(stop.__cause__, CredentialsError)
    assert served.control.integrations["full"].access_token not in str(stop)
    assert set(entries) == {one.order_id for one in chunk[:2]}
    # Nothing could be read back any more, so nobody claims that they are there.
    assert {entry.outcome for entry in entries.values()} == {Outcome.UNCONFIRMED}
    assert all(entry.remote_ids for entry in entries.values())
    assert [len(held(served, one)) for one in chunk] == [1, 1, 0, 0]


def test_who_was_overtaken_by_another_fbridge_sends_nothing_more(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    served = make_sandbox(orders=0)
    desk = desk_of(served)
    chunk = chunk_of(served, desk, fulfillment_of, 6)

    def overtaken() -> None:
        raise BusyError("Another fbridge has taken over.")

    desk.store.http.before_write = overtaken
    with pytest.raises(BusyError):
        desk.push(*chunk)
    assert all(held(served, one) == [] for one in chunk)


def test_a_missing_permission_is_named(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    served = make_sandbox(orders=0)
    desk = desk_of(served, **served.control.credentials("no_ship"), source="default")
    chunk = chunk_of(served, desk, fulfillment_of, 3)
    entries, stop = collect(desk, chunk)
    assert entries == {}
    assert isinstance(stop, NotSent)
    assert isinstance(stop.__cause__, CredentialsError)
    assert "Magento_Sales::ship" in str(stop)
    assert all(held(served, one) == [] for one in chunk)


# Races


def test_an_order_shipped_between_the_read_and_the_push_is_not_shipped_twice(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    """The other was an fbridge that lost its answer: its mark is found."""
    desk = desk_of(sandbox)
    (one,) = chunk_of(sandbox, desk, fulfillment_of)
    desk.push_one(one)
    (entry,) = desk.push_one(one).shipments
    assert (entry.outcome, entry.reason) == (Outcome.DONE, "already_there")
    assert held(sandbox, one) == [[f"BX{one.order_id}"]]
    assert mails(sandbox, one) == 1
    assert entry.holds.order_status == "complete"
