"""``Bridge.workers``: hand pushes to workers, be one, and see what they do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fbridge.context import Context
from fbridge.errors import ConfigError, InputError
from fbridge.push.decide import MAY_GO_OUT, fingerprint
from fbridge.push.plan import PlannedStore, PushPlan, StorePlan, plan_store
from fbridge.push.policy import load_policy
from fbridge.push.run import refuse_another
from fbridge.storage.events import record
from fbridge.storage.queue_schema import check_queue, refuse_without_extra
from fbridge.stores.open_store import open_store, with_known_facts
from fbridge.workers.approvals import approval_to_json

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from fbridge.workers.queueing import Work
    from fbridge.workers.status import WorkersReport


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """A store's part of a plan, as it waits for a worker: so many shipments. ``known``: it was handed over before."""

    store: str
    shipments: int
    known: bool


class Workers:
    """Tasks of this database, on any number of hosts. All raise ConfigError and StorageError where there are none:
    without PostgreSQL, without the extra, with a schema of tasks that this fbridge does not know."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def defer(self, plan: PushPlan, *, only_if: str | None = None) -> tuple[HandedOver, ...]:
        """Hand a plan to the workers: what it shows is done, and no more, also where it takes them several tries.
        With ``only_if`` (the fingerprint of a plan that was looked at) only where it is the same.

        A store that a guard stops, or to which nothing goes out, is left alone. All of it is handed over or nothing.
        Raises InputError (``plan_changed``).
        """
        from fbridge.workers.queueing import put

        self.refuse_unready()
        refuse_another(plan, only_if)
        found = [(one.store, *self._approved(plan, one)) for one in plan.stores if _goes_out(one)]
        with self._context.database.write() as connection:
            return tuple(
                self._hand_over(connection, store, count, put(connection, task))
                for store, count, task in found
            )

    def status(self) -> WorkersReport:
        """Who is at work, what waits, and how the last tasks ended."""
        from fbridge.workers.status import read_workers

        self.refuse_unready()
        return read_workers(self._context)

    def run(
        self,
        stores: Sequence[str] = (),
        *,
        at_once: int = 4,
        once: bool = False,
        home: Path | None = None,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Be a worker until SIGTERM or Ctrl-C; with ``once`` until nothing is due. Raises NotFoundError."""
        for name in stores:
            self._context.settings.store(name)
        self.refuse_unready()
        from fbridge.workers.running import WorkerRun

        WorkerRun(self._context, home, tuple(stores), at_once, once, tell).run()

    def refuse_unready(self) -> None:
        """Raise what is wrong with this home where it cannot have workers."""
        if self._context.database.is_sqlite:
            raise ConfigError(
                f"Workers need PostgreSQL, which many computers share; this home has a SQLite file, "
                f"{self._context.database.path}. Name a PostgreSQL database in config.toml (docs/workers.md), or "
                "let a scheduler run: fbridge fetch",
                reason="workers_need_postgresql",
            )
        refuse_without_extra()
        check_queue(self._context.database)

    def _approved(self, plan: PushPlan, shown: StorePlan) -> tuple[int, Work]:
        """How many shipments, and the task; the plan has to be what it was when it was shown."""
        from fbridge.workers.store_work import approved_push

        planned = self._planned_again(plan, shown.store)
        if planned.plan.fingerprint != shown.fingerprint:
            raise InputError(
                f"What is to be told to store {shown.store!r} has changed since the plan was shown; nothing was "
                "handed over. Look at it again: fbridge push --plan",
                reason="plan_changed",
            )
        approval = approval_to_json(planned.allowed)
        told = {"print": fingerprint(approval), "approval": approval, "manifest": plan.manifest}
        told |= {"guards": dict(plan.scope.guards)}
        return sum(len(one.versions) for one in planned.allowed.values()), approved_push(shown.store, told)

    def _hand_over(self, connection: Connection, store: str, count: int, new: bool) -> HandedOver:
        if new:
            words = f"a push of {count} shipments was handed to the workers"
            record(connection, "push.deferred", words, at=self._context.now(), store=store)
        return HandedOver(store=store, shipments=count, known=not new)

    def _planned_again(self, plan: PushPlan, store: str) -> PlannedStore:
        with open_store(self._context, store) as closed:
            opened = with_known_facts(self._context, closed)
            policy = load_policy(self._context, opened, plan.scope)
            return plan_store(self._context, opened, policy, plan.scope, now=plan.made_at)


def _goes_out(store: StorePlan) -> bool:
    return not store.stops and any(entry.action in MAY_GO_OUT for entry in store.entries)
