"""A person puts an order that cannot be read aside, or brings it back."""

from __future__ import annotations

import getpass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.models.storable_text import storable
from fbridge.orders.unreadable import UnreadableOrder, load_unreadable
from fbridge.references import find_unreadable
from fbridge.storage import events
from fbridge.storage.tables import rejected_orders


def set_aside(context: Context, ref: str, store: str | None = None, *, reason: str = "") -> UnreadableOrder:
    """Say that nobody needs to look at an order that cannot be read, as it is now.

    It is not read again by itself. When it changes on the store the fetch brings it all the same: then it is an order
    like any other where it is understood, and is back where it cannot be read for another reason.

    Raises: NotFoundError with near matches, InputError where it can be read or two orders are meant.
    """
    who = _login_name()
    told = f"set aside by {who}" + (f": {reason}" if reason else "")
    values = {
        "set_aside_at": context.now(),
        "set_aside_by": storable(who, 128),
        "set_aside_reason": storable(reason),
    }
    return _decide(context, ref, store, "order.set_aside", told, values)


def bring_back(context: Context, ref: str, store: str | None = None) -> UnreadableOrder:
    """Have the next fetch read an order again that was set aside, or that would rest longer. Raises as above."""
    told = f"brought back by {_login_name()}"
    values = {"set_aside_at": None, "next_at": context.now()}
    return _decide(context, ref, store, "order.brought_back", told, values)


def _decide(
    context: Context, ref: str, store: str | None, kind: str, words: str, values: dict[str, Any]
) -> UnreadableOrder:
    with context.database.write() as connection:
        order = find_unreadable(connection, ref, store)
        this = (rejected_orders.c.store == order.store, rejected_orders.c.remote_id == order.remote_id)
        connection.execute(sa.update(rejected_orders).where(*this).values(**values))
        _record(connection, order, kind, words, context)
        (decided,) = load_unreadable(connection, *this)
    return decided


def _record(connection: Connection, order: UnreadableOrder, kind: str, words: str, context: Context) -> None:
    events.record(
        connection,
        kind,
        storable(words),
        at=context.now(),
        store=order.store,
        remote_order_id=order.remote_id,
    )


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container without a name for its user
        return "somebody"
