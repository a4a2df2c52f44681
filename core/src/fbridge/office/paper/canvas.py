"""A PDF drawn in millimetres: text by its upper edge, lines, boxes, bar codes."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

from fpdf import FPDF

from fbridge.office.paper.bar_codes import code_128
from fbridge.office.paper.directions import Piece, pieces, runs_right_to_left
from fbridge.office.paper.fonts import FAMILY, add_fonts, lacking
from fbridge.office.paper.wrapping import wrapped

LINE = 3.8
"""How far the lines of a text of the usual size are apart."""
LABEL = 7.0
GREY, DARK = 120, 0
PALE, RULE = 235, 200
_MEASURES = 20_000


class Canvas:
    """Pages of A4, empty at first. What was drawn is looked through for characters that no font has."""

    def __init__(
        self,
        orientation: Literal["portrait", "landscape"],
        *,
        title: str,
        language: str,
        fonts: Sequence[Path] = (),
    ) -> None:
        self._pdf = FPDF(orientation=orientation, unit="mm", format="A4")
        self._pdf.set_auto_page_break(False)
        self._pdf.c_margin = 0
        self._pdf.set_title(title)
        self._pdf.set_lang(language)
        add_fonts(self._pdf, fonts)
        self._shapes = importlib.util.find_spec("uharfbuzz") is not None
        self._drawn: dict[str, None] = {}
        self._measured = lru_cache(maxsize=_MEASURES)(self._width_now)
        self.width, self.height = self._pdf.w, self._pdf.h

    def new_page(self) -> None:
        """Go on with an empty page."""
        self._pdf.add_page()

    def output(self) -> bytes:
        """The whole document."""
        return bytes(self._pdf.output())

    @property
    def unprintable(self) -> str:
        """The characters that no font has, each once."""
        return lacking(self._pdf, self._drawn)

    def font(self, size: float, *, bold: bool = False, color: int = DARK) -> None:
        """How the next texts look."""
        self._pdf.set_font(FAMILY, "B" if bold else "", size)
        self._pdf.set_text_color(color)

    def measure(self, text: str) -> float:
        """How wide a text is in the present font."""
        return self._measured(text, self._pdf.font_style, self._pdf.font_size_pt)

    def _width_now(self, text: str, _style: str, _size: float) -> float:
        if self._shapes and runs_right_to_left(text):
            return sum(self._piece_width(piece) for piece in pieces(text))
        return float(self._pdf.get_string_width(text))

    def _piece_width(self, piece: Piece) -> float:
        text, is_turned = piece
        self._pdf.set_text_shaping(is_turned, direction="rtl" if is_turned else "ltr")
        try:
            return float(self._pdf.get_string_width(text))
        finally:
            self._pdf.set_text_shaping(False)

    def wrapped(self, text: str, width: float) -> list[str]:
        """The text in lines of the present font that fit the width."""
        return wrapped(text, width, self.measure)

    def text(self, x: float, top: float, text: str, align: Literal["L", "R"] = "L") -> None:
        """One line with its upper edge at ``top``; ``x`` is its left edge, with ``R`` its right one.

        What no font has a sign for is a question mark: a gap would not be seen.
        """
        if not text:
            return
        self._drawn.update(dict.fromkeys(text))
        if not text.isascii():
            text = text.translate(dict.fromkeys(map(ord, lacking(self._pdf, text)), "?"))
        width = self.measure(text) + 0.1
        left = x - width if align == "R" else x
        if self._shapes and runs_right_to_left(text):
            self._pieces(left, top, text)
            return
        self._pdf.set_xy(left, top)
        self._pdf.cell(width + (0 if align == "R" else 1), LINE, text)

    def _pieces(self, x: float, top: float, text: str) -> None:
        """A line in which parts run from right to left, piece by piece, with letters joined as they are written."""
        for piece in pieces(text):
            width = self._piece_width(piece)
            self._pdf.set_xy(x, top)
            self._pdf.set_text_shaping(piece[1], direction="rtl" if piece[1] else "ltr")
            self._pdf.cell(width + 0.1, LINE, piece[0])
            self._pdf.set_text_shaping(False)
            size = self._pdf.font_size_pt
            self._pdf.set_font_size(
                size + 1
            )  # for what it drew with another font, it would go on with that one
            self._pdf.set_font_size(size)
            x += width

    def block(
        self, lines: Sequence[str], x: float, top: float, *, width: float, height: float, right: bool = False
    ) -> None:
        """Texts below each other, the first one larger; all of them fit the place, in smaller letters if need be."""
        scale = 1.0
        while (placed := self._placed(lines, width, scale)) and len(placed) * BLOCK_LINE * scale > height:
            scale *= 0.9
        for at, (size, bold, line) in enumerate(placed):
            self.font(size * scale, bold=bold)
            edge = x + width if right else x
            self.text(edge, top + at * BLOCK_LINE * scale, line, align="R" if right else "L")

    def _placed(self, lines: Sequence[str], width: float, scale: float) -> list[tuple[float, bool, str]]:
        found: list[tuple[float, bool, str]] = []
        for at, text in enumerate(lines):
            size, bold = (9.0, False) if at else (11.0, True)
            self.font(size * scale, bold=bold)
            found += [(size, bold, line) for line in self.wrapped(text, width)]
        return found

    def label(self, x: float, top: float, text: str) -> None:
        """A small grey text."""
        self.font(LABEL, color=GREY)
        self.text(x, top, text)

    def rule(self, x: float, top: float, right: float, *, shade: int = RULE) -> None:
        """A horizontal line."""
        self._pdf.set_draw_color(shade)
        self._pdf.line(x, top, right, top)

    def band(self, x: float, top: float, width: float, height: float) -> None:
        """A pale ground for headings."""
        self._pdf.set_fill_color(PALE)
        self._pdf.rect(x, top, width, height, style="F")

    def box(
        self, x: float, top: float, width: float, height: float, label: str, lines: Sequence[str]
    ) -> None:
        """A framed field with its name in the corner; the lines are drawn in the present size of documents."""
        self._pdf.set_draw_color(160)
        self._pdf.rect(x, top, width, height)
        self.label(x + 1.2, top + 0.6, label)
        self.font(BOX_SIZE)
        for at, line in enumerate(lines):
            self.text(x + 1.2, top + BOX_HEAD + at * BOX_LINE, line)

    def picture(self, file: Path, x: float, top: float, *, width: float, height: float) -> float:
        """A picture inside this place; how wide it has become."""
        image = self._pdf.image(file, x, top, h=height, w=width, keep_aspect_ratio=True)
        return float(image.rendered_width)

    def bar_code(self, text: str, *, right: float, top: float, height: float, module: float = 0.3) -> None:
        """A Code 128 that ends at ``right``."""
        runs = code_128(text)
        x = right - sum(width for _, width in runs) * module
        self._pdf.set_fill_color(DARK)
        for is_bar, width in runs:
            if is_bar:
                self._pdf.rect(x, top, width * module, height, style="F")
            x += width * module


BLOCK_LINE = 4.6
BOX_SIZE, BOX_LINE, BOX_HEAD = 9.0, 4.2, 4.4
"""Of the text in a box: its size, how far its lines are apart, and where the first one begins."""
