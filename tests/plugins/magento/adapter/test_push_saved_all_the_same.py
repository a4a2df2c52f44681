"""A store that says no after it has saved, and one that only says so for a moment."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from fbridge.models.states import Effect, MailEffect, Outcome
from fbridge.sandbox import ServedSandbox
from fbridge.testing.faults import Answer, Fault, FaultProxy

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
    ("status", "message"), [(400, "The ERP module could not export the shipment."), (404, "No such")]
)
@pytest.mark.parametrize("acts", [True, False], ids=["after the act", "instead of the act"])
def test_a_no_in_magentos_form_is_looked_into_and_arrives_once(
    sandbox: ServedSandbox,
    desk_of: DeskOf,
    fulfillment_of: FulfillmentOf,
    status: int,
    message: str,
    *,
    acts: bool,
) -> None:
    """A module's exception after the shipment was saved; and the words of a firewall that look like Magento's."""
    with FaultProxy(sandbox.url) as proxy:
        behind = SimpleNamespace(
            url=proxy.url, store_settings=sandbox.store_settings, control=sandbox.control
        )
        desk = desk_of(behind)
        (one,) = chunk_of(sandbox, desk, fulfillment_of)
        body = json.dumps({"message": message}).encode()
        proxy.strike(
            Fault(name="no", answer=Answer.STATUS, status=status, body=body, acts=acts), path="/ship"
        )
        (entry,) = desk.push_one(one).shipments
        assert entry.outcome is (Outcome.DONE if acts else Outcome.UNCONFIRMED)
        desk.push_one(again(desk, one, mail=entry.effects.mail))
    assert held(sandbox, one) == [[f"BX{one.order_id}"]]
    assert mails(sandbox, one) == 1


@pytest.mark.parametrize(
    "how", ["refuses", "not_found", "no_right", "exception", "error", "exit", "page", "warning"]
)
def test_a_module_that_fails_after_saving_costs_no_mail_and_holds_up_nobody(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, how: str
) -> None:
    """Whatever the store says of it, the shipment is there with our mark, and no mail has left. Its 401 is not "not
    sent"."""
    served = make_sandbox(orders=0)
    desk = desk_of(served)
    chunk = chunk_of(served, desk, fulfillment_of, 6)
    served.control.fail_after_saving(how)
    entries, stop = collect(desk, chunk)
    assert stop is None
    told = {(one.outcome, one.reason, one.effects.mail) for one in entries.values()}
    assert told == {(Outcome.DONE, "sent", MailEffect.SENT)}
    assert [held(served, one) for one in chunk] == [[[f"BX{one.order_id}"]] for one in chunk]
    assert [mails(served, one) for one in chunk] == [1] * 6


@pytest.mark.parametrize("acts", [True, False], ids=["after the act", "instead of the act"])
@pytest.mark.parametrize("path", ["shipment/track", "emails"])
@pytest.mark.parametrize(
    "status", [400, pytest.param(401, marks=pytest.mark.slow), pytest.param(404, marks=pytest.mark.slow), 500]
)
def test_so_it_is_with_tracks_and_mails(
    sandbox: ServedSandbox,
    desk_of: DeskOf,
    fulfillment_of: FulfillmentOf,
    status: int,
    path: str,
    *,
    acts: bool,
) -> None:
    with FaultProxy(sandbox.url) as proxy:
        behind = SimpleNamespace(
            url=proxy.url, store_settings=sandbox.store_settings, control=sandbox.control
        )
        desk = desk_of(behind, mail_on_correction=False)
        (one,) = chunk_of(sandbox, desk, fulfillment_of)
        body = json.dumps({"message": "The ERP says no."}).encode()
        module = Fault(name="module", answer=Answer.STATUS, status=status, body=body, acts=acts)
        if path == "emails":
            proxy.strike(module, path=path)
            (entry,) = desk.push_one(one).shipments
            assert entry.effects.mail is (MailEffect.SENT if acts else MailEffect.UNCONFIRMED)
            assert mails(sandbox, one) == int(acts)
            return
        (entry,) = desk.push_one(one).shipments
        proxy.strike(module, path=path)
        (entry,) = desk.push_one(corrected(desk, one, entry)).shipments
    assert (entry.outcome, entry.effects.tracking) == (
        (Outcome.DONE, Effect.DONE) if acts else (Outcome.UNCONFIRMED, Effect.UNCONFIRMED)
    )
    assert held(sandbox, one) == [["NEW" if acts else f"BX{one.order_id}"]]


@pytest.mark.parametrize("how", ["refuses", "not_found"])
def test_a_shipment_that_somebody_else_made_meanwhile_is_not_mailed_about(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, how: str
) -> None:
    desk = desk_of(sandbox)
    (one,) = chunk_of(sandbox, desk, fulfillment_of)
    sandbox.control.ship(int(one.order_id))
    sandbox.control.fail_after_saving(how)
    (entry,) = desk.push_one(one).shipments
    assert (entry.outcome, mails(sandbox, one)) == (Outcome.DONE_ELSEWHERE, 0)


def test_a_deadlock_is_tried_again(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    """6 of 40 orders, while an index ran."""
    with FaultProxy(sandbox.url) as proxy:
        behind = SimpleNamespace(
            url=proxy.url, store_settings=sandbox.store_settings, control=sandbox.control
        )
        desk = desk_of(behind)
        (one,) = chunk_of(sandbox, desk, fulfillment_of)
        body = b'{"message": "Could not save a shipment, see error log for details"}'
        proxy.strike(Fault(name="deadlock", answer=Answer.STATUS, status=400, body=body), path="/ship")
        (entry,) = desk.push_one(one).shipments
        assert (entry.outcome, entry.reason) == (Outcome.RETRY, "not_saved")
        sandbox.control.hold(int(one.order_id))
        proxy.strike(Fault(name="deadlock", answer=Answer.STATUS, status=400, body=body), path="/ship")
        (entry,) = desk.push_one(one).shipments
        assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "on_hold")
    assert held(sandbox, one) == []


def test_a_no_that_cannot_be_looked_into_is_tried_again(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    """Somebody else was faster, perhaps: a lasting no would need a person."""
    desk = desk_of(sandbox)
    (one,) = chunk_of(sandbox, desk, fulfillment_of)
    sandbox.control.ship(int(one.order_id))
    sandbox.control.add_fault("server_error", method="GET", path="orders", times=9)
    (entry,) = desk.push_one(one).shipments
    assert (entry.outcome, entry.reason) == (Outcome.RETRY, "not_looked_up")
    assert "does not allow a shipment" in entry.words
    assert entry.not_before > datetime.now(UTC)
    sandbox.control.faults.clear()
    (entry,) = desk.push_one(again(desk, one)).shipments
    assert entry.outcome is Outcome.DONE_ELSEWHERE
    assert held(sandbox, one) == [[f"BX{one.order_id}"]]
