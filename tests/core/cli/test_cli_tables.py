"""A table on a terminal of any width breaks no number and no name in two, and leaves nothing out."""

from __future__ import annotations

import contextlib
import io
import os
import struct
import subprocess
import sys
from typing import Any

import click
import pytest
from tests.core.cli.conftest import FBRIDGE

from fbridge.cli.manifest_views import ROW_COLUMNS
from fbridge.cli.order_views import ORDER_COLUMNS
from fbridge.cli.session import Session
from fbridge.cli.shipment_views import SHIPMENT_COLUMNS
from fbridge.cli.status import day_columns, days
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
        stores = Table(day_columns(), days(bridge.status().stores))
    assert_whole(shown(stores, width), width, "shop", "open orders", "--store")
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


@pytest.fixture
def many(user: Any, shop: Any) -> Any:
    """A user with 60 orders, of which 1060 is the newest."""
    user.add_shop(shop)
    for place in range(1, 61):
        shop.sell(
            1000 + place,
            created_at=f"2026-11-{place // 20 + 2:02}T10:{place % 20:02}:00+00:00",
            status="cancelled" if place == 60 else "open",
        )
    user.run("fetch")
    return user


def test_the_newest_orders_come_first(many: Any) -> None:
    listed = many.json("orders", "list")["items"]
    assert [one["created_at"] for one in listed] == sorted(
        (one["created_at"] for one in listed), reverse=True
    )
    oldest = many.json("orders", "list", "--sort", "oldest", "--limit", "60")["items"]
    assert oldest == listed[::-1]
    assert many.run("orders", "list").stdout.count("\n") == 61, "a program gets all of them"
    some = many.run("orders", "list", "--limit", "5")
    assert some.stdout.count("\n") == 6
    assert "60 orders, 5 shown. More of them: --limit N" in some.stderr
    assert "shown" not in many.run("orders", "list", "--limit", "60").stderr


@pytest.mark.skipif(sys.platform == "win32", reason="has no pseudo-terminals")
def test_on_a_terminal_fifty_are_shown_through_the_pager_with_their_states_in_colours(many: Any) -> None:
    text = terminal_output(many, "orders", "list", PAGER="sed s/^/paged:/")
    assert "60 orders, 50 shown." in text
    assert text.count("paged:shop") == 50
    few = ("orders", "list", "--limit", "5")
    coloured = terminal_output(many, *few)
    assert "paged:" not in coloured, "it fits"
    assert "\x1b[31munfulfilled," in coloured, "cancelled is red"
    assert "\x1b[31m" not in terminal_output(many, *few, NO_COLOR="1")


def terminal_output(user: Any, *words: str, **environment: str) -> str:
    """What a person sees who types the command at a terminal of 24 lines."""
    import fcntl
    import pty
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 120, 0, 0))
    variables = user.environment(TERM="xterm", **environment)
    variables = {name: value for name, value in variables.items() if name not in ("COLUMNS", "LINES")}
    with subprocess.Popen(
        [*FBRIDGE, *words], env=variables, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        parts = []
        with contextlib.suppress(OSError):  # Linux says so at the end of a terminal
            while part := os.read(ours, 65536):
                parts.append(part)
        os.close(ours)
        assert process.wait(20) == 0
    return b"".join(parts).decode()


@pytest.mark.parametrize("width", [80, 160])
def test_the_rows_of_a_manifest_are_whole(ready_user: Any, shown: Any, width: int) -> None:
    more = ("--number", NUMBER, "--weight", "12.5kg", "--document", "ERP/A/125/2026", "--manifest", "BRT")
    ready_user.run("shipment", "create", "1003", *more)
    with ready_user.bridge() as bridge:
        rows = bridge.manifests.get("BRT").shipments
    text = shown(Table(ROW_COLUMNS, rows), width)
    assert_whole(text, width, NUMBER, "S1", "1003", "125/A", "12.5", "Rossi", "Verona", "30.00", "EUR")
    told = ready_user.json("manifest", "show", "BRT")["data"]["shipments"][0]
    assert (told["recipient"]["city"], told["document"]["number"], told["parcels"]) == ("Verona", "125", 1)
