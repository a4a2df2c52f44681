"""Shopify's search syntax, as far as orders use it: ``updated_at:>='2026-11-01T00:00:00Z' status:open``.

Docs: https://shopify.dev/docs/api/usage/search-syntax. A field that is not known is passed over with a warning.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fbridge_shopify.sandbox.dates import seconds_of
from fbridge_shopify.sandbox.gids import number_of
from fbridge_shopify.sandbox.records import Order

Matches = Callable[[Order], bool]
TOKEN = re.compile(
    r"\s*(?:(?P<open>\()|(?P<close>\))|(?P<word>(?:OR|AND|NOT)\b)|"
    r"(?P<minus>-)?(?:(?P<field>\w+):)?(?P<sign>>=|<=|>|<)?"
    r"(?P<value>'[^']*'|\"[^\"]*\"|[^\s()]+))"
)
SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "": operator.eq,
}
FULFILLMENT_STATUSES = {
    "unshipped": {"UNFULFILLED", "ON_HOLD", "SCHEDULED", "IN_PROGRESS"},
    "unfulfilled": {"UNFULFILLED", "ON_HOLD", "SCHEDULED", "IN_PROGRESS", "PARTIALLY_FULFILLED"},
    "partial": {"PARTIALLY_FULFILLED"},
    "shipped": {"FULFILLED"},
    "fulfilled": {"FULFILLED"},
    "on_hold": {"ON_HOLD"},
    "scheduled": {"SCHEDULED"},
}
STATUSES: dict[str, Matches] = {
    "open": lambda order: order.cancelled is None and order.closed is None,
    "closed": lambda order: order.closed is not None,
    "cancelled": lambda order: order.cancelled is not None,
    "not_closed": lambda order: order.closed is None,
    "any": lambda _order: True,
}


@dataclass(frozen=True, slots=True)
class Search:
    """A query: what it matches, from which change on at the earliest, and the fields that it does not know."""

    matches: Matches
    updated_from: int | None = None
    unknown: tuple[str, ...] = ()


def parse_search(text: str | None) -> Search:
    """Understand a query."""
    parser = _Parser(text or "")
    matches = parser.alternatives()
    return Search(matches, parser.updated_from if not parser.branches else None, tuple(parser.unknown))


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens: list[re.Match[str]] = list(TOKEN.finditer(text))
        self._at = 0
        self.updated_from: int | None = None
        self.unknown: list[str] = []
        self.branches = False

    def alternatives(self) -> Matches:
        """Terms joined by OR."""
        found = [self._all_of()]
        while self._word() == "OR":
            self._at += 1
            self.branches = True
            found.append(self._all_of())
        return found[0] if len(found) == 1 else lambda order: any(one(order) for one in found)

    def _all_of(self) -> Matches:
        found = list(self._terms())
        return lambda order: all(one(order) for one in found)

    def _terms(self) -> Iterator[Matches]:
        while self._at < len(self._tokens) and self._word() != "OR":
            token = self._tokens[self._at]
            if token["close"]:
                return
            self._at += 1
            if token["open"]:
                yield self.alternatives()
                self._at += 1
            elif token["word"] == "NOT":
                self.branches = True
                yield _negated(next(self._terms()))
            elif token["word"] is None:
                yield self._term(token)

    def _term(self, token: re.Match[str]) -> Matches:
        field, sign, value = token["field"] or "", token["sign"] or "", token["value"].strip("'\"")
        if field == "updated_at" and sign in {">=", ">"} and not token["minus"]:
            self.updated_from = max(self.updated_from or 0, seconds_of(value))
        make = FIELDS.get(field)
        if make is None:
            self.unknown.append(field)
            return lambda _order: True
        matches = make(sign, value)
        if token["minus"]:
            self.branches = True
            return _negated(matches)
        return matches

    def _word(self) -> str | None:
        return self._tokens[self._at]["word"] if self._at < len(self._tokens) else None


def _negated(matches: Matches) -> Matches:
    return lambda order: not matches(order)


def _time(read: Callable[[Order], int]) -> Callable[[str, str], Matches]:
    def make(sign: str, value: str) -> Matches:
        compare, moment = SIGNS[sign], seconds_of(value)
        return lambda order: compare(read(order), moment)

    return make


def _number(sign: str, value: str) -> Matches:
    compare, number = SIGNS[sign], number_of(value)
    return lambda order: compare(order.id, number)


def _text(read: Callable[[Order], str]) -> Callable[[str, str], Matches]:
    def make(_sign: str, value: str) -> Matches:
        wanted = value.lower().lstrip("#")
        if wanted.endswith("*"):
            return lambda order: read(order).lower().lstrip("#").startswith(wanted[:-1])
        return lambda order: read(order).lower().lstrip("#") == wanted

    return make


def _fulfillment_status(_sign: str, value: str) -> Matches:
    wanted = FULFILLMENT_STATUSES.get(value.lower(), {value.upper()})
    return lambda order: order.display_status in wanted


def _anything(_sign: str, value: str) -> Matches:
    wanted = value.lower()
    return lambda order: wanted in f"{order.name} {order.email} {order.billing['name']}".lower()


FIELDS: dict[str, Callable[[str, str], Matches]] = {
    "": _anything,
    "id": _number,
    "updated_at": _time(lambda order: order.updated),
    "created_at": _time(lambda order: order.created),
    "processed_at": _time(lambda order: order.created),
    "name": _text(lambda order: order.name),
    "email": _text(lambda order: order.email),
    "status": lambda _sign, value: STATUSES.get(value.lower(), STATUSES["any"]),
    "fulfillment_status": _fulfillment_status,
    "financial_status": _text(lambda order: order.financial),
    "tag": lambda _sign, value: lambda order: value.lower() in {tag.lower() for tag in order.tags},
    "tag_not": lambda _sign, value: lambda order: value.lower() not in {tag.lower() for tag in order.tags},
    "test": lambda _sign, value: lambda order: order.test == (value.lower() == "true"),
    "sku": lambda _sign, value: lambda order: any(line.sku == value for line in order.lines),
    "fulfillment_location_id": lambda _sign, value: (
        lambda order: any(
            str(one.location_id) == value.rpartition("/")[2] for one in order.fulfillment_orders
        )
    ),
}
