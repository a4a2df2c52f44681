"""What is read beside a page of orders: their refunds, fulfillments and notes, and the rows that only a tracking
plugin's own route shows.

Refunds of a whole page come in one request where the store has the route for it (seen on WooCommerce 11.0.1, absent
on 8.9.3). All else is asked for order by order, several at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from fbridge.adapterkit.payloads import reference, rows
from fbridge.errors import RefusedError
from fbridge.http.side_by_side import side_by_side
from fbridge.models.parts import in_parts
from fbridge.models.platforms import Store
from fbridge_woocommerce.client import PAGE_SIZE, WooClient
from fbridge_woocommerce.detection import facts_of
from fbridge_woocommerce.mapping import (
    MARK_BOTH,
    SHIP_PARENTS,
    RawOrder,
    needs_fulfillments,
    needs_refunds,
)
from fbridge_woocommerce.run_memory import memory_of
from fbridge_woocommerce.tracking_place import Place

MOST_AT_ONCE = 4

_Read = Callable[[], None]
_ByOrder = dict[str, list[Any]]


class Beside:
    """Reads what belongs to the orders of a page.

    ``place`` is where numbers are kept, None where only the orders matter. ``route`` is the tracking plugin's
    namespace where its rows must be read there.
    """

    def __init__(self, store: Store, client: WooClient, place: Place | None, route: str | None) -> None:
        self._store = store
        self._memory = memory_of(store)
        self._sub_orders = store.settings.get("sub_orders", MARK_BOTH)
        self._client = client
        self._place = place
        self._route = route

    def orders(self, order_ids: Sequence[str]) -> list[Any]:
        """These orders; whether any order of the store has parts is asked at the same time, once in a run."""
        found: list[Any] = []
        reads: list[_Read] = [lambda: found.extend(self._client.orders(order_ids))]
        if self._memory.has_parts is None:
            reads.append(self._learn_parts)
        _all_of(reads)
        return found

    def whole(self, orders: Sequence[Any]) -> list[RawOrder]:
        """The orders with all that was read for them. Raises: CredentialsError, RefusedError, UnreachableError."""
        named = {order_id: row for row in orders if (order_id := _id_of(row))}
        refunds: _ByOrder = {}
        fulfillments: _ByOrder = {}
        notes: _ByOrder = {}
        trackings: _ByOrder = {}
        parts = self._parts(named)
        parents = self._parent_states(named)
        reads = self._refunds(named, refunds)
        for order_id, row in named.items():
            if self._place is Place.FULFILLMENTS or needs_fulfillments(row):
                reads.append(partial(self._fulfillments, order_id, fulfillments))
            if self._place is Place.NOTE:
                reads.append(partial(self._notes, order_id, notes))
            if self._route:
                reads.append(partial(self._trackings, self._route, order_id, trackings))
        _all_of(reads)
        return [
            RawOrder(
                order=row,
                refunds=refunds.get(_id_of(row)),
                fulfillments=fulfillments.get(_id_of(row)),
                notes=notes.get(_id_of(row)),
                trackings=trackings.get(_id_of(row)),
                parts=parts.get(_id_of(row), {}),
                parent_state=parents.get(_parent_of(row), "trash"),
                marks=self._place is not None and self._route is None,
            )
            for row in orders
        ]

    def missing_parents(self, orders: Sequence[Any]) -> list[str]:
        """The ids of orders that are not among these, and of which a part is."""
        if self._sub_orders == SHIP_PARENTS:
            return []
        here = {_id_of(row) for row in orders}
        return list(dict.fromkeys(one for one in map(_parent_of, orders) if one and one not in here))

    def _parts(self, named: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
        if not named:
            return {}
        if any(map(_parent_of, named.values())):
            self._memory.has_parts = True
        elif self._memory.has_parts is None:
            self._learn_parts()
        return self._client.parts_of(list(named)) if self._memory.has_parts else {}

    def _parent_states(self, named: Mapping[str, Any]) -> Mapping[str, str]:
        if self._sub_orders == SHIP_PARENTS:
            return {}
        parents = list(dict.fromkeys(one for one in map(_parent_of, named.values()) if one))
        return {
            parent: found
            for part in in_parts(parents, PAGE_SIZE)
            for parent, found in self._client.states_of(part).items()
        }

    def _learn_parts(self) -> None:
        self._memory.has_parts = self._client.has_parts()

    def _refunds(self, named: Mapping[str, Any], found: _ByOrder) -> list[_Read]:
        """What is still to be read for the refunds of these orders, after the store was asked for all at once."""
        refunded = [order_id for order_id, row in named.items() if needs_refunds(row)]
        ids = [_id_of(refund) for order_id in refunded for refund in rows(named[order_id].get("refunds"))]
        together = len(refunded) > 1 and all(ids) and self._memory.lists_refunds is not False
        if together and self._together(ids, refunded, found):
            return []
        return [partial(self._refunds_alone, order_id, found) for order_id in refunded]

    def _together(self, ids: Sequence[str], refunded: Sequence[str], found: _ByOrder) -> bool:
        listed: dict[str, list[Any]] = defaultdict(list)
        for part in in_parts(ids, PAGE_SIZE):
            refunds = self._client.refunds_by_id(part)
            self._memory.lists_refunds = refunds is not None
            if refunds is None:
                return False
            for refund in refunds:
                listed[reference(refund.get("parent_id"))].append(refund)
        found |= {order_id: listed[order_id] for order_id in refunded}
        return True

    def _refunds_alone(self, order_id: str, found: _ByOrder) -> None:
        found[order_id] = self._client.refunds(order_id)

    def _fulfillments(self, order_id: str, found: _ByOrder) -> None:
        read = self._client.fulfillments(order_id)
        if read is not None:
            found[order_id] = read
        elif self._place is Place.FULFILLMENTS and facts_of(self._store, self._client).fulfillments:
            # What cannot be read is not "nothing has left": that would be made, and mailed, a second time.
            raise RefusedError(
                f"WooCommerce's feature fulfillments does not answer on {self._store.url}, so it cannot be seen what "
                "has left. Switch it on there, or see where numbers can be kept: "
                f"fbridge store check {self._store.name}",
                reason="rest_no_route",
            )

    def _notes(self, order_id: str, found: _ByOrder) -> None:
        found[order_id] = self._memory.notes[order_id] = self._client.notes(order_id)

    def _trackings(self, route: str, order_id: str, found: _ByOrder) -> None:
        found[order_id] = self._client.trackings(route, order_id)


def _id_of(row: Any) -> str:
    return reference(row.get("id")) if isinstance(row, Mapping) else ""


def _parent_of(row: Any) -> str:
    return reference(row.get("parent_id")) if isinstance(row, Mapping) else ""


def _all_of(reads: Sequence[_Read]) -> None:
    if len(reads) == 1:
        reads[0]()
    else:
        for _ in side_by_side(reads, lambda read: read(), MOST_AT_ONCE):
            pass
