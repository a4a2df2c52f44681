"""The rate limit of the emulated store: what a request costs, and what happens when the bucket is empty."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from graphql import parse

from fbridge_shopify.sandbox import pace
from fbridge_shopify.sandbox.bucket import Bucket
from fbridge_shopify.sandbox.cost import CostOf, connection_weight
from fbridge_shopify.sandbox.schemas import schema_of

NAMES = "query($n: Int!) { orders(first: $n) { nodes { name } } }"
DEAR = """{ orders(first: 250) { nodes { id fulfillmentOrders(first: 250) { nodes { id
  lineItems(first: 250) { nodes { id } } } } } } }"""


class Clock:
    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


def cost(document: str, **variables: Any) -> CostOf:
    ast = parse(document)
    return CostOf(schema_of("2026-07"), ast, ast.definitions[0], variables)


@pytest.mark.parametrize(
    ("first", "points"), [(1, 3), (2, 3), (3, 4), (5, 5), (10, 6), (20, 7), (50, 9), (100, 11), (250, 13)]
)
def test_a_page_costs_little_more_for_many_nodes_than_for_few(first, points):
    assert cost(NAMES, n=first).requested() == points
    assert connection_weight(first) == points - 2


@pytest.mark.parametrize(
    ("document", "points"),
    [
        ("{ shop { id name } }", 1),
        ("{ shop { id shopAddress { city } } }", 2),
        ("{ ordersCount { count } }", 10),
        ("{ orders(first: 1) { edges { node { id } } pageInfo { hasNextPage } } }", 3),
        ("{ orders(first: 1) { nodes { id totalPriceSet { shopMoney { amount } } } } }", 3),
        ("{ orders(last: 10) { nodes { id lineItems(first: 10) { nodes { id } } } } }", 2 + 4 * (1 + 2 + 4)),
        ('{ nodes(ids: ["gid://shopify/Order/1", "gid://shopify/Order/2"]) { id } }', 1),
        ('mutation { fulfillmentCancel(id: "gid://shopify/Fulfillment/1") { userErrors { message } } }', 10),
        (
            (
                'mutation { fulfillmentCancel(id: "gid://shopify/Fulfillment/1") '
                "{ fulfillment { id trackingInfo { number } } userErrors { message } } }"
            ),
            11,
        ),
        (
            (
                "mutation { fulfillmentTrackingInfoUpdate("
                'fulfillmentId: "gid://shopify/Fulfillment/1", trackingInfoInput: {}) { userErrors { message } } }'
            ),
            50,
        ),
        (
            (
                'mutation { a: fulfillmentCancel(id: "gid://shopify/Fulfillment/1") { userErrors { message } } '
                'b: fulfillmentCancel(id: "gid://shopify/Fulfillment/1") { userErrors { message } } }'
            ),
            20,
        ),
        (
            (
                "{ orders(first: 250) { nodes { id lineItems(first: 50) { nodes { id } } "
                "fulfillmentOrders(first: 5) { nodes { id lineItems(first: 20) { nodes { id } } } } } } }"
            ),
            2 + 11 * (1 + 9 + 2 + 3 * (1 + 7)),
        ),
    ],
)
def test_points_of_documents(document, points):
    assert cost(document).requested() == points


def test_a_fragment_costs_what_it_holds():
    document = "query { ...all } fragment all on QueryRoot { shop { id } orders(first: 1) { nodes { id } } }"
    assert cost(document).requested() == 4


def test_what_is_not_in_the_answer_is_not_paid():
    asked = cost("{ orders(first: 50) { nodes { id customer { id } } } }")
    one = {"orders": {"nodes": [{"id": "1", "customer": {"id": "2"}}]}}
    assert asked.requested() == 2 + 7 * 2
    assert asked.actual(one) == 4
    assert asked.actual({"orders": {"nodes": [{"id": "1", "customer": None}]}}) == 3
    assert asked.actual({"orders": {"nodes": []}}) == 2
    assert asked.actual(None) == 0


def test_the_bucket_fills_again_with_time_and_never_over_its_brim():
    clock = Clock()
    bucket = Bucket(1000, 50, clock)
    assert bucket.take(900)
    assert not bucket.take(200)
    assert bucket.status() == {"maximumAvailable": 1000, "currentlyAvailable": 100, "restoreRate": 50}
    clock.seconds += 2
    assert bucket.take(200)
    clock.seconds += 3600
    assert bucket.available == 1000
    bucket.take(10)
    bucket.give_back(500)
    assert bucket.available == 1000
    bucket.drain(3)
    assert bucket.available == 3


def test_a_clock_that_goes_back_takes_nothing_away():
    clock = Clock()
    bucket = Bucket(100, 10, clock)
    bucket.take(50)
    clock.seconds -= 100
    assert bucket.available == 50


@pytest.fixture
def shop(make_sandbox: Any, client_of: Any) -> Any:
    moment, after = datetime(2026, 11, 23, 10, tzinfo=UTC), [0.0]
    served = make_sandbox(
        orders=2, bucket=1000, restore_rate=50, clock=lambda: moment + timedelta(seconds=after[0])
    )
    client = client_of(served)
    client.wait = lambda seconds: after.__setitem__(0, after[0] + seconds)
    return client


def test_each_answer_tells_the_cost_and_the_bucket(shop):
    assert shop(NAMES, n=50).json()["extensions"]["cost"] == {
        "requestedQueryCost": 9,
        "actualQueryCost": 3,
        "throttleStatus": {"maximumAvailable": 1000, "currentlyAvailable": 997, "restoreRate": 50},
    }


def test_a_request_that_the_bucket_does_not_hold_is_throttled_and_changes_nothing(shop):
    control = shop.served.control
    order = control.new_order([("OLIO-EVO-1L", 1)])
    part = control.order(order)["fulfillmentOrders"][0]["id"]
    create = (
        "mutation($f: FulfillmentInput!) { fulfillmentCreate(fulfillment: $f) { userErrors { message } } }"
    )
    given = {"lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": part}]}
    control.drain(left=4)
    answer = shop(create, f=given)
    assert answer.status_code == 200
    assert answer.json() == {
        "errors": [
            {
                "message": "Throttled",
                "extensions": {
                    "code": "THROTTLED",
                    "documentation": "https://shopify.dev/api/usage/rate-limits",
                },
            }
        ],
        "extensions": {
            "cost": {
                "requestedQueryCost": 10,
                "actualQueryCost": None,
                "throttleStatus": {"maximumAvailable": 1000, "currentlyAvailable": 4, "restoreRate": 50},
            }
        },
    }
    assert control.order(order)["displayFulfillmentStatus"] == "UNFULFILLED"
    shop.wait(0.12)
    assert shop.refused(create, f=given) == []
    assert control.order(order)["displayFulfillmentStatus"] == "FULFILLED"


def test_a_request_of_more_than_1000_points_is_refused_however_full_the_bucket_is(shop):
    answer = shop(DEAR).json()
    (error,) = answer["errors"]
    assert error["message"].startswith(
        "Query cost is 1729, which exceeds the single query max cost limit (1000)."
    )
    assert error["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert (error["extensions"]["cost"], error["extensions"]["maxCost"]) == (1729, 1000)
    assert "data" not in answer


def test_a_document_that_is_wrong_costs_nothing(shop):
    answer = shop("{ shop { nothing } }").json()
    assert "extensions" not in answer
    assert shop.served.control.shop.bucket.available == 1000


def test_mutations_of_two_requests_are_done_side_by_side(make_sandbox: Any, client_of: Any) -> None:
    """Each takes its time while the other is served: a barrier that both have to reach."""
    served = make_sandbox(orders=0)
    both = Barrier(2, timeout=20)
    served.control.shop.pace.wait = lambda seconds: both.wait() if seconds == pace.MUTATION else None
    text = "mutation($id: ID!) { fulfillmentCancel(id: $id) { userErrors { message } } }"
    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(lambda one: client_of(served)(text, id=f"gid://shopify/Fulfillment/{one}"), (1, 2))
        assert [one.status_code for one in answers] == [200, 200]
