"""What a plugin says of its platform, what it is asked, and the store it is asked about."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, Self

from fbridge.models.orders import Order, RejectedOrder
from fbridge.models.states import MailBehaviour, Support

if TYPE_CHECKING:
    from marshmallow import Schema

    from fbridge.http import StoreHttp

CONTRACT_VERSION = 1
"""The newest contract that this fbridge knows. A plugin states the number that it was built for, never this name."""

OLDEST_CONTRACT = 1
"""The oldest contract that still works here: a plugin for an older one, or a newer, is refused by name."""

_UNSTATED = 1
"""It stays when CONTRACT_VERSION is raised: who states nothing was built when there was one contract."""

Cursor = Mapping[str, Any]
"""Opaque to the core, JSON-able, made and read by one adapter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What the platform can hold; ``store check`` says it of one store.

    ``tracking_update``: a number that was pushed can be corrected. ``late_numbers``: goods that were shown as shipped
    without a number, by us or by hand, can be given one afterwards.
    """

    partial_shipments: Support
    several_numbers: Support
    tracking_update: Support
    carrier_free_text: Support
    ship_date: Support
    late_numbers: Support = Support.YES


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A plugin's description of its platform.

    ``settings`` is the marshmallow schema of the store's own settings (without the core's, see
    ``docs/settings.md``); secret fields carry ``metadata={"secret": True}``, and those that change what orders mean
    ``{"rereads": True}``: after a change the next fetch reads all orders again. ``batch_size`` is the most orders in
    one ``push_fulfillment`` call. ``settle_time`` is how long the platform may go on working after an answer
    was lost. ``exchange_fields`` names the JSON keys whose values may be kept in the record of HTTP exchanges;
    all others are blanked, so name no key that holds personal data (for XML: element names). ``tells_mail_switch``:
    a store tells whether it has its mails switched off, and the adapter plans none then. ``contract``: the version of
    the contract that the plugin was built for, as a number.
    """

    key: str
    label: str
    settings: type[Schema]
    batch_size: int
    settle_time: timedelta
    capabilities: Capabilities
    mail: MailBehaviour
    contract: int = _UNSTATED
    exchange_fields: frozenset[str] = frozenset()
    tells_mail_switch: bool = False


@dataclass(frozen=True, slots=True)
class Store:
    """One configured shop, as handed to the adapter.

    ``settings`` are validated by the plugin's schema; secret ones are :class:`fbridge.models.secrets.Secret`.
    ``http`` is the only way to the network. ``facts`` is what the adapter's last ``check_store`` found, as the
    core kept it (empty before the first check). ``timezone`` is the user's: for days, where the store does not tell
    its own zone. ``extra_fields``: paths in the platform's own order (:mod:`fbridge.models.field_paths`) that the
    user wants in ``Order.extra``, by name; nothing else of an order's personal data is to be kept.
    """

    name: str
    url: str
    settings: Mapping[str, Any]
    http: StoreHttp
    facts: Mapping[str, Any] = field(default_factory=dict)
    timezone: tzinfo = UTC
    extra_fields: Mapping[str, str] = field(default_factory=dict)

    def now(self) -> datetime:
        """The current time, aware UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderQuery:
    """Which orders are wanted.

    Either all that changed since ``since`` (aware UTC; None: from the beginning), going on from ``cursor``; or
    those with ``order_ids``, to read them again. ``shipments``: read also what the store holds of each order's
    shipments, and all that the adapter wants back with a push; it may cost requests.
    """

    since: datetime | None = None
    cursor: Cursor | None = None
    order_ids: tuple[str, ...] | None = None
    shipments: bool = False

    @property
    def fingerprint(self) -> str:
        """Tells whether a stored cursor belongs to this query."""
        question = [self.since.isoformat() if self.since else None, self.shipments]
        return hashlib.sha256(json.dumps(question).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What somebody has to do about a store, in words; ``status`` tells it from ``since`` (aware UTC) on."""

    words: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """Orders that were made ``before`` (aware UTC) may be kept from us, ``why`` in words with the way out."""

    before: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage:
    """Some orders, and the cursor from which a later call goes on after them.

    ``absent`` names the asked ``order_ids`` that the store does not show; one that may be ``hidden`` is not gone.
    ``notices`` are all that there are at this time (None: not told). ``remaining`` is the store's own
    count of orders still to come, for the progress display only (None: not told). ``note`` is one sentence that a
    person should know of the whole fetch, such as that the store's clock was put back; each page may repeat it.
    ``served_at`` is the store's clock when it gave the page, ``put_back_at`` when by our time that clock was last
    found put back (both aware UTC; None: not known): they tell where a change that looks older than the kept one is
    not.
    """

    orders: tuple[Order, ...]
    cursor: Cursor = field(default_factory=dict)
    rejected: tuple[RejectedOrder, ...] = ()
    absent: tuple[str, ...] = ()
    remaining: int | None = None
    note: str = ""
    served_at: datetime | None = None
    put_back_at: datetime | None = None
    hidden: Hidden | None = None
    notices: tuple[Notice, ...] | None = None

    @classmethod
    def of(cls, decoded: Iterable[Order | RejectedOrder], **fields: Any) -> Self:
        """From what the mapping made of each order; ``fields`` are all others."""
        entries = list(decoded)
        return cls(
            orders=tuple(entry for entry in entries if isinstance(entry, Order)),
            rejected=tuple(entry for entry in entries if isinstance(entry, RejectedOrder)),
            **fields,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierCode:
    """One carrier as the store calls it: a name, a code or an id, with what people see.

    ``warning`` is a sentence where the store will not show it as its label says ("" where all is well).
    """

    code: str
    label: str
    tracking_url: str = ""
    warning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierCodes:
    """The codes the store knows; ``open`` tells whether it takes a carrier's own name and URL as well."""

    codes: tuple[CarrierCode, ...]
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of a store check: what was looked at, whether it will do, and in words."""

    name: str
    ok: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place the store ships from (a Shopify location, a Magento source)."""

    id: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreReport:
    """What ``check_store`` found out without changing or sending anything.

    ``facts`` is JSON-able and comes back in :attr:`Store.facts`. ``capabilities`` is the platform's, narrowed to
    this store. ``clock_offset`` is the store's clock minus ours. ``mail`` says what a push makes the store send.
    ``locations`` are the store's own places of goods, for the ``warehouses`` setting. ``notices`` are as in
    :class:`OrderPage`.
    """

    findings: tuple[Finding, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
    capabilities: Capabilities | None = None
    clock_offset: timedelta | None = None
    mail: MailBehaviour | None = None
    locations: tuple[Location, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the store can be worked with."""
        return all(finding.ok for finding in self.findings)
