"""Every console gets characters that it can show, and nothing that drives it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fbridge.cli.consoles import plain
from fbridge.cli.harmless_text import one_line, several_lines, spreadsheet_cell


@pytest.mark.parametrize(
    ("character", "shown"),
    [("…", "..."), ("–", "-"), ("✓", "ok"), ("─", "-"), ("│", "|"), ("┌", "+"), ("┼", "+"), ("━", "-"), ("═", "-"),
     ("é", "e"), ("Š", "S"), ("ł", "l"), ("€", "EUR"), ("→", "->"), ("█", "#"), ("日", "?"), ("\udc80", "?")],
)  # fmt: skip
def test_a_character_that_cannot_be_shown_gets_a_plain_one(character: str, shown: str) -> None:
    assert plain(character) == shown


@pytest.mark.parametrize(
    ("encoding", "shown"), [("cp1252", "Lukasz Zak – ok ?? naïve"), ("cp850", "Lukasz Zak - ok ?? naïve")]
)
def test_narrow_consoles_show_what_they_can(user: Any, shop: Any, encoding: str, shown: str) -> None:
    shop.sell(1004, name="Łukasz Żak – ✓ 日本 naïve")
    user.add_shop(shop)
    user.run("fetch")
    done = user.process("orders", "show", "1004", PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr
    assert shown in done.stdout.decode(encoding)


def test_a_narrow_console_gets_whole_data_as_json(user: Any, shop: Any) -> None:
    shop.sell(1004, name="Łukasz 日本")
    user.add_shop(shop)
    user.run("fetch")
    done = user.process("orders", "show", "1004", "--json", PYTHONIOENCODING="cp1252")
    assert json.loads(done.stdout)["data"]["ship_to"]["name"] == "Łukasz 日本"


def test_an_error_about_a_name_that_is_no_text_is_shown(user: Any) -> None:
    done = user.process("orders", "show", "\udcff", PYTHONIOENCODING="cp1252")
    assert done.returncode == 2
    assert b"is not text in this console's encoding" in done.stderr


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x9b31m", r"\x9b31m"),
        ("two\r\nlines\tand a tab", "two lines and a tab"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("bell\a", r"bell\x07"),
        ("[bold]kept[/bold] :smile:", "[bold]kept[/bold] :smile:"),
    ],
)
def test_control_characters_of_a_store_become_visible(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_messages_keep_their_lines() -> None:
    assert several_lines("one\ntwo\x1b") == "one\ntwo\\x1b"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(start: str) -> None:
    assert spreadsheet_cell(f"{start}1+cmd") == "'" + one_line(f"{start}1+cmd")
    assert spreadsheet_cell("1-2") == "1-2"


def test_escapes_in_an_order_reach_no_terminal(user: Any, shop: Any) -> None:
    shop.sell(1004, name="\x1b]0;title\x07Eve[/]", note="\x1b[2Jgone")
    user.add_shop(shop)
    user.run("fetch")
    for words in (("orders", "list"), ("orders", "show", "1004"), ("find", "Eve"), ("orders", "export")):
        shown = user.run(*words).output
        assert "Eve[/]" in shown
        assert "\x1b" not in shown
        assert "\x07" not in shown
