"""The list of changed orders, as the walk of the adapterkit wants it, and what is read beside each order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from fbridge.adapterkit.extra_fields import with_extra
from fbridge.adapterkit.payloads import moment, reference, text
from fbridge.adapterkit.reading import (
    Key,
    Listed,
    NoProgressError,
    decoded_pages,
    is_an_orders_own,
    pages_of,
)
from fbridge.adapterkit.reading.whole_seconds import (
    SECOND,
    Rows,
    SecondPosition,
    SecondsFeed,
    first_failing,
    listed,
)
from fbridge.errors import CredentialsError, RefusedError, UnreachableError
from fbridge.http import Response
from fbridge.models.platforms import OrderPage, OrderQuery, Store
from fbridge_woocommerce.answers import list_of
from fbridge_woocommerce.beside import Beside
from fbridge_woocommerce.client import DEFAULT_PAGE, PAGE_SIZE, WooClient, total_of
from fbridge_woocommerce.detection import facts_of, place_of
from fbridge_woocommerce.mapping import RawOrder, order_from
from fbridge_woocommerce.tracking_place import Place

MOST_PROBES = 100
"""Lists that are asked for to find one broken order among the newest."""


class OrderFeed(SecondsFeed[Any, RawOrder]):
    """Orders by ``date_modified_gmt``.

    The store's filter is exclusive, so a second is asked for by the one before it. A second that fills a whole page
    is read by offset from its last orders to its first: orders only ever leave a past second, so none slips from the
    unread ones into those that were read. The token is how many are unread.
    """

    page_size = ids_at_once = at_once = PAGE_SIZE

    def __init__(self, store: Store, *, shipments: bool) -> None:
        self._store = store
        self._client = WooClient(store)
        place, route = _places(store, self._client) if shipments else (None, None)
        self._lists_changes = False
        self._beside = Beside(store, self._client, place, route)

    def page(self, position: SecondPosition, size: int) -> Listed[Any, SecondPosition]:
        self._lists_changes = True
        read = self._since if position.token is None else self._part_of_second
        return listed(position, read(position, size), changed, self._unread_of)

    def first(self, position: SecondPosition) -> tuple[str, SecondPosition] | None:
        def probe(low: int, high: int) -> None:
            ids = [order_id for order_id in range(low, high + 1) if str(order_id) not in position.without]
            self._client.probe_orders(_after(position), ids or [0])

        return first_failing(position, probe, self._recent_ids(), is_an_orders_own)

    def by_ids(self, order_ids: Sequence[str]) -> list[Any]:
        numeric = [order_id for order_id in order_ids if order_id.isascii() and order_id.isdigit()]
        rows = self._beside.orders(numeric) if numeric else []
        present = {self.key(row).id for row in rows}
        # The list leaves out the trash, a single read does not.
        missing = [self._alone(order_id) for order_id in numeric if order_id not in present]
        return [*rows, *(row for row in missing if row is not None)]

    def _alone(self, order_id: str) -> Any:
        """The list has just taken the key, so what is turned away now is this order: plugins that guard the REST API
        say so of one that is gone."""
        try:
            return self._client.order(order_id)
        except CredentialsError as error:
            raise RefusedError(str(error), reason=error.reason) from error

    def key(self, row: Any) -> Key:
        if not isinstance(row, Mapping):
            return Key("", None)
        return Key(reference(row.get("id")), changed(row), text(row.get("number")))

    def whole(self, rows: Sequence[Any]) -> list[RawOrder]:
        """A part may have come after its parent was read: then that one is read again with it."""
        parents = self._beside.missing_parents(rows) if self._lists_changes else []
        return self._beside.whole([*rows, *(self.by_ids(parents[:PAGE_SIZE]) if parents else ())])

    def _since(self, position: SecondPosition, size: int) -> Rows[Any]:
        response = self._client.changed_orders(_after(position), size, position.without)
        rows, total = list_of(response), total_of(response)
        # The count is asked first: a store may give smaller pages than it was asked for.
        full = len(rows) < total if total is not None else len(rows) in {size, DEFAULT_PAGE}
        return self._rows(response, rows, full=bool(rows) and full, remaining=total)

    def _part_of_second(self, position: SecondPosition, size: int) -> Rows[Any]:
        unread = position.token or 0
        offset = max(unread - size, 0)
        response = self._client.orders_of_second(_second(position), offset, unread - offset, position.without)
        rows, total = list_of(response), total_of(response)
        if len(rows) < min(unread, total or 0) - offset:
            raise NoProgressError(
                "The store lists fewer orders of one second than it was asked for, so the others cannot be reached: "
                "look for a plugin of the store, or a proxy before it, that limits the size of pages."
            )
        return self._rows(response, rows, full=True, token=offset or None)

    def _rows(self, response: Response, rows: Sequence[Any], **told: Any) -> Rows[Any]:
        clock = response.date or self._store.now()
        return Rows(rows=rows, clock=clock, server_time=response.date, **told)

    def _unread_of(self, second: datetime, _rows: Sequence[Any]) -> int:
        total = total_of(self._client.count_of_second(second))
        if total is None:
            raise UnreachableError(
                f"More than {PAGE_SIZE} orders of {self._store.url} changed in one second, and the store does "
                "not say how many: something before it takes the header X-WP-Total away.",
                reason="unexpected_answer",
            )
        return total

    def _recent_ids(self) -> Iterator[tuple[int, int]]:
        """Spans of ids, the newest first; a few that are not there yet, for the very newest may be the broken one."""
        high = self._client.newest_id() + PAGE_SIZE // 2
        for _ in range(MOST_PROBES):
            if high > 0:
                yield max(high - PAGE_SIZE + 1, 1), high
            high -= PAGE_SIZE


def changed(row: Any) -> datetime | None:
    """When an order changed; None where the row does not tell."""
    return moment(row.get("date_modified_gmt")) if isinstance(row, Mapping) else None


def _after(position: SecondPosition) -> datetime | None:
    return position.second - SECOND if position.second is not None else None


def _second(position: SecondPosition) -> datetime:
    if position.second is None:
        raise ValueError("no second is being read")
    return position.second


def _places(store: Store, client: WooClient) -> tuple[Place, str | None]:
    """Where the store keeps tracking, and the tracking plugin's own route where its rows must be read there.

    Rows that the plugin does not show went through its own route.
    """
    facts = facts_of(store, client)
    place = place_of(store, facts)
    by_route = place.keeps_rows and facts.rows_shown is False
    return place, facts.namespace if by_route else None


def order_pages(store: Store, query: OrderQuery) -> Iterator[OrderPage]:
    """The pages that a query asks for. Raises: CredentialsError, RefusedError, UnreachableError."""
    yield from decoded_pages(
        pages_of(OrderFeed(store, shipments=query.shipments), query, now=store.now),
        lambda raw: with_extra(order_from(raw, store.settings), raw.order, store.extra_fields),
    )
