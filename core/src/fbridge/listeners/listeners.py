"""The listeners of this installation: which there are, and how far each was told (docs/listeners.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import EntryPoint
from threading import Event
from typing import TYPE_CHECKING, Any

from fbridge.context import Context
from fbridge.errors import InputError, NotFoundError
from fbridge.listeners.positions import (
    ListenerPosition,
    count_untold,
    first_untold,
    forget,
    is_due,
    keep,
    last_before,
    load_positions,
    next_step,
    take_up,
)
from fbridge.plugins import installed_listeners, package_of
from fbridge.settings.near_match import did_you_mean
from fbridge.storage.events import last_event_from
from fbridge.storage.locks import exclusive
from fbridge.stores.each_store import for_each_store

if TYPE_CHECKING:
    from fbridge.listeners.telling import ListenerTold

_LONGEST_NAME = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerRow:
    """A listener. ``package`` is "" where it is not installed here; ``after`` is the last event that it was told.

    ``untold`` events wait for it, the oldest since ``waiting_since``. ``fault`` says why it did not take the next, ""
    where nothing is wrong.
    """

    name: str
    package: str
    after: int
    told_at: datetime | None
    untold: int
    waiting_since: datetime | None
    fault: str
    fault_since: datetime | None
    next_step: str


class Listeners:
    """The listeners of this installation."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def tell_soon(self) -> None:
        """Start telling what waits, where anything does, and do not wait for it: for a server after an act."""
        from fbridge.listeners.after_commands import tell_after_act

        tell_after_act(self._context)

    def list(self) -> tuple[ListenerRow, ...]:
        """All that are installed here or were told anything, by name. One that is new is told what happens from now
        on."""
        self.find_new(self._context.now())
        installed, known = installed_listeners(), self._positions()
        with self._context.database.read() as connection:
            return tuple(
                ListenerRow(
                    name=name,
                    package=package_of(installed[name]) if name in installed else "",
                    after=one.after,
                    told_at=one.told_at,
                    untold=count_untold(connection, one.after),
                    waiting_since=first_untold(connection, one.after),
                    fault=one.fault,
                    fault_since=one.fault_since,
                    next_step=next_step(name, is_installed=name in installed),
                )
                for name, one in sorted(known.items())
            )

    def run(
        self, names: Sequence[str] = (), *, due: bool = False, patience: float | None = None
    ) -> tuple[ListenerTold, ...]:
        """Tell these listeners, or all, what they were not told yet; each in a process of its own, side by side.

        ``due`` leaves out those that did not take an event a short while ago. ``patience``: seconds that a listener
        may take for one event, else those of the setting ``listener_seconds``. Raises NotFoundError before any is
        told.
        """
        self.find_new(self._context.now())
        installed, known = installed_listeners(), self._positions()
        chosen = [self._known(name, known) for name in names] or sorted(known)
        now, seconds = self._context.now(), patience or self._context.settings.listener_seconds
        if due:
            chosen = [one for one in chosen if is_due(known[one], now)]
        return for_each_store(
            "tell",
            list(dict.fromkeys(chosen)),
            lambda name, stop: self._tell(name, installed.get(name), stop, seconds),
            patience=1.0,  # an interrupted one is told again
        )

    def set(self, name: str, after: int | None = None) -> ListenerPosition:
        """Tell a listener next what happened after this event, or (None) what happens from now on.

        Raises: NotFoundError; InputError (``cursor_ahead``) for an event that has not happened; BusyError while it is
        being told.
        """
        self.find_new(self._context.now())
        name = self._known(name, self._positions())
        last = last_event_from(self._context.database, after or 0)
        with self.lock(name), self._context.database.write() as connection:
            keep(connection, name, last if after is None else after)
            return load_positions(connection)[name]

    def forget(self, name: str) -> str:
        """Forget a listener that is not installed any more. Raises NotFoundError, InputError, BusyError."""
        name = self._known(name, self._positions())
        if name in installed_listeners():
            raise InputError(
                f"The listener {name} is installed, and would be found again; uninstall its package first "
                f"({package_of(installed_listeners()[name])}).",
                reason="listener_installed",
            )
        with self.lock(name), self._context.database.write() as connection:
            forget(connection, name)
        return name

    def find_new(self, since: datetime) -> None:
        """Take up the listeners that were never found before: they are told what happened ``since`` (aware)."""
        known = self._positions()
        new = [name for name in installed_listeners() if name not in known]
        if too_long := next((name for name in new if len(name) > _LONGEST_NAME), ""):
            raise InputError(
                f'The listener "{too_long[:40]}..." has a name of over {_LONGEST_NAME} characters.'
            )
        if not new:
            return
        with self._context.database.write() as connection:
            after = last_before(connection, since)
            for name in new:
                take_up(connection, name, after)

    def lock(self, name: str) -> AbstractContextManager[Any]:
        """One process tells a listener at a time. Raises BusyError."""
        key = hashlib.sha256(name.encode()).hexdigest()[:16]  # a name may hold what no file name may
        busy = f"Another fbridge is telling the listener {name}."
        return exclusive(self._context.database, f"listener-{key}", self._context.lock_folder, busy)

    def _tell(self, name: str, offer: EntryPoint | None, stop: Event, patience: float) -> ListenerTold:
        from fbridge.listeners.telling import Telling  # every command looks for listeners, and few tell one

        return Telling(self._context, name, lambda: self.lock(name), stop, patience).all(offer)

    def _positions(self) -> Mapping[str, ListenerPosition]:
        with self._context.database.read() as connection:
            return load_positions(connection)

    def _known(self, name: str, known: Iterable[str]) -> str:
        names = sorted(known)
        if name in names:
            return name
        there = f"Known: {', '.join(names)}." if names else "None is installed (docs/listeners.md)."
        raise NotFoundError(f'There is no listener "{name}".{did_you_mean(name, names)} {there}')
