"""Where a store can keep a tracking number, and which of these places is used. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import timedelta, timezone, tzinfo
from enum import StrEnum
from typing import Any, Self
from zoneinfo import ZoneInfo

from fbridge.models.platforms import Capabilities
from fbridge.models.states import Support

AUTO = "auto"
COMPLETED_ORDER = "completed"
FULFILLMENT = "fulfillment"
"""The values of the setting ``customer_mail``."""
_LONGEST_DAY = 24


class Place(StrEnum):
    """The places; the values are those of the setting ``tracking``."""

    FULFILLMENTS = "fulfillments"
    AST = "ast"
    WST = "wst"
    META = "meta"
    NOTE = "note"
    NONE = "none"

    @property
    def keeps_rows(self) -> bool:
        """Whether numbers are rows of the order meta ``_wc_shipment_tracking_items``."""
        return self in (Place.AST, Place.WST, Place.META)


PLACE_NAMES = {
    Place.AST: "Advanced Shipment Tracking",
    Place.WST: "Shipment Tracking",
    Place.META: "Shipment Tracking",
    Place.FULFILLMENTS: "WooCommerce's feature fulfillments",
    Place.NOTE: "WooCommerce",
    Place.NONE: "WooCommerce",
}
"""Who shows the numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFacts:
    """What a store offers, as ``check_store`` found it.

    ``wst`` needs the routes of Shipment Tracking; ``wst_without_routes`` is the plugin running without them, as
    versions up to 2.3.1 do on WooCommerce 9 and later. A site has a ``timezone`` by name, or its hours from UTC
    alone. ``rows_shown`` tells whether the tracking plugin was seen to show rows of the order meta (None: there was
    no row to look at), and ``spellings`` what is written for which carrier's code: the code itself where the plugin
    was seen to find it. ``completed_mail`` and ``fulfillment_mail``: whether the shop has these mails switched on
    (None: not told).
    """

    ast: bool = False
    wst: bool = False
    wst_without_routes: bool = False
    fulfillments: bool = False
    rows_shown: bool | None = None
    spellings: Mapping[str, str] = field(default_factory=dict)
    completed_mail: bool | None = None
    fulfillment_mail: bool | None = None
    woocommerce: str = ""
    wordpress: str = ""
    timezone: str = ""
    utc_offset: float | None = None

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Self | None:
        """The facts of an earlier check; None where there was none."""
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in facts.items() if name in known}) if facts else None

    def to_json(self) -> dict[str, Any]:
        """For ``StoreReport.facts``."""
        return asdict(self)

    @property
    def zone(self) -> tzinfo | None:
        """In which the store's day begins and ends; None where it does not tell."""
        try:
            return ZoneInfo(self.timezone)
        except (KeyError, ValueError, OSError):
            offset = self.utc_offset
        known = offset is not None and abs(offset) < _LONGEST_DAY
        return timezone(timedelta(hours=offset)) if known and offset is not None else None

    @property
    def namespace(self) -> str | None:
        """The REST namespace of the tracking plugin; ``wc-ast/v3`` tells AST from WST."""
        if self.ast:
            return "wc-ast/v3"
        return "wc-shipment-tracking/v3" if self.wst else None


def place_for(setting: str, facts: StoreFacts) -> Place:
    """The place that ``setting`` means on this store.

    A tracking plugin comes first: it shows the number to the customer and needs the fewest requests. A store
    that can keep no number at all gets a private note, so that the shop's people find it.
    """
    if setting != AUTO:
        return Place(setting)
    if facts.ast:
        return Place.AST
    if facts.wst:
        return Place.WST
    if facts.wst_without_routes:
        return Place.META
    return Place.FULFILLMENTS if facts.fulfillments else Place.NOTE


def is_offered(place: Place, facts: StoreFacts) -> bool:
    """Whether the store has what the place needs; only a setting can ask for what it has not."""
    offered = {Place.AST: facts.ast, Place.WST: facts.wst, Place.FULFILLMENTS: facts.fulfillments}
    return offered.get(place, True)


def spelling_words(place: Place, code: str | None, facts: StoreFacts) -> str:
    """What to know of a carrier that the plugin does not find under its code; "" where it does, or was not asked."""
    spelling = facts.spellings.get(code, code) if code else code
    if spelling == code:
        return ""
    own = "your own carrier's name is written, with your own carrier's link"
    written = f"its name {spelling} is written, under which it is found" if spelling else own
    return f"{PLACE_NAMES[place]} finds no carrier under {code}: {written}"


def mails_by_fulfillment(setting: str | None, place: Place, facts: StoreFacts) -> bool:
    """Whether a fulfillment's own mail is asked for: only where it is the one mail that the customer gets."""
    return (
        setting == FULFILLMENT
        and place is Place.FULFILLMENTS
        and facts.completed_mail is False
        and facts.fulfillment_mail is True
    )


def carrier_list_is_open(place: Place) -> bool:
    """Whether a carrier's own name is shown: AST shows nothing for a name that it does not know."""
    return place is not Place.AST


def capabilities_at(place: Place) -> Capabilities:
    """The platform's capabilities, narrowed to one place."""
    return Capabilities(
        partial_shipments=_support(place is Place.FULFILLMENTS),
        several_numbers=_support(place is not Place.NONE),
        tracking_update=_support(place not in (Place.NOTE, Place.NONE)),
        carrier_free_text=_support(carrier_list_is_open(place) and place is not Place.NONE),
        ship_date=_support(place.keeps_rows),
    )


def _support(answer: bool) -> Support:
    return Support.YES if answer else Support.NO
