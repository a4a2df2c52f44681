"""What a file tells anew of a document that is there: numbers, parcels, carrier, and what its paper tells."""

from __future__ import annotations

from dataclasses import fields, replace

from sqlalchemy.engine import Connection

from fbridge.errors import InputError
from fbridge.models.particulars import NO_PARTICULARS, Goods, Particulars
from fbridge.models.shipments import Carrier, Shipment
from fbridge.shipping.document_wishes import DocumentTaking, DocumentWish
from fbridge.shipping.manifest_filling import add_to_manifest
from fbridge.shipping.manifest_references import target_manifest
from fbridge.shipping.particulars_rows import particulars_to_json
from fbridge.shipping.shipment_rows import update_shipments


def named(shipment: Shipment) -> str:
    """``S12 (document ERP/A/125/2026)``."""
    return f"{shipment.label} (document {shipment.document})" if shipment.document else shipment.label


def complete(
    connection: Connection,
    wish: DocumentWish,
    known: Shipment,
    carrier: Carrier,
    taking: DocumentTaking,
    *,
    goods: tuple[Goods, ...],
) -> bool:
    """Give a shipment that is there what the file tells anew; whether anything was new."""
    fresh = wish.numbers if set(wish.numbers) - set(known.numbers) else ()
    parcels = wish.parcels if wish.parcels not in {None, known.parcels} else None
    other = carrier.code if wish.carrier and carrier.id != known.carrier.id else None
    if wish.weight_grams is not None and wish.weight_grams != known.weight_grams:
        raise InputError(
            f"{named(known)} weighs {known.weight_grams or 'nothing'} g here and {wish.weight_grams} g in the file; "
            f"take it back first: fbridge shipment withdraw {known.label}",
            reason="document_differs",
        )
    if fresh or parcels or other:
        taking.acts.correct(
            connection,
            known.id,
            fresh,
            carrier=other,
            parcels=parcels or max(known.parcels, len(fresh)),
            allow_shared=True,
        )
    put = _put_on(connection, known, carrier, taking)
    told = _complete_paper(connection, wish, known, goods)
    return bool(fresh or parcels or other) or put or told


def worded(goods: tuple[Goods, ...]) -> tuple[Goods, ...]:
    """The goods of an order where the file says more of them than which and how many: else the order knows better."""
    return goods if any(one.description or one.unit or one.shelf for one in goods) else ()


def with_goods(told: Particulars | None, goods: tuple[Goods, ...]) -> Particulars | None:
    """What the paper tells, with its goods; None for nothing."""
    found = replace(told or NO_PARTICULARS, goods=goods)
    return None if found == NO_PARTICULARS else found


def _complete_paper(
    connection: Connection, wish: DocumentWish, known: Shipment, goods: tuple[Goods, ...]
) -> bool:
    """Take over what the file says of the paper, and a date that was not known."""
    values: dict[str, object] = {}
    before = known.particulars or NO_PARTICULARS
    particulars = _over(before, with_goods(wish.particulars, goods) or NO_PARTICULARS)
    if particulars != before:
        values["particulars"] = particulars_to_json(particulars)
    day = wish.document.date if wish.document else None
    if day is not None and known.document is not None and known.document.date is None:
        values["document_date"] = day
    if values:
        update_shipments(connection, [known.id], **values)
    return bool(values)


def _over(before: Particulars, told: Particulars) -> Particulars:
    """What a file says over what was known; of what it does not speak stays as it is."""
    said = {one.name: getattr(told, one.name) for one in fields(told)}
    return replace(
        before, **{name: value for name, value in said.items() if value != getattr(NO_PARTICULARS, name)}
    )


def _put_on(connection: Connection, known: Shipment, carrier: Carrier, taking: DocumentTaking) -> bool:
    if not taking.on_manifest or known.manifest or known.shipped_at:
        return False
    manifest = target_manifest(connection, carrier.code, taking.context)
    (result,) = add_to_manifest(connection, manifest, [known.label], store=None, at=taking.context.now())
    if not result.ok:
        raise InputError(result.words, reason=result.reason)
    return True
