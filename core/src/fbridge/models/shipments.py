"""The office's side: carriers, shipments, manifests, and where a shipment stands towards its store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import blake2b
from typing import Any
from urllib.parse import quote

from fbridge.models.drift import Drift
from fbridge.models.fulfillments import Effects, Item
from fbridge.models.number_shapes import NumberWarning
from fbridge.models.orders import Address, Money
from fbridge.models.particulars import Particulars
from fbridge.models.states import ManifestState, PushState, ReturnKind, ReturnOutcome, ShipmentOrigin
from fbridge.models.usual_carriers import number_warnings

PLACEHOLDERS = ("number", "customer_code", "depot", "postcode", "reference", "date")
"""What may stand in braces in a carrier's tracking URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """The user's own carrier record.

    ``tracking_url`` is a template with the placeholders of :data:`PLACEHOLDERS`. ``customer_code`` is our code at the
    carrier, ``depot`` the one of theirs that we hand over to, ``pickup`` the address where they fetch it, ``address``
    their own, as it stands on documents.
    """

    id: int
    code: str
    name: str
    tracking_url: str = ""
    customer_code: str = ""
    depot: str = ""
    pickup: str = ""
    address: str = ""

    def url_for(
        self, number: str, *, postcode: str = "", reference: str = "", day: date | None = None
    ) -> str:
        """The public page of one tracking number; "" where the carrier has no template.

        ``postcode`` is the recipient's, ``reference`` what we told the carrier, ``day`` when it left.
        """
        values = (number, self.customer_code, self.depot, postcode, reference, day.isoformat() if day else "")
        url = self.tracking_url
        for name, value in zip(PLACEHOLDERS, values, strict=True):
            url = url.replace("{" + name + "}", quote(value, safe=""))
        return url


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The ERP's reference of a shipping document: source, series, number and year name it; ``date`` tells its day."""

    number: str
    source: str = ""
    series: str = ""
    year: int | None = None
    date: date | None = None

    @property
    def key(self) -> str:
        """One string that identifies the document."""
        return "/".join((self.source, self.series, self.number, str(self.year or "")))

    @property
    def short(self) -> str:
        """As it stands on paper, number and series: ``125/A``."""
        return "/".join(part for part in (self.number, self.series) if part)

    @property
    def spellings(self) -> frozenset[str]:
        """The ways people write it: ``125``, ``125/A``, ``A/125``, with the year or without, and in full."""
        short = ((self.number, self.series), (self.series, self.number))
        dated = [(*parts, str(self.year)) for parts in (*short, (self.number,)) if self.year]
        written = {"/".join(part for part in parts if part) for parts in (*short, *dated)}
        return frozenset({self.number, self.key, str(self), *written})

    def __str__(self) -> str:
        parts = (self.source, self.series, self.number, str(self.year or ""))
        return "/".join(part for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingMail:
    """A mail that a plan promised, and that did not leave (``mail_not_sent``) or may not have (``mail_in_doubt``).

    ``since`` is aware UTC, ``words`` is a sentence.
    """

    since: datetime
    reason: str
    words: str

    def beside(self, words: str) -> str:
        """Words about the shipment without what is said of its mail anyway: both rest on one answer of the store."""
        return "" if words.rstrip(".") in self.words else words


@dataclass(frozen=True, slots=True, kw_only=True)
class PushStatus:
    """Where a shipment stands towards its store (the push ledger).

    ``reason`` is a stable code, ``words`` a sentence; ``since`` is when the state was entered, ``next_at`` when
    something will be tried again by itself. ``claimed_at``: when it was last on its way to the store (None:
    never). Times are aware UTC. ``is_unchecked``: the database was restored from a backup, and
    what became of it since was not looked up yet. ``missing_mail``: the customer's mail that did not leave (None:
    none is missing). ``drift``: what the last look at the store found otherwise.
    """

    state: PushState
    reason: str
    words: str
    since: datetime
    next_at: datetime | None
    acknowledged_revision: int | None
    tries: int
    effects: Effects
    remote_ids: tuple[str, ...] = ()
    claimed_at: datetime | None = None
    is_unchecked: bool = False
    missing_mail: MissingMail | None = None
    drift: Drift | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """A parcel that came back, or that the carrier keeps. Times are aware UTC; its store is not told.

    ``came_at`` is the day that somebody said, else when it was noted; ``outcome`` is None until it is dealt with,
    ``replacement`` the shipment (``S13``) that went in its place.
    """

    kind: ReturnKind
    came_at: datetime
    noted_at: datetime
    reason: str = ""
    outcome: ReturnOutcome | None = None
    closed_at: datetime | None = None
    replacement: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody has still to do something about it."""
        return self.outcome is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """A shipping document: goods of one order that leave together, or an external parcel.

    ``numbers`` are those of the wanted ``revision``; ``push`` is None for external parcels, which are never
    pushed. ``recipient``: where it goes; of an order its delivery address as last read, empty once that was
    purged. ``particulars``: what else a file said of its document. ``left_behind_at``: it stayed in the house when
    its manifest left, and is there still; its store may have been told all the same. ``returned``: it came back (the
    last time; None: never). ``order_id`` is the key in fbridge's database, ``order_number`` what a person sees.
    """

    id: int
    uuid: str
    origin: ShipmentOrigin
    carrier: Carrier
    revision: int
    parcels: int
    created_at: datetime
    items: tuple[Item, ...] = ()
    numbers: tuple[str, ...] = ()
    store: str | None = None
    order_id: int | None = None
    order_number: str = ""
    manifest: str | None = None
    weight_grams: int | None = None
    cod: Money | None = None
    warehouse: str | None = None
    document: Document | None = None
    recipient: Address = field(default_factory=Address)
    shipped_at: datetime | None = None
    withdrawn_at: datetime | None = None
    left_behind_at: datetime | None = None
    particulars: Particulars | None = None
    push: PushStatus | None = None
    returned: Return | None = None

    @property
    def label(self) -> str:
        """How a person names it on the command line: ``S12``."""
        return f"S{self.id}"

    @property
    def number_warnings(self) -> tuple[NumberWarning, ...]:
        """What is odd about its numbers: nothing that is refused, but that somebody should look at."""
        return number_warnings(self.numbers, self.carrier.code, self.order_number)

    @property
    def in_house(self) -> bool:
        """Whether the goods are still here, to be handed to a carrier."""
        return self.withdrawn_at is None and (self.shipped_at is None or self.left_behind_at is not None)

    @property
    def came_back(self) -> bool:
        """Whether it came back and nobody has dealt with that."""
        return self.withdrawn_at is None and self.returned is not None and self.returned.is_open


@dataclass(frozen=True, slots=True, kw_only=True)
class StruckRow:
    """A row of a shipped manifest that is struck through: it did not leave after all. ``at`` is aware UTC."""

    shipment: str
    order_number: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestHead:
    """A manifest without what stands on it."""

    id: int
    number: str
    carrier: Carrier
    state: ManifestState
    created_at: datetime
    shipped_at: datetime | None
    cancelled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestRow(ManifestHead):
    """A manifest in a list: how many shipments and boxes, how heavy, and what is collected at the door by currency.

    Boxes and weight of a document that goes over several orders count once; a weight that nobody stated does not.
    """

    count: int
    parcels: int
    weight_grams: int
    cod_totals: tuple[Money, ...]


def fingerprint_of(manifest: ManifestHead, packed: Iterable[Any]) -> str:
    """Equal as long as the same stands on the manifest, packed in the same way, and it is in the same state.

    ``packed``: its shipments, or what has these columns of them.
    """
    rows = [
        (one.id, one.revision, one.parcels, one.weight_grams, str(one.cod or ""), one.numbers)
        for one in packed
    ]
    return blake2b(repr((manifest.number, manifest.state.value, rows)).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestPage(ManifestRow):
    """A part of a manifest, whose ``fingerprint`` is that of the whole (:attr:`Manifest.fingerprint`).

    ``following``: the next part begins after this shipment; None at the end.
    """

    shipments: tuple[Shipment, ...]
    struck: tuple[StruckRow, ...]
    fingerprint: str
    following: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest(ManifestRow):
    """Shipments handed to one carrier together. ``struck`` stood on it, and did not leave with it after all."""

    shipments: tuple[Shipment, ...]
    struck: tuple[StruckRow, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Equal as long as the same stands on it, packed in the same way, and it is in the same state."""
        return fingerprint_of(self, self.shipments)

    @property
    def deliveries(self) -> tuple[tuple[Shipment, ...], ...]:
        """The shipments by what the courier takes: those of one document are the same boxes."""
        found: dict[str, list[Shipment]] = {}
        for shipment in self.shipments:
            found.setdefault(shipment.document.key if shipment.document else shipment.label, []).append(
                shipment
            )
        return tuple(map(tuple, found.values()))
