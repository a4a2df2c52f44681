"""The emulated Shopify store as the conformance kit wants it: its merchant's hands, and a look behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from fbridge.models.orders import Address
from fbridge.sandbox import ServedSandbox
from fbridge.testing import StoreMail, StoreSale, StoreTruth, StoreUnderTest
from fbridge_shopify.sandbox.control import Control

SHIPPING_MAILS = ("shipping_confirmation", "shipping_update")
_READS_BY_MUTATION = b"bulkOperationRunQuery"


class ShopifyUnderTest(StoreUnderTest):
    """One store of the sandbox. ``own_settings`` are settings of the plugin beside or instead of the token."""

    platform = "shopify"
    skus = ("OLIO-EVO-1L", "PASTA-GRAGN", "CAFFE-MOKA")
    virtual_sku = "CORSO-PDF"
    wrong_key = b'{"errors":"[API] Invalid API key or access token (unrecognized login or wrong password)"}'
    undoes_shipments = True

    def __init__(self, served: ServedSandbox, **own_settings: Any) -> None:
        self.url = served.url
        self._served = served
        self._own_settings = own_settings
        self._control: Control = served.control

    @property
    def settings(self) -> Mapping[str, Any]:
        return self._own_settings or self._served.store_settings()

    def is_write(self, method: str, path: str, body: bytes) -> bool:
        """Everything is POSTed to one address; a bulk operation reads, though a mutation starts it."""
        return b'"mutation' in body and _READS_BY_MUTATION not in body

    def new_order(self, lines: Sequence[tuple[str, int]], *, cod: bool = False) -> str:
        made = self._control.new_order(lines, cod=cod)
        record = self._control.to_change(made)
        record.billing = {
            **record.billing,
            "name": "Bruno Neri",
            "address1": "Corso Francia 3",
            "zip": "10139",
        }
        return made

    def sale(self, order: str) -> StoreSale:
        record = self._control.to_change(order)
        return StoreSale(
            currency=self._control.shop.settings.currency,
            number=record.name,
            total=record.total,
            amount_due=record.total if record.financial == "PENDING" else Decimal(0),
            ship_to=_address(record.address or {}, record.email),
            bill_to=_address(record.billing, record.email),
            names=tuple(" - ".join(filter(None, (line.title, line.variant_title))) for line in record.lines),
        )

    def touch(self, order: str) -> None:
        self._control.touch(order)

    def cancel(self, order: str) -> None:
        """Shopify cancels no order of which something has left; its staff takes that back first."""
        record = self._control.to_change(order)
        for one in record.fulfillments:
            one.status = "CANCELLED"
        self._control.cancel(order)

    def hold(self, order: str) -> None:
        self._control.hold(order)

    def release(self, order: str) -> None:
        self._control.release(order)

    def refund(self, order: str, line: int, quantity: int) -> None:
        self._control.refund(order, line, quantity)

    def complete_by_hand(self, order: str) -> None:
        self._control.ship_by_hand(order)

    def add_number_by_hand(self, order: str, number: str) -> None:
        self._control.ship_by_hand(order, {0: 1}, number=number, company="UPS")

    def undo_shipments(self, order: str) -> None:
        self._control.take_back(order)

    def delete(self, order: str) -> None:
        self._control.delete(order)

    def malform(self, order: str) -> None:
        self._control.malform(order)

    def mend(self, order: str) -> None:
        self._control.mend(order)

    def set_changed(self, orders: Sequence[str], moment: datetime) -> None:
        self._control.set_changed(orders, int(moment.timestamp()))

    def truth(self, order: str) -> StoreTruth:
        shown = self._control.order(order)
        made = [one for one in shown["fulfillments"] if one["status"] == "SUCCESS"]
        pieces: Counter[str] = Counter()
        for one in made:
            pieces.update(one["lines"])
        return StoreTruth(
            closed=shown["displayFulfillmentStatus"] == "FULFILLED",
            cancelled=shown["cancelledAt"] is not None,
            numbers=tuple(row["number"] for one in made for row in one["trackingInfo"] if row["number"]),
            carriers=tuple(row["company"] for one in made for row in one["trackingInfo"]),
            shipped=tuple(pieces[line["id"]] for line in shown["lineItems"]),
            shipments=len(made),
            traces=[shown["updatedAt"], shown["fulfillmentOrders"]],
            urls=tuple(row["url"] for one in made for row in one["trackingInfo"]),
            locations=tuple(one["location"] for one in made),
        )

    def mails(self, order: str) -> tuple[StoreMail, ...]:
        sent = [mail for mail in self._control.mails(order) if mail.kind in SHIPPING_MAILS]
        return tuple(StoreMail(numbers=mail.tracking_numbers) for mail in sent)


def _address(told: Mapping[str, Any], email: str) -> Address:
    return Address(
        name=told["name"],
        street=tuple(line for line in (told["address1"], told["address2"]) if line),
        postcode=told["zip"],
        city=told["city"],
        country=told["countryCodeV2"],
        phone=told["phone"] or "",
        email=email,
    )
