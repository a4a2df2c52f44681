"""What the ERP and the courier hand in, many at once: a result for each, and a bad one stops no other."""

from __future__ import annotations

from typing import Any

from fbridge import Bridge, ItemResult, ReturnOutcome, Taken, UnreadableOrder
from fbridge.models.accounts import Right
from fbridge.office_web.api import queries, wishes
from fbridge.office_web.api.routes import Asked, Page, Routes

routes = Routes()
_TAKEN, _RESULTS = tuple[Taken, ...], tuple[ItemResult, ...]


@routes.writes("/documents", Right.PREPARE, _TAKEN, wishes.DocumentsBody, in_parts=True)
def take_documents(bridge: Bridge, asked: Asked) -> tuple[Taken, ...]:
    """Make the shipments of the ERP's documents; what is there already is not made again."""
    said: dict[str, Any] = dict(asked.body)
    return bridge.intake.documents(said.pop("documents"), **said)


@routes.writes("/numbers", Right.PREPARE, _TAKEN, wishes.ManyNumbersBody, in_parts=True)
def take_numbers(bridge: Bridge, asked: Asked) -> tuple[Taken, ...]:
    """Give many shipments their tracking numbers."""
    said: dict[str, Any] = dict(asked.body)
    return bridge.intake.numbers(said.pop("numbers"), **said)


@routes.writes("/returns", Right.PREPARE, _RESULTS, wishes.ReturnedBody, in_parts=True)
def note_returns(bridge: Bridge, asked: Asked) -> tuple[ItemResult, ...]:
    """Say that parcels came back, or that the carrier holds them."""
    said: dict[str, Any] = dict(asked.body)
    return bridge.returns.note(said.pop("refs"), said.pop("kind"), **said)


@routes.writes("/returns/end", Right.PREPARE, _RESULTS, wishes.ReturnsEndedBody, in_parts=True)
def end_returns(bridge: Bridge, asked: Asked) -> tuple[ItemResult, ...]:
    """Say what was done about parcels that came back."""
    return bridge.returns.end(asked.body["refs"], ReturnOutcome(asked.body["outcome"]))


@routes.lists("/unreadable-orders", UnreadableOrder, queries.StoreQuery)
def list_unreadable(bridge: Bridge, asked: Asked) -> Page:
    """The orders that cannot be read, and why."""
    return Page(items=bridge.orders.unreadable(asked.query.get("store")))


@routes.writes("/unreadable-orders/set-aside", Right.PREPARE, UnreadableOrder, wishes.SetAsideBody)
def set_aside(bridge: Bridge, asked: Asked) -> UnreadableOrder:
    """Say that nobody needs to look at an order that cannot be read."""
    said: dict[str, Any] = dict(asked.body)
    return bridge.orders.set_aside(said.pop("order"), **said)


@routes.writes("/unreadable-orders/bring-back", Right.PREPARE, UnreadableOrder, wishes.BroughtBackBody)
def bring_back(bridge: Bridge, asked: Asked) -> UnreadableOrder:
    """Have the next fetch read an order again that was set aside."""
    said: dict[str, Any] = dict(asked.body)
    return bridge.orders.bring_back(said.pop("order"), **said)
