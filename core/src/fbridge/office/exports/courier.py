"""``manifest export``: what a courier's program reads, before there are numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from fbridge.errors import InputError
from fbridge.models.orders import Money
from fbridge.models.shipments import Manifest
from fbridge.office.exports.courier_values import COURIER_VALUES, TOTALS, CourierRow, CourierTotals
from fbridge.office.exports.fields import COURIER
from fbridge.office.exports.maps import EACH_PARCEL, POSTAGE, ExportMap, ExportMaps
from fbridge.office.exports.records import Records
from fbridge.shipping.courier_exports import Parcel, courier_changes, courier_parcels, keep_told

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from fbridge.bridge import Bridge

USUAL_COLLECTION = "cash"


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierFile:
    """A file for a courier's program: its content, of which manifest, and how many rows and shipments it holds."""

    content: bytes
    manifest: Manifest
    rows: int
    shipments: int


def export_manifest(
    bridge: Bridge,
    ref: str,
    map_name: str,
    write: Callable[[CourierFile], object],
    *,
    only_changed: bool = False,
    plan: bool = False,
) -> CourierFile:
    """Hand a manifest to ``write`` as its courier's program reads it, and remember then what that was told.

    ``only_changed``: those shipments alone that are not as it was told before. ``plan``: nothing is remembered.

    Raises: NotFoundError, ConfigError (the map), InputError (``does_not_fit`` with all values that do not; nothing to
    export), and what ``write`` raises: then nothing is remembered.
    """
    context = bridge.context
    made = ExportMaps(context.settings).get(map_name, COURIER)
    manifest, parcels = courier_parcels(context, ref)
    if only_changed:
        parcels = _changed(bridge, manifest, parcels)
    rows = courier_rows(manifest, parcels, made, context.local_date(context.now()))
    content = courier_content(rows, manifest, made, context.timezone)
    file = CourierFile(content=content, manifest=manifest, rows=len(rows), shipments=len(parcels))
    write(file)
    if not plan:
        keep_told(context, manifest, parcels, map_name)
    return file


def _changed(bridge: Bridge, manifest: Manifest, parcels: Sequence[Parcel]) -> tuple[Parcel, ...]:
    """A document's shipments go together: their cash is one sum."""
    with bridge.context.database.read() as connection:
        labels = {one.shipment for one in courier_changes(connection, bridge.context.now())}
    keys = {_key(one) for one in parcels if one.shipment.label in labels}
    found = tuple(one for one in parcels if _key(one) in keys)
    if not found:
        raise InputError(
            f"Nothing on manifest {manifest.number} is otherwise than its courier's program was told.",
            reason="nothing_to_export",
        )
    return found


def _key(one: Parcel) -> str:
    return one.shipment.document.key if one.shipment.document else one.shipment.label


def courier_rows(
    manifest: Manifest, parcels: Sequence[Parcel], made: ExportMap, today: date
) -> list[CourierRow]:
    """A row for each that the courier takes, or for each of its parcels.

    Shipments of one document are the same boxes.
    """
    together: dict[str, list[Parcel]] = {}
    for one in parcels:
        together.setdefault(_key(one), []).append(one)
    rows = [_row(manifest, of_one, made, today) for of_one in together.values()]
    return [one for row in rows for one in row.each_parcel()] if made.rows == EACH_PARCEL else rows


def _row(manifest: Manifest, parcels: Sequence[Parcel], made: ExportMap, today: date) -> CourierRow:
    first = parcels[0]
    return CourierRow(
        shipment=first.shipment,
        manifest=manifest.number,
        to=first.to,
        orders=tuple(one.shipment.order_number for one in parcels if one.shipment.order_number),
        cod=_cash(parcels),
        collection=made.collections.get(first.payment_method, USUAL_COLLECTION),
        porto=_porto(first, made),
        note=" ".join(dict.fromkeys(one.note for one in parcels if one.note)),
        today=today,
    )


def _porto(one: Parcel, made: ExportMap) -> str:
    """Who pays the courier: as the ERP's file said of the document, else as the map says."""
    told = one.shipment.particulars.freight if one.shipment.particulars else ""
    known = [word for word in POSTAGE if word in told.casefold()]
    return known[0] if len(known) == 1 else told or made.porto


def _cash(parcels: Sequence[Parcel]) -> Money | None:
    cash = [one.shipment.cod for one in parcels if one.shipment.cod]
    if len({one.currency for one in cash}) > 1:
        raise InputError(
            f"{parcels[0].shipment.label}: its document collects {', '.join(map(str, cash))}; a courier collects one "
            "currency for a parcel.",
            reason="two_currencies",
        )
    return (
        Money(amount=sum((one.amount for one in cash), Decimal(0)), currency=cash[0].currency)
        if cash
        else None
    )


def courier_content(rows: Sequence[CourierRow], manifest: Manifest, made: ExportMap, zone: ZoneInfo) -> bytes:
    """The whole file. Raises InputError with all values that do not fit."""
    records = Records(made, zone)
    today = rows[0].today
    totals = CourierTotals(
        manifest=manifest.number,
        carrier=manifest.carrier,
        today=today,
        count=len(rows),
        parcels=sum(row.shipment.parcels for row in rows if row.is_first),
        weight_grams=sum(row.weight_grams or 0 for row in rows),
        cod=sum((row.cod.amount for row in rows if row.cod), Decimal(0)),
    )
    lines = [records.headings(), records.record("first record", made.head, lambda name: TOTALS[name](totals))]
    for row in rows:
        lines.append(records.record(row.shipment.label, made.fields, partial(_value, row)))
        for one in row.each_parcel() if made.parcel_records else ():
            where = f"{row.shipment.label} parcel {one.parcel}"
            lines.append(records.record(where, made.parcel_records, partial(_value, one)))
    lines.append(records.record("last record", made.tail, lambda name: TOTALS[name](totals)))
    records.refuse_unfit()
    return "".join(lines).encode(made.encoding)


def _value(row: CourierRow, name: str) -> Any:
    return COURIER_VALUES[name](row)
