"""Magento's ``searchCriteria`` as request parameters, and its times. Pure.

Filters of one group are alternatives (OR), groups hold together (AND); source: Adobe Commerce, "Search using REST
endpoints". Spaces must travel as %20 and no index may reach 10, or OAuth signatures differ: Magento sorts
parameters naturally, the standard by byte.

Times are ``YYYY-MM-DD HH:MM:SS``, UTC whatever the store's time zone. An offset in a filter is ignored without a
word, and what is no time matches everything, so only this form is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fbridge.adapterkit.payloads import moment


def text_of(time: datetime) -> str:
    """An aware time as Magento writes it. Raises: ValueError for a naive one."""
    if time.tzinfo is None:
        raise ValueError("a time without its zone cannot be sent")
    return time.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat(sep=" ")


def parse(text: Any) -> datetime | None:
    """A time as Magento writes it, aware UTC; None for anything else."""
    return moment(text)


MOST_INDEXES = 10
Group = Sequence["Filter"]


@dataclass(frozen=True, slots=True)
class Filter:
    """One comparison: ``condition`` is ``eq``, ``gt``, ``gteq``, ``lt``, ``lteq``, ``in`` or ``nin`` (values joined
    by commas)."""

    field: str
    condition: str
    value: str | int


@dataclass(frozen=True, slots=True)
class Since:
    """Rows of which a time is at this second or later (None: all); with ``last_id`` of this second alone, after an
    id.

    ``without`` are ids that are left out.
    """

    second: datetime | None
    last_id: int | None = None
    without: Sequence[str] = ()

    def groups(self, field: str) -> list[Group]:
        """The filters, by a field that holds a time."""
        groups: list[Group] = []
        if self.second is not None:
            groups.append([Filter(field, "gteq", text_of(self.second))])
        if self.second is not None and self.last_id is not None:
            groups += [
                [Filter(field, "lteq", text_of(self.second))],
                [Filter("entity_id", "gt", self.last_id)],
            ]
        if self.without:
            groups.append([Filter("entity_id", "nin", ",".join(self.without))])
        return groups


def one_of(field: str, values: Iterable[str | int]) -> Filter:
    """The field has one of these values."""
    return Filter(field, "in", ",".join(map(str, values)))


def criteria(
    groups: Sequence[Group], *, page_size: int, page: int = 1, sort: Sequence[str] = (), fields: str = ""
) -> list[tuple[str, str | int]]:
    """The parameters for a page; ``sort`` names fields, ascending; ``fields`` cuts the answer down."""
    pairs = [*_filters(groups), *_sorting(sort)]
    pairs += [("searchCriteria[pageSize]", page_size), ("searchCriteria[currentPage]", page)]
    return [*pairs, ("fields", fields)] if fields else pairs


def _filters(groups: Sequence[Group]) -> Iterator[tuple[str, str | int]]:
    if len(groups) > MOST_INDEXES or any(len(group) > MOST_INDEXES for group in groups):
        raise ValueError("more filters than an OAuth signature allows")
    for number, group in enumerate(groups):
        for position, one in enumerate(group):
            place = f"searchCriteria[filter_groups][{number}][filters][{position}]"
            yield f"{place}[field]", one.field
            yield f"{place}[value]", one.value
            yield f"{place}[condition_type]", one.condition


def _sorting(names: Sequence[str]) -> Iterator[tuple[str, str | int]]:
    for number, name in enumerate(names):
        yield f"searchCriteria[sortOrders][{number}][field]", name
        yield f"searchCriteria[sortOrders][{number}][direction]", "ASC"
