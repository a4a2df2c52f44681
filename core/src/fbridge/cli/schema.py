"""``fbridge schema``: what commands answer to programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from fbridge.cli.command_classes import Command, near_matches
from fbridge.cli.session import Session, pass_session
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from fbridge.cli.json_schemas import SchemaInfo


@click.command(cls=Command, context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, metavar="[COMMAND]...")
@pass_session
def schema(session: Session, words: tuple[str, ...]) -> ExitCode:
    """Print the JSON Schema of what a command answers with --json, or list all of them.

    Such as: fbridge schema orders list. Where a command answers otherwise with an option, add the option: fbridge
    schema push --plan. What is answered where a command fails as a whole: fbridge schema error
    """
    from fbridge.cli.json_schemas import schemas, whole_schema
    from fbridge.cli.output import show_data, show_items
    from fbridge.cli.tables import Column

    known = schemas()
    if not words:
        columns: list[Column[SchemaInfo]] = [
            Column("Command", lambda one: one.command),
            Column("Answer", lambda one: one.answer, wraps=True),
        ]
        return show_items(session, known, columns, empty="", next_step="fbridge schema COMMAND")
    command = _meant(words, [one.command for one in known])
    found = whole_schema(command)
    if not session.json:
        click.echo(json.dumps(found, indent=1, ensure_ascii=False))
    return show_data(session, found)


def _meant(words: tuple[str, ...], known: list[str]) -> str:
    """As it is typed, with ``fbridge`` before it or not."""
    command = " ".join(words[words[0] == "fbridge" :])
    if command in known:
        return command
    of_group = [one for one in known if one.startswith(f"{command} ")]
    like = f" It has: {', '.join(of_group)}." if of_group else near_matches(command, known)
    raise click.UsageError(f"There is no schema of {command!r}.{like} All of them: fbridge schema")
