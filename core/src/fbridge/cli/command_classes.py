"""The click classes: groups that load commands on demand, commands that know the global options.

All of them are strict about what is typed: an empty value is refused, and so is an option that takes one value and
is given twice. A variable of a script that is not set must never mean "no condition", nor the last of two wins.

Heavy imports stand inside command bodies, so that ``--help`` and ``--version`` cost little more than click
(docs/architecture.md, "Budgets").
"""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import click

from fbridge.cli.session import LOG_FORMATS

ALL_GLOBAL = frozenset({"--json", "--quiet", "--debug", "--log-format"})


def global_options(shown: frozenset[str]) -> list[click.Parameter]:
    """The options that are understood before, within and after the command's name; help lists those ``shown``."""
    told = {
        "--json": "Print JSON.",
        "--quiet": "No progress, no hints.",
        "--debug": "Log, and show tracebacks.",
    }
    flags = [_flag(name, words, hidden=name not in shown) for name, words in told.items()]
    return [*flags, _log_format(hidden="--log-format" not in shown)]


def _flag(name: str, words: str, *, hidden: bool) -> click.Option:
    names = ["-q", name] if name == "--quiet" else [name]
    return click.Option(
        names, is_flag=True, expose_value=False, callback=_remember, help=words, hidden=hidden
    )


def _log_format(*, hidden: bool) -> click.Option:
    return click.Option(
        ["--log-format"],
        type=click.Choice(LOG_FORMATS),
        expose_value=False,
        callback=_remember,
        help="json: log to standard error too, a JSON object a line.",
        hidden=hidden,
    )


def _remember(context: click.Context, option: click.Parameter, value: Any) -> None:
    if value and option.name:
        setattr(context.obj, option.name, value)


_NAMED_BY_NUMBER = {"order", "ref", "refs", "text"}
A_COMMENT = "(A shell takes # for the start of a comment: type 1001 for #1001, or put it in quotes.)"


class MayBeEmpty(click.Argument):
    """An argument for which an empty value means something; everywhere else it is refused."""


class StrictCommand(click.Command):
    """Refuses empty values, and options that are given twice where they take one value. ``-h`` asks for help."""

    def get_help_option_names(self, ctx: click.Context) -> list[str]:
        """Of the command, in every context: click keeps the option that it made for the first one."""
        ctx.help_option_names = ["-h", "--help"]
        return super().get_help_option_names(ctx)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Look at what was typed before click makes anything of it."""
        if ctx.obj is not None:
            ctx.obj.command = ctx.command_path.partition(" ")[2]
        if not ctx.resilient_parsing:  # not while a shell completes a line
            typed, _, order = self.make_parser(ctx).parse_args(args=list(args))
            if not any(parameter.is_eager for parameter in order):  # --help and --version answer all the same
                self._refuse_repeated(ctx, order)
                self._refuse_empty(ctx, typed)
        else:
            from fbridge.cli.completed_names import complete_names

            complete_names(self.params)
        try:
            return super().parse_args(ctx, args)
        except click.MissingParameter as error:
            argument = error.param
            if argument and argument.name in _NAMED_BY_NUMBER and argument.metavar != "MANIFEST":
                raise click.MissingParameter(A_COMMENT, error.ctx, argument) from None
            raise

    def _refuse_repeated(self, ctx: click.Context, order: list[click.Parameter]) -> None:
        for parameter, times in Counter(order).items():
            if times > 1 and takes_one_value(parameter):
                raise click.BadParameter(
                    f"it is given {times} times and is taken once; say which one is meant.", ctx, parameter
                )

    def _refuse_empty(self, ctx: click.Context, typed: Mapping[str, object]) -> None:
        for parameter in self.get_params(ctx):
            values = _words(typed.get(parameter.name or ""))
            if not isinstance(parameter, MayBeEmpty) and any(map(is_empty, values)):
                raise click.BadParameter(
                    "it is empty. Give it a value or leave it out; in a script, is a variable not set?",
                    ctx,
                    parameter,
                )


def takes_one_value(parameter: click.Parameter) -> bool:
    """Whether giving it twice contradicts itself: a plain flag says the same twice, ``--x/--no-x`` may not."""
    if not isinstance(parameter, click.Option) or parameter.multiple or parameter.count:
        return False
    return not parameter.is_flag or bool(parameter.secondary_opts)


def is_empty(text: str) -> bool:
    """Whether nothing of it can be seen: blanks of any kind, and characters without a shape."""
    return not any(character.isprintable() and not character.isspace() for character in text)


def _words(typed: object) -> Iterator[str]:
    if isinstance(typed, str):
        yield typed
    elif isinstance(typed, (list, tuple)):
        for one in typed:
            yield from _words(one)


class Command(StrictCommand):
    """A command that takes the global options too, so that their place does not matter."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(global_options(frozenset({"--json"})))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, with a log where it was asked for."""
        ctx.obj.log_where_asked_for()
        return super().invoke(ctx)


class Group(StrictCommand, click.Group):
    """A group that lists its commands in the order of the work and answers a misspelt one with its like."""

    command_class = Command
    shown: ClassVar[frozenset[str]] = frozenset()
    """The global options that its help lists."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(global_options(self.shown))

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names in the order they were added."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which ones are like it; ``help``, ``version``, ``ls`` lead to what they mean."""
        args = _as_meant(args, self.list_commands(ctx))
        name = args[0]
        if name in _ASKED_OF_ALL:
            super().parse_args(ctx, [_ASKED_OF_ALL[name]])  # answers, and ends
        if name not in self.list_commands(ctx) and not name.startswith("-"):
            ctx.fail(f"No such command: {name!r}.{near_matches(name, self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)


class LazyGroup(Group):
    """Its commands are named as ``name -> ("module:attribute", short help)`` and loaded when run."""

    def __init__(self, *args: Any, lazy: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The lazy names, then the loaded ones."""
        return [*self.lazy, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module and return the command."""
        if cmd_name not in self.lazy:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = self.lazy[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the static short helps; nothing is imported."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, short_help) for name, (_, short_help) in self.lazy.items()])


_ASKED_OF_ALL = {"help": "--help", "version": "--version"}


def _as_meant(args: list[str], names: list[str]) -> list[str]:
    name, *more = args
    if name in names:
        return args
    if name == "ls" and "list" in names:
        return ["list", *more]
    return [*more, "--help"] if name == "help" and more and not more[0].startswith("-") else args


def near_matches(name: str, names: list[str]) -> str:
    """`` Did you mean 'push'?``, or nothing where none is like it."""
    import difflib

    likely = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    return f" Did you mean {' or '.join(repr(match) for match in likely)}?" if likely else ""
