"""What has left of a bundle, in whole bundles. Pure.

A bundle is one line of ours, its parent. Magento counts shipped, refunded and cancelled pieces on the parent or on
the children, by kinds of bundle that an order does not tell. Where children count, the parent's own number means
nothing: with a bundle shipped separately any shipment of any child adds 1 to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


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
