"""What is typed is taken exactly: nothing empty, nothing twice, in every command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from fbridge.cli.argument_types import name_and_value
from fbridge.cli.command_classes import Command, Group, MayBeEmpty, takes_one_value
from fbridge.cli.main import cli
from fbridge.cli.session import Session

EMPTY = ("", " ", "\t \n", "\u00a0", "\u200b")
EMPTY_MEANS_SOMETHING = {("carrier route", "method"), ("carrier unroute", "method")}


@dataclass(frozen=True)
class Place:
    """One parameter of one command."""

    path: tuple[str, ...]
    command: click.Command
    parameter: click.Parameter

    @property
    def id(self) -> str:
        return " ".join((*self.path, self.parameter.name or ""))

    @property
    def named(self) -> str:
        """As an error names it."""
        return self.parameter.get_error_hint(click.Context(self.command))

    def typed(self, *values: str) -> list[str]:
        """The command with these values here, and with what else it needs."""
        words = [*self.path]
        if isinstance(self.parameter, click.Option):
            words += [word for value in values for word in (self.parameter.opts[-1], value)]
        arguments = [one for one in self.command.params if isinstance(one, click.Argument)]
        if self.parameter in arguments:  # what stands before an argument is needed for its place
            arguments = arguments[: arguments.index(self.parameter) + 1]
        else:
            arguments = [one for one in arguments if one.required]
        for argument in arguments:
            words += values if argument is self.parameter else ["some"]
        if isinstance(self.command, click.Group):
            words.append("status")
        return words


def commands(group: click.Group, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command, from the root on."""
    yield path, group
    context = click.Context(group, info_name="fbridge", obj=Session())
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        if isinstance(found, click.Group):
            yield from commands(found, *path, name)
        else:
            yield (*path, name), found


TREE = tuple(commands(cli))
PLACES = [Place(path, command, one) for path, command in TREE for one in command.params]
WITH_VALUE = [place for place in PLACES if not getattr(place.parameter, "is_flag", False)]
SINGLE = [place for place in PLACES if takes_one_value(place.parameter)]
STRICT = [place for place in WITH_VALUE if not isinstance(place.parameter, MayBeEmpty)]
PAIRED = [place for place in WITH_VALUE if getattr(place.parameter.type, "func", None) is name_and_value]


def each(places: list[Place]) -> Any:
    """One test for each command: its parameters among these."""
    commands = {place.path: [one for one in places if one.path == place.path] for place in places}
    return pytest.mark.parametrize("places", commands.values(), ids=map(" ".join, commands))


@pytest.fixture
def refused(home: Any) -> Callable[[list[str]], Result]:
    """Type something that is refused before any work begins."""

    def run(words: list[str]) -> Result:
        def no_bridge(home: object) -> Any:
            pytest.fail(f"{words} began to work")

        session = Session(interactive=False, open_bridge=no_bridge)
        result = CliRunner().invoke(cli, words, obj=session, prog_name="fbridge")
        assert result.exit_code == 2, f"{words}: {result.output}"
        return result

    return run


def test_the_walk_finds_the_commands_of_every_level() -> None:
    paths = {" ".join(path) for path, _ in TREE}
    assert {"", "push", "store add", "manifest leave-behind", "sandbox serve", "db backup"} <= paths
    assert len(WITH_VALUE) > 90
    assert {"push only_if", "push stores", " home".strip(), "orders list state"} <= {
        one.id for one in WITH_VALUE
    }


def test_no_command_bypasses_the_classes_that_refuse() -> None:
    for path, command in TREE:
        assert isinstance(command, (Command, Group)), path
        assert type(command).parse_args in {Command.parse_args, Group.parse_args}, path


def test_nothing_comes_from_environment_variables_past_the_command_line() -> None:
    assert not [place.id for place in PLACES if place.parameter.envvar]
    assert not [path for path, command in TREE if "auto_envvar_prefix" in command.context_settings]


@each(STRICT)
def test_an_empty_value_is_refused_and_named(
    places: list[Place], refused: Callable[[list[str]], Result]
) -> None:
    for place, empty in product(places, EMPTY):
        told = refused(place.typed(empty)).stderr
        assert f"Invalid value for {place.named}: it is empty." in " ".join(told.split()), told


@each([place for place in STRICT if isinstance(place.parameter, click.Option)])
def test_an_empty_value_behind_an_equals_sign_is_refused(
    places: list[Place], refused: Callable[[list[str]], Result]
) -> None:
    for place in places:
        words = [*place.path, f"{place.parameter.opts[-1]}=", *place.typed()[len(place.path) :]]
        assert "it is empty" in refused(words).stderr, words


@each([one for one in STRICT if one.parameter.nargs == -1 or getattr(one.parameter, "multiple", False)])
def test_one_empty_value_among_others_is_refused(
    places: list[Place], refused: Callable[[list[str]], Result]
) -> None:
    for place in places:
        good = "A=1" if place in PAIRED or place.parameter.name == "lines" else "some"
        for values in ((good, ""), ("", good)):
            assert "it is empty" in refused(place.typed(*values)).stderr, place


def test_where_an_empty_value_means_something_is_listed_here() -> None:
    said = {(" ".join(one.path), one.parameter.name) for one in WITH_VALUE if one not in STRICT}
    assert said == EMPTY_MEANS_SOMETHING


@each(PAIRED)
def test_a_named_value_that_is_empty_is_refused(
    places: list[Place], refused: Callable[[list[str]], Result]
) -> None:
    for place, empty in product(places, EMPTY):
        assert "key is given an empty value" in refused(place.typed(f"key={empty}")).stderr


@each(PAIRED)
def test_a_name_given_twice_is_refused(places: list[Place], refused: Callable[[list[str]], Result]) -> None:
    for place in places:
        told = refused(place.typed("key=one", "other=two", "key=three")).stderr
        assert "key is given 2 times" in told
        assert "three" not in told


@each(SINGLE)
def test_an_option_that_takes_one_value_is_refused_twice(
    places: list[Place], refused: Callable[[list[str]], Result]
) -> None:
    for place in places:
        told = " ".join(refused(_given_twice(place)).stderr.split())
        assert f"Invalid value for {place.named}: it is given 2 times" in told


def _given_twice(place: Place) -> list[str]:
    option = place.parameter
    assert isinstance(option, click.Option)
    flags = [*option.opts, *option.secondary_opts] if option.is_flag else []
    values = () if flags else ("one", "two")
    return [*place.path, *flags, *place.typed(*values)[len(place.path) :]]


def test_a_flag_said_twice_says_the_same(user: Any) -> None:
    user.run("--json", "store", "list", "--json", "--quiet", "-q")


def test_help_answers_whatever_else_was_typed(user: Any) -> None:
    assert "--only-if" in user.run("push", "--only-if", "", "--only-if", "", "--help").stdout


def test_programs_get_the_refusal_as_json(user: Any) -> None:
    error = user.json("push", "--only-if", "", code=2)["error"]
    assert error["reason"] == "usage"
    assert "'--only-if': it is empty" in error["message"]
