"""A manifest as PDF: A4 landscape, one copy for the sender and one for the carrier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from fpdf import FPDF

from fbridge.office.paper.bar_codes import code_128
from fbridge.office.paper.fonts import FAMILY, add_fonts, lacking
from fbridge.office.paper.manifest_sheet import ManifestSheet
from fbridge.office.paper.pagination import paginate
from fbridge.office.paper.wrapping import wrapped

MARGIN, WIDTH, HEIGHT = 10.0, 297.0, 210.0
INNER = WIDTH - 2 * MARGIN
COLUMNS = (9.0, 27.0, 27.0, 68.0, 51.0, 13.0, 16.0, 26.0, 40.0)
RIGHT = frozenset({0, 5, 6, 7})
LINE, PADDING = 3.8, 1.0
TABLE_TOP, HEAD = 40.0, 6.0
FOOT = 6.0
CLOSING = 31.0
BODY = HEIGHT - MARGIN - FOOT - TABLE_TOP - HEAD
SIZE = 8.0
BAR_CODE = 8.0
GREY, DARK = 120, 0


@dataclass(frozen=True, slots=True)
class _Row:
    """One row with its cells' lines, and the number whose bar code stands below it."""

    cells: tuple[tuple[str, ...], ...]
    coded: str

    @property
    def height(self) -> float:
        return max(len(cell) for cell in self.cells) * LINE + PADDING + (BAR_CODE + 1 if self.coded else 0)


