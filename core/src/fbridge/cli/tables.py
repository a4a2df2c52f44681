"""Tables and lines for people: rich on a terminal, plain and untruncated columns in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar
from zoneinfo import ZoneInfo

import click

from fbridge.cli.displayed import displayed
from fbridge.cli.harmless_text import several_lines
from fbridge.cli.session import Session

if TYPE_CHECKING:
    from rich.console import Console, JustifyMethod
    from rich.table import Table as RichTable

T = TypeVar("T")
_GAP = 2
_LEAST_WHOLE = 16  # a date and its time stay on one line


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """A column: its title, where its value comes from, whether it holds numbers, or text that may wrap."""

    title: str
    value: Callable[[T], object]
    right: bool = False
    wraps: bool = False


@dataclass(frozen=True, slots=True)
class Table(Generic[T]):
    """Rows of one kind."""

    columns: Sequence[Column[T]]
    rows: Iterable[T]


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with their values; those without a value are left out."""

    pairs: Iterable[tuple[str, object]]


Block = str | Table[T] | Facts


def print_block(block: Block[T], session: Session) -> None:
    """Print a sentence, a table or facts on standard output."""
    if isinstance(block, str):
        click.echo(several_lines(block))
        return
    columns, rows = _cells(block, session.timezone)
    if sys.stdout.isatty():
        _console().print(_for_terminal(columns, rows) if columns else _facts(rows))
        return
    titles = [[column.title for column in columns]] if columns else []
    for line in _aligned([*titles, *rows], [column.right for column in columns] or [False, False]):
        click.echo(line)


def _cells(block: Table[T] | Facts, timezone: ZoneInfo) -> tuple[list[Column[T]], list[list[str]]]:
    """The columns (none for facts) and what stands in the rows, as it is shown."""
    if isinstance(block, Table):
        columns = list(block.columns)
        return columns, [[displayed(one.value(row), timezone) for one in columns] for row in block.rows]
    shown = ((name, displayed(value, timezone)) for name, value in block.pairs)
    return [], [[name, text] for name, text in shown if text]


def _aligned(rows: Sequence[Sequence[str]], right: Sequence[bool]) -> Iterator[str]:
    """Lines of a pipe: columns as wide as what stands in them. Not by rich, which takes ten times as long."""
    if not rows:
        return
    sizes = [[_cell_width(text) for text in cells] for cells in rows]
    widths = [max(column) for column in zip(*sizes, strict=True)]
    for cells, taken in zip(rows, sizes, strict=True):
        yield (
            (" " * _GAP)
            .join(
                " " * (width - size) + text if to_right else text + " " * (width - size)
                for text, size, width, to_right in zip(cells, taken, widths, right, strict=True)
            )
            .rstrip()
        )


def _cell_width(text: str) -> int:
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _for_terminal(columns: list[Column[T]], rows: list[list[str]]) -> RichTable:
    """A table; on a terminal that is too narrow for its words, one row below the other with a name on each line."""
    filled = [place for place in range(len(columns)) if any(cells[place] for cells in rows)]
    columns = [columns[place] for place in filled]
    rows = [[cells[place] for place in filled] for cells in rows]
    widths = _widths(columns, rows, _console().width)
    return _records(columns, rows) if widths is None else _grid(columns, rows, widths)


def _grid(columns: Sequence[Column[T]], rows: Iterable[Sequence[str]], widths: Sequence[int]) -> RichTable:
    grid = _new_table(header=True)
    for column, width in zip(columns, widths, strict=True):
        justify: JustifyMethod = "right" if column.right else "left"
        grid.add_column(column.title, justify=justify, overflow="fold", width=width)
    for cells in rows:
        _add_row(grid, cells)
    return grid


def _widths(columns: Sequence[Column[T]], rows: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """How wide each column is, the widest giving way first; None where a number or a name would be broken in two."""
    from rich.cells import cell_len

    texts = [[column.title, *(cells[place] for cells in rows)] for place, column in enumerate(columns)]
    widths = [max(map(cell_len, column)) for column in texts]
    least = [max(cell_len(word) for text in column for word in [*text.split(), ""]) for column in texts]
    for place, column in enumerate(columns):
        least[place] = least[place] if column.wraps else max(least[place], min(widths[place], _LEAST_WHOLE))
    room -= _GAP * (len(columns) - 1)
    while sum(widths) > room:
        place = max(range(len(widths)), key=lambda one: (widths[one] > least[one], widths[one]))
        if widths[place] <= least[place]:
            return None
        widths[place] -= 1
    return widths


def _records(columns: Sequence[Column[T]], rows: Sequence[Sequence[str]]) -> RichTable:
    grid = _new_fact_table()
    for number, cells in enumerate(rows):
        if number:
            _add_row(grid, ["", ""])
        for column, cell in zip(columns, cells, strict=True):
            if cell:
                _add_row(grid, [column.title, cell])
    return grid


def _facts(rows: Sequence[Sequence[str]]) -> RichTable:
    grid = _new_fact_table()
    for cells in rows:
        _add_row(grid, cells)
    return grid


def _new_fact_table() -> RichTable:
    grid = _new_table(header=False)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    return grid


def _new_table(*, header: bool) -> RichTable:
    from rich import box
    from rich.table import Table as RichTable

    return RichTable(
        box=box.SIMPLE_HEAD if header else None,
        show_header=header,
        show_edge=False,
        pad_edge=False,
        padding=(0, _GAP - 1 if header else _GAP, 0, 0),
        header_style="bold",
    )


def _add_row(grid: RichTable, cells: Sequence[str]) -> None:
    from rich.text import Text

    grid.add_row(*(Text(cell) for cell in cells))  # Text: brackets in data are no markup


def _console() -> Console:
    from rich.console import Console

    return Console(color_system="auto", highlight=False)
