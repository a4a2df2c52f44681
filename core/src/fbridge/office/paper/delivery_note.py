"""What stands on the paper that goes with a delivery, and what it lacks to be a transport document. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from fbridge.models.orders import Address
from fbridge.models.particulars import NO_PARTICULARS, Goods, Particulars
from fbridge.office.imports.columns import recogniser
from fbridge.office.paper.figures import NOTHING, amounts, kilograms
from fbridge.office.paper.sheet import Column, SheetTable, sender_lines, town_words
from fbridge.office.plain_text import clean
from fbridge.office.tables.headers import plain
from fbridge.phrases import Phrases, phrases
from fbridge.settings.document import DocumentDefaults
from fbridge.settings.sender import Sender
from fbridge.shipping.contents import Delivery

Box = tuple[str, tuple[str, ...], float]
"""A framed field: its name, its texts, and how much of the page's width it takes."""

_WHO = {
    "Carrier": ("carrier", "vettore", "corriere"),
    "Sender": ("sender", "mittente"),
    "Recipient": ("recipient", "destinatario"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryNote:
    """One paper. ``title`` is that of a transport document only where the ERP has numbered and dated it.

    ``parties`` and ``references`` stand above the goods, ``closing`` rows of boxes below them.
    """

    language: str
    title: str
    number: str
    sender: tuple[str, ...]
    parties: tuple[Box, ...]
    references: tuple[Box, ...]
    goods: SheetTable
    closing: tuple[tuple[Box, ...], ...]
    signatures: tuple[str, ...]
    page_words: tuple[str, str]
    continues: str


@dataclass(frozen=True, slots=True)
class Papers:
    """What a paper is drawn from: the settings, the language and the office's time zone."""

    sender: Sender
    defaults: DocumentDefaults
    language: str
    zone: ZoneInfo


def is_numbered(delivery: Delivery) -> bool:
    """Whether the ERP has given it a number and a date: then it is a transport document, if nothing is missing."""
    return delivery.document is not None and delivery.document.date is not None


def missing_of(delivery: Delivery, sender: Sender, defaults: DocumentDefaults) -> tuple[str, ...]:
    """What a transport document must tell and this one cannot, each with where it is to be said."""
    return tuple(_missing(delivery, sender, defaults))


def delivery_note(delivery: Delivery, papers: Papers, *, as_note: bool = False) -> DeliveryNote:
    """The paper of one delivery; ``as_note``: a delivery note, whoever numbered it."""
    say, document = phrases(papers.language), delivery.document
    is_transport = is_numbered(delivery) and not as_note
    day = document.date if document else None
    number = f"{say('no.')} {document.short}" if document else delivery.first.label
    dated = f" {say('dated')} {format_date(day, _DAY[papers.language], papers.language)}" if day else ""
    return DeliveryNote(
        language=papers.language,
        title=say("Transport document") if is_transport else say("Delivery note"),
        number=clean(f"{number}{dated}"),
        sender=sender_lines(papers.sender, say),
        parties=_parties(delivery, say),
        references=_references(delivery, say),
        goods=_goods_table(delivery, papers, say),
        closing=_closing(delivery, papers, say),
        signatures=(say("Sender's signature"), say("Carrier's signature"), say("Recipient's signature")),
        page_words=(say("Page"), say("of")),
        continues=say("continues"),
    )


_DAY = {"it": "dd/MM/yyyy", "en": "yyyy-MM-dd"}


def told(delivery: Delivery) -> Particulars:
    """What the file said of the document, whichever of its shipments it was said with."""
    said = [one.shipment.particulars for one in delivery.contents if one.shipment.particulars]
    return said[0] if said else NO_PARTICULARS


def made_out_to(delivery: Delivery) -> Address:
    """To whom: as the file says, else who pays for the order, else where it goes."""
    first = delivery.contents[0]
    found = (told(delivery).recipient, first.bill_to, first.shipment.recipient)
    return next((one for one in found if one.is_place and (one.name or one.company)), found[-1])


def goes_to(delivery: Delivery) -> Address:
    """Where the goods go."""
    said = told(delivery)
    if said.destination.is_place:
        return said.destination
    return said.recipient if _go_apart(delivery) and said.recipient.is_place else delivery.first.recipient


def _go_apart(delivery: Delivery) -> bool:
    """Whether its orders go to different addresses: then only the file can say where its goods go."""
    places = {_same(replace(one.shipment.recipient, phone="", email="")) for one in delivery.contents}
    return len(places) > 1


def _missing(delivery: Delivery, sender: Sender, defaults: DocumentDefaults) -> Iterator[str]:
    if not sender.company or not sender.address:
        yield "the sender (company and address in [sender] of config.toml)"
    to, at = made_out_to(delivery), goes_to(delivery)
    if not (to.is_place and (to.name or to.company)) or not at.is_place:
        yield "the recipient (name, street, postcode and city in the file)"
    elif _go_apart(delivery) and not told(delivery).recipient.is_place:
        yield "one recipient: its orders go to different addresses (name, street and city in the file say which)"
    yield from _missing_carrier(delivery, defaults)
    goods = [one for content in delivery.contents for one in content.goods]
    if not goods or any(not content.goods for content in delivery.contents):
        yield "the goods (description and quantity in the file)"
    elif unnamed := [one.article for one in goods if not one.description]:
        yield f"what {', '.join(unnamed[:3])} is (description in the file)"


def _missing_carrier(delivery: Delivery, defaults: DocumentDefaults) -> Iterator[str]:
    by = _who(told(delivery).transport_by or defaults.transport_by)
    carrier = delivery.first.carrier
    if by in (None, "Carrier") and not (told(delivery).carrier_address or carrier.address):
        yield f"the carrier's address (fbridge carrier set {carrier.code} --address ADDRESS)"


def _who(text: str) -> str | None:
    return next((who for who, names in _WHO.items() if text.strip().casefold() in names), None)


def _same(address: Address) -> str:
    return "".join(char for char in str(address).casefold() if char.isalnum())


def _lines(to: Address) -> tuple[str, ...]:
    texts = (to.company, to.name if to.name != to.company else "", *to.street, town_words(to))
    return tuple(clean(text) for text in texts if text)


def _parties(delivery: Delivery, say: Phrases) -> tuple[Box, ...]:
    said, to, at = told(delivery), made_out_to(delivery), goes_to(delivery)
    vat_number = said.vat_number or _extra(delivery, "vat_number")
    tax_code = said.tax_code or _extra(delivery, "tax_code")
    taxes = ((say("VAT number"), vat_number), (say("Tax code"), tax_code))
    codes = tuple(f"{label} {clean(code)}" for label, code in taxes if code)
    same = not at.is_place or _lines(to) == _lines(at)
    elsewhere = (say("As recipient"),) if same else _lines(at)
    phone = at.phone or to.phone
    more = (clean(phone),) if phone else ()
    return (
        (say("Recipient"), (*_lines(to), *codes) or (NOTHING,), 0.5),
        (say("Place of delivery"), (*elsewhere, *more), 0.5),
    )


def _extra(delivery: Delivery, field: str) -> str:
    """What the store keeps with the order under one of the names that a file's column would have."""
    recognise = recogniser((field,))
    told = (pair for one in delivery.contents for pair in one.extra.items())
    return next((str(value) for name, value in told if value and recognise(plain(name)) == field), "")


def _references(delivery: Delivery, say: Phrases) -> tuple[Box, ...]:
    orders = dict.fromkeys(
        one.shipment.order_number for one in delivery.contents if one.shipment.order_number
    )
    labels = ", ".join(one.shipment.label for one in delivery.contents)
    numbers = dict.fromkeys(number for one in delivery.contents for number in one.shipment.numbers)
    told = (
        (say("Order"), clean(", ".join(orders))),
        (say("Our reference"), labels),
        (say("Tracking number"), clean(", ".join(numbers))),
    )
    boxes = [(label, text) for label, text in told if text]
    return tuple((label, (text,), 1 / len(boxes)) for label, text in boxes)


def _goods_table(delivery: Delivery, papers: Papers, say: Phrases) -> SheetTable:
    columns = (
        Column(say("SKU"), 36),
        Column(say("Description"), 108),
        Column(say("Unit"), 18),
        Column(say("Quantity"), 24, right=True),
    )
    several = len(delivery.contents) > 1
    rows: list[tuple[str, ...]] = []
    for content in delivery.contents:
        if several and content.shipment.order_number:
            rows.append(("", clean(f"{say('Order')} {content.shipment.order_number}"), "", ""))
        rows += [_goods_row(one, papers.defaults.unit) for one in content.goods]
    notes = dict.fromkeys(
        clean((one.shipment.particulars or NO_PARTICULARS).note) for one in delivery.contents
    )
    rows += [("", f"{say('Notes')}: {note}", "", "") for note in notes if note]
    return SheetTable(columns=columns, rows=tuple(rows))


def _goods_row(one: Goods, unit: str) -> tuple[str, ...]:
    return clean(one.article), clean(one.description), clean(one.unit or unit), str(one.quantity)


def _closing(delivery: Delivery, papers: Papers, say: Phrases) -> tuple[tuple[Box, ...], ...]:
    said, first, defaults = told(delivery), delivery.first, papers.defaults
    by = said.transport_by or defaults.transport_by
    who = _who(by)
    carrier = (clean(first.carrier.name), clean(said.carrier_address or first.carrier.address))
    return (
        (
            (say("Reason of transport"), _text(said.reason or defaults.reason), 0.25),
            (say("Freight"), _text(said.freight or defaults.freight), 0.2),
            (say("Appearance of goods"), _text(said.appearance or defaults.appearance), 0.3),
            (say("Transport by"), _text(say(who) if who else by), 0.25),
        ),
        (
            (say("Parcels"), (str(first.parcels),), 0.15),
            (say("Weight"), (_weight(delivery, papers.language),), 0.2),
            (say("COD"), (_cod(delivery, papers.language),), 0.25),
            (say("Departure"), (_departure(delivery, papers),), 0.4),
        ),
        ((say("Carrier (name and address)"), tuple(text for text in carrier if text), 1.0),),
    )


def _text(text: str) -> tuple[str, ...]:
    return (clean(text),)


def _weight(delivery: Delivery, language: str) -> str:
    grams = delivery.first.weight_grams
    return NOTHING if grams is None else f"{kilograms(grams, language)} kg"


def _cod(delivery: Delivery, language: str) -> str:
    return amounts((one.shipment.cod for one in delivery.contents if one.shipment.cod), language) or NOTHING


def _departure(delivery: Delivery, papers: Papers) -> str:
    """As the file says, else when the manifest was shipped; empty to be written by hand."""
    said, first = told(delivery), delivery.first
    if said.departure is not None:
        day = format_date(said.departure, _DAY[papers.language], papers.language)
        return clean(f"{day} {said.departure_time}")
    if first.shipped_at is None or first.in_house:
        return clean(said.departure_time)
    at = first.shipped_at.astimezone(papers.zone)
    if said.departure_time:
        return clean(f"{format_date(at, _DAY[papers.language], papers.language)} {said.departure_time}")
    return str(format_datetime(at, f"{_DAY[papers.language]} HH:mm", locale=papers.language))
