"""The push ledger: the only code that writes where a shipment stands towards its store.

:func:`move` is a compare-and-set on one row, :func:`move_held` on many that are locked already; whoever comes second
is told what stands there now, and decides anew (docs/architecture.md, promise 7). A run calls these inside its write
unit, after the turn's epoch was verified there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.models.fulfillments import Baseline
from fbridge.models.parts import in_parts
from fbridge.models.push import LedgerRow, Standing
from fbridge.models.states import Effect, MailEffect, PushState
from fbridge.models.transitions import ALLOWED, Mover
from fbridge.push.kept_json import baseline_to_json
from fbridge.push.rows import UNFINISHED
from fbridge.storage.events import record_all
from fbridge.storage.tables import MOST_KEYS, pushes, shipments


def standings(connection: Connection, shipment_ids: Collection[int]) -> dict[int, Standing]:
    """Where these stand now, kept from other writers until the write unit ends; external parcels have none."""
    found: dict[int, Standing] = {}
    for part in in_parts(sorted(shipment_ids), MOST_KEYS):
        query = (
            sa.select(pushes.c.shipment_id, pushes.c.state, pushes.c.version)
            .where(pushes.c.shipment_id.in_(part))
            .order_by(pushes.c.shipment_id)
            .with_for_update()
        )
        found.update({row.shipment_id: Standing(row.state, row.version) for row in connection.execute(query)})
    return found


def versions(connection: Connection, shipment_ids: Collection[int]) -> dict[int, int]:
    """The version of each, in a unit that only reads."""
    found: dict[int, int] = {}
    for part in in_parts(sorted(shipment_ids), MOST_KEYS):
        query = sa.select(pushes.c.shipment_id, pushes.c.version).where(pushes.c.shipment_id.in_(part))
        found.update({row.shipment_id: row.version for row in connection.execute(query)})
    return found


def wanted_revisions(connection: Connection, shipment_ids: Collection[int]) -> dict[int, int]:
    """The revision that is wanted of each shipment at this moment."""
    found: dict[int, int] = {}
    for part in in_parts(sorted(shipment_ids), MOST_KEYS):
        query = sa.select(shipments.c.id, shipments.c.revision).where(shipments.c.id.in_(part))
        found.update({row.id: row.revision for row in connection.execute(query)})
    return found


def move(
    connection: Connection,
    shipment_id: int,
    *,
    expected: Standing,
    to: PushState,
    by: Mover,
    reason: str,
    words: str,
    at: datetime,
    next_at: datetime | None = None,
    quiet: bool = False,
    **changes: Any,
) -> Standing | None:
    """Move a shipment from where it is expected to stand; ``changes`` are further columns of its row.

    Gives None when it was moved. Where it stands otherwise nothing is written, and what stands there now is given.
    A person's move raises the version. What keeps its state keeps its age. A change is told to the story, unless
    ``quiet``: then the caller tells it in better words. ``at`` is aware UTC.

    Raises: RuntimeError for a move that the table of transitions does not know.
    """
    _refuse_unknown_move(shipment_id, expected, to, by, reason)
    known = _reasons(connection, [shipment_id]) if expected.state is to else {}
    values = {"reason": reason, "words": words, "next_at": next_at, **changes}
    if not _set(connection, [shipment_id], expected, to, by, at, values):
        return standings(connection, [shipment_id]).get(shipment_id)
    if not quiet and known.get(shipment_id) != reason:
        tell(connection, shipment_id, f"push.{to}", words or reason, at=at)
    return None


def move_held(
    connection: Connection,
    held: Mapping[int, Standing],
    *,
    to: PushState,
    by: Mover,
    reason: str,
    words: str,
    at: datetime,
    quiet: bool = False,
) -> None:
    """As :func:`move`, of many at once whose rows the caller holds (:func:`standings`): none stands otherwise.

    Raises: RuntimeError for a move that the table of transitions does not know, and for rows that nobody held.
    """
    alike: defaultdict[Standing, list[int]] = defaultdict(list)
    for key, standing in sorted(held.items()):
        _refuse_unknown_move(key, standing, to, by, reason)
        alike[standing].append(key)
    staying = [key for key, standing in held.items() if standing.state is to]
    known = {} if quiet else _reasons(connection, staying)
    values = {"reason": reason, "words": words, "next_at": None}
    for standing, keys in alike.items():
        for part in in_parts(keys, MOST_KEYS):
            if _set(connection, part, standing, to, by, at, values) != len(part):
                raise RuntimeError(f"shipments that nobody held were moved to {to} ({reason})")
    news = [] if quiet else [key for key in sorted(held) if known.get(key) != reason]
    tell_all(connection, [(key, f"push.{to}", words or reason) for key in news], at=at)


def _refuse_unknown_move(key: int, expected: Standing, to: PushState, by: Mover, reason: str) -> None:
    if (expected.state, to, by) not in ALLOWED:
        raise RuntimeError(f"shipment {key}: no {by} may move {expected.state} to {to} ({reason})")


def _set(
    connection: Connection,
    keys: Sequence[int],
    expected: Standing,
    to: PushState,
    by: Mover,
    at: datetime,
    values: Mapping[str, Any],
) -> int:
    """How many of these stood as expected, and stand there now; what stays where it is keeps its age."""
    changed: dict[str, Any] = {"state": to, **values}
    if expected.state is not to:
        changed["since"] = at
    if by is Mover.PERSON:
        changed["version"] = expected.version + 1
    told = {name: value for name, value in changed.items() if not isinstance(value, sa.ClauseElement)}
    moved = _moving(frozenset(told))
    if len(told) < len(changed):
        moved = moved.values({name: value for name, value in changed.items() if name not in told})
    stand = {"stands_in": expected.state, "stands_at": expected.version, "of_keys": list(keys)}
    return connection.execute(moved, {**stand, **{f"to_{name}": told[name] for name in told}}).rowcount


@lru_cache(maxsize=256)
def _moving(columns: frozenset[str]) -> sa.Update:
    """Made once for the columns that are told: that takes longer than all else of a move."""
    return (
        sa.update(pushes)
        .where(
            pushes.c.shipment_id.in_(sa.bindparam("of_keys", expanding=True)),
            pushes.c.state == sa.bindparam("stands_in"),
            pushes.c.version == sa.bindparam("stands_at"),
        )
        .values({name: sa.bindparam(f"to_{name}", type_=pushes.c[name].type) for name in sorted(columns)})
    )


def note_mail(connection: Connection, shipment_id: int, **columns: Any) -> None:
    """What is known of a shipment's mail, beside where it stands; the caller holds its row (:func:`standings`)."""
    connection.execute(sa.update(pushes).where(pushes.c.shipment_id == shipment_id).values(**columns))


