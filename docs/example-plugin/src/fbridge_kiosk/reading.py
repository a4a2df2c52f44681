"""The store's list of changed orders, for the walk of the adapterkit, which loses none (C1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from fbridge.adapterkit.payloads import mapping, moment, reference
from fbridge.adapterkit.reading import Feed, Key, Listed, decoded_pages, pages_of
from fbridge.adapterkit.responses import body_of, rows_from
from fbridge.models.platforms import OrderPage, OrderQuery, Store
from fbridge_kiosk.client import KioskClient
from fbridge_kiosk.mapping import order_from


@dataclass(frozen=True, slots=True)
class Place:
    """After an order in the sequence of (changed, id)."""

    changed: str
    id: str = ""

    def saved(self) -> dict[str, str]:
        """For a cursor."""
        return asdict(self)


class OrderFeed(Feed[Any, Place, Any]):
    """See :class:`fbridge.adapterkit.reading.Feed`."""

    overlap = timedelta(minutes=2)
    at_once = ids_at_once = 100

    def __init__(self, store: Store) -> None:
        self._client = KioskClient(store)
        self.page_size = store.settings["page_size"]

    def begin(self, since: datetime | None) -> Place:
        """Before all that changed at this moment or later."""
        return Place(since.isoformat() if since else "1970-01-01T00:00:00+00:00")

    def restored(self, saved: Any) -> Place:
        """The place that was saved."""
        return Place(**saved)

    def page(self, position: Place, size: int) -> Listed[Any, Place]:
        """A page; the store counts what is still to come after it."""
        answer = self._client.orders_after(position.saved(), size)
        remaining, rows = body_of(answer).get("remaining"), _rows(answer)
        following = Place(rows[-1]["changed"], rows[-1]["id"]) if rows and remaining else None
        return Listed(rows=rows, next=following, server_time=answer.date, remaining=remaining)

    def by_ids(self, order_ids: Sequence[str]) -> list[Any]:
        """These orders, as far as they exist."""
        return _rows(self._client.orders_by_id(order_ids))

    def key(self, row: Any) -> Key:
        """What tells this version of the order."""
        return Key(reference(mapping(row).get("id")), moment(mapping(row).get("changed")))

    def whole(self, rows: Sequence[Any]) -> Sequence[Any]:
        """The list has all of an order."""
        return rows


def order_pages(store: Store, query: OrderQuery) -> Iterator[OrderPage]:
    """See :func:`fbridge.hookspecs.fetch_orders`."""
    return decoded_pages(pages_of(OrderFeed(store), query, now=store.now), order_from)


def _rows(answer: Any) -> list[dict[str, Any]]:
    return rows_from(answer, body_of(answer).get("orders"), "a list of orders")
