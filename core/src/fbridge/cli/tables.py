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
_LEAST_WRAPPED = 8


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
        _print_table(_rich_table(block, session.timezone))
    else:
        _print_table(_fact_table(block, session.timezone))


def _rich_table(table: Table[T], timezone: ZoneInfo) -> RichTable:
    rows = [[displayed(column.value(row), timezone) for column in table.columns] for row in table.rows]
    whole = not sys.stdout.isatty() or _fits(table.columns, rows)
    grid = _new_table(header=True)
    for column in table.columns:
        grid.add_column(
            column.title,
            justify="right" if column.right else "left",
            overflow="fold",
            no_wrap=whole and not column.wraps,
        )
    for cells in rows:
        _add_row(grid, cells)
    return grid


def _fits(columns: Sequence[Column[T]], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the terminal is wide enough to wrap nothing but the columns that may wrap."""
    from rich.cells import cell_len

    needed = _GAP * (len(columns) - 1)
    for column, cells in zip(columns, zip(*rows, strict=True), strict=bool(rows)):
        width = max(map(cell_len, (column.title, *cells)))
        needed += min(width, _LEAST_WRAPPED) if column.wraps else width
    return needed <= _console(None).width


def _fact_table(facts: Facts, timezone: ZoneInfo) -> RichTable:
    grid = _new_table(header=False)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in facts.pairs:
        text = displayed(value, timezone)
        if text:
            _add_row(grid, [name, text])
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
