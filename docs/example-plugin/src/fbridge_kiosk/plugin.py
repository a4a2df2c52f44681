"""The Kiosk plugin: the hooks of the contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from fbridge.hookspecs import hookimpl
from fbridge.models.platforms import (
    Capabilities,
    CarrierCode,
    CarrierCodes,
    Finding,
    OrderPage,
    OrderQuery,
    Platform,
    StoreReport,
)
from fbridge.models.states import MailBehaviour, Support

if TYPE_CHECKING:
    from fbridge.models.fulfillments import Fulfillment, Preview, Receipt
    from fbridge.models.platforms import Store


@hookimpl
def describe_platform() -> Platform:
    """What every store of this platform can hold."""
    from fbridge_kiosk.settings import KioskSettings

    return Platform(
        key="kiosk",
        label="Kiosk",
        contract=1,
        settings=KioskSettings,
        batch_size=20,
        settle_time=timedelta(seconds=30),
        capabilities=Capabilities(
            partial_shipments=Support.YES,
            several_numbers=Support.YES,
            tracking_update=Support.YES,
            carrier_free_text=Support.NO,
            ship_date=Support.NO,
        ),
        mail=MailBehaviour.OPTIONAL,
        exchange_fields=frozenset({"numbers", "carrier", "status", "mark", "error"}),
    )


@hookimpl
def fetch_orders(store: Store, query: OrderQuery) -> Iterator[OrderPage]:
    """See :func:`fbridge.hookspecs.fetch_orders`."""
    from fbridge.adapterkit.reading import decoded_pages, pages_of
    from fbridge_kiosk.client import OrderFeed, api_of
    from fbridge_kiosk.mapping import order_from

    return decoded_pages(pages_of(OrderFeed(api_of(store)), query, now=store.now), order_from)


@hookimpl
def push_fulfillment(store: Store, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
    """See :func:`fbridge.hookspecs.push_fulfillment`."""
    from fbridge_kiosk.push import push

    return push(store, fulfillments)


@hookimpl
def preview_push(fulfillments: Sequence[Fulfillment]) -> Sequence[Preview]:
    """See :func:`fbridge.hookspecs.preview_push`."""
    from fbridge.adapterkit.one_by_one import previews

    return previews(fulfillments, mail="Your order is on its way")


@hookimpl
def list_carrier_codes(store: Store) -> CarrierCodes:
    """See :func:`fbridge.hookspecs.list_carrier_codes`."""
    from fbridge_kiosk.client import api_of

    names = api_of(store).read("carriers").json()
    codes = [CarrierCode(code=code, label=label) for code, label in names.items()]
    return CarrierCodes(codes=tuple(codes), open=False)


@hookimpl
def check_store(store: Store) -> StoreReport:
    """See :func:`fbridge.hookspecs.check_store`."""
    from fbridge.adapterkit.caches import cache_finding
    from fbridge_kiosk.client import api_of

    api = api_of(store)
    carriers = len(api.read("carriers").json())
    known = Finding(name="carriers", ok=carriers > 0, words=f"The store knows {carriers} carriers.")
    return StoreReport(
        findings=(known, cache_finding(lambda fresh: api.read("orders", {"ids": "0"}, fresh=fresh)))
    )
