"""What came back: noted, corrected, dealt with (docs/states.md). No store is told of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from functools import partial

from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.errors import InputError
from fbridge.models.orders import Money
from fbridge.models.results import ItemResult, Outcome, Taken
from fbridge.models.shipments import Document, Return, Shipment
from fbridge.models.states import ReturnKind, ReturnOutcome
from fbridge.models.storable_text import storable
from fbridge.references import find_carrier, find_order
from fbridge.shipping.manifest_references import target_manifest
from fbridge.shipping.meant import Meant, find_meant, one_delivery, with_siblings
from fbridge.shipping.replacements import lock_replaced, note_replacement
from fbridge.shipping.return_rows import correct_return, end_return, last_noted, note_return
from fbridge.shipping.returned_goods import delivery_named
from fbridge.shipping.shipment_creation import routed_carrier
from fbridge.shipping.shipment_rows import load_shipment, lock_shipments
from fbridge.shipping.shipments import Shipments
from fbridge.shipping.taking import take_all
from fbridge.storage.events import record

_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnWish:
    """One return as somebody tells it, by what a person types (``ref``: a tracking number, document, order or label)
    or by the keys of a row (``meant``, ``number``). ``came_at`` is aware UTC; ``of_file``: a program says it."""

    kind: ReturnKind
    ref: str = ""
    meant: Meant | None = None
    number: str = ""
    came_at: datetime | None = None
    reason: str = ""
    of_file: bool = False


class Returns:
    """What came back to one office."""

    def __init__(self, context: Context, shipments: Shipments) -> None:
        self._context, self._shipments = context, shipments
        self._database = context.database

    def note(
        self, refs: Sequence[str], kind: ReturnKind, *, came_at: datetime | None = None, reason: str = ""
    ) -> tuple[ItemResult, ...]:
        """Say that these came back, by tracking number, document, order or label; one bad stops no other.

        ``came_at`` (aware UTC) is now if nobody says it. Told again it is corrected: held first, refused in the end.
        """
        wishes = [ReturnWish(kind=kind, ref=ref, came_at=came_at, reason=reason) for ref in refs]
        return _results(refs, self.take(wishes))

    def take(self, wishes: Iterable[ReturnWish], *, plan: bool = False) -> tuple[Taken, ...]:
        """Take in many returns, one result for each; the same again changes nothing. ``plan``: nothing is written."""
        return take_all(self._database, wishes, partial(_take, context=self._context), plan=plan)

    def end(self, refs: Sequence[str], outcome: ReturnOutcome) -> tuple[ItemResult, ...]:
        """Say what was done about returns: sent again, closed, or that they never were (``mistaken``)."""
        work = partial(_end, context=self._context, outcome=outcome)
        return _results(refs, take_all(self._database, refs, work, plan=False))

    def replace(
        self,
        order: str,
        *,
        store: str | None = None,
        carrier: str | None = None,
        numbers: Sequence[str] = (),
        parcels: int | None = None,
        weight_grams: int | None = None,
        cod: Decimal | None = None,
        warehouse: str | None = None,
        document: Document | None = None,
        manifest: str | None = None,
        allow_shared: bool = False,
    ) -> Shipment:
        """Send goods of an order once more, as a parcel that no store is told of; what came back of it is replaced.

        Raises InputError where the order has pieces to ship and nothing of it came back; NotFoundError.
        """
        with self._database.write() as connection:
            candidate = lock_replaced(connection, find_order(connection, order, store))
            on = target_manifest(connection, manifest, self._context) if manifest else None
            own = find_carrier(connection, carrier) if carrier else None
            own = own or (on.carrier if on else routed_carrier(connection, candidate))
            if on is not None and on.carrier.id != own.id:
                raise InputError(
                    f"Manifest {on.number} is for {on.carrier.code}, not for {own.code}.",
                    reason="other_carrier",
                )
            shipment_id = self._shipments.make_external(
                connection,
                carrier=own,
                manifest=on,
                recipient=candidate.order.ship_to,
                numbers=numbers,
                parcels=parcels,
                weight_grams=weight_grams,
                cod=None if cod is None else Money(amount=cod, currency=candidate.order.currency),
                document=document,
                warehouse=warehouse,
                allow_shared=allow_shared,
            )
            note_replacement(connection, candidate, shipment_id, self._context.now())
            return load_shipment(connection, shipment_id)


def _take(connection: Connection, wish: ReturnWish, *, context: Context) -> Taken:
    goods = _goods(connection, context, wish)
    lock_shipments(connection, [one.id for one in goods])
    outcomes = [_note(connection, context, load_shipment(connection, one.id), wish) for one in goods]
    best = next((one for one in (Outcome.CHANGED, Outcome.TAKEN) if one in outcomes), Outcome.ALREADY_THERE)
    labels = tuple(one.label for one in goods)
    words = {
        Outcome.TAKEN: f"{', '.join(labels)} came back: {_kind_words(wish.kind)}.",
        Outcome.CHANGED: f"{', '.join(labels)}: now {_kind_words(wish.kind)}.",
        Outcome.ALREADY_THERE: f"It is known that {', '.join(labels)} came back.",
    }
    return Taken(outcome=best, reason=str(best), words=words[best], labels=labels)


def _goods(connection: Connection, context: Context, wish: ReturnWish) -> tuple[Shipment, ...]:
    """The shipments of one delivery: those of a document over several orders travel together."""
    if wish.meant is None:
        return delivery_named(connection, wish.ref)
    if not wish.number:
        found = find_meant(connection, context, wish.meant)
    elif wish.meant == Meant(store=wish.meant.store):
        return delivery_named(connection, wish.number, only_numbers=True)
    else:
        of_number = {one.id for one in delivery_named(connection, wish.number, only_numbers=True)}
        found = tuple(one for one in find_meant(connection, context, wish.meant) if one.id in of_number)
        if not found:
            raise InputError(
                f"The row names different shipments beside {wish.number}.", reason="keys_disagree"
            )
    return with_siblings(connection, one_delivery(found, "The row"))


def _note(connection: Connection, context: Context, shipment: Shipment, wish: ReturnWish) -> Outcome:
    _refuse_not_left(shipment)
    _refuse_odd_time(shipment, wish.came_at, context)
    reason = storable(wish.reason, _LONGEST_REASON)
    before = last_noted(connection, shipment.id)
    if before is None or not before.is_open:
        if before is not None and wish.of_file and _was_told(shipment, before, wish, context.timezone):
            return Outcome.ALREADY_THERE
        at = context.now()
        note_return(connection, shipment.id, wish.kind, came_at=wish.came_at or at, reason=reason, at=at)
        return _told(connection, context, shipment, wish, Outcome.TAKEN)
    came_at = wish.came_at or before.came_at
    older = wish.of_file and _day(came_at, context.timezone) < _day(before.came_at, context.timezone)
    same = (wish.kind, came_at, reason or before.reason) == (before.kind, before.came_at, before.reason)
    if older or same:
        return Outcome.ALREADY_THERE
    correct_return(connection, shipment.id, wish.kind, came_at=came_at, reason=reason or before.reason)
    return _told(connection, context, shipment, wish, Outcome.CHANGED)


def _refuse_not_left(shipment: Shipment) -> None:
    if shipment.withdrawn_at is not None:
        raise InputError(f"{shipment.label} is withdrawn.", reason="withdrawn")
    if shipment.in_house:
        raise InputError(
            f"{shipment.label} is in the house, so it cannot come back; what a shipped manifest left behind: "
            "fbridge manifest leave-behind MANIFEST SHIPMENT",
            reason="not_left",
        )


def _refuse_odd_time(shipment: Shipment, came_at: datetime | None, context: Context) -> None:
    if came_at is None:
        return
    if came_at > context.now():
        raise InputError(
            f"{_day(came_at, context.timezone)} is in the future; a return is noted once it is there.",
            reason="in_the_future",
        )
    if shipment.shipped_at and _day(came_at, context.timezone) < _day(shipment.shipped_at, context.timezone):
        raise InputError(
            f"{shipment.label} left on {_day(shipment.shipped_at, context.timezone)}; it cannot have come back on "
            f"{_day(came_at, context.timezone)}.",
            reason="before_it_left",
        )


def _was_told(shipment: Shipment, before: Return, wish: ReturnWish, zone: tzinfo) -> bool:
    """Whether a file tells only what somebody has dealt with; without a day nobody can say. Raises InputError."""
    if wish.came_at is None:
        raise InputError(
            f"{shipment.label} came back on {_day(before.came_at, zone)} and was dealt with; where it has come back "
            "once more, the row needs a date.",
            reason="dealt_with",
        )
    return _day(wish.came_at, zone) <= _day(before.came_at, zone)


def _day(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).date().isoformat()


def _told(
    connection: Connection, context: Context, shipment: Shipment, wish: ReturnWish, outcome: Outcome
) -> Outcome:
    why = f" ({wish.reason})" if wish.reason else ""
    words = f"came back: {_kind_words(wish.kind)}{why}"
    _record(connection, context, "shipment.returned", shipment, words)
    return outcome


def _end(connection: Connection, ref: str, *, context: Context, outcome: ReturnOutcome) -> Taken:
    goods = delivery_named(connection, ref)
    lock_shipments(connection, [one.id for one in goods])
    goods = tuple(load_shipment(connection, one.id) for one in goods)
    back = [one for one in goods if one.came_back]
    labels = ", ".join(one.label for one in goods)
    if not back:
        last = next((one.returned for one in goods if one.returned), None)
        if last is None:
            raise InputError(
                f"{labels} did not come back; nothing is to be dealt with.", reason="not_returned"
            )
        words = f"What came back of {labels} was dealt with: {last.outcome}."
        return Taken(outcome=Outcome.ALREADY_THERE, reason="already_there", words=words)
    for shipment in back:
        end_return(connection, shipment.id, outcome, context.now())
        _record(connection, context, f"return.{outcome}", shipment, _OUTCOME_WORDS[outcome])
    words = f"{labels} {_OUTCOME_WORDS[outcome]}."
    return Taken(
        outcome=Outcome.TAKEN, reason=str(outcome), words=words, labels=tuple(one.label for one in goods)
    )


_OUTCOME_WORDS = {
    ReturnOutcome.RESENT: "is on its way to the recipient again",
    ReturnOutcome.CLOSED: "came back, and nothing more is sent",
    ReturnOutcome.MISTAKEN: "did not come back after all",
}


def _kind_words(kind: ReturnKind) -> str:
    return {ReturnKind.HELD: "held by the carrier", ReturnKind.REFUSED: "refused by the recipient"}.get(
        kind, "not delivered"
    )


def _record(connection: Connection, context: Context, kind: str, shipment: Shipment, words: str) -> None:
    record(
        connection,
        kind,
        f"{shipment.label} {words}.",
        at=context.now(),
        store=shipment.store,
        order_id=shipment.order_id,
        shipment_id=shipment.id,
    )


def _results(refs: Sequence[str], taken: Sequence[Taken]) -> tuple[ItemResult, ...]:
    return tuple(
        ItemResult(
            ref=ref,
            ok=one.outcome is not Outcome.REFUSED,
            reason=one.reason,
            words=one.words,
            label=", ".join(one.labels),
        )
        for ref, one in zip(refs, taken, strict=True)
    )
