"""Whatever the program or a page tells people to type can be typed: each command and option in it exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
from tests.core.cli.hints import (
    HINT,
    TREE,
    VALUE,
    VERBS,
    Hint,
    assert_can_be_typed,
    commands,
    hints_in,
    names_a_command,
    resolve,
)

from fbridge.cli.find import _SHOWN_BY
from fbridge.cli.main import cli
from fbridge.models.transitions import TRANSITIONS

ROOT = Path(__file__).parents[3]
SOURCES = sorted([*ROOT.glob("core/src/fbridge/**/*.py"), *ROOT.glob("plugins/*/src/**/*.py")])
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("plugins/*/README.md")])
# One has options of its own, the other names those of pipx and uv.
OTHER_PROGRAMS = {
    "core/src/fbridge/authoring/check_process.py",
    "core/src/fbridge/installation.py",
    "core/src/fbridge/sandbox/__main__.py",
}

BARE_OPTIONS = {
    "--allow-shared": {
        "shipment create",
        "shipment external",
        "tracking add",
        "tracking set",
        "tracking import",
        "shipment import",
    },
    "--column": {"tracking import", "shipment import", "import map"},
    "--dates": {"tracking import", "shipment import", "import map"},
    "--decimal": {"tracking import", "shipment import", "import map"},
    "--details": {"push", "evening"},
    "--delimiter": {"tracking import", "shipment import", "import map"},
    "--document": {"fulfil"},
    "--encoding": {"tracking import", "shipment import", "import map"},
    "--replacement": {"shipment import"},
    "--sheet": {"tracking import", "shipment import", "import map"},
    "--unknown-order": {"shipment import"},
    "--year": {"tracking import", "shipment import"},
}
"""Options that a sentence outside the command line names alone: every command that can end with the sentence."""

OF_PIP = {"--upgrade"}

_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")


_TEXTS = (ast.Constant, ast.JoinedStr, ast.FormattedValue)


def _text(node: ast.AST) -> str | None:
    """A string as people see it, with a word for each value in it."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or VALUE for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return VALUE
    return None


@cache
def strings(path: Path) -> tuple[tuple[str, int], ...]:
    """Every string that can be printed; docstrings are read by programmers, apart from those of commands."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    typed = [node for node in nodes if isinstance(node, (ast.List, ast.Tuple)) and _is_typed(node)]
    passed = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    passed |= {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    passed |= {id(part) for node in typed for part in ast.walk(node)}
    shown = [node for node in nodes if isinstance(node, _TEXTS) and id(node) not in passed]
    found = [(text, node.lineno) for node in shown if (text := _text(node)) is not None]
    return (*found, *((_typed(node), node.lineno) for node in typed))


def _is_typed(node: ast.List | ast.Tuple) -> bool:
    return "fbridge" in map(_text, node.elts[:-1])


def _typed(node: ast.List | ast.Tuple) -> str:
    """``["fbridge", "push", *stores]`` as it is typed."""
    texts = [_text(part) for part in node.elts]
    parts = zip(node.elts[texts.index("fbridge") :], texts[texts.index("fbridge") :], strict=True)
    return " ".join(text or VALUE for part, text in parts if not isinstance(part, ast.Starred))


@cache
def all_hints() -> tuple[Hint, ...]:
    return tuple(hint for hint in _hints() if not VERBS.match(hint.words[0]))


@cache
def that_name_a_command() -> tuple[Hint, ...]:
    """What many places say is there once."""
    return tuple({(hint.words, hint.strict): hint for hint in all_hints() if names_a_command(hint)}.values())


def _hints() -> Iterator[Hint]:
    for path in SOURCES:
        for text, line in strings(path):
            yield from hints_in(text, f"{path.relative_to(ROOT)}:{line}")
    for words, command in commands(cli):
        yield from hints_in(command.help or "", f"the help of {' '.join(words)}", strict=False)
    for path in PAGES:
        for said in re.findall(r"`(fbridge [^`]+)`|^(?:\$ )?(fbridge [^\n]+)$", _page(path), re.MULTILINE):
            yield from hints_in("".join(said), str(path.relative_to(ROOT)), strict=False)


def _page(path: Path) -> str:
    return path.read_text("utf-8").replace("\\\n", " ")


def test_what_is_to_be_typed_exists() -> None:
    for hint in that_name_a_command():
        assert_can_be_typed(hint)


def test_help_of_what_is_named_answers(user: Any) -> None:
    for name in {resolve(hint)[0] for hint in that_name_a_command() if hint.words[0] in TREE}:
        assert "Usage: fbridge" in user.run(*name.split(), "--help").stdout


def test_the_commands_of_the_transition_table_and_of_find_exist() -> None:
    causes = [one.command.replace("reopen, leave-behind", "reopen") for one in TRANSITIONS]
    for said in {*causes, "manifest leave-behind", *_SHOWN_BY.values()}:
        name = _OPTION.sub("", said).strip()
        assert name in TREE, said
        assert set(_OPTION.findall(said)) <= options_of(name), said


AS_JOBS = ("fetch", "manifest ship", "push", "shipment withdraw", "verify")
"""What the page of the office and the API begin as jobs, or leads to, word by word."""


def options_of(*names: str) -> set[str]:
    return {
        option for name in names for one in TREE[name].params for option in (*one.opts, *one.secondary_opts)
    }


def test_an_option_that_is_named_alone_is_one_of_the_command_that_says_so() -> None:
    for path in SOURCES:
        place = str(path.relative_to(ROOT))
        if place not in OTHER_PROGRAMS:
            known = known_to(path)
            for text, line in strings(path):
                # The table of transitions names commands like this.
                said = f"fbridge {text}" if text.partition(" ")[0] in TREE else text
                alone = set(_OPTION.findall(HINT.sub("", said))) - OF_PIP
                assert alone <= known, f"{place}:{line}: {text!r} names {alone - known}"


def known_to(path: Path) -> set[str]:
    """In a command's module its options; elsewhere those of all commands that can end with the sentence."""
    for option, names in BARE_OPTIONS.items():
        assert all(option in options_of(name) for name in names), option
    if "office_web" in path.parts:
        return set(BARE_OPTIONS) | options_of(*AS_JOBS, "office")
    if path.parent.name != "cli":
        return set(BARE_OPTIONS)
    of_all = {"--help", "--version", "--home", "--debug", "--quiet", "--json", "--log-format"}
    here = [name for name, one in TREE.items() if one.callback and _module(one) in path.stem]
    return of_all | (options_of(*here) if here else set(BARE_OPTIONS))  # views are shown by several commands


def _module(command: click.Command) -> str:
    return str(getattr(command.callback, "__module__", "")).rpartition(".")[2]


def test_the_search_finds_hints_of_every_make() -> None:
    said = {" ".join(hint.words) for hint in all_hints()}
    assert len(all_hints()) > 100
    assert {"push", "push --plan", "carrier map VALUE VALUE CODE", "orders list --ready"} <= said
    assert "manifest ship VALUE --leave-out-bad" in said
