"""Telling one listener what it was not told yet, and keeping how far it was told.

The position is kept after the event was told, so that a kill repeats and never skips; and one process tells a
listener at a time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import EntryPoint
from threading import Event
from typing import Any

from fbridge.context import Context
from fbridge.errors import BusyError
from fbridge.history.event_feed import follow
from fbridge.listeners.positions import (
    ListenerPosition,
    first_untold,
    keep,
    load_positions,
    next_step,
    note_fault,
)
from fbridge.listeners.process import ListenerFaultError, ListenerProcess
from fbridge.models.events import HOOK_OF_KIND
from fbridge.stopwatch import Stopwatch
from fbridge.storage.events import last_event

log = logging.getLogger("fbridge.listeners")
_KEEP_EVERY = 0.5
"""Seconds; a kill repeats what was told since. Keeping each would cost more than telling it."""


class Outcome(StrEnum):
    """How telling a listener ended."""

    UP_TO_DATE = "up_to_date"
    FAILED = "failed"
    BUSY = "busy"
    NOT_INSTALLED = "not_installed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerTold:
    """How many events a listener was ``told``, the last of them ``after``; ``words`` say what is wrong, or are ""."""

    name: str
    outcome: Outcome
    told: int
    after: int
    words: str = ""
    next_step: str = ""


@dataclass
class Telling:
    """``lock`` gives the listener's; ``stop`` is set when the user interrupts."""

    context: Context
    name: str
    lock: Callable[[], AbstractContextManager[Any]]
    stop: Event
    patience: float
    told: int = 0

    def all(self, offer: EntryPoint | None) -> ListenerTold:
        """Tell it everything, until nothing is left or it does not take an event."""
        if offer is None:
            return self._not_installed()
        # Whoever found the lock held has left it to us to tell what had come in by then: so we look again afterwards.
        while True:
            try:
                with self.lock():
                    fault = self._in_turn(offer)
            except BusyError as error:
                return self._ended(Outcome.BUSY, str(error))
            if fault:
                return self._failed(fault)
            if self.stop.is_set():
                return self._ended(Outcome.INTERRUPTED)
            if not self._is_behind():
                return self._ended(Outcome.UP_TO_DATE)

    def _in_turn(self, offer: EntryPoint) -> str:
        """What is wrong, or nothing."""
        found, upto = self._position(), last_event(self.context.database)
        if not self._is_behind():
            if upto > found.after or found.fault:
                self._keep(max(upto, found.after))
            return ""
        try:
            with ListenerProcess(offer, self.patience) as listener:
                self._each(listener, found.after, upto)
        except ListenerFaultError as error:
            with self.context.database.write() as connection:
                note_fault(connection, self._position(), str(error), at=self.context.now())
            return str(error)
        return ""

    def _each(self, listener: ListenerProcess, after: int, upto: int) -> None:
        kept = reached = after
        watch = Stopwatch()
        try:
            for event in follow(self.context, after):
                if self.stop.is_set():
                    return
                if event.kind in HOOK_OF_KIND:
                    listener.tell(event)
                    self.told += 1
                reached = event.id
                if watch.seconds >= _KEEP_EVERY:
                    self._keep(reached)
                    kept, watch = reached, Stopwatch()
            reached = max(reached, upto)
        finally:
            if reached > kept:
                self._keep(reached)

    def _keep(self, after: int) -> None:
        with self.context.database.write() as connection:
            keep(connection, self.name, after, told_at=self.context.now() if self.told else None)

    def _position(self) -> ListenerPosition:
        with self.context.database.read() as connection:
            return load_positions(connection)[self.name]

    def _is_behind(self) -> bool:
        with self.context.database.read() as connection:
            return first_untold(connection, load_positions(connection)[self.name].after) is not None

    def _failed(self, fault: str) -> ListenerTold:
        log.warning("The listener %s: %s", self.name, fault)
        return self._ended(Outcome.FAILED, fault, next_step(self.name))

    def _not_installed(self) -> ListenerTold:
        after = self._position().after
        words = (
            "it is not installed here; if it has another name now: "
            f"fbridge listeners set NEW-NAME --since {after}"
        )
        return self._ended(Outcome.NOT_INSTALLED, words, next_step(self.name, is_installed=False))

    def _ended(self, outcome: Outcome, words: str = "", next_step: str = "") -> ListenerTold:
        return ListenerTold(
            name=self.name,
            outcome=outcome,
            told=self.told,
            after=self._position().after,
            words=words,
            next_step=next_step,
        )
