"""How a push looks before and after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from fbridge.cli.displayed import counted
from fbridge.cli.tables import Block, Column, Table

if TYPE_CHECKING:
    from fbridge.push.plan import PlanEntry, PushPlan, StorePlan
    from fbridge.push.run import PushItem

_ACTIONS = {
    "send": "send",
    "update": "correct",
    "check": "look first",
    "wait": "waits",
    "blocked": "blocked",
}


def _what_happens(entry: PlanEntry) -> str:
    action = _ACTIONS.get(entry.action, str(entry.action))
    return f"{action}, order complete" if entry.completes_order else action


def _why(entry: PlanEntry) -> str:
    return "; ".join(filter(None, (entry.words, *entry.warnings)))


def _what_came_of_it(item: PushItem) -> str:
    mail = item.missing_mail
    told = (mail.beside(item.words), mail.words) if mail else (item.words,)
    return "; ".join(filter(None, told))


ENTRY_COLUMNS: list[Column[PlanEntry]] = [
    Column("Shipment", lambda entry: entry.shipment),
    Column("Order", lambda entry: entry.order_number),
    Column("What", _what_happens, wraps=True),
    Column("Carrier on the store", lambda entry: entry.carrier, wraps=True),
    Column("Numbers", lambda entry: entry.numbers, wraps=True),
    Column("Mail", lambda entry: "mail" if entry.mail else ""),
    Column("Why", _why, wraps=True),
]

ITEM_COLUMNS: list[Column[PushItem]] = [
    Column("Store", lambda item: item.store),
    Column("Shipment", lambda item: item.shipment),
    Column("Order", lambda item: item.order_number),
    Column("State", lambda item: item.state, state=lambda item: item.state),
    Column("Numbers", lambda item: item.numbers, wraps=True),
    Column("", _what_came_of_it, wraps=True),
]


def plan_blocks(plan: PushPlan) -> Iterator[Block[Any]]:
    """The plan store by store, and its fingerprint."""
    for store in plan.stores:
        yield _summary(store)
        yield from (f"Nothing of this is sent to {store.store}: {stop.words}." for stop in store.stops)
        yield Table(ENTRY_COLUMNS, store.entries)
        if store.left_for_later:
            yield f"{counted(store.left_for_later, 'more order')} of {store.store} for the next push."
        yield ""
    yield f"Fingerprint {plan.fingerprint}"


def _summary(store: StorePlan) -> str:
    actions = [str(entry.action) for entry in store.entries]
    counts = [f"{actions.count(action)} {words}" for action, words in _ACTIONS.items() if action in actions]
    mails = counted(store.mails, "mail") + " to customers"
    cod = [f"COD {total}" for total in store.cod_totals]
    places = [f"from {', '.join(store.places)}"] if store.places else []
    return f"{store.store} ({store.platform}): {', '.join([*counts, mails, *places, *cod])}"
