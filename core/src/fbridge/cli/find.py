"""``fbridge find``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fbridge.cli.command_classes import Command
from fbridge.cli.session import Session, pass_session
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from fbridge.find import Found

_SHOWN_BY = {
    "order": "orders show",
    "unreadable": "explain",
    "shipment": "shipment show",
    "number": "shipment show",
    "manifest": "manifest show",
}


@click.command(cls=Command)
@click.argument("text")
@pass_session
def find(session: Session, text: str) -> ExitCode:
    """Find orders, shipments, manifests, tracking numbers and carriers by a part of their names."""
    from fbridge.cli.output import show_items
    from fbridge.cli.tables import Column

    found = session.bridge.find(text)
    columns: list[Column[Found]] = [
        Column("What", lambda one: one.kind),
        Column("Name", lambda one: one.ref),
        Column("", lambda one: one.words, wraps=True),
    ]
    return show_items(
        session, found, columns, empty=f"Nothing is like {text!r}.", next_step=_next_step(found)
    )


def _next_step(found: tuple[Found, ...]) -> str:
    shown = next((one for one in found if one.kind in _SHOWN_BY), None)
    return f"fbridge {_SHOWN_BY[shown.kind]} {shown.ref}" if shown else ""
