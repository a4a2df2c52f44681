"""What was tried, and what a receipt said: the attempts beside the ledger, and the columns that a receipt fills."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.models.fulfillments import Effects, ShipmentReceipt
from fbridge.models.push import LedgerRow
from fbridge.models.states import Outcome
from fbridge.push.mails import known_without_mail
from fbridge.storage.tables import attempt_exchanges, attempts

NOT_SENT = "not_sent"
"""The outcome of an attempt that provably never reached the store."""

PUSHED = sa.and_(attempts.c.asks_mail.is_(False), attempts.c.takes_back.is_(False))
"""Attempts that wanted the store to show the shipment."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of an attempt."""

    attempt_id: int
    outcome: str
    reason: str
    words: str
    exchange_ids: tuple[int, ...] = ()
    receipt: ShipmentReceipt | None = None

    @classmethod
    def by(cls, attempt_id: int, receipt: ShipmentReceipt, exchange_ids: tuple[int, ...]) -> Finished:
        """As a receipt tells it."""
        return cls(attempt_id, str(receipt.outcome), receipt.reason, receipt.words, exchange_ids, receipt)

    def row(self, at: datetime) -> dict[str, Any]:
        """The columns, by name; ``at`` is aware UTC."""
        holds = self.receipt.holds if self.receipt else None
        return {
            "key": self.attempt_id,
            "finished_at": at,
            "outcome": self.outcome,
            "reason": self.reason,
            "words": self.words,
            "effects": effects_to_json(self.receipt.effects) if self.receipt else None,
            "holds": _plain(asdict(holds)) if holds else None,
        }


_FINISH = (
    sa.update(attempts)
    .where(attempts.c.id == sa.bindparam("key"))
    .values(
        {
            name: sa.bindparam(name, type_=attempts.c[name].type)
            for name in ("finished_at", "outcome", "reason", "words", "effects", "holds")
        }
    )
)


def begin_attempt(
    connection: Connection,
    row: LedgerRow,
    *,
    epoch: int,
    at: datetime,
    asks_mail: bool = False,
    takes_back: bool = False,
) -> int:
    """Record one try, and give its key; with ``asks_mail`` one to get its mail alone, with ``takes_back`` one to take
    it back from the store."""
    began = begin_attempts(connection, [row], epoch=epoch, at=at, asks_mail=asks_mail, takes_back=takes_back)
    return began[row.shipment_id]


def begin_attempts(
    connection: Connection, rows: Sequence[LedgerRow], *, epoch: int, at: datetime, **kind: bool
) -> dict[int, int]:
    """Record a try of the wanted revision of each shipment, and give the attempts' keys by the shipments'."""
    if not rows:
        return {}
    shared = {"epoch": epoch, "started_at": at, "asks_mail": False, "takes_back": False, **kind}
    begun = connection.execute(
        sa.insert(attempts).returning(attempts.c.shipment_id, attempts.c.id),
        [{"shipment_id": row.shipment_id, "revision": row.revision, **shared} for row in rows],
    )
    return {row.shipment_id: row.id for row in begun}


def take_for_tried(connection: Connection, row: LedgerRow, *, reason: str, epoch: int, at: datetime) -> None:
    """Every revision that a lost database may have sent counts as tried: whatever is wanted later, its numbers are
    known for ours, and replaced.

    ``at`` is aware UTC.
    """
    known = {revision for revision, _ in row.tried}
    unknown = [
        one for one in range((row.acknowledged_revision or 0) + 1, row.revision + 1) if one not in known
    ]
    for revision in unknown:
        attempt = begin_attempt(connection, replace(row, revision=revision), epoch=epoch, at=at)
        words = "a database that was lost may have sent it"
        finish_attempt(
            connection, attempt, at=at, outcome=str(Outcome.UNCONFIRMED), reason=reason, words=words
        )


def finish_attempt(
    connection: Connection,
    attempt_id: int,
    *,
    at: datetime,
    outcome: str,
    reason: str,
    words: str,
    exchange_ids: Collection[int] = (),
) -> None:
    """Close one attempt."""
    told = Finished(attempt_id, outcome, reason, words, tuple(exchange_ids))
    finish_attempts(connection, [told], at=at)


def finish_attempts(connection: Connection, finished: Sequence[Finished], *, at: datetime) -> None:
    """Close attempts, each with its outcome and the HTTP exchanges that belong to it."""
    if finished:
        connection.execute(_FINISH, [one.row(at) for one in finished])
    _link([(one.attempt_id, exchange) for one in finished for exchange in one.exchange_ids], connection)


def link_exchanges(connection: Connection, attempt_ids: Sequence[int], exchange_ids: Collection[int]) -> None:
    """Attempts refer to exchanges, which are stored once."""
    _link([(attempt, exchange) for attempt in attempt_ids for exchange in exchange_ids], connection)


def _link(pairs: Sequence[tuple[int, int]], connection: Connection) -> None:
    rows = [{"attempt_id": attempt, "exchange_id": exchange} for attempt, exchange in pairs]
    if rows:
        connection.execute(sa.insert(attempt_exchanges), rows)


def receipt_changes(receipt: ShipmentReceipt, row: LedgerRow) -> dict[str, Any]:
    """The ledger columns that a receipt fills, whatever its outcome."""
    changes: dict[str, Any] = {
        "effect_shipment": receipt.effects.shipment,
        "effect_tracking": receipt.effects.tracking,
        "effect_status": receipt.effects.status,
        "effect_mail": known_without_mail(row, receipt.effects.mail),
        "made_by": receipt.made_by,
    }
    if receipt.remote_ids:
        changes["remote_ids"] = list(receipt.remote_ids)
    if receipt.fences:
        changes["fences"] = list(receipt.fences)
    if receipt.holds:
        changes["holds"] = _plain(asdict(receipt.holds))
    return changes


def effects_to_json(effects: Effects) -> dict[str, str]:
    """As kept with an attempt."""
    return {name: str(value) for name, value in asdict(effects).items()}


def _plain(data: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(data, default=str))


def last_words(connection: Connection, shipment_id: int) -> str:
    """What the store, or whoever spoke for it, said to the last try; "" where none was told."""
    of_shipment = sa.select(attempts.c.words, attempts.c.reason).where(
        attempts.c.shipment_id == shipment_id, PUSHED
    )
    row = connection.execute(of_shipment.order_by(attempts.c.id.desc()).limit(1)).first()
    return (row.words or row.reason or "") if row else ""
