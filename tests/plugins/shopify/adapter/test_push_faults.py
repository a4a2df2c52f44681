"""What may happen to a document on its way: what was not executed comes again, what may have been done does not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from fbridge.errors import CredentialsError, NotSent
from fbridge.models.fulfillments import Fulfillment, Receipt, ShipmentReceipt
from fbridge.models.states import Effect, MailEffect, Outcome
from fbridge.sandbox import ServedSandbox
from fbridge.testing.faults import Answer, Fault, FaultProxy
from fbridge_shopify.mapping import FULFILLMENT_ORDERS

from .push_calls import Make

CREATES = "fulfillmentCreate"


def chunk_of(served: ServedSandbox, desk: Any, fulfillment_of: Make, count: int = 3) -> list[Fulfillment]:
    ids = [served.control.new_order([("OLIO-EVO-1L", 1)]) for _ in range(count)]
    chunk = [fulfillment_of(order, [f"N{order.number}"]) for order in desk.orders(*ids)]
    served.control.forget_requests()
    return chunk


def entries(receipts: dict[str, Receipt], chunk: list[Fulfillment]) -> list[ShipmentReceipt]:
    return [receipts[one.order_id].shipments[0] for one in chunk]


def made(served: ServedSandbox, one: Fulfillment) -> int:
    return len(served.control.order(one.order_id)["fulfillments"])


def writes(served: ServedSandbox) -> int:
    return sum(CREATES in request.path for request in served.control.requests())


def with_a_bad_value(one: Fulfillment) -> Fulfillment:
    """A quantity that is no Int: Shopify refuses the whole document for it."""
    data = dict(one.order.adapter_data)
    (row,) = data[FULFILLMENT_ORDERS]
    line_id, of_order, _ = row["lines"][0]
    data[FULFILLMENT_ORDERS] = [{**row, "lines": [[line_id, of_order, 2**40]]}]
    (shipment,) = one.shipments
    items = tuple(replace(item, quantity=2**40) for item in shipment.items)
    return replace(
        one, order=replace(one.order, adapter_data=data), shipments=(replace(shipment, items=items),)
    )


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "internal_error"])
def test_what_is_unknown_is_told_for_each_effect(
    served: ServedSandbox, desk: Any, fulfillment_of: Make, kind: str
) -> None:
    chunk = chunk_of(served, desk, fulfillment_of)
    served.control.add_fault(kind, path=CREATES)
    for entry in entries(desk.push(*chunk), chunk):
        assert entry.outcome is Outcome.UNCONFIRMED
        assert (entry.effects.shipment, entry.effects.tracking) == (Effect.UNCONFIRMED,) * 2
        assert entry.effects.mail is MailEffect.UNCONFIRMED


@pytest.mark.parametrize("acts", [True, False], ids=["after the act", "instead of the act"])
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"errors": "Something went wrong"}),
        (200, {"errors": {"base": ["Something went wrong"]}}),
        (200, {"errors": [{"message": "Something went wrong"}]}),
        (200, {"errors": [{"message": "No", "extensions": {"code": "SOMETHING_NEW"}}]}),
        (200, {"errors": [{"message": "No", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}),
        (200, {"errors": []}),
        (200, {"data": None}),
        (200, {"data": None, "errors": [{"message": "No", "path": ["m0", "fulfillment", "order"]}]}),
        (200, {"data": None, "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]}),
        (200, {"data": None, "errors": [{"message": "No", "extensions": {"code": "undefinedField"}}]}),
        (
            200,
            {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}, {"message": "And"}]},
        ),
        (400, {"errors": "Bad Request"}),
        (403, {"errors": [{"message": "Blocked"}]}),
        (429, {"message": "Slow down"}),
        (500, {"errors": "Internal Server Error"}),
    ],
    ids=str,
)
def test_an_answer_that_is_not_listed_proves_nothing_and_all_arrives_once(
    served: ServedSandbox,
    desk_of: Make,
    fulfillment_of: Make,
    status: int,
    body: dict[str, Any],
    *,
    acts: bool,
) -> None:
    """Each was taken for "nothing was done" before, and the document sent again at once: a second mail."""
    answer = Fault(name="odd", answer=Answer.STATUS, status=status, body=json.dumps(body).encode(), acts=acts)
    with FaultProxy(served.url, is_write=lambda method, path, sent: CREATES.encode() in sent) as proxy:
        behind = SimpleNamespace(url=proxy.url, store_settings=served.store_settings, control=served.control)
        desk = desk_of(behind)
        chunk = chunk_of(served, desk, fulfillment_of, 2)
        proxy.strike(answer)
        assert {one.outcome for one in entries(desk.push(*chunk), chunk)} == {Outcome.UNCONFIRMED}
        assert len(proxy.writes) == 1
        desk.push(*(replace(one, order=desk.order(one.order_id)) for one in chunk))
    assert [made(served, one) for one in chunk] == [1, 1]
    assert [len(served.control.mails(one.order_id)) for one in chunk] == [1, 1]


def test_c5_after_a_lost_answer_what_is_there_by_its_number_is_not_sent_again(
    served: ServedSandbox, desk: Any, fulfillment_of: Make
) -> None:
    chunk = chunk_of(served, desk, fulfillment_of)
    served.control.add_fault("drop_after", path=CREATES)
    desk.push(*chunk)
    again = [replace(one, order=desk.order(one.order_id)) for one in chunk]
    assert {entry.outcome for entry in entries(desk.push(*again), chunk)} == {Outcome.DONE}
    assert [made(served, one) for one in chunk] == [1, 1, 1]
    assert all(len(served.control.mails(one.order_id)) == 1 for one in chunk)


def test_a_throttled_document_was_not_executed_and_comes_again(
    served: ServedSandbox, desk: Any, fulfillment_of: Make
) -> None:
    chunk = chunk_of(served, desk, fulfillment_of)
    served.control.drain()
    assert {entry.outcome for entry in entries(desk.push(*chunk), chunk)} == {Outcome.DONE}
    assert [made(served, one) for one in chunk] == [1, 1, 1]


def test_too_many_requests_is_tried_again_when_the_store_says(
    served: ServedSandbox, desk: Any, fulfillment_of: Make
) -> None:
    chunk = chunk_of(served, desk, fulfillment_of)
    served.control.add_fault("too_many_requests", path=CREATES, retry_after=7)
    now = desk.store.now()
    for entry in entries(desk.push(*chunk), chunk):
        assert (entry.outcome, entry.reason) == (Outcome.RETRY, "rate_limited")
        assert entry.effects.shipment is Effect.NOT_DONE
        assert entry.not_before is not None
        assert timedelta(seconds=5) < entry.not_before - now < timedelta(seconds=9)
    assert sum(made(served, one) for one in chunk) == 0


@pytest.mark.parametrize(
    ("status", "words"), [(402, "frozen"), (403, "does not let this app in"), (423, "locked")]
)
def test_a_store_that_is_shut_is_stopped(
    served: ServedSandbox, desk: Any, fulfillment_of: Make, status: int, words: str
) -> None:
    chunk = chunk_of(served, desk, fulfillment_of)
    served.control.shut(status)
    with pytest.raises(NotSent, match=words) as stop:
        desk.push(*chunk)
    assert isinstance(stop.value.__cause__, CredentialsError)
    assert stop.value.order_ids == {one.order_id for one in chunk}
    assert writes(served) == 1
    assert sum(made(served, one) for one in chunk) == 0


def test_a_token_that_is_over_is_renewed_once_and_the_document_sent_again(
    served: ServedSandbox, desk_of: Make, fulfillment_of: Make
) -> None:
    tokens = served.control.tokens
    granted = desk_of(
        served, access_token=None, client_id=tokens.client_id, client_secret=tokens.client_secret
    )
    chunk = chunk_of(served, granted, fulfillment_of)
    tokens.revoke()
    assert {entry.outcome for entry in entries(granted.push(*chunk), chunk)} == {Outcome.DONE}
    assert [made(served, one) for one in chunk] == [1, 1, 1]


def test_one_bad_value_stops_no_other_order(served: ServedSandbox, desk: Any, fulfillment_of: Make) -> None:
    chunk = chunk_of(served, desk, fulfillment_of, 4)
    chunk[2] = with_a_bad_value(chunk[2])
    outcomes = [entry.outcome for entry in entries(desk.push(*chunk), chunk)]
    assert outcomes == [Outcome.DONE, Outcome.DONE, Outcome.REFUSED, Outcome.DONE]
    assert [made(served, one) for one in chunk] == [1, 1, 0, 1]


def test_no_connection_sends_nothing(served: ServedSandbox, desk: Any, fulfillment_of: Make) -> None:
    chunk = chunk_of(served, desk, fulfillment_of)
    served.close()
    with pytest.raises(NotSent) as stop:
        desk.push(*chunk)
    assert stop.value.order_ids == {one.order_id for one in chunk}
