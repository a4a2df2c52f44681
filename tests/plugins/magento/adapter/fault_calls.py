"""Pushes of the tests that go wrong: begun, begun again, and what they left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fbridge.errors import CredentialsError, NotSent
from fbridge.models.fulfillments import Baseline, Fulfillment, Receipt
from fbridge.sandbox import ServedSandbox
from fbridge_magento import plugin

MakeSandbox = Callable[..., ServedSandbox]
DeskOf = Callable[..., Any]
FulfillmentOf = Callable[..., Fulfillment]

TRIED = Baseline(entries=(), remaining=(), remote_status="processing")


def chunk_of(
    served: ServedSandbox, desk: Any, fulfillment_of: FulfillmentOf, count: int = 1, **options: Any
) -> list[Fulfillment]:
    ids = [served.control.new_order([("TAZZA-01", 1)]) for _ in range(count)]
    served.control.forget_requests()
    return [fulfillment_of(order, [f"BX{order.remote_id}"], **options) for order in desk.orders(*ids)]


def again(desk: Any, one: Fulfillment, **changes: Any) -> Fulfillment:
    """The same, tried before, with its order as the store shows it now."""
    shipments = tuple(replace(shipment, baseline=TRIED, **changes) for shipment in one.shipments)
    return replace(one, order=desk.order(one.order_id), shipments=shipments)


def corrected(desk: Any, one: Fulfillment, entry: Any) -> Fulfillment:
    """The same once it was sent, with the number NEW."""
    wanted = replace(
        one.shipments[0],
        revision=2,
        acknowledged=1,
        acknowledged_numbers=one.shipments[0].numbers,
        remote_ids=entry.remote_ids,
        tracking=(replace(one.shipments[0].tracking[0], number="NEW"),),
    )
    return replace(one, order=desk.order(one.order_id), shipments=(wanted,))


def collect(desk: Any, chunk: list[Fulfillment]) -> tuple[dict[str, Any], BaseException | None]:
    """The entries by order that came, and what ended the chunk."""
    receipts: list[Receipt] = []
    try:
        receipts.extend(plugin.push_fulfillment(desk.store, chunk))
    except (NotSent, CredentialsError) as stop:
        return {one.order_id: one.shipments[0] for one in receipts}, stop
    return {one.order_id: one.shipments[0] for one in receipts}, None


def held(served: ServedSandbox, one: Fulfillment) -> list[list[str]]:
    made = served.control.shipments(int(one.order_id))
    return [[track["track_number"] for track in shipment["tracks"]] for shipment in made]


def mails(served: ServedSandbox, one: Fulfillment) -> int:
    return len(served.control.mails(int(one.order_id)))
