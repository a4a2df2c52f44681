"""Taking in the numbers of a courier's file: each shipment's numbers once, however often the file is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.errors import InputError
from fbridge.models.results import Outcome, Taken
from fbridge.models.shipments import Shipment
from fbridge.shipping.meant import Meant, find_meant, one_delivery, with_siblings
from fbridge.shipping.tracking_numbers import clean_numbers, looked_at
from fbridge.storage.tables import shipment_numbers

Correct = Callable[..., None]
"""Sets the numbers of one shipment inside a write unit (``Shipments.set_tracking``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumbersWish:
    """The numbers that a file tells of one shipment (or of a document that goes over several orders)."""

    meant: Meant
    numbers: tuple[str, ...]
    carrier: str | None = None
    parcels: int | None = None
    adds: bool = False


@dataclass(frozen=True, slots=True)
class FileTaking:
    """One reading of a file: ``seen`` are the numbers that it told of each shipment so far, by whatever name."""

    context: Context
    correct: Correct
    allow_shared: bool = False
    strict: bool = False
    seen: dict[int, tuple[str, ...]] = field(default_factory=dict)


def take_numbers(connection: Connection, wish: NumbersWish, *, taking: FileTaking) -> Taken:
    """Give the shipments that are meant their numbers. Raises InputError, NotFoundError: nothing is written."""
    numbers = clean_numbers(wish.numbers)
    candidates = find_meant(connection, taking.context, wish.meant)
    having = [one for one in candidates if set(numbers) <= set(one.numbers)]
    # Numbers that only one of several shipments has: it is that one, as it was when they came first.
    goods = one_delivery(having if len(having) == 1 else candidates, _named(wish.meant))
    goods = with_siblings(connection, goods)
    for shipment in goods:
        _refuse_replaced(connection, shipment, numbers)
    warnings = [
        words
        for one in goods
        for words in looked_at(
            numbers, wish.carrier or one.carrier.code, one.order_number, strict=taking.strict
        )
    ]
    shared = taking.allow_shared or len(goods) > 1
    outcomes = [_take(connection, taking, wish, shipment, numbers, shared) for shipment in goods]
    return replace(_told(goods, numbers, outcomes), warnings=tuple(dict.fromkeys(warnings)))


def _take(
    connection: Connection,
    taking: FileTaking,
    wish: NumbersWish,
    shipment: Shipment,
    numbers: tuple[str, ...],
    shared: bool,
) -> Outcome:
    known, before = shipment.id in taking.seen, taking.seen.get(shipment.id, ())
    if wish.adds:
        before = (*shipment.numbers, *before)
    wanted = tuple(dict.fromkeys((*before, *numbers)))
    taking.seen[shipment.id] = wanted
    same_carrier = wish.carrier is None or wish.carrier.strip().upper() == shipment.carrier.code
    if set(wanted) <= set(shipment.numbers) and same_carrier:
        return Outcome.ALREADY_THERE
    if not known:
        _refuse_unsure_year(wish.meant, shipment)
    parcels = wish.parcels or max(shipment.parcels, len(wanted))
    taking.correct(
        connection, shipment.id, wanted, carrier=wish.carrier, parcels=parcels, allow_shared=shared
    )
    return Outcome.TAKEN if set(shipment.numbers) <= set(wanted) else Outcome.CHANGED


def _told(goods: Sequence[Shipment], numbers: tuple[str, ...], outcomes: Sequence[Outcome]) -> Taken:
    outcome = next(
        (one for one in (Outcome.CHANGED, Outcome.TAKEN) if one in outcomes), Outcome.ALREADY_THERE
    )
    labels = tuple(shipment.label for shipment in goods)
    names, written = ", ".join(labels), ", ".join(numbers)
    words = {
        Outcome.TAKEN: f"{names}: {written}.",
        Outcome.ALREADY_THERE: f"{names} had {written} already.",
        Outcome.CHANGED: f"{names}: {written} instead of {', '.join(goods[0].numbers)}.",
    }
    return Taken(outcome=outcome, reason=str(outcome), words=words[outcome], labels=labels)


def _named(meant: Meant) -> str:
    parts = {"shipment": meant.shipment, "document": meant.document, "order": meant.order}
    parts |= {"reference": meant.reference}
    return ", ".join(f"{name.capitalize()} {part}" for name, part in parts.items() if part)


def _refuse_unsure_year(meant: Meant, shipment: Shipment) -> None:
    """A document's number begins anew each January: without its year it corrects nothing that has a number."""
    if meant.document is None or meant.document.year is not None or meant.order or meant.shipment:
        return
    if shipment.numbers and shipment.document and shipment.document.year:
        raise InputError(
            f"Document {meant.document} is {shipment.label} of {shipment.document.year} and has the number "
            f"{', '.join(shipment.numbers)} already; say of which year the file is: add --year",
            reason="year_missing",
        )


def _refuse_replaced(connection: Connection, shipment: Shipment, numbers: tuple[str, ...]) -> None:
    """An old file must not undo what a person has corrected since."""
    fresh = [number for number in numbers if number not in shipment.numbers]
    former = connection.execute(
        sa.select(shipment_numbers.c.number).where(
            shipment_numbers.c.shipment_id == shipment.id, shipment_numbers.c.number.in_(fresh)
        )
    ).scalars()
    for number in former:
        raise InputError(
            f"{shipment.label} had {number}, which was replaced by {', '.join(shipment.numbers) or 'none'} since; "
            f"if it is right after all: fbridge tracking set {shipment.label} {number}",
            reason="was_replaced",
        )
