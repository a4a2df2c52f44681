"""Printing a manifest: what is drawn is remembered, so that what leaves can be compared with what was signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fbridge.bridge import Bridge
from fbridge.office.paper.fonts import drawn_with_fonts, unprintable_words
from fbridge.office.paper.manifest_sheet import manifest_sheet
from fbridge.office.paper.pick_sheet import pick_sheet
from fbridge.office.paper.sheet import Sheet
from fbridge.office.paper.sheet_html import draw_html
from fbridge.office.paper.sheet_pdf import SheetPdf
from fbridge.settings.sender import Sender, sender_of
from fbridge.shipping.manifests import Paper


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a manifest is to look: in which language, how many copies, with a bar code in each row or not."""

    language: str
    copies: int = 2
    bar_codes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """The document, the paper that it shows, and what a person should know of it."""

    content: bytes
    paper: Paper
    warnings: tuple[str, ...]


def print_manifest(
    bridge: Bridge, ref: str, *, form: str, look: Look, write: Callable[[Printed], object] | None = None
) -> Printed:
    """Draw a manifest as ``pdf`` or ``html``, and remember the paper once ``write`` has put it somewhere.

    Raises: NotFoundError, ConfigError (the sender's settings), and what ``write`` raises.
    """
    sender = sender_of(bridge.context.settings)
    paper = bridge.manifests.begin_print(ref)
    sheet = manifest_sheet(
        paper, sender, language=look.language, zone=bridge.context.timezone, bar_codes=look.bar_codes
    )
    content, unprintable = draw_sheet(sheet, sender, form=form, copies=look.copies)
    printed = Printed(content=content, paper=paper, warnings=tuple(_warnings(paper, sender, unprintable)))
    if write is not None:
        write(printed)
    bridge.manifests.end_print(paper)
    return printed


def draw_pick_list(
    bridge: Bridge, ref: str, *, form: str, language: str
) -> tuple[bytes, str, tuple[str, ...]]:
    """What a warehouse picks a manifest by, its number, and what a person should know. Raises as printing does."""
    sender = sender_of(bridge.context.settings)
    manifest, packed = bridge.manifests.contents(ref)
    zone, at = bridge.context.timezone, bridge.context.now()
    sheet = pick_sheet(manifest, packed, sender, language=language, zone=zone, at=at)
    content, unprintable = draw_sheet(sheet, sender, form=form, copies=1)
    unknown = [one.shipment.label for one in packed if not one.goods]
    warnings = [f"What is in it is not known: {_few(unknown)}."] if unknown else []
    return content, manifest.number, (*warnings, *unprintable_words(unprintable))


def draw_sheet(sheet: Sheet, sender: Sender, *, form: str, copies: int) -> tuple[bytes, str]:
    """The sheet as ``pdf`` or ``html``, and the characters that no font has."""
    if form == "html":
        return draw_html(sheet, copies=copies, logo=sender.logo), ""
    return drawn_with_fonts(
        lambda fonts: SheetPdf(sheet, logo=sender.logo, fonts=fonts),
        lambda pdf: pdf.draw(copies),
        sender.font,
    )


def _warnings(paper: Paper, sender: Sender, unprintable: str) -> list[str]:
    shipments = paper.manifest.shipments
    unweighed = [one.label for one in shipments if one.weight_grams is None]
    without = [one.label for one in shipments if not one.numbers]
    nowhere = [one.label for one in shipments if not one.recipient.is_place]
    found = []
    if not sender.company:
        found.append('No sender is printed: set "company" in [sender] of config.toml.')
    if nowhere:
        found.append(f"Without an address on paper: {_few(nowhere)}.")
    if unweighed:
        found.append(f"Without a weight: {_few(unweighed)}.")
    if without:
        found.append(f"Without a tracking number yet: {_few(without)}.")
    return [*found, *unprintable_words(unprintable)]


_MOST_NAMED = 5


def _few(labels: list[str]) -> str:
    more = len(labels) - _MOST_NAMED
    return ", ".join(labels[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
