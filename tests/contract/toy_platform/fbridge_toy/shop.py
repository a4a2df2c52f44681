"""The toy platform's store in memory: orders by line, shipments with a mark, a status that a write asks for."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from itertools import count
from threading import RLock
from typing import Any

RECIPIENT = {
    "name": "Zoë D'Alì",
    "street": "Via Università 12",
    "postcode": "10122",
    "city": "Torino",
    "country": "IT",
    "phone": "+39 011 555 0199",
    "company": "Caffè Alì & C.",
    "province": "TO",
    "email": "zoe@alì.example",
}
PAYER = RECIPIENT | {
    "name": "Bruno Neri",
    "street": "Corso Francia 3",
    "postcode": "00191",
    "city": "Roma",
    "phone": "+39 06 555 0111",
    "company": "Neri srl",
    "province": "RM",
    "email": "bruno@neri.example",
}


@dataclass
class ToyLine:
    """One line of an order."""

    id: str
    sku: str
    quantity: int
    refunded: int = 0
    virtual: bool = False

    @property
    def name(self) -> str:
        """As the customer reads it."""
        return f"{self.sku.title()} più grande"

    @property
    def total(self) -> int:
        """What all of its pieces cost."""
        return 12 * self.quantity


@dataclass
class ToyShipment:
    """A shipment; ``lines`` has pieces by line id. ``by_hand``: a person made it."""

    id: str
    mark: str | None
    numbers: list[str]
    carrier: str
    lines: dict[str, int]
    urls: list[str] = field(default_factory=list)
    location: str | None = None


@dataclass
class ToyOrder:
    """An order; times are whole seconds since 1970. ``status`` is open, held, cancelled or done."""

    id: str
    created: int
    changed: int
    lines: list[ToyLine]
    cod: bool = False
    currency: str = "EUR"
    ship_to: dict[str, str] = field(default_factory=lambda: dict(RECIPIENT))
    bill_to: dict[str, str] = field(default_factory=lambda: dict(PAYER))
    note: str = "Ring twice, please."
    shipping: str = "Express"
    status: str = "open"
    shipments: list[ToyShipment] = field(default_factory=list)
    mails: list[tuple[str, ...]] = field(default_factory=list)
    history: list[str] = field(default_factory=list)
    malformed: bool = False

    @property
    def total(self) -> str:
        """What the customer pays: each piece, and the shipping."""
        return f"{sum(line.total for line in self.lines) + 4.9:.2f}"

    def shipped(self, line: ToyLine) -> int:
        """What the store shows as shipped of a line."""
        due = line.quantity - line.refunded
        return due if self.status == "done" else sum(s.lines.get(line.id, 0) for s in self.shipments)

    def json(self) -> dict[str, Any]:
        """As the API gives it."""
        return {
            "id": self.id,
            "created": self.created,
            "changed": self.changed,
            "status": self.status,
            "cod": self.cod,
            "currency": self.currency,
            "total": self.total,
            "note": self.note,
            "shipping": self.shipping,
            "ship_to": self.ship_to,
            "bill_to": self.bill_to,
            "lines": [
                vars(line) | {"name": line.name, "total": line.total, "shipped": self.shipped(line)}
                for line in self.lines
            ]
            if not self.malformed
            else "?",
            "shipments": [vars(shipment) for shipment in self.shipments],
        }


class RefusedError(Exception):
    """The store's no: an HTTP status and a sentence."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


