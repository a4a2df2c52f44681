"""A table on a terminal of any width breaks no number and no name in two, and leaves nothing out."""

from __future__ import annotations

import io
import sys
from typing import Any

import click
import pytest

from fbridge.cli.order_views import ORDER_COLUMNS
from fbridge.cli.session import Session
from fbridge.cli.shipment_views import SHIPMENT_COLUMNS
from fbridge.cli.tables import Column, Table, print_block

NUMBER = "JJD0002233445566778899/01"


class Terminal(io.StringIO):
    """Standard output of somebody who looks at it."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def shown(user: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Print a table as a terminal of this width shows it."""
    session = Session(open_bridge=lambda _: user.bridge())

    def show(table: Table[Any], width: int) -> str:
        terminal = Terminal()
        with monkeypatch.context() as patched:
            patched.setenv("COLUMNS", str(width))
            patched.setenv("NO_COLOR", "1")
            patched.setenv("TERM", "xterm")
            patched.setattr(sys, "stdout", terminal)
            print_block(table, session)
        return click.unstyle(terminal.getvalue())

    yield show
    session.close()


def assert_whole(text: str, width: int, *tokens: str) -> None:
    assert all(len(line) <= width for line in text.splitlines()), text
    for token in tokens:
        assert token in text


@pytest.mark.parametrize("width", [60, 80, 200])
def test_orders_and_shipments_are_whole(ready_user: Any, shown: Any, width: int) -> None:
    ready_user.run("shipment", "create", "1001", "--number", NUMBER)
    with ready_user.bridge() as bridge:
        assert_whole(
            shown(Table(SHIPMENT_COLUMNS, bridge.shipments.list()), width), width, NUMBER, "S1", "1001"
        )
        orders = list(bridge.orders.list())
    assert_whole(shown(Table(ORDER_COLUMNS, orders), width), width, "1001", "1003", "2026-11-02", "Bianchi")


def test_a_narrow_terminal_gets_a_line_for_each_value(shown: Any) -> None:
    columns: list[Column[str]] = [Column(f"Title {place}", lambda row: row) for place in range(4)]
    wide, narrow = shown(Table(columns, [NUMBER]), 200), shown(Table(columns, [NUMBER]), 60)
    assert len(wide.splitlines()) == 3  # the head, its rule, the row
    assert [line.split() for line in narrow.splitlines()] == [["Title", str(n), NUMBER] for n in range(4)]


def test_text_gives_way_before_anything_is_turned(shown: Any) -> None:
    columns: list[Column[str]] = [
        Column("Number", lambda _: NUMBER),
        Column("Why", lambda row: row, wraps=True),
    ]
    text = shown(Table(columns, ["a sentence that is told at some length " * 3]), 60)
    assert_whole(text, 60, NUMBER, "Why")
