"""What stands on a printed manifest, as text. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from fbridge.models.particulars import NO_PARTICULARS
from fbridge.models.shipments import Manifest, Shipment
from fbridge.models.states import ManifestState
from fbridge.office.paper.figures import DITTO, NOTHING, amount, amounts, kilograms, moment
from fbridge.office.paper.sheet import (
    Column,
    Sheet,
    SheetTable,
    sender_lines,
    town_words,
    without_empty_last,
)
from fbridge.office.plain_text import clean
from fbridge.phrases import Phrases, phrases
from fbridge.settings.sender import Sender
from fbridge.shipping.manifests import Paper

RECIPIENT = 3


def manifest_sheet(
    paper: Paper, sender: Sender, *, language: str, zone: ZoneInfo, bar_codes: bool = False
) -> Sheet:
    """The sheet of a manifest in one language; times are shown in ``zone``. ``bar_codes``: one in each row."""
    say, manifest = phrases(language), paper.manifest
    return Sheet(
        language=language,
        title=say("Shipping manifest"),
        number=manifest.number,
        mark=_mark(manifest, say),
        version=_version(paper, say),
        copies=(say("Sender's copy"), say("Carrier's copy")),
        sender=sender_lines(sender, say),
        facts=tuple(_facts(paper, sender, say, language, zone)),
        tables=(_table(manifest, say, language, bar_codes=bar_codes),),
        totals=tuple(_totals(manifest, say, language)),
        signature=(say("Driver's name"), say("Plate"), say("Date and time"), say("Signature")),
        page_words=(say("Page"), say("of")),
    )


def _columns(say: Phrases) -> tuple[Column, ...]:
    return (
        Column(say("No."), 8, right=True),
        Column(say("Document"), 23),
        Column(say("Order"), 24),
        Column(say("Recipient"), 60),
        Column(say("Postcode, town"), 45),
        Column(say("Parcels"), 13, right=True),
        Column(say("Kg"), 15, right=True),
        Column(say("COD"), 24, right=True),
        Column(say("Number"), 36),
        Column(say("Notes"), 29),
    )


def _table(manifest: Manifest, say: Phrases, language: str, *, bar_codes: bool) -> SheetTable:
    rows = list(_rows(manifest, language))
    codes = tuple(next(iter(one.numbers), "") for one, _ in _in_sequence(manifest)) if bar_codes else ()
    return replace(without_empty_last(_columns(say), rows, RECIPIENT), codes=codes)


def _mark(manifest: Manifest, say: Phrases) -> str:
    if manifest.state is ManifestState.PREPARING:
        return say("DRAFT")
    return say("CANCELLED") if manifest.state is ManifestState.CANCELLED else ""


def _version(paper: Paper, say: Phrases) -> str:
    revision = f"{say('Revision')} {paper.revision}" if paper.revision > 1 else ""
    return " · ".join(part for part in (revision, say("Reprint") if paper.is_reprint else "") if part)


def _facts(
    paper: Paper, sender: Sender, say: Phrases, language: str, zone: ZoneInfo
) -> Iterator[tuple[str, str]]:
    manifest = paper.manifest
    yield say("Carrier"), clean(manifest.carrier.name)
    if manifest.carrier.customer_code:
        yield say("Customer code"), clean(manifest.carrier.customer_code)
    if pickup := manifest.carrier.pickup or ", ".join(sender.pickup):
        yield say("Pick-up at"), clean(pickup)
    if manifest.shipped_at:
        yield say("Shipped"), moment(manifest.shipped_at, zone, language)
    yield say("Printed"), moment(paper.printed_at, zone, language)
    if manifest.struck:
        yield say("Did not leave"), ", ".join(one.order_number or one.shipment for one in manifest.struck)


def _in_sequence(manifest: Manifest) -> Iterator[tuple[Shipment, tuple[Shipment, ...]]]:
    """The shipments as they stand on paper, those of one document below each other; each with all of its document."""
    return ((one, together) for together in manifest.deliveries for one in together)


def _rows(manifest: Manifest, language: str) -> Iterator[Sequence[str]]:
    """A row for each shipment; what those of one document have in common stands in the first of them."""
    for at, (one, together) in enumerate(_in_sequence(manifest), 1):
        to = one.recipient
        recipient = clean(", ".join(part for part in (to.company, to.name) if part)) or NOTHING
        note = clean((one.particulars or NO_PARTICULARS).note)
        named = (str(at), clean(one.document.short if one.document else ""), clean(one.order_number))
        yield (*named, recipient, clean(town_words(to)), *_counted(one, together, language), note)


def _counted(one: Shipment, together: Sequence[Shipment], language: str) -> tuple[str, str, str, str]:
    """Parcels, weight, cash and number; the ditto mark where the row above of the same document has them.

    The driver collects the cash of all shipments of one document at once.
    """
    if one is not together[0]:
        return DITTO, DITTO, DITTO if one.cod else "", DITTO
    cod = amounts((other.cod for other in together if other.cod), language)
    number = clean(", ".join(one.numbers)) or NOTHING
    return str(one.parcels), kilograms(one.weight_grams, language), cod, number


def _totals(manifest: Manifest, say: Phrases, language: str) -> Iterator[tuple[str, str]]:
    yield say("Shipments"), str(len(manifest.shipments))
    yield say("Parcels"), str(manifest.parcels)
    unweighed = sum(one.weight_grams is None for one in manifest.shipments)
    weight = kilograms(manifest.weight_grams, language) if unweighed < len(manifest.shipments) else NOTHING
    yield say("Weight"), f"{weight} kg" + (f" ({unweighed} {say('without a weight')})" if unweighed else "")
    collected = sum(any(one.cod for one in together) for together in manifest.deliveries)
    sums = ", ".join(amount(total, language) for total in manifest.cod_totals)
    yield say("COD"), f"{collected}: {sums}" if collected else "0"
