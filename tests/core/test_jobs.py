"""Long work is done once by a process of its own; what became of it is told, whatever ended it."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.contract.toy_store import ToyUnderTest

from fbridge import BusyError, InputError, Job, Jobs, JobState, JobStep, NotFoundError
from fbridge.cli.job_process import do_job
from fbridge.jobs.process import start_process
from fbridge.sandbox import ServedSandbox
from fbridge.testing.office import Office

ID = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def office(install_toy: Callable[[str], None], tmp_path: Path, database_url: str) -> Iterator[Office]:
    install_toy("adapter:adapter")
    from fbridge_toy.sandbox import ToySandbox

    with (
        ServedSandbox(ToySandbox(), "127.0.0.1", 0) as served,
        Office(ToyUnderTest(served), tmp_path / "home", database_url=database_url) as opened,
    ):
        yield opened


def test_a_job_runs_once_and_keeps_its_answer_who_asked_and_how_far_it_came(office: Office) -> None:
    office.store.new_order([("HAT", 1)])
    started: list[str] = []
    jobs = Jobs(office.bridge.context, start=lambda _, key: started.append(key))
    asked = jobs.start(["fetch"], asked_by="anna", job_id=ID)
    assert (asked.state, asked.answer) == (JobState.ASKED, None)
    for _ in range(2):  # a second process finds nothing to do
        do_job(office.another_desk, ID)
    job = jobs.start(["fetch"], asked_by="anna", job_id=ID)
    assert started == [ID], "asking twice with the same id is asking once"
    assert (job.state, job.exit_code, job.asked_by) == (JobState.ENDED, 0, "anna")
    assert job.answer is not None
    assert job.answer["items"][0]["orders"] == 1
    assert [(step.store, step.done) for step in job.steps] == [("shop", 1)]
    assert not list(office.bridge.context.lock_folder.glob("job-*"))
    with pytest.raises(InputError):
        jobs.start(["push", "--yes"], asked_by="anna", job_id=ID)
    with pytest.raises(InputError):
        jobs.start(["db", "restore", "x"], asked_by="anna")
    with pytest.raises(NotFoundError):
        jobs.get("0" * 32)
    with office.bridge.context.database.read() as connection:
        told = connection.exec_driver_sql("SELECT kind, words, who FROM events").all()
    assert ("job.asked", "anna asked for: fbridge fetch", None) in told
    assert ("order.new", "anna") in {(row[0], row[2]) for row in told}


def test_a_job_whose_process_died_is_told_so(office: Office) -> None:
    jobs = Jobs(office.bridge.context, start=lambda _context, _key: None)
    never = jobs.start(["fetch"], asked_by="anna")
    killed = jobs.start(["push", "--yes"], asked_by="anna", job_id=ID)
    with jobs.working(ID) as work:
        assert work is not None
        work.tell(JobStep(store="shop", done=3, total=9, words="sending"))
        assert jobs.get(ID).steps[0].done == 3
        assert [one.state for one in jobs.list(running=True)] == [JobState.RUNNING, JobState.ASKED]
    assert jobs.get(killed.id).state is JobState.DIED, "nobody holds its lock, and it has not ended"
    assert jobs.get(never.id).state is JobState.ASKED
    office.skip_time(timedelta(minutes=3))
    assert jobs.get(never.id).state is JobState.DIED
    do_job(office.another_desk, never.id)  # so late, nobody expects it to do anything
    assert jobs.get(never.id).state is JobState.DIED
    office.skip_time(timedelta(days=40))
    jobs.start(["fetch"], asked_by="anna")
    assert len(jobs.list()) == 1


def test_so_many_jobs_are_at_work_at_once_and_no_more(office: Office) -> None:
    jobs = Jobs(office.bridge.context, start=lambda _context, _key: None)
    asked = [jobs.start(["fetch"], asked_by="anna") for _ in range(8)]
    with pytest.raises(BusyError, match="8 jobs are at work"):
        jobs.start(["fetch"], asked_by="anna")
    assert jobs.start(["fetch"], asked_by="anna", job_id=asked[3].id) == asked[3]


@pytest.mark.slow
def test_the_process_of_a_job_is_apart_and_a_killed_one_is_seen(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.store.new_order([("HAT", 1)])
    jobs = office.bridge.jobs
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))  # the toy is installed for this process alone
    done = _over(jobs, jobs.start(["fetch"], asked_by="anna").id)
    assert (done.state, done.exit_code) == (JobState.ENDED, 0)
    wrong = _over(jobs, jobs.start(["fetch", "nowhere"], asked_by="anna").id)
    assert wrong.answer is not None
    assert wrong.answer["error"]["reason"] == "not_found"
    started: list[int] = []
    watched = Jobs(
        office.bridge.context, start=lambda context, key: started.append(start_process(context, key))
    )
    job = watched.start(["fetch"], asked_by="anna")
    os.killpg(started[0], signal.SIGKILL)
    office.skip_time(timedelta(minutes=3))
    assert _over(jobs, job.id).state is JobState.DIED


def _over(jobs: Jobs, key: str) -> Job:
    end = time.monotonic() + 60
    while not (job := jobs.get(key)).is_over:
        assert time.monotonic() < end, job
        time.sleep(0.05)
    return job
