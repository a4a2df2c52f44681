"""Ships goods, corrects numbers and takes shipments back, as the store does (texts as recorded)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fbridge_shopify.sandbox.errors import invalid_id, user_error
from fbridge_shopify.sandbox.gids import number_of
from fbridge_shopify.sandbox.records import (
    ACTIVE,
    FULFILLABLE,
    Fulfillment,
    FulfillmentLine,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Order,
    Tracking,
)
from fbridge_shopify.sandbox.state import Shop
from fbridge_shopify.sandbox.viewer import Viewer

KNOWN_CARRIERS = frozenset(
    {"BRT", "DHL Express", "DPD", "FedEx", "GLS", "GLS Italy", "Poste Italiane", "TNT", "UPS"}
)
"""Some of the names that Shopify builds a link for by itself; how these look is not published."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Pieces to be shipped out of a fulfillment order."""

    source: FulfillmentOrder
    line: FulfillmentOrderLine
    quantity: int


def fulfil(viewer: Viewer, given: Mapping[str, Any], message: str | None = None) -> tuple[Order, Fulfillment]:
    """``fulfillmentCreate``. Raises: UserErrors; GraphQLError for a nonsense id."""
    groups = given["lineItemsByFulfillmentOrder"]
    _check_quantities(groups)
    found = [_fulfillment_order(viewer, group["fulfillmentOrderId"]) for group in groups]
    _check_together([order for order, _ in found], [one for _, one in found])
    for _, one in found:
        if one.status not in FULFILLABLE:
            raise user_error(
                f"Fulfillment order {one.id} has an unfulfillable status= {one.status.lower()}.",
                "fulfillment",
            )
    taken = [
        piece
        for group, (_, one) in zip(groups, found, strict=True)
        for piece in _taken(one, group.get("fulfillmentOrderLineItems"))
    ]
    _check_sums(taken)
    return found[0][0], ship(
        viewer.shop,
        found[0][0],
        taken,
        tracking=tracking_of(given.get("trackingInfo")),
        notify=bool(given.get("notifyCustomer")),
        message=message,
    )


def ship(
    shop: Shop,
    order: Order,
    taken: Sequence[Taken],
    *,
    tracking: Sequence[Tracking] = (),
    notify: bool = False,
    message: str | None = None,
) -> Fulfillment:
    """Make a fulfillment of these pieces, and what follows from it."""
    now, sources = shop.now(), {piece.source.id: piece.source for piece in taken}
    made = Fulfillment(
        id=shop.new_id("Fulfillment", order.id),
        order_id=order.id,
        name=f"{order.name}-F{len(order.fulfillments) + 1}",
        location_id=taken[0].source.location_id,
        created=now,
        updated=now,
        lines=[
            FulfillmentLine(
                shop.new_id("FulfillmentLineItem", order.id),
                piece.line.line_id,
                piece.quantity,
                piece.line.id,
            )
            for piece in taken
        ],
        fulfillment_order_ids=list(sources),
        tracking=list(tracking),
        notify=notify,
        message=message,
    )
    for piece in taken:
        piece.line.remaining -= piece.quantity
    for source in sources.values():
        source.status = "IN_PROGRESS" if any(line.remaining for line in source.lines) else "CLOSED"
        source.updated = now
    order.fulfillments.append(made)
    shop.after_change(order)
    if notify:
        shop.send_mail(order, "shipping_confirmation", [one.number for one in tracking if one.number])
    return made


def update_tracking(
    viewer: Viewer, identity: str, given: Mapping[str, Any], *, notify: bool | None
) -> tuple[Order, Fulfillment]:
    """``fulfillmentTrackingInfoUpdate``: the new list takes the place of the old one. Raises: UserErrors."""
    order, made = _fulfillment(viewer, identity, "Fulfillment does not exist.", "fulfillmentId")
    made.tracking = tracking_of(given)
    made.updated = viewer.shop.now()
    if notify is not None:
        made.notify = notify
    viewer.shop.touch(order)
    if notify:
        viewer.shop.send_mail(order, "shipping_update", [one.number for one in made.tracking if one.number])
    return order, made


def take_back(viewer: Viewer, identity: str) -> tuple[Order, Fulfillment]:
    """``fulfillmentCancel``; a second time changes nothing. Raises: UserErrors."""
    order, made = _fulfillment(viewer, identity, "Fulfillment not found.", "id")
    if made.status != "CANCELLED":
        undo(viewer.shop, order, made)
    return order, made


def undo(shop: Shop, order: Order, made: Fulfillment) -> None:
    """Cancel a fulfillment, and what follows from it."""
    made.status, made.display_status, made.updated = "CANCELLED", "CANCELED", shop.now()
    for source in [one for one in order.fulfillment_orders if one.id in made.fulfillment_order_ids]:
        _return_to(shop, order, source, made)
    order.closed = None
    shop.touch(order)


