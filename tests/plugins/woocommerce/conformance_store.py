"""The emulated WooCommerce store as the conformance kit wants it: its merchant's hands, and a look behind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from fbridge.models.orders import Address
from fbridge.sandbox import ServedSandbox
from fbridge.testing import StoreMail, StoreSale, StoreTruth, StoreUnderTest
from fbridge_woocommerce.sandbox.control import Control
from fbridge_woocommerce.sandbox.fulfillment_status import existing, update_status
from fbridge_woocommerce.sandbox.records import FulfillmentRecord, MetaRow, OrderRecord

ARTICLES = {"CAF-1KG": 10, "TAZ-BLU": 11, "FIL-004": 12}
DIGITAL = {"DIG-001": 14}
CUSTOMER = {
    "first_name": "Zoë",
    "last_name": "D'Alì",
    "address_1": "Via Università 1",
    "city": "Roma",
    "postcode": "00100",
    "country": "IT",
    "email": "anna@shop.example",
    "phone": "+39 06 555 0101",
}
PAYER = CUSTOMER | {
    "first_name": "Bruno",
    "last_name": "Neri",
    "address_1": "Corso Francia 3",
    "city": "Torino",
    "phone": "+39 011 555 0199",
}
SHIPPING_MAILS = ("customer_completed_order", "customer_fulfillment")
KIT_NUMBER = re.compile(r"FB\d{9}IT|00Fb0012345")


class WooCommerceUnderTest(StoreUnderTest):
    """One store of the sandbox. ``own_settings`` are settings of the plugin beside the credentials."""

    platform = "woocommerce"
    skus = tuple(ARTICLES)
    virtual_sku = "DIG-001"
    other_currency = "CHF"
    wrong_key = (
        b'{"code":"woocommerce_rest_authentication_error","message":"Consumer secret is invalid.",'
        b'"data":{"status":401}}'
    )
    undoes_shipments = True
    loses_mails = True
    status_swap = (b'"status":"completed"', b'"status":"abandoned"')

    def __init__(self, served: ServedSandbox, **own_settings: Any) -> None:
        self.url = served.url
        self._served = served
        self._own_settings = own_settings
        self._control: Control = served.control
        self._shop = self._control.shop
        # The mail of a completed order shows rows of the tracking plugins, nothing else.
        self.mail_holds_number = self._shop.settings.tracking != "none"
        self.keeps_carrier = self.mail_holds_number or self._shop.settings.fulfillments

    @property
    def settings(self) -> Mapping[str, Any]:
        return {**self._served.store_settings(), **self._own_settings}

    def lose_mails(self, *, lost: bool) -> None:
        self._control.refuse_mails("SMTP Error: Could not connect to SMTP host" if lost else "")

    def is_write(self, method: str, path: str, body: bytes) -> bool:
        """An empty batch finds out whether the key may write, and changes nothing."""
        return body != b"{}" and super().is_write(method, path, body)

    def new_order(self, lines: Sequence[tuple[str, int]], *, cod: bool = False) -> str:
        digital = all(sku in DIGITAL for sku, _ in lines)
        ids = ARTICLES | DIGITAL
        order_id = self._control.add_order(
            status="processing",
            set_paid=not cod,
            payment_method="cod" if cod else "bacs",
            billing=PAYER,
            shipping={} if digital else CUSTOMER,
            customer_note="Ring twice, please.",
            line_items=[{"product_id": ids[sku], "quantity": quantity} for sku, quantity in lines],
            shipping_lines=[]
            if digital
            else [{"method_id": "flat_rate", "method_title": "Courier", "total": "5.00"}],
        )
        return str(order_id)

    def sale(self, order: str) -> StoreSale:
        with self._shop.lock:
            body = self._shop.body(self._record(order))
            to, total = body["shipping"], Decimal(body["total"])
            return StoreSale(
                currency=body["currency"],
                number=str(body["number"]),
                total=total,
                amount_due=total if body["payment_method"] == "cod" else Decimal(0),
                ship_to=_address(to),
                bill_to=_address(body["billing"]),
                names=tuple(line["name"] for line in body["line_items"]),
                note=body["customer_note"],
                shipping=body["shipping_lines"][0]["method_title"],
                line_totals=tuple(
                    Decimal(line["total"]) + Decimal(line["total_tax"]) for line in body["line_items"]
                ),
            )

    def sell_in(self, order: str, currency: str) -> None:
        self._control.change(int(order), currency=currency)

    def touch(self, order: str) -> None:
        self._control.change(int(order), transaction_id=f"touched-{self._shop.now()}")

    def cancel(self, order: str) -> None:
        self._control.cancel(int(order))

    def hold(self, order: str) -> None:
        self._control.change(int(order), status="on-hold")

    def release(self, order: str) -> None:
        self._control.change(int(order), status="processing")

    def refund(self, order: str, line: int, quantity: int) -> None:
        self._control.refund(int(order), {self._line_ids(order)[line]: quantity})

    def complete_by_hand(self, order: str) -> None:
        self._control.change(int(order), status="completed")

    def add_number_by_hand(self, order: str, number: str) -> None:
        if self._shop.settings.fulfillments:
            self._fulfil_by_hand(order, number)
        elif self._shop.settings.tracking == "none":
            self._shop.add_note(self._record(order), f"Tracking number {number}")
        else:
            row = {
                "tracking_id": f"{int(order):032x}",
                "tracking_provider": "poste-italiane",
                "tracking_number": number,
            }
            self._control.set_trackings(int(order), [*self._control.trackings(int(order)), row])

    def undo_shipments(self, order: str) -> None:
        with self._shop.lock:
            record = self._record(order)
            record.notes = [note for note in record.notes if not KIT_NUMBER.search(note.text)]
            record.fulfillments.clear()
            update_status(self._shop, record)
        if self._shop.settings.tracking != "none":
            self._control.set_trackings(int(order), [])

    def delete(self, order: str) -> None:
        with self._shop.lock:
            self._shop.set_status(self._record(order), "trash")
            del self._shop.orders[int(order)]

    def malform(self, order: str) -> None:
        with self._shop.lock:
            self._shop.body_to_change(self._record(order))["line_items"][0]["quantity"] += 0.5
            self._shop.touch(self._record(order))

    def mend(self, order: str) -> None:
        with self._shop.lock:
            first = self._shop.body_to_change(self._record(order))["line_items"][0]
            first["quantity"] = int(first["quantity"])

    def set_changed(self, orders: Sequence[str], moment: datetime) -> None:
        self._control.set_modified([int(order) for order in orders], int(moment.timestamp()))

    def truth(self, order: str) -> StoreTruth:
        with self._shop.lock:
            record = self._record(order)
            shipments = self._shipments(record)
            return StoreTruth(
                closed=record.status == "completed",
                cancelled=record.status in {"cancelled", "refunded", "trash"},
                numbers=tuple(number for numbers, _ in shipments for number in numbers),
                carriers=tuple(carrier for _, carrier in shipments),
                shipped=self._shipped(order, record),
                shipments=len(shipments),
                traces=[note.text for note in record.notes],
                urls=self._urls(record),
            )

    def mails(self, order: str) -> tuple[StoreMail, ...]:
        sent = [mail for mail in self._control.mails(int(order)) if mail.kind.startswith(SHIPPING_MAILS)]
        return tuple(StoreMail(numbers=mail.tracking_numbers) for mail in sent)

    def _record(self, order: str) -> OrderRecord:
        return self._shop.orders[int(order)]

    def _line_ids(self, order: str) -> list[int]:
        return [line["id"] for line in self._shop.body(self._record(order))["line_items"]]

    def _shipments(self, record: OrderRecord) -> list[tuple[tuple[str, ...], str]]:
        """Numbers and carrier of each fulfillment, tracking row or note."""
        if self._shop.settings.fulfillments:
            return [
                (
                    tuple(filter(None, re.split(r"\s*,\s*", str(one.value("_tracking_number") or "")))),
                    str(one.value("_provider_name") or one.value("_shipment_provider") or ""),
                )
                for one in existing(record)
            ]
        if self._shop.settings.tracking == "none":
            found = [tuple(dict.fromkeys(KIT_NUMBER.findall(note.text))) for note in record.notes]
            return [(numbers, "") for numbers in found if numbers]
        rows = self._control.trackings(record.id)
        return [
            (
                (str(row["tracking_number"]),),
                str(row["tracking_provider"] or row.get("custom_tracking_provider")),
            )
            for row in rows
        ]

    def _urls(self, record: OrderRecord) -> tuple[str, ...] | None:
        """Core fulfillments keep them; a provider that a tracking plugin knows makes its own link."""
        if not self._shop.settings.fulfillments:
            return None
        return tuple(str(one.value("_tracking_url")) for one in existing(record))

    def _shipped(self, order: str, record: OrderRecord) -> tuple[int, ...] | None:
        if not self._shop.settings.fulfillments:
            return None
        pieces: Counter[int] = Counter()
        for one in existing(record):
            for item in one.value("_items"):
                pieces[item["item_id"]] += item["qty"]
        return tuple(pieces[line_id] for line_id in self._line_ids(order))

    def _fulfil_by_hand(self, order: str, number: str) -> None:
        with self._shop.lock:
            record, now = self._record(order), self._shop.now()
            values = {
                "_items": [{"item_id": self._line_ids(order)[0], "qty": 1}],
                "_tracking_number": number,
                "_shipment_provider": "ups",
            }
            meta = [MetaRow(next(self._shop.fulfillment_meta_ids), *pair) for pair in values.items()]
            record.fulfillments.append(
                FulfillmentRecord(next(self._shop.fulfillment_ids), "fulfilled", now, meta)
            )
            update_status(self._shop, record)
            self._shop.touch(record)


def _address(told: Mapping[str, Any]) -> Address:
    return Address(
        name=f"{told['first_name']} {told['last_name']}",
        street=(told["address_1"],),
        postcode=told["postcode"],
        city=told["city"],
        country=told["country"],
        phone=told["phone"],
    )
