"""The requests to a WooCommerce store: the only module that knows its paths and parameters.

Sources: WooCommerce REST API v3; Advanced Shipment Tracking and Shipment Tracking REST APIs; core fulfillments as
observed on WooCommerce 11.0.1. Reads raise CredentialsError, RefusedError or UnreachableError; writes return the
answer, whatever its status. What a push rests on is read fresh: no cache may answer it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from fbridge.adapterkit.payloads import mapping, rows
from fbridge.adapterkit.reading import is_an_orders_own
from fbridge.errors import UnreachableError
from fbridge.http import Auth, BasicAuth, QueryAuth, Response
from fbridge.http.auth import plain
from fbridge.http.urls import Params
from fbridge.models.platforms import Store
from fbridge_woocommerce.answers import code_of, content_of, error_of, list_of, needs_less
from fbridge_woocommerce.schemas import order_fields, state

PAGE_SIZE = 100
DEFAULT_PAGE = 10
"""So many orders the store gives where nobody says how many."""

_MOST_BROKEN = 5
_API = "wp-json/wc/v3"
_ANY_ORDER = 999999
_UNKNOWN_ORDER = frozenset({"woocommerce_rest_shop_order_invalid_id", "woocommerce_rest_order_invalid_id"})
_SECOND = timedelta(seconds=1)

Json = Mapping[str, Any]


class WooClient:
    """Speaks with one store. Safe for several threads, as ``store.http`` is."""

    def __init__(self, store: Store) -> None:
        self._http = store.http
        self._settings = store.settings
        self._order_fields = order_fields(store.extra_fields)
        if self._http.auth is None:
            self._http.auth = auth_for(store)

    # Reading orders

    def changed_orders(
        self, after: datetime | None, size: int = PAGE_SIZE, without: Sequence[str] = ()
    ) -> Response:
        """The first page of the orders changed later than ``after`` (exclusive), oldest change first.

        A naive GMT time with ``dates_are_gmt`` is the only form that loses no order: with a Z the store would
        skip as many hours as its time zone is east of Greenwich.
        """
        return self._orders_page({**_later(after), **_excluded(without), "per_page": size})

    def orders_of_second(
        self, second: datetime, offset: int, size: int, without: Sequence[str] = ()
    ) -> Response:
        """Some of the orders changed within one second."""
        return self._orders_page(
            {**_window(second), **_excluded(without), "offset": offset, "per_page": size}
        )

    def count_of_second(self, second: datetime) -> Response:
        """How many orders changed within one second, in ``X-WP-Total``."""
        return self._orders_page({**_window(second), "per_page": 1, "_fields": "id"})

    def probe_orders(self, after: datetime | None, ids: Iterable[int]) -> None:
        """Let the store list these orders, at most 100, in one try."""
        params: dict[str, Any] = {**_later(after), "include": ",".join(map(str, ids)), "_fields": "id"}
        self._orders_page(params, retry=False)

    def newest_id(self) -> int:
        """The highest id of an order that the store can list; 0 where there is none."""
        for offset in range(_MOST_BROKEN):
            place = {"orderby": "id", "order": "desc", "per_page": 1, "offset": offset}
            params: dict[str, Any] = {**place, "_fields": "id"}
            response = self._http.read(f"{_API}/orders", params=params, retry=False)
            if response.ok:
                return max((row["id"] for row in list_of(response)), default=0)
        return 0

    def _orders_page(self, params: Mapping[str, Any], *, retry: bool = True) -> Response:
        always: dict[str, Any] = {
            "status": "any",
            "orderby": "modified",
            "order": "asc",
            "dates_are_gmt": True,
            "per_page": PAGE_SIZE,
            "_fields": self._order_fields,
        }
        response = self._http.read(
            f"{_API}/orders", params={**always, **params}, retry=retry, final=needs_less
        )
        if not response.ok:
            raise error_of(response)
        return response

    def orders(self, order_ids: Sequence[str]) -> list[Any]:
        """At most 100 orders by id. Unknown and trashed ones are left out by the store."""
        params = {
            "include": ",".join(order_ids),
            "status": "any",
            "per_page": PAGE_SIZE,
            "_fields": self._order_fields,
        }
        return list_of(self._good("orders", params, fresh=True))

    def order(self, order_id: str) -> Json | None:
        """One order, in the trash too; None where there is none."""
        path = f"{_API}/orders/{order_id}"
        response = self._http.read(path, params={"_fields": self._order_fields}, fresh=True)
        if code_of(response) in _UNKNOWN_ORDER:
            return None
        content: Json = content_of(response)
        return content

    def has_parts(self) -> bool:
        """Whether any order of the store is a part of another one; True also where the store breaks off at it."""
        try:
            rows = self._parts({"parent_exclude": "0", "per_page": 1})
        except UnreachableError as error:
            if not is_an_orders_own(error):
                raise
            return True
        return any(row.get("parent_id") for row in rows)

    def parts_of(self, order_ids: Sequence[str]) -> dict[str, dict[str, str]]:
        """The parts of at most 100 orders, by the order's id, each with its state."""
        found: dict[str, dict[str, str]] = {}
        for page in count(1):
            rows = self._parts({"parent": ",".join(order_ids), "per_page": PAGE_SIZE, "page": page})
            for row in rows:
                found.setdefault(str(row["parent_id"]), {})[str(row["id"])] = state(row.get("status"))
            if len(rows) < PAGE_SIZE:
                break
        return found

    def states_of(self, order_ids: Sequence[str]) -> dict[str, str]:
        """The states of at most 100 orders; those that are in the trash, or gone, are left out by the store."""
        rows = self._parts({"include": ",".join(order_ids), "per_page": PAGE_SIZE})
        return {str(row["id"]): state(row.get("status")) for row in rows}

    def _parts(self, chosen: Mapping[str, Any]) -> list[Any]:
        fields = {"status": "any", "_fields": "id,parent_id,status"}
        return list_of(self._good("orders", {**chosen, **fields}, fresh=True))

    def refunds(self, order_id: str) -> list[Any]:
        """The refunds of an order with their lines."""
        params = {"per_page": PAGE_SIZE, "_fields": "id,line_items"}
        return list_of(self._good(f"orders/{order_id}/refunds", params, fresh=True))

    def refunds_by_id(self, refund_ids: Sequence[str]) -> list[Any] | None:
        """At most 100 refunds of any orders; None where the store has no such route (WooCommerce 8.9.3)."""
        params: Params = {
            "include": ",".join(refund_ids),
            "per_page": PAGE_SIZE,
            "_fields": "id,parent_id,line_items",
        }
        response = self._http.read(f"{_API}/refunds", params=params, fresh=True)
        return None if code_of(response) == "rest_no_route" else list_of(response)

    # What an order's tracking place holds

    def fulfillments(self, order_id: str) -> list[Any] | None:
        """The core fulfillments of an order; None where the store says twice that it has no such route.

        It says so where the feature is off, and for a moment while plugins are updated.
        """
        for _ in range(2):
            response = self._http.read(f"{_API}/orders/{order_id}/fulfillments", fresh=True)
            if code_of(response) != "rest_no_route":
                return list_of(response)
        return None

    def fulfillment(self, order_id: str, fulfillment_id: str) -> Json:
        """One core fulfillment."""
        path = f"orders/{order_id}/fulfillments/{fulfillment_id}"
        return mapping(content_of(self._good(path, {}, fresh=True)))

    def notes(self, order_id: str) -> list[Any]:
        """All notes of an order; the list has no pages."""
        return rows(list_of(self._good(f"orders/{order_id}/notes", {"_fields": "id,note"}, fresh=True)))

    def notes_now(self, order_id: str) -> Response:
        """The same with their dates, in one try: what they tell is worth no wait."""
        params: Params = {"_fields": "id,note,date_created_gmt"}
        return self._http.read(f"{_API}/orders/{order_id}/notes", params=params, retry=False, fresh=True)

    def completed_at(self, order_id: str) -> Any:
        """When the order was completed last, as the store writes it; None where it was not."""
        path = f"{_API}/orders/{order_id}"
        response = self._http.read(path, params={"_fields": "date_completed_gmt"}, retry=False, fresh=True)
        return content_of(response).get("date_completed_gmt")

    def trackings(self, namespace: str, order_id: str) -> list[Any]:
        """The rows that a tracking plugin shows for an order."""
        path = f"wp-json/{namespace}/orders/{order_id}/shipment-trackings"
        return rows(list_of(self._read(path, fresh=True)))

    # What the store offers

    def index(self) -> Response:
        """The public description of the site."""
        params = {"_fields": "name,url,gmt_offset,timezone_string,namespaces"}
        return self._http.read("wp-json/", params=params)

    def index_without_permalinks(self) -> Response:
        """The same, at the place where it stands with plain permalinks."""
        return self._http.read("", params={"rest_route": "/", "_fields": "namespaces"}, retry=False)

    def routes(self) -> Response:
        """The public list of WooCommerce's routes."""
        return self._http.read(_API)

    def system_status(self) -> Response:
        """Versions and active plugins; for keys of users who may manage WooCommerce."""
        return self._http.read(
            f"{_API}/system_status", params={"_fields": "environment,settings,active_plugins"}, retry=False
        )

    def order_totals(self) -> Response:
        """How many orders are in each state, those of plugins included."""
        return self._http.read(f"{_API}/reports/orders/totals", retry=False)

    def newest_order(self, *, fresh: bool = False) -> Response:
        """A request that needs the right to read; ``fresh``: answered by no cache."""
        params: Params = {"per_page": 1, "_fields": "id"}
        return self._http.read(f"{_API}/orders", params=params, fresh=fresh)

    def loses_the_header(self) -> bool:
        """Whether the key is known where it stands in the query, and not where it stands in the header."""
        if not isinstance(self._http.auth, BasicAuth):
            return False
        key = {name: plain(self._settings[name]) for name in ("consumer_key", "consumer_secret")}
        params: Params = {"per_page": 1, "_fields": "id", **key}
        return self._http.read(f"{_API}/orders", params=params, retry=False).ok

    def completed_orders(self) -> list[Any]:
        """The meta data of the latest completed orders."""
        params = {
            "status": "completed",
            "orderby": "modified",
            "order": "desc",
            "per_page": PAGE_SIZE,
            "_fields": "id,meta_data",
        }
        return list_of(self._good("orders", params))

    def probe_write(self) -> Response:
        """An empty batch needs the right to write, and changes nothing."""
        return self._http.read(f"{_API}/orders/batch", method="POST", json={}, follow=False)

    def providers(self, namespace: str) -> Any:
        """The carriers of a tracking plugin. The route wants an order id, and takes any."""
        path = f"wp-json/{namespace}/orders/{_ANY_ORDER}/shipment-trackings/providers"
        return content_of(self._read(path))

    # Writing

    def update_orders(self, updates: Sequence[Json]) -> Response:
        """Change several orders. There ``_fields`` would empty the answer, so it is long."""
        about = (str(update["id"]) for update in updates)
        return self._http.write("POST", f"{_API}/orders/batch", json={"update": list(updates)}, about=about)

    def create_fulfillment(self, order_id: str, meta: Sequence[Json], *, mail: bool = False) -> Response:
        """Make a core fulfillment; with ``mail`` the customer gets the fulfillment's own one."""
        return self._http.write(
            "POST", f"{_API}/orders/{order_id}/fulfillments", json=_fulfillment_body(meta, mail=mail)
        )

    def replace_fulfillment(
        self, order_id: str, fulfillment_id: str, meta: Sequence[Json], *, mail: bool = False
    ) -> Response:
        """Replace the whole meta data of a core fulfillment: keys that are left out are deleted."""
        path = f"{_API}/orders/{order_id}/fulfillments/{fulfillment_id}"
        return self._http.write("PUT", path, json=_fulfillment_body(meta, mail=mail))

    def delete_fulfillment(self, order_id: str, fulfillment_id: str) -> Response:
        """Delete a core fulfillment and mail nobody; of one that is gone the store says so."""
        return self._http.write("DELETE", f"{_API}/orders/{order_id}/fulfillments/{fulfillment_id}")

    def add_tracking(self, namespace: str, order_id: str, body: Json) -> Response:
        """Add a row through the tracking plugin's own route; again makes a second row."""
        return self._http.write(
            "POST", f"wp-json/{namespace}/orders/{order_id}/shipment-trackings", json=body
        )

    def delete_tracking(self, namespace: str, order_id: str, tracking_id: str) -> Response:
        """Take a row away through the tracking plugin's own route."""
        path = f"wp-json/{namespace}/orders/{order_id}/shipment-trackings/{tracking_id}"
        return self._http.write("DELETE", path, params={"force": True})

    def add_note(self, order_id: str, note: str) -> Response:
        """Add a private note; again makes a second one."""
        body = {"note": note, "customer_note": False}
        return self._http.write("POST", f"{_API}/orders/{order_id}/notes", json=body)

    def delete_note(self, order_id: str, note_id: str) -> Response:
        """Delete a note for good: notes have no bin."""
        path = f"{_API}/orders/{order_id}/notes/{note_id}"
        return self._http.write("DELETE", path, params={"force": True})

    def mail_switch(self, kind: str) -> Response:
        """Whether the shop sends this kind of mail at all."""
        return self._http.read(f"{_API}/settings/email_{kind}/enabled", fresh=True)

    def send_mail(self, order_id: str, kind: str) -> Response:
        """Mail the customer about the order, each time anew."""
        path = f"{_API}/orders/{order_id}/actions/send_email"
        return self._http.write("POST", path, json={"template_id": kind})

    def _good(self, path: str, params: Mapping[str, Any], *, fresh: bool = False) -> Response:
        return self._read(f"{_API}/{path}", params, fresh=fresh)

    def _read(self, path: str, params: Mapping[str, Any] | None = None, *, fresh: bool = False) -> Response:
        response = self._http.read(path, params=params, fresh=fresh)
        if not response.ok:
            raise error_of(response)
        return response


