"""The lines of an order: the rows that Magento ships. Pure.

The shippable row of a configurable and of a bundle is the parent; the goods bought through a grouped product are
rows of their own. What a configurable's child tells is told by its parent, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError

from fbridge.models.orders import OrderLine
from fbridge_magento.bundle_lines import Bundle, Child, Row, bundle_of

Item = Mapping[str, Any]

_NEVER_SHIPPED = frozenset({"virtual", "downloadable"})
_GRAMS = {"kgs": Decimal(1000), "lbs": Decimal("453.59237")}


class FractionalQuantityError(ValueError):
    """Goods by weight or length: the contract counts whole pieces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The lines of an order, and the children of its bundles by the id of their line."""

    lines: tuple[OrderLine, ...]
    children: Mapping[str, tuple[Child, ...]]


def lines_of(items: Sequence[Item], weight_unit: str) -> Lines:
    """The lines; ``weight_unit`` is the store view's (``kgs``, ``lbs``, "" where unknown).

    Raises: ValidationError without any line, FractionalQuantityError.
    """
    tops, children = _families(items)
    if not tops:
        raise ValidationError({"items": ["The store gave no lines."]})
    lines: list[OrderLine] = []
    bundles: dict[str, tuple[Child, ...]] = {}
    for item in tops:
        parts = children.get(item["item_id"], [])
        line, line_children = _line(item, parts, _grams(item["weight"], weight_unit))
        lines.append(line)
        if line_children:
            bundles[line.id] = line_children
    return Lines(lines=tuple(lines), children=bundles)


def _families(items: Sequence[Item]) -> tuple[list[Item], dict[int, list[Item]]]:
    """The rows without a parent, and the others by their parent."""
    known = {item["item_id"] for item in items}
    tops: list[Item] = []
    children: defaultdict[int, list[Item]] = defaultdict(list)
    for item in items:
        parent = item["parent_item_id"]
        if parent in known and parent != item["item_id"]:
            children[parent].append(item)
        else:
            tops.append(item)
    return tops, children


def _line(item: Item, parts: Sequence[Item], grams: int | None) -> tuple[OrderLine, tuple[Child, ...]]:
    parent = _row(item)
    removed, shipped = parent.removed, parent.shipped
    shippable = _is_shipped(item)
    children: tuple[Child, ...] = ()
    if item["product_type"] == "bundle" and shippable:
        bundle = _bundle(parent, [_row(part) for part in parts if _is_shipped(part)])
        removed, shipped, children = bundle.removed, bundle.shipped, bundle.children
    line = OrderLine(
        id=parent.id,
        sku=item["sku"] or "",
        name=item["name"] or "",
        quantity=parent.ordered,
        removed=min(removed, parent.ordered),
        shipped=min(shipped, parent.ordered),
        shippable=shippable,
        total=_total(item, parts),
        weight_grams=grams,
    )
    return line, children


def _bundle(parent: Row, children: Sequence[Row]) -> Bundle:
    try:
        return bundle_of(parent, children)
    except ValueError as error:
        raise FractionalQuantityError(str(error)) from None


def _row(item: Item) -> Row:
    line_id = str(item["item_id"])
    return Row(
        id=line_id,
        ordered=whole(item["qty_ordered"], line_id),
        shipped=whole(item["qty_shipped"], line_id),
        removed=whole(item["qty_refunded"], line_id) + whole(item["qty_canceled"], line_id),
    )


def whole(quantity: Decimal | None, line_id: str) -> int:
    """Whole pieces. Raises: FractionalQuantityError."""
    pieces = int(quantity or 0)
    if pieces != (quantity or 0):
        raise FractionalQuantityError(f"line {line_id} has the quantity {quantity}")
    return pieces


def _is_shipped(item: Item) -> bool:
    return not item["is_virtual"] and item["product_type"] not in _NEVER_SHIPPED


def _total(item: Item, parts: Sequence[Item]) -> Decimal | None:
    """With tax. The discount of a bundle may stand on its children alone."""
    gross: Decimal | None = item["row_total_incl_tax"]
    if gross is None:
        return None
    own: Decimal = item["discount_amount"] or Decimal(0)
    return gross - (own or sum((part["discount_amount"] or Decimal(0) for part in parts), Decimal(0)))


def _grams(weight: Decimal | None, unit: str) -> int | None:
    """Of one piece."""
    return round(weight * _GRAMS[unit]) if weight is not None and unit in _GRAMS else None
