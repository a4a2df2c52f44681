"""``searchCriteria`` as a query writes it (docs: Adobe Commerce Web APIs, Search using REST)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fbridge_magento.sandbox.calls import snake_case
from fbridge_magento.sandbox.errors import RestError, required, wrong_type

MOST_ON_A_PAGE = 300
NO_SIZE = 999999
"""What a store that limits pages takes for a size that was not asked for."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One comparison. ``condition`` is None where the query names none, which means ``eq``."""

    field: str
    value: str
    condition: str | None


@dataclass(frozen=True, slots=True)
class Criteria:
    """Filters of one group are joined by OR, groups by AND. ``page_size`` None or 0 is everything."""

    groups: tuple[tuple[Filter, ...], ...]
    sort: tuple[tuple[str, str], ...]
    page_size: int | None
    page: int | None

    def json(self) -> dict[str, Any]:
        """As the answer repeats it."""
        groups = [{"filters": [_filter_json(one) for one in group]} for group in self.groups]
        shown: dict[str, Any] = {"filter_groups": groups}
        if self.sort:
            shown["sort_orders"] = [{"field": name, "direction": way} for name, way in self.sort]
        if self.page_size is not None:
            shown["page_size"] = self.page_size
        if self.page is not None:
            shown["current_page"] = self.page
        return shown


def read_criteria(query: Mapping[str, Any], *, most: int | None) -> Criteria:
    """The criteria of a list. ``most``: the largest page that the store allows. Raises: RestError (400)."""
    given = query.get("searchCriteria", query.get("search_criteria"))
    if given is None:
        raise required("searchCriteria")
    fields = _snaked(given)
    size = _number(fields, "page_size")
    if most is not None and size is not None and size > most:
        raise RestError(400, "Maximum SearchCriteria pageSize is %max", {"max": most})
    if most is not None and size is None:
        size = NO_SIZE
    groups = [_rows(_snaked(group).get("filters")) for group in _rows(fields.get("filter_groups"))]
    return Criteria(
        groups=tuple(tuple(_filter(one) for one in group) for group in groups),
        sort=tuple(_sort(one) for one in _rows(fields.get("sort_orders"))),
        page_size=size,
        page=_number(fields, "current_page"),
    )


def _filter(given: Any) -> Filter:
    fields = _snaked(given)
    value = fields.get("value", "")
    text = ",".join(map(str, value.values())) if isinstance(value, Mapping) else str(value)
    return Filter(str(fields.get("field", "")), text, fields.get("condition_type"))


def _sort(given: Any) -> tuple[str, str]:
    fields = _snaked(given)
    direction = str(fields.get("direction", "DESC")).upper()
    if direction not in {"ASC", "DESC"}:
        raise RestError(
            400,
            "The sort order has to be specified as %1 for ascending order or %2 for descending order.",
            ["ASC", "DESC"],
        )
    return str(fields.get("field", "")), direction


def _filter_json(one: Filter) -> dict[str, Any]:
    return {"field": one.field, "value": one.value, "condition_type": one.condition or "eq"}


def _rows(given: Any) -> list[Any]:
    return list(given.values()) if isinstance(given, Mapping) else []


def _snaked(given: Any) -> dict[str, Any]:
    return {snake_case(key): value for key, value in given.items()} if isinstance(given, Mapping) else {}


def _number(fields: Mapping[str, Any], name: str) -> int | None:
    if name not in fields:
        return None
    try:
        return int(fields[name])
    except ValueError:
        raise wrong_type(fields[name], "int", field=name) from None
