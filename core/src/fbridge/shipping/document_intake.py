"""Taking in the ERP's shipping documents: each once, however often its file is read.

A document is known again by source, series, number and year. Over several orders it makes one shipment of each, which
have its carrier, boxes, weight and numbers in common. What belongs to no order of a store becomes an external parcel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy.engine import Connection

from fbridge.errors import InputError, NotFoundError
from fbridge.models.orders import Money
from fbridge.models.particulars import Goods
from fbridge.models.results import Outcome, Taken
from fbridge.models.shipments import Carrier, Document, ManifestHead, Shipment
from fbridge.orders.storage import lock_orders
from fbridge.references import find_carrier
from fbridge.shipping.contents import names_of
from fbridge.shipping.document_completion import complete, named, with_goods, worded
from fbridge.shipping.document_wishes import UNKNOWN_EXTERNAL, DocumentTaking, DocumentWish, PartWish
from fbridge.shipping.manifest_references import target_manifest
from fbridge.shipping.meant import find_order_of_file
from fbridge.shipping.replacements import note_replacement, refuse_unreplaceable
from fbridge.shipping.shipment_creation import Wish, create_for_order, load_candidate, routed_carrier
from fbridge.shipping.shipment_rows import load_shipment, load_shipments, users_of_numbers
from fbridge.shipping.shipment_rules import Candidate, refuse_bad_recipient
from fbridge.shipping.tracking_numbers import clean_numbers, looked_at
from fbridge.storage.tables import shipments

USUAL_CURRENCY = "EUR"


@dataclass(frozen=True, slots=True)
class _Part:
    candidate: Candidate
    wish: PartWish
    known: Shipment | None


def take_document(connection: Connection, wish: DocumentWish, *, taking: DocumentTaking) -> Taken:
    """Make or complete the shipments of one document. Raises InputError, NotFoundError: nothing is written."""
    wish = replace(wish, numbers=clean_numbers(wish.numbers))
    orders = _orders(connection, wish, taking)
    if orders is None or taking.replacement:
        return _take_external(connection, wish, taking, orders)
    lock_orders(connection, list(orders))
    parts = [_part(connection, wish, order_id, part, taking) for order_id, part in orders.items()]
    _refuse_used(connection, wish, parts, taking)
    carrier = _carrier(connection, wish, parts)
    manifest = _manifest(connection, carrier, taking) if any(part.known is None for part in parts) else None
    fresh = [part for part in parts if part.known is None]
    made = [
        load_shipment(connection, _make(connection, wish, part, carrier, manifest, taking)) for part in fresh
    ]
    old = [part.known for part in parts if part.known is not None]
    _refuse_other_cod(wish, [*old, *made])
    changed = [
        part.known
        for part in parts
        if part.known is not None
        and complete(connection, wish, part.known, carrier, taking, goods=worded(part.wish.goods))
    ]
    order_number = parts[0].candidate.order.number
    warnings = looked_at(wish.numbers, carrier.code, order_number, strict=taking.strict)
    return replace(_told(made, changed, old), warnings=warnings)


def _orders(connection: Connection, wish: DocumentWish, taking: DocumentTaking) -> dict[int, PartWish] | None:
    """The orders with what leaves of each; None for what belongs to no order."""
    found: dict[int, PartWish] = {}
    unknown: NotFoundError | None = None
    for part in wish.parts:
        try:
            order_id = find_order_of_file(connection, taking.context, part.order, part.store)
        except NotFoundError as error:
            unknown = error
            continue
        if order_id in found:
            raise InputError(
                f"Order {part.order} is named in two ways in one document.", reason="order_twice"
            )
        found[order_id] = part
    if unknown is not None and (found or taking.unknown_order != UNKNOWN_EXTERNAL):
        raise unknown
    if not found and taking.unknown_order != UNKNOWN_EXTERNAL:
        raise InputError(
            "The row names no order; parcels of no order are taken with --unknown-order external",
            reason="no_order",
        )
    return found or None


def _part(
    connection: Connection, wish: DocumentWish, order_id: int, part: PartWish, taking: DocumentTaking
) -> _Part:
    candidate = load_candidate(connection, order_id)
    known = _known_again(candidate, wish, part)
    if known is None and taking.takes_up and wish.document is None:
        known = _prepared(candidate, wish, part)
    if known is not None and part.items is not None:
        _refuse_other_goods(known, candidate, part.items)
    return _Part(candidate, part, known)


def _known_again(candidate: Candidate, wish: DocumentWish, part: PartWish) -> Shipment | None:
    """The shipment that was made of this when the file was read before."""
    if wish.document is not None:
        return next((one for one in candidate.shipments if _has(one, wish.document)), None)
    free = [one for one in candidate.shipments if one.document is None]
    if part.items is None:
        return free[-1] if free and candidate.free == 0 else None
    return next((one for one in free if _same_goods(one, candidate, part.items)), None)


def _prepared(candidate: Candidate, wish: DocumentWish, part: PartWish) -> Shipment | None:
    """What a document has prepared of these goods: by its numbers, else the only one that has not left; where all
    have left, and no number is told, the only one at all."""
    if part.items is None and candidate.free:
        return None
    made = [
        one
        for one in candidate.shipments
        if one.document is not None and (part.items is None or _same_goods(one, candidate, part.items))
    ]
    same = [one for one in made if wish.numbers and set(wish.numbers) <= set(one.numbers)]
    found = same or [one for one in made if one.shipped_at is None] or ([] if wish.numbers else made)
    if len(found) > 1:
        raise InputError(
            f"Order {candidate.label} is prepared in {', '.join(map(named, found))}; say which by its document "
            "(--document).",
            reason="several_prepared",
        )
    return found[0] if found else None


def _has(shipment: Shipment, document: Document) -> bool:
    return shipment.document is not None and shipment.document.key == document.key


def _same_goods(shipment: Shipment, candidate: Candidate, items: Mapping[str, int]) -> bool:
    by_name: dict[str, int] = {}
    skus = {line.line.id: line.line.sku for line in candidate.lines}
    for item in shipment.items:
        name = item.line_id if item.line_id in items else skus.get(item.line_id, "")
        by_name[name] = by_name.get(name, 0) + item.quantity
    return by_name == dict(items)


def _refuse_other_goods(known: Shipment, candidate: Candidate, items: Mapping[str, int]) -> None:
    if not _same_goods(known, candidate, items):
        raise InputError(
            f"{named(known)} holds other goods than this row; take it back first: fbridge shipment withdraw "
            f"{known.label}",
            reason="document_differs",
        )


def _refuse_used(
    connection: Connection, wish: DocumentWish, parts: Sequence[_Part], taking: DocumentTaking
) -> None:
    """A number is of one delivery: its own shipments may share it."""
    if taking.allow_shared or not wish.numbers:
        return
    own = {part.known.id for part in parts if part.known}
    for number, shipment_id in users_of_numbers(connection, wish.numbers).items():
        if shipment_id not in own:
            raise InputError(
                f"The tracking number {number} is already used by S{shipment_id}; if both travel under it, add "
                "--allow-shared.",
                reason="number_in_use",
            )


def _carrier(connection: Connection, wish: DocumentWish, parts: Sequence[_Part]) -> Carrier:
    if wish.carrier:
        return find_carrier(connection, wish.carrier)
    found = {}
    for part in parts:
        carrier = part.known.carrier if part.known else routed_carrier(connection, part.candidate)
        found[carrier.id] = carrier
    if len(found) > 1:
        codes = ", ".join(carrier.code for carrier in found.values())
        raise InputError(
            f"The orders of this document go with different carriers ({codes}); say which takes it.",
            reason="several_carriers",
        )
    return next(iter(found.values()))


def _manifest(connection: Connection, carrier: Carrier, taking: DocumentTaking) -> ManifestHead | None:
    return target_manifest(connection, carrier.code, taking.context) if taking.on_manifest else None


def _make(
    connection: Connection,
    wish: DocumentWish,
    part: _Part,
    carrier: Carrier,
    manifest: ManifestHead | None,
    taking: DocumentTaking,
) -> int:
    alone = len(wish.parts) == 1
    return create_for_order(
        connection,
        part.candidate,
        Wish(
            items=part.wish.items,
            numbers=wish.numbers,
            parcels=wish.parcels,
            weight_grams=wish.weight_grams,
            # Only where the store does not tell what is due the file may: else it is compared with what is due.
            cod=wish.cod if alone and wish.cod and part.candidate.order.payment.amount_due is None else None,
            warehouse=wish.warehouse,
            document=wish.document,
            particulars=with_goods(wish.particulars, worded(part.wish.goods)),
            allow_shared=True,
        ),
        carrier=carrier,
        manifest=manifest,
        at=taking.context.now(),
    )


def _refuse_other_cod(wish: DocumentWish, goods: Sequence[Shipment]) -> None:
    if wish.cod is None:
        return
    due = sum((one.cod.amount for one in goods if one.cod), Decimal(0))
    others = {one.cod.currency for one in goods if one.cod} - {wish.currency}
    if due != wish.cod or (wish.currency and others):
        orders = ", ".join(f"{one.order_number}: {one.cod or 'nothing'}" for one in goods)
        raise InputError(
            f"The document collects {' '.join(filter(None, (str(wish.cod), wish.currency)))} at the door, but {due} "
            f"is due ({orders}).",
            reason="cod_differs",
        )


def _take_external(
    connection: Connection, wish: DocumentWish, taking: DocumentTaking, orders: Mapping[int, PartWish] | None
) -> Taken:
    """A parcel of no order, or goods sent once more for an order that is done."""
    if wish.document is None:
        raise InputError(
            "What belongs to no order, or replaces goods, needs a document number: by it the row is known again.",
            reason="document_needed",
        )
    same = shipments.c.document_key == wish.document.key
    known = load_shipments(connection, same, shipments.c.order_id.is_(None))
    candidate = _of_replaced(connection, orders) if orders else None
    if candidate is None:
        refuse_bad_recipient(wish.recipient)
    else:
        wish = replace(wish, recipient=candidate.order.ship_to)
    goods = _external_goods(wish, candidate)
    if known:
        carrier = find_carrier(connection, wish.carrier) if wish.carrier else known[0].carrier
        changed = complete(connection, wish, known[0], carrier, taking, goods=goods)
        return _told([], [known[0]] if changed else [], known)
    if candidate is not None:
        refuse_unreplaceable(candidate)
    carrier = _carrier_of_external(connection, wish, candidate)
    shipment_id = taking.acts.external(
        connection,
        carrier=carrier,
        manifest=_manifest(connection, carrier, taking),
        recipient=wish.recipient,
        numbers=wish.numbers,
        parcels=wish.parcels,
        weight_grams=wish.weight_grams,
        cod=Money(amount=wish.cod, currency=wish.currency or USUAL_CURRENCY) if wish.cod else None,
        document=wish.document,
        warehouse=wish.warehouse,
        particulars=with_goods(wish.particulars, goods),
        allow_shared=taking.allow_shared,
    )
    if candidate is not None:
        note_replacement(connection, candidate, shipment_id, taking.context.now())
    return _told([load_shipment(connection, shipment_id)], [], [])


def _external_goods(wish: DocumentWish, candidate: Candidate | None) -> tuple[Goods, ...]:
    """What is in a parcel of no order, or of what is sent once more for one: there its lines have names."""
    told = (*wish.goods, *(one for part in wish.parts for one in part.goods))
    names = {} if candidate is None else names_of([one.line for one in candidate.lines])
    return tuple(replace(one, description=one.description or names.get(one.article, "")) for one in told)


def _of_replaced(connection: Connection, orders: Mapping[int, PartWish]) -> Candidate:
    if len(orders) > 1:
        raise InputError("A replacement is for one order.", reason="several_orders")
    lock_orders(connection, list(orders))
    return load_candidate(connection, next(iter(orders)))


def _carrier_of_external(connection: Connection, wish: DocumentWish, candidate: Candidate | None) -> Carrier:
    if wish.carrier:
        return find_carrier(connection, wish.carrier)
    if candidate is None:
        raise InputError("A parcel of no order needs a carrier.", reason="no_carrier")
    return routed_carrier(connection, candidate)


def _told(made: Sequence[Shipment], changed: Sequence[Shipment], old: Sequence[Shipment]) -> Taken:
    labels = tuple(one.label for one in (*old, *made))
    outcome = Outcome.TAKEN if made else Outcome.CHANGED if changed else Outcome.ALREADY_THERE
    words = {
        Outcome.TAKEN: f"{', '.join(one.label for one in made)} made.",
        Outcome.CHANGED: f"{', '.join(one.label for one in changed)} completed.",
        Outcome.ALREADY_THERE: f"{', '.join(labels)} had it already.",
    }
    return Taken(outcome=outcome, reason=str(outcome), words=words[outcome], labels=labels)
