"""What a client sees of each fault, and what the store has done meanwhile."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from fbridge.sandbox import ServedSandbox

ORDER = 29
COMPLETE = {"update": [{"id": ORDER, "status": "completed"}]}
Call = Any


def complete(call: Call) -> httpx.Response:
    answer: httpx.Response = call("POST", "/wc/v3/orders/batch", json=COMPLETE)
    return answer


def status(sandbox: ServedSandbox) -> str:
    return str(sandbox.control.order(ORDER)["status"])


def wait_until_completed(sandbox: ServedSandbox) -> None:
    for _ in range(200):
        if status(sandbox) == "completed":
            return
        time.sleep(0.02)
    pytest.fail("the work was not done")


@pytest.mark.parametrize(("kind", "then"), [("drop_before", "processing"), ("drop_after", "completed")])
def test_a_dropped_connection_gives_no_answer(
    sandbox: ServedSandbox, call: Call, kind: str, then: str
) -> None:
    sandbox.control.add_fault(kind)
    with pytest.raises(httpx.RemoteProtocolError, match="disconnected without sending"):
        complete(call)
    assert status(sandbox) == then
    assert complete(call).status_code == 200, "the next request is served again"


def test_a_gateway_that_gives_up_leaves_the_work_going_on(sandbox: ServedSandbox, call: Call) -> None:
    sandbox.control.add_fault("gateway_timeout", seconds=0.3)
    answer = complete(call)
    assert (answer.status_code, answer.headers["content-type"]) == (504, "text/html")
    assert status(sandbox) == "processing"
    wait_until_completed(sandbox)
    assert len(sandbox.control.mails(ORDER)) == 1


@pytest.mark.parametrize(
    ("kind", "expected"), [("server_error", 500), ("too_many_requests", 429), ("login_page", 200)]
)
def test_these_faults_do_nothing_to_the_order(
    sandbox: ServedSandbox, call: Call, kind: str, expected: int
) -> None:
    sandbox.control.add_fault(kind)
    answer = complete(call)
    assert answer.status_code == expected
    assert "json" not in answer.headers["content-type"]
    assert status(sandbox) == "processing"


def test_retry_after_is_sent_when_asked_for(sandbox: ServedSandbox, call: Call) -> None:
    sandbox.control.add_fault("too_many_requests", retry_after=7)
    assert complete(call).headers["retry-after"] == "7"
    sandbox.control.add_fault("too_many_requests")
    assert "retry-after" not in complete(call).headers


def test_a_truncated_answer_came_after_the_work(sandbox: ServedSandbox, call: Call) -> None:
    sandbox.control.add_fault("truncated")
    answer = complete(call)
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        answer.json()
    assert status(sandbox) == "completed"


def test_a_slow_answer_makes_an_impatient_client_give_up_after_the_work(
    sandbox: ServedSandbox, call: Call
) -> None:
    sandbox.control.add_fault("slow", seconds=1.0)
    call.http.timeout = httpx.Timeout(0.2)
    with pytest.raises(httpx.ReadTimeout):
        complete(call)
    assert status(sandbox) == "completed"


def test_a_fault_waits_for_its_request_and_strikes_as_often_as_told(
    sandbox: ServedSandbox, call: Call
) -> None:
    sandbox.control.add_fault("server_error", method="read", path=r"/orders/29\b", times=2)
    assert complete(call).status_code == 200
    assert call("GET", "/wc/v3/orders/32").status_code == 200
    answers = [call("GET", "/wc/v3/orders/29").status_code for _ in range(3)]
    assert answers == [500, 500, 200]


def test_a_slow_store_behind_a_gateway_commits_bit_by_bit(
    make_sandbox: Callable[..., ServedSandbox], client_of: Callable[[ServedSandbox], Call]
) -> None:
    served = make_sandbox(orders=60, gateway_timeout=0.2, mail_seconds=0.02)
    ids = served.control.order_ids("processing")[:30]
    answer = client_of(served)(
        "POST", "/wc/v3/orders/batch", json={"update": [{"id": one, "status": "completed"} for one in ids]}
    )
    assert answer.status_code == 504
    done = [served.control.order(one)["status"] == "completed" for one in ids]
    assert any(done)
    assert not all(done)
    for _ in range(200):
        if len(served.control.mails()) == len(ids):
            break
        time.sleep(0.02)
    assert all(served.control.order(one)["status"] == "completed" for one in ids)


def test_another_process_steers_the_store_over_its_control_routes(sandbox: ServedSandbox, call: Call) -> None:
    steer = httpx.Client(base_url=f"{sandbox.url}/__sandbox__")
    with steer:
        assert steer.post("/faults", json={"kind": "drop_after", "path": "batch"}).json()["faults"] == 1
        with pytest.raises(httpx.RemoteProtocolError):
            complete(call)
        (mail,) = steer.get("/mails").json()
        assert (mail["order_id"], mail["kind"], mail["has_tracking"]) == (
            ORDER,
            "customer_completed_order",
            False,
        )
        assert steer.post("/orders/32", json={"status": "cancelled"}).json()["status"] == "cancelled"
        line = sandbox.control.order(26)["line_items"][0]["id"]
        partly = steer.post("/orders/26", json={"refund": {str(line): 1}}).json()
        assert (partly["status"], len(partly["refunds"])) == ("processing", 1)
        assert steer.post("/orders/26", json={"refund": True}).json()["status"] == "refunded"
        assert steer.get("/state").json()["orders"]["refunded"] == 2
        assert steer.post("/orders/999999", json={"status": "cancelled"}).status_code == 400
        assert steer.post("/faults", json={"kind": "earthquake"}).status_code == 400
        (seen,) = steer.get("/requests").json()
        assert seen == {"method": "POST", "path": "/wp-json/wc/v3/orders/batch"}
