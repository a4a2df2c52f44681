"""The ways out where a store does not show any more what it took: write it again, or accept what stands there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.errors import InputError
from fbridge.models.drift import Aspect, Drift, Finding
from fbridge.models.problems import ADOPTED_BY_HAND
from fbridge.models.shipments import Shipment
from fbridge.models.states import PushState
from fbridge.models.transitions import Mover
from fbridge.orders.storage import lock_orders
from fbridge.push import ledger
from fbridge.push.compare import NO_DRIFT
from fbridge.push.decide import TAKEN_BY_STORE
from fbridge.push.undone import NOT_TAKEN
from fbridge.shipping.shipment_rows import add_revision, load_shipment, update_shipments


class _Stands(Protocol):
    @property
    def state(self) -> PushState: ...
    @property
    def reason(self) -> str: ...


class _Found(Protocol):
    @property
    def finding(self) -> Finding: ...
    @property
    def aspects(self) -> Sequence[Aspect]: ...
    @property
    def mendable(self) -> bool: ...
    @property
    def shown(self) -> Sequence[str]: ...


def ways_of(label: str, found: _Found, push: _Stands) -> tuple[str, ...]:
    """The commands that deal with it: send ours again, take the store's numbers over, let its goods go, or let it
    stand. ``push`` is where the shipment stands."""
    again = (f"fbridge push --resend {label}",) if found.mendable else ()
    theirs = (f"fbridge tracking set {label} {' '.join(found.shown)}",) if found.shown else ()
    vanished = found.finding is Finding.NOT_STORED or (Aspect.NUMBER in found.aspects and not found.shown)
    may_go = vanished and found.mendable and not made_by_others(push)
    gone = (f"fbridge shipment withdraw {label}",) if may_go else ()
    return (*again, *theirs, *gone, f"fbridge verify --accept {label}")


def made_by_others(push: _Stands) -> bool:
    """Whether somebody else shipped it on the store, and no person said here that it is ours."""
    return push.state is PushState.DONE_ELSEWHERE and push.reason != ADOPTED_BY_HAND


def known_drift(shipment: Shipment) -> Drift | None:
    """What the last look at the store found, while the shipment is at rest."""
    push = shipment.push
    return push.drift if push and push.state in TAKEN_BY_STORE else None


def accept(context: Context, shipment: Shipment) -> Shipment:
    """A person decided: it may stand as the store shows it. Told again only when the store shows something else.

    Raises: InputError where no look at the store found anything.
    """
    with context.database.write() as connection:
        current, drift = _drifted(connection, shipment)
        ledger.note_drift(connection, current.id, drift=None, drift_since=None, drift_accepted=drift.print)
        words = f"a person accepted that {drift.words}"
        ledger.tell(connection, current.id, "verify.accepted", words, at=context.now())
        return load_shipment(connection, current.id)


def write_again(connection: Connection, shipment: Shipment, context: Context) -> None:
    """A person decided: the next push brings the store back to what fbridge has. The caller holds the row.

    What the store shows in place of ours becomes the revision that it is known to hold, so that the push replaces it
    as it would any former number. Of what it shows nothing more the push makes all anew.
    """
    drift = known_drift(shipment)
    if drift is None or not drift.mendable:
        raise _nothing_to_mend(shipment, drift)
    at = context.now()
    words = f"a person decided that it is sent again, for {drift.words}"
    changes: dict[str, Any] = dict(NO_DRIFT)
    if drift.finding is Finding.NOT_STORED:
        changes |= {**NOT_TAKEN, "remote_ids": [], "fences": [], "claimed_at": None}
    else:
        revision = shipment.revision
        if Aspect.NUMBER in drift.aspects:
            revision = _add_revision(connection, shipment, revision + 1, drift.shown, context)
            changes["acknowledged_revision"] = revision
        _add_revision(connection, shipment, revision + 1, shipment.numbers, context)
    (standing,) = ledger.standings(connection, [shipment.id]).values()
    ledger.move(
        connection,
        shipment.id,
        expected=standing,
        to=PushState.READY,
        by=Mover.PERSON,
        reason="resend_by_hand",
        words=words,
        at=at,
        tries=0,
        **changes,
    )


def _add_revision(
    connection: Connection, shipment: Shipment, revision: int, numbers: Sequence[str], context: Context
) -> int:
    add_revision(
        connection,
        shipment.id,
        revision,
        shipment.carrier.id,
        numbers,
        reason="drift",
        at=context.now(),
    )
    update_shipments(connection, [shipment.id], revision=revision)
    return revision


def _drifted(connection: Connection, shipment: Shipment) -> tuple[Shipment, Drift]:
    """The shipment as it stands now, kept from a run until the write unit ends."""
    lock_orders(connection, [shipment.order_id] if shipment.order_id else [])
    ledger.standings(connection, [shipment.id])
    current = load_shipment(connection, shipment.id)
    drift = known_drift(current)
    if drift is None:
        raise InputError(
            f"No look at its store found anything about {current.label} that could be accepted. "
            f"Look again: fbridge verify",
            reason="nothing_to_decide",
        )
    return current, drift


def _nothing_to_mend(shipment: Shipment, drift: Drift | None) -> InputError:
    why = f": {drift.words}" if drift else ""
    return InputError(
        f"Sending {shipment.label} again mends nothing{why}. To let it stand as it is: "
        f"fbridge verify --accept {shipment.label}",
        reason="nothing_to_decide",
    )
