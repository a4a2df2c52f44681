"""What a shipment of some quantities would hold: the rules by which Magento counts rows, oddities included
(Magento_Sales, ShipmentFactory and the row's own ``isDummy``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fbridge_magento.sandbox.records import ItemRecord

Quantities = Mapping[int | None, float | None]
"""Pieces by the id of the row. A missing id or quantity is None."""


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row that takes part. ``hidden`` ones are counted on the order and do not appear on the shipment."""

    item: ItemRecord
    quantity: int
    hidden: bool


class Rows:
    """The rows of an order, as far as shipping asks for their kinship."""

    def __init__(self, items: Sequence[ItemRecord]) -> None:
        self.items = items
        self._by_id = {item.id: item for item in items}
        self._parents = {item.parent_id for item in items if item.parent_id is not None}

    def parent(self, item: ItemRecord) -> ItemRecord | None:
        """The row that this one is a part of."""
        return None if item.parent_id is None else self._by_id.get(item.parent_id)

    def has_children(self, item: ItemRecord) -> bool:
        """Whether it is a configurable or a bundle."""
        return item.id in self._parents

    def is_dummy(self, item: ItemRecord) -> bool:
        """Whether its goods are shipped by other rows: by its children, or by its parent."""
        if self.has_children(item):
            return item.separately
        return item.parent_id is not None and not item.separately

    def to_ship(self, item: ItemRecord) -> int:
        """Pieces that this row can still ship by itself."""
        return 0 if self.is_dummy(item) else item.left

    def anything_to_ship(self) -> bool:
        """Whether a row has something left that is not virtual."""
        return any(self.to_ship(item) > 0 and not item.is_virtual for item in self.items)

    def is_priced_by_children(self, item: ItemRecord) -> bool:
        """Whether its money is counted on other rows: that of a bundle on its children, else on the parent."""
        parent = self.parent(item)
        if parent is not None:
            return parent.kind != "bundle"
        return item.kind == "bundle" and self.has_children(item)


def everything(rows: Rows) -> dict[int | None, float | None]:
    """What no items at all in a request mean."""
    wanted = [item for item in rows.items if item.parent_id is None or item.separately]
    return {item.id: item.ordered for item in wanted if not item.is_virtual}


def plan(rows: Rows, quantities: Quantities) -> list[PlannedRow]:
    """The rows of a shipment of these quantities, capped to what is left; unknown rows count for nothing."""
    planned = []
    for item in rows.items:
        if not _takes_part(rows, item, quantities):
            continue
        quantity = _quantity(rows, item, quantities)
        if quantity is not None:
            hidden = item.parent_id is not None and not item.separately
            planned.append(PlannedRow(item, max(int(quantity), 0), hidden))
    return _without_lonely_bundles(rows, planned)


def register(planned: Iterable[PlannedRow], now: int) -> None:
    """Count the pieces on the order's rows."""
    for row in planned:
        if row.quantity > 0:
            row.item.shipped += row.quantity
            row.item.updated = now


def _takes_part(rows: Rows, item: ItemRecord, quantities: Quantities) -> bool:
    if item.is_virtual:
        return False
    if not rows.is_dummy(item):
        return rows.to_ship(item) > 0
    if rows.has_children(item):
        return True
    return (quantities.get(item.parent_id) or 0) > 0


def _quantity(rows: Rows, item: ItemRecord, quantities: Quantities) -> float | None:
    """None for a row that was not asked for. A bundle whose children are shipped counts one each time."""
    if not rows.is_dummy(item):
        if item.id not in quantities:
            return None
        return min(quantities[item.id] or 0, rows.to_ship(item))
    parent = rows.parent(item)
    if parent is None or parent.id not in quantities:
        return 1
    if parent.kind != "bundle":
        return 0
    return min(item.pieces * (quantities[parent.id] or 0), item.left)


def _without_lonely_bundles(rows: Rows, planned: list[PlannedRow]) -> list[PlannedRow]:
    parents = {row.item.parent_id for row in planned}
    return [
        row
        for row in planned
        if not (rows.has_children(row.item) and row.item.separately) or row.item.id in parents
    ]
