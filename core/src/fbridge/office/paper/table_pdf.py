"""A table on a canvas: cells wrap, rows are as high as they need, a bar code may stand below one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fbridge.office.paper.canvas import LINE, Canvas
from fbridge.office.paper.sheet import Column

HEAD = 6.0
PADDING, AFTER_FIGURES = 1.0, 2.0
BAR_CODE = 8.0
SIZE = 8.0


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row with its cells' lines, and the number whose bar code stands below it."""

    cells: tuple[tuple[str, ...], ...]
    coded: str

    @property
    def height(self) -> float:
        """How much of the page it takes."""
        return max(len(cell) for cell in self.cells) * LINE + PADDING + (BAR_CODE + 1 if self.coded else 0)


class TablePdf:
    """The columns at their place; their widths are millimetres."""

    def __init__(self, canvas: Canvas, columns: Sequence[Column], x: float) -> None:
        self._canvas, self._columns, self._x = canvas, columns, x
        self._right = x + sum(column.width for column in columns)

    def row(self, cells: Sequence[str], coded: str = "") -> TableRow:
        """A row as it will be drawn."""
        self._canvas.font(SIZE)
        lines = (
            tuple(self._canvas.wrapped(cell, column.width - PADDING - self._indent(at)))
            for at, (cell, column) in enumerate(zip(cells, self._columns, strict=True))
        )
        return TableRow(tuple(lines), coded if coded.isascii() and coded.isalnum() else "")

    def draw(self, rows: Sequence[TableRow], top: float) -> float:
        """The headings and these rows; where they end."""
        top = self._headings(top)
        for row in rows:
            self._canvas.font(SIZE)
            self._cells(row.cells, top + PADDING / 2)
            if row.coded:
                below = top + row.height - BAR_CODE - 0.5
                self._canvas.bar_code(
                    row.coded, right=self._right - 1, top=below, height=BAR_CODE - 1, module=0.22
                )
            top += row.height
            self._canvas.rule(self._x, top, self._right)
        return top

    def _indent(self, at: int) -> float:
        """Text beside figures keeps off them."""
        after_figures = at > 0 and self._columns[at - 1].right and not self._columns[at].right
        return PADDING + (AFTER_FIGURES if after_figures else 0)

    def _headings(self, top: float) -> float:
        self._canvas.band(self._x, top, self._right - self._x, HEAD)
        self._canvas.font(7, bold=True)
        self._cells([(column.heading,) for column in self._columns], top + 1)
        return top + HEAD

    def _cells(self, cells: Sequence[Sequence[str]], top: float) -> None:
        x = self._x
        for at, (column, lines) in enumerate(zip(self._columns, cells, strict=True)):
            for number, line in enumerate(lines):
                edge = x + column.width - PADDING if column.right else x + self._indent(at)
                self._canvas.text(edge, top + number * LINE, line, align="R" if column.right else "L")
            x += column.width
