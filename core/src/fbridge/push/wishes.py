"""What people want of a shipment's entry in the ledger: opened, let go, wanted again, held back, closed.

A wish is recorded at once, whatever a run is doing; what it means for the store follows with the next push
(docs/architecture.md, promise 7).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.models.push import Standing
from fbridge.models.states import Effect, MailEffect, PushState
from fbridge.models.transitions import Mover
from fbridge.push.ledger import move_held, note_mail, raise_version, standings
from fbridge.push.mails import AT_REST
from fbridge.storage.tables import pushes, shipments

_NOT_SHIPPED = ("not_shipped", "its manifest is not shipped yet")
_WANTED_AGAIN = ("tracking_changed", "its tracking changed; the next push sends it")
_TOLD = frozenset({PushState.SENT, PushState.DONE_ELSEWHERE})
_IN_DOUBT = frozenset(
    {PushState.SENDING, PushState.UNCONFIRMED, PushState.NEEDS_ATTENTION, PushState.UNDOING}
)


def open_entries(connection: Connection, shipment_ids: Sequence[int], at: datetime) -> None:
    """Begin the entries of new store shipments, which wait for their manifest. ``at`` is aware UTC."""
    reason, words = _NOT_SHIPPED
    entry = {
        "state": PushState.WAITING,
        "reason": reason,
        "words": words,
        "since": at,
        "tries": 0,
        "epoch": 0,
        "remote_ids": [],
        "fences": [],
        "effect_shipment": Effect.NOT_DONE,
        "effect_tracking": Effect.NOT_DONE,
        "effect_status": Effect.NOT_DONE,
        "effect_mail": MailEffect.NOT_SENT,
    }
    if shipment_ids:
        connection.execute(sa.insert(pushes), [{"shipment_id": key, **entry} for key in shipment_ids])


def let_go(connection: Connection, shipment_ids: Collection[int], at: datetime) -> None:
    """Their manifest is shipped: the next push sends them, but for what a store was told of before it left."""
    held = standings(connection, shipment_ids)
    raise_version(connection, [key for key, one in held.items() if one.state in _TOLD])
    leaving = {key: one for key, one in held.items() if one.state not in _TOLD}
    _wish(connection, leaving, PushState.READY, ("shipped", "it has left"), at, quiet=False)


def want_revision(connection: Connection, shipment_id: int, at: datetime) -> None:
    """A new revision is wanted: a settled entry becomes ready again once its shipment has left.

    What is in doubt (sending, unconfirmed, needs_attention, undoing) stays so; the new revision follows later.
    """
    query = sa.select(shipments.c.shipped_at).where(shipments.c.id == shipment_id)
    left = connection.execute(query).scalar_one() is not None
    state, why = (PushState.READY, _WANTED_AGAIN) if left else (PushState.WAITING, _NOT_SHIPPED)
    held = standings(connection, [shipment_id])
    raise_version(connection, [key for key, one in held.items() if one.state in _IN_DOUBT])
    settled = {key: one for key, one in held.items() if one.state not in _IN_DOUBT}
    _wish(connection, settled, state, why, at)


def hold_back(connection: Connection, shipment_ids: Collection[int], at: datetime) -> None:
    """Let these wait again because they have not left after all; the caller made sure no store was told."""
    _wish(connection, standings(connection, shipment_ids), PushState.WAITING, _NOT_SHIPPED, at)


def close_entry(
    connection: Connection, shipment_id: int, at: datetime, words: str = "withdrawn by a person"
) -> None:
    """The shipment is withdrawn; the caller made sure that it may be."""
    held = standings(connection, [shipment_id])
    _wish(connection, held, PushState.WITHDRAWN, ("withdrawn", words), at)
    for key in held:
        note_mail(connection, key, **AT_REST)


def _wish(
    connection: Connection,
    held: Mapping[int, Standing],
    to: PushState,
    why: tuple[str, str],
    at: datetime,
    *,
    quiet: bool = True,
) -> None:
    reason, words = why
    move_held(connection, held, to=to, by=Mover.PERSON, reason=reason, words=words, at=at, quiet=quiet)
