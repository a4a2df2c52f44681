"""Reading the push ledger: shipments that have left, with all that a push needs to know, and where each stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from fbridge.models.fulfillments import Effects, Item
from fbridge.models.orders import Money
from fbridge.models.parts import in_parts
from fbridge.models.push import LedgerRow
from fbridge.models.shipments import PushStatus
from fbridge.models.states import Outcome, PushState
from fbridge.push.attempts import NOT_SENT, PUSHED
from fbridge.push.kept_json import baseline_from_json, drift_from_json, holds_from_json
from fbridge.push.mails import missing_mail
from fbridge.shipping.carrier_rows import carrier_from_row
from fbridge.storage.tables import (
    MOST_KEYS,
    attempts,
    carriers,
    manifests,
    orders,
    pushes,
    shipment_lines,
    shipment_numbers,
    shipments,
    stores,
)

UNFINISHED = (
    PushState.READY,
    PushState.WAITING,
    PushState.SENDING,
    PushState.UNCONFIRMED,
    PushState.RETRY,
    PushState.REFUSED,
    PushState.NEEDS_ATTENTION,
    PushState.UNDOING,
)


def load_orders_in_work(
    connection: Connection, store: str, *, manifest: str | None = None
) -> dict[int, tuple[LedgerRow, ...]]:
    """All shipments that have left of every order of the store with something unfinished, by order key.

    With a manifest only the orders that it carries are in work; their other shipments come along.
    """
    wanted = sorted(set(connection.scalars(_orders_in_work(store, manifest))))
    parts = (load_rows_of_orders(connection, part) for part in in_parts(wanted, MOST_KEYS))
    rows = sorted((row for part in parts for row in part), key=lambda row: row.shipment_id)
    return group_by_order(rows)


def has_orders_in_work(connection: Connection, store: str, *, manifest: str | None = None) -> bool:
    """Whether :func:`load_orders_in_work` would give any; nothing is loaded."""
    return connection.execute(_orders_in_work(store, manifest).limit(1)).first() is not None


def _orders_in_work(store: str, manifest: str | None) -> sa.Select[Any]:
    in_work = sa.select(pushes.c.shipment_id).where(pushes.c.state.in_(UNFINISHED))
    unfinished = sa.and_(_has_left(store), shipments.c.id.in_(in_work))
    if manifest is not None:
        unfinished = sa.and_(unfinished, manifests.c.number == manifest)
    return sa.select(shipments.c.order_id).select_from(_JOINED).where(unfinished)


def load_order(connection: Connection, order_id: int) -> tuple[LedgerRow, ...]:
    """All shipments of one order that have left, kept from other writers until the write unit ends."""
    of_order = shipments.c.order_id == order_id
    keys = sa.select(shipments.c.id).where(of_order)
    lock = sa.select(pushes.c.shipment_id).where(pushes.c.shipment_id.in_(keys))
    connection.execute(lock.order_by(pushes.c.shipment_id).with_for_update())
    return _load(connection, sa.and_(of_order, _HAS_LEFT))


def load_rows(connection: Connection, shipment_ids: Sequence[int]) -> tuple[LedgerRow, ...]:
    """These shipments as far as they have left, in the order of their keys."""
    return _load(connection, sa.and_(shipments.c.id.in_(shipment_ids), _HAS_LEFT))


def load_rows_of_orders(connection: Connection, order_ids: Sequence[int]) -> tuple[LedgerRow, ...]:
    """All shipments that have left of these orders, by their keys in the database."""
    return _load(connection, sa.and_(shipments.c.order_id.in_(order_ids), _HAS_LEFT))


def group_by_order(rows: Sequence[LedgerRow]) -> dict[int, tuple[LedgerRow, ...]]:
    """The rows of each order, in the order in which they were made."""
    groups: dict[int, list[LedgerRow]] = defaultdict(list)
    for row in rows:
        groups[row.order_id].append(row)
    return {order_id: tuple(group) for order_id, group in groups.items()}


_JOINED = (
    shipments.join(pushes, pushes.c.shipment_id == shipments.c.id)
    .join(orders, orders.c.id == shipments.c.order_id)
    .join(carriers, carriers.c.id == shipments.c.carrier_id)
    .outerjoin(manifests, manifests.c.id == shipments.c.manifest_id)
    .join(stores, stores.c.name == shipments.c.store)
)
"""What was left behind after its store was told is on no manifest for a while, and a shipment of its order all the
same."""

# Queries are made once: putting one together takes longer than the database takes to answer it.
_LEDGER = (
    sa.select(
        *(column for column in shipments.c if column.name not in {"carrier_id", "revision"}),
        shipments.c.revision.label("wanted_revision"),
        *(column.label(f"push_{column.name}") for column in pushes.c),
        orders.c.remote_id.label("remote_order_id"),
        orders.c.number.label("order_number"),
        orders.c.ship_to,
        manifests.c.number.label("manifest"),
        stores.c.restored_epoch,
        stores.c.restored_at,
        *(column.label(f"carrier_{column.name}") for column in carriers.c),
    )
    .select_from(_JOINED)
    .order_by(shipments.c.id)
)
_IDS: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)
_ITEMS = (
    sa.select(shipment_lines).where(shipment_lines.c.shipment_id.in_(_IDS)).order_by(shipment_lines.c.line_id)
)
_NUMBERS = (
    sa.select(shipment_numbers)
    .where(shipment_numbers.c.shipment_id.in_(_IDS))
    .order_by(shipment_numbers.c.position)
)
_TRIED = (
    sa.select(attempts)
    .where(
        attempts.c.shipment_id.in_(_IDS),
        PUSHED,
        sa.or_(attempts.c.outcome.is_(None), attempts.c.outcome != NOT_SENT),
    )
    .order_by(attempts.c.id)
)


_HAS_LEFT = sa.and_(shipments.c.shipped_at.is_not(None), shipments.c.withdrawn_at.is_(None))


def _has_left(store: str) -> sa.ColumnElement[bool]:
    return sa.and_(shipments.c.store == store, _HAS_LEFT)


def _load(connection: Connection, where: sa.ColumnElement[bool]) -> tuple[LedgerRow, ...]:
    rows = connection.execute(_LEDGER.where(where)).mappings().all()
    ids = [row["id"] for row in rows]
    items = _items(connection, ids)
    numbers = _numbers(connection, ids)
    tried = _tried(connection, [row["id"] for row in rows if _may_have_tries(row)])
    return tuple(_ledger_row(row, items, numbers, tried) for row in rows)


def _may_have_tries(row: RowMapping) -> bool:
    return bool(row["push_claimed_at"] or row["push_tries"] or row["restored_epoch"])


def _items(connection: Connection, ids: Sequence[int]) -> dict[int, list[Item]]:
    found: dict[int, list[Item]] = defaultdict(list)
    for part in in_parts(ids, MOST_KEYS):
        for row in connection.execute(_ITEMS, {"ids": part}):
            found[row.shipment_id].append(Item(line_id=row.line_id, quantity=row.quantity))
    return found


def _numbers(connection: Connection, ids: Sequence[int]) -> dict[tuple[int, int], list[str]]:
    found: dict[tuple[int, int], list[str]] = defaultdict(list)
    for part in in_parts(ids, MOST_KEYS):
        for row in connection.execute(_NUMBERS, {"ids": part}):
            found[row.shipment_id, row.revision].append(row.number)
    return found


def _tried(connection: Connection, ids: Sequence[int]) -> dict[int, list[int]]:
    """The revisions of each that the store may hold, the last try last: one that it took has replaced all before."""
    found: dict[int, list[int]] = defaultdict(list)
    for part in in_parts(ids, MOST_KEYS):
        for row in connection.execute(_TRIED, {"ids": part}):
            if row.outcome == Outcome.DONE:
                found[row.shipment_id].clear()
            if row.revision in found[row.shipment_id]:
                found[row.shipment_id].remove(row.revision)
            found[row.shipment_id].append(row.revision)
    return found


def _entry_columns(row: RowMapping) -> dict[str, Any]:
    """What the ledger's own row tells."""
    return {
        "state": row["push_state"],
        "version": row["push_version"],
        "reason": row["push_reason"],
        "words": row["push_words"],
        "since": row["push_since"],
        "next_at": row["push_next_at"],
        "tries": row["push_tries"],
        "unconfirmed_since": row["push_unconfirmed_since"],
        "baseline": baseline_from_json(row["push_baseline"]),
        "remote_ids": tuple(row["push_remote_ids"]),
        "fences": tuple(row["push_fences"]),
        "mail": row["push_effect_mail"],
        "shipment_effect": row["push_effect_shipment"],
        "tracking_effect": row["push_effect_tracking"],
        "status_effect": row["push_effect_status"],
        "claimed_at": row["push_claimed_at"],
        "absent_since": row["push_absent_since"],
        "looks": row["push_looks"],
        "refused_on": row["push_refused_on"],
        "status_before": row["push_status_before"],
        "undo_from": row["push_undo_from"],
        "mail_planned": row["push_mail_planned"],
        "missing_mail": missing_mail(
            row["push_mail_missing_since"], row["push_effect_mail"], row["push_mail_words"]
        ),
        "holds": holds_from_json(row["push_holds"]),
        "lines_then": row["push_lines_then"],
        "drift": drift_from_json(row["push_drift"], row["push_drift_since"]),
        "drift_accepted": row["push_drift_accepted"],
    }


