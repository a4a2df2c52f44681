"""What stands on a printed manifest, as text. Pure: how it looks is the PDF's and the page's matter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from zoneinfo import ZoneInfo

from fbridge.models.orders import Address, Money
from fbridge.models.shipments import Document, Manifest, Shipment
from fbridge.models.states import ManifestState
from fbridge.office.paper.figures import DITTO, NOTHING, amount, kilograms, moment
from fbridge.office.paper.phrases import Phrases, phrases
from fbridge.office.plain_text import clean
from fbridge.settings.sender import Sender
from fbridge.shipping.manifests import Paper


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """One shipment, column by column."""

    position: str
    document: str
    order: str
    recipient: str
    town: str
    parcels: str
    weight: str
    cod: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestSheet:
    """``mark`` says that the paper is a draft, ``version`` which print of it this is. ``facts`` are pairs of a label
    and a text, ``copies`` the titles of the copies, ``totals`` stand at the end."""

    language: str
    title: str
    number: str
    mark: str
    version: str
    copies: tuple[str, ...]
    sender: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    headings: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    totals: tuple[tuple[str, str], ...]
    signature: tuple[str, ...]
    page_words: tuple[str, str]


def manifest_sheet(paper: Paper, sender: Sender, *, language: str, zone: ZoneInfo) -> ManifestSheet:
    """The sheet of a manifest in one language; times are shown in ``zone``."""
    say, manifest = phrases(language), paper.manifest
    return ManifestSheet(
        language=language,
        title=say("Manifest"),
        number=manifest.number,
        mark=_mark(manifest, say),
        version=_version(paper, say),
        copies=(say("Sender's copy"), say("Carrier's copy")),
        sender=_sender_lines(sender, say),
        facts=tuple(_facts(paper, sender, say, language, zone)),
        headings=_headings(say),
        rows=tuple(_rows(paper, language)),
        totals=tuple(_totals(manifest, say, language)),
        signature=(say("Driver's name"), say("Plate"), say("Date and time"), say("Signature")),
        page_words=(say("Page"), say("of")),
    )


def _headings(say: Phrases) -> tuple[str, ...]:
    return (
        say("No."),
        say("Document"),
        say("Order"),
        say("Recipient"),
        say("Postcode, town"),
        say("Parcels"),
        say("Kg"),
        say("COD"),
        say("Number"),
    )


def _mark(manifest: Manifest, say: Phrases) -> str:
    if manifest.state is ManifestState.PREPARING:
        return say("DRAFT")
    return say("CANCELLED") if manifest.state is ManifestState.CANCELLED else ""


def _version(paper: Paper, say: Phrases) -> str:
    revision = f"{say('Revision')} {paper.revision}" if paper.revision > 1 else ""
    return " · ".join(part for part in (revision, say("Reprint") if paper.is_reprint else "") if part)


def _sender_lines(sender: Sender, say: Phrases) -> tuple[str, ...]:
    vat = f"{say('VAT number')} {sender.vat_number}" if sender.vat_number else ""
    return tuple(clean(line) for line in (sender.company, *sender.address, vat) if line)


def _facts(
    paper: Paper, sender: Sender, say: Phrases, language: str, zone: ZoneInfo
) -> Iterator[tuple[str, str]]:
    manifest = paper.manifest
    yield say("Carrier"), clean(manifest.carrier.name)
    if manifest.carrier.customer_code:
        yield say("Customer code"), clean(manifest.carrier.customer_code)
    if sender.pickup:
        yield say("Pick-up at"), clean(", ".join(sender.pickup))
    if manifest.shipped_at:
        yield say("Shipped"), moment(manifest.shipped_at, zone, language)
    yield say("Printed"), moment(paper.printed_at, zone, language)
    if manifest.struck:
        yield say("Did not leave"), ", ".join(one.order_number or one.shipment for one in manifest.struck)


def _rows(paper: Paper, language: str) -> Iterator[SheetRow]:
    """A row for each shipment; what those of one document have in common stands in the first of them."""
    first = {one.id for one in paper.manifest.deliveries}
    for at, one in enumerate(paper.manifest.shipments, 1):
        row = _row(at, one, language)
        if one.id not in first:
            row = replace(row, parcels=DITTO, weight=DITTO, number=DITTO, cod=DITTO if one.cod else "")
        elif one.document:
            row = replace(row, cod=amount(_collected(paper.manifest, one.document), language))
        yield row


def _collected(manifest: Manifest, document: Document) -> Money | None:
    """The cash of all shipments of one document, which the driver collects at once."""
    of_it = [
        one.cod for one in manifest.shipments if one.cod and one.document and one.document.key == document.key
    ]
    if not of_it:
        return None
    return Money(amount=sum((cod.amount for cod in of_it), Decimal(0)), currency=of_it[0].currency)


def _row(at: int, one: Shipment, language: str) -> SheetRow:
    to = one.recipient
    return SheetRow(
        position=str(at),
        document=clean(one.document.short if one.document else ""),
        order=clean(one.order_number),
        recipient=clean(", ".join(part for part in (to.company, to.name) if part)) or NOTHING,
        town=clean(town_words(to)),
        parcels=str(one.parcels),
        weight=kilograms(one.weight_grams, language),
        cod=amount(one.cod, language),
        number=clean(", ".join(one.numbers)) or NOTHING,
    )


def town_words(to: Address) -> str:
    """``20121 Milano (MI)``, with the country where it is not Italy."""
    province = f"({to.province})" if to.province else ""
    country = to.country if to.country not in ("", "IT") else ""
    return " ".join(part for part in (to.postcode, to.city, province, country) if part)


def _totals(manifest: Manifest, say: Phrases, language: str) -> Iterator[tuple[str, str]]:
    yield say("Shipments"), str(len(manifest.shipments))
    yield say("Parcels"), str(manifest.parcels)
    unweighed = sum(one.weight_grams is None for one in manifest.shipments)
    weight = kilograms(manifest.weight_grams, language) if unweighed < len(manifest.shipments) else NOTHING
    yield say("Weight"), f"{weight} kg" + (f" ({unweighed} {say('without a weight')})" if unweighed else "")
    collected = len({_delivery(one) for one in manifest.shipments if one.cod is not None})
    sums = ", ".join(amount(total, language) for total in manifest.cod_totals)
    yield say("COD"), f"{collected}: {sums}" if collected else "0"


def _delivery(one: Shipment) -> str:
    return one.document.key if one.document else one.label
