"""The shipments that are not at rest: all of them, or as many as somebody looks at, and how many there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.models.parts import in_parts
from fbridge.models.shipments import Shipment
from fbridge.push.rows import UNFINISHED
from fbridge.push.status_items import DRIFTED as DRIFTED_KIND
from fbridge.push.status_items import MISSING_MAIL, Items, StatusItem
from fbridge.shipping.shipment_rows import load_shipments
from fbridge.storage.indexes import DRIFTED, MAIL_MISSING, not_by_index
from fbridge.storage.tables import MOST_KEYS, pushes, shipments

_LEFT = shipments.c.shipped_at.is_not(None)
_UNFINISHED = sa.select(pushes.c.shipment_id).where(pushes.c.state.in_(UNFINISHED))
_BUT_FOR_THAT = (  # few, and each part by its own index
    sa.select(pushes.c.shipment_id).where(MAIL_MISSING),
    sa.select(pushes.c.shipment_id).where(DRIFTED),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """As many of them as a page shows, the oldest first: of one ``store``, of one kind (``what``), "" for all."""

    most: int
    store: str = ""
    what: str = ""

    def of(self, items: Iterable[StatusItem]) -> tuple[StatusItem, ...]:
        """What is shown of these, which are the oldest first."""
        kind = [one for one in items if self.store in {"", one.store} and self.what in {"", one.what}]
        return tuple(kind[: self.most])


@dataclass(frozen=True, slots=True)
class Stuck:
    """How many shipments of a store stand alike, and the oldest of them."""

    count: int
    oldest: StatusItem


@dataclass(frozen=True, slots=True)
class NotAtRest:
    """``stuck`` counts all, by store and kind; ``items`` and the shipments ``found`` are those that are shown, and
    in any case all that are at rest but for a missing mail or a drift."""

    items: tuple[StatusItem, ...]
    found: tuple[Shipment, ...]
    stuck: Mapping[tuple[str, str], Stuck]

    @property
    def drifted(self) -> int:
        """How many their stores show otherwise."""
        return sum(one.count for (_, what), one in self.stuck.items() if what == DRIFTED_KIND)


def load_not_at_rest(connection: Connection, items: Items, shown: Shown | None) -> NotAtRest:
    """Of thousands that are about to be pushed a page shows some, and loading all of them would keep it waiting."""
    if shown is None:
        found = load_shipments(connection, shipments.c.id.in_(sa.union(_UNFINISHED, *_BUT_FOR_THAT)), _LEFT)
        made = items.of(found)
        return NotAtRest(made, found, _counted(made))
    heads = _heads(connection)
    few = connection.execute(sa.union(*_BUT_FOR_THAT)).scalars()
    found = _load(connection, {*heads, *few, *_oldest(connection, shown)})
    made = items.of(found)
    by_label = {one.shipment: one for one in made if one.what not in {DRIFTED_KIND, MISSING_MAIL}}
    stuck = {
        (oldest.store, oldest.what): Stuck(count, oldest)
        for key, count in heads.items()
        if (oldest := by_label.get(f"S{key}"))
    }
    return NotAtRest(shown.of(made), found, _counted(made) | stuck)


def _counted(items: Iterable[StatusItem]) -> dict[tuple[str, str], Stuck]:
    found: dict[tuple[str, str], Stuck] = {}
    for one in items:
        known = found.get((one.store, one.what), Stuck(0, one))
        found[one.store, one.what] = replace(known, count=known.count + 1)
    return found


def _heads(connection: Connection) -> dict[int, int]:
    """The oldest of each store and state, with how many stand so."""
    of_kind = [shipments.c.store, pushes.c.state]
    place = sa.func.row_number().over(partition_by=of_kind, order_by=[pushes.c.since, shipments.c.id])
    ranked = (
        sa.select(shipments.c.id, place.label("place"), sa.func.count().over(partition_by=of_kind).label("n"))
        .join_from(pushes, shipments)
        .where(pushes.c.state.in_(UNFINISHED), _LEFT)
        .subquery()
    )
    rows = connection.execute(sa.select(ranked.c.id, ranked.c.n).where(ranked.c.place == 1))
    return {row.id: row.n for row in rows}


def _oldest(connection: Connection, shown: Shown) -> Sequence[int]:
    states = [one for one in UNFINISHED if shown.what in {"", str(one)}]
    query = (
        sa.select(shipments.c.id)
        .join_from(pushes, shipments)
        .where(pushes.c.state.in_(states), _LEFT)
        .order_by(pushes.c.since, shipments.c.id)
        .limit(shown.most)
    )
    query = query.where(not_by_index(shipments.c.store) == shown.store) if shown.store else query
    return connection.execute(query).scalars().all()


def _load(connection: Connection, keys: Collection[int]) -> tuple[Shipment, ...]:
    parts = in_parts(sorted(keys), MOST_KEYS)
    return tuple(one for part in parts for one in load_shipments(connection, shipments.c.id.in_(part), _LEFT))
