"""What a task does: fetch a store, or push it; and what it puts into the queue at its end.

A task that ends has said what comes next: the store's next fetch, the rest of a push once its time has come. The
queue forgets a task only then, so a worker that dies leaves it to be picked up. What a store already has is told by
the push ledger and by the store itself, as after every interrupted run.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from fbridge.context import Context
from fbridge.errors import FbridgeError, InputError
from fbridge.exit_codes import ExitCode
from fbridge.models.states import PushState
from fbridge.orders.fetch import fetch_store
from fbridge.push.guards import PushScope
from fbridge.push.run import StorePush, push_store
from fbridge.push.verify import verify_restored
from fbridge.watching import work
from fbridge.workers.approvals import approval_from_json
from fbridge.workers.due import Due, look_what_is_due
from fbridge.workers.outcomes import WorkOutcome, keep_outcome
from fbridge.workers.queueing import Work, WorkKind, push_of_due, put, queued_fetch
from fbridge.workers.schedule import next_fetch, pushes_what_is_due

log = logging.getLogger("fbridge.workers")

WHILE_BUSY = timedelta(seconds=5)
"""Somebody else has the store's turn: a person, or a host that is about to be taken over."""
LONGEST_WAIT = timedelta(minutes=30)
_FIRST_WAIT = timedelta(seconds=20)
_PASSES = frozenset({ExitCode.UNREACHABLE, ExitCode.BUSY})


@dataclass(frozen=True, slots=True)
class StoreWorker:
    """The tasks of one worker process; ``stop`` ends each at its next safe place."""

    context: Context
    stop: Event

    def fetch(self, store: str) -> None:
        """Fetch, and say when to fetch next. What is due by itself is pushed where the store's settings want that."""
        if store not in self.context.settings.stores:
            return
        result = work("fetch", store, lambda: fetch_store(self.context, store, stop=self.stop))
        following = []
        if self.stop.is_set():
            following.append(queued_fetch(store, None))
        elif at := self._next_fetch(store, result.error):
            following.append(queued_fetch(store, at))
        if not self.stop.is_set() and self._is_something_due(store):
            following.append(push_of_due(store))
        self._end(WorkKind.FETCH, store, result.error, following)

    def push(self, store: str, told: Mapping[str, Any]) -> None:
        """Push what was approved, or without an approval what is due; and say when to go on with it."""
        approval = approval_from_json(told["approval"]) if "approval" in told else None
        scope = PushScope(manifest=told.get("manifest"), guards=told.get("guards", {}))
        pushed = work(
            "push",
            store,
            lambda: push_store(self.context, store, scope=scope, approved=approval, stop=self.stop),
        )
        if approval is None and pushed.error is None and not self.stop.is_set():
            verify_restored(self.context, [store])
        error, at = pushed.error, None
        try:
            due = look_what_is_due(self.context, store, approval)
            at = self._go_on_at(due, pushed, tries=told.get("tries", 0))
            if approval is not None and due.now and not (at or error):
                error = _waits_for_a_plan(store, due.now)
        except FbridgeError as caught:
            error = error or caught
        following = [self._rest(store, told, at, error)] if at else []
        self._end(WorkKind.PUSH, store, error, following)

    def _next_fetch(self, store: str, error: FbridgeError | None) -> datetime | None:
        at = next_fetch(self.context.settings, store, self.context.now())
        if at and error and error.exit_code is ExitCode.BUSY:
            return self.context.now() + WHILE_BUSY
        return at

    def _is_something_due(self, store: str) -> bool:
        if not pushes_what_is_due(self.context.settings, store):
            return False
        try:
            return look_what_is_due(self.context, store).now > 0
        except FbridgeError:
            return True  # the push tells what is wrong

    def _go_on_at(self, due: Due, pushed: StorePush, *, tries: int) -> datetime | None:
        """When the rest is due: at once where this worker was stopped, else as the ledger or the fault says."""
        now = self.context.now()
        if due.is_nothing or self.stop.is_set():
            return None if due.is_nothing else now
        if pushed.error and pushed.error.exit_code is ExitCode.BUSY:
            return now + WHILE_BUSY
        if pushed.error and pushed.error.exit_code in _PASSES:
            return now + min(_FIRST_WAIT * (1 << tries), LONGEST_WAIT)
        # What could be done now and was not waits for somebody: for a new plan, or for the cause to be mended.
        if due.later:
            return max(due.later[0], now + WHILE_BUSY)
        in_doubt = any(item.state is PushState.UNCONFIRMED for item in pushed.items)
        return now + _FIRST_WAIT if in_doubt else None

    def _rest(self, store: str, told: Mapping[str, Any], at: datetime, error: FbridgeError | None) -> Work:
        later = None if self.stop.is_set() else at
        if "approval" not in told:
            return push_of_due(store, later)
        passing = error is not None and error.exit_code is ExitCode.UNREACHABLE
        tries = min(told.get("tries", 0) + 1, 16) if passing else 0
        return approved_push(store, {**told, "tries": tries}, later)

    def _end(self, kind: WorkKind, store: str, error: FbridgeError | None, following: list[Work]) -> None:
        outcome = WorkOutcome(
            store=store,
            kind=kind,
            ended_at=self.context.now(),
            reason=error.reason if error else "",
            words=str(error) if error else "",
        )
        with self.context.database.write() as connection:
            keep_outcome(connection, outcome)
            # Nobody would work it where the store was removed meanwhile.
            for task in following if store in self.context.settings.stores else ():
                put(connection, task)
        if error:
            log.warning("%s of %s: %s", kind, store, error)


def _waits_for_a_plan(store: str, count: int) -> FbridgeError:
    return InputError(
        f"{count} shipments are not as the plan showed them any more; they wait for a new one: "
        f"fbridge push {store} --plan",
        reason="plan_changed",
    )


def approved_push(store: str, told: Mapping[str, Any], at: datetime | None = None) -> Work:
    """Push what a person approved; ``told`` names it (``print``) and holds it (``approval``)."""
    name = f"{WorkKind.PUSH}-{store}-{told['print']}"
    return Work(kind=WorkKind.PUSH, store=store, name=name, at=at, told=told)