def auth_for(store: Store) -> Auth:
    """Basic over https, or the key in the query where the header is not ours or gets lost on the way. Over http
    WooCommerce ignores both without a word and wants OAuth 1.0a.

    The signature goes into the query: some web servers keep the Authorization header to themselves.
    """
    key, secret = store.settings["consumer_key"], store.settings["consumer_secret"]
    if urlsplit(store.http.base_url).scheme == "https":
        if store.http.way_through.header_is_free:
            return BasicAuth(key, secret)
        return QueryAuth(consumer_key=key, consumer_secret=secret)
    from fbridge.http.oauth1 import OAuth1Auth

    return OAuth1Auth(key, secret, placement="query")


def total_of(response: Response) -> int | None:
    """The store's count of all that was asked for; of a page that is not past the end."""
    return response.number("x-wp-total")


def _later(after: datetime | None) -> dict[str, str]:
    return {"modified_after": _naive(after)} if after else {}


def _excluded(order_ids: Sequence[str]) -> dict[str, str]:
    return {"exclude": ",".join(order_ids)} if order_ids else {}


def _naive(moment: datetime) -> str:
    return moment.replace(tzinfo=None, microsecond=0).isoformat()


def _window(second: datetime) -> dict[str, str]:
    """Both limits are exclusive."""
    return {"modified_after": _naive(second - _SECOND), "modified_before": _naive(second + _SECOND)}


def _fulfillment_body(meta: Sequence[Json], *, mail: bool = False) -> dict[str, Any]:
    return {"status": "fulfilled", "is_fulfilled": True, "notify_customer": mail, "meta_data": list(meta)}
