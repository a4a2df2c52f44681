"""Fulfillment orders held, released, divided, moved, opened: what the store lets an app do (texts as recorded)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import GraphQLError

from fbridge_shopify.sandbox.errors import UserErrors, invalid_id, user_error
from fbridge_shopify.sandbox.gids import number_of
from fbridge_shopify.sandbox.records import (
    ACTIVE,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Hold,
    Order,
)
from fbridge_shopify.sandbox.state import Shop
from fbridge_shopify.sandbox.viewer import Viewer

MOST_HOLDS = 10
Items = Sequence[Mapping[str, Any]]
Part = tuple[FulfillmentOrderLine, int]


def find(viewer: Viewer, identity: str) -> tuple[Order, FulfillmentOrder]:
    """A fulfillment order that the viewer may change. Raises: GraphQLError."""
    try:
        order, one = viewer.shop.fulfillment_order(number_of(identity, "FulfillmentOrder"), keep=True)
    except (LookupError, ValueError):
        raise invalid_id(identity) from None
    if not viewer.sees(one):
        raise invalid_id(identity)
    return order, one


def hold(
    viewer: Viewer, identity: str, given: Mapping[str, Any]
) -> tuple[Order, FulfillmentOrder, Hold, FulfillmentOrder | None]:
    """``fulfillmentOrderHold``: the named pieces stay here and wait, the rest gets a new fulfillment order."""
    order, one = find(viewer, identity)
    items = given.get("fulfillmentOrderLineItems") or []
    _check_hold(one, given, items)
    rest = None
    if items:
        kept = {line.id: quantity for line, quantity in _parts(one, items)}
        others = [(line, line.remaining - kept.get(line.id, 0)) for line in one.lines]
        rest = _part_off(viewer.shop, order, one, [(line, left) for line, left in others if left])
    made = Hold(
        id=viewer.shop.new_id("FulfillmentHold", order.id),
        reason=given["reason"],
        notes=given.get("reasonNotes"),
        handle=given.get("handle") or None,
        by_this_app=True,
    )
    one.holds.append(made)
    one.status = "ON_HOLD"
    _changed(viewer.shop, order, one)
    return order, one, made, rest


def _check_hold(one: FulfillmentOrder, given: Mapping[str, Any], items: Items) -> None:
    ours = [made for made in one.holds if made.by_this_app]
    if one.status not in ACTIVE:
        raise user_error("The fulfillment order is not in a splittable state.", "id", code=None)
    if len(ours) >= MOST_HOLDS:
        raise user_error(
            "The maximum number of fulfillment holds for this fulfillment order has been reached for this app. "
            "An app can only have up to 10 holds on a single fulfillment order at any one time.",
            "id",
            code="FULFILLMENT_ORDER_HOLD_LIMIT_REACHED",
        )
    if given.get("handle") and given["handle"] in {made.handle for made in ours}:
        raise user_error(
            "The handle provided for the fulfillment hold is already in use by this app for another hold on this "
            "fulfillment order.",
            *("fulfillmentHold", "handle"),
            code="DUPLICATE_FULFILLMENT_HOLD_HANDLE",
        )
    if items and one.status == "ON_HOLD":
        raise user_error(
            "The fulfillment order is not in a splittable state.",
            *("fulfillmentHold", "fulfillmentOrderLineItems"),
            code="FULFILLMENT_ORDER_NOT_SPLITTABLE",
        )
    _check_hold_items(items)


def _check_hold_items(items: Items) -> None:
    if len({item["id"] for item in items}) < len(items):
        raise user_error(
            "must contain unique line item ids",
            *("fulfillmentHold", "fulfillmentOrderLineItems"),
            code="DUPLICATED_FULFILLMENT_ORDER_LINE_ITEMS",
        )
    for place, item in enumerate(items):
        if item["quantity"] <= 0:
            raise user_error(
                "You must select at least one item to place on partial hold.",
                *("fulfillmentHold", "fulfillmentOrderLineItems", str(place), "quantity"),
                code="GREATER_THAN_ZERO",
            )


def release(viewer: Viewer, identity: str, hold_ids: Sequence[str] | None) -> tuple[Order, FulfillmentOrder]:
    """``fulfillmentOrderReleaseHold``; with the last hold, what was parted off for it comes back."""
    order, one = find(viewer, identity)
    chosen = None if hold_ids is None else {number_of(identity) for identity in hold_ids}
    one.holds = [] if chosen is None else [made for made in one.holds if made.id not in chosen]
    if not one.holds and one.status == "ON_HOLD":
        one.status = "OPEN"
        _merge_back(order, one)
    _changed(viewer.shop, order, one)
    return order, one


def _merge_back(order: Order, one: FulfillmentOrder) -> None:
    for other in order.fulfillment_orders:
        like = other.location_id == one.location_id and other.method == one.method
        if other is one or other.status != "OPEN" or not like or other.id < one.id:
            continue
        for line in other.lines:
            own = next((mine for mine in one.lines if mine.line_id == line.line_id), None)
            if own is None:
                continue
            own.total += line.total
            own.remaining += line.remaining
            line.total = line.remaining = 0
        if not any(line.remaining for line in other.lines):
            other.status = "CLOSED"


def split(viewer: Viewer, inputs: Items) -> None:
    """``fulfillmentOrderSplit``: the named pieces go to a new fulfillment order; all inputs or none.

    Raises: UserErrors.
    """
    planned = [_planned_split(viewer, place, given) for place, given in enumerate(inputs)]
    for order, one, parts in planned:
        _part_off(viewer.shop, order, one, parts)


def _planned_split(
    viewer: Viewer, place: int, given: Mapping[str, Any]
) -> tuple[Order, FulfillmentOrder, list[Part]]:
    field = ("fulfillmentOrderSplits", str(place), "fulfillmentOrderLineItems")
    items = given["fulfillmentOrderLineItems"]
    if not items:
        raise user_error(
            "There must be at least one item selected in this fulfillment to split it.",
            *field,
            code="NO_LINE_ITEMS_PROVIDED_TO_SPLIT",
        )
    for position, item in enumerate(items):
        if item["quantity"] <= 0:
            raise user_error(
                "You must select at least one item to split into a new fulfillment order.",
                *(*field, str(position), "quantity"),
                code="GREATER_THAN",
            )
    try:
        order, one = find(viewer, given["fulfillmentOrderId"])
    except GraphQLError:
        raise user_error("Fulfillment order does not exist.", code="FULFILLMENT_ORDER_NOT_FOUND") from None
    if one.status != "OPEN":
        raise user_error("The fulfillment order is not in a splittable state.")
    parts = _parts(one, items)
    if sum(quantity for _, quantity in parts) >= one.remaining:
        raise user_error("Invalid fulfillment order line item quantity requested.")
    return order, one, parts


def move(
    viewer: Viewer, identity: str, location: str, items: Items | None
) -> tuple[Order, FulfillmentOrder, FulfillmentOrder, FulfillmentOrder | None]:
    """``fulfillmentOrderMove``: order, moved, original and what remains. Raises: UserErrors."""
    order, one = find(viewer, identity)
    target = number_of(location)
    if target not in viewer.shop.locations:
        raise user_error("Location not found.", "id")
    if one.status == "IN_PROGRESS":
        raise user_error(
            "Cannot move a fulfillment order that has had progress reported. To move a fulfillment order that has "
            "had progress reported, the fulfillment order must first be marked as open resolving the ongoing "
            "progress state.",
            "id",
            code="CANNOT_MOVE_FULFILLMENT_ORDER_WITH_REPORTED_PROGRESS",
        )
    if one.status not in {"OPEN", "ON_HOLD", "SCHEDULED", "INCOMPLETE"}:
        raise user_error("Cannot change location.")
    parts = _parts(one, items) if items else []
    if not parts or sum(quantity for _, quantity in parts) == one.remaining:
        one.location_id = target
        _changed(viewer.shop, order, one)
        return order, one, one, None
    moved = _part_off(viewer.shop, order, one, parts, drop_empty=True)
    moved.location_id = target
    return order, moved, one, one


def reopen(viewer: Viewer, identity: str) -> tuple[Order, FulfillmentOrder]:
    """``fulfillmentOrderOpen``. Raises: UserErrors."""
    order, one = find(viewer, identity)
    if one.status not in {"SCHEDULED", "IN_PROGRESS"}:
        raise user_error(f"Expected fulfillment order status to be valid but it was {one.status.lower()}.")
    one.status = "OPEN"
    _changed(viewer.shop, order, one)
    return order, one


def report_progress(viewer: Viewer, identity: str) -> tuple[Order, FulfillmentOrder]:
    """``fulfillmentOrderReportProgress``. Raises: UserErrors."""
    order, one = find(viewer, identity)
    if one.status not in {"OPEN", "IN_PROGRESS"}:
        raise user_error("Cannot report progress on a fulfillment order in this state.")
    one.status = "IN_PROGRESS"
    _changed(viewer.shop, order, one)
    return order, one


def cancel(viewer: Viewer, identity: str) -> tuple[Order, FulfillmentOrder, FulfillmentOrder]:
    """``fulfillmentOrderCancel``: closed and emptied, a new one stands in its place. Raises: UserErrors."""
    order, one = find(viewer, identity)
    if one.status == "IN_PROGRESS":
        raise user_error(
            "Cannot cancel fulfillment order that has had progress reported. Mark as unfulfilled first.", "id"
        )
    if one.status not in {"OPEN", "SCHEDULED", "ON_HOLD"}:
        raise user_error("Fulfillment order is not in cancelable request state and can't be canceled.")
    given = [(line.line_id, line.remaining) for line in one.lines if line.remaining]
    one.status, one.lines, one.holds = "CLOSED", [], []
    new = viewer.shop.add_fulfillment_order(order, one, given)
    _changed(viewer.shop, order, one)
    return order, one, new


def _parts(one: FulfillmentOrder, items: Items) -> list[Part]:
    """Raises: UserErrors for lines that are not there, or more pieces than are left."""
    lines = {line.id: line for line in one.lines}
    parts = []
    for item in items:
        line = lines.get(number_of(item["id"]))
        if line is None:
            raise _plain("Fulfillment order line item does not exist.")
        if item["quantity"] > line.remaining:
            raise _plain("Invalid fulfillment order line item quantity requested.")
        parts.append((line, item["quantity"]))
    return parts


def _part_off(
    shop: Shop, order: Order, one: FulfillmentOrder, parts: Sequence[Part], *, drop_empty: bool = False
) -> FulfillmentOrder:
    """Move pieces into a fulfillment order of their own; lines of which nothing stays are moved whole."""
    new = shop.add_fulfillment_order(order, one, [(line.line_id, quantity) for line, quantity in parts])
    for line, quantity in parts:
        line.total -= quantity
        line.remaining -= quantity
    one.lines = [line for line in one.lines if line.total or not (drop_empty or len(one.lines) > 1)]
    _changed(shop, order, one)
    return new


def _changed(shop: Shop, order: Order, one: FulfillmentOrder) -> None:
    one.updated = shop.now()
    shop.touch(order)


def _plain(message: str) -> UserErrors:
    return user_error(message)
