"""The GraphQL documents that are sent, and several mutations in one, each under an alias with own variables. Pure.

One operation or fragment stands in each file in ``documents/``; they hold nothing that a supported version of the
Admin API lacks or has deprecated. Shopify executes mutations one after another, and each stands or falls by itself.
Source: https://shopify.dev/docs/api/admin-graphql/latest/mutations/fulfillmentCreate
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any

from fbridge_shopify.allocation import Take
from fbridge_shopify.cost_budget import LARGEST_PAGE, connection

_FULFILLMENT = "pushed_fields"
_TRACKING_AND_ORDER = 2
_ONE_LINE = 1


@dataclass(frozen=True, slots=True)
class Call:
    """A mutation: its arguments with their types, the fragments that are selected, and the points of it alone.

    The points are what Shopify counted when this was written; the count of its last answer goes before.
    """

    name: str
    arguments: Mapping[str, str]
    fragments: tuple[str, ...]
    points: int

    @property
    def shows_fulfillment(self) -> bool:
        """Whether the fulfillment is read from the answer."""
        return _FULFILLMENT in self.fragments

    def cost(self, lines: int) -> int:
        """What it costs where so many lines of its fulfillment are read."""
        if not self.shows_fulfillment:
            return self.points
        return self.points + _TRACKING_AND_ORDER + connection(lines, node=_ONE_LINE)


class Kind(Enum):
    """What is asked of the store."""

    CREATE = Call(
        "fulfillmentCreate", {"fulfillment": "FulfillmentInput!"}, ("created_fields", _FULFILLMENT), 10
    )
    UPDATE = Call(
        "fulfillmentTrackingInfoUpdate",
        {
            "fulfillmentId": "ID!",
            "trackingInfoInput": "FulfillmentTrackingInput!",
            "notifyCustomer": "Boolean",
        },
        ("updated_fields", _FULFILLMENT),
        50,
    )
    SPLIT = Call(
        "fulfillmentOrderSplit",
        {"fulfillmentOrderSplits": "[FulfillmentOrderSplitInput!]!"},
        ("split_fields",),
        10,
    )
    CANCEL = Call("fulfillmentCancel", {"id": "ID!"}, ("cancelled_fields",), 10)


@dataclass(frozen=True, slots=True)
class Mutation:
    """One mutation with the values of its arguments, and how many lines its fulfillment can have."""

    kind: Kind
    arguments: Mapping[str, Any]
    lines: int = 1


def creation(takes: Sequence[Take], tracking: Mapping[str, Any] | None, *, notify: bool) -> Mutation:
    """A fulfillment of these pieces, which are all at one location."""
    fulfillment: dict[str, Any] = {
        "lineItemsByFulfillmentOrder": [_pieces(take) for take in takes],
        "notifyCustomer": notify,
    }
    if tracking:
        fulfillment["trackingInfo"] = tracking
    return Mutation(Kind.CREATE, {"fulfillment": fulfillment}, sum(len(take.pieces) for take in takes))


def correction(fulfillment_id: str, tracking: Mapping[str, Any], *, notify: bool, lines: int = 1) -> Mutation:
    """Other tracking numbers in place of all that a fulfillment of so many lines has."""
    return Mutation(
        Kind.UPDATE,
        {"fulfillmentId": fulfillment_id, "trackingInfoInput": tracking, "notifyCustomer": notify},
        lines,
    )


def splitting(takes: Sequence[Take]) -> Mutation:
    """These pieces become fulfillment orders of their own, one for each that they are in now."""
    return Mutation(Kind.SPLIT, {"fulfillmentOrderSplits": [_pieces(take) for take in takes]})


def cancellation(fulfillment_id: str) -> Mutation:
    """A fulfillment is cancelled, and its goods are to be fulfilled again."""
    return Mutation(Kind.CANCEL, {"id": fulfillment_id})


def lines_read(mutations: Sequence[Mutation]) -> int:
    """How many lines of each fulfillment a document reads: no fewer than the largest can have."""
    return _as_dear(max((mutation.lines for mutation in mutations), default=1))


@cache
def _as_dear(lines: int) -> int:
    """The longest list that costs no more than one of so many lines."""
    lines = min(max(lines, 1), LARGEST_PAGE)
    price = connection(lines, node=_ONE_LINE)
    return max(size for size in range(lines, LARGEST_PAGE + 1) if connection(size, node=_ONE_LINE) == price)


def tracking_input(company: str, numbers: Sequence[str], urls: Mapping[str, str]) -> dict[str, Any]:
    """Numbers with the carrier's name, and their pages paired by position: of all of them, or of none.

    One bad URL among the variables would make Shopify refuse the whole document, so it is left out.
    """
    tracking: dict[str, Any] = {"company": company} if company and numbers else {}
    tracking["numbers"] = list(numbers)
    pages = [url for number in numbers if _is_page(url := urls.get(number, ""))]
    if pages and len(pages) == len(numbers):
        tracking["urls"] = pages
    return tracking


def alias_of(position: int) -> str:
    """The alias of the mutation at this place of a document."""
    return f"m{position}"


def alias_document(mutations: Sequence[Mutation]) -> tuple[str, dict[str, Any]]:
    """The document and its variables; the answer to each mutation stands under its alias."""
    declared, fields = [], []
    variables: dict[str, Any] = {}
    if any(mutation.kind.value.shows_fulfillment for mutation in mutations):
        declared.append("$pieces: Int!")
        variables["pieces"] = lines_read(mutations)
    for position, mutation in enumerate(mutations):
        call, given = mutation.kind.value, []
        for argument, type_name in call.arguments.items():
            variable = f"{argument}_{position}"
            declared.append(f"${variable}: {type_name}")
            given.append(f"{argument}: ${variable}")
            variables[variable] = mutation.arguments[argument]
        selected = _fragment_name(call.fragments[0])
        fields.append(f"  {alias_of(position)}: {call.name}({', '.join(given)}) {{ ...{selected} }}")
    fragments = dict.fromkeys(name for mutation in mutations for name in mutation.kind.value.fragments)
    head = f"mutation Push({', '.join(declared)}) {{"
    return "\n".join([head, *fields, "}", *map(_fragment, fragments)]), variables


def _pieces(take: Take) -> dict[str, Any]:
    items = [{"id": line_id, "quantity": quantity} for line_id, quantity in take.pieces]
    return {"fulfillmentOrderId": take.source.id, "fulfillmentOrderLineItems": items}


def _is_page(url: str) -> bool:
    return url.startswith(("https://", "http://")) and url.isascii() and url.isprintable() and " " not in url


def _fragment_name(file_name: str) -> str:
    return "".join(word.capitalize() for word in file_name.split("_"))


def _fragment(file_name: str) -> str:
    """The fragment alone, without those that it uses: they are in the document already."""
    return document(file_name).partition("\nfragment ")[0]


_SPREAD = re.compile(r"\.\.\.\s*(?!on\b)([A-Za-z_]\w*)")
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


@cache
def document(name: str) -> str:
    """The document of this name, with the fragments that it uses.

    The fragment ``OrderFields`` stands in ``order_fields.graphql``.
    """
    text = _file(name)
    return "\n".join([text, *(_file(fragment) for fragment in _fragments_in(text))])


@cache
def fields_asked(name: str) -> tuple[str, ...]:
    """The names under which the answer to this query has its data."""
    return tuple(re.findall(r"(?m)^  (\w+)[ (]", _file(name)))


def names() -> list[str]:
    """The names of all files, fragments included."""
    folder = files("fbridge_shopify") / "documents"
    return sorted(entry.name.removesuffix(".graphql") for entry in folder.iterdir())


@cache
def _file(name: str) -> str:
    return files("fbridge_shopify").joinpath(f"documents/{name}.graphql").read_text("utf-8")


def _fragments_in(text: str) -> list[str]:
    """File names, each once, with those that the fragments themselves use."""
    found: dict[str, None] = {}
    waiting = _SPREAD.findall(text)
    while waiting:
        name = _CAPITAL.sub("_", waiting.pop()).lower()
        if name not in found:
            found[name] = None
            waiting += _SPREAD.findall(_file(name))
    return list(found)
