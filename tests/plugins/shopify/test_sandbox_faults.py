"""Faults of the emulated store, told apart by what a document asks for: everything is POSTed to one address."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

ASK = "{ shop { name } }"
CREATE = """mutation($f: FulfillmentInput!) { fulfillmentCreate(fulfillment: $f) {
  fulfillment { id } userErrors { message } } }"""


@pytest.fixture
def shop(make_sandbox: Any, client_of: Any) -> Any:
    return client_of(make_sandbox(orders=0))


@pytest.fixture
def order(shop: Any) -> str:
    made: str = shop.served.control.new_order([("OLIO-EVO-1L", 1)])
    return made


def fulfil(shop: Any, order: str) -> httpx.Response:
    part = shop.served.control.order(order)["fulfillmentOrders"][0]["id"]
    answer: httpx.Response = shop(CREATE, f={"lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": part}]})
    return answer


def shipped(shop: Any, order: str) -> bool:
    return bool(shop.served.control.order(order)["fulfillments"])


def test_a_fault_of_writes_spares_reads_and_bulk_reads(shop, order):
    shop.served.control.add_fault("drop_before", method="write")
    assert shop(ASK).status_code == 200
    assert shop('mutation { bulkOperationRunQuery(query: "{") { userErrors { code } } }').status_code == 200
    with pytest.raises(httpx.RemoteProtocolError):
        fulfil(shop, order)
    assert not shipped(shop, order)
    assert fulfil(shop, order).json()["data"]["fulfillmentCreate"]["userErrors"] == []


def test_a_fault_of_reads_spares_writes(shop, order):
    shop.served.control.add_fault("server_error", method="read")
    assert fulfil(shop, order).status_code == 200
    assert shop(ASK).status_code == 500
    assert shop(ASK).status_code == 200


def test_a_fault_can_be_aimed_at_one_mutation(shop, order):
    shop.served.control.add_fault("too_many_requests", path="fulfillmentTrackingInfoUpdate", retry_after=3)
    assert fulfil(shop, order).status_code == 200
    made = shop.served.control.order(order)["fulfillments"][0]["id"]
    update = """mutation($id: ID!) { fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: {}) {
      userErrors { message } } }"""
    answer = shop(update, id=made)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")


def test_the_connection_ends_after_all_was_done(shop, order):
    shop.served.control.add_fault("drop_after")
    with pytest.raises(httpx.RemoteProtocolError):
        fulfil(shop, order)
    assert shipped(shop, order)


@pytest.mark.parametrize(("kind", "done"), [("internal_error", False), ("internal_error_after", True)])
def test_an_internal_error_in_shopify_s_words_tells_nothing_of_what_was_done(shop, order, kind, done):
    shop.served.control.add_fault(kind)
    answer = fulfil(shop, order)
    assert answer.status_code == 200
    (error,) = answer.json()["errors"]
    assert error["message"].startswith(
        "Internal error. Looks like something went wrong on our end.\nRequest ID: "
    )
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert error["extensions"]["requestId"] in error["message"]
    assert answer.json()["data"] is None
    assert shipped(shop, order) is done


@pytest.mark.parametrize("done", [False, True])
def test_one_alias_breaks_and_the_others_are_answered(shop, order, done):
    control = shop.served.control
    part = control.order(order)["fulfillmentOrders"][0]["id"]
    control.break_root("fulfillmentCreate", done=done)
    answer = shop(
        """mutation($f: FulfillmentInput!) { a: fulfillmentCreate(fulfillment: $f) { userErrors { message } }
           b: fulfillmentCancel(id: "gid://shopify/Fulfillment/1") { userErrors { message } } }""",
        f={"lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": part}]},
    ).json()
    assert answer["data"] == {"a": None, "b": {"userErrors": [{"message": "Fulfillment not found."}]}}
    assert [(error["path"], error["extensions"]["code"]) for error in answer["errors"]] == [
        (["a"], "INTERNAL_SERVER_ERROR")
    ]
    assert shipped(shop, order) is done


def test_a_gateway_that_gives_up_while_the_store_goes_on(shop, order):
    shop.served.control.add_fault("gateway_timeout", seconds=0.3)
    assert fulfil(shop, order).status_code == 504
    assert not shipped(shop, order)
    deadline = time.monotonic() + 5
    while not shipped(shop, order) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert shipped(shop, order)


def test_a_slow_store_behind_a_gateway_commits_what_it_was_told(make_sandbox, client_of):
    shop = client_of(make_sandbox(orders=0, pace=1, gateway_timeout=0.2))
    order = shop.served.control.new_order([("OLIO-EVO-1L", 1)])
    assert fulfil(shop, order).status_code == 504
    deadline = time.monotonic() + 5
    while not shipped(shop, order) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert shipped(shop, order)


def test_a_page_that_is_no_json_and_an_answer_that_ends_in_the_middle(shop):
    shop.served.control.add_fault("login_page", method="read")
    assert shop(ASK).text.startswith("<!DOCTYPE html>")
    shop.served.control.add_fault("truncated", method="read")
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        shop(ASK).json()


def test_the_requests_that_were_seen_are_named_by_what_they_ask_for(shop, order):
    shop.served.control.forget_requests()
    shop(ASK)
    fulfil(shop, order)
    path = "/admin/api/2026-07/graphql.json"
    assert [(one.method, one.path) for one in shop.served.control.requests()] == [
        ("POST", f"{path} shop"),
        ("POST", f"{path} fulfillmentCreate"),
    ]


def test_faults_are_set_and_orders_changed_over_the_control_routes(shop, order):
    number = order.rpartition("/")[2]
    control = f"{shop.served.url}/__sandbox__"
    httpx.post(f"{control}/faults", json={"kind": "internal_error", "method": "read"})
    assert shop.errors(ASK)[0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    changed = httpx.post(f"{control}/orders/{number}", json={"ship": {"number": "N1", "notify": True}}).json()
    assert changed["displayFulfillmentStatus"] == "FULFILLED"
    assert httpx.get(f"{control}/orders/{number}").json() == changed
    (mail,) = httpx.get(f"{control}/mails").json()
    assert (mail["order_id"], mail["tracking_numbers"]) == (order, ["N1"])
    refused = httpx.post(f"{control}/orders/{number}", json={"cancel": True})
    assert (refused.status_code, refused.json()["error"]) == (
        400,
        "Cannot cancel an order that has outstanding fulfillments",
    )
    unknown = httpx.post(f"{control}/orders/{number}", json={"fly": True})
    assert "not by fly" in unknown.json()["error"]
