"""The Magento plugin: the hooks of the contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from fbridge.hookspecs import hookimpl
from fbridge.models.platforms import (
    Capabilities,
    CarrierCodes,
    OrderPage,
    OrderQuery,
    Platform,
)
from fbridge.models.states import MailBehaviour, Support

if TYPE_CHECKING:
    from fbridge.models.fulfillments import Fulfillment, MailReceipt, MailRequest, Preview, Receipt
    from fbridge.models.platforms import Store, StoreReport
    from fbridge.models.undo import Undo, UndoPreview, UndoReceipt

EXCHANGE_FIELDS = frozenset(
    {
        "appendComment",
        "carrier_code",
        "entity_id",
        "error_code",
        "id",
        "increment_id",
        "item_id",
        "notify",
        "order_id",
        "order_item_id",
        "parent_id",
        "parent_item_id",
        "qty",
        "qty_canceled",
        "qty_ordered",
        "qty_refunded",
        "qty_shipped",
        "resources",
        "source_code",
        "state",
        "status",
        "store_id",
        "title",
        "total_count",
        "track_number",
        "updated_at",
    }
)
"""No ``comment``, which others write too, and no ``message``: in developer mode it holds SQL with its values."""

CAPABILITIES = Capabilities(
    partial_shipments=Support.YES,
    several_numbers=Support.YES,
    tracking_update=Support.YES,
    carrier_free_text=Support.YES,
    ship_date=Support.NO,
)


@hookimpl
def describe_platform() -> Platform:
    """Magento 2, the same for each of its stores."""
    from fbridge_magento.settings import MagentoSettings

    return Platform(
        key="magento",
        label="Magento",
        settings=MagentoSettings,
        # A request an order, 0.2 s each and about 1 s more with mail; what runs side by side is claimed together.
        batch_size=40,
        # PHP goes on after a gateway gave up; a mail server that is slow to answer holds it longest.
        settle_time=timedelta(seconds=60),
        capabilities=CAPABILITIES,
        mail=MailBehaviour.OPTIONAL,
        contract=1,
        exchange_fields=EXCHANGE_FIELDS,
    )


@hookimpl
def fetch_orders(store: Store, query: OrderQuery) -> Iterator[OrderPage]:
    """See :func:`fbridge.hookspecs.fetch_orders`."""
    from fbridge_magento.reading import order_pages

    return order_pages(store, query)


@hookimpl
def push_fulfillment(store: Store, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
    """See :func:`fbridge.hookspecs.push_fulfillment`."""
    from fbridge_magento.sending import send

    return send(store, fulfillments)


@hookimpl
def mail_again(store: Store, requests: Sequence[MailRequest]) -> Iterator[MailReceipt]:
    """See :func:`fbridge.hookspecs.mail_again`."""
    from fbridge_magento.mails import mail_again as ask

    return ask(store, requests)


@hookimpl
def preview_push(store: Store, fulfillments: Sequence[Fulfillment]) -> Sequence[Preview]:
    """See :func:`fbridge.hookspecs.preview_push`."""
    from fbridge_magento.preview import preview_of

    return [preview_of(store, fulfillment) for fulfillment in fulfillments]


@hookimpl
def preview_undo(undo: Undo) -> UndoPreview:
    """See :func:`fbridge.hookspecs.preview_undo`."""
    from fbridge_magento.undoing import preview_of as preview

    return preview(undo)


@hookimpl
def undo_fulfillment(store: Store, undo: Undo) -> UndoReceipt:
    """See :func:`fbridge.hookspecs.undo_fulfillment`."""
    from fbridge_magento.undoing import take_back

    return take_back(store, undo)


@hookimpl
def list_carrier_codes(store: Store) -> CarrierCodes:
    """See :func:`fbridge.hookspecs.list_carrier_codes`."""
    from fbridge_magento.carrier_lists import carrier_codes

    return carrier_codes(store)


@hookimpl
def check_store(store: Store) -> StoreReport:
    """See :func:`fbridge.hookspecs.check_store`."""
    from fbridge_magento.check import report

    return report(store)
