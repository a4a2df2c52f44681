"""Which permissions the key needs for what. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fbridge.models.platforms import Finding
from fbridge_prestashop.answers import KEYS_PAGE
from fbridge_prestashop.shop_facts import ShopFacts
from fbridge_prestashop.xml_bodies import Permissions

_ORDERS = (
    "orders",
    "order_details",
    "order_carriers",
    "order_states",
    "addresses",
    "countries",
    "states",
    "currencies",
    "carriers",
)
_OPTIONAL = {
    "customers": "orders come without e-mail addresses",
    "order_payments": "cash on delivery that the shop shows as paid is doubtful",
    "order_histories": "a state that a module left half set is not told",
    "products": "virtual goods within an order of goods count as goods",
    "languages": "the shop's languages are not told",
}


def findings_of(permissions: Permissions, facts: ShopFacts, settings: Mapping[str, Any]) -> Iterator[Finding]:
    """One finding for each thing that fbridge does, and what is missing for it."""
    yield _finding("read orders", [f"GET on {one}" for one in _ORDERS if not permissions.may("get", one)])
    yield _configuration(permissions, settings)
    yield _finding("write tracking numbers", [] if facts.put or facts.has_patch else [_tracking_need(facts)])
    may_post = permissions.may("post", "order_histories")
    yield _finding("set the status", [] if may_post else ["POST on order_histories"])
    yield _optional(permissions)


def _finding(purpose: str, missing: list[str]) -> Finding:
    if missing:
        words = f"The key may not {purpose}: give it {', '.join(missing)} under {KEYS_PAGE}."
        return Finding(name=purpose, ok=False, words=words)
    return Finding(name=purpose, ok=True, words=f"The key may {purpose}.")


def _tracking_need(facts: ShopFacts) -> str:
    major = facts.version.partition(".")[0]
    return "PUT on order_carriers" if major == "1" else "PATCH (or PUT) on order_carriers"


def _configuration(permissions: Permissions, settings: Mapping[str, Any]) -> Finding:
    """Without it the time zone must come from the settings; states are then told by their mail templates."""
    name = "read the shop's settings"
    if permissions.may("get", "configurations") or not settings.get("timezone"):
        missing = [] if permissions.may("get", "configurations") else ["GET on configurations"]
        return _finding(name, missing)
    words = "The key may not read configurations; the time zone is that of the setting timezone."
    return Finding(name=name, ok=True, words=words)


def _optional(permissions: Permissions) -> Finding:
    lacking = [f"{name} ({why})" for name, why in _OPTIONAL.items() if not permissions.may("get", name)]
    words = f"Without GET on {'; '.join(lacking)}." if lacking else "The key may read all that helps."
    return Finding(name="optional permissions", ok=True, words=words)
