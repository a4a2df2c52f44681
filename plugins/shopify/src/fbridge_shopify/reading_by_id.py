"""Read orders by their ids."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from fbridge.errors import RefusedError, UnreachableError
from fbridge_shopify.answers import ACCESS_DENIED, PASSING, GraphError, error_in, is_too_much, words_in
from fbridge_shopify.client import ShopifyClient
from fbridge_shopify.cost_formula import AMPLE, PageShape
from fbridge_shopify.mapping import RawOrder
from fbridge_shopify.raw_pages import RawPage
from fbridge_shopify.whole_orders import Completion

IDS_A_CALL = 50
"""The number of nodes costs no points, but a request is cut at 10 s."""

_ORDER_ID = re.compile(r"gid://shopify/Order/[1-9][0-9]*")


def pages_by_id(client: ShopifyClient, order_ids: Sequence[str], *, shipments: bool) -> Iterator[RawPage]:
    """Each id once, in its order; what the store has not is ``absent``.

    Raises: CredentialsError, RefusedError, UnreachableError.
    """
    wanted = list(dict.fromkeys(order_ids))
    for start in range(0, len(wanted), IDS_A_CALL):
        shape = PageShape(IDS_A_CALL, AMPLE)
        yield from _read(client, wanted[start : start + IDS_A_CALL], shape, shipments=shipments)


def _read(
    client: ShopifyClient, wanted: Sequence[str], shape: PageShape, *, shipments: bool
) -> Iterator[RawPage]:
    """Pages of at most ``shape.first`` orders, smaller where the store finds one too dear or too slow."""
    for start in range(0, len(wanted), shape.first):
        part = wanted[start : start + shape.first]
        try:
            yield _page(client, part, shape, shipments=shipments)
        except (RefusedError, UnreachableError) as error:
            smaller = PageShape(len(part), shape.sizes).halved()
            if smaller is None or not is_too_much(error):
                raise
            yield from _read(client, part, smaller, shipments=shipments)


def _page(client: ShopifyClient, wanted: Sequence[str], shape: PageShape, *, shipments: bool) -> RawPage:
    # What is no id of an order would make the store refuse all of them.
    asked = [order_id for order_id in wanted if _ORDER_ID.fullmatch(order_id)]
    found: dict[str, RawOrder] = {}
    if asked:
        answer = client.orders(asked, shape.sizes, shipments=shipments)
        completion = Completion(client)
        for index, (order_id, node) in enumerate(zip(asked, answer.data["nodes"], strict=True)):
            about = [error for error in answer.errors if _is_about(error, index)]
            order = _order(order_id, node, about, completion)
            if order is not None:
                found[order_id] = order
    return RawPage(
        orders=tuple(found.values()),
        absent=tuple(order_id for order_id in wanted if order_id not in found),
    )


def _order(order_id: str, node: Any, errors: Sequence[GraphError], completion: Completion) -> RawOrder | None:
    """The order; None where the store has none of this id. One that it could not read is not absent."""
    broken = [error for error in errors if error.code in PASSING]
    if node and not broken:
        return completion.whole(node)
    if not node and not errors:
        return None
    if not node and any(error.code == ACCESS_DENIED for error in errors):
        raise error_in(errors)
    known = {"id": order_id, "name": (node or {}).get("name")}
    return RawOrder(order=known, problem=f"unreadable: {words_in(broken or errors)}")


def _is_about(error: GraphError, index: int) -> bool:
    """An error without a place may be about any of the nodes."""
    return error.path[:2] in ((), ("nodes",), ("nodes", index))
