"""The rows of the order meta ``_wc_shipment_tracking_items``: where AST and WST keep tracking numbers. Pure.

Both plugins read the array as it is, so a row under a tracking id of our own arrives together with the status,
and writing it again changes nothing (observed with AST 3.7.9 and WST 2.3.1). The id of a shipment's first number
is the shipment's UUID, so that it is found again after a lost answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any
from uuid import NAMESPACE_URL, RFC_4122, UUID, uuid5

from fbridge.adapterkit import payloads
from fbridge.adapterkit.payloads import text
from fbridge.models.fulfillments import FulfillmentShipment, ResolvedCarrier, TrackingNumber
from fbridge.models.orders import StoreShipment
from fbridge_woocommerce.slugs import sanitize_title

Row = dict[str, Any]

SPARE_NUMBERS = 20

_UUID_VERSIONS = (4, 5, 7)


def shipment_uuid(shipment_id: str) -> UUID:
    """The shipment's id as a UUID; another kind of id gets one that stays the same."""
    try:
        return UUID(shipment_id)
    except ValueError:
        return uuid5(NAMESPACE_URL, f"fbridge:shipment:{shipment_id}")


def tracking_id(shipment_id: str, index: int) -> str:
    """Our id (32 hex digits) for the number at ``index`` among those of a shipment that we enter."""
    base = shipment_uuid(shipment_id)
    return base.hex if index == 0 else uuid5(base, str(index)).hex


def rows_in(value: Any) -> list[Row]:
    """The rows in the meta value as the store gives it; PHP turns a list with gaps into an object.

    An object whose values are all objects is a list under other keys, and a text may hold the list as JSON.
    """
    if isinstance(value, str):
        value = _json_in(value)
    if isinstance(value, Mapping) and value and all(isinstance(row, Mapping) for row in value.values()):
        value = list(value.values())
    return [dict(row) for row in payloads.rows(value)]


