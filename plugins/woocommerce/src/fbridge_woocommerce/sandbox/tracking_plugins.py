"""Advanced Shipment Tracking (AST) and WooCommerce Shipment Tracking (WST): same routes, other habits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fbridge_woocommerce.sandbox.calls import php_int
from fbridge_woocommerce.sandbox.data import read_json
from fbridge_woocommerce.sandbox.settings import SandboxSettings

DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?")


@dataclass(frozen=True, slots=True)
class TrackingPlugin:
    """What tells the two plugins apart. ``namespaces`` is empty when the plugin registers no routes."""

    key: str
    file: str
    name: str
    version: str
    namespaces: tuple[str, ...]
    placeholder: str
    shows_free_carriers: bool

    @property
    def providers(self) -> Mapping[str, Mapping[str, str]]:
        """Country to carrier name to tracking address."""
        providers: Mapping[str, Mapping[str, str]] = read_json("tracking_providers.json")[self.key]
        return providers

    def carrier(self, text: str) -> tuple[str, str]:
        """Name and address of a carrier known by this name or slug; both empty for another."""
        by_slug = {
            slug(name): (name, url) for group in self.providers.values() for name, url in group.items()
        }
        return by_slug.get(slug(text), ("", ""))

    def display(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """The carrier's name and the tracking link as the customer sees them."""
        name, address = self.carrier(str(row.get("tracking_provider") or ""))
        if name:
            return name, address.replace(self.placeholder, str(row.get("tracking_number", "")))
        free_name = str(row.get("custom_tracking_provider") or "")
        return (free_name if self.shows_free_carriers else ""), str(row.get("custom_tracking_link") or "")

    def new_row(self, given: Mapping[str, Any], tracking_id: str, now: int) -> dict[str, Any]:
        """A row as this plugin itself writes it."""
        provider = slug(str(given.get("tracking_provider") or ""))
        shipped = _shipped(given.get("date_shipped"))
        if self.key == "wst":
            return {
                "tracking_provider": provider,
                "custom_tracking_provider": given.get("custom_tracking_provider"),
                "custom_tracking_link": given.get("custom_tracking_link"),
                "tracking_number": str(given["tracking_number"]),
                "date_shipped": str(now - now % 86_400 if shipped is None else shipped),
                "tracking_id": tracking_id,
            }
        return {
            "tracking_provider": provider,
            "custom_tracking_provider": given.get("custom_tracking_provider") or "",
            "custom_tracking_link": given.get("custom_tracking_link") or "",
            "tracking_number": str(given["tracking_number"]),
            "tracking_product_code": "",
            "source": "REST_API",
            "date_shipped": now if shipped is None else str(shipped),
            "status_shipped": str(given.get("status_shipped") or ""),
            "tracking_id": tracking_id,
            "user_id": 1,
        }


AST = TrackingPlugin(
    key="ast",
    file="woo-advanced-shipment-tracking/woocommerce-advanced-shipment-tracking.php",
    name="Advanced Shipment Tracking for WooCommerce",
    version="3.7.9",
    namespaces=("wc-ast/v3", "wc-shipment-tracking/v3", "wc/v1", "wc/v2", "wc/v3"),
    placeholder="%number%",
    shows_free_carriers=False,
)
WST_WITHOUT_ROUTES = TrackingPlugin(
    key="wst",
    file="woocommerce-shipment-tracking/woocommerce-shipment-tracking.php",
    name="WooCommerce Shipment Tracking",
    version="2.3.1",
    namespaces=(),
    placeholder="%1$s",
    shows_free_carriers=True,
)
WST = TrackingPlugin(
    key="wst",
    file=WST_WITHOUT_ROUTES.file,
    name=WST_WITHOUT_ROUTES.name,
    version=WST_WITHOUT_ROUTES.version,
    namespaces=("wc-shipment-tracking/v3", "wc/v1", "wc/v2"),
    placeholder=WST_WITHOUT_ROUTES.placeholder,
    shows_free_carriers=True,
)


def chosen_plugin(settings: SandboxSettings) -> TrackingPlugin | None:
    """The plugin that the store has."""
    if settings.tracking == "none":
        return None
    if settings.tracking == "ast":
        return AST
    return WST if settings.wst_routes else WST_WITHOUT_ROUTES


def slug(name: str) -> str:
    """WordPress's ``sanitize_title``, near enough for carrier names."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[\s-]+", "-", re.sub(r"[^a-z0-9\s_-]", "", plain.replace(".", "-"))).strip("-")


def shown_date(row: Mapping[str, Any]) -> str:
    """The day of a row, in UTC as PHP's ``date`` has it there."""
    return f"{datetime.fromtimestamp(php_int(row.get('date_shipped')), UTC):%Y-%m-%d}"


def _shipped(text: Any) -> int | None:
    """Seconds since 1970, or None for no date: also for one that PHP does not understand, without a word."""
    if not isinstance(text, str) or DAY.fullmatch(text) is None:
        return None
    try:
        return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
    except ValueError:
        return None