def note_drift(connection: Connection, shipment_id: int, **columns: Any) -> None:
    """What a look at the store found of a shipment; the caller holds its row (:func:`standings`)."""
    connection.execute(sa.update(pushes).where(pushes.c.shipment_id == shipment_id).values(**columns))


def raise_version(connection: Connection, shipment_ids: Collection[int]) -> None:
    """Something that a push of these rests on has changed, and nothing of where they stand."""
    for part in in_parts(sorted(shipment_ids), MOST_KEYS):
        raised = sa.update(pushes).where(pushes.c.shipment_id.in_(part))
        connection.execute(raised.values(version=pushes.c.version + 1))


def _reasons(connection: Connection, shipment_ids: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for part in in_parts(shipment_ids, MOST_KEYS):
        query = sa.select(pushes.c.shipment_id, pushes.c.reason).where(pushes.c.shipment_id.in_(part))
        found |= {row.shipment_id: row.reason for row in connection.execute(query)}
    return found


def claim(
    connection: Connection,
    rows: Sequence[LedgerRow],
    baseline: Baseline,
    *,
    epoch: int,
    at: datetime,
    mails: Collection[int] = (),
) -> None:
    """Write ``sending`` before the network sees anything; the attempts are for the caller to begin.

    ``mails`` are the keys of those for which the plan shows a mail.

    The caller holds the rows (:func:`standings`) and saw that they stand as expected.
    """
    for row in rows:
        move(
            connection,
            row.shipment_id,
            expected=row.standing,
            to=PushState.SENDING,
            by=Mover.RUN,
            reason="sending",
            words="it is being sent",
            at=at,
            quiet=True,
            tries=row.tries + 1,
            epoch=epoch,
            checked_epoch=epoch,
            claimed_at=at,
            baseline=baseline_to_json(row.baseline or _less_ours(baseline, row)),
            absent_since=None,
            looks=0,
            mail_planned=row.mail_planned or row.shipment_id in mails,
            status_before=row.status_before or _status_before(baseline, row),
        )


def _status_before(baseline: Baseline, row: LedgerRow) -> str:
    """Before the first write for the shipment; "" where one was made that told nothing of it."""
    return baseline.remote_status[:128] if row.acknowledged_revision is None and not row.baseline else ""


def _less_ours(baseline: Baseline, row: LedgerRow) -> Baseline:
    """Taken anew, after a person has decided: what earlier tries may have left there is nobody else's."""
    ours = {number for _, numbers in row.tried for number in numbers}
    return replace(baseline, entries=tuple(entry for entry in baseline.entries if entry[1] not in ours))


Told = tuple[int, str, str]
"""For the story of a shipment, by its key: a kind of event, and its words."""


def tell(connection: Connection, shipment_id: int, kind: str, words: str, *, at: datetime) -> None:
    """Add to the story of a shipment."""
    tell_all(connection, [(shipment_id, kind, words)], at=at)


def tell_all(connection: Connection, told: Sequence[Told], *, at: datetime) -> None:
    """Add to the stories of shipments, in this sequence."""
    columns = (shipments.c.id, shipments.c.store, shipments.c.order_id, shipments.c.manifest_id)
    places: dict[int, Any] = {}
    for part in in_parts(sorted({key for key, _, _ in told}), MOST_KEYS):
        query = sa.select(*columns).where(shipments.c.id.in_(part))
        places.update({place.id: place for place in connection.execute(query)})
    rows = [
        {
            "at": at,
            "kind": kind,
            "words": words,
            "store": places[key].store,
            "order_id": places[key].order_id,
            "shipment_id": key,
            "manifest_id": places[key].manifest_id,
        }
        for key, kind, words in told
    ]
    record_all(connection, rows)


NOTHING_CERTAIN: dict[str, Any] = {
    "absent_since": None,
    "looks": 0,
    **dict.fromkeys(("effect_shipment", "effect_tracking", "effect_status"), Effect.UNCONFIRMED),
    "effect_mail": sa.case(
        (pushes.c.effect_mail == MailEffect.NOT_SENT, MailEffect.UNCONFIRMED.value),
        else_=pushes.c.effect_mail,
    ),
}
"""The columns of what may have happened and was not looked up yet."""


def mark_unconfirmed(
    connection: Connection, shipment_ids: Collection[int], *, reason: str, words: str, at: datetime
) -> None:
    """No receipt came: the write may have happened."""
    for shipment_id, standing in standings(connection, shipment_ids).items():
        move(
            connection,
            shipment_id,
            expected=standing,
            to=PushState.UNCONFIRMED,
            by=Mover.RUN,
            reason=reason,
            words=words,
            at=at,
            unconfirmed_since=at,
            **NOTHING_CERTAIN,
        )


def unclaim(
    connection: Connection, shipment_ids: Collection[int], *, reason: str, words: str, at: datetime
) -> None:
    """They were provably not sent: ready again, and the try does not count."""
    for shipment_id, standing in standings(connection, shipment_ids).items():
        move(
            connection,
            shipment_id,
            expected=standing,
            to=PushState.READY,
            by=Mover.RUN,
            reason=reason,
            words=words,
            at=at,
            tries=sa.case((pushes.c.tries > 0, pushes.c.tries - 1), else_=0),
            claimed_at=sa.case((pushes.c.tries > 1, pushes.c.claimed_at), else_=None),
        )


def adopt_dead_claims(connection: Connection, store: str, *, at: datetime) -> int:
    """What a dead process left in ``sending`` is unconfirmed."""
    query = (
        sa.select(pushes.c.shipment_id)
        .join(shipments, shipments.c.id == pushes.c.shipment_id)
        .where(shipments.c.store == store, pushes.c.state == PushState.SENDING)
    )
    found = list(connection.execute(query).scalars())
    words = "the program ended while it was being sent"
    mark_unconfirmed(connection, found, reason="process_died", words=words, at=at)
    return len(found)


def mend_times(connection: Connection, store: str, *, at: datetime, longest: timedelta) -> int:
    """Bring waits back that a wrong clock of ours has put out of reach; tells how many.

    A lost answer of the future counts from now on, and nothing waits longer than ``longest``.
    """
    ours = sa.exists().where(shipments.c.id == pushes.c.shipment_id, shipments.c.store == store)
    late = sa.and_(
        pushes.c.state.in_(UNFINISHED),  # nothing else waits, and these are found by their index
        sa.or_(pushes.c.unconfirmed_since > at, pushes.c.next_at > at + longest),
    )
    mended = (
        sa.update(pushes)
        .where(ours, late)
        .values(
            unconfirmed_since=sa.case(
                (pushes.c.unconfirmed_since > at, at), else_=pushes.c.unconfirmed_since
            ),
            next_at=None,
        )
    )
    return connection.execute(mended).rowcount
