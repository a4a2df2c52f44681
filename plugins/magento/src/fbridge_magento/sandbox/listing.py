"""Which rows a search finds, in which order, and which of them stand on the page that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from fbridge_magento.sandbox.conditions import any_of, column_test, sql_seconds
from fbridge_magento.sandbox.errors import SqlError
from fbridge_magento.sandbox.search_criteria import Criteria, Filter
from fbridge_magento.sandbox.tables import Table

Group = tuple[Filter, ...]
LOWER_BOUNDS = ("gt", "gteq", "from", "moreq")


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of one page, and how many there are on all pages."""

    rows: Sequence[Any]
    total: int


def find(table: Table, criteria: Criteria) -> Found:
    """The page. The caller holds the lock. Raises: RestError (500) for a column that is not there."""
    _check_columns(table, criteria)
    bounded = _bounded(table, criteria)
    ids = bounded.ids() if bounded is not None else _scan(table, criteria)
    page = _page(criteria, len(ids))
    return Found([table.rows[row_id] for row_id in ids[page]], len(ids))


def _check_columns(table: Table, criteria: Criteria) -> None:
    named = [one.field for group in criteria.groups for one in group] + [name for name, _ in criteria.sort]
    for name in named:
        if name not in table.kinds:
            raise SqlError(name, table.name)


def _page(criteria: Criteria, total: int) -> slice:
    """A size of 0 or none is everything; a negative one is one row, a page before the first is the first."""
    if not criteria.page_size:
        return slice(0, total)
    size = max(criteria.page_size, 1)
    start = (max(criteria.page or 1, 1) - 1) * size
    return slice(start, start + size)


# By an index: what a client asks for that reads a whole store page by page.


@dataclass(frozen=True, slots=True)
class _Bounded:
    """Rows from a time on, in that order. Filters are looked at only where the bound leaves them open."""

    table: Table
    column: str
    bound: int
    at_bound: tuple[Group, ...]
    later: tuple[Group, ...]
    descending: bool

    def ids(self) -> Sequence[int]:
        index = self.table.indexes[self.column]
        start, turn = index.first_at(self.bound), index.first_after(self.bound)
        first = _matching(self.table, index.ids(range(start, turn)), self.at_bound)
        rest = range(turn, len(index))
        if self.later:
            found = first + _matching(self.table, index.ids(rest), self.later)
            return found[::-1] if self.descending else found
        return _Lazy(first, index.ids, rest, descending=self.descending)


class _Lazy(Sequence[int]):
    """Some ids and then those of an index, of which only a page is looked at."""

    def __init__(
        self, first: list[int], read: Callable[[range], list[int]], rest: range, *, descending: bool
    ) -> None:
        self._first = first
        self._read = read
        self._rest = rest
        self._descending = descending

    def __len__(self) -> int:
        return len(self._first) + len(self._rest)

    def __getitem__(self, asked: Any) -> Any:
        whole = range(len(self))
        wanted = (whole[::-1] if self._descending else whole)[asked]
        if isinstance(wanted, int):
            return self._at(wanted)
        return [self._at(position) for position in wanted]

    def _at(self, position: int) -> int:
        if position < len(self._first):
            return self._first[position]
        at = position - len(self._first)
        return self._read(self._rest[at : at + 1])[0]


def _bounded(table: Table, criteria: Criteria) -> _Bounded | None:
    """None where the order of no index is asked for, or no time from which on."""
    column = _sorted_by_time(table, criteria)
    if column is None:
        return None
    bounds = [
        sql_seconds(group[0].value)
        for group in criteria.groups
        if len(group) == 1 and group[0].field == column and group[0].condition in LOWER_BOUNDS
    ]
    if not bounds:
        return None
    bound = max(bounds)
    later = tuple(group for group in criteria.groups if not _always_after(group, column, bound))
    return _Bounded(table, column, bound, criteria.groups, later, descending=criteria.sort[0][1] == "DESC")


def _sorted_by_time(table: Table, criteria: Criteria) -> str | None:
    if not criteria.sort or criteria.sort[0][0] not in table.indexes:
        return None
    column, direction = criteria.sort[0]
    return column if criteria.sort[1:] in {(), (("entity_id", direction),)} else None


def _always_after(group: Group, column: str, bound: int) -> bool:
    """Whether a group lets everything pass that is later than the bound."""
    return any(
        one.field == column and one.condition in LOWER_BOUNDS and sql_seconds(one.value) <= bound
        for one in group
    )


# By looking at rows.


def _scan(table: Table, criteria: Criteria) -> list[int]:
    ids = _matching(table, _candidates(table, criteria.groups), criteria.groups)
    if not criteria.sort:
        asked = {one.field for group in criteria.groups for one in group}
        if asked == {table.grouped_by} and _by_its_index(table, criteria, len(ids)):
            get = table.getter(table.grouped_by)
            ids.sort(key=lambda row_id: (str(get(table.rows[row_id])), row_id))
        else:
            ids.sort()
        return ids
    for column, direction in reversed(criteria.sort):
        get = table.getter(column)
        ids.sort(key=_sort_key(table, get), reverse=direction == "DESC")
    return ids


def _by_its_index(table: Table, criteria: Criteria, found: int) -> bool:
    """Whether the database takes the way over the column's index: not when it reads most rows to the end."""
    return 0 < (criteria.page_size or 0) < found or found * 2 <= len(table.rows)


def _sort_key(table: Table, get: Callable[[Any], Any]) -> Callable[[int], tuple[bool, Any]]:
    """NULL comes first."""

    def key(row_id: int) -> tuple[bool, Any]:
        value = get(table.rows[row_id])
        return value is not None, value

    return key


def _candidates(table: Table, groups: Iterable[Group]) -> Iterable[int]:
    """Ids that a group names, where one does; otherwise all."""
    for group in groups:
        if len(group) != 1 or group[0].condition not in {"eq", "in", None}:
            continue
        named = {int(part) for part in group[0].value.split(",") if part.strip().isdigit()}
        if group[0].field == "entity_id" and "entity_id" in table.attributes:
            return [row_id for row_id in named if row_id in table.rows]
        if group[0].field in table.parents:
            children = table.parents[group[0].field]
            return [child for parent in named for child in children.get(parent, ())]
    return table.rows


def _matching(table: Table, ids: Iterable[int], groups: Iterable[Group]) -> list[int]:
    tests = [any_of([_test(table, one) for one in group]) for group in groups if group]
    rows = table.rows
    return [row_id for row_id in ids if all(test(rows[row_id]) for test in tests)]


def _test(table: Table, one: Filter) -> Callable[[Any], bool]:
    test = column_test(one, table.kinds[one.field])
    get = table.getter(one.field)
    return lambda row: test(get(row))
