"""What the words of a store's order states mean: the merchant's lists first, then the platform's own meaning. Pure.

A state that neither explains is unknown: its orders are never ready, and no push writes over it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fbridge.adapterkit.doubts import unknown_status
from fbridge.models.orders import Doubt
from fbridge.models.platforms import Finding
from fbridge.models.setting_fields import STATE_LISTS, state_word
from fbridge.models.states import OrderStatus, PaymentKind

Settings = Mapping[str, Any]
"""A plugin's settings of one store."""


class Meaning(StrEnum):
    """May goods leave in a state? ``READY``: they may, as soon as the order is paid or cash on delivery."""

    CANCELLED = "cancelled"
    ON_HOLD = "on hold"
    UNPAID = "unpaid"
    SHIPPED = "shipped"
    READY = "ready"
    UNKNOWN = "unknown"


_LISTS = {meaning: f"{meaning.name.lower()}_states" for meaning in Meaning if meaning is not Meaning.UNKNOWN}
"""The most careful meaning first: it counts where a state is named by id in one list and by name in another."""

_STATUS = {
    Meaning.CANCELLED: OrderStatus.CANCELLED,
    Meaning.ON_HOLD: OrderStatus.ON_HOLD,
    Meaning.SHIPPED: OrderStatus.CLOSED,
}
_TOLD = {
    Meaning.READY: "goods may leave",
    Meaning.UNPAID: "waits for its payment, but for cash on delivery",
    Meaning.ON_HOLD: "on hold",
    Meaning.SHIPPED: "has left",
    Meaning.CANCELLED: "cancelled",
    Meaning.UNKNOWN: "not known, so never ready and never written over",
}


@dataclass(frozen=True, slots=True)
class StateMeaning:
    """What a state means for an order; ``named``: by the store's settings."""

    meaning: Meaning
    named: bool = False

    @property
    def status(self) -> OrderStatus:
        """May goods leave? An unknown state leaves that open, with its doubt."""
        return _STATUS.get(self.meaning, OrderStatus.OPEN)

    def payment(self, told: PaymentKind) -> PaymentKind:
        """How the order is paid, where the settings say more of it than the platform told.

        Cash on delivery stays so: what the courier has to collect is never forgotten.
        """
        if not self.named or told is PaymentKind.COD:
            return told
        overruled = {Meaning.READY: PaymentKind.PAID, Meaning.UNPAID: PaymentKind.UNPAID}
        return overruled.get(self.meaning, told)

    def doubt(self, label: str) -> Doubt | None:
        """Why a person must look, where nothing tells what the state means."""
        return unknown_status(label, tuple(STATE_LISTS)) if self.meaning is Meaning.UNKNOWN else None


def meaning_of(words: Iterable[str], own: Meaning, settings: Settings) -> StateMeaning:
    """The meaning of a state with these words (its code, or its id and name); ``own`` is the platform's."""
    spelled = {state_word(word) for word in words}
    for meaning, name in _LISTS.items():
        if not spelled.isdisjoint(named_in(settings, name)):
            return StateMeaning(meaning, named=True)
    return StateMeaning(own)


def named_in(settings: Settings, name: str) -> frozenset[str]:
    """The words of one of the lists, spelled as they are compared."""
    return frozenset(map(state_word, settings.get(name) or ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenState:
    """A state that a store has, by its ``words``; ``label`` is for people, ``orders`` how many are in it, if told."""

    label: str
    words: tuple[str, ...]
    own: Meaning
    orders: int | None = None


def states_finding(
    seen: Sequence[SeenState], settings: Settings, *, complete: bool = True, end: str = ""
) -> Finding:
    """What each state of a store is taken for, and how to say otherwise.

    ``complete``: the store has no other state, so that one which only the settings name is a slip of the pen.
    ``end`` is the label of the state that a push sets.
    """
    faults = [*_in_two_lists(seen, settings), *_end_is_none(seen, settings, end)]
    faults += _not_there(seen, settings) if complete else ()
    groups = [f"{_TOLD[meaning]}: {', '.join(found)}" for meaning, found in _grouped(seen, settings)]
    told = f"{'; '.join(groups)}." if groups else "No order has a state yet."
    told = told[:1].upper() + told[1:]
    names = f"{', '.join(STATE_LISTS[:-1])} or {STATE_LISTS[-1]}"
    way = f"To say otherwise, name a state in {names} of this store in config.toml."
    return Finding(name="order states", ok=not faults, words=" ".join([*faults, told, way]))


def _grouped(seen: Sequence[SeenState], settings: Settings) -> Iterator[tuple[Meaning, list[str]]]:
    meant = [(one, meaning_of(one.words, one.own, settings)) for one in seen]
    for meaning in _TOLD:
        found = [
            _shown(one, means.named)
            for one, means in meant
            if means.meaning is meaning and (one.orders != 0 or means.named or meaning is Meaning.UNKNOWN)
        ]
        if found:
            yield meaning, found


def _shown(one: SeenState, named: bool) -> str:
    notes = [f"{one.orders} order{'s' if one.orders > 1 else ''}"] if one.orders else []
    notes += ["by the settings"] if named else []
    return f"{one.label} ({', '.join(notes)})" if notes else one.label


def _in_two_lists(seen: Sequence[SeenState], settings: Settings) -> Iterator[str]:
    for one in seen:
        spelled = set(map(state_word, one.words))
        lists = [name for name in STATE_LISTS if not spelled.isdisjoint(named_in(settings, name))]
        if len(lists) > 1:
            yield f"The state {one.label} is named in {' and '.join(lists)}; leave it in one of them."


def _end_is_none(seen: Sequence[SeenState], settings: Settings, end: str) -> Iterator[str]:
    for one in seen:
        means = meaning_of(one.words, one.own, settings)
        if one.label == end and means.meaning is not Meaning.SHIPPED:
            yield f"A push sets the state {end} when all has left, so it can stand in shipped_states alone."


def _not_there(seen: Sequence[SeenState], settings: Settings) -> Iterator[str]:
    known = {state_word(word) for one in seen for word in one.words}
    unknown = [
        word for name in STATE_LISTS for word in settings.get(name) or () if state_word(word) not in known
    ]
    if unknown:
        yield f"The settings name states that the store does not have: {', '.join(unknown)}."
