"""Printing what goes with the parcels: a transport document, or a delivery note, for each delivery."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fbridge.bridge import Bridge
from fbridge.models.results import ItemResult
from fbridge.office.paper.delivery_note import (
    Papers,
    delivery_note,
    goes_to,
    is_numbered,
    missing_of,
)
from fbridge.office.paper.delivery_pdf import DeliveryPdf
from fbridge.office.paper.fonts import drawn_with_fonts, unprintable_words
from fbridge.office.paper.sheet_html import draw_deliveries_html
from fbridge.phrases import phrases
from fbridge.settings.document import document_defaults
from fbridge.settings.sender import sender_of
from fbridge.shipping.contents import Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedDeliveries:
    """The document (empty where nothing could be printed), what became of each delivery, and what a person should
    know of it."""

    content: bytes
    results: tuple[ItemResult, ...]
    warnings: tuple[str, ...]


def print_deliveries(
    bridge: Bridge,
    refs: Sequence[str],
    *,
    manifest: str | None,
    language: str,
    copies: int,
    form: str = "pdf",
    as_note: bool = False,
    write: Callable[[bytes, str], object] | None = None,
) -> PrintedDeliveries:
    """Draw the papers of these shipments, or of all on a manifest, into one ``pdf`` or ``html``.

    One that the ERP has numbered and dated is a transport document, and is refused where it lacks what such a one
    must tell; with ``as_note`` all are delivery notes. ``write`` puts the content somewhere, and is told the first
    shipment's label; then it is remembered. Raises NotFoundError, InputError, ConfigError, and what ``write`` raises.
    """
    settings = bridge.context.settings
    papers = Papers(sender_of(settings), document_defaults(settings), language, bridge.context.timezone)
    found = bridge.deliveries.find(refs, manifest=manifest)
    results = tuple(_result(one, papers, as_note=as_note) for one in found)
    good = [one for one, result in zip(found, results, strict=True) if result.ok]
    content, unprintable = _drawn(good, papers, form, copies, as_note=as_note) if good else (b"", "")
    warnings = tuple(_warnings(good, papers, unprintable, as_note=as_note))
    if write is not None and good:
        write(content, good[0].first.label)
        printed = ((one, result.words) for one, result in zip(found, results, strict=True) if result.ok)
        bridge.deliveries.keep_prints(printed)
    return PrintedDeliveries(content=content, results=results, warnings=warnings)


def _drawn(
    good: Sequence[Delivery], papers: Papers, form: str, copies: int, *, as_note: bool
) -> tuple[bytes, str]:
    """The document, and the characters that no font of a PDF has."""
    title, sender = phrases(papers.language)("Delivery note"), papers.sender
    notes = (delivery_note(one, papers, as_note=as_note) for one in good)
    if form == "html":
        language = papers.language
        return draw_deliveries_html(
            notes, title=title, language=language, copies=copies, logo=sender.logo
        ), ""
    return drawn_with_fonts(
        lambda fonts: DeliveryPdf(title=title, language=papers.language, logo=sender.logo, fonts=fonts),
        lambda pdf: pdf.draw((delivery_note(one, papers, as_note=as_note) for one in good), copies),
        sender.font,
    )


def _result(delivery: Delivery, papers: Papers, *, as_note: bool) -> ItemResult:
    label = ", ".join(one.shipment.label for one in delivery.contents)
    document = str(delivery.document or "")
    is_transport = is_numbered(delivery) and not as_note
    missing = missing_of(delivery, papers.sender, papers.defaults) if is_transport else ()
    if missing:
        words = (
            f"No transport document without {'; '.join(missing)}. A delivery note all the same: "
            f"fbridge shipment print {delivery.first.label} --as-delivery-note"
        )
        reason = "document_incomplete"
    else:
        words = "transport document" if is_transport else "delivery note"
        reason = "printed"
    return ItemResult(
        ref=document or label, ok=not missing, reason=reason, words=words, label=label, document=document
    )


def _warnings(good: Sequence[Delivery], papers: Papers, unprintable: str, *, as_note: bool) -> list[str]:
    undated = [one.first.label for one in good if one.document and not is_numbered(one) and not as_note]
    nowhere = [one.first.label for one in good if not goes_to(one).is_place]
    unpacked = [one.first.label for one in good if any(not content.goods for content in one.contents)]
    found = []
    if not papers.sender.company:
        found.append('No sender is printed: set "company" in [sender] of config.toml.')
    if undated:
        found.append(
            f"{', '.join(undated[:5])}: a delivery note, for its document has no date (a column such as "
            "document date in the file; import it again)."
        )
    if nowhere:
        found.append(f"Without an address on paper: {', '.join(nowhere[:5])}.")
    if unpacked:
        found.append(f"Without goods on paper: {', '.join(unpacked[:5])}.")
    return [*found, *unprintable_words(unprintable)]