def _json_in(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def number_of(row: Mapping[str, Any]) -> str:
    """The row's tracking number."""
    return text(row.get("tracking_number")).strip()


def carrier_of(row: Mapping[str, Any]) -> str:
    """The row's carrier: the provider's slug, or the free name."""
    return text(row.get("tracking_provider")) or text(row.get("custom_tracking_provider"))


def _id_of(row: Mapping[str, Any]) -> str:
    return text(row.get("tracking_id"))


def store_shipments(rows: Sequence[Row]) -> tuple[StoreShipment, ...]:
    """The rows as the core sees them, with the mark where an id may be one of ours.

    An id of the plugins is random too, so one in many looks like a UUID; such a mark belongs to no shipment.
    """
    marks = _marks(_id_of(row) for row in rows)
    return tuple(
        StoreShipment(
            remote_id=_id_of(row),
            mark=marks.get(_id_of(row)),
            numbers=(number_of(row),) if number_of(row) else (),
            carrier=carrier_of(row),
        )
        for row in rows
    )


def _marks(ids: Iterable[str]) -> dict[str, str]:
    present = tuple(ids)
    marks = {own: str(UUID(own)) for own in present if _may_be_ours(own)}
    for mark in tuple(marks.values()):
        further = {tracking_id(mark, index) for index in range(1, len(present))}
        marks |= {own: mark for own in present if own in further}
    return marks


def _may_be_ours(own: str) -> bool:
    try:
        candidate = UUID(hex=own)
    except ValueError:
        return False
    return candidate.variant == RFC_4122 and candidate.version in _UUID_VERSIONS


@dataclass(frozen=True, slots=True)
class RowStyle:
    """How the store's plugin wants carriers written.

    ``spellings``: a carrier's code to what is written instead, because the plugin finds no carrier under the code; ""
    for a carrier's own name and link. ``own_links``: the plugin shows the row's own link where it finds no carrier,
    so it is always written (seen with AST 3.9.2).
    """

    spellings: Mapping[str, str] = field(default_factory=dict)
    own_links: bool = False

    def provider(self, carrier: ResolvedCarrier | None) -> str:
        """What is written as ``tracking_provider``."""
        code = carrier.site_code if carrier else None
        return self.spellings.get(code, code) if code else ""


PLAIN_STYLE = RowStyle()


@dataclass(frozen=True, slots=True)
class RowsPlan:
    """The array as it shall be, and for each planned shipment the ids of the rows that hold its numbers."""

    rows: tuple[Row, ...]
    changed: bool
    ids: Mapping[str, tuple[str, ...]]


def plan_rows(
    rows: Sequence[Row],
    shipments: Sequence[FulfillmentShipment],
    everyone: Sequence[FulfillmentShipment] = (),
    style: RowStyle = PLAIN_STYLE,
) -> RowsPlan:
    """Bring the rows to what the shipments want: theirs replaced, added or removed, all others untouched.

    A number that somebody else entered for the order is not entered twice (C7). ``everyone`` are all shipments of the
    order that have left: what belongs to a sibling is not touched.
    """
    wanted = list(rows)
    ids: dict[str, tuple[str, ...]] = {}
    for shipment in shipments:
        siblings = [one for one in everyone if one.id != shipment.id]
        wanted, ids[shipment.id] = _with_shipment(wanted, shipment, siblings, style)
    return RowsPlan(rows=tuple(wanted), changed=wanted != list(rows), ids=ids)


def _with_shipment(
    rows: list[Row],
    shipment: FulfillmentShipment,
    siblings: Sequence[FulfillmentShipment],
    style: RowStyle,
) -> tuple[list[Row], tuple[str, ...]]:
    own = _ids_of(shipment) if rows else set()
    ours = [row for row in rows if _id_of(row) in own or is_former(row, shipment, siblings)]
    found = {number_of(row): _id_of(row) for row in rows if row not in ours}
    entered = [entry for entry in shipment.tracking if entry.number not in found]
    entered = list({entry.number: entry for entry in entered}.values())
    made = [_id_of(row) for row in ours if _id_of(row) not in own]
    free = (made + [tracking_id(shipment.id, index) for index in range(len(entered))])[: len(entered)]
    new = [
        _row(shipment, entry, own, _by_id(ours, own), style) for entry, own in zip(entered, free, strict=True)
    ]
    ids = {number_of(row): str(row["tracking_id"]) for row in new}
    return _replaced(rows, ours, new), tuple(ids.get(number) or found[number] for number in shipment.numbers)


def _ids_of(shipment: FulfillmentShipment) -> set[str]:
    """Our ids for its rows: an earlier revision may have had more numbers than we know of."""
    most = max(len(shipment.tracking), len(shipment.acknowledged_numbers)) + SPARE_NUMBERS
    return {tracking_id(shipment.id, index) for index in range(most)}


def is_former(
    row: Mapping[str, Any], shipment: FulfillmentShipment, siblings: Iterable[FulfillmentShipment]
) -> bool:
    """Whether a row, under whatever id the plugin's own route gave it, holds a former number of the shipment.

    A number that the store took as ours stands under an id that its answer gave; others with it are somebody else's.
    """
    row_id, number = _id_of(row), number_of(row)
    if not shipment.replaces(row_id, number):
        return False
    if number in shipment.acknowledged_numbers and row_id not in shipment.remote_ids:
        return False
    return not any(
        number in one.numbers or row_id in one.remote_ids or row_id in _ids_of(one) for one in siblings
    )


def _by_id(rows: Sequence[Row], own: str) -> Row:
    return next((row for row in rows if row.get("tracking_id") == own), {})


def _replaced(rows: Sequence[Row], ours: Sequence[Row], new: Sequence[Row]) -> list[Row]:
    """``rows`` with ours replaced where they stand, surplus ones left out and further ones added at the end."""
    by_id = {row["tracking_id"]: row for row in new}
    result = []
    for row in rows:
        if row not in ours:
            result.append(row)
        elif _id_of(row) in by_id:
            result.append(by_id.pop(_id_of(row)))
    return [*result, *by_id.values()]


def _row(shipment: FulfillmentShipment, entry: TrackingNumber, own: str, before: Row, style: RowStyle) -> Row:
    after = {
        **_blank_row(),
        **before,
        **carrier_fields(shipment.carrier, entry.url, style),
        "tracking_number": entry.number,
        "date_shipped": _unix_day(shipment.shipped_at),
        "tracking_id": own,
    }
    return before if _shows_the_same(before, after) else after


def _blank_row() -> Row:
    """As AST writes it; WST ignores what it does not know."""
    return {
        "tracking_provider": "",
        "custom_tracking_provider": "",
        "custom_tracking_link": "",
        "tracking_number": "",
        "tracking_product_code": "",
        "source": "REST_API",
        "date_shipped": "",
        "status_shipped": "",
        "tracking_id": "",
        "user_id": 0,
    }


def carrier_fields(carrier: ResolvedCarrier | None, url: str, style: RowStyle) -> Row:
    """A provider that the plugin knows makes its own link; a free name needs ours."""
    provider = style.provider(carrier)
    if provider:
        name, link = "", url if style.own_links else ""
    else:
        provider, name, link = "", carrier.label if carrier else "", url
    return {
        "tracking_provider": provider,
        "custom_tracking_provider": name,
        "custom_tracking_link": link,
    }


def _unix_day(moment: datetime) -> str:
    """The day as the plugins keep it, whatever the store's zone: its midnight in UTC."""
    midnight = datetime.combine(moment.date(), time.min, UTC)
    return str(int(midnight.timestamp()))


def _shows_the_same(before: Row, after: Row) -> bool:
    """Plugins rewrite rows in their own spelling: a name for a slug, null for "", a number for a string.

    A name that we want because the slug is not found is not the same as that slug.
    """
    wanted, found = str(after.get("tracking_provider") or ""), str(before.get("tracking_provider") or "")
    by_name = wanted != sanitize_title(wanted)
    return bool(before) and _shown(before) == _shown(after) and (not by_name or wanted == found)


def _shown(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        sanitize_title(str(row.get("tracking_provider") or "")),
        str(row.get("custom_tracking_provider") or ""),
        str(row.get("custom_tracking_link") or ""),
        number_of(row),
        str(row.get("date_shipped") or ""),
    )
