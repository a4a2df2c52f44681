"""The PrestaShop plugin: the hooks of the contract."""

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
        "current_state",
        "date_upd",
        "id",
        "id_carrier",
        "id_order",
        "id_order_state",
        "tracking_number",
    }
)
"""No ``message``: of a body that it cannot read PrestaShop sends the whole text back."""

CAPABILITIES = Capabilities(
    partial_shipments=Support.NO,
    several_numbers=Support.YES,
    tracking_update=Support.YES,
    carrier_free_text=Support.NO,
    ship_date=Support.NO,
)


@hookimpl
def describe_platform() -> Platform:
    """PrestaShop, the same for each of its stores."""
    from fbridge_prestashop.settings import PrestaShopSettings

    return Platform(
        key="prestashop",
        label="PrestaShop",
        settings=PrestaShopSettings,
        # A chunk is read by five requests, however large; the writes are cut into smaller bodies by their mails.
        batch_size=100,
        # PHP goes on after a gateway gave up: ten mails of a slow mail server, or 50 states of a slow shop.
        settle_time=timedelta(seconds=60),
        capabilities=CAPABILITIES,
        mail=MailBehaviour.OPTIONAL,
        tells_mail_switch=True,
        contract=1,
        exchange_fields=EXCHANGE_FIELDS,
    )


@hookimpl
def fetch_orders(store: Store, query: OrderQuery) -> Iterator[OrderPage]:
    """See :func:`fbridge.hookspecs.fetch_orders`."""
    from fbridge_prestashop.reading import order_pages

    return order_pages(store, query)


@hookimpl
def push_fulfillment(store: Store, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
    """See :func:`fbridge.hookspecs.push_fulfillment`."""
    from fbridge_prestashop.sending import send

    return send(store, fulfillments)


@hookimpl
def preview_push(store: Store, fulfillments: Sequence[Fulfillment]) -> Sequence[Preview]:
    """See :func:`fbridge.hookspecs.preview_push`."""
    from fbridge_prestashop.preview import preview_of

    return [preview_of(store, fulfillment) for fulfillment in fulfillments]


@hookimpl
def mail_again(store: Store, requests: Sequence[MailRequest]) -> Iterator[MailReceipt]:
    """See :func:`fbridge.hookspecs.mail_again`."""
    from fbridge_prestashop.missing_mails import mail_again as ask

    return ask(store, requests)


@hookimpl
def preview_undo(store: Store, undo: Undo) -> UndoPreview:
    """See :func:`fbridge.hookspecs.preview_undo`."""
    from fbridge_prestashop.undoing import preview_of as preview

    return preview(store, undo)


@hookimpl
def undo_fulfillment(store: Store, undo: Undo) -> UndoReceipt:
    """See :func:`fbridge.hookspecs.undo_fulfillment`."""
    from fbridge_prestashop.undoing import take_back

    return take_back(store, undo)


@hookimpl
def list_carrier_codes(store: Store) -> CarrierCodes:
    """See :func:`fbridge.hookspecs.list_carrier_codes`."""
    from fbridge_prestashop.carrier_lists import carrier_codes

    return carrier_codes(store)


@hookimpl
def check_store(store: Store) -> StoreReport:
    """See :func:`fbridge.hookspecs.check_store`."""
    from fbridge_prestashop.check import report

    return report(store)
