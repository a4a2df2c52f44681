"""What a client sees of each fault, and what the store has done meanwhile."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from fbridge.sandbox import ServedSandbox

    from .conftest import StoreClient


@pytest.fixture
def order_id(sandbox: ServedSandbox) -> int:
    made: int = sandbox.control.new_order([("TAZZA-01", 2)])
    return made


def ship(call: StoreClient, order_id: int) -> httpx.Response:
    return call("POST", f"order/{order_id}/ship", json={"notify": True})


def wait_until_shipped(served: ServedSandbox, order_id: int) -> None:
    for _ in range(200):
        if served.control.shipments(order_id):
            return
        time.sleep(0.02)
    pytest.fail("the work was not done")


@pytest.mark.parametrize(("kind", "made"), [("drop_before", 0), ("drop_after", 1)])
def test_a_dropped_connection_gives_no_answer(
    sandbox: ServedSandbox, call: StoreClient, order_id: int, kind: str, made: int
) -> None:
    sandbox.control.add_fault(kind)
    with pytest.raises(httpx.RemoteProtocolError, match="disconnected without sending"):
        ship(call, order_id)
    assert len(sandbox.control.shipments(order_id)) == made
    assert ship(call, order_id).status_code == (400 if made else 200), "the next request is served again"


def test_a_gateway_that_gives_up_leaves_the_work_going_on(
    sandbox: ServedSandbox, call: StoreClient, order_id: int
) -> None:
    sandbox.control.add_fault("gateway_timeout", seconds=0.3)
    answer = ship(call, order_id)
    assert (answer.status_code, answer.headers["content-type"]) == (504, "text/html")
    assert sandbox.control.shipments(order_id) == []
    wait_until_shipped(sandbox, order_id)


@pytest.mark.parametrize(
    ("kind", "expected"), [("server_error", 500), ("too_many_requests", 429), ("login_page", 200)]
)
def test_these_faults_do_nothing_to_the_order(
    sandbox: ServedSandbox, call: StoreClient, order_id: int, kind: str, expected: int
) -> None:
    sandbox.control.add_fault(kind)
    answer = ship(call, order_id)
    assert answer.status_code == expected
    assert "json" not in answer.headers["content-type"]
    assert sandbox.control.shipments(order_id) == []


def test_a_truncated_list_came_after_the_work(sandbox: ServedSandbox, call: StoreClient) -> None:
    sandbox.control.add_fault("truncated", method="read")
    answer = call("GET", "orders", params={"searchCriteria[pageSize]": 3})
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        answer.json()


def test_a_slow_gateway_of_the_store_itself(
    make_sandbox: Callable[..., ServedSandbox], client_of: Callable[[ServedSandbox], StoreClient]
) -> None:
    served = make_sandbox(orders=0, pace=1, mail_seconds=0.5, gateway_timeout=0.4)
    order_id = served.control.new_order([("TAZZA-01", 2)])
    assert ship(client_of(served), order_id).status_code == 504
    wait_until_shipped(served, order_id)


def test_requests_are_remembered_without_their_signature(sandbox: ServedSandbox, call: StoreClient) -> None:
    sandbox.control.forget_requests()
    call("GET", "modules", params={"oauth_signature": "secret"})
    (seen,) = sandbox.control.requests()
    assert (seen.method, seen.path) == ("GET", "/rest/V1/modules")
