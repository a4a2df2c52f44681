"""The hand behind the store: look at it, change it as the shop's staff would, make it fail."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from fbridge.sandbox.control import SandboxControl
from fbridge_shopify.sandbox.authentication import Tokens
from fbridge_shopify.sandbox.dates import iso
from fbridge_shopify.sandbox.dispatch import Dispatcher
from fbridge_shopify.sandbox.fulfilling import Taken, ship, undo
from fbridge_shopify.sandbox.gids import gid, number_of
from fbridge_shopify.sandbox.new_orders import cod_fields
from fbridge_shopify.sandbox.order_changes import cancel_order, give_back
from fbridge_shopify.sandbox.records import (
    ACTIVE,
    FULFILLABLE,
    Fulfillment,
    FulfillmentOrder,
    Hold,
    Mail,
    Order,
    Tracking,
)
from fbridge_shopify.sandbox.state import Shop

OrderId = int | str
"""A number, or a global id."""


class Control(SandboxControl):
    """For tests and demos. Orders are named by their global id or its number."""

    def __init__(self, shop: Shop, tokens: Tokens, dispatcher: Dispatcher) -> None:
        super().__init__()
        self.shop = shop
        self.tokens = tokens
        self._dispatcher = dispatcher

    def order(self, order_id: OrderId) -> dict[str, Any]:
        """What a test asks about an order, in the API's words."""
        with self.shop.lock:
            return _shown(self.record(order_id))

    def order_ids(self, status: str | None = None) -> list[str]:
        """The global ids, oldest first, of those with this ``displayFulfillmentStatus``."""
        with self.shop.lock:
            return [
                gid("Order", order.id)
                for order in self.shop.orders.each()
                if status in {None, order.display_status}
            ]

    def mails(self, order_id: OrderId | None = None) -> list[Mail]:
        """What the customers were sent, oldest first."""
        wanted = None if order_id is None else gid("Order", number_of(order_id))
        with self.shop.lock:
            return [mail for mail in self.shop.mails if wanted in {None, mail.order_id}]

    def new_order(self, lines: Sequence[tuple[str, int]], *, cod: bool = False, **fields: Any) -> str:
        """A new order of these (SKU, quantity), paid or cash on delivery; return its id. Raises: LookupError."""
        with self.shop.lock:
            given = (cod_fields() if cod else {}) | fields
            return gid("Order", self.shop.add_order(list(lines), **given).id)

    def change(self, order_id: OrderId, **fields: Any) -> None:
        """Set fields of the record (see :class:`~fbridge_shopify.sandbox.records.Order`)."""
        with self.shop.lock:
            order = self.to_change(order_id)
            for name, value in fields.items():
                if not hasattr(order, name):
                    raise ValueError(f"An order has no {name}.")
                setattr(order, name, value)
            self.shop.touch(order)

    def touch(self, order_id: OrderId) -> None:
        """Move the date of change to now."""
        with self.shop.lock:
            self.shop.touch(self.to_change(order_id))

    def cancel(self, order_id: OrderId) -> None:
        """Cancel it. Raises: ValueError when it cannot be any more."""
        with self.shop.lock:
            problem = cancel_order(self.shop, self.to_change(order_id))
        if problem:
            raise ValueError(problem)

    def hold(self, order_id: OrderId, reason: str = "OTHER", notes: str | None = None) -> None:
        """Put what is still to be shipped on hold."""
        with self.shop.lock:
            order = self.to_change(order_id)
            for one in self.open_parts(order):
                one.holds.append(Hold(self.shop.new_id("FulfillmentHold", order.id), reason, notes))
                one.status = "ON_HOLD"
            self.shop.touch(order)

    def schedule(self, order_id: OrderId, days: int = 10) -> None:
        """Let what is still to be shipped leave so many days from now."""
        with self.shop.lock:
            order = self.to_change(order_id)
            for one in self.open_parts(order):
                one.status, one.fulfill_at = "SCHEDULED", self.shop.now() + days * 86_400
            self.shop.touch(order)

    def release(self, order_id: OrderId, line: int | None = None, *, touch: bool = True) -> None:
        """Take all holds away, or let its day come: of the whole order, or where a line is.

        Without ``touch`` the order's date of change stays: whether Shopify moves it then was never observed.
        """
        with self.shop.lock:
            order = self.to_change(order_id)
            wanted = {one.id for one in order.lines} if line is None else {order.lines[line].id}
            for one in order.fulfillment_orders:
                if one.status in {"ON_HOLD", "SCHEDULED"} and wanted & {row.line_id for row in one.lines}:
                    one.holds, one.status = [], "OPEN"
            if touch:
                self.shop.touch(order)

    def refund(self, order_id: OrderId, line: int, quantity: int) -> None:
        """Give back pieces of a line (by its place). Raises: ValueError, IndexError."""
        with self.shop.lock:
            order = self.to_change(order_id)
            give_back(self.shop, order, order.lines[line].id, quantity)

    def ship_by_hand(
        self,
        order_id: OrderId,
        pieces: dict[int, int] | None = None,
        *,
        number: str | None = None,
        company: str | None = None,
        notify: bool = False,
    ) -> list[str]:
        """Ship pieces (line's place to quantity), or all that can be; return the ids of the fulfillments."""
        with self.shop.lock:
            order = self.to_change(order_id)
            tracking = [Tracking(company, number)] if number else []
            wanted = None if pieces is None else {order.lines[place].id: n for place, n in pieces.items()}
            made = []
            for one in [part for part in order.fulfillment_orders if part.status in FULFILLABLE]:
                taken = _taken(one, wanted)
                if taken:
                    made.append(ship(self.shop, order, taken, tracking=tracking, notify=notify))
            return [gid("Fulfillment", one.id) for one in made]

    def add_number_by_hand(self, order_id: OrderId, number: str, company: str | None = None) -> None:
        """Enter a number in the last fulfillment; where there is none, ship one piece with it."""
        with self.shop.lock:
            order = self.to_change(order_id)
            done = [one for one in order.fulfillments if one.status == "SUCCESS"]
            if not done:
                first = next(one for one in order.fulfillment_orders if one.status in FULFILLABLE)
                taken = [Taken(first, next(line for line in first.lines if line.remaining), 1)]
                ship(self.shop, order, taken, tracking=[Tracking(company, number)])
                return
            done[-1].tracking = [*done[-1].tracking, Tracking(company, number)]
            done[-1].updated = self.shop.now()
            self.shop.touch(order)

    def take_back(self, order_id: OrderId, place: int | None = None) -> None:
        """Cancel all fulfillments of an order, or the one at this place; the goods are to be shipped again."""
        with self.shop.lock:
            order = self.to_change(order_id)
            for made in order.fulfillments if place is None else [order.fulfillments[place]]:
                if made.status != "CANCELLED":
                    undo(self.shop, order, made)

    def move(self, order_id: OrderId, line: int, location_id: int, quantity: int | None = None) -> None:
        """Let another location ship a line, or some of its pieces: the order is then of several locations."""
        with self.shop.lock:
            order = self.to_change(order_id)
            line_id = order.lines[line].id
            source = next(
                one
                for one in order.fulfillment_orders
                if one.status in ACTIVE and any(row.line_id == line_id and row.remaining for row in one.lines)
            )
            row = next(row for row in source.lines if row.line_id == line_id)
            pieces = row.remaining if quantity is None else quantity
            new = self.shop.add_fulfillment_order(order, source, [(line_id, pieces)])
            new.location_id = location_id
            row.total -= pieces
            row.remaining -= pieces
            source.lines = [one for one in source.lines if one.total]
            if not source.lines:
                order.fulfillment_orders.remove(source)
            self.shop.touch(order)

    def let_collect(self, order_id: OrderId, line: int, quantity: int | None = None) -> None:
        """Let the customer come for a line, or some of its pieces, as where a checkout has both ways."""
        with self.shop.lock:
            order = self.to_change(order_id)
            line_id = order.lines[line].id
            source = next(
                one for one in order.fulfillment_orders if any(row.line_id == line_id for row in one.lines)
            )
            self.move(order_id, line, source.location_id, quantity)
            order.fulfillment_orders[-1].method = "PICK_UP"

    def delete(self, order_id: OrderId) -> None:
        """Remove it for good."""
        with self.shop.lock:
            self.shop.orders.remove(number_of(order_id))

    def malform(self, order_id: OrderId) -> None:
        """Let its lines have quantities that make no sense."""
        with self.shop.lock:
            order = self.to_change(order_id)
            order.lines[0].quantity = -abs(order.lines[0].quantity)
            self.shop.touch(order)

    def mend(self, order_id: OrderId) -> None:
        """Undo that, without a change of the date."""
        with self.shop.lock:
            first = self.to_change(order_id).lines[0]
            first.quantity = abs(first.quantity)

    def break_off_at(self, order_id: OrderId) -> None:
        """Let its lines end with an internal error, which takes the order with them, and the page around it."""
        with self.shop.lock:
            self.shop.broken.add(number_of(order_id))
            self.shop.touch(self.to_change(order_id))

    def show(self, order_id: OrderId, **fields: Any) -> None:
        """Let the API show these fields of the order whatever follows from the rest."""
        with self.shop.lock:
            order = self.to_change(order_id)
            order.overrides.update(fields)
            self.shop.touch(order)

    def set_changed(self, order_ids: Sequence[OrderId], seconds: int) -> None:
        """Give many orders one date of change (seconds since 1970)."""
        with self.shop.lock:
            for order_id in order_ids:
                self.shop.touch(self.to_change(order_id), seconds)

    def new_token(self, scopes: Collection[str]) -> str:
        """A permanent token with these scopes only."""
        return self.tokens.add(f"shpat_{secrets.token_hex(16)}", scopes).value

    def outlaw_permanent_tokens(self) -> None:
        """Shopify takes tokens no more that do not expire."""
        self.tokens.permanent.outlawed = True

    def break_root(self, name: str, *, done: bool) -> None:
        """Let the next mutation of this name end with an internal error; the others of its document run."""
        self.shop.broken_roots[name] = "after" if done else "before"

    def shut(self, status: int | None) -> None:
        """402, 403 or 423: the shop answers nothing else any more; None opens it again."""
        self._dispatcher.shut = status

    def deprecate(self, reason: str) -> None:
        """Warn of whatever is asked, in a header of each answer."""
        self._dispatcher.deprecated = reason

    def drain(self, left: float = 0) -> None:
        """Empty the rate limit's bucket, as another program of the same app does."""
        self.shop.bucket.drain(left)

    def state(self) -> dict[str, Any]:
        """How many orders have which status, and how many mails were sent."""
        with self.shop.lock:
            statuses = [order.display_status for order in self.shop.orders.each()]
            counts = {status: statuses.count(status) for status in sorted(set(statuses))}
            return {"orders": counts, "mails": len(self.shop.mails), "faults": len(self.faults.waiting)}

    def record(self, order_id: OrderId) -> Order:
        """The store's own record, to look at. Raises: LookupError."""
        return self.shop.orders.get(number_of(order_id, "Order"))

    def to_change(self, order_id: OrderId) -> Order:
        """The same, kept from now on."""
        return self.shop.orders.keep(number_of(order_id, "Order"))

    def open_parts(self, order: Order) -> list[FulfillmentOrder]:
        """The fulfillment orders of which something is still to be shipped."""
        return [one for one in order.fulfillment_orders if one.status in ACTIVE and one.remaining]


