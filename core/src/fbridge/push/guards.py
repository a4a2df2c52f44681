"""What stops a push that would do more than anybody may have meant, and what lets it through (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any

from fbridge.errors import StoppedError
from fbridge.models.guards import Guards

ORDER_TOO_OLD = "order_too_old"
"""The reason of what waits because its order is older than ``oldest_order``."""

A_FEW = 10
"""So many orders that changed since the fetch never stop a run, unless the setting lets none change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushScope:
    """What a run is asked to do: one ``manifest``, at most ``limit`` orders of each store (None: all), and
    ``guards`` that count otherwise in this run than by the settings."""

    manifest: str | None = None
    limit: int | None = None
    guards: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardStop:
    """A guard that stops a store's push: the setting and its value, a sentence, and the command that lets it through
    once."""

    guard: str
    value: float
    words: str
    way: str


def stops_of(store: str, *, pushes: int, mails: int, guards: Guards) -> tuple[GuardStop, ...]:
    """The guards that stop what a plan would do."""
    counted = {
        "most_pushes": (pushes, guards.most_pushes, "shipments would go out"),
        "most_mails": (mails, guards.most_mails, "mails to customers would leave"),
    }
    return tuple(
        GuardStop(
            guard=name,
            value=most,
            words=f"{count} {what}; {_through(store, name, most, str(count))}",
            way=_once(store, name, str(count)),
        )
        for name, (count, most, what) in counted.items()
        if count > most
    )


def refuse_stopped(store: str, stops: tuple[GuardStop, ...]) -> None:
    """Raises: StoppedError that names each guard."""
    if stops:
        words = "; ".join(stop.words for stop in stops)
        raise StoppedError(f"Nothing is sent to store {store!r}: {words}", reason=stops[0].guard)


def refuse_changed(store: str, *, changed: int, looked_at: int, most: float) -> None:
    """Stop a run that rests on a picture of the store that is not true any more. Raises: StoppedError."""
    if changed <= (max(A_FEW, most * looked_at) if most else 0):
        return
    share = min(1.0, -(-changed * 100 // looked_at) / 100)
    raise StoppedError(
        f"Nothing more is sent to store {store!r}: {changed} of {looked_at} orders have changed since they were "
        f"fetched. Fetch and look at the plan again, or "
        f"{_through(store, 'most_changed', most, f'{share:g}')}",
        reason="most_changed",
    )


def oldest_moment(guards: Guards, *, now: datetime, timezone: tzinfo) -> datetime:
    """Orders that were made before it wait: the beginning of a day in the user's zone (aware UTC)."""
    day = (now - timedelta(days=guards.oldest_order)).astimezone(timezone).date()
    return datetime.combine(day, time(), timezone).astimezone(UTC)


def too_old(store: str, made_at: datetime, oldest: datetime, *, now: datetime) -> str:
    """The sentence about an order that is older than it may be."""
    days = max((now - made_at).days + 1, 1)
    return (
        f"the order was made on {made_at:%Y-%m-%d}, before {oldest:%Y-%m-%d} (oldest_order); where it is meant: "
        f"fbridge push {store} --guard oldest_order={days}"
    )


def _through(store: str, guard: str, value: float, wanted: str) -> str:
    return (
        f"{guard} is {value:g}. To let it through once: {_once(store, guard, wanted)}; for good: "
        f"{guard} = {wanted} in [stores.{store}]"
    )


def _once(store: str, guard: str, wanted: str) -> str:
    return f"fbridge push {store} --guard {guard}={wanted}"
