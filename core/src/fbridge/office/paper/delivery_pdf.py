"""The papers of deliveries as PDF: A4 portrait, each with pages of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from fbridge.office.paper.canvas import BOX_HEAD, BOX_LINE, BOX_SIZE, GREY, Canvas
from fbridge.office.paper.delivery_note import Box, DeliveryNote
from fbridge.office.paper.pagination import paginate
from fbridge.office.paper.table_pdf import HEAD, TablePdf

MARGIN = 12.0
HEAD_HEIGHT = 30.0
FOOT = 7.0
GAP = 3.0
TITLE_WIDTH = 80.0
SIGNATURE = 20.0
LEAST_PARTY = 4
"""Lines of a party's box, so that papers look alike."""


class DeliveryPdf:
    """Draws papers one after the other into one document."""

    def __init__(self, *, title: str, language: str, logo: Path | None, fonts: Sequence[Path] = ()) -> None:
        self._canvas = Canvas("portrait", title=title, language=language, fonts=fonts)
        self._logo = logo
        self._inner = self._canvas.width - 2 * MARGIN

    def draw(self, notes: Iterable[DeliveryNote], copies: int) -> bytes:
        """The document with so many copies of each."""
        for note in notes:
            for _ in range(copies):
                self._note(note)
        return self._canvas.output()

    @property
    def unprintable(self) -> str:
        """The characters that no font has, each once."""
        return self._canvas.unprintable

    def _note(self, note: DeliveryNote) -> None:
        table = TablePdf(self._canvas, note.goods.columns, MARGIN)
        rows = [table.row(cells) for cells in note.goods.rows]
        above = self._above(note)
        closing = sum(self._height(boxes) for boxes in note.closing) + SIGNATURE + GAP
        body = self._canvas.height - 2 * MARGIN - HEAD_HEIGHT - FOOT - HEAD
        pages = paginate([row.height for row in rows], body=body, closing=closing, first=body - above)
        for at, places in enumerate(pages):
            self._page(note, at + 1, len(pages))
            top = MARGIN + HEAD_HEIGHT
            if not at:
                top = self._boxes(note.parties, top, least=LEAST_PARTY)
                top = self._boxes(note.references, top + GAP) + GAP
            end = table.draw([rows[place] for place in places], top)
            self._end(note, end, is_last=at + 1 == len(pages), closing=closing)

    def _above(self, note: DeliveryNote) -> float:
        return self._height(note.parties, LEAST_PARTY) + self._height(note.references) + 2 * GAP

    def _end(self, note: DeliveryNote, end: float, *, is_last: bool, closing: float) -> None:
        if not is_last:
            self._canvas.font(8, color=GREY)
            self._canvas.text(self._canvas.width - MARGIN, end + 1, f"{note.continues} …", align="R")
            return
        top = self._canvas.height - MARGIN - FOOT - closing + GAP
        for boxes in note.closing:
            top = self._boxes(boxes, top)
        width = self._inner / len(note.signatures)
        for at, label in enumerate(note.signatures):
            self._canvas.box(MARGIN + at * width, top, width, SIGNATURE - 1, label, ())

    # The head

    def _page(self, note: DeliveryNote, number: int, of: int) -> None:
        canvas = self._canvas
        canvas.new_page()
        left, right = MARGIN, canvas.width - MARGIN
        middle = right - TITLE_WIDTH
        if self._logo is not None:
            left += canvas.picture(self._logo, MARGIN, MARGIN, width=34, height=20) + 4
        canvas.block(note.sender, left, MARGIN, width=middle - left - GAP, height=HEAD_HEIGHT - GAP)
        canvas.font(15, bold=True)
        canvas.text(right, MARGIN, note.title, align="R")
        canvas.block((note.number,), middle, MARGIN + 7, width=TITLE_WIDTH, height=20, right=True)
        canvas.rule(MARGIN, canvas.height - MARGIN - FOOT + 2, right)
        canvas.font(7, color=GREY)
        foot = "  ·  ".join(part for part in (*note.sender[:1], f"{note.title} {note.number}") if part)
        canvas.text(MARGIN, canvas.height - MARGIN - 3, foot)
        page, of_word = note.page_words
        canvas.font(9)
        canvas.text(right, canvas.height - MARGIN - 3.5, f"{page} {number} {of_word} {of}", align="R")

    # Rows of boxes

    def _boxes(self, boxes: Sequence[Box], top: float, *, least: int = 1) -> float:
        height = self._height(boxes, least)
        x = MARGIN
        for label, texts, share in boxes:
            width = share * self._inner
            self._canvas.box(x, top, width, height, label, self._lines(texts, width))
            x += width
        return top + height

    def _height(self, boxes: Sequence[Box], least: int = 1) -> float:
        most = max(len(self._lines(texts, share * self._inner)) for _, texts, share in boxes)
        return BOX_HEAD + max(most, least) * BOX_LINE + 1

    def _lines(self, texts: Sequence[str], width: float) -> list[str]:
        self._canvas.font(BOX_SIZE)
        return [line for text in texts for line in self._canvas.wrapped(text, width - 2.4)]
