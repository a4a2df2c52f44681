"""``fbridge explain``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fbridge.cli.command_classes import Command
from fbridge.cli.session import Session, pass_session
from fbridge.cli.spoken import told
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from fbridge.history.explain import StoryLine


@click.command(cls=Command)
@click.argument("ref", metavar="ORDER|SHIPMENT|NUMBER")
@click.option("--http", is_flag=True, help="Show also what was sent and answered, redacted as it is kept.")
@pass_session
def explain(session: Session, ref: str, http: bool) -> ExitCode:
    """Tell the whole story of an order, a shipment (S12) or a tracking number.

    When it was fetched, on which manifest it left, each try to push it with the requests and answers, where it
    stands, and what is next.
    """
    from fbridge.cli.output import show_data
    from fbridge.cli.tables import Column, Table

    story = session.bridge.explain(ref)
    columns: list[Column[StoryLine]] = [
        Column("When", lambda line: line.at),
        Column("What", lambda line: line.what),
        Column("", lambda line: _words(line, http=http), wraps=True),
    ]
    return show_data(
        session,
        story,
        story.subject,
        Table(columns, story.lines),
        *story.standing,
        next_step=", or ".join(story.next_steps),
    )


def _words(line: StoryLine, *, http: bool) -> str:
    exchanges = [
        f"{one.method} {one.url} -> {one.status or one.error} in {one.duration_ms} ms"
        + (f"\n  sent: {one.request_body}\n  got: {one.response_body}" if http else "")
        for one in line.http
    ]
    by = f" ({line.who})" if line.who else ""
    return "\n".join((told(line.words) + by, *exchanges))
