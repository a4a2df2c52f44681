"""The lines of an order: the rows that Magento ships, and what has left of them. Pure.

The shippable row of a configurable and of a bundle is the parent; the goods bought through a grouped product are
rows of their own. What a configurable's child tells is told by its parent, too.

A bundle is one line of ours, its parent. Magento counts shipped, refunded and cancelled pieces on the parent or on
the children, by kinds of bundle that an order does not tell. Where children count, the parent's own number means
nothing: with a bundle shipped separately any shipment of any child adds 1 to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fbridge.adapterkit.payloads import FractionError, flag, grams, money, number, text, words
from fbridge.models.orders import OrderLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The counts of one row of an order, in pieces."""

    id: str
    ordered: int
    shipped: int = 0
    removed: int = 0

    @property
    def remaining(self) -> int:
        """What the store would still ship of it."""
        return max(self.ordered - self.shipped - self.removed, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A child of a bundle: pieces in each bundle, and pieces that the store would still ship.

    ``lacking`` are pieces that were taken off without their bundle, so that bundles leave without them.
    """

    id: str
    per_bundle: int
    remaining: int
    lacking: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle in whole bundles: what was taken off, what has left; ``remaining`` counts those begun, too."""

    removed: int
    shipped: int
    remaining: int
    children: tuple[Child, ...]


def bundle_of(parent: Row, children: Sequence[Row]) -> Bundle:
    """The counts of a bundle; ``children`` are those that a carrier takes.

    Raises: ValueError where a child is not in each bundle with the same number of pieces.
    """
    if not children or parent.ordered <= 0:
        shipped = min(parent.shipped, max(parent.ordered, 0))
        return Bundle(removed=parent.removed, shipped=shipped, remaining=parent.remaining, children=())
    each = [per_bundle(parent, child) for child in children]
    rows = [
        Row(id=child.id, ordered=child.ordered, shipped=shipped, removed=removed)
        for child, shipped, removed in zip(
            children,
            _counted(parent.shipped, [child.shipped for child in children], each),
            _counted(parent.removed, [child.removed for child in children], each),
            strict=True,
        )
    ]
    removed = min(row.removed // per for row, per in zip(rows, each, strict=True))
    remaining = max(-(-row.remaining // per) for row, per in zip(rows, each, strict=True))
    shipped = min(row.shipped // per for row, per in zip(rows, each, strict=True))
    return Bundle(
        removed=min(removed, parent.ordered),
        # A child that was refunded need not leave for the bundle to be done.
        shipped=min(max(shipped, parent.ordered - removed - remaining), parent.ordered),
        remaining=remaining,
        children=tuple(
            Child(
                id=row.id,
                per_bundle=per,
                remaining=row.remaining,
                lacking=max(row.removed - removed * per, 0),
            )
            for row, per in zip(rows, each, strict=True)
        ),
    )


def per_bundle(parent: Row, child: Row) -> int:
    """How many pieces of a child are in one bundle. Raises: ValueError where that is no whole number."""
    pieces, rest = divmod(child.ordered, parent.ordered)
    if rest or pieces < 1:
        raise ValueError(f"{child.ordered} pieces of line {child.id} in {parent.ordered} bundles")
    return pieces


def whole_bundles(parent_pieces: int, children: Sequence[Child], pieces: Mapping[str, int]) -> int:
    """The whole bundles of one shipment, by its ``pieces`` of the parent and of each child."""
    if any(pieces.get(child.id) for child in children):
        return min((pieces.get(child.id, 0) + child.lacking) // child.per_bundle for child in children)
    return parent_pieces


def _counted(parent: int, children: Sequence[int], each: Sequence[int]) -> list[int]:
    """The children's own numbers where any of them counts, else those that follow from the parent."""
    return list(children) if any(children) else [parent * per for per in each]


Item = Mapping[str, Any]

_NEVER_SHIPPED = frozenset({"virtual", "downloadable"})
_GRAMS = {"kgs": Decimal(1000), "lbs": Decimal("453.59237")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The lines of an order, and the children of its bundles by the id of their line."""

    lines: tuple[OrderLine, ...]
    children: Mapping[str, tuple[Child, ...]]


def lines_of(items: Sequence[Item], weight_unit: str, currency: str) -> Lines:
    """The lines; ``weight_unit`` is the store view's (``kgs``, ``lbs``, "" where unknown).

    Raises: FractionError for a part of a bundle that is not in each of them.
    """
    tops, children = _families(items)
    lines: list[OrderLine] = []
    bundles: dict[str, tuple[Child, ...]] = {}
    for item in tops:
        parts = children.get(item["item_id"], [])
        line, line_children = _line(item, parts, weight_unit, currency)
        lines.append(line)
        if line_children:
            bundles[line.id] = line_children
    return Lines(lines=tuple(lines), children=bundles)


def _families(items: Sequence[Item]) -> tuple[list[Item], dict[str, list[Item]]]:
    """The rows without a parent, and the others by their parent."""
    known = {item["item_id"] for item in items}
    tops: list[Item] = []
    children: defaultdict[str, list[Item]] = defaultdict(list)
    for item in items:
        parent = item["parent_item_id"]
        if parent in known and parent != item["item_id"]:
            children[parent].append(item)
        else:
            tops.append(item)
    return tops, children


def _line(
    item: Item, parts: Sequence[Item], weight_unit: str, currency: str
) -> tuple[OrderLine, tuple[Child, ...]]:
    parent = _row(item)
    removed, shipped = parent.removed, parent.shipped
    shippable = _is_shipped(item)
    children: tuple[Child, ...] = ()
    if text(item.get("product_type")) == "bundle" and shippable:
        bundle = _bundle(parent, [_row(part) for part in parts if _is_shipped(part)])
        removed, shipped, children = bundle.removed, bundle.shipped, bundle.children
    most = max(parent.ordered, 0)
    line = OrderLine(
        id=parent.id,
        sku=text(item.get("sku")),
        name=words(item.get("name")),
        quantity=parent.ordered,
        removed=min(removed, most),
        shipped=min(shipped, most),
        shippable=shippable,
        total=_total(item, parts, currency),
        weight_grams=grams(item.get("weight"), _GRAMS.get(weight_unit)),
    )
    return line, children


def _bundle(parent: Row, children: Sequence[Row]) -> Bundle:
    try:
        return bundle_of(parent, children)
    except ValueError as error:
        raise FractionError(str(error)) from None


def _row(item: Item) -> Row:
    return Row(
        id=item["item_id"],
        ordered=item["qty_ordered"],
        shipped=item["qty_shipped"],
        removed=item["qty_refunded"] + item["qty_canceled"],
    )


def _is_shipped(item: Item) -> bool:
    return not flag(item.get("is_virtual")) and text(item.get("product_type")) not in _NEVER_SHIPPED


def _total(item: Item, parts: Sequence[Item], currency: str) -> Decimal | None:
    """With tax. The discount of a bundle may stand on its children alone."""
    gross = number(item.get("row_total_incl_tax"))
    if gross is None:
        return None
    discounts = (number(part.get("discount_amount")) or Decimal(0) for part in parts)
    own = number(item.get("discount_amount")) or sum(discounts, Decimal(0))
    return money(gross - own, currency)
