"""Advanced Shipment Tracking (AST) and WooCommerce Shipment Tracking (WST): same routes, other habits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fbridge_woocommerce.sandbox.calls import php_int
from fbridge_woocommerce.sandbox.data import read_json
from fbridge_woocommerce.sandbox.records import OrderRecord, Shown, tracking_rows
from fbridge_woocommerce.sandbox.settings import SandboxSettings

if TYPE_CHECKING:
    from fbridge_woocommerce.sandbox.state import Shop

DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?")


@dataclass(frozen=True, slots=True)
class Provider:
    """A carrier in a plugin's list. ``slug`` is what the plugin keeps, ``shown_as`` what customers read."""

    name: str
    slug: str
    url: str
    shown_as: str


@dataclass(frozen=True, slots=True)
class TrackingPlugin:
    """What tells the two plugins apart. ``namespaces`` is empty when the plugin registers no routes.

    ``own_providers`` is a list that somebody edited: country to name to ``url`` and, where they are other ones than
    the name tells, ``slug`` and ``shown_as``.
    """

    key: str
    file: str
    name: str
    version: str
    namespaces: tuple[str, ...]
    placeholder: str
    shows_free_carriers: bool
    own_providers: Mapping[str, Mapping[str, Mapping[str, str]]] | None = None

    @property
    def providers(self) -> Mapping[str, Mapping[str, str]]:
        """Country to carrier name to tracking address, as the ``providers`` route gives it."""
        if self.own_providers is not None:
            return {
                country: {name: one["url"] for name, one in group.items()}
                for country, group in self.own_providers.items()
            }
        providers: Mapping[str, Mapping[str, str]] = read_json("tracking_providers.json")[self.key]
        return providers

    def _listed(self) -> Iterator[Provider]:
        own = self.own_providers or {}
        for country, group in self.providers.items():
            for name, url in group.items():
                told = own.get(country, {}).get(name, {})
                yield Provider(name, told.get("slug") or slug(name), url, told.get("shown_as") or name)

    def carrier(self, text: str) -> Provider | None:
        """The carrier of a row. AST compares slug and shown name as they are, WST makes slugs of both."""
        if self.key == "ast":
            return next((one for one in self._listed() if text in (one.slug, one.shown_as)), None)
        return next((one for one in self._listed() if slug(text) == one.slug), None)

    def display(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """The carrier's name and the tracking link as the plugin's own route gives them."""
        found = self.carrier(str(row.get("tracking_provider") or ""))
        if found:
            return found.shown_as, found.url.replace(self.placeholder, str(row.get("tracking_number", "")))
        free_name = str(row.get("custom_tracking_provider") or "")
        return (free_name if self.shows_free_carriers else ""), str(row.get("custom_tracking_link") or "")

    def in_mail(self, row: Mapping[str, Any]) -> Shown:
        """A row as the "completed" mail shows it: where AST knows no carrier, with what stands in the row."""
        name, link = self.display(row)
        if not name and self.key == "ast":
            name = str(row.get("tracking_provider") or row.get("custom_tracking_provider") or "")
        return Shown(str(row.get("tracking_number", "")), name, link)

    def kept(self, text: str) -> str:
        """What the plugin's own route keeps of a carrier: AST looks its name up, and keeps what it does not find."""
        if self.key == "wst":
            return slug(text)
        return next((one.slug for one in self._listed() if one.name == text), text)

    def new_row(self, given: Mapping[str, Any], tracking_id: str, now: int) -> dict[str, Any]:
        """A row as this plugin itself writes it."""
        provider = self.kept(str(given.get("tracking_provider") or ""))
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
        return replace(AST, own_providers=settings.providers)
    return replace(WST, own_providers=settings.providers) if settings.wst_routes else WST_WITHOUT_ROUTES


def active_plugin(shop: Shop) -> TrackingPlugin | None:
    """The plugin that the store has, unless somebody has switched it off since."""
    return None if "tracking" in shop.switched_off else chosen_plugin(shop.settings)


def shown_rows(shop: Shop, record: OrderRecord) -> list[Shown]:
    """An order's tracking as its "completed" mail shows it: nothing without the plugin."""
    plugin = active_plugin(shop)
    return [plugin.in_mail(row) for row in tracking_rows(record)] if plugin else []


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
