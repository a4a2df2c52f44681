"""What can be typed: commands named in a text, and whether each and its options exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

import click
import pytest

from fbridge.cli.main import cli
from fbridge.cli.session import Session

VERBS = re.compile(
    r"(?:as|asks|can|cannot|chose|comes|does|follows|for|ha[sd]|in|is|keeps|knows|made|magento|makes|needs|or|takes"
    r"|tells|waits|with)$"
)
"""What may follow the name in a sentence about fbridge; `magento` is in the seed of an emulated key."""

VALUE = "VALUE"
HINT = re.compile(r"(?<![\w.\-/@\[])fbridge (?![(\-]|fbridge-)((?:\\.|[^`;\n)])*)")
_END = re.compile(
    r"[.,:?!](?=\s|$)(?<!\.\.\.)|\s(?:and|or|which|tells|then)\s|\s\(|\s->|\s#|\s&&|\s\||\s--? "
)


@dataclass(frozen=True)
class Hint:
    """Something to type, and where it is said. ``strict``: with all that the command needs."""

    place: str
    words: tuple[str, ...]
    strict: bool = True


def hints_in(text: str, place: str, *, strict: bool = True) -> Iterator[Hint]:
    for match in HINT.finditer(text):
        quoted = text[: match.start()].endswith("'")
        said = _END.split(match[1].partition("'")[0] if quoted else match[1], maxsplit=1)[0]
        said = re.sub(r"<[^>]+>|\{[^}]*\}", VALUE, said)
        try:
            words = shlex.split(said)
        except ValueError:  # an apostrophe
            words = said.split()
        if words:
            yield Hint(place, tuple(words), strict)


def commands(group: click.Group, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name in group.list_commands(click.Context(group, obj=Session())):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)


TREE = {" ".join(path): command for path, command in commands(cli)}


def names_a_command(hint: Hint) -> bool:
    """Not a verb of a sentence about fbridge, and not a placeholder for any command."""
    no_command = hint.words[0].startswith((VALUE, "COMMAND", "-", "..."))
    return not (no_command or VERBS.match(hint.words[0]))


def resolve(hint: Hint) -> tuple[str, list[str]]:
    """The command that is named, and what is typed behind it."""
    first, *rest = hint.words
    assert first in TREE, f"{hint}: there is no command {first}; or it is a verb of a sentence (VERBS)"
    while isinstance(group := TREE[first], click.Group) and (hint.strict or rest):
        if group.invoke_without_command and (not rest or rest[0].startswith("-")):
            break
        assert rest, f"{hint}: {first} alone does nothing"
        if rest[0] in {VALUE, "--help", "..."}:
            return first, rest[:0]
        assert f"{first} {rest[0]}" in TREE, f"{hint}: there is no command {first} {rest[0]}"
        first, rest = f"{first} {rest[0]}", rest[1:]
    return first, rest


def assert_can_be_typed(hint: Hint) -> None:
    """The command exists, takes what is typed, and has all that it needs."""
    name, typed = resolve(hint)
    command = TREE[name]
    context = click.Context(command, info_name=name, obj=Session(), **command.context_settings)
    if typed and typed[-1] in with_value(command) and not hint.strict:
        typed.append(VALUE)  # a page may name an option without its value
    try:
        values, left, _ = command.make_parser(context).parse_args([*typed])
    except click.UsageError as error:
        pytest.fail(f"{hint}: {error.format_message()}")
    assert not left, f"{hint}: {' '.join(left)} is too much"
    arguments = [one for one in command.params if isinstance(one, click.Argument)]
    missing = [one.name for one in arguments if one.required and not given(values.get(one.name or ""))]
    assert not missing or not (hint.strict or typed), f"{hint}: without {missing}"


def given(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, (list, tuple)) and len(value) > 0)


def with_value(command: click.Command) -> set[str]:
    return {name for one in command.params for name in one.opts if not getattr(one, "is_flag", True)}


def assert_hints(text: str, place: str) -> None:
    """Whatever a text that the program has really printed tells people to type can be typed."""
    for hint in filter(names_a_command, hints_in(text, place)):
        assert_can_be_typed(hint)


def texts_in(value: object) -> Iterator[str]:
    """Every text of a JSON answer."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts_in(one)
