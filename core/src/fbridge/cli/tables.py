"""Tables and lines for people: rich on a terminal, plain and untruncated columns in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar
from zoneinfo import ZoneInfo

import click

from fbridge.cli.displayed import displayed
from fbridge.cli.harmless_text import several_lines
from fbridge.cli.session import Session

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as RichTable

T = TypeVar("T")
_UNLIMITED = 100_000
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
    elif isinstance(block, Table):
        _print_table(_table_block(block, session.timezone))
    else:
        _print_table(_fact_table(block, session.timezone))


def _table_block(table: Table[T], timezone: ZoneInfo) -> RichTable:
    """A table; on a terminal that is too narrow for its words, one row below the other with a name on each line."""
    columns = list(table.columns)
    rows = [[displayed(column.value(row), timezone) for column in columns] for row in table.rows]
    if not sys.stdout.isatty():
        return _grid(columns, rows, None)
    filled = [place for place in range(len(columns)) if any(cells[place] for cells in rows)]
    columns, rows = (
        [columns[place] for place in filled],
        [[cells[place] for place in filled] for cells in rows],
    )
    widths = _widths(columns, rows, _console(None).width)
    return _records(columns, rows) if widths is None else _grid(columns, rows, widths)


def _grid(
    columns: Sequence[Column[T]], rows: Iterable[Sequence[str]], widths: Sequence[int] | None
) -> RichTable:
    grid = _new_table(header=True)
    for place, column in enumerate(columns):
        grid.add_column(
            column.title,
            justify="right" if column.right else "left",
            overflow="fold",
            no_wrap=widths is None and not column.wraps,
            width=widths[place] if widths else None,
        )
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


def _fact_table(facts: Facts, timezone: ZoneInfo) -> RichTable:
    grid = _new_fact_table()
    for name, value in facts.pairs:
        text = displayed(value, timezone)
        if text:
            _add_row(grid, [name, text])
    return grid


def _new_fact_table() -> RichTable:
    grid = _new_table(header=False)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    return grid


def _new_table(*, header: bool) -> RichTable:
    from rich import box
    from rich.table import Table as RichTable

    ruled = header and sys.stdout.isatty()
    return RichTable(
        box=box.SIMPLE_HEAD if ruled else None,
        show_header=header,
        show_edge=False,
        pad_edge=False,
        padding=(0, _GAP - 1 if ruled else _GAP, 0, 0),
        header_style="bold",
    )


def _add_row(grid: RichTable, cells: Sequence[str]) -> None:
    from rich.text import Text

    grid.add_row(*(Text(cell) for cell in cells))  # Text: brackets in data are no markup


def _print_table(grid: RichTable) -> None:
    if sys.stdout.isatty():
        _console(None).print(grid)
        return
    console = _console(_UNLIMITED)
    with console.capture() as captured:
        console.print(grid)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def _console(width: int | None) -> Console:
    from rich.console import Console

    plain = width is not None
    return Console(
        width=width,
        force_terminal=False if plain else None,
        color_system=None if plain else "auto",
        highlight=False,
    )
