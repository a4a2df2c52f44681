"""What is done on the page: by whom, in which sequence, and that nothing is done twice or over somebody else."""

from __future__ import annotations

from tests.core.office_web.conftest import Browser

from fbridge.testing.office import Office


def test_fetch_now_is_a_job_that_tells_how_far_it_is_and_what_it_brought(
    office: Office, clerk: Browser
) -> None:
    order = office.store.new_order([("HAT", 1)])
    answer = clerk.act("/", "/fetch")
    assert answer.status_code == 200
    assert "<progress" in answer.text
    assert "hx-trigger" not in answer.text, "it is over: nobody asks again"
    job = office.bridge.jobs.list()[0]
    assert (job.command, job.asked_by, job.exit_code) == (("fetch",), "anna", 0)
    assert f"T{order}" in clerk.text("/orders")
    assert "anna" in clerk.text("/jobs")
