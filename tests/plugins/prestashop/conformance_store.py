"""The emulated PrestaShop store as the conformance kit wants it: its merchant's hands, and a look behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from fbridge.models.orders import Address
from fbridge.sandbox import ServedSandbox
from fbridge.testing import StoreMail, StoreSale, StoreTruth, StoreUnderTest
from fbridge_prestashop.sandbox.control import CANCELED, COD, PAID, SHIPPED, Control
from fbridge_prestashop.sandbox.people import address_of
from fbridge_prestashop.sandbox.shopkeeper import SHIPPING_MAILS

PAYER = 4
DELIVERED, ON_BACKORDER = "5", "9"


class PrestaShopUnderTest(StoreUnderTest):
    """One store of the sandbox. ``own_settings`` are settings of the plugin beside the key."""

    platform = "prestashop"
    undoes_shipments = True
    skus = ("demo_1", "demo_3", "demo_5")
    virtual_sku = "demo_12"
    wrong_key = (
        b'{"errors":[{"code":20,"message":"Authentification key is not active"},'
        b'{"code":21,"message":"No permission for this authentication key"}]}'
    )
    status_swap = (b"<id_order_state>4<", b"<id_order_state>3<")

    def __init__(self, served: ServedSandbox, **own_settings: Any) -> None:
        self.url = served.url
        self._served = served
        self._own_settings = own_settings
        self._control: Control = served.control
        mail = own_settings.get("customer_mail", "shipped")
        self.can_mail = self.loses_mails = mail != "none"
        self.mail_holds_number = mail == "in_transit"

    @property
    def settings(self) -> Mapping[str, Any]:
        return {**self._served.store_settings(), "on_hold_states": [ON_BACKORDER], **self._own_settings}

    def new_order(self, lines: Sequence[tuple[str, int]], *, cod: bool = False) -> str:
        made = self._control.add_order(lines, state=COD if cod else PAID)
        self._control.change(made, id_address_invoice=str(address_of(PAYER)))
        return str(made)

    def sale(self, order: str) -> StoreSale:
        head = self._control.order(int(order))
        total = Decimal(head["total_paid_tax_incl"])
        return StoreSale(
            currency=self._row("currencies", head["id_currency"])["iso_code"],
            number=head["reference"],
            total=total,
            amount_due=total if head["module"] == "ps_cashondelivery" else Decimal(0),
            ship_to=self._address(head["id_address_delivery"]),
            bill_to=self._address(head["id_address_invoice"]),
            names=tuple(row["product_name"] for row in head["details"]),
        )

    def lose_mails(self, *, lost: bool) -> None:
        self._control.shop.smtp_down = lost

    def touch(self, order: str) -> None:
        self._control.change(int(order), gift="0")

    def cancel(self, order: str) -> None:
        self._control.cancel(int(order))

    def hold(self, order: str) -> None:
        self._control.set_state(int(order), ON_BACKORDER)

    def release(self, order: str) -> None:
        self._control.set_state(int(order), PAID)

    def refund(self, order: str, line: int, quantity: int) -> None:
        rows = self._control.order(int(order))["details"]
        self._control.refund(int(order), {rows[line]["id"]: quantity})

    def complete_by_hand(self, order: str) -> None:
        self._control.complete(int(order))

    def add_number_by_hand(self, order: str, number: str) -> None:
        self._control.set_tracking(int(order), ", ".join([*self._control.tracking(int(order)), number]))

    def undo_shipments(self, order: str) -> None:
        self._control.set_tracking(int(order), "")

    def delete(self, order: str) -> None:
        self._control.delete(int(order))

    def malform(self, order: str) -> None:
        self._control.malform(int(order))

    def mend(self, order: str) -> None:
        self._control.mend(int(order))

    def set_changed(self, orders: Sequence[str], moment: datetime) -> None:
        self._control.set_modified([int(order) for order in orders], moment)

    def truth(self, order: str) -> StoreTruth:
        shown = self._control.order(int(order))
        state, rows = shown["current_state"], shown["carriers"]
        return StoreTruth(
            closed=state in {SHIPPED, DELIVERED},
            cancelled=state == CANCELED,
            numbers=tuple(number for row in rows for number in _numbers(row["tracking_number"])),
            carriers=tuple(self._reference(row["id_carrier"]) for row in rows),
            shipped=None,
            shipments=len(rows),
            traces=[shown["date_upd"], *(history["id_order_state"] for history in shown["histories"])],
        )

    def mails(self, order: str) -> tuple[StoreMail, ...]:
        sent = [mail for mail in self._control.mails(int(order)) if mail.kind in SHIPPING_MAILS]
        numbers = [tuple(one for text in mail.tracking_numbers for one in _numbers(text)) for mail in sent]
        return tuple(StoreMail(numbers=some) for some in numbers)

    def _reference(self, carrier_id: str) -> str:
        return str(self._row("carriers", carrier_id)["id_reference"])

    def _address(self, key: str) -> Address:
        told = self._row("addresses", key)
        return Address(
            name=f"{told['firstname']} {told['lastname']}",
            street=tuple(line for line in (told["address1"], told["address2"]) if line),
            postcode=told["postcode"],
            city=told["city"],
            country=self._row("countries", told["id_country"])["iso_code"],
            phone=told["phone_mobile"] or told["phone"],
        )

    def _row(self, table: str, key: str) -> Mapping[str, Any]:
        row = self._control.shop.row(table, key)
        assert row is not None
        return row


def _numbers(text: str) -> list[str]:
    return [number.strip() for number in text.split(",") if number.strip()]
