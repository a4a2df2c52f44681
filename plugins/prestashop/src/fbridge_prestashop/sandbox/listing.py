"""Lists: filters, order, limit. Nothing tells how many there are; without ``sort`` the database chooses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from fbridge_prestashop.sandbox import errors
from fbridge_prestashop.sandbox.calls import Call
from fbridge_prestashop.sandbox.display import Display
from fbridge_prestashop.sandbox.filters import Filter, Operator, parse_filter, read_filters
from fbridge_prestashop.sandbox.schema import DATES, Resource, Row
from fbridge_prestashop.sandbox.state import Shop
from fbridge_prestashop.sandbox.tables import FIRST_DATE, LAST_DATE

SORT = re.compile(r"(\w+)_(ASC|DESC)")
NUMBER = re.compile(r"\d+")
"""As PHP makes a number of a text; a limit that is none is 0, and gives no rows."""
OF_A_SHOP = frozenset({"orders", "customers"})

Sort = Sequence[tuple[str, bool]]
"""Fields with whether they descend."""


def list_rows(shop: Shop, resource: Resource, call: Call, display: Display) -> list[Row]:
    """The rows that the query asks for. Raises: WebserviceError (400), Crash."""
    filters = list(_filters(resource, call))
    sort = _sort(resource, call)
    limit = _limit(call.query.get("limit"))
    table = shop.tables[resource.name]
    of_shop = _of_shop(shop, resource, call)
    if display.is_ids_only and not (filters or sort or of_shop):
        return [{"id": row_id} for row_id in islice(table.candidates(()), limit.start, limit.stop)]
    rows: Iterable[Row] = _found(shop, resource, [*filters, *of_shop], sort)
    return list(islice(rows, limit.start, limit.stop))


def _found(shop: Shop, resource: Resource, filters: Sequence[Filter], sort: Sort) -> Iterable[Row]:
    table = shop.tables[resource.name]
    in_order = _ids_in_order(shop, resource, filters, sort)
    ids = table.candidates(filters) if in_order is None else in_order
    rows = _passing((row for row in map(table.get, ids) if row is not None), filters)
    if in_order is not None:
        return rows
    return _sorted(resource, rows, sort or _unasked_order(resource, filters))


def _ids_in_order(
    shop: Shop, resource: Resource, filters: Sequence[Filter], sort: Sort
) -> Iterable[int] | None:
    """The ids in the order asked for, where an index has them so: then a page is found without all rows."""
    table = shop.tables[resource.name]
    if not sort:
        return None
    field, descending = sort[0]
    if field == "id":
        return sorted(table.candidates(filters), reverse=descending)
    by_index = [("date_upd", descending), ("id", descending)]
    if resource.name != "orders" or list(sort) != by_index[: len(sort)] or _has_ids(filters):
        return None
    everything = Filter("date_upd", Operator.BETWEEN, (FIRST_DATE, LAST_DATE))
    ids = table.candidates([*filters, everything])
    return reversed(list(ids)) if descending else ids


def _has_ids(filters: Sequence[Filter]) -> bool:
    return any(one.field == "id" and one.operator is Operator.EQUAL for one in filters)


def _passing(rows: Iterable[Row], filters: Sequence[Filter]) -> Iterator[Row]:
    return (row for row in rows if all(one.lets_through(row.get(one.field)) for one in filters))


def _sorted(resource: Resource, rows: Iterable[Row], sort: Sort) -> list[Row]:
    found = list(rows)
    for field, descending in reversed(sort):
        is_number = _is_number(resource, field)
        found.sort(
            key=lambda row: float(row[field] or 0) if is_number else str(row[field]).casefold(),
            reverse=descending,
        )
    return found


def _unasked_order(resource: Resource, filters: Sequence[Filter]) -> Sort:
    """The database reads through the index of what is filtered by."""
    if resource.name != "orders":
        return []
    by_state = any(one.field == "current_state" for one in filters)
    return [("current_state", False), ("id", False)] if by_state else [("id", False)]


def _is_number(resource: Resource, name: str) -> bool:
    field = resource.field(name)
    return field is not None and field.format.is_number


def _filters(resource: Resource, call: Call) -> Iterator[Filter]:
    for name, text in read_filters(call.query):
        known = resource.sortable(dates=call.with_dates)
        field = resource.field(name)
        if field is None or name not in known:
            if call.with_dates and name in DATES:
                raise errors.Crash  # the database is asked for a column that is not there
            raise errors.unknown_filter(name, known)
        if text == "":
            raise errors.empty_filter(name)
        if field.dynamic:
            raise errors.dynamic_filter(name)
        parsed = parse_filter(field, text)
        if parsed is not None:
            yield parsed


def _of_shop(shop: Shop, resource: Resource, call: Call) -> list[Filter]:
    """Orders and customers are those of one shop, unless ``id_shop=all`` (or a group of shops) is asked for."""
    asked = call.query.get("id_shop", "1")
    is_group = {"id_group_shop", "id_shop_group"} & call.query.keys()
    if resource.name not in OF_A_SHOP or asked == "all" or is_group or shop.settings.shops == 1:
        return []
    return [Filter("id_shop", Operator.EQUAL, (asked,))]


def _sort(resource: Resource, call: Call) -> Sort:
    text = call.query.get("sort")
    if text is None:
        return []
    sort: list[tuple[str, bool]] = []
    for part in text.strip("[]").split(","):
        match = SORT.fullmatch(part)
        if match is None:
            raise errors.malformed_sort()
        sort.append((match[1], match[2] == "DESC"))
    known = resource.sortable(dates=call.with_dates)
    for field, _ in sort:
        if field not in known:
            if call.with_dates and field in DATES:
                raise errors.Crash
            translated = [one.name for one in resource.fields if one.translated]
            raise errors.unknown_sort([name for name in known if name not in translated], translated)
    return sort


def _limit(text: str | None) -> slice:
    if text is None:
        return slice(0, None)
    parts = [int(match[0]) if (match := NUMBER.match(part)) else 0 for part in text.split(",")]
    if len(parts) > 2:  # noqa: PLR2004 - offset and count
        raise errors.malformed_limit()
    start = parts[0] if len(parts) > 1 else 0
    return slice(start, start + parts[-1])
