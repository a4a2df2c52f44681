"""How a push looks before and after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fbridge.cli.displayed import Words, age, counted
from fbridge.cli.spoken import because, told
from fbridge.cli.tables import Block, Column, Table
from fbridge.models.orders import totals

if TYPE_CHECKING:
    from datetime import datetime

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
    return "; ".join(filter(None, (because(entry.reason, entry.words), *map(told, entry.warnings))))


def _what_came_of_it(item: PushItem) -> str:
    mail = item.missing_mail
    words = because(item.reason, mail.beside(item.words) if mail else item.words)
    return "; ".join(filter(None, (words, told(mail.words) if mail else "")))


ENTRY_COLUMNS: list[Column[PlanEntry]] = [
    Column("Shipment", lambda entry: entry.shipment),
    Column("Order", lambda entry: entry.order_number),
    Column("What", lambda entry: Words(_what_happens(entry)), wraps=True),
    Column("Carrier on the store", lambda entry: entry.carrier, wraps=True),
    Column("Numbers", lambda entry: entry.numbers, wraps=True),
    Column("Mail", lambda entry: [Words(mail) for mail in entry.mails], wraps=True),
    Column("COD", lambda entry: entry.cod or "", right=True),
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


MOST_IN_DETAIL = 20
"""So many shipments of a store are told one by one; of more, what happens to how many."""
MOST_NAMED = 4
MOST_REASONS = 2

_EXCEPTIONS_FIRST = ("blocked", "check", "wait", "update", "send")


@dataclass(frozen=True, slots=True)
class _Alike:
    """Shipments of a store to which the same happens, for the same reason."""

    entries: tuple[PlanEntry, ...]

    @property
    def why(self) -> str:
        """Each reason once, the first ones."""
        words = list(dict.fromkeys(filter(None, map(_why, self.entries))))
        more = len(words) - MOST_REASONS
        return "; ".join(words[:MOST_REASONS]) + (f"; {more} more reasons" if more > 0 else "")

    @property
    def which(self) -> str:
        """Their orders, the first ones."""
        orders = list(dict.fromkeys(entry.order_number for entry in self.entries))
        more = len(orders) - MOST_NAMED
        return ", ".join(orders[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


GROUP_COLUMNS: list[Column[_Alike]] = [
    Column("What", lambda one: Words(_what_happens(one.entries[0])), wraps=True),
    Column("Shipments", lambda one: len(one.entries), right=True),
    Column("Carrier on the store", lambda one: one.entries[0].carrier, wraps=True),
    Column("Numbers", lambda one: sum(len(entry.numbers) for entry in one.entries), right=True),
    Column("Mails", lambda one: sum(len(entry.mails) for entry in one.entries), right=True),
    Column("COD", lambda one: totals([entry.cod for entry in one.entries if entry.cod]), right=True),
    Column("Orders", lambda one: one.which, wraps=True),
    Column("Why", lambda one: one.why, wraps=True),
]


def plan_blocks(plan: PushPlan, *, details: bool = False) -> Iterator[Block[Any]]:
    """The plan store by store, exceptions first, its fingerprint, and all of it in one line.

    With ``details`` each shipment has a line; so it has where there are few.
    """
    for store in plan.stores:
        yield _summary(store)
        yield from (f"Nothing of this is sent to {store.store}: {stop.words}." for stop in store.stops)
        yield _rests_on(store, plan.made_at)
        entries = sorted(store.entries, key=_rank)
        if details or len(entries) <= MOST_IN_DETAIL:
            yield Table(ENTRY_COLUMNS, entries)
        else:
            yield Table(GROUP_COLUMNS, list(_alike(entries)))
            yield "Each shipment by itself: fbridge push --plan --details"
        if store.left_for_later:
            yield f"{counted(store.left_for_later, 'more order')} of {store.store} for the next push."
        yield ""
    yield from (f"Nothing is sent to {one.store} now: {one.error}" for one in plan.unplanned)
    yield f"Fingerprint {plan.fingerprint}"
    yield in_one_line(plan)


def in_one_line(plan: PushPlan) -> str:
    """``38 orders, 38 numbers, 38 mails, COD 412.50 EUR``, and what does not go out."""
    stores = [store for store in plan.stores if not store.stops]
    entries = [entry for store in stores for entry in store.entries]
    going = [entry for entry in entries if entry.action in ("send", "update")]
    numbers = sum(len(entry.numbers) for entry in going)
    parts = [
        counted(sum(store.orders for store in stores), "order"),
        counted(numbers, "number"),
        counted(sum(store.mails for store in stores), "mail"),
        *(f"COD {total}" for total in totals([one for store in stores for one in store.cod_totals])),
    ]
    left = Counter(str(entry.action) for entry in entries)
    rest = [f"{left[action]} {_LEFT[action]}" for action in _LEFT if left[action]]
    rest += [f"all of {store.store}" for store in plan.stores if store.stops]
    return ", ".join(parts) + (f"; not sent: {', '.join(rest)}" if rest else "")


_LEFT = {"blocked": "blocked", "check": "looked at first", "wait": "waiting"}


def _rank(entry: PlanEntry) -> int:
    """Exceptions first, and among what goes out that of which there is something to know."""
    place = _EXCEPTIONS_FIRST.index(str(entry.action))
    return 2 * place - bool(entry.warnings)


def _alike(entries: Sequence[PlanEntry]) -> Iterator[_Alike]:
    """In the sequence of the first of each."""
    groups: dict[tuple[object, ...], list[PlanEntry]] = {}
    for entry in entries:
        key = (entry.action, entry.completes_order, entry.carrier, entry.reason, entry.warnings)
        groups.setdefault(key, []).append(entry)
    return (_Alike(tuple(group)) for group in groups.values())


def _rests_on(store: StorePlan, now: datetime) -> str:
    """How old what the plan rests on is; the push reads each order once more before it writes."""
    parts = []
    if store.orders_read:
        oldest, newest = (age(now - moment) for moment in store.orders_read)
        span = oldest if oldest == newest else f"{newest} to {oldest}"
        parts.append(f"orders as read {span} ago")
    if store.codes_listed_at:
        parts.append(f"carriers as listed {age(now - store.codes_listed_at)} ago")
    return f"It rests on {', '.join(parts)}." if parts else ""


def _summary(store: StorePlan) -> str:
    actions = [str(entry.action) for entry in store.entries]
    counts = [
        f"{actions.count(action)} {_ACTIONS[action]}" for action in _EXCEPTIONS_FIRST if action in actions
    ]
    kinds = ", ".join(f"{count} {kind}" for kind, count in store.mail_kinds)
    certain = store.mails_certain or not store.mails
    asked = "" if certain else "asked for, cannot be seen"
    about = "; ".join(filter(None, (kinds, asked)))
    mails = counted(store.mails, "mail") + " to customers" + (f" ({about})" if about else "")
    cod = [f"COD {total}" for total in store.cod_totals]
    places = [f"from {', '.join(store.places)}"] if store.places else []
    return f"{store.store} ({store.platform}): {', '.join([*counts, mails, *places, *cod])}"
