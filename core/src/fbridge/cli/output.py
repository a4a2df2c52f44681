"""How every command answers: tables and a hint for people, one JSON envelope for programs.

The envelope is ``{"schema": 1, "command": ..., "ok": ..., "items" or "data": ..., "next": ..., "error": null}``;
where a command fails as a whole there is neither ``items`` nor ``data``. Programs may rely on names and reason
codes within one schema version (docs/json.md).
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import click

from fbridge.cli.session import Session
from fbridge.cli.spoken import told
from fbridge.cli.tables import Block, Column, Table, print_block
from fbridge.exit_codes import ExitCode

SCHEMA = 1
T = TypeVar("T")


def show_items(
    session: Session,
    items: Iterable[T],
    columns: Sequence[Column[T]],
    *,
    empty: str,
    next_step: str = "",
    code: ExitCode = ExitCode.OK,
) -> ExitCode:
    """Answer with rows; ``empty`` is said where there are none. JSON is written row by row."""
    rows = iter(items)
    first = list(itertools.islice(rows, 1))  # what fails at once fails before the envelope has begun
    everything = itertools.chain(first, rows)
    if session.json:
        with session.answering():
            write_envelope(everything, code=code, next_step=next_step)
    else:
        print_block(Table(columns, everything) if first else empty, session, paged=True)
        hint(session, next_step if first else "")
    return code


def show_data(
    session: Session, data: object, *blocks: Block[Any], next_step: str = "", code: ExitCode = ExitCode.OK
) -> ExitCode:
    """Answer with one thing: ``data`` for programs, ``blocks`` for people."""
    if session.json:
        from fbridge.jsonable import json_pieces

        envelope = _head() | {"data": data} | _tail(code, next_step)
        for piece in json_pieces(envelope):
            _echo(piece)
        click.echo()
    else:
        for block in blocks:
            print_block(block, session)
        hint(session, next_step)
    return code


def hint(session: Session, next_step: str) -> None:
    """Tell a person the next command to type; on standard error, so that a pipe gets rows only."""
    if next_step and not session.quiet:
        click.echo(told(f"Next: {next_step}"), err=True)


def say(session: Session, text: str) -> None:
    """Tell a person what is going on, on standard error; not in JSON, not when quiet."""
    if not session.json and not session.quiet:
        click.echo(told(text), err=True)


def write_envelope(
    items: Iterable[object],
    *,
    code: ExitCode = ExitCode.OK,
    next_step: str = "",
    write: Callable[[str], object] | None = None,
) -> int:
    """Write an envelope with one item a line, as they come; return how many there were."""
    from fbridge.jsonable import jsonable

    out = write or _echo
    out(json.dumps(_head())[:-1] + ', "items": [')
    count = 0
    for count, item in enumerate(items, 1):
        out(("\n" if count == 1 else ",\n") + json.dumps(jsonable(item)))
    out("\n" if count else "")
    out(f"], {json.dumps(_tail(code, next_step))[1:]}\n")
    return count


def combined_code(codes: Sequence[ExitCode]) -> ExitCode:
    """The exit code of several items: their own when all failed alike, else "some failed"."""
    failures = {code for code in codes if code is not ExitCode.OK}
    if not failures:
        return ExitCode.OK
    if len(failures) == 1 and ExitCode.OK not in codes:
        return failures.pop()
    return ExitCode.SOME_FAILED


def _tail(code: ExitCode, next_step: str) -> dict[str, object]:
    return {"ok": code is ExitCode.OK, "next": next_step or None, "error": None}


def _head() -> dict[str, object]:
    return {"schema": SCHEMA, "command": _command_name()}


def _command_name() -> str:
    context = click.get_current_context(silent=True)
    session = context.find_object(Session) if context else None
    return session.command if session else ""


def _echo(text: str) -> None:
    click.echo(text, nl=False)
