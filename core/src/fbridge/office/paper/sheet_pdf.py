"""A printed list as PDF: A4 landscape, with its head on every page and one place to sign."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fbridge.office.paper.canvas import GREY, Canvas
from fbridge.office.paper.pagination import paginate
from fbridge.office.paper.sheet import Sheet, SheetTable
from fbridge.office.paper.table_pdf import HEAD, TablePdf, TableRow

MARGIN, WIDTH, HEIGHT = 10.0, 297.0, 210.0
TABLE_TOP = 40.0
FACTS, FACT_LINE = 118.0, 4.6
FOOT = 6.0
CLOSING = 31.0
TITLE = 6.0
BODY = HEIGHT - MARGIN - FOOT - TABLE_TOP - HEAD


class SheetPdf:
    """Draws one sheet. Each table begins on a page of its own; the closing part follows the last one."""

    def __init__(self, sheet: Sheet, *, logo: Path | None, fonts: Sequence[Path] = ()) -> None:
        self._sheet, self._logo = sheet, logo
        self._canvas = Canvas(
            "landscape", title=f"{sheet.title} {sheet.number}", language=sheet.language, fonts=fonts
        )

    def draw(self, copies: int) -> bytes:
        """The document with so many copies."""
        pages = [page for table in self._sheet.tables for page in self._pages(table)]
        for title in self._sheet.copy_titles(copies):
            for number, (table, drawn, rows) in enumerate(pages, 1):
                self._page(title, number, len(pages))
                drawn.draw(rows, self._titled(table))
                if number == len(pages):
                    self._closing()
        return self._canvas.output()

    @property
    def unprintable(self) -> str:
        """The characters that no font has, each once."""
        return self._canvas.unprintable

    def _pages(self, table: SheetTable) -> list[tuple[SheetTable, TablePdf, Sequence[TableRow]]]:
        drawn = TablePdf(self._canvas, table.columns, MARGIN)
        codes = table.codes or ("",) * len(table.rows)
        rows = [drawn.row(cells, code) for cells, code in zip(table.rows, codes, strict=True)]
        body = BODY - (TITLE if table.title else 0)
        closing = CLOSING if table is self._sheet.tables[-1] else 0.0
        pages = paginate([row.height for row in rows], body=body, closing=closing)
        return [(table, drawn, [rows[at] for at in page]) for page in pages]

    def _titled(self, table: SheetTable) -> float:
        if not table.title:
            return TABLE_TOP
        self._canvas.font(10, bold=True)
        self._canvas.text(MARGIN, TABLE_TOP, table.title)
        return TABLE_TOP + TITLE

    def _page(self, copy: str, number: int, of: int) -> None:
        canvas, sheet = self._canvas, self._sheet
        canvas.new_page()
        self._head()
        canvas.font(7, color=GREY)
        page, of_word = sheet.page_words
        foot = "  ·  ".join(part for part in (f"{sheet.title} {sheet.number}", copy) if part)
        canvas.text(MARGIN, HEIGHT - MARGIN - 3, foot)
        canvas.text(WIDTH - MARGIN, HEIGHT - MARGIN - 3, f"{page} {number} {of_word} {of}", align="R")

    def _head(self) -> None:
        canvas, sheet = self._canvas, self._sheet
        left = MARGIN
        if self._logo is not None:
            left += canvas.picture(self._logo, MARGIN, MARGIN, width=34, height=18) + 4
        canvas.block(sheet.sender, left, MARGIN, width=FACTS - left - 4, height=TABLE_TOP - MARGIN - 2)
        self._facts()
        canvas.font(15, bold=True)
        canvas.text(WIDTH - MARGIN, MARGIN, sheet.title, align="R")
        canvas.text(WIDTH - MARGIN, MARGIN + 6.5, sheet.number, align="R")
        canvas.font(9, bold=True)
        words = "  ·  ".join(part for part in (sheet.mark, sheet.version) if part)
        canvas.text(WIDTH - MARGIN, MARGIN + 13.5, words, align="R")
        canvas.bar_code(sheet.number, right=WIDTH - MARGIN, top=MARGIN + 18.5, height=8)

    def _facts(self) -> None:
        """Each beside its label, in as many lines as there is room for."""
        canvas, top = self._canvas, MARGIN
        for at, (label, text) in enumerate(self._sheet.facts):
            left = len(self._sheet.facts) - at - 1
            room = max(int((TABLE_TOP - 2 - top) / FACT_LINE) - left, 1)
            canvas.label(FACTS, top + 0.4, label)
            canvas.font(9 if at else 11, bold=not at)
            lines = canvas.wrapped(text, 66)
            shown = lines if len(lines) <= room else [*lines[: room - 1], f"{lines[room - 1]} …"]
            for number, line in enumerate(shown):
                canvas.text(FACTS + 26, top + number * FACT_LINE, line)
            top += len(shown) * FACT_LINE + 0.6

    def _closing(self) -> None:
        """Totals, and where somebody signs."""
        canvas = self._canvas
        top = HEIGHT - MARGIN - FOOT - CLOSING + 2
        canvas.rule(MARGIN, top, WIDTH - MARGIN, shade=60)
        left = MARGIN
        for label, text in self._sheet.totals:
            canvas.label(left, top + 1.5, label)
            canvas.font(11, bold=True)
            canvas.text(left, top + 5, text)
            left += max(30.0, canvas.measure(text) + 8)
        width = (WIDTH - 2 * MARGIN) / len(self._sheet.signature)
        for at, label in enumerate(self._sheet.signature):
            x = MARGIN + at * width
            canvas.label(x, top + 13, label)
            canvas.rule(x, top + 26, x + width - 6, shade=60)