def _return_to(shop: Shop, order: Order, source: FulfillmentOrder, made: Fulfillment) -> None:
    """A closed fulfillment order stays closed, with its pieces shown again; a new one takes them."""
    returned = [
        (line, piece.quantity) for line in source.lines for piece in made.lines if piece.taken_from == line.id
    ]
    for line, quantity in returned:
        if source.status in ACTIVE:
            line.total -= quantity
        else:
            line.remaining += quantity
    source.updated = shop.now()
    shop.add_fulfillment_order(order, source, [(line.line_id, quantity) for line, quantity in returned])


def tracking_of(given: Mapping[str, Any] | None) -> list[Tracking]:
    """The tracking list that an input describes; several numbers are paired with the links by position."""
    if not given:
        return []
    numbers = list(given.get("numbers") or ([given["number"]] if given.get("number") else []))
    urls = list(given.get("urls") or ([given["url"]] if given.get("url") else []))
    company = given.get("company")
    rows = []
    for position in range(max(len(numbers), len(urls), 1 if company else 0)):
        number = numbers[position] if position < len(numbers) else None
        url = urls[position] if position < len(urls) else None
        rows.append(Tracking(company, number, url or _own_link(company, number)))
    return rows


def _own_link(company: str | None, number: str | None) -> str | None:
    if company not in KNOWN_CARRIERS or not number:
        return None
    return f"https://track.example/{company.lower().replace(' ', '-')}?n={number}"


def _check_quantities(groups: Sequence[Mapping[str, Any]]) -> None:
    for place, group in enumerate(groups):
        for position, item in enumerate(group.get("fulfillmentOrderLineItems") or ()):
            if item["quantity"] <= 0:
                raise user_error(
                    "Quantity must be greater than 0",
                    *("fulfillment", "lineItemsByFulfillmentOrder", str(place)),
                    *("fulfillmentOrderLineItems", str(position), "quantity"),
                )


def _check_together(orders: Sequence[Order], parts: Sequence[FulfillmentOrder]) -> None:
    if not parts:
        raise user_error("Line items by fulfillment order can't be blank", "fulfillment")
    order_ids = list(dict.fromkeys(order.id for order in orders))
    if len(order_ids) > 1:
        raise user_error(
            "All fulfillment orders must belong to the same order. "
            f"Multiple orders with ids {order_ids} were found.",
            "fulfillment",
        )
    locations = list(dict.fromkeys(one.location_id for one in parts))
    if len(locations) > 1:
        raise user_error(
            "All fulfillment orders must be assigned to a single location. "
            f"Multiple locations with ids {locations} were found.",
            "fulfillment",
        )


def _taken(one: FulfillmentOrder, items: Sequence[Mapping[str, Any]] | None) -> list[Taken]:
    if not items:
        return [Taken(one, line, line.remaining) for line in one.lines if line.remaining]
    lines, taken = {line.id: line for line in one.lines}, []
    for item in items:
        line = lines.get(_number(item["id"], "FulfillmentOrderLineItem"))
        if line is None:
            raise user_error("Fulfillment order line item does not exist.", "fulfillment")
        taken.append(Taken(one, line, item["quantity"]))
    return taken


def _check_sums(taken: Sequence[Taken]) -> None:
    """One line may be named several times."""
    left = {piece.line.id: piece.line.remaining for piece in taken}
    for piece in taken:
        left[piece.line.id] -= piece.quantity
    if not taken or min(left.values()) < 0:
        raise user_error("Invalid fulfillment order line item quantity requested.", "fulfillment")


def _fulfillment_order(viewer: Viewer, identity: str) -> tuple[Order, FulfillmentOrder]:
    number = _number(identity, "FulfillmentOrder")
    try:
        order, one = viewer.shop.fulfillment_order(number, keep=True)
    except LookupError:
        raise user_error("Fulfillment order does not exist.", "fulfillment") from None
    if not viewer.may_fulfil(one):
        raise user_error("Fulfillment order does not exist.", "fulfillment")
    return order, one


def _fulfillment(viewer: Viewer, identity: str, otherwise: str, field: str) -> tuple[Order, Fulfillment]:
    try:
        return viewer.shop.fulfillment(number_of(identity, "Fulfillment"), keep=True)
    except ValueError:
        raise invalid_id(identity) from None
    except LookupError:
        raise user_error(otherwise, field) from None


def _number(identity: str, kind: str) -> int:
    """Raises: GraphQLError for an id that cannot be one."""
    try:
        number = number_of(identity, kind)
    except ValueError:
        number = 0
    if number == 0:
        raise invalid_id()
    return number