def _ledger_row(
    row: RowMapping,
    items: dict[int, list[Item]],
    numbers: dict[tuple[int, int], list[str]],
    tried: dict[int, list[int]],
) -> LedgerRow:
    key, revision, acknowledged = row["id"], row["wanted_revision"], row["push_acknowledged_revision"]
    cod = row["cod_amount"]
    unchecked = row["push_checked_epoch"] < row["restored_epoch"]
    noticed_at = row["restored_at"]
    return LedgerRow(
        shipment_id=key,
        uuid=row["uuid"],
        store=row["store"],
        order_id=row["order_id"],
        remote_order_id=row["remote_order_id"],
        order_number=row["order_number"],
        postcode=str((row["ship_to"] or {}).get("postcode", "")),
        manifest=row["manifest"] or "",
        carrier=carrier_from_row(row, "carrier_"),
        revision=revision,
        acknowledged_revision=acknowledged,
        parcels=row["parcels"],
        warehouse=row["warehouse"],
        shipped_at=row["shipped_at"],
        items=tuple(items[key]),
        numbers=tuple(numbers[key, revision]),
        acknowledged_numbers=tuple(numbers[key, acknowledged]) if acknowledged else (),
        cod=Money(amount=cod, currency=row["cod_currency"]) if cod is not None else None,
        **_entry_columns(row),
        tried=tuple((one, tuple(numbers[key, one])) for one in tried.get(key, ())),
        unchecked=unchecked,
        in_backup=unchecked and (noticed_at is None or row["created_at"] <= noticed_at),
    )


def status_of(rows: Iterable[RowMapping]) -> dict[int, PushStatus]:
    """Rows of ``pushes``, each with its store's ``restored_epoch``, as domain records by shipment id."""
    return {row["shipment_id"]: _status(row) for row in rows}


def _status(row: RowMapping) -> PushStatus:
    return PushStatus(
        state=row["state"],
        reason=row["reason"],
        words=row["words"],
        since=row["since"],
        next_at=row["next_at"],
        acknowledged_revision=row["acknowledged_revision"],
        tries=row["tries"],
        claimed_at=row["claimed_at"],
        is_unchecked=row["checked_epoch"] < row["restored_epoch"],
        effects=Effects(
            shipment=row["effect_shipment"],
            tracking=row["effect_tracking"],
            status=row["effect_status"],
            mail=row["effect_mail"],
        ),
        remote_ids=tuple(row["remote_ids"]),
        missing_mail=missing_mail(row["mail_missing_since"], row["effect_mail"], row["mail_words"]),
        drift=drift_from_json(row["drift"], row["drift_since"]),
    )