class ManifestPdf:
    """Draws one sheet. ``bar_codes``: a Code 128 of the first number in each row."""

    def __init__(
        self, sheet: ManifestSheet, *, logo: Path | None, font: Path | None, bar_codes: bool = False
    ) -> None:
        self._sheet = sheet
        self._logo = logo
        self._pdf = FPDF(orientation="landscape", unit="mm", format="A4")
        self._pdf.set_auto_page_break(False)
        self._pdf.set_margins(MARGIN, MARGIN, MARGIN)
        self._pdf.c_margin = 0
        self._pdf.set_title(f"{sheet.title} {sheet.number}")
        self._pdf.set_lang(sheet.language)
        add_fonts(self._pdf, font)
        self._rows = [self._row(cells, bar_codes) for cells in map(astuple, sheet.rows)]

    def draw(self, copies: int = 2) -> bytes:
        """The document with so many copies."""
        pages = paginate([row.height for row in self._rows], body=BODY, closing=CLOSING)
        for copy in range(copies):
            title = self._sheet.copies[min(copy, len(self._sheet.copies) - 1)]
            for at, rows in enumerate(pages):
                self._page(title, at + 1, len(pages))
                self._table([self._rows[row] for row in rows])
                if at + 1 == len(pages):
                    self._closing()
        return bytes(self._pdf.output())

    @property
    def unprintable(self) -> str:
        """The characters that no font has, each once."""
        texts = (line for row in self._rows for cell in row.cells for line in cell)
        return lacking(self._pdf, [*texts, *self._sheet.sender, *(text for _, text in self._sheet.facts)])

    def _row(self, cells: Sequence[str], bar_codes: bool) -> _Row:
        self._font(SIZE)
        lines = tuple(
            tuple(wrapped(cell, width - 2 * PADDING, self._pdf.get_string_width))
            for cell, width in zip(cells, COLUMNS, strict=True)
        )
        number = cells[-1].split(",")[0]
        return _Row(lines, number if bar_codes and number.isascii() and number.isalnum() else "")

    # The page

    def _page(self, copy: str, number: int, of: int) -> None:
        pdf, sheet = self._pdf, self._sheet
        pdf.add_page()
        self._head()
        self._font(7, color=GREY)
        page, of_word = sheet.page_words
        self._text(MARGIN, HEIGHT - MARGIN - 3, f"{sheet.title} {sheet.number}  ·  {copy}")
        self._text(WIDTH - MARGIN, HEIGHT - MARGIN - 3, f"{page} {number} {of_word} {of}", align="R")

    def _head(self) -> None:
        sheet = self._sheet
        left = MARGIN
        if self._logo is not None:
            image = self._pdf.image(self._logo, MARGIN, MARGIN, h=18, w=34, keep_aspect_ratio=True)
            left += image.rendered_width + 4
        for at, line in enumerate(sheet.sender):
            self._font(9 if at else 11, bold=not at)
            self._text(left, MARGIN + at * 4.6, line)
        self._facts(118.0)
        self._font(15, bold=True)
        self._text(WIDTH - MARGIN, MARGIN, sheet.title, align="R")
        self._text(WIDTH - MARGIN, MARGIN + 6.5, sheet.number, align="R")
        self._font(9, bold=True)
        words = "  ·  ".join(part for part in (sheet.mark, sheet.version) if part)
        self._text(WIDTH - MARGIN, MARGIN + 13.5, words, align="R")
        self._bar_code(sheet.number, right=WIDTH - MARGIN, top=MARGIN + 18.5, height=8)

    def _facts(self, left: float) -> None:
        for at, (label, text) in enumerate(self._sheet.facts):
            top = MARGIN + at * 5.2
            self._font(7, color=GREY)
            self._text(left, top + 0.4, label)
            self._font(9 if at else 11, bold=not at)
            lines = wrapped(text, 70, self._pdf.get_string_width)
            self._text(left + 26, top, lines[0] if len(lines) == 1 else f"{lines[0]} …")

    def _bar_code(self, text: str, *, right: float, top: float, height: float, module: float = 0.3) -> None:
        runs = code_128(text)
        x = right - sum(width for _, width in runs) * module
        self._pdf.set_fill_color(DARK)
        for is_bar, width in runs:
            if is_bar:
                self._pdf.rect(x, top, width * module, height, style="F")
            x += width * module

    # The table

    def _table(self, rows: Sequence[_Row]) -> None:
        top = self._headings(TABLE_TOP)
        self._pdf.set_draw_color(200)
        for row in rows:
            self._font(SIZE)
            self._cells(row.cells, top + PADDING / 2)
            if row.coded:
                below = top + row.height - BAR_CODE - 0.5
                self._bar_code(
                    row.coded, right=WIDTH - MARGIN - 1, top=below, height=BAR_CODE - 1, module=0.22
                )
            top += row.height
            self._pdf.line(MARGIN, top, WIDTH - MARGIN, top)

    def _headings(self, top: float) -> float:
        self._pdf.set_fill_color(235)
        self._pdf.rect(MARGIN, top, INNER, HEAD, style="F")
        self._font(7, bold=True)
        self._cells([(heading,) for heading in self._sheet.headings], top + 1)
        return top + HEAD

    def _cells(self, cells: Sequence[Sequence[str]], top: float) -> None:
        x = MARGIN
        for at, (lines, width) in enumerate(zip(cells, COLUMNS, strict=True)):
            for number, line in enumerate(lines):
                edge = x + width - PADDING if at in RIGHT else x + PADDING
                self._text(edge, top + number * LINE, line, align="R" if at in RIGHT else "L")
            x += width

    def _closing(self) -> None:
        """Totals, and where the driver signs."""
        top = HEIGHT - MARGIN - FOOT - CLOSING + 2
        self._pdf.set_draw_color(60)
        self._pdf.line(MARGIN, top, WIDTH - MARGIN, top)
        left = MARGIN
        for label, text in self._sheet.totals:
            self._font(7, color=GREY)
            self._text(left, top + 1.5, label)
            self._font(11, bold=True)
            self._text(left, top + 5, text)
            left += max(30.0, self._pdf.get_string_width(text) + 8)
        width = INNER / len(self._sheet.signature)
        for at, label in enumerate(self._sheet.signature):
            x = MARGIN + at * width
            self._font(7, color=GREY)
            self._text(x, top + 13, label)
            self._pdf.line(x, top + 26, x + width - 6, top + 26)

    # Drawing

    def _font(self, size: float, *, bold: bool = False, color: int = DARK) -> None:
        self._pdf.set_font(FAMILY, "B" if bold else "", size)
        self._pdf.set_text_color(color)

    def _text(self, x: float, top: float, text: str, align: str = "L") -> None:
        """One line with its upper edge at ``top``; ``x`` is its left edge, with ``R`` its right one."""
        if not text:
            return
        width = self._pdf.get_string_width(text) + 0.1
        self._pdf.set_xy(x - width if align == "R" else x, top)
        self._pdf.cell(width + (0 if align == "R" else 1), LINE, text)
