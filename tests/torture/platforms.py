"""What each emulated store shows of an order, told by its control routes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An order's number, how often it became shipped, whether it is, and the tracking numbers on it."""

    order_number: str
    shipped: bool
    times_shipped: int
    numbers: tuple[str, ...]


class TorturedPlatform(Protocol):
    """``site_code`` is what the store calls the carrier; ``mails`` are the kinds of mail about a shipment."""

    key: str
    site_code: str
    mails: frozenset[str]

    def shown(self, order: Mapping[str, Any]) -> Shown:
        """Read the answer of the control route ``orders/{id}``."""


class WooCommerce:
    """Rows of Advanced Shipment Tracking."""

    key = "woocommerce"
    site_code = "brt-bartolini"
    mails = frozenset({"customer_completed_order"})

    def shown(self, order: Mapping[str, Any]) -> Shown:
        """A store that completes an order twice mails twice; nothing else tells of it."""
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


class PrestaShop:
    """The one tracking field, and the history of states."""

    key = "prestashop"
    site_code = "5"
    mails = frozenset({"shipped", "in_transit"})

    def shown(self, order: Mapping[str, Any]) -> Shown:
        """Each change to Shipped stands in the history."""
        states = [row["id_order_state"] for row in order["histories"]]
        fields = [row["tracking_number"] for row in order["carriers"]]
        return Shown(
            order_number=order["reference"],
            shipped=order["current_state"] == "4",
            times_shipped=states.count("4"),
            numbers=tuple(number for text in fields for number in text.split(", ") if number),
        )


PLATFORMS: dict[str, TorturedPlatform] = {one.key: one for one in (WooCommerce(), PrestaShop())}
