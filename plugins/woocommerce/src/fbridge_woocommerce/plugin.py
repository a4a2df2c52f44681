"""The WooCommerce plugin: the hooks of the contract."""

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
        "code",
        "create",
        "data",
        "date_modified_gmt",
        "date_shipped",
        "entity_id",
        "error",
        "id",
        "is_fulfilled",
        "item_id",
        "key",
        "message",
        "qty",
        "status",
        "tracking_id",
        "tracking_number",
        "tracking_provider",
        "update",
    }
)
"""No ``value``: order meta of other plugins may hold personal data."""


@hookimpl
def describe_platform() -> Platform:
    """WooCommerce, as any of its stores may be; ``check_store`` narrows it to one."""
    from fbridge_woocommerce.settings import WooCommerceSettings

    return Platform(
        key="woocommerce",
        label="WooCommerce",
        settings=WooCommerceSettings,
        # Completing renders a mail, 0.1 to 0.4 s an order, and common proxies cut at 30 s.
        batch_size=50,
        # A store was seen to go on for 10 s after its gateway had given up.
        settle_time=timedelta(seconds=30),
        capabilities=Capabilities(
            partial_shipments=Support.WITH_PLUGIN,
            several_numbers=Support.YES,
            tracking_update=Support.WITH_PLUGIN,
            carrier_free_text=Support.WITH_PLUGIN,
            ship_date=Support.WITH_PLUGIN,
        ),
        mail=MailBehaviour.ALWAYS,
        tells_mail_switch=True,
        contract=1,
        exchange_fields=EXCHANGE_FIELDS,
    )


@hookimpl
def fetch_orders(store: Store, query: OrderQuery) -> Iterator[OrderPage]:
    """See :func:`fbridge.hookspecs.fetch_orders`."""
    from fbridge_woocommerce.reading import order_pages

    return order_pages(store, query)


@hookimpl
def push_fulfillment(store: Store, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
    """See :func:`fbridge.hookspecs.push_fulfillment`."""
    from fbridge_woocommerce.sending import send

    return send(store, fulfillments)


@hookimpl
def mail_again(store: Store, requests: Sequence[MailRequest]) -> Iterator[MailReceipt]:
    """See :func:`fbridge.hookspecs.mail_again`."""
    from fbridge_woocommerce.mails import mail_again as ask

    return ask(store, requests)


@hookimpl
def preview_push(store: Store, fulfillments: Sequence[Fulfillment]) -> Sequence[Preview]:
    """See :func:`fbridge.hookspecs.preview_push`."""
    from fbridge_woocommerce.preview import preview_of

    return [preview_of(store, fulfillment) for fulfillment in fulfillments]


@hookimpl
def preview_undo(store: Store, undo: Undo) -> UndoPreview:
    """See :func:`fbridge.hookspecs.preview_undo`."""
    from fbridge_woocommerce.undoing import preview_of as preview

    return preview(store, undo)


@hookimpl
def undo_fulfillment(store: Store, undo: Undo) -> UndoReceipt:
    """See :func:`fbridge.hookspecs.undo_fulfillment`."""
    from fbridge_woocommerce.undoing import take_back

    return take_back(store, undo)


@hookimpl
def list_carrier_codes(store: Store) -> CarrierCodes:
    """See :func:`fbridge.hookspecs.list_carrier_codes`."""
    from fbridge_woocommerce.carrier_lists import carrier_codes

    return carrier_codes(store)


@hookimpl
def check_store(store: Store) -> StoreReport:
    """See :func:`fbridge.hookspecs.check_store`."""
    from fbridge_woocommerce.check import report

    return report(store)
