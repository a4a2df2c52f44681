"""Bundles: whether the parent or its children are to be named in a shipment, which the API does not tell. Pure.

Magento refuses the wrong kind with 400 and ships nothing, so one kind is tried after the other; what an article
turned out to be is tried first the next time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import islice, product
from typing import Any

from fbridge.models.fulfillments import Item
from fbridge_magento.order_lines import Child
from fbridge_magento.ship_bodies import Pieces

MOST_TRIES = 16
"""Four bundles in one shipment, each of either kind."""


class Kind(Enum):
    """How a bundle is shipped."""

    TOGETHER = "together"
    SEPARATELY = "separately"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One way to name the pieces of a shipment, and the kinds of its bundles by line that it takes for granted."""

    pieces: Pieces
    kinds: Mapping[str, Kind]


def bundles_in(adapter_data: Mapping[str, Any]) -> dict[str, tuple[Child, ...]]:
    """The children of each bundle, by the parent's line."""
    return {
        str(line_id): tuple(
            Child(
                id=str(child_id), per_bundle=int(per_bundle), remaining=int(remaining), lacking=int(lacking)
            )
            for child_id, per_bundle, remaining, lacking in bundle.get("children", ())
        )
        for line_id, bundle in (adapter_data.get("bundles") or {}).items()
    }


def choices(
    items: Iterable[Item], bundles: Mapping[str, tuple[Child, ...]], known: Mapping[str, Kind]
) -> tuple[Choice, ...]:
    """The ways to name these pieces, the likeliest first; ``known`` are kinds by line that were met before."""
    wanted = list(items)
    inside = [item.line_id for item in wanted if bundles.get(item.line_id)]
    found = []
    for kinds in islice(_likelier_first([known.get(line_id) for line_id in inside]), MOST_TRIES):
        by_line = dict(zip(inside, kinds, strict=True))
        pieces = _pieces(wanted, bundles, by_line)
        if pieces:
            found.append(Choice(pieces=pieces, kinds=by_line))
    return tuple(found)


def after(bundles: Mapping[str, tuple[Child, ...]], items: Iterable[Item]) -> dict[str, tuple[Child, ...]]:
    """The same bundles once these pieces of them have left."""
    gone = {item.line_id: item.quantity for item in items}
    return {
        line_id: tuple(
            replace(child, remaining=max(child.remaining - child.per_bundle * gone.get(line_id, 0), 0))
            for child in children
        )
        for line_id, children in bundles.items()
    }


def _likelier_first(known: Sequence[Kind | None]) -> Iterator[tuple[Kind, ...]]:
    """Each way once; a shop mostly has bundles of one kind, so those that were never met are first taken alike."""
    alike = [tuple(kind or other for kind in known) for other in (Kind.TOGETHER, Kind.SEPARATELY)]
    orders = [(kind, *(set(Kind) - {kind})) if kind else tuple(Kind) for kind in known]
    yield from dict.fromkeys(alike)
    yield from (kinds for kinds in product(*orders) if kinds not in alike)


def _pieces(
    items: Iterable[Item], bundles: Mapping[str, tuple[Child, ...]], kinds: Mapping[str, Kind]
) -> dict[str, int]:
    pieces: dict[str, int] = {}
    for item in items:
        if kinds.get(item.line_id) is Kind.SEPARATELY:
            pieces |= _children(bundles[item.line_id], item.quantity)
        else:
            pieces[item.line_id] = item.quantity
    return pieces


def _children(children: Iterable[Child], quantity: int) -> dict[str, int]:
    """In proportion; never more than is left, for somebody may have shipped some of them by themselves."""
    wanted = ((child.id, min(child.per_bundle * quantity, child.remaining)) for child in children)
    return {item_id: pieces for item_id, pieces in wanted if pieces > 0}
