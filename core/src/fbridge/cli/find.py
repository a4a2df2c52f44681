"""``fbridge find``."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from fbridge.cli.command_classes import Command
from fbridge.cli.session import Session, pass_session
from fbridge.cli.spoken import told
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
    """Find orders, shipments, manifests, tracking numbers and carriers by how their names begin.

    An order by its customer, mail, phone and number, a shipment by its document, recipient and tracking numbers; the
    end of a number will do as well. Case, accents and punctuation do not matter.
    """
    from fbridge.cli.output import say, show_items
    from fbridge.cli.tables import Column

    found = session.bridge.find(text)
    columns: list[Column[Found]] = [
        Column("What", lambda one: told(one.kind.capitalize()).lower()),
        Column("Name", lambda one: one.ref),
        Column("", lambda one: told(one.words), wraps=True),
    ]
    code = show_items(
        session, found, columns, empty=f"Nothing is like {text!r}.", next_step=_next_step(found)
    )
    for kind, shown in Counter(one.kind for one in found).items():
        of = next(one.of for one in found if one.kind == kind)
        if of > shown:
            say(session, f"Of {of} {kind}s the newest {shown} are shown; more letters find fewer.")
    return code


def _next_step(found: tuple[Found, ...]) -> str:
    shown = next((one for one in found if one.kind in _SHOWN_BY), None)
    return f"fbridge {_SHOWN_BY[shown.kind]} {shown.ref}" if shown else ""
