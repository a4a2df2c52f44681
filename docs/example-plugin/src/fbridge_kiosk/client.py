"""The platform's requests, and what its answers mean. No other file knows HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from fbridge.adapterkit.answers import AnswerTable, Listed, Verdict
from fbridge.adapterkit.api import ApiForm, StoreApi
from fbridge.adapterkit.payloads import moment, reference
from fbridge.adapterkit.reading import Key, Place, PlainFeed
from fbridge.adapterkit.reading import Listed as Page
from fbridge.adapterkit.responses import body_of, rows_from
from fbridge.http import HeaderAuth, Response
from fbridge.models.platforms import Store


def own_error(body: Mapping[str, Any]) -> tuple[str, str] | None:
    """The Kiosk's own errors are an object with ``error`` alone, which is its words; it has no codes."""
    return ("", body["error"]) if set(body) == {"error"} and isinstance(body["error"], str) else None


KIOSK = ApiForm(
    name="Kiosk API",
    own_error=own_error,
    answers=AnswerTable(
        [
            Listed(401, "", Verdict.CREDENTIALS, "API page, Errors: the key is looked at first"),
            Listed(404, "", Verdict.REFUSED, "API page, Errors: no such order", "no_such_order"),
            Listed(422, "", Verdict.REFUSED, "API page, Parcels", "store_refused"),
        ]
    ),
    check_key="Check api_key under Settings > Keys.",
)


def api_of(store: Store) -> StoreApi:
    """The store's API, with its key in a header."""
    store.http.auth = store.http.auth or HeaderAuth("X-Key", store.settings["api_key"])
    return StoreApi(store, KIOSK)


def orders_in(answer: Response) -> list[dict[str, Any]]:
    """The orders of a list."""
    return rows_from(answer, body_of(answer).get("orders"), "a list of orders")


class OrderFeed(PlainFeed):
    """The orders in the sequence of (changed, id), for the walk of the adapterkit, which loses none (C1)."""

    def __init__(self, api: StoreApi) -> None:
        self._api = api

    def begin(self, since: datetime | None) -> Place:
        """Before all that changed at this moment or later."""
        return Place(changed=(since or datetime.fromtimestamp(0, UTC)).isoformat(), id="")

    def page(self, position: Place, size: int) -> Page[dict[str, Any], Place]:
        """A page; the store counts what is still to come after it."""
        answer = self._api.read("orders", {**position, "limit": size})
        remaining, rows = body_of(answer).get("remaining"), orders_in(answer)
        following = Place(changed=rows[-1]["changed"], id=rows[-1]["id"]) if rows and remaining else None
        return Page(rows=rows, next=following, server_time=answer.date, remaining=remaining)

    def by_ids(self, order_ids: Sequence[str]) -> list[dict[str, Any]]:
        """These orders, as far as they exist."""
        return orders_in(self._api.read("orders", {"ids": ",".join(order_ids)}, fresh=True))

    def key(self, row: dict[str, Any]) -> Key:
        """What tells this version of the order."""
        return Key(reference(row.get("id")), moment(row.get("changed")))
