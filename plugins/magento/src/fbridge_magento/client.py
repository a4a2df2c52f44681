"""The requests to a Magento store: the only module that knows its paths and parameters.

Source: Adobe Commerce REST API, as observed on Magento Open Source 2.4.7. Reads raise CredentialsError,
RefusedError or UnreachableError; writes return the answer, whatever its status. An order is always named by its
``entity_id``: ``/orders/{number}`` would give another order without a word. What a push rests on is read fresh: no
cache may answer it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from fbridge.adapterkit.payloads import number, reference, text
from fbridge.errors import CredentialsError, FbridgeError
from fbridge.http import Auth, HeaderAuth, Response
from fbridge.http.auth import plain
from fbridge.models.platforms import Store
from fbridge_magento.answers import (
    content_of,
    error_of,
    is_own_fault,
    largest_page_in,
    list_of,
    longest_list_in,
    missing_permission,
    needs_less,
    number_of,
    resource_of,
    rows_of,
    total_of,
    unknown_token,
)
from fbridge_magento.field_filter import with_extra_fields
from fbridge_magento.run_memory import PAGE_SIZE, memory_of
from fbridge_magento.schemas import ORDER_FIELDS, SHIPMENT_FIELDS
from fbridge_magento.search_criteria import Filter, Group, Since, criteria, one_of, text_of
from fbridge_magento.ship_bodies import selection_body

_A_FEW = 20

_API = "rest/V1"

Json = Mapping[str, Any]
Row = dict[str, Any]


class MagentoClient:
    """Speaks with one store. Safe for several threads, as ``store.http`` is."""

    def __init__(self, store: Store) -> None:
        self._http = store.http
        self._memory = memory_of(store)
        self._order_fields = with_extra_fields(ORDER_FIELDS, store.extra_fields)
        if self._http.auth is None:
            self._http.auth = auth_for(store)

    # Reading orders and shipments

    def changed_orders(self, since: Since, size: int, store_ids: Iterable[str] = ()) -> Response:
        """A page of the orders changed since then, oldest change first; of these store views, or of all."""
        groups = _of_views(since.groups("updated_at"), store_ids)
        return self._list("orders", self._order_fields, groups, "updated_at", size=size)

    def new_shipments(self, since: Since, size: int, store_ids: Iterable[str] = ()) -> Response:
        """A page of the shipments made since then, oldest first: id, order and time of each."""
        groups = _of_views(since.groups("created_at"), store_ids)
        fields = "items[entity_id,order_id,created_at],total_count"
        return self._list("shipments", fields, groups, "created_at", size=size)

    def probe_orders(self, since: Since, low: int, high: int, store_ids: Iterable[str] = ()) -> None:
        """Let the store list the first of the orders changed since then whose ids are within these limits."""
        groups = [
            *_of_views(since.groups("updated_at"), store_ids),
            [Filter("entity_id", "gteq", low)],
            [Filter("entity_id", "lteq", high)],
        ]
        self._list("orders", "items[entity_id]", groups, "updated_at", size=1)

    def orders(self, order_ids: Sequence[str], changed_before: datetime | None = None) -> list[Row]:
        """At most 100 orders by id; unknown ones are left out by the store."""
        groups: list[Group] = [[one_of("entity_id", order_ids)]]
        if changed_before is not None:
            groups.append([Filter("updated_at", "lt", text_of(changed_before))])
        return self._all("orders", self._order_fields, groups)

    def shipments_of(self, order_ids: Sequence[str]) -> list[Row]:
        """All shipments of these orders (at most 100), with lines, tracks and comments."""
        return self._all("shipments", SHIPMENT_FIELDS, [[one_of("order_id", order_ids)]])

    # What the store offers

    def version(self) -> Response:
        """``Magento/2.4 (Community)``: anonymous, without the patch level."""
        return self._http.read("magento_version")

    def modules(self) -> Response:
        """The names of the store's modules; every good token may see them."""
        return self._read("modules")

    def newest_order(self, *, fresh: bool = False) -> Response:
        """A request that needs the right to see orders; ``fresh``: answered by no cache."""
        params = criteria((), page_size=1, fields="items[entity_id],total_count")
        return self._read("orders", params, fresh=fresh)

    def states_beside(self, seen: Iterable[str]) -> list[Row]:
        """``state`` and ``status`` of a few orders with another status than these."""
        known = ",".join(seen)
        groups: list[Group] = [[Filter("status", "nin", known)]] if known else []
        return rows_of(self._list("orders", "items[state,status]", groups, size=_A_FEW))

    def newest_shipment(self) -> Response:
        """A request that needs the right to see shipments, and shows whether their comments are told."""
        fields = "items[entity_id,comments[entity_id]],total_count"
        return self._read("shipments", criteria((), page_size=1, fields=fields))

    def probe_shipping(self) -> Response:
        """Ask for a shipment of nothing, of what can be no order: 400 for those who may ship.

        The right is looked at first, and no number stands where the order's id must be, so nothing can come of it
        (observed: "none" instead of an id is 400 for a token with the right, 401 without).
        """
        path, nothing = f"{_API}/order/none/ship", {"items": [{"order_item_id": 0, "qty": 0}]}
        return self._http.read(path, method="POST", json=nothing, final=is_own_fault)

    def store_views(self) -> Response:
        """All store views; needs Magento_Backend::store."""
        return self._read("store/storeViews")

    def store_configs(self) -> Response:
        """Settings of the store views; needs Magento_Backend::store."""
        return self._read("store/storeConfigs")

    def sources(self) -> list[Row]:
        """The places that goods are kept at, with multi-source inventory; needs Magento_InventoryApi::source."""
        fields = "items[source_code,name,enabled],total_count"
        found: list[Row] = []
        for page in count(1):
            response = self._good(self._page("inventory/sources", fields, number=page))
            rows, total = rows_of(response), total_of(response) or 0
            found += rows
            if not rows or len(found) >= total:
                break
        return found

    def probe_page_size(self) -> int:
        """How many rows the store gives at once; asked with a list of no orders."""
        none = [[Filter("entity_id", "eq", 0)]]
        self._good(self._page("orders", "items[entity_id],total_count", none))
        return self._memory.largest_page

    def error_of(self, response: Response) -> FbridgeError:
        """As ``answers.error_of``; of a 401, whether the token is unknown or lacks a permission (a request)."""
        resource = resource_of(response)
        error = error_of(response)
        if isinstance(error, CredentialsError) and error.reason == "missing_permission":
            look = self.modules()
            if look.ok:
                return missing_permission(resource)
            # Whatever right it names there, every good token may see that.
            error = error_of(look)
            return unknown_token() if error.reason == "missing_permission" else error
        return error

    def _list(
        self,
        path: str,
        fields: str,
        groups: Sequence[Group],
        *sort: str,
        size: int = PAGE_SIZE,
        fresh: bool = False,
    ) -> Response:
        return self._good(self._page(path, fields, groups, (*sort, "entity_id"), size=size, fresh=fresh))

    def _page(
        self,
        path: str,
        fields: str,
        groups: Sequence[Group] = (),
        sort: Sequence[str] = (),
        *,
        size: int = PAGE_SIZE,
        number: int = 1,
        fresh: bool = False,
    ) -> Response:
        """A page, or a smaller one where the store allows none so large, which it is asked once in a run."""
        asked = min(size, self._memory.largest_page)
        params = criteria(groups, page_size=asked, page=number, sort=sort, fields=fields)
        response = self._http.read(f"{_API}/{path}", params=params, final=needs_less, fresh=fresh)
        allowed = largest_page_in(response)
        if allowed is None or allowed >= asked:
            return response
        self._memory.largest_page = allowed
        return self._page(path, fields, groups, sort, size=size, number=number, fresh=fresh)

    def _all(self, path: str, fields: str, groups: Sequence[Group]) -> list[Row]:
        """All rows of a list, read fresh, in as many pages as it takes."""
        found: list[Row] = []
        beyond: list[Group] = []
        while True:
            response = self._list(path, fields, [*groups, *beyond], fresh=True)
            rows, total = rows_of(response), total_of(response)
            found += rows
            last = max((int(reference(row.get("entity_id")) or 0) for row in rows), default=0)
            if not last or (total is not None and len(rows) >= total):
                return found
            beyond = [[Filter("entity_id", "gt", last)]]

    def _good(self, response: Response) -> Response:
        if not response.ok:
            raise self.error_of(response)
        return response

    def _read(self, path: str, params: Any = None, *, fresh: bool = False) -> Response:
        return self._http.read(f"{_API}/{path}", params=params, final=is_own_fault, fresh=fresh)

    # Writing

    def ship(self, order_id: str, body: Json) -> Response:
        """Make one shipment. A body without items would ship all that is left; ``ship_bodies`` makes none."""
        return self._write("POST", f"order/{int(order_id)}/ship", body, about=order_id)

    def save_track(self, body: Json) -> Response:
        """Add a track, or change the one whose ``entity_id`` is given. No mail leaves."""
        return self._write("POST", "shipment/track", body, about=str(body["entity"]["order_id"]))

    def delete_track(self, order_id: str, track_id: str) -> Response:
        """Remove a track; of one that is gone already the store says the same."""
        return self._write("DELETE", f"shipment/track/{int(track_id)}", about=order_id)

    def mail_customer(self, order_id: str, shipment_id: str) -> Response:
        """Mail the customer about a shipment, each time anew; the answer is whether it left."""
        return self._write("POST", f"shipment/{int(shipment_id)}/emails", about=order_id)

    def select_sources(self, body: Json) -> Response:
        """Ask from which sources the store itself would ship; changes nothing.

        Needs Magento_InventorySourceSelectionApi::source_selection_algorithm_post.
        """
        path = f"{_API}/inventory/source-selection-algorithm-result"
        return self._http.read(path, method="POST", json=body, final=is_own_fault, fresh=True)

    def selected_sources(self, stock_id: int, wanted: Mapping[str, int]) -> list[Any]:
        """From which sources the store would take so many pieces by SKU, asked in as many parts as it takes.

        Raises: CredentialsError, RefusedError, UnreachableError.
        """
        found: list[Any] = []
        skus = list(wanted)
        while skus:
            some = skus[: self._memory.longest_list]
            response = self.select_sources(selection_body(stock_id, {sku: wanted[sku] for sku in some}))
            most = longest_list_in(response)
            if most is not None and most < len(some):
                self._memory.longest_list = most
                continue
            answer = content_of(self._good(response))
            found += (answer.get("source_selection_items") if isinstance(answer, Mapping) else None) or ()
            skus = skus[len(some) :]
        return found

    def pieces_at(self, source: str, skus: Iterable[str]) -> dict[str, float] | None:
        """What a source holds of these articles, by SKU; None where that does not fit on a page. Raises as above."""
        groups: list[Group] = [[one_of("sku", skus)], [Filter("source_code", "eq", source)]]
        fields = "items[sku,quantity],total_count"
        response = self._good(self._page("inventory/source-items", fields, groups, fresh=True))
        rows = rows_of(response)
        if len(rows) != total_of(response):
            return None
        return {text(row.get("sku")): float(number(row.get("quantity")) or 0) for row in rows}

    def stock_of_website(self, code: str) -> int:
        """The stock that a website sells from; needs Magento_InventorySalesApi::stock. Raises as above."""
        response = self._good(self._read(f"inventory/stock-resolver/website/{code}"))
        return number_of(response, "stock_id")

    def views_and_websites(self) -> tuple[list[Any], list[Any]]:
        """The rows of both; needs Magento_Backend::store. Raises as above."""
        views = list_of(self._good(self.store_views()))
        return views, list_of(self._good(self._read("store/websites")))

    def item_skus(self, order_id: str) -> dict[str, str]:
        """The SKU of each row of an order, children of bundles among them."""
        params = criteria(
            [[Filter("entity_id", "eq", order_id)]], page_size=1, fields="items[items[item_id,sku]]"
        )
        orders = rows_of(self._good(self._read("orders", params)))
        return {str(item["item_id"]): str(item["sku"]) for order in orders for item in order["items"] or ()}

    def _write(self, method: str, path: str, body: Json | None = None, *, about: str) -> Response:
        """``about``: the order's id; other numbers in a path are of shipments and tracks."""
        return self._http.write(method, f"{_API}/{path}", json=body, about=[about])


def auth_for(store: Store) -> Auth:
    """The token alone as Bearer, or all four parts as OAuth 1.0a; Magento knows HMAC-SHA256 only."""
    settings = store.settings
    if not plain(settings["consumer_key"]):
        return HeaderAuth("Authorization", settings["access_token"], prefix="Bearer ")
    from fbridge.http.oauth1 import OAuth1Auth

    return OAuth1Auth(
        settings["consumer_key"],
        settings["consumer_secret"],
        token=settings["access_token"],
        token_secret=settings["access_token_secret"],
    )


def _of_views(groups: list[Group], store_ids: Iterable[str]) -> list[Group]:
    wanted = sorted(store_ids)
    return [*groups, [one_of("store_id", wanted)]] if wanted else groups
