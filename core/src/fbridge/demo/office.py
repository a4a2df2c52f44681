"""The evening in a browser: all that comes before it is done, and the rest is for whoever signs in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fbridge.models.accounts import Role

if TYPE_CHECKING:
    from fbridge.bridge import Bridge
    from fbridge.demo.evening import Evening

USER = "demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyOffice:
    """A home with a store whose orders can leave. ``password`` is for this home alone, which goes away with it.

    ``documents`` and ``numbers`` are what an ERP and a courier's program would have written.
    """

    orders_ready: int
    user: str
    password: str
    documents: str
    numbers: str


def ready_office(bridge: Bridge, evening: Evening) -> ReadyOffice:
    """Add the store, fetch its orders, map its carrier, and make an account for whoever plays the evening."""
    for prepare in (evening.add_store, evening.fetch, evening.map_carrier, evening.list_ready):
        prepare()
    documents, numbers = evening.files_to_drop()
    password = secrets.token_hex(6)
    bridge.accounts.add(USER, Role.MANAGER, password)
    return ReadyOffice(
        orders_ready=evening.facts.orders_ready,
        user=USER,
        password=password,
        documents=str(documents),
        numbers=str(numbers),
    )
