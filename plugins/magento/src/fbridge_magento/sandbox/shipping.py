"""``POST /V1/order/{id}/ship``: what is looked at, in which order, and what is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fbridge_magento.sandbox import pace
from fbridge_magento.sandbox.data_objects import (
    SHIPMENT_ARGUMENTS,
    SHIPMENT_COMMENT,
    SHIPMENT_ITEM,
    SHIPMENT_TRACK,
    SOURCE,
)
from fbridge_magento.sandbox.errors import could_not_ship, no_entity, not_shippable
from fbridge_magento.sandbox.order_status import set_state, settle
from fbridge_magento.sandbox.records import (
    OrderParts,
    OrderRecord,
    ShipmentComment,
    ShipmentParts,
    ShipmentRecord,
    Track,
)
from fbridge_magento.sandbox.shipping_plan import PlannedRow, Rows, everything, plan, register
from fbridge_magento.sandbox.state import Shop, stored

NO_PRODUCTS = "You can't create a shipment without products."
WRONG_BUNDLE = (
    'Cannot create shipment as bundle product "{}" has shipment type "{}". {} should be shipped instead.'
)
NOT_READY = frozenset({"payment_review", "holded", "canceled"})
TITLE_LENGTH, CARRIER_LENGTH, NUMBER_LENGTH = 255, 32, 65535


@dataclass(frozen=True, slots=True)
class ShipRequest:
    """What the body asks for. Unknown keys at the top do not count, which makes misspelt ones dangerous."""

    items: list[dict[str, Any]] = field(default_factory=list)
    tracks: list[dict[str, Any]] = field(default_factory=list)
    comment: dict[str, Any] | None = None
    notify: bool = False
    append_comment: bool = False
    source_code: str | None = None


def read_request(body: Any, most: int | None = None) -> ShipRequest:
    """The parameters of the service; ``most`` entries in a list. Raises: RestError (400)."""
    given = body if isinstance(body, dict) else {}

    def value(name: str, snake: str) -> Any:
        return given.get(name, given.get(snake))

    arguments = SHIPMENT_ARGUMENTS.read(given.get("arguments"))
    comment = given.get("comment")
    return ShipRequest(
        items=SHIPMENT_ITEM.read_list(given.get("items"), most),
        tracks=SHIPMENT_TRACK.read_list(given.get("tracks"), most),
        comment=None if comment is None else SHIPMENT_COMMENT.read(comment),
        notify=bool(value("notify", "notify")),
        append_comment=bool(value("appendComment", "append_comment")),
        source_code=SOURCE.read(arguments.get("extension_attributes")).get("source_code"),
    )


def ship(shop: Shop, order_id: int, request: ShipRequest) -> int:
    """Make the shipment and return its id. Raises: RestError (400, 404).

    The order's row is locked meanwhile, so that equal requests at once find different remains. The mail leaves
    after all is saved, within the request; when it does not, nothing tells.
    """
    with shop.row_lock(order_id):
        shop.pace.wait(pace.SHIP)
        with shop.lock:
            shipment = _create(shop, order_id, request)
    if request.notify:
        comment = request.comment if request.append_comment else None
        shop.send_mail(shipment, comment["comment"] if comment else None)
    return shipment.id


def _create(shop: Shop, order_id: int, request: ShipRequest) -> ShipmentRecord:
    record = shop.orders.get(order_id)
    if record is None:
        raise no_entity()
    parts = shop.parts_to_change(record)
    rows = Rows(parts.items)
    asked = {item.get("order_item_id"): item.get("qty") for item in request.items}
    planned = plan(rows, asked or everything(rows))
    messages = [*_order_messages(record, parts, rows), *_shipment_messages(planned, request.tracks)]
    messages += _bundle_messages(rows, asked)
    if messages:
        raise not_shippable(messages)
    _check_saving(shop, request, planned)
    shipment = _save(shop, record, request, planned)
    register(planned, shop.now())
    if record.state == "new":
        set_state(record, "processing")
        shop.touch(record)
    parts.payment_notes += 0 if parts.invoiced else 1
    settle(shop, record, parts)
    return shipment


def _order_messages(record: OrderRecord, parts: OrderParts, rows: Rows) -> list[str]:
    if record.state in NOT_READY or parts.shipping is None:
        return [f"A shipment cannot be created when an order has a status of {record.status}"]
    if not rows.anything_to_ship():
        return ["The order does not allow a shipment to be created."]
    return []


def _shipment_messages(planned: Iterable[PlannedRow], tracks: Iterable[Mapping[str, Any]]) -> list[str]:
    messages = [] if sum(row.quantity for row in planned) > 0 else [NO_PRODUCTS]
    return messages + ["Please enter a tracking number." for track in tracks if not track.get("track_number")]


def _bundle_messages(rows: Rows, asked: Mapping[Any, Any]) -> list[str]:
    messages = []
    for item in rows.items:
        if item.id not in asked or not rows.is_dummy(item):
            continue
        parent = rows.parent(item)
        if rows.has_children(item) and item.kind == "bundle":
            messages.append(WRONG_BUNDLE.format(item.sku, "Separately", "Bundle product options"))
        elif parent is not None and parent.kind == "bundle":
            messages.append(WRONG_BUNDLE.format(parent.sku, "Together", "Bundle product itself"))
    return messages


def _check_saving(shop: Shop, request: ShipRequest, planned: Iterable[PlannedRow]) -> None:
    """What the database refuses, after all the rules of the shop were kept."""
    if any(not track.get("carrier_code") for track in request.tracks):
        raise could_not_ship()
    if request.source_code is not None and request.source_code not in shop.settings.sources:
        raise could_not_ship()
    # Seen of a source that is named and of the default one, which holds none of the goods or has no row for them.
    source = request.source_code or "default"
    if any(row.quantity > shop.pieces_of(source, row.item.sku) for row in planned):
        raise could_not_ship()


def _save(
    shop: Shop, record: OrderRecord, request: ShipRequest, planned: Iterable[PlannedRow]
) -> ShipmentRecord:
    now = shop.now()
    counted = [row for row in planned if row.quantity > 0 or not row.hidden]
    parts = ShipmentParts(
        items=[(next(shop.shipment_item_ids), row.item, row.quantity) for row in counted if not row.hidden],
        total=sum(row.quantity for row in counted if not row.hidden),
        tracks=[new_track(shop, track, now) for track in request.tracks],
        source_code=request.source_code or "default",
    )
    if request.comment is not None:
        notified = int(request.append_comment and request.notify)
        parts.comments.append(_comment(shop, request.comment, now, notified))
    shop.shipment_numbers[record.store_id] += 1
    number = shop.shipment_numbers[record.store_id]
    shipment = ShipmentRecord(next(shop.shipment_ids), record.id, record.store_id, number, now, now, parts)
    shop.add_shipments([shipment])
    return shipment


def new_track(shop: Shop, given: Mapping[str, Any], now: int) -> Track:
    """A track as the database keeps it: too long a text is cut without a word."""
    title = given.get("title")
    return Track(
        id=next(shop.track_ids),
        number=stored(str(given["track_number"]))[:NUMBER_LENGTH],
        title=None if title is None else stored(title)[:TITLE_LENGTH],
        carrier_code=stored(str(given["carrier_code"]))[:CARRIER_LENGTH],
        created=now,
        updated=now,
        weight=given.get("weight"),
        qty=given.get("qty"),
        description=given.get("description"),
    )


def _comment(shop: Shop, given: Mapping[str, Any], now: int, notified: int) -> ShipmentComment:
    text, visible = stored(given.get("comment") or ""), given.get("is_visible_on_front") or 0
    return ShipmentComment(next(shop.comment_ids), now, text, notified, visible)
