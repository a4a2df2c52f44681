"""What each emulated store shows of an order, told by its control routes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from fbridge.testing.faults.proxy import is_write_by_method

Control = Callable[[str], Any]
"""Asks a control route of the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An order's number, how often it became shipped, whether it is, and the tracking numbers on it.

    ``most_mails``: so many mails belong to one shipment of it.
    """

    order_number: str
    shipped: bool
    times_shipped: int
    numbers: tuple[str, ...]
    most_mails: int = 1


class TorturedPlatform(Protocol):
    """``site_code`` is what the store calls the carrier (None: it takes any name).

    ``mails`` are the kinds of mail about a shipment; empty where every mail is.
    """

    key: str
    site_code: str | None
    mails: frozenset[str]

    def shown(self, control: Control, remote_id: str) -> Shown:
        """Look at an order."""

    def is_write(self, method: str, path: str, body: bytes) -> bool:
        """Whether a request changes something."""


class _Rest:
    """Where the method tells what a request does."""

    def is_write(self, method: str, path: str, body: bytes) -> bool:
        """All but GET."""
        return is_write_by_method(method, path, body)


class WooCommerce(_Rest):
    """Rows of Advanced Shipment Tracking."""

    key = "woocommerce"
    site_code: str | None = "brt-bartolini"
    mails = frozenset({"customer_completed_order"})

    def shown(self, control: Control, remote_id: str) -> Shown:
        """A store that completes an order twice mails twice; nothing else tells of it."""
        order = control(f"orders/{remote_id}")
        shipped = order["status"] == "completed"
        rows = [
            row
            for meta in order["meta_data"]
            if meta["key"] == "_wc_shipment_tracking_items"
            for row in meta["value"]
        ]
        return Shown(
            order_number=str(order["number"]),
            shipped=shipped,
            times_shipped=int(shipped),
            numbers=tuple(row["tracking_number"] for row in rows),
        )


class PrestaShop(_Rest):
    """The one tracking field, and the history of states."""

    key = "prestashop"
    site_code: str | None = "5"
    mails = frozenset({"shipped", "in_transit"})

    def shown(self, control: Control, remote_id: str) -> Shown:
        """Each change to Shipped stands in the history."""
        order = control(f"orders/{remote_id}")
        states = [row["id_order_state"] for row in order["histories"]]
        fields = [row["tracking_number"] for row in order["carriers"]]
        return Shown(
            order_number=order["reference"],
            shipped=order["current_state"] == "4",
            times_shipped=states.count("4"),
            numbers=tuple(number for text in fields for number in text.split(", ") if number),
        )


class Magento(_Rest):
    """Shipments, each with its tracks."""

    key = "magento"
    site_code: str | None = None
    mails: frozenset[str] = frozenset()

    def shown(self, control: Control, remote_id: str) -> Shown:
        """Each shipment counts, and the pieces in all of them against what was ordered."""
        order = control(f"orders/{remote_id}")
        shipments = control(f"orders/{remote_id}/shipments")
        return Shown(
            order_number=order["increment_id"],
            shipped=bool(shipments),
            times_shipped=len(shipments),
            numbers=tuple(track["track_number"] for one in shipments for track in one["tracks"]),
        )


class Shopify:
    """Fulfillments: one for each location that a shipment's goods leave from."""

    key = "shopify"
    site_code: str | None = "BRT"
    mails = frozenset({"shipping_confirmation", "shipping_update"})

    def is_write(self, method: str, path: str, body: bytes) -> bool:
        """Everything is POSTed to one address."""
        return b'"mutation' in body

    def shown(self, control: Control, remote_id: str) -> Shown:
        """Two fulfillments at two locations are one shipment; two at one are two. Others' parcels do not count."""
        order = control(f"orders/{remote_id.rpartition('/')[2]}")
        ours = [
            (one["location"], row["number"])
            for one in order["fulfillments"]
            for row in one["trackingInfo"]
            if one["status"] == "SUCCESS" and row["number"].startswith("BX")
        ]
        places = Counter(location for location, _ in ours)
        return Shown(
            order_number=order["name"],
            shipped=bool(ours),
            times_shipped=max(places.values(), default=0),
            numbers=tuple(sorted({number for _, number in ours})),
            most_mails=len(places),
        )


PLATFORMS: dict[str, TorturedPlatform] = {
    one.key: one for one in (WooCommerce(), PrestaShop(), Magento(), Shopify())
}
