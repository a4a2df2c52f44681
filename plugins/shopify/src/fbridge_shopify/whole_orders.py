"""Complete what the first answer holds of an order: lists that are longer than their first page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fbridge.adapterkit.payloads import listing, mapping, text
from fbridge.errors import RefusedError
from fbridge_shopify.client import ShopifyClient
from fbridge_shopify.cost_budget import AMPLE, Sizes
from fbridge_shopify.mapping import RawOrder

Json = Mapping[str, Any]


class _IncompleteError(ValueError):
    """``str`` says what of an order cannot be read."""


@dataclass(frozen=True, slots=True)
class Completion:
    """Reads the rest of orders' lists, a call for each further page."""

    client: ShopifyClient
    sizes: Sizes = AMPLE

    def whole(self, order: Any) -> RawOrder:
        """The order with all of its lists; what the store refuses is that order's problem (C2)."""
        if not isinstance(order, Mapping):
            return RawOrder(order={}, problem="malformed: the store listed something that is no order")
        try:
            return RawOrder(order=self._completed(order))
        except (RefusedError, _IncompleteError) as error:
            return RawOrder(order=order, problem=f"unreadable: {error}")

    def _completed(self, order: Json) -> Json:
        whole = self._filled(order, "lineItems", "more_lines", "order")
        whole = self._filled(whole, "fulfillmentOrders", "more_fulfillment_orders", "order")
        return self._with_whole_fulfillments(self._with_whole_fulfillment_orders(whole))

    def _with_whole_fulfillment_orders(self, order: Json) -> Json:
        found = order.get("fulfillmentOrders")
        if not isinstance(found, Mapping) or not any(map(_goes_on, _children(found, "lineItems"))):
            return order
        nodes = [self._filled(one, "lineItems", "more_pieces", "fulfillmentOrder") for one in found["nodes"]]
        return {**order, "fulfillmentOrders": {**found, "nodes": nodes}}

    def _with_whole_fulfillments(self, order: Json) -> Json:
        found = order.get("fulfillments")
        children = _children({"nodes": found}, "fulfillmentLineItems")
        if not isinstance(found, list) or not any(map(_goes_on, children)):
            return order
        whole = [self._filled(one, "fulfillmentLineItems", "more_shipped", "fulfillment") for one in found]
        return {**order, "fulfillments": whole}

    def _filled(self, parent: Json, name: str, document: str, root: str) -> Json:
        """The parent with all nodes of the list ``name``; ``root`` is the field that the document asks for."""
        page: Any = mapping(parent).get(name)
        parent_id = text(mapping(parent).get("id"))
        # Without an id the rest cannot be asked for, and the schema names what is missing.
        if not _goes_on(page) or not parent_id:
            return parent
        nodes, ends = listing(page.get("nodes")), set()
        while _goes_on(page):
            end = text(page["pageInfo"]["endCursor"])
            if end in ends:
                raise _IncompleteError(f"the store gives the same part of {name} again and again")
            ends.add(end)
            page = mapping(self.client.more(document, parent_id, end, self.sizes).data.get(root)).get(name)
            if page is None:
                raise _IncompleteError(f"the rest of {name} is gone while it was read")
            nodes += listing(mapping(page).get("nodes"))
        return {**parent, name: {"nodes": nodes}}


def _goes_on(page: Any) -> bool:
    """Whether a connection has more than this page. What is malformed is for the schema to tell."""
    info = page.get("pageInfo") if isinstance(page, Mapping) else None
    return isinstance(info, Mapping) and bool(info.get("hasNextPage")) and bool(info.get("endCursor"))


def _children(connection: Json, name: str) -> list[Any]:
    nodes = connection.get("nodes")
    found = nodes if isinstance(nodes, list) else []
    return [node.get(name) for node in found if isinstance(node, Mapping)]
