"""The ways out for a person: send again, adopt what is there (docs/states.md)."""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.errors import InputError
from fbridge.models.problems import ADOPTED_BY_HAND, UNDONE_IN_PART
from fbridge.models.shipments import Shipment
from fbridge.models.states import PushState
from fbridge.models.transitions import Mover
from fbridge.orders.quantities import refresh_open_quantity
from fbridge.orders.storage import lock_orders
from fbridge.push import ledger
from fbridge.push.decide import TAKEN_BY_STORE
from fbridge.push.drifted import known_drift, write_again
from fbridge.push.freshness import READ_TOO_OLD, SEND_AS_READ
from fbridge.push.mails import AT_REST
from fbridge.push.undone import NOT_TAKEN
from fbridge.shipping.shipment_rows import load_shipment
from fbridge.shipping.shipment_rules import gone_from_store

RESENDABLE = frozenset({PushState.NEEDS_ATTENTION, PushState.REFUSED, PushState.RETRY})
ADOPTABLE = frozenset(
    {PushState.NEEDS_ATTENTION, PushState.REFUSED, PushState.UNCONFIRMED, PushState.UNDOING}
)

_NEVER_TAKEN: dict[str, Any] = {
    **NOT_TAKEN,
    "remote_ids": [],
    "fences": [],
    "claimed_at": None,
    "status_before": "",
}


def resend(context: Context, shipment: Shipment) -> Shipment:
    """A person decided: the store does not have it, or the cause is mended. The next push sends it.

    What the store took once and shows no more is made anew; a customer who was mailed is not mailed again. What it
    shows otherwise than it took it (``fbridge verify``) is written again.
    Raises: InputError where the shipment's state leaves nothing to decide.
    """
    with context.database.write() as connection:
        if known_drift(shipment):
            current = _in_state(connection, shipment, RESENDABLE | TAKEN_BY_STORE, "sent again")
            write_again(connection, current, context)
            return _after(connection, current)
        current = _in_state(connection, shipment, RESENDABLE, "sent again")
        _refuse_undone_in_part(current)
        _decide(
            connection,
            current,
            PushState.READY,
            reason=SEND_AS_READ if current.push and current.push.reason == READ_TOO_OLD else "resend_by_hand",
            words="a person decided that it is sent again",
            at=context.now(),
            tries=0,
            **(_NEVER_TAKEN if gone_from_store(current) else {}),
        )
        return _after(connection, current)


def is_resendable(shipment: Shipment) -> bool:
    """Whether a person may decide that it is sent again."""
    drift = known_drift(shipment)
    return drift.mendable if drift else shipment.push is not None and shipment.push.state in RESENDABLE


def _refuse_undone_in_part(shipment: Shipment) -> None:
    """A push would take what is still there for the whole of it."""
    if shipment.push and shipment.push.reason == UNDONE_IN_PART:
        raise InputError(
            f"A part of {shipment.label} was taken back from its store. Go on with that: "
            f"fbridge shipment withdraw {shipment.label}; or leave what is there: "
            f"fbridge shipment adopt {shipment.label}",
            reason=UNDONE_IN_PART,
        )


def adopt(context: Context, shipment: Shipment) -> Shipment:
    """A person decided: the store has it. Nothing more is sent for this revision.

    Raises: InputError where the shipment's state leaves nothing to decide.
    """
    with context.database.write() as connection:
        current = _in_state(connection, shipment, ADOPTABLE, "adopted")
        _decide(
            connection,
            current,
            PushState.DONE_ELSEWHERE,
            reason=ADOPTED_BY_HAND,
            words="a person decided that the store has it",
            at=context.now(),
            acknowledged_revision=current.revision,
            unconfirmed_since=None,
            baseline=None,
            **AT_REST,
        )
        return _after(connection, current)


def mailed_otherwise(context: Context, shipment: Shipment) -> Shipment:
    """A person decided: the customer was told in another way, or need not be. The mail is not missed any more.

    Raises: InputError where no mail is missing.
    """
    with context.database.write() as connection:
        lock_orders(connection, [shipment.order_id] if shipment.order_id else [])
        ledger.standings(connection, [shipment.id])
        current = load_shipment(connection, shipment.id)
        if current.push is None or current.push.missing_mail is None:
            raise InputError(
                f"No mail of {current.label} is missing. Where it stands: fbridge explain {current.label}",
                reason="nothing_to_decide",
            )
        ledger.note_mail(connection, current.id, **AT_REST)
        ledger.raise_version(connection, [current.id])
        words = "a person said that the customer was told otherwise"
        ledger.tell(connection, current.id, "mail.settled", words, at=context.now())
        return load_shipment(connection, shipment.id)


def _decide(connection: Connection, shipment: Shipment, to: PushState, **what: Any) -> None:
    (standing,) = ledger.standings(connection, [shipment.id]).values()
    ledger.move(connection, shipment.id, expected=standing, to=to, by=Mover.PERSON, **what)


def _in_state(connection: Connection, shipment: Shipment, states: frozenset[PushState], act: str) -> Shipment:
    """The shipment as it stands now, kept from a run until the write unit ends."""
    lock_orders(connection, [shipment.order_id] if shipment.order_id else [])
    ledger.standings(connection, [shipment.id])
    current = load_shipment(connection, shipment.id)
    if current.push is None:
        raise InputError(f"{current.label} is an external parcel; no store knows it.", reason="external")
    if current.push.state is PushState.SENDING:
        raise InputError(
            f"{current.label} is on its way to its store at this moment; it can be {act} when 'fbridge push' has "
            "found out what became of it.",
            reason="being_pushed",
        )
    if current.push.state not in states:
        raise InputError(
            f"{current.label} is {current.push.state} ({current.push.words or current.push.reason}); "
            f"only what is {' or '.join(sorted(states))} can be {act}. "
            f"What can be done: fbridge explain {current.label}",
            reason="nothing_to_decide",
        )
    return current


def _after(connection: Connection, shipment: Shipment) -> Shipment:
    if shipment.order_id:
        refresh_open_quantity(connection, [shipment.order_id])
    return load_shipment(connection, shipment.id)
