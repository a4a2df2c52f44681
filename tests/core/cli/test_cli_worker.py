"""Workers over a real PostgreSQL: what a person types, what the stores hold then, what is refused in a sentence."""

from __future__ import annotations

import asyncio
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from procrastinate.jobs import Job, Status
from tests.core.cli.test_cli_telemetry import told_by

from fbridge.context import utc_now
from fbridge.exit_codes import ExitCode
from fbridge.jsonable import jsonable
from fbridge.settings import Settings
from fbridge.storage.database import Database, open_database
from fbridge.storage.metadata import metadata
from fbridge.storage.restored import keep_fact
from fbridge.storage.version import HEAD_REVISION
from fbridge.telemetry import watched
from fbridge.workers.queue_app import make_app
from fbridge.workers.queueing import put, queued_fetch
from fbridge.workers.running import WorkerRun
from fbridge.workers.schedule import next_fetch

pytestmark = pytest.mark.postgres
FBRIDGE = (sys.executable, "-c", "from fbridge.cli.main import main; main()")


@pytest.fixture
def database(workers_url: str) -> Iterator[Database]:
    opened = open_database(workers_url)
    yield opened
    with opened.write() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(
                sa.delete(table).where(sa.true()) if table.name != "database_facts" else sa.select(1)
            )
        connection.execute(sa.text("DELETE FROM procrastinate_jobs; DELETE FROM procrastinate_workers"))
    opened.close()


@pytest.fixture
def office(
    user: Any, shop: Any, database: Database, workers_url: str, monkeypatch: pytest.MonkeyPatch
) -> Any:
    """Somebody whose home has PostgreSQL, with the plain store fetched by a worker, and the carrier BRT."""
    monkeypatch.setenv("FBRIDGE_DATABASE", workers_url)
    user.add_shop(shop)
    user.run("worker", "--once")
    user.run("carrier", "add", "BRT", "Bartolini")
    user.run("carrier", "map", "shop", "BRT", "bartolini")
    return user


def ship(user: Any, *numbers: str) -> None:
    user.run("manifest", "add", "BRT", *numbers)
    for number in numbers:
        user.run("tracking", "set", number, f"BX{number}")
    user.run("manifest", "ship", "BRT")


def work_of(user: Any, kind: str, code: int = 1) -> dict[str, Any]:
    """What `worker status` tells of a kind of task of the store; nobody is at work, so its code is 1."""
    items = user.json("worker", "status", code=code)["data"]["work"]
    found: dict[str, Any] = next((one for one in items if one["kind"] == kind), {})
    return found


def test_a_worker_does_what_was_handed_over_and_nothing_that_left_later(office: Any, shop: Any) -> None:
    ship(office, "1001")
    handed = office.json("push", "--defer", "--yes")["data"]
    assert (handed["handed_over"], handed["workers"]) == (
        [{"store": "shop", "shipments": 1, "known": False}],
        0,
    )
    assert office.json("push", "--defer", "--yes")["data"]["handed_over"][0]["known"]
    ship(office, "1002")
    office.run("worker", "--once")
    assert [shop.order(number).get("mails") for number in (1001, 1002)] == [1, None]
    assert work_of(office, "push")["fault"] == ""
    office.run("worker", "--once")
    assert shop.order(1002)["status"] == "open", "what has left is never pushed by that alone"


@pytest.mark.slow
@pytest.mark.parametrize("change", ["tracking set 1001 BX9", "carrier map shop BRT gls_it"])
def test_what_was_changed_after_the_plan_is_not_sent_by_it(office: Any, shop: Any, change: str) -> None:
    ship(office, "1001", "1002")
    office.run("push", "--defer", "--yes")
    office.run(*change.split())
    office.run("worker", "--once")
    told = work_of(office, "push")
    assert (shop.order(1001)["status"], told["reason"]) == ("open", "plan_changed")
    assert ("2 shipments" in told["fault"]) == ("map" in change)
    assert shop.order(1002).get("mails") == (None if "map" in change else 1), "what is as it was goes out"


