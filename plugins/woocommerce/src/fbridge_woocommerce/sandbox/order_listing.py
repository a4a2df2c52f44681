"""``GET /wc/v3/orders``: which orders, in which order, on which page, and the headers about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

from fbridge_woocommerce.sandbox.calls import Call, as_list, is_true, php_int
from fbridge_woocommerce.sandbox.dates import parse_filter
from fbridge_woocommerce.sandbox.errors import invalid_parameter, not_in_enum
from fbridge_woocommerce.sandbox.records import OrderRecord
from fbridge_woocommerce.sandbox.state import Shop

MOST_ON_A_PAGE = 100
ORDER_BY = ("date", "id", "include", "title", "slug", "modified")
DATE_FILTERS = ("modified_after", "modified_before", "after", "before")
LIST_PARAMETERS = ("include", "exclude")
UNSORTED = frozenset({"include", "title", "slug"})
"""With these the database gives the orders as it finds them, which is by status and date."""


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """The parsed parameters; times are seconds, ``statuses`` None for all that are not hidden."""

    statuses: frozenset[str] | None
    modified: tuple[int | None, int | None]
    created: tuple[int | None, int | None]
    include: frozenset[int]
    exclude: frozenset[int]
    parent: frozenset[int]
    not_parent: frozenset[int]
    orderby: str
    descending: bool
    page: int
    per_page: int
    offset: int | None

    @property
    def start(self) -> int:
        """How many orders to skip."""
        return (self.page - 1) * self.per_page if self.offset is None else self.offset


@dataclass(frozen=True, slots=True)
class OrderList:
    """One page. Past the end the real store gives 0 as the total."""

    orders: Sequence[OrderRecord]
    total: int
    pages: int


def check_list_parameters(shop: Shop, call: Call) -> None:
    """Refuse what the schema does not allow. Raises: RestError (400)."""
    query = call.query
    if not 1 <= _number(query, "per_page", 10) <= MOST_ON_A_PAGE:
        raise _out_of_bounds("per_page", "per_page must be between 1 (inclusive) and 100 (inclusive)")
    if _number(query, "page", 1) < 1:
        raise _out_of_bounds("page", "page must be greater than or equal to 1")
    _check_statuses(shop, query)
    for name, words in (("orderby", ORDER_BY), ("order", ("asc", "desc"))):
        if name in query and query[name] not in words:
            raise not_in_enum(name, name, words)
    for name in DATE_FILTERS:
        if name in query and parse_filter(str(query[name]), shop.zone, dates_are_gmt=False) is None:
            raise invalid_parameter(name, "Invalid date.", "rest_invalid_date")


def _check_statuses(shop: Shop, query: Mapping[str, Any]) -> None:
    allowed = ("any", "trash", "auto-draft", *shop.statuses)
    for position, status in enumerate(as_list(query.get("status", []))):
        if status not in allowed:
            raise not_in_enum("status", f"status[{position}]", allowed)


def find_orders(shop: Shop, call: Call) -> OrderList:
    """The page that the query asks for. The caller holds the lock."""
    wanted = _parse(shop, call.query)
    if _only_by_time(wanted):
        ids, total = _page_by_index(shop, wanted)
    else:
        ids, total = _page_by_scan(shop, wanted)
    if not ids:
        return OrderList((), 0, 0)
    return OrderList([shop.orders[order_id] for order_id in ids], total, -(-total // wanted.per_page))


def paging_headers(call: Call, found: OrderList) -> dict[str, str]:
    """``X-WP-Total``, ``X-WP-TotalPages`` and ``Link`` with the parameters as the store understood them."""
    page = _number(call.query, "page", 1)
    headers = {"X-WP-Total": str(found.total), "X-WP-TotalPages": str(found.pages)}
    links = []
    if page > 1:
        links.append((min(page - 1, found.pages), "prev"))
    if found.pages > page:
        links.append((page + 1, "next"))
    if links:
        headers["Link"] = ", ".join(
            f'<{_page_address(call, found, number)}>; rel="{relation}"' for number, relation in links
        )
    return headers


def _parse(shop: Shop, query: Mapping[str, Any]) -> OrderFilter:
    statuses = frozenset(as_list(query.get("status", [])))
    gmt = is_true(query.get("dates_are_gmt"))
    limits = {
        name: parse_filter(str(query[name]), shop.zone, dates_are_gmt=gmt) if name in query else None
        for name in DATE_FILTERS
    }
    return OrderFilter(
        statuses=None if not statuses or "any" in statuses else statuses,
        modified=(limits["modified_after"], limits["modified_before"]),
        created=(limits["after"], limits["before"]),
        include=frozenset(map(php_int, as_list(query.get("include", [])))),
        exclude=frozenset(map(php_int, as_list(query.get("exclude", [])))),
        parent=frozenset(map(php_int, as_list(query.get("parent", [])))),
        not_parent=frozenset(map(php_int, as_list(query.get("parent_exclude", [])))),
        orderby=query.get("orderby", "date"),
        descending=query.get("order", "desc") == "desc",
        page=_number(query, "page", 1),
        per_page=_number(query, "per_page", 10),
        offset=php_int(query["offset"]) if "offset" in query else None,
    )


def _only_by_time(wanted: OrderFilter) -> bool:
    """Whether the order is that of a time index, and nothing else is asked than its own limits."""
    if wanted.statuses is not None or wanted.include or wanted.exclude or wanted.parent or wanted.not_parent:
        return False
    other = {"modified": wanted.created, "date": wanted.modified}.get(wanted.orderby)
    return other == (None, None)


def _page_by_index(shop: Shop, wanted: OrderFilter) -> tuple[list[int], int]:
    by_modified = wanted.orderby == "modified"
    index = shop.by_modified if by_modified else shop.by_created
    span = index.between(*(wanted.modified if by_modified else wanted.created))
    page = (span[::-1] if wanted.descending else span)[wanted.start : wanted.start + wanted.per_page]
    return index.ids(page), len(span)


def _page_by_scan(shop: Shop, wanted: OrderFilter) -> tuple[list[int], int]:
    found = [order for order in _candidates(shop, wanted) if _matches(shop, order, wanted)]
    found.sort(key=_sort_key(wanted.orderby), reverse=wanted.descending)
    page = found[wanted.start : wanted.start + wanted.per_page]
    return [order.id for order in page], len(found)


def _sort_key(orderby: str) -> Callable[[OrderRecord], tuple[Any, ...]]:
    if orderby == "modified":
        return lambda order: (order.modified, order.id)
    if orderby == "date":
        return lambda order: (order.created, order.id)
    if orderby in UNSORTED:
        return lambda order: (order.status, order.created, order.id)
    return lambda order: (order.id,)


def _candidates(shop: Shop, wanted: OrderFilter) -> Iterable[OrderRecord]:
    if wanted.include:
        return [shop.orders[order_id] for order_id in wanted.include if order_id in shop.orders]
    if wanted.modified != (None, None):
        ids = shop.by_modified.ids(shop.by_modified.between(*wanted.modified))
        hidden = [
            order
            for order in shop.orders.values()
            if order.status in (wanted.statuses or ()) and order.status in shop.hidden
        ]
        return [*(shop.orders[order_id] for order_id in ids), *hidden]
    return shop.orders.values()


def _matches(shop: Shop, order: OrderRecord, wanted: OrderFilter) -> bool:
    if order.status in shop.hidden if wanted.statuses is None else order.status not in wanted.statuses:
        return False
    parent = shop.body(order).get("parent_id", 0) if wanted.parent or wanted.not_parent else 0
    if order.id in wanted.exclude or parent in wanted.not_parent:
        return False
    if wanted.parent and parent not in wanted.parent:
        return False
    return _within(order.modified, wanted.modified) and _within(order.created, wanted.created)


def _within(seconds: int, limits: tuple[int | None, int | None]) -> bool:
    after, before = limits
    return (after is None or seconds > after) and (before is None or seconds < before)


def _number(query: Mapping[str, Any], name: str, default: int) -> int:
    return php_int(query[name]) if name in query else default


def _out_of_bounds(name: str, message: str) -> Exception:
    return invalid_parameter(name, message, "rest_out_of_bounds")


def _page_address(call: Call, found: OrderList, page: int) -> str:
    statuses = as_list(call.query.get("status", [])) or ["any"]
    shown: dict[str, Any] = {name: value for name, value in call.query.items() if name != "status"}
    if "page" in shown:
        shown["page"] = page
    if "dates_are_gmt" in shown:
        shown["dates_are_gmt"] = 1 if is_true(shown["dates_are_gmt"]) else ""
    pairs = list(_flat(shown)) + [(f"status[{at}]", status) for at, status in enumerate(statuses)]
    if found.orders:
        pairs += [(name, value) for name, value in (("dp", "2"), ("context", "view")) if name not in shown]
    if "page" not in shown:
        pairs.append(("page", str(page)))
    # The real store leaves a plus sign as it is, which the next request would read as a space.
    query = "&".join(f"{quote(name, safe='')}={quote_plus(value, safe='+')}" for name, value in pairs)
    return f"{call.home}/wp-json{call.path}?{query}"


def _flat(shown: dict[str, Any]) -> Iterable[tuple[str, str]]:
    for name, value in shown.items():
        if name in LIST_PARAMETERS or isinstance(value, list):
            yield from ((f"{name}[{at}]", part) for at, part in enumerate(as_list(value)))
        else:
            yield name, str(value)
