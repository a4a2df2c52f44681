"""The Shopify plugin: the hooks of the contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from fbridge.hookspecs import hookimpl
from fbridge.models.platforms import (
    CarrierCodes,
    OrderPage,
    OrderQuery,
    Platform,
)
from fbridge.models.states import MailBehaviour

if TYPE_CHECKING:
    from fbridge.models.fulfillments import Fulfillment, Preview, Receipt
    from fbridge.models.platforms import Store, StoreReport
    from fbridge.models.undo import Undo, UndoPreview, UndoReceipt

EXCHANGE_FIELDS = frozenset(
    {
        "action",
        "actualQueryCost",
        "cancelledAt",
        "code",
        "count",
        "currentlyAvailable",
        "displayFinancialStatus",
        "displayFulfillmentStatus",
        "errorCode",
        "field",
        "fulfillmentId",
        "fulfillmentOrderId",
        "handle",
        "id",
        "ids",
        "maximumAvailable",
        "message",
        "methodType",
        "notifyCustomer",
        "number",
        "numbers",
        "operationName",
        "path",
        "quantity",
        "reason",
        "remainingQuantity",
        "requestedQueryCost",
        "restoreRate",
        "status",
        "totalQuantity",
        "updatedAt",
    }
) | {f"{argument}_{place}" for argument in ("fulfillmentId", "notifyCustomer") for place in range(10)}
"""The variables of a document, a set for each of its mutations, and not its text; no ``name``, which is an order's
number here and a person's there."""


@hookimpl
def describe_platform() -> Platform:
    """Shopify, as any of its stores is."""
    from fbridge_shopify.detection import CAPABILITIES
    from fbridge_shopify.settings import ShopifySettings

    return Platform(
        key="shopify",
        label="Shopify",
        settings=ShopifySettings,
        # Read 50 a request and written ten a document: 0.12 requests an order. More would only make a chunk longer,
        # which takes 16 s where 100 points come back each second.
        batch_size=100,
        settle_time=timedelta(seconds=30),
        capabilities=CAPABILITIES,
        mail=MailBehaviour.OPTIONAL,
        contract=1,
        exchange_fields=EXCHANGE_FIELDS,
    )


@hookimpl
def fetch_orders(store: Store, query: OrderQuery) -> Iterator[OrderPage]:
    """See :func:`fbridge.hookspecs.fetch_orders`."""
    from fbridge_shopify.reading import order_pages

    return order_pages(store, query)


@hookimpl
def push_fulfillment(store: Store, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
    """See :func:`fbridge.hookspecs.push_fulfillment`."""
    from fbridge_shopify.sending import send

    return send(store, fulfillments)


@hookimpl
def preview_push(store: Store, fulfillments: Sequence[Fulfillment]) -> Sequence[Preview]:
    """See :func:`fbridge.hookspecs.preview_push`."""
    from fbridge_shopify.preview import preview_of

    return [preview_of(store, fulfillment) for fulfillment in fulfillments]


@hookimpl
def preview_undo(undo: Undo) -> UndoPreview:
    """See :func:`fbridge.hookspecs.preview_undo`."""
    from fbridge_shopify.undoing import preview_of as preview

    return preview(undo)


@hookimpl
def undo_fulfillment(store: Store, undo: Undo) -> UndoReceipt:
    """See :func:`fbridge.hookspecs.undo_fulfillment`."""
    from fbridge_shopify.undoing import take_back

    return take_back(store, undo)


@hookimpl
def list_carrier_codes(store: Store) -> CarrierCodes:
    """See :func:`fbridge.hookspecs.list_carrier_codes`."""
    from fbridge_shopify.carrier_lists import carrier_codes

    return carrier_codes(store)


@hookimpl
def check_store(store: Store) -> StoreReport:
    """See :func:`fbridge.hookspecs.check_store`."""
    from fbridge_shopify.check import report

    return report(store)
