"""Printing a manifest: what is drawn is remembered, so that what leaves can be compared with what was signed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fbridge.bridge import Bridge
from fbridge.office.paper.manifest_html import draw_html
from fbridge.office.paper.manifest_pdf import ManifestPdf
from fbridge.office.paper.manifest_sheet import ManifestSheet, manifest_sheet
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
    sheet = manifest_sheet(paper, sender, language=look.language, zone=bridge.context.timezone)
    content, unprintable = _DRAWN[form](sheet, sender, look)
    printed = Printed(content=content, paper=paper, warnings=tuple(_warnings(paper, sender, unprintable)))
    if write is not None:
        write(printed)
    bridge.manifests.end_print(paper)
    return printed


def _draw_pdf(sheet: ManifestSheet, sender: Sender, look: Look) -> tuple[bytes, str]:
    pdf = ManifestPdf(sheet, logo=sender.logo, font=sender.font, bar_codes=look.bar_codes)
    return pdf.draw(look.copies), pdf.unprintable


_DRAWN: Mapping[str, Callable[[ManifestSheet, Sender, Look], tuple[bytes, str]]] = {
    "pdf": _draw_pdf,
    "html": lambda sheet, _, look: (draw_html(sheet, copies=look.copies), ""),
}
FORMS = tuple(_DRAWN)


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
    if unprintable:
        found.append(
            f"No font has a sign for {unprintable}: name a TrueType file that has as font in [sender] of config.toml."
        )
    return found


_MOST_NAMED = 5


def _few(labels: list[str]) -> str:
    more = len(labels) - _MOST_NAMED
    return ", ".join(labels[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
