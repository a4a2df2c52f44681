"""Writes the generated parts of ``docs/cli.md``: cog runs this (``python -m cogapp -r docs/cli.md``)."""

from __future__ import annotations

from collections.abc import Iterator

import click

from fbridge.cli.main import cli
from fbridge.cli.session import Session
from fbridge.exit_codes import ExitCode

WIDTH = 90


def commands() -> str:
    """The help of every command, in the order of ``fbridge --help``."""
    return "\n".join(_sections(cli, "fbridge", None))


def exit_codes() -> str:
    """The exit codes as a table."""
    rows = [f"| {int(code)} | `{code.name}` | {code.meaning} |" for code in ExitCode]
    return "\n".join(["| code | name | meaning |", "|---|---|---|", *rows])


def _sections(command: click.Command, name: str, parent: click.Context | None) -> Iterator[str]:
    context = click.Context(
        command, info_name=name, parent=parent, obj=Session(), terminal_width=WIDTH, max_content_width=WIDTH
    )
    level = "##" if parent is None or parent.parent is None else "###"
    yield f"{level} {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for sub_name in command.list_commands(context):
            found = command.get_command(context, sub_name)
            if found is not None:
                yield from _sections(found, sub_name, context)
