"""The conformance kit on the Kiosk plugin and its sandbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from fbridge_kiosk.sandbox import KioskOrder, create_sandbox

from fbridge.models.orders import Address
from fbridge.sandbox import ServedSandbox
from fbridge.testing import AdapterConformance, StoreMail, StoreSale, StoreTruth, StoreUnderTest


class KioskUnderTest(StoreUnderTest):
    """The store, and what its merchant can do."""

    platform = "kiosk"
    skus = ("CUP", "POT", "TEA")
    other_currency = "CHF"
    status_swap = (b'"finish":true', b'"finish":null')

    def __init__(self, served: ServedSandbox) -> None:
        self.url = served.url
        self._served = served
        self._shop = served.control

    @property
    def settings(self) -> Mapping[str, Any]:
        """The key."""
        return self._served.store_settings()

    def new_order(self, lines: Sequence[tuple[str, int]], *, cod: bool = False) -> str:
        """A new order."""
        return str(self._shop.new_order(list(lines), due="10.00" if cod else "0").id)

    def sale(self, order: str) -> StoreSale:
        """What the customer bought, and where it goes."""
        found = self._order(order)
        return StoreSale(
            currency=found.currency,
            total=Decimal(found.total),
            amount_due=Decimal(found.due),
            ship_to=_address(found.ship_to),
            bill_to=_address(found.bill_to),
            names=tuple(line["name"] for line in found.lines),
        )

    def sell_in(self, order: str, currency: str) -> None:
        """Sell it in another currency."""
        self._order(order).currency = currency

    def touch(self, order: str) -> None:
        """Change the date of change only."""
        self._shop.set_status(order, self._order(order).status)

    def cancel(self, order: str) -> None:
        """Cancel it."""
        self._shop.set_status(order, "cancelled")

    def hold(self, order: str) -> None:
        """Hold it."""
        self._shop.set_status(order, "held")

    def refund(self, order: str, line: int, quantity: int) -> None:
        """Give back the money of some pieces."""
        self._order(order).lines[line]["refunded"] += quantity
        self.touch(order)

    def complete_by_hand(self, order: str) -> None:
        """Finish it and mail the customer, as the shop's staff does."""
        if self._order(order).status != "done":
            self._shop.set_status(order, "done")
            self._order(order).mails.append(self._order(order).numbers)

    def add_number_by_hand(self, order: str, number: str) -> None:
        """A parcel of the first line that somebody else enters."""
        lines = {self._order(order).lines[0]["id"]: 1}
        given = {"lines": lines, "numbers": [number], "carrier": "gls", "finish": False, "mail": False}
        with self._shop.lock:
            self._shop.put_parcel(self._order(order), "by-hand", given)

    def delete(self, order: str) -> None:
        """Remove it."""
        del self._shop.orders[order]

    def malform(self, order: str) -> None:
        """A quantity that is none, as a bad import leaves it."""
        self._order(order).lines[0]["quantity"] = "a few"
        self.touch(order)

    def set_changed(self, orders: Sequence[str], moment: datetime) -> None:
        """Set their date of change."""
        for order in orders:
            self._order(order).changed = moment

    def truth(self, order: str) -> StoreTruth:
        """What the store holds."""
        found = self._order(order)
        return StoreTruth(
            closed=found.status == "done",
            cancelled=found.status == "cancelled",
            numbers=tuple(found.numbers),
            carriers=tuple(parcel["carrier"] for parcel in found.parcels.values()),
            shipped=tuple(found.shipped(line) for line in found.lines),
            shipments=len(found.parcels),
        )

    def mails(self, order: str) -> tuple[StoreMail, ...]:
        """The mails that left."""
        return tuple(StoreMail(numbers=tuple(numbers)) for numbers in self._order(order).mails)

    def _order(self, order: str) -> KioskOrder:
        found: KioskOrder = self._shop.orders[order]
        return found


def _address(told: Mapping[str, Any]) -> Address:
    return Address(**{**told, "street": (told["street"],)})


class TestKiosk(AdapterConformance):
    """All tests of the kit."""

    @pytest.fixture
    def store(self) -> Iterator[StoreUnderTest]:
        """A new store for each test."""
        with ServedSandbox(create_sandbox(orders=0), "127.0.0.1", 0) as served:
            yield KioskUnderTest(served)
