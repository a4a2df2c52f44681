"""Pages of orders: a keyset over (changed, id) that loses nothing (C1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from fbridge.models.platforms import OrderPage, OrderQuery
from fbridge_kiosk.client import KioskClient
from fbridge_kiosk.mapping import order_from

BEGINNING = "1970-01-01T00:00:00+00:00"
OVERLAP = timedelta(minutes=2)
"""So much is read again by the next fetch: orders of one second may become visible out of sequence."""


def order_pages(client: KioskClient, query: OrderQuery) -> Iterator[OrderPage]:
    """See :func:`fbridge.hookspecs.fetch_orders`."""
    if query.order_ids is not None:
        yield _named(client, query.order_ids)
        return
    since = query.since.isoformat() if query.since else BEGINNING
    place = dict(query.cursor or {"changed": since, "id": ""})
    last = False
    while not last:
        answer = client.orders_after(place)
        last = answer["remaining"] == 0
        place = _after(place, answer["orders"], last=last)
        yield OrderPage.of(map(order_from, answer["orders"]), cursor=place, remaining=answer["remaining"])


def _named(client: KioskClient, order_ids: Sequence[str]) -> OrderPage:
    made = [order_from(row) for row in client.orders_by_id(order_ids)["orders"]]
    found = {one.remote_id for one in made}
    return OrderPage.of(made, absent=tuple(key for key in order_ids if key not in found))


def _after(place: Mapping[str, str], rows: Sequence[Mapping[str, Any]], *, last: bool) -> dict[str, str]:
    if not rows:
        return dict(place)
    changed, order_id = max((row["changed"], int(row["id"])) for row in rows)
    if not last:
        return {"changed": changed, "id": str(order_id)}
    back = (datetime.fromisoformat(changed) - OVERLAP).isoformat()
    return {"changed": max(back, place["changed"]), "id": ""}
