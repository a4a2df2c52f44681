"""The emulated Magento store as the conformance kit wants it: its merchant's hands, and a look behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any

from fbridge.models.orders import Address
from fbridge.sandbox import ServedSandbox
from fbridge.testing import StoreMail, StoreSale, StoreTruth, StoreUnderTest
from fbridge_magento.sandbox.control import Control
from fbridge_magento.sandbox.people import made_address

PAYER = made_address(Random(7), 9_000)
GONE = frozenset({"canceled", "closed"})


class MagentoUnderTest(StoreUnderTest):
    """One store of the sandbox. ``own_settings`` are settings of the plugin beside the credentials."""

    platform = "magento"
    undoes_shipments = True
    skus = ("TAZZA-01", "SCIARPA-02", "MOKA-03")
    virtual_sku = "GIFT-VIRT"
    loses_mails = True
    wrong_key = (
        b'{"message":"The consumer isn\'t authorized to access %resources.",'
        b'"parameters":{"resources":"Magento_Sales::ship"}}'
    )

    def __init__(self, served: ServedSandbox, **own_settings: Any) -> None:
        self.url = served.url
        self._served = served
        self._own_settings = own_settings
        self._control: Control = served.control

    @property
    def settings(self) -> Mapping[str, Any]:
        return {**self._served.store_settings(), **self._own_settings}

    def new_order(self, lines: Sequence[tuple[str, int]], *, cod: bool = False) -> str:
        return str(self._control.new_order(lines, cod=cod, billing=PAYER))

    def sale(self, order: str) -> StoreSale:
        shown = self._control.order(int(order))
        (assigned,) = shown["extension_attributes"]["shipping_assignments"]
        to, total = assigned["shipping"]["address"], Decimal(str(shown["grand_total"]))
        return StoreSale(
            currency=shown["order_currency_code"],
            number=shown["increment_id"],
            total=total,
            amount_due=total if shown["payment"]["method"] == "cashondelivery" else Decimal(0),
            ship_to=_address(to),
            bill_to=_address(shown["billing_address"]),
            names=tuple(item["name"] for item in shown["items"]),
            shipping=shown["shipping_description"],
        )

    def lose_mails(self, *, lost: bool) -> None:
        self._control.lose_mails(lost=lost)

    def touch(self, order: str) -> None:
        self._control.touch(int(order))

    def cancel(self, order: str) -> None:
        self._control.cancel(int(order))

    def hold(self, order: str) -> None:
        if self._control.order(int(order))["state"] != "holded":
            self._control.hold(int(order))

    def release(self, order: str) -> None:
        self._control.unhold(int(order))

    def refund(self, order: str, line: int, quantity: int) -> None:
        self._control.refund(int(order), {self._rows(order)[line]["item_id"]: quantity})

    def complete_by_hand(self, order: str) -> None:
        if any(map(_left, self._rows(order))):
            self._control.ship(int(order))

    def add_number_by_hand(self, order: str, number: str) -> None:
        """A number needs a shipment: where there is none, one piece is shipped with it."""
        if self._control.shipments(int(order)):
            self._control.add_track(int(order), number)
            return
        row = next(row for row in self._rows(order) if _left(row))
        track = {"track_number": number, "title": "UPS", "carrier_code": "ups"}
        self._control.ship(int(order), items=[{"order_item_id": row["item_id"], "qty": 1}], tracks=[track])

    def undo_shipments(self, order: str) -> None:
        self._control.delete_shipments(int(order))

    def delete(self, order: str) -> None:
        self._control.delete(int(order))

    def malform(self, order: str) -> None:
        self._control.malform(int(order))

    def mend(self, order: str) -> None:
        self._control.mend(int(order))

    def set_changed(self, orders: Sequence[str], moment: datetime) -> None:
        self._control.set_updated([int(order) for order in orders], int(moment.timestamp()))

    def truth(self, order: str) -> StoreTruth:
        shipments = self._control.shipments(int(order))
        shown = self._control.order(int(order))
        rows = self._rows(order)
        tracks = [track for one in shipments for track in one["tracks"]]
        cancelled = shown["state"] in GONE
        return StoreTruth(
            closed=not cancelled and not any(map(_left, rows)),
            cancelled=cancelled,
            numbers=tuple(track["track_number"] for track in tracks),
            carriers=tuple(track["title"] for track in tracks),
            shipped=tuple(int(row["qty_shipped"]) for row in rows),
            shipments=len(shipments),
            traces=[shown["updated_at"], shown["status"], shipments],
            locations=tuple(one["extension_attributes"]["source_code"] for one in shipments),
        )

    def mails(self, order: str) -> tuple[StoreMail, ...]:
        return tuple(StoreMail(numbers=mail.numbers) for mail in self._control.mails(int(order)))

    def is_write(self, method: str, path: str, body: bytes) -> bool:
        """Of order ``none`` nothing can be shipped: it is asked for to find out whether the token may ship."""
        reads = "source-selection" in path or path.endswith("/order/none/ship")
        return not reads and super().is_write(method, path, body)

    def _rows(self, order: str) -> list[dict[str, Any]]:
        rows = self._control.order(int(order))["items"]
        return [row for row in rows if "parent_item_id" not in row]


def _left(row: Mapping[str, Any]) -> bool:
    gone = row["qty_shipped"] + row["qty_refunded"] + row["qty_canceled"]
    return not row.get("is_virtual") and row["qty_ordered"] > gone


def _address(told: Mapping[str, Any]) -> Address:
    return Address(
        name=f"{told['firstname']} {told['lastname']}",
        company=told.get("company", ""),
        street=tuple(told["street"]),
        postcode=told["postcode"],
        city=told["city"],
        country=told["country_id"],
        phone=told["telephone"],
        email=told["email"],
    )
