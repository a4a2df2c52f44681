"""Tables and lines for people: drawn for a terminal, plain and untruncated columns in a pipe."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

import click

from fbridge.cli.displayed import displayed
from fbridge.cli.harmless_text import several_lines
from fbridge.cli.session import Session
from fbridge.cli.spoken import told

T = TypeVar("T")
_GAP = 2
_QUIETLY = "FRX"  # less ends at once where all fits, keeps colours, and leaves what was shown


def _no_state(_: object) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """A column: its title, where its value comes from, whether it holds numbers, or text that may wrap.

    ``state`` is what a terminal colours the value by.
    """

    title: str
    value: Callable[[T], object]
    right: bool = False
    wraps: bool = False
    state: Callable[[T], Enum | None] = _no_state


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


def print_block(block: Block[T], session: Session, *, paged: bool = False) -> None:
    """Print a sentence, a table or facts on standard output.

    ``paged``: what is longer than the terminal goes through the user's pager (PAGER; ``cat`` for none).
    """
    if isinstance(block, str):
        click.echo(several_lines(told(block)))
        return
    if isinstance(block, Table):
        block = Table([replace(column, title=told(column.title)) for column in block.columns], block.rows)
    if not sys.stdout.isatty():
        for line in _plain_lines(block, session.timezone):
            click.echo(line)
    elif paged and session.interactive:
        _through_pager(_drawn(block, session.timezone))
    else:
        click.echo(_drawn(block, session.timezone), nl=False)


def _drawn(block: Table[T] | Facts, timezone: ZoneInfo) -> str:
    from fbridge.cli.terminal_tables import drawn_facts, drawn_table

    if isinstance(block, Facts):
        return drawn_facts(_fact_cells(block, timezone))
    rows = list(block.rows)
    states = [[column.state(row) for column in block.columns] for row in rows]
    return drawn_table(block.columns, _table_cells(block.columns, rows, timezone), states)


def _through_pager(text: str) -> None:
    if text.count("\n") < shutil.get_terminal_size().lines:
        click.echo(text, nl=False)
        return
    os.environ.setdefault("LESS", _QUIETLY)
    click.echo_via_pager(text)


def _plain_lines(block: Table[T] | Facts, timezone: ZoneInfo) -> Iterator[str]:
    if isinstance(block, Facts):
        return _aligned(_fact_cells(block, timezone), [False, False])
    titles = [column.title for column in block.columns]
    cells = _table_cells(block.columns, block.rows, timezone)
    return _aligned([titles, *cells], [column.right for column in block.columns])


def _table_cells(columns: Sequence[Column[T]], rows: Iterable[T], timezone: ZoneInfo) -> list[list[str]]:
    return [[displayed(column.value(row), timezone) for column in columns] for row in rows]


def _fact_cells(facts: Facts, timezone: ZoneInfo) -> list[list[str]]:
    shown = ((name, displayed(value, timezone)) for name, value in facts.pairs)
    return [[told(name), text] for name, text in shown if text]


def _aligned(rows: Sequence[Sequence[str]], right: Sequence[bool]) -> Iterator[str]:
    """Lines of a pipe: columns as wide as what stands in them. Not by rich, which takes ten times as long."""
    if not rows:
        return
    sizes = [[_cell_width(text) for text in cells] for cells in rows]
    widths = [max(column) for column in zip(*sizes, strict=True)]
    for cells, taken in zip(rows, sizes, strict=True):
        filled = (
            " " * (width - size) + text if to_right else text + " " * (width - size)
            for text, size, width, to_right in zip(cells, taken, widths, right, strict=True)
        )
        yield (" " * _GAP).join(filled).rstrip()


def _cell_width(text: str) -> int:
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
