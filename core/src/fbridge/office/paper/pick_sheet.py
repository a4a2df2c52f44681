"""What a warehouse picks by: the goods of a manifest by article, and by the document that they go with. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from fbridge.models.particulars import Goods
from fbridge.models.shipments import Manifest
from fbridge.office.exports.pick_values import Pick, picks_of
from fbridge.office.paper.figures import moment
from fbridge.office.paper.sheet import Column, Sheet, SheetTable, sender_lines
from fbridge.office.plain_text import clean
from fbridge.phrases import Phrases, phrases
from fbridge.settings.sender import Sender
from fbridge.shipping.contents import Content


def pick_sheet(
    manifest: Manifest,
    contents: Sequence[Content],
    sender: Sender,
    *,
    language: str,
    zone: ZoneInfo,
    at: datetime,
) -> Sheet:
    """The pick list of a manifest, made at a time that is shown in ``zone``."""
    say, picks = phrases(language), picks_of(contents)
    pieces = sum(one.goods.quantity for one in picks)
    return Sheet(
        language=language,
        title=say("Pick list"),
        number=manifest.number,
        mark="",
        version="",
        copies=("",),
        sender=sender_lines(sender, say),
        facts=((say("Carrier"), clean(manifest.carrier.name)), (say("Printed"), moment(at, zone, language))),
        tables=(_by_article(picks, say), _by_document(contents, say)),
        totals=((say("Shipments"), str(len(contents))), (say("Pieces"), str(pieces))),
        signature=(say("Picked by"), say("Date and time"), say("Signature")),
        page_words=(say("Page"), say("of")),
    )


def _by_article(picks: Sequence[Pick], say: Phrases) -> SheetTable:
    groups: dict[str, list[Pick]] = {}
    for one in picks:
        groups.setdefault(one.goods.article or one.goods.description, []).append(one)
    columns = (
        Column(say("SKU"), 40),
        Column(say("Description"), 95),
        Column(say("Place"), 30),
        Column(say("Quantity"), 22, right=True),
        Column(say("Goes to"), 90),
    )
    rows = (
        (
            clean(group[0].goods.article),
            clean(next((one.goods.description for one in group if one.goods.description), "")),
            clean(", ".join(dict.fromkeys(one.goods.shelf for one in group if one.goods.shelf))),
            _amount(group),
            _goes_to(group),
        )
        for group in groups.values()
    )
    return SheetTable(title=say("By article"), columns=columns, rows=tuple(rows))


def _amount(group: Sequence[Pick]) -> str:
    """``5 pz``; goods in several units are not added up."""
    known = dict.fromkeys(one.goods.unit for one in group if one.goods.unit)
    usual = next(iter(known), "")
    counts: dict[str, int] = {}
    for one in group:
        unit = one.goods.unit or usual
        counts[unit] = counts.get(unit, 0) + one.goods.quantity
    return clean(" + ".join(f"{count} {unit}".strip() for unit, count in counts.items()))


def _goes_to(group: Sequence[Pick]) -> str:
    """``125/A ×2, 1002 ×1``: each document with its pieces."""
    counts: dict[str, int] = {}
    for one in group:
        counts[one.goes_with] = counts.get(one.goes_with, 0) + one.goods.quantity
    return clean(", ".join(f"{name} ×{count}" for name, count in counts.items()))


def _by_document(contents: Sequence[Content], say: Phrases) -> SheetTable:
    columns = (
        Column(say("Document"), 26),
        Column(say("Order"), 28),
        Column(say("Recipient"), 50),
        Column(say("SKU"), 34),
        Column(say("Description"), 66),
        Column(say("Place"), 20),
        Column(say("Quantity"), 18, right=True),
        Column(say("Customer's note"), 35),
    )
    rows = tuple(row for content in contents for row in _rows_of(content))
    return SheetTable(title=say("By document"), columns=columns, rows=rows)


def _rows_of(content: Content) -> Iterator[tuple[str, ...]]:
    """The goods of one shipment; recipient and note stand in the first row."""
    one = content.shipment
    goods = content.goods or (Goods(article="", quantity=0),)
    for at, line in enumerate(goods):
        pick = Pick(goods=line, content=content)
        document = one.document.short if one.document else ""
        named = (document, one.order_number or one.label, pick.recipient if not at else "")
        amount = _amount([pick]) if line.quantity else ""
        cells = (*named, line.article, line.description, line.shelf, amount, pick.note if not at else "")
        yield tuple(map(clean, cells))
