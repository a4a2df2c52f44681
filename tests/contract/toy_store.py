"""The toy platform's store as the conformance kit wants it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from fbridge.models.orders import Address
from fbridge.sandbox import ServedSandbox
from fbridge.testing import StoreMail, StoreSale, StoreTruth, StoreUnderTest


class ToyUnderTest(StoreUnderTest):
    platform = "toy"
    skus = ("CUP", "POT", "TEA")
    virtual_sku = "PDF"
    wrong_key = b'{"error": "The key is unknown."}'
    other_currency = "CHF"
    places = ("milan", "turin")
    loses_mails = True
    status_swap = (b'"status":"done"', b'"status":"open"')

    def __init__(self, served: ServedSandbox) -> None:
        self.url = served.url
        self._served = served
        self._shop = served.control

    @property
    def settings(self) -> Mapping[str, Any]:
        return self._served.store_settings()

    def new_order(self, lines: Sequence[tuple[str, int]], *, cod: bool = False) -> str:
        wanted = [(sku, quantity, sku == self.virtual_sku) for sku, quantity in lines]
        return str(self._shop.new_order(wanted, cod=cod).id)

    def sale(self, order: str) -> StoreSale:
        found = self._shop.orders[order]
        total = Decimal(found.total)
        return StoreSale(
            currency=found.currency,
            total=total,
            ship_to=_address(found.ship_to),
            bill_to=_address(found.bill_to),
            names=tuple(line.name for line in found.lines),
            amount_due=total if found.cod else Decimal(0),
            number=f"T{found.id}",
            note=found.note,
            shipping=found.shipping,
            line_totals=tuple(Decimal(line.total) for line in found.lines),
        )

    def sell_in(self, order: str, currency: str) -> None:
        self._shop.orders[order].currency = currency

    def touch(self, order: str) -> None:
        self._shop.touch(self._shop.orders[order])

    def lose_mails(self, *, lost: bool) -> None:
        self._shop.loses_mails = lost

    def cancel(self, order: str) -> None:
        self._set_status(order, "cancelled")

    def hold(self, order: str) -> None:
        self._set_status(order, "held")

    def release(self, order: str) -> None:
        self._set_status(order, "open")

    def refund(self, order: str, line: int, quantity: int) -> None:
        self._shop.orders[order].lines[line].refunded += quantity
        self.touch(order)

    def complete_by_hand(self, order: str) -> None:
        with self._shop.lock:
            self._shop.complete(self._shop.orders[order], notify=True)
            self.touch(order)

    def add_number_by_hand(self, order: str, number: str) -> None:
        with self._shop.lock:
            line = self._shop.orders[order].lines[0].id
            given = {"mark": None, "lines": {line: 1}, "numbers": [number], "carrier": "ups"}
            self._shop.ship(order, given | {"status": "open", "notify": False})

    def delete(self, order: str) -> None:
        del self._shop.orders[order]

    def malform(self, order: str) -> None:
        self._shop.orders[order].malformed = True
        self.touch(order)

    def mend(self, order: str) -> None:
        self._shop.orders[order].malformed = False

    def set_changed(self, orders: Sequence[str], moment: datetime) -> None:
        for order in orders:
            self._shop.orders[order].changed = int(moment.timestamp())

    def truth(self, order: str) -> StoreTruth:
        with self._shop.lock:
            found = self._shop.orders[order]
            return StoreTruth(
                closed=found.status == "done",
                cancelled=found.status == "cancelled",
                numbers=tuple(number for one in found.shipments for number in one.numbers),
                carriers=tuple(one.carrier for one in found.shipments),
                shipped=tuple(found.shipped(line) for line in found.lines),
                shipments=len(found.shipments),
                traces=list(found.history),
                urls=tuple(url for one in found.shipments for url in one.urls),
                locations=tuple(str(one.location) for one in found.shipments),
            )

    def mails(self, order: str) -> tuple[StoreMail, ...]:
        return tuple(StoreMail(numbers=numbers) for numbers in self._shop.orders[order].mails)

    def _set_status(self, order: str, status: str) -> None:
        with self._shop.lock:
            self._shop.orders[order].status = status
            self.touch(order)


def _address(told: Mapping[str, Any]) -> Address:
    return Address(**{**told, "street": (told["street"],)})
