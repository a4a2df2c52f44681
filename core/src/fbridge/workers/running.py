"""One worker process: it works tasks until it is told to stop, and comes back by itself when its database does.

The first SIGTERM or Ctrl-C lets each task end at its next safe place, and puts the rest back into the queue; a second
one ends the process as a power cut does. A host whose database gives no answer at all ends itself within a minute:
others pick its tasks up, and it takes nothing back.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import sqlalchemy as sa
from procrastinate import App
from procrastinate.worker import Worker

from fbridge.context import Context, utc_now
from fbridge.errors import BusyError, ConfigError, DatabaseUnreachableError, FbridgeError, StorageError
from fbridge.exit_codes import ExitCode
from fbridge.foreign_logs import into_our_log
from fbridge.listeners.after_commands import tell_after_command
from fbridge.storage.database import Database, read_revision
from fbridge.storage.version import HEAD_REVISION
from fbridge.workers.clock import DatabaseClock
from fbridge.workers.outcomes import BROKE_OFF, WorkOutcome, keep_outcome
from fbridge.workers.queue_app import BEAT_SECONDS, LOST, STALLED_SECONDS, UPKEEP, make_app
from fbridge.workers.queueing import WorkKind
from fbridge.workers.registry import Workable, sign_on, sow, workable
from fbridge.workers.store_work import StoreWorker

log = logging.getLogger("fbridge.workers")

POLL_SECONDS = 5.0
TEND_SECONDS = 5.0
"""How often a worker makes sure that its database answers."""
SILENT_SECONDS = 20.0
"""A database that gives no answer for so long is not there."""
GRACE_SECONDS = 10.0
"""So long tasks may take to notice that it is gone."""
SOW_SECONDS = 60.0
RECONNECT_SECONDS = 5.0
MOST_NAMED = 10
CLOCK_WRONG = timedelta(minutes=1)


@dataclass(slots=True)
class WorkerRun:
    """``chosen``: work these stores alone; ``once``: end when nothing is due. ``tell`` gets sentences for people."""

    context: Context
    home: Path | None
    chosen: Sequence[str]
    at_once: int
    once: bool
    tell: Callable[[str], None]
    _ending: asyncio.Event = field(default_factory=asyncio.Event)
    _done: int = 0
    _since: datetime = field(default_factory=utc_now)
    _able: Workable = field(default_factory=lambda: Workable(stores=(), left_out={}))
    _clock: DatabaseClock = field(default_factory=DatabaseClock)

    def __post_init__(self) -> None:
        self.context.now = self._clock  # of all that use this context: what watches the work, too

    def run(self) -> None:
        """Until it is stopped. Raises StorageError and its like where the database is not there at the start."""
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            loop = runner.get_loop()
            ending = _stopped_by_signals(lambda: loop.call_soon_threadsafe(self._ending.set))
            with ending, into_our_log(log, "procrastinate", "psycopg.pool"):
                runner.run(self._until_stopped())

    async def _until_stopped(self) -> None:
        threads = ThreadPoolExecutor(self.at_once + 4, thread_name_prefix="worker")
        asyncio.get_running_loop().set_default_executor(threads)
        await asyncio.to_thread(self._set_clock)
        self._look_around()
        while not self._ending.is_set():
            before = self._done
            try:
                await self._work()
            except (*LOST, DatabaseUnreachableError, BusyError, TimeoutError) as error:
                if self.once:
                    raise
                log.warning("the database is lost: %s", error)
                self.tell(f"The database does not answer; trying again every {RECONNECT_SECONDS:g} s.")
                await self._pause(RECONNECT_SECONDS)
            if self.once and self._done == before:
                return

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ending.wait(), seconds)

    async def _work(self) -> None:
        """Tasks over one connection to the queue, until it breaks or the worker is stopped."""
        stop = Event()
        app = make_app(self.context.database, connections=self.at_once + 3)
        self._add_tasks(app, StoreWorker(self.context, stop))
        async with app.open_async():
            worker = Worker(
                app,
                queues=[*self._able.stores, UPKEEP],
                concurrency=self.at_once,
                wait=not self.once,
                fetch_job_polling_interval=POLL_SECONDS,
                install_signal_handlers=False,
                update_heartbeat_interval=BEAT_SECONDS,
                stalled_worker_timeout=STALLED_SECONDS,
                delete_jobs="successful",
            )
            await asyncio.to_thread(self._sow)
            await self._side_by_side(worker, stop)

    async def _side_by_side(self, worker: Worker, stop: Event) -> None:
        working = asyncio.create_task(worker.run())  # type: ignore[no-untyped-call]
        tending = asyncio.create_task(self._tend(worker))
        ending = asyncio.create_task(self._ending.wait())
        try:
            await asyncio.wait({working, tending, ending}, return_when=asyncio.FIRST_COMPLETED)
            stop.set()
            if not working.done():
                worker.stop()  # type: ignore[no-untyped-call]
            if tending.done() and isinstance(tending.exception(), TimeoutError):
                await asyncio.wait({working}, timeout=GRACE_SECONDS)
                if not working.done():
                    _give_up()
            await working
            if tending.done():
                tending.result()
        finally:
            for task in (tending, ending):
                task.cancel()
            await asyncio.gather(tending, ending, return_exceptions=True)

    async def _tend(self, worker: Worker) -> None:
        """See to it that the database answers, that it is known who is at work, and that every store is fetched."""
        seen, sown = None, asyncio.get_running_loop().time()
        while True:
            if worker.worker_id is not None:
                files, now = self.context.settings.home.settings_stamp(), asyncio.get_running_loop().time()
                if files != seen or now - sown > SOW_SECONDS:
                    await self._in_time(self._look_around_and_sign_on, worker)
                    seen, sown = files, now
                else:
                    await self._in_time(self._ask, worker)
            await asyncio.sleep(TEND_SECONDS if seen else 0.05)

    async def _in_time(self, work: Callable[..., None], *words: Any) -> None:
        await asyncio.wait_for(asyncio.to_thread(work, *words), SILENT_SECONDS)

    def _ask(self, worker: Worker) -> None:
        """Raises: TimeoutError where our signs of life do not arrive, so that others take us for dead, or have done
        so and struck us off: who is not known is given no task, and nobody sees that it is at work."""
        self._set_clock()
        with self.context.database.read() as connection:
            silent = connection.scalar(_OWN_SILENCE, {"worker": worker.worker_id})
        is_struck_off = silent is None and worker.worker_id is not None
        if is_struck_off or (silent or 0) > STALLED_SECONDS + SILENT_SECONDS:
            raise TimeoutError

    def _set_clock(self) -> None:
        before = self._clock.ahead
        with self.context.database.read() as connection:
            self._clock.set_by(connection)
        ahead = self._clock.ahead
        if abs(ahead) >= CLOCK_WRONG > abs(before):
            span = round(abs(ahead) / timedelta(minutes=1))
            self.tell(
                f"The clock of this computer and that of the database differ by {span} min; the database's counts "
                "for workers. Set this one right: stores may refuse what it signs."
            )

    def _look_around(self) -> None:
        self._able = workable(self.context, self.chosen)
        self._tell_what_is_worked()

    def _look_around_and_sign_on(self, worker: Worker) -> None:
        _refuse_other_schema(self.context.database)
        try:
            self.context.reload_settings()
        except ConfigError as error:  # somebody is at it
            self.tell(f"{error} The former settings hold until that is mended.")
        able = workable(self.context, self.chosen)
        if able != self._able:
            self._able = able
            self._tell_what_is_worked()
        worker.queues = [*able.stores, UPKEEP]
        with self.context.database.write() as connection:
            if worker.worker_id is not None:
                sign_on(connection, worker.worker_id, able, since=self._since)
        self._sow()

    def _sow(self) -> None:
        with self.context.database.write() as connection:
            sow(connection, self.context, self._able.stores)

    def _tell_what_is_worked(self) -> None:
        stores = self._able.stores
        named = ", ".join(stores) if len(stores) <= MOST_NAMED else f"{len(stores)} stores"
        self.tell(f"At work on: {named or 'no store'}.")
        for name, why in self._able.left_out.items():
            self.tell(f"Store {name} is left to other hosts: {why}")

    def _add_tasks(self, app: App, tasks: StoreWorker) -> None:
        @app.task(name=WorkKind.FETCH.task)
        def fetch(store: str) -> None:
            self._guarded(WorkKind.FETCH, store, lambda: tasks.fetch(store))

        @app.task(name=WorkKind.PUSH.task)
        def push(store: str, **told: Any) -> None:
            self._guarded(WorkKind.PUSH, store, lambda: tasks.push(store, told))

    def _guarded(self, kind: WorkKind, store: str, work: Callable[[], None]) -> None:
        """What is raised puts the task back (:class:`fbridge.workers.queue_app.FencedManager`)."""
        begun = self.context.now()
        try:
            work()
        except FbridgeError as error:
            log.warning("a task broke off, and comes again: %s", error)
            self._keep_broken(kind, store, str(error))
            raise
        except Exception as error:
            log.exception("a task broke off, and comes again")
            self._keep_broken(
                kind, store, f"{type(error).__name__}, which the log of the worker tells more of"
            )
            raise
        finally:
            self._done += 1
        tell_after_command(self.context, self.home, begun)

    def _keep_broken(self, kind: WorkKind, store: str, why: str) -> None:
        """For the office to see, where the database can be told; a task that broke off tells nothing itself."""
        words = f"its task broke off, and is tried again: {why}"
        outcome = WorkOutcome(
            store=store, kind=kind, ended_at=self.context.now(), reason=BROKE_OFF, words=words
        )
        with suppress(FbridgeError, sa.exc.SQLAlchemyError), self.context.database.write() as connection:
            keep_outcome(connection, outcome)


_OWN_SILENCE = sa.text("""
    SELECT extract(epoch FROM clock_timestamp() - last_heartbeat)::float
    FROM procrastinate_workers WHERE id = :worker
""")


def _refuse_other_schema(database: Database) -> None:
    """Raises: StorageError where the database was upgraded meanwhile: who does not know its tables writes no more."""
    if read_revision(database.engine) != HEAD_REVISION:
        raise StorageError(
            "The database was upgraded while this worker ran, so it has ended. Update this computer, "
            "too, and start a new one: fbridge worker",
            reason="database_upgraded",
        )


def _give_up() -> None:
    """End as a power cut does: threads that wait for a silent network would wait on."""
    sentence = (
        "The database gives no answer, so this worker gives its stores up. Start it again: fbridge worker"
    )
    log.error(sentence)
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()
    os._exit(ExitCode.UNREACHABLE)


@contextmanager
def _stopped_by_signals(stop: Callable[[], object]) -> Iterator[None]:
    """The first signal stops, the second one ends the process."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked: list[int] = []

    def on_signal(number: int, _frame: object) -> None:
        if asked:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        asked.append(number)
        stop()

    kinds = (signal.SIGINT, signal.SIGTERM)
    before = {kind: signal.signal(kind, on_signal) for kind in kinds}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