def _taken(one: FulfillmentOrder, wanted: dict[int, int] | None) -> list[Taken]:
    taken = []
    for line in one.lines:
        quantity = line.remaining if wanted is None else min(line.remaining, wanted.get(line.line_id, 0))
        if quantity:
            taken.append(Taken(one, line, quantity))
            if wanted is not None:
                wanted[line.line_id] -= quantity
    return taken


def _shown(order: Order) -> dict[str, Any]:
    return {
        "id": gid("Order", order.id),
        "name": order.name,
        "createdAt": iso(order.created),
        "updatedAt": iso(order.updated),
        "displayFinancialStatus": order.financial,
        "displayFulfillmentStatus": order.display_status,
        "cancelledAt": iso(order.cancelled),
        "closedAt": iso(order.closed),
        "paymentGatewayNames": list(order.gateways),
        "note": order.note,
        "tags": list(order.tags),
        "lineItems": [
            {
                "id": gid("LineItem", line.id),
                "sku": line.sku,
                "quantity": line.quantity,
                "currentQuantity": line.current,
                "unfulfilledQuantity": order.unfulfilled(line.id),
            }
            for line in order.lines
        ],
        "fulfillmentOrders": [_shown_part(one) for one in order.fulfillment_orders],
        "fulfillments": [_shown_fulfillment(one) for one in order.fulfillments],
    }


def _shown_part(one: FulfillmentOrder) -> dict[str, Any]:
    return {
        "id": gid("FulfillmentOrder", one.id),
        "status": one.status,
        "location": gid("Location", one.location_id),
        "lines": [
            {
                "id": gid("FulfillmentOrderLineItem", line.id),
                "line": gid("LineItem", line.line_id),
                "total": line.total,
                "remaining": line.remaining,
            }
            for line in one.lines
        ],
    }


def _shown_fulfillment(one: Fulfillment) -> dict[str, Any]:
    pieces: Counter[str] = Counter()
    for line in one.lines:
        pieces[gid("LineItem", line.line_id)] += line.quantity
    return {
        "id": gid("Fulfillment", one.id),
        "status": one.status,
        "location": gid("Location", one.location_id),
        "trackingInfo": [
            {"company": row.company, "number": row.number, "url": row.url} for row in one.tracking
        ],
        "lines": dict(pieces),
        "message": one.message,
    }
