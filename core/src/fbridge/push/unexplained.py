"""After a restored backup: what a store shows of an order that no shipment here explains (pure).

What was made and sent after the backup is on the store and in no row of the ledger. The office makes it again, as
another shipment with another mark, and it would go out twice (docs/backups.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from fbridge.models.fulfillments import FulfillmentShipment
from fbridge.models.orders import Order, StoreShipment
from fbridge.push.judge import Proof, Verdict


def unexplained(order: Order, shipments: Sequence[FulfillmentShipment]) -> str:
    """The goods and numbers that are nobody's, in words; "" where there are none.

    ``shipments`` are all of the order's that have left. A shipment on the store is ours by its mark, its id or its
    number; pieces are explained by what is acknowledged and by what was found.
    """
    owners = {one.remote_id: _owner(one, shipments) for one in order.shipments}
    evidence = [
        *_strange_numbers(order, shipments),
        *_other_pieces(order, owners),
        *_strange_pieces(order, shipments, owners),
    ]
    return f"the database was restored from a backup, and {'; '.join(evidence)}" if evidence else ""


def after_restore(verdict: Verdict, strange: str, *, tried: bool) -> Verdict:
    """The verdict about a shipment that came out of a backup, or was made since; ``strange`` is what is unexplained.

    One that was never ``tried`` by what this database knows has no baseline. Where all that the store shows is
    explained by other shipments, it is absent.
    """
    if strange and verdict.proof is not Proof.THERE:
        return Verdict(proof=Proof.UNEXPLAINED, words=strange, remote_ids=verdict.remote_ids)
    if verdict.proof is Proof.UNPROVABLE and not tried:
        words = "the store shows nothing but what other shipments here explain"
        return Verdict(proof=Proof.ABSENT, words=words)
    return verdict


def shows(order: Order, shipment: FulfillmentShipment) -> bool:
    """Whether something on the store carries this shipment's mark, id or number."""
    return any(_owner(one, [shipment]) for one in order.shipments)


def _owner(found: StoreShipment, shipments: Sequence[FulfillmentShipment]) -> FulfillmentShipment | None:
    """Whose it is; where a number is two shipments' it is that of the one that the store is known to hold."""
    known_first = sorted(shipments, key=lambda one: one.acknowledged is None)
    for one in known_first:
        if found.mark in _marks(one):
            return one
    for one in known_first:
        # With one field for all numbers of an order its id is every shipment's.
        if found.remote_id in one.remote_ids and (found.lines or not found.numbers):
            return one
    return next((one for one in known_first if set(found.numbers) & _numbers(one)), None)


def _marks(shipment: FulfillmentShipment) -> set[str]:
    return {shipment.id, *shipment.fences}


def _numbers(shipment: FulfillmentShipment) -> set[str]:
    return {*shipment.numbers, *shipment.acknowledged_numbers, *shipment.former_numbers}


def _pieces(parcels: Iterable[StoreShipment]) -> Counter[str]:
    pieces: Counter[str] = Counter()
    for parcel in parcels:
        for line_id, quantity in parcel.lines:
            pieces[line_id] += quantity
    return pieces


def _strange_numbers(order: Order, shipments: Sequence[FulfillmentShipment]) -> Iterator[str]:
    """Where the platform does not tell what is in a parcel, its number alone tells of it."""
    marks = {mark for one in shipments for mark in _marks(one)}
    ours = {number for one in shipments for number in _numbers(one)}
    for found in order.shipments:
        if found.mark in marks or found.lines:
            continue
        for number in found.numbers:
            if number not in ours:
                yield f"the store shows the number {number}, which no shipment here has"


def _other_pieces(order: Order, owners: Mapping[str, FulfillmentShipment | None]) -> Iterator[str]:
    """Our number on other goods than ours: the parcel was made again with another content."""
    for owner in {one.id: one for one in owners.values() if one and one.acknowledged is None}.values():
        by_number = [
            one
            for one in order.shipments
            if owners[one.remote_id] is owner
            and one.mark not in _marks(owner)
            and one.remote_id not in owner.remote_ids
        ]
        told = _pieces(by_number)
        if told and told != {item.line_id: item.quantity for item in owner.items}:
            yield f"the store shows other goods under the number {', '.join(owner.numbers)}"


def _strange_pieces(
    order: Order,
    shipments: Sequence[FulfillmentShipment],
    owners: Mapping[str, FulfillmentShipment | None],
) -> Iterator[str]:
    found = {owner.id for owner in owners.values() if owner}
    explained: Counter[str] = Counter()
    for one in shipments:
        if one.acknowledged is not None or one.id in found:
            explained.update({item.line_id: item.quantity for item in one.items})
    told = _pieces(order.shipments)
    for line in order.lines:
        shown = max(line.shipped, told[line.id]) if line.shippable else 0
        if shown > explained[line.id]:
            yield (
                f"the store shows {shown} of {line.sku or line.name} as shipped, of which shipments here explain "
                f"{explained[line.id]}"
            )
