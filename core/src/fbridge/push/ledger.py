"""Writing the push ledger: claims, receipts, and what is left when no receipt comes.

Every function works inside the caller's write unit, after the turn's epoch was verified in that same unit.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.models.fulfillments import Baseline, Effects, ShipmentReceipt
from fbridge.models.push import LedgerRow
from fbridge.models.states import Effect, MailEffect, PushState
from fbridge.models.transitions import ALLOWED
from fbridge.push.rows import baseline_to_json
from fbridge.storage.tables import attempt_exchanges, attempts, events, pushes, shipments


def claim(
    connection: Connection, rows: Sequence[tuple[LedgerRow, Baseline]], *, epoch: int, at: datetime
) -> dict[int, int]:
    """Write ``sending`` before the network sees anything. Gives the attempt's key for each shipment."""
    claimed = {}
    for row, baseline in rows:
        connection.execute(
            sa.update(pushes)
            .where(pushes.c.shipment_id == row.shipment_id)
            .values(
                state=PushState.SENDING,
                reason="sending",
                words="it is being sent",
                since=at,
                next_at=None,
                tries=pushes.c.tries + 1,
                epoch=epoch,
                claimed_at=at,
                baseline=baseline_to_json(row.baseline or baseline),
            )
        )
        attempt = sa.insert(attempts).values(
            shipment_id=row.shipment_id, revision=row.revision, epoch=epoch, started_at=at
        )
        key = connection.execute(attempt).inserted_primary_key
        assert key is not None  # noqa: S101 - an INSERT of one row always has a key
        claimed[row.shipment_id] = key[0]
    return claimed


def settle(
    connection: Connection,
    shipment_id: int,
    state: PushState,
    *,
    reason: str,
    words: str,
    at: datetime,
    next_at: datetime | None = None,
    **changes: Any,
) -> None:
    """Move a shipment to a state, with its reason and, where the state changes, an event for the story."""
    before = connection.execute(
        sa.select(pushes.c.state, pushes.c.reason, pushes.c.since).where(pushes.c.shipment_id == shipment_id)
    ).one()
    if (before.state, state) not in ALLOWED:
        raise RuntimeError(f"shipment {shipment_id} cannot go from {before.state} to {state} ({reason})")
    entered = at if before.state != state else before.since
    connection.execute(
        sa.update(pushes)
        .where(pushes.c.shipment_id == shipment_id)
        .values(state=state, reason=reason, words=words, since=entered, next_at=next_at, **changes)
    )
    if (before.state, before.reason) != (state, reason):
        tell(connection, shipment_id, f"push.{state}", words or reason, at=at)


def tell(connection: Connection, shipment_id: int, kind: str, words: str, *, at: datetime) -> None:
    """Add to the story of a shipment."""
    where = sa.select(shipments.c.store, shipments.c.order_id, shipments.c.manifest_id).where(
        shipments.c.id == shipment_id
    )
    place = connection.execute(where).one()
    connection.execute(
        sa.insert(events).values(
            at=at,
            kind=kind,
            words=words,
            store=place.store,
            order_id=place.order_id,
            shipment_id=shipment_id,
            manifest_id=place.manifest_id,
        )
    )


def finish_attempt(
    connection: Connection,
    attempt_id: int,
    *,
    at: datetime,
    outcome: str,
    reason: str,
    words: str,
    receipt: ShipmentReceipt | None = None,
    exchange_ids: Collection[int] = (),
) -> None:
    """Close an attempt with its outcome and the HTTP exchanges that belong to it."""
    connection.execute(
        sa.update(attempts)
        .where(attempts.c.id == attempt_id)
        .values(
            finished_at=at,
            outcome=outcome,
            reason=reason,
            words=words,
            effects=effects_to_json(receipt.effects) if receipt else None,
            holds=_plain(asdict(receipt.holds)) if receipt and receipt.holds else None,
        )
    )
    link_exchanges(connection, [attempt_id], exchange_ids)


def link_exchanges(connection: Connection, attempt_ids: Sequence[int], exchange_ids: Collection[int]) -> None:
    """Attempts refer to exchanges, which are stored once."""
    pairs = [{"attempt_id": a, "exchange_id": e} for a in attempt_ids for e in exchange_ids]
    if pairs:
        connection.execute(sa.insert(attempt_exchanges), pairs)


_STRONGER_FIRST = (MailEffect.SENT, MailEffect.UNKNOWABLE, MailEffect.UNCONFIRMED, MailEffect.NOT_SENT)


def receipt_changes(receipt: ShipmentReceipt, mail_before: MailEffect) -> dict[str, Any]:
    """The ledger columns that a receipt fills, whatever its outcome.

    A mail that went, or may have gone, is not forgotten because a later push sent none.
    """
    changes: dict[str, Any] = {
        "effect_shipment": receipt.effects.shipment,
        "effect_tracking": receipt.effects.tracking,
        "effect_status": receipt.effects.status,
        "effect_mail": min(receipt.effects.mail, mail_before, key=_STRONGER_FIRST.index),
        "made_by": receipt.made_by,
    }
    if receipt.remote_ids:
        changes["remote_ids"] = list(receipt.remote_ids)
    if receipt.fences:
        changes["fences"] = list(receipt.fences)
    if receipt.holds:
        changes["holds"] = _plain(asdict(receipt.holds))
    return changes


def mark_unconfirmed(
    connection: Connection, shipment_ids: Collection[int], *, reason: str, words: str, at: datetime
) -> None:
    """No receipt came: the write may have happened."""
    for shipment_id in shipment_ids:
        settle(
            connection,
            shipment_id,
            PushState.UNCONFIRMED,
            reason=reason,
            words=words,
            at=at,
            unconfirmed_since=at,
            effect_shipment=Effect.UNCONFIRMED,
            effect_tracking=Effect.UNCONFIRMED,
            effect_status=Effect.UNCONFIRMED,
            effect_mail=sa.case(
                (pushes.c.effect_mail == MailEffect.NOT_SENT, MailEffect.UNCONFIRMED.value),
                else_=pushes.c.effect_mail,
            ),
        )


def unclaim(connection: Connection, shipment_id: int, *, reason: str, words: str, at: datetime) -> None:
    """It was provably not sent: ready again, and the try does not count."""
    settle(
        connection,
        shipment_id,
        PushState.READY,
        reason=reason,
        words=words,
        at=at,
        tries=sa.case((pushes.c.tries > 0, pushes.c.tries - 1), else_=0),
        claimed_at=sa.case((pushes.c.tries > 1, pushes.c.claimed_at), else_=None),
    )


def adopt_dead_claims(connection: Connection, store: str, *, at: datetime, every_unsent: bool) -> int:
    """What a dead process left in ``sending`` is unconfirmed; so is all unsent after a restored backup."""
    states = [PushState.SENDING]
    if every_unsent:
        states += [PushState.READY, PushState.WAITING, PushState.RETRY]
    query = (
        sa.select(pushes.c.shipment_id)
        .join(shipments, shipments.c.id == pushes.c.shipment_id)
        .where(shipments.c.store == store, shipments.c.shipped_at.is_not(None), pushes.c.state.in_(states))
    )
    found = list(connection.execute(query).scalars())
    reason, words = ("process_died", "the program ended while it was being sent")
    if every_unsent:
        reason, words = ("database_restored", "the database was restored from an older backup")
    mark_unconfirmed(connection, found, reason=reason, words=words, at=at)
    return len(found)


def effects_to_json(effects: Effects) -> dict[str, str]:
    """As kept with an attempt."""
    return {name: str(value) for name, value in asdict(effects).items()}


def _plain(data: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(data, default=str))