class ToyShop:
    """All orders. Take :attr:`lock` to look or to change."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.orders: dict[str, ToyOrder] = {}
        self.loses_mails = self.keeps_shipments = self.keeps_status = False
        self._ids = count(1)

    def new_order(self, lines: list[tuple[str, int, bool]], *, cod: bool) -> ToyOrder:
        """An order of (sku, quantity, virtual)s."""
        with self.lock:
            order_id, now = str(next(self._ids)), int(time.time())
            made = [
                ToyLine(f"{order_id}-{place}", sku, quantity, virtual=virtual)
                for place, (sku, quantity, virtual) in enumerate(lines)
            ]
            self.orders[order_id] = ToyOrder(order_id, now, now, made, cod=cod)
            return self.orders[order_id]

    def clear(self) -> None:
        """Be a new shop, with no order."""
        with self.lock:
            self.loses_mails = self.keeps_shipments = self.keeps_status = False
            self.orders.clear()

    def touch(self, order: ToyOrder) -> None:
        """Move its date of change to now."""
        order.changed = int(time.time())

    def changed_since(self, changed: int, order_id: str) -> list[ToyOrder]:
        """The orders after a place in the sequence of (changed, id)."""
        keys = sorted((order.changed, int(order.id)) for order in self.orders.values())
        return [self.orders[str(own)] for at, own in keys if (at, own) > (changed, int(order_id or -1))]

    def ship(self, order_id: str, given: dict[str, Any]) -> ToyOrder:
        """Another shipment, every time; more pieces than remain are not taken."""
        order = self._order(order_id)
        for line in order.lines:
            remaining = line.quantity - line.refunded - order.shipped(line)
            if given["lines"].get(line.id, 0) > max(remaining, 0):
                raise RefusedError(422, f"Only {remaining} pieces of line {line.id} remain.")
        shipment = ToyShipment(
            str(next(self._ids)), given["mark"], list(given["numbers"]), given["carrier"], given["lines"]
        )
        shipment.urls, shipment.location = list(given.get("urls", ())), given.get("location")
        order.shipments.append(shipment)
        self._changed(order, f"shipment {shipment.id}", given)
        return order

    def change(self, order_id: str, shipment_id: str, given: dict[str, Any]) -> ToyOrder:
        """Give a shipment other numbers."""
        order = self._order(order_id)
        shipment = next((one for one in order.shipments if one.id == shipment_id), None)
        if shipment is None:
            raise RefusedError(404, "There is no such shipment on the order.")
        shipment.numbers, shipment.carrier = list(given["numbers"]), given["carrier"]
        shipment.urls = list(given.get("urls", ()))
        self._changed(order, f"shipment {shipment.id} corrected", given)
        return order

    def delete_shipment(self, order_id: str, shipment_id: str) -> ToyOrder:
        """It is there no more; the order keeps its status."""
        order = self._order(order_id)
        shipment = next((one for one in order.shipments if one.id == shipment_id), None)
        if shipment is None:
            raise RefusedError(404, "There is no such shipment on the order.")
        if self.keeps_shipments:
            raise RefusedError(422, "This shop keeps every shipment.")
        order.shipments.remove(shipment)
        self.touch(order)
        return order

    def set_status(self, order_id: str, status: str) -> ToyOrder:
        """Put the order into another status, and mail nobody."""
        order = self._order(order_id)
        if self.keeps_status:
            raise RefusedError(422, "This shop keeps the status of an order.")
        order.status = status
        self.touch(order)
        return order

    def complete(self, order: ToyOrder, *, notify: bool) -> None:
        """Finish the order; the mail has the numbers that it holds then."""
        if order.status != "done":
            order.status = "done"
            if notify:
                self.mail(order)

    def mail(self, order: ToyOrder) -> None:
        """Mail the customer, unless the mail server is out of order, which fails no request."""
        if self.loses_mails:
            return
        order.mails.append(tuple(number for one in order.shipments for number in one.numbers))

    def mail_again(self, order_id: str) -> ToyOrder:
        """Mail the customer once more, every time."""
        order = self._order(order_id)
        self.mail(order)
        return order

    def _changed(self, order: ToyOrder, what: str, given: dict[str, Any]) -> None:
        order.history.append(what)
        if given["status"] == "done":
            self.complete(order, notify=given["notify"])
        if given.get("mail_again"):
            self.mail(order)
        self.touch(order)

    def _order(self, order_id: str) -> ToyOrder:
        order = self.orders.get(order_id)
        if order is None:
            raise RefusedError(404, "There is no such order in this shop.")
        if order.status == "cancelled":
            raise RefusedError(422, "A cancelled order ships nothing.")
        return order