@pytest.mark.slow
def test_a_store_that_wants_it_is_pushed_when_its_goods_leave(
    office: Any, shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FBRIDGE_SHOP_WORKERS_PUSH", "due")
    ship(office, "1001")
    assert work_of(office, "push")["waiting"] == 1, "in the transaction in which they left"
    office.run("worker", "--once")
    assert shop.order(1001)["mails"] == 1


@pytest.mark.slow
def test_a_guard_that_stops_it_is_told_in_the_status(
    office: Any, shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FBRIDGE_SHOP_WORKERS_PUSH", "due")
    monkeypatch.setenv("FBRIDGE_SHOP_MOST_PUSHES", "0")
    ship(office, "1001")
    office.run("worker", "--once")
    assert work_of(office, "push")["reason"] == "most_pushes"
    assert shop.order(1001)["status"] == "open"


@pytest.mark.slow
def test_what_was_broken_off_goes_on_when_the_ledger_says_so(office: Any, shop: Any) -> None:
    shop.sell(1001, answer="never, and nothing was done")
    ship(office, "1001", "1002")
    office.run("push", "--defer", "--yes")
    for _ in range(4):
        office.run("worker", "--once")
    assert [shop.order(number).get("mails") for number in (1001, 1002)] == [1, 1]


@pytest.mark.slow
def test_a_host_without_the_plugin_leaves_the_store_to_others(
    office: Any, shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ship(office, "1001")
    office.run("push", "--defer", "--yes")
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("FBRIDGE_PLATFORMS", "none")
        told = office.run("worker", "--once").stderr
    assert "Store shop is left to other hosts" in told
    assert "plain" in told
    assert work_of(office, "push")["waiting"] == 1
    office.run("worker", "--once")
    assert shop.order(1001)["mails"] == 1


@pytest.mark.slow
def test_fetches_come_by_the_schedule_of_their_store(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FBRIDGE_SHOP_FETCH_EVERY", "2h")
    with office.bridge() as bridge:
        settings: Settings = bridge.context.settings
    noon = datetime(2026, 11, 29, 12, tzinfo=UTC)
    moments = {next_fetch(settings, "shop", noon) for _ in range(50)}
    never = replace(settings, environment={"FBRIDGE_SHOP_FETCH_EVERY": "never"})
    assert next_fetch(never, "shop", noon) is None
    assert len(moments) > 40, "not all at the same moment"
    pauses = [moment - noon for moment in moments if moment]
    assert timedelta(hours=1.75) < min(pauses) < max(pauses) < timedelta(hours=2.25)
    assert work_of(office, "fetch")["waiting"] == 1, (
        "the worker that fetched it has put the next one into the queue"
    )


def standing(user: Any) -> list[tuple[str, str, bool]]:
    """What is told of workers where the rest is: the kind of task, the reason, and whether it is overdue."""
    with user.bridge() as bridge:
        told = jsonable(bridge.status())["worker_faults"]
    return [(one["kind"], one["reason"], one["overdue"]) for one in told]


def in_the_queue(database: Database, sql: str, **values: Any) -> Any:
    with database.write() as connection:
        found = connection.execute(sa.text(sql), values)
        return found.scalar() if found.returns_rows else None


LONG_AGO = "UPDATE procrastinate_jobs SET scheduled_at = now() - interval '10 minutes'"
A_WORKER = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - :silent * interval '1 s') RETURNING id"
SIGNED_ON = """INSERT INTO workers VALUES (:id, 'depot', 1, now(), '["shop"]', '{}')"""
LEAVES_IT = (
    """INSERT INTO workers VALUES (:id, 'depot', 1, now(), '[]', '{"shop": "Its plugin is missing."}')"""
)


def test_the_office_is_told_that_nobody_works_what_was_handed_over(office: Any, database: Database) -> None:
    ship(office, "1001")
    office.run("push", "--defer", "--yes")
    assert standing(office) == [], "a worker has some minutes to come"
    in_the_queue(database, LONG_AGO)
    assert standing(office) == [("push", "no_worker", True)], "the fetch is due later than it was done last"
    told = office.run("status", code=1)
    assert (
        "Workers, push of shop: it waits, and no worker at work has this store: fbridge worker" in told.output
    )
    assert "Next: fbridge worker" in told.stderr + told.output
    office.run("status", "--check", code=1)
    office.run("push", "--yes")
    in_the_queue(database, "DELETE FROM procrastinate_jobs")
    assert standing(office) == [], "what workers never had is not missed"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("silent", "signs_on", "reason"),
    [(1, SIGNED_ON, "workers_busy"), (600, SIGNED_ON, "no_worker"), (1, LEAVES_IT, "no_worker")],
)
def test_a_queue_that_grows_old_is_told_with_its_cause(
    office: Any, database: Database, silent: int, signs_on: str, reason: str
) -> None:
    ship(office, "1001")
    office.run("push", "--defer", "--yes")
    worker = in_the_queue(database, A_WORKER, silent=silent)
    in_the_queue(database, signs_on, id=worker)
    in_the_queue(database, LONG_AGO)
    assert standing(office) == [("push", reason, True)]
    assert ("Its plugin is missing." in office.run("status", code=1).output) == (signs_on == LEAVES_IT)


@pytest.mark.slow
def test_what_a_dead_worker_has_begun_and_nobody_picks_up_is_told(office: Any, database: Database) -> None:
    ship(office, "1001")
    office.run("push", "--defer", "--yes")
    begun = (
        "UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker WHERE queueing_lock LIKE 'push%'"
    )
    in_the_queue(database, begun, worker=in_the_queue(database, A_WORKER, silent=600))
    in_the_queue(database, "UPDATE procrastinate_events SET at = now() - interval '10 minutes'")
    assert standing(office) == [("push", "no_worker", True)]
    in_the_queue(database, "DELETE FROM procrastinate_workers")
    assert standing(office) == [("push", "no_worker", True)]


@pytest.mark.slow
def test_a_fault_of_workers_is_told_until_somebody_has_dealt_with_it(office: Any, shop: Any) -> None:
    ship(office, "1001")
    office.run("push", "--defer", "--yes")
    office.run("tracking", "set", "1001", "BX9")
    office.run("worker", "--once")
    assert standing(office) == [("push", "plan_changed", True)]
    office.run("push", "--yes")
    assert (standing(office), work_of(office, "push")["fault"]) == ([], "")


@pytest.mark.slow
def test_a_task_that_breaks_off_each_time_is_told(
    office: Any,
    shop: Any,
    monkeypatch: pytest.MonkeyPatch,
    database: Database,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError("no space left on the disk of token=SECRET")

    ship(office, "1001")
    office.run("push", "--defer", "--yes")
    with monkeypatch.context() as broken:
        broken.setattr("fbridge.workers.store_work.push_store", full)
        office.run("worker", "--once")
    assert standing(office) == [("push", "broke_off", True)]
    theirs = [one for one in caplog.records if one.getMessage().startswith("Job fbridge.push")]
    assert "fbridge.workers" in {one.name for one in theirs}, "our log, whose lines are redacted"
    assert not [one for one in theirs if one.name == "fbridge.workers" and one.exc_info]
    assert "OSError" in office.run("status", code=1).output
    in_the_queue(database, LONG_AGO)
    office.run("worker", "--once")
    assert (standing(office), shop.order(1001)["mails"]) == ([], 1)


@pytest.mark.slow
@pytest.mark.parametrize("at_work", [False, True])
def test_a_store_that_is_removed_leaves_no_task_behind(
    office: Any, database: Database, monkeypatch: pytest.MonkeyPatch, at_work: bool
) -> None:
    """Nobody would ever work it, and its fault would stand for ever."""

    def fetch(context: Any, *_: Any, **__: Any) -> Any:
        office.run("store", "remove", "shop", "--yes")
        context.reload_settings()
        return SimpleNamespace(error=None)

    ship(office, "1001")
    office.run("push", "--defer", "--yes")
    in_the_queue(database, LONG_AGO)
    if at_work:
        monkeypatch.setattr("fbridge.workers.store_work.fetch_store", fetch)
        office.run("worker", "--once", "--store", "shop")
    else:
        office.run("store", "remove", "shop", "--yes")
    left = "SELECT count(*) FROM procrastinate_jobs WHERE queue_name = 'shop'"
    assert (in_the_queue(database, left), standing(office)) == (0, [])


@pytest.mark.slow
@pytest.mark.parametrize(("hours", "words"), [(-1, "differ by 60 min"), (1, "differ by 60 min"), (0, "")])
def test_a_host_whose_clock_is_wrong_works_by_the_databases(
    office: Any, database: Database, monkeypatch: pytest.MonkeyPatch, hours: int, words: str
) -> None:
    """By its own, it would fetch again at once and for ever, or an hour late."""
    ship(office, "1001")
    office.run("push", "--defer", "--yes")
    in_the_queue(database, LONG_AGO)
    monkeypatch.setattr("fbridge.workers.clock.utc_now", lambda: utc_now() + timedelta(hours=hours))
    told = office.run("worker", "--once", "--log-format", "json").stderr
    assert '"message": "push to shop: 1 shipments"' in told, "the log that was asked for"
    assert (words in told, "The clock of this computer" in told) == (True, bool(words))
    seconds = (
        "SELECT extract(epoch FROM scheduled_at - now()) FROM procrastinate_jobs WHERE lock = 'fetch-shop'"
    )
    assert 500 < in_the_queue(database, seconds) < 700, "the pause of ten minutes"
    apart = "SELECT max(abs(extract(epoch FROM ended_at - now()))) FROM work_outcomes"
    assert in_the_queue(database, apart) < 60


def test_a_task_is_there_if_what_causes_it_is(database: Database) -> None:
    def break_off() -> None:
        with database.write() as connection:
            assert put(connection, queued_fetch("shop", None))
            raise InterruptedError

    with pytest.raises(InterruptedError):
        break_off()
    with database.write() as connection:
        assert put(connection, queued_fetch("shop", None))
        assert not put(connection, queued_fetch("shop", None)), "one of a name waits at a time"
        assert put(connection, queued_fetch("b2b", None)), "and the transaction goes on"


def test_a_dead_workers_task_is_picked_up_and_its_late_end_changes_nothing(database: Database) -> None:
    with database.write() as connection:
        put(connection, queued_fetch("shop", None))

    async def live() -> tuple[Job | None, Job | None]:
        app = make_app(database, connections=2)
        async with app.open_async():
            manager: Any = app.job_manager
            dead, other = await manager.register_worker(), await manager.register_worker()
            begun = await manager.fetch_job(queues=["shop"], worker_id=dead)
            assert await manager.fetch_job(queues=["shop"], worker_id=other) is None
            await manager.put_back(begun)
            await manager.finish_job(begun, Status.SUCCEEDED, delete_job=True)
            again = await manager.fetch_job(queues=["shop"], worker_id=other)
            await manager.put_back(begun)
            await manager.finish_job(begun, Status.SUCCEEDED, delete_job=True)
            assert await manager.fetch_job(queues=["shop"], worker_id=dead) is None
            await manager.finish_job(again, Status.FAILED, delete_job=False)
            return again, (await manager.list_jobs_async(queue="shop"))[0]

    again, left = asyncio.run(live())
    assert again is not None, "the late end of the dead worker did not take it out of the queue"
    assert left is not None
    assert (left.status, bool(left.scheduled_at and left.scheduled_at > utc_now())) == ("todo", True)


@pytest.mark.parametrize(
    ("silent", "known", "goes_on"), [(1, True, True), (600, True, False), (1, False, False)]
)
def test_who_was_taken_for_dead_signs_on_anew(
    office: Any, database: Database, silent: int, known: bool, goes_on: bool
) -> None:
    """As after a computer slept: another worker that starts meanwhile strikes it off, and it would not be seen."""
    worker = in_the_queue(database, A_WORKER, silent=silent)
    if not known:
        in_the_queue(database, "DELETE FROM procrastinate_workers")
    with office.bridge() as bridge:
        run = WorkerRun(bridge.context, None, (), 1, once=True, tell=print)
        with nullcontext() if goes_on else pytest.raises(TimeoutError):
            run._ask(SimpleNamespace(worker_id=worker))


@pytest.mark.parametrize(
    ("known", "reason"),
    [(None, "queue_not_upgraded"), ("00.10.00", "queue_not_upgraded"), ("99.00.00", "queue_newer")],
)
def test_a_queue_of_another_version_is_refused(
    user: Any,
    workers_url: str,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    known: str | None,
    reason: str,
) -> None:
    monkeypatch.setenv("FBRIDGE_DATABASE", workers_url)
    with database.write() as connection:
        before = connection.scalar(sa.text("SELECT value FROM database_facts WHERE name = 'queue'"))
        if known:
            keep_fact(connection, "queue", known)
        else:
            connection.execute(sa.text("DELETE FROM database_facts WHERE name = 'queue'"))
    try:
        error = user.json("worker", code=3)["error"]
        assert error["reason"] == reason
        if known is None:
            assert "db upgrade" in error["message"]
            assert user.json("db", "upgrade", code=3)["error"]["reason"] == "queue_of_others"
    finally:
        with database.write() as connection:
            keep_fact(connection, "queue", before)


def test_workers_need_postgresql_and_their_extra(
    user: Any, workers_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in (["worker"], ["worker", "status"], ["push", "--defer", "--yes"]):
        error = user.json(*words, code=3)["error"]
        assert (error["reason"], "PostgreSQL" in error["message"]) == ("workers_need_postgresql", True)
    monkeypatch.setenv("FBRIDGE_DATABASE", workers_url)
    found = importlib.util.find_spec
    monkeypatch.setattr(
        "fbridge.storage.queue_schema.find_spec",
        lambda name: None if name == "procrastinate" else found(name),
    )
    error = user.json("worker", code=3)["error"]
    assert (error["reason"], "workers]" in error["message"]) == ("workers_not_installed", True)


@pytest.mark.slow
def test_what_workers_do_and_what_waits_for_them_is_told(office: Any, shop: Any) -> None:
    reader = InMemoryMetricReader()
    with (
        office.bridge() as bridge,
        watched(bridge.context, (TracerProvider(), MeterProvider([reader], shutdown_on_exit=False))),
    ):
        bridge.fulfil("1001", carrier="BRT", numbers=["T1"], push=False)
        bridge.workers.defer(bridge.plan())
        waiting = told_by(reader)["fbridge.task.age"]
        office.add_shop(shop, name="b2b")
        bridge.workers.run(once=True)
        bridge.workers.run(once=True)
        told = told_by(reader)
    shop_is = {"store": "shop", "platform": "plain"}
    assert [about["task"] for about, _ in waiting] == ["fetch", "push"]
    assert told["fbridge.pushes"] == [(shop_is | {"outcome": "sent"}, 1)]
    assert (shop_is | {"act": "push", "outcome": "ok"}, 1) in told["fbridge.act.duration"]
    later = {about["platform"] for about, _ in told["fbridge.standing"] if about["store"] == "b2b"}
    assert later == {"plain"}, "a store that was added while the worker ran"


@pytest.mark.slow
def test_settings_that_somebody_breaks_and_a_database_that_is_upgraded_meanwhile(
    office: Any, database: Database
) -> None:
    settings = office.home / "config.toml"
    worker = subprocess.Popen(
        [*FBRIDGE, "worker"],
        env=office.environment(),
        stderr=subprocess.PIPE,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    try:
        assert "At work on: shop." in said_by(worker)
        whole = settings.read_text("utf-8")
        settings.write_text("[stores.shop", "utf-8")
        assert "The former settings hold until that is mended." in said_by(worker)
        with database.write() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        settings.write_text(whole + "# mended", "utf-8")
        assert "upgraded while this worker ran" in said_by(worker)
        assert worker.wait(20) == ExitCode.CONFIGURATION
    finally:
        worker.kill()
        worker.communicate()
        with database.write() as connection:
            head = {"head": HEAD_REVISION}
            connection.execute(sa.text("UPDATE alembic_version SET version_num = :head"), head)


def said_by(worker: subprocess.Popen[str]) -> str:
    """The next sentence."""
    assert worker.stderr
    return worker.stderr.readline()
