"""``filter[field]=...``: the few forms that the Webservice knows, and what it makes of the others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from functools import cached_property
from typing import Any

from fbridge_prestashop.sandbox.schema import Field, Format

BRACKETS = re.compile(r"(.*)\[(.*)\](.*)", re.DOTALL)
INTERVAL = re.compile(r"([\d.:\-\s]+),([\d.:\-\s]+)")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
LEADING_NUMBER = re.compile(r"\s*-?\d+(\.\d+)?")


class Operator(Enum):
    """How a value is compared."""

    EQUAL = auto()
    BETWEEN = auto()
    GREATER = auto()
    LESS = auto()
    NOT = auto()
    CONTAINS = auto()
    STARTS = auto()
    ENDS = auto()


@dataclass(frozen=True)
class Filter:
    """One condition; of several values one is enough. ``numeric`` compares as numbers."""

    field: str
    operator: Operator
    values: tuple[str, ...]
    numeric: bool = False

    @property
    def range(self) -> tuple[str | None, str | None] | None:
        """The first and the last value that can pass, both included; None when this is no range."""
        if self.operator is Operator.BETWEEN:
            return self.values[0], self.values[1]
        if self.operator is Operator.GREATER:
            return self.values[0], None
        if self.operator is Operator.LESS:
            return None, self.values[0]
        return None

    def lets_through(self, value: Any) -> bool:
        """Whether a value passes; of a translated field one language is enough."""
        if isinstance(value, list):
            return any(self.lets_through(one["value"]) for one in value)
        if self.operator in {Operator.CONTAINS, Operator.STARTS, Operator.ENDS}:
            return self._is_like(_folded(value))
        return self._compares(_comparable(value, self.numeric))

    @cached_property
    def _wanted(self) -> list[Any]:
        return [_comparable(value, self.numeric) for value in self.values]

    @cached_property
    def _wanted_set(self) -> frozenset[Any]:
        return frozenset(self._wanted)

    def _is_like(self, value: str) -> bool:
        wanted = _folded(self.values[0])
        if self.operator is Operator.CONTAINS:
            return wanted in value
        return value.startswith(wanted) if self.operator is Operator.STARTS else value.endswith(wanted)

    def _compares(self, value: Any) -> bool:
        if self.operator in {Operator.EQUAL, Operator.NOT}:
            return (value in self._wanted_set) is (self.operator is Operator.EQUAL)
        if self.operator is Operator.BETWEEN:
            return bool(self._wanted[0] <= value <= self._wanted[1])
        return bool(value > self._wanted[0] if self.operator is Operator.GREATER else value < self._wanted[0])


def parse_filter(field: Field, text: str) -> Filter | None:
    """The condition; None for a form such as ``>=[v]``, which filters nothing."""
    operator, values = _parsed(text)
    if operator is None:
        return None
    if field.format is Format.DATE:
        values = [f"{value} 00:00:00" if DAY.fullmatch(value) else value for value in values]
    return Filter(field.name, operator, tuple(values), field.format.is_number)


def _parsed(text: str) -> tuple[Operator | None, list[str]]:
    match = BRACKETS.fullmatch(text)
    if match is None:
        return Operator.EQUAL, [text]
    before, inside, after = match.groups()
    if "%" in {before, after}:
        return _like(before, after), [inside]
    interval = INTERVAL.fullmatch(inside)
    if not before and not after and interval is not None:
        return Operator.BETWEEN, list(interval.groups())
    if before in {"", "!"} and not (after and not before):
        return (Operator.NOT if before else Operator.EQUAL), inside.split("|")
    return {">": Operator.GREATER, "<": Operator.LESS}.get(before), [inside]


def _like(before: str, after: str) -> Operator:
    if before == after:
        return Operator.CONTAINS
    return Operator.ENDS if before == "%" else Operator.STARTS


def _comparable(value: Any, numeric: bool) -> Any:
    """As the database compares: numbers by their leading digits, texts without regard to case."""
    if not numeric:
        return _folded(value)
    match = LEADING_NUMBER.match(str(value))
    return Decimal(match[0].strip()) if match else Decimal(0)


def _folded(value: Any) -> str:
    return "" if value is None else str(value).casefold()


def read_filters(query: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The fields that the query filters by, with their texts."""
    for name, value in query.items():
        if name.startswith("filter[") and name.endswith("]"):
            yield name[len("filter[") : -1], value
