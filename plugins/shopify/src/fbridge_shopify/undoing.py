"""A shipment is taken back: each of its fulfillments is cancelled, and Shopify lets its goods be fulfilled again.

``fulfillmentCancel`` takes no wish for a mail. Cancelling twice changes nothing. Recorded: fulfillment-cancel-parity,
fulfillment-state-preconditions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from fbridge.adapterkit.undoing import undo_receipt
from fbridge.errors import CredentialsError, NotSentError
from fbridge.models.orders import StoreShipment
from fbridge.models.platforms import Store
from fbridge.models.problems import Problem, WriteFault
from fbridge.models.undo import Undo, UndoPreview, UndoReceipt
from fbridge_shopify.client import ShopifyClient
from fbridge_shopify.documents import Kind, alias_document, cancellation
from fbridge_shopify.mapping import BY_SERVICES
from fbridge_shopify.write_answers import asked_to_wait, results_in


def preview_of(undo: Undo) -> UndoPreview:
    """What is cancelled, and what belongs to others as well."""
    return UndoPreview(
        steps=tuple(f"fulfillment {_name(one)} is cancelled" for one in _to_cancel(undo)),
        stays=tuple(_stays(undo)),
    )


def take_back(store: Store, undo: Undo) -> UndoReceipt:
    """Cancel one fulfillment after another. Raises: NotSent."""
    return undo_receipt(undo, _writes(ShopifyClient(store), store, undo))


def _name(one: StoreShipment) -> str:
    number = f" ({', '.join(one.numbers)})" if one.numbers else ""
    return f"{one.remote_id.rpartition('/')[2]}{number}"


def _own(undo: Undo) -> Iterator[StoreShipment]:
    """By the id that Shopify gave, by our fence, or by our number; those of siblings apart."""
    theirs = {key for one in undo.siblings for key in one.remote_ids}
    known = {one.remote_id for one in undo.own}
    for entry in undo.order.shipments:
        ours = entry.remote_id in known or undo.numbers.intersection(entry.numbers)
        if ours and entry.remote_id not in theirs:
            yield entry


def _to_cancel(undo: Undo) -> list[StoreShipment]:
    services = undo.order.adapter_data.get(BY_SERVICES, {})
    return [entry for entry in _own(undo) if entry.remote_id not in services]


def _stays(undo: Undo) -> Iterator[str]:
    services = undo.order.adapter_data.get(BY_SERVICES, {})
    for entry in _own(undo):
        if entry.remote_id in services:
            yield f"fulfillment {_name(entry)} is made by {services[entry.remote_id]}; cancel it there"
    shared = {key for one in undo.siblings for key in one.remote_ids}
    for entry in undo.own:
        if entry.remote_id in shared:
            yield f"fulfillment {_name(entry)} holds goods of another shipment too; cancel it in the admin"


def _writes(client: ShopifyClient, store: Store, undo: Undo) -> Iterator[Callable[[], object]]:
    for entry in _to_cancel(undo):
        yield partial(_cancel, client, store, undo, entry)


def _cancel(client: ShopifyClient, store: Store, undo: Undo, entry: StoreShipment) -> None:
    """Raises: as every write; WriteFault with what the answer proves."""
    mutation = cancellation(entry.remote_id)
    text, variables = alias_document([mutation])
    try:
        answer = client.mutate(text, variables, cost=Kind.CANCEL.value.cost(1), about=[undo.order.remote_id])
    except NotSentError as error:
        raise asked_to_wait(error, store.now()) from None
    (result,) = results_in(answer, [mutation])
    if isinstance(result, Problem):
        raise WriteFault(result)
    if isinstance(result, CredentialsError):
        raise result
