"""Reading orders from the emulated store: pages, search, fields."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

NAMES = """query($n: Int!, $q: String, $after: String, $key: OrderSortKeys, $back: Boolean) {
  orders(first: $n, query: $q, after: $after, sortKey: $key, reverse: $back) {
    nodes { id name updatedAt } pageInfo { hasNextPage endCursor } } }"""
MOMENT = 1_790_000_000


@pytest.fixture
def shop(make_sandbox: Any, client_of: Any) -> Any:
    return client_of(make_sandbox(orders=0))


def new_orders(shop: Any, count: int) -> list[str]:
    return [shop.served.control.new_order([("OLIO-EVO-1L", 1)]) for _ in range(count)]


def names(shop: Any, query: str | None = None, **variables: Any) -> list[str]:
    page = shop.data(NAMES, **{"n": 250, "q": query, "key": "ID", **variables})
    return [node["name"] for node in page["nodes"]]


def test_pages_by_date_of_change_join_without_gap_although_all_changed_in_one_second(shop):
    ids = new_orders(shop, 7)
    shop.served.control.set_changed(ids, MOMENT)
    seen, after = [], None
    while True:
        page = shop.data(NAMES, n=3, key="UPDATED_AT", after=after)
        seen += [node["id"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert seen == ids


def test_an_order_that_changes_while_pages_are_read_moves_to_the_end(shop):
    ids = new_orders(shop, 4)
    for place, order in enumerate(ids):
        shop.served.control.set_changed([order], MOMENT + place)
    first = shop.data(NAMES, n=2, key="UPDATED_AT")
    shop.served.control.set_changed([ids[0]], MOMENT + 9)
    rest = shop.data(NAMES, n=9, key="UPDATED_AT", after=first["pageInfo"]["endCursor"])
    assert [node["id"] for node in rest["nodes"]] == [ids[2], ids[3], ids[0]]


def test_newest_first_with_reverse_and_a_cursor(shop):
    ids = new_orders(shop, 3)
    page = shop.data(NAMES, n=2, key="ID", back=True)
    rest = shop.data(NAMES, n=2, key="ID", back=True, after=page["pageInfo"]["endCursor"])
    assert [node["id"] for node in page["nodes"] + rest["nodes"]] == ids[::-1]
    assert not rest["pageInfo"]["hasNextPage"]


@pytest.mark.parametrize(
    ("sign", "expected"),
    [(">=", ["#1002", "#1003"]), (">", ["#1003"]), ("<", ["#1001"]), ("<=", ["#1001", "#1002"])],
)
def test_search_by_date_of_change_takes_a_quoted_time(shop, sign, expected):
    for place, order in enumerate(new_orders(shop, 3)):
        shop.served.control.set_changed([order], MOMENT + place)
    moment = datetime.fromtimestamp(MOMENT + 1, UTC).isoformat().replace("+00:00", "Z")
    assert names(shop, f"updated_at:{sign}'{moment}'") == expected
    assert names(shop, f"updated_at:{sign}'{moment}'", key="UPDATED_AT") == expected


def test_search_terms_are_joined_by_and_unless_or_stands_between(shop):
    _, second, third = new_orders(shop, 3)
    shop.served.control.cancel(second)
    number = third.rpartition("/")[2]
    assert names(shop, "status:open") == ["#1001", "#1003"]
    assert names(shop, f"status:open id:{number}") == ["#1003"]
    assert names(shop, f"status:cancelled OR id:{number}") == ["#1002", "#1003"]
    assert names(shop, f"status:open AND (name:1001 OR id:{number})") == ["#1001", "#1003"]
    assert names(shop, "-status:cancelled name:#1001") == ["#1001"]
    assert names(shop, f"id:>={number}") == ["#1003"]


def test_search_by_what_is_shipped_of_an_order(shop):
    control = shop.served.control
    unshipped, shipped = new_orders(shop, 2)
    partial = control.new_order([("CAFFE-MOKA", 2)])
    control.ship_by_hand(shipped)
    control.ship_by_hand(partial, {0: 1})
    assert names(shop, "fulfillment_status:unshipped") == ["#1001"]
    assert names(shop, "fulfillment_status:fulfilled") == ["#1002"]
    assert names(shop, "fulfillment_status:partial") == ["#1003"]
    assert [control.order(order)["displayFulfillmentStatus"] for order in (unshipped, shipped, partial)] == [
        "UNFULFILLED",
        "FULFILLED",
        "PARTIALLY_FULFILLED",
    ]


def test_an_unknown_search_field_is_passed_over_with_a_warning(shop):
    new_orders(shop, 1)
    answer = shop(NAMES, n=1, q="nonsense:5").json()
    assert [node["name"] for node in answer["data"]["orders"]["nodes"]] == ["#1001"]
    (warning,) = answer["extensions"]["search"]
    assert warning["path"] == ["orders"]
    assert [one["field"] for one in warning["warnings"]] == ["nonsense"]


def test_orders_are_counted_up_to_a_limit(shop):
    new_orders(shop, 3)
    count = "query($l: Int, $q: String) { ordersCount(limit: $l, query: $q) { count precision } }"
    assert shop.data(count, l=None) == {"count": 3, "precision": "EXACT"}
    assert shop.data(count, l=2) == {"count": 2, "precision": "AT_LEAST"}
    assert shop.data(count, q="name:1002") == {"count": 1, "precision": "EXACT"}


def test_objects_are_found_by_id_and_those_that_are_not_there_are_null(shop):
    (order,) = new_orders(shop, 1)
    part = shop.served.control.order(order)["fulfillmentOrders"][0]["id"]
    found = shop.data(
        "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Order { name } } }",
        ids=[order, part, "gid://shopify/Order/1", "gid://shopify/Nothing/1"],
    )
    assert found == [
        {"__typename": "Order", "id": order, "name": "#1001"},
        {"__typename": "FulfillmentOrder", "id": part},
        None,
        None,
    ]


def test_cash_on_delivery_is_outstanding_and_named_by_its_gateway(shop):
    order = shop.served.control.new_order([("PASTA-GRAGN", 2)], cod=True)
    shown = shop.data(
        "query($id: ID!) { order(id: $id) { displayFinancialStatus paymentGatewayNames "
        "totalPriceSet { shopMoney { amount currencyCode } } totalOutstandingSet { shopMoney { amount } } } }",
        id=order,
    )
    assert shown == {
        "displayFinancialStatus": "PENDING",
        "paymentGatewayNames": ["Cash on Delivery (COD)"],
        "totalPriceSet": {"shopMoney": {"amount": "12.8", "currencyCode": "EUR"}},
        "totalOutstandingSet": {"shopMoney": {"amount": "12.8"}},
    }


def test_refunded_pieces_are_taken_off_and_need_not_be_shipped(shop):
    order = shop.served.control.new_order([("PASTA-GRAGN", 3), ("CAFFE-MOKA", 1)])
    shop.served.control.refund(order, 0, 2)
    shop.served.control.refund(order, 1, 1)
    lines = shop.data(
        "query($id: ID!) { order(id: $id) { displayFinancialStatus lineItems(first: 5) "
        "{ nodes { quantity currentQuantity unfulfilledQuantity } } "
        "fulfillmentOrders(first: 5) { nodes { lineItems(first: 5) { nodes { remainingQuantity } } } } } }",
        id=order,
    )
    assert lines["displayFinancialStatus"] == "PARTIALLY_REFUNDED"
    assert [tuple(line.values()) for line in lines["lineItems"]["nodes"]] == [(3, 1, 1), (1, 0, 0)]
    (part,) = lines["fulfillmentOrders"]["nodes"]
    assert [line["remainingQuantity"] for line in part["lineItems"]["nodes"]] == [1, 0]


def test_virtual_goods_have_a_fulfillment_order_that_needs_no_delivery(shop):
    order = shop.served.control.new_order([("CORSO-PDF", 1), ("PASTA-GRAGN", 1)])
    shown = shop.data(
        "query($id: ID!) { order(id: $id) { lineItems(first: 5) { nodes { requiresShipping } } "
        "fulfillmentOrders(first: 5) { nodes { deliveryMethod { methodType } } } } }",
        id=order,
    )
    assert [line["requiresShipping"] for line in shown["lineItems"]["nodes"]] == [False, True]
    methods = [one["deliveryMethod"]["methodType"] for one in shown["fulfillmentOrders"]["nodes"]]
    assert methods == ["NONE", "SHIPPING"]


def test_generated_orders_are_the_same_for_a_seed_and_differ_enough(make_sandbox):
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    one, other, third = (make_sandbox(orders=200, seed=seed, newest=moment).control for seed in (1, 1, 2))
    ids = one.order_ids()
    assert [one.order(order) for order in ids] == [other.order(order) for order in ids]
    assert [one.order(order) for order in ids] != [third.order(order) for order in ids]
    shown = [one.order(order) for order in ids]
    assert {order["displayFulfillmentStatus"] for order in shown} == {
        "UNFULFILLED",
        "FULFILLED",
        "PARTIALLY_FULFILLED",
        "ON_HOLD",
    }
    assert {"Cash on Delivery (COD)"} in [set(order["paymentGatewayNames"]) for order in shown]
    assert any(order["cancelledAt"] for order in shown)
    assert any(len({one["location"] for one in order["fulfillmentOrders"]}) > 1 for order in shown)
    assert any(line["quantity"] > 1 for order in shown for line in order["lineItems"])


def test_every_field_of_an_order_that_a_bridge_reads_is_answered_without_an_error(sandbox, client_of):
    shop = client_of(sandbox)
    page = shop.data(
        """{ orders(first: 60) { nodes {
          ...everything
          customer { id displayName firstName lastName defaultEmailAddress { emailAddress } }
          shippingAddress { ...place } billingAddress { ...place }
          shippingLine { title code originalPriceSet { shopMoney { amount } } }
          shippingLines(first: 2) { nodes { title } }
          channelInformation { displayName }
          refunds(first: 2) { id totalRefundedSet { shopMoney { amount } } }
          lineItems(first: 4) { edges { cursor node { id sku taxLines { rate priceSet { shopMoney { amount } } }
            product { id } variant { id barcode } weight { value unit } } } }
          fulfillmentOrders(first: 4) { nodes { id status requestStatus supportedActions { action }
            assignedLocation { name location { id name } } deliveryMethod { methodType presentedName }
            destination { city } fulfillmentHolds { id reason reasonNotes displayReason }
            lineItems(first: 4) { nodes { id sku totalQuantity lineItem { id } variant { id } } }
            fulfillments(first: 4) { nodes { id } } } }
          fulfillments(first: 4) { id name status displayStatus totalQuantity location { id }
            trackingInfo(first: 4) { company number url }
            fulfillmentLineItems(first: 4) { nodes { id quantity lineItem { id } } }
            fulfillmentOrders(first: 4) { nodes { id } } }
        } } }
        fragment place on MailingAddress { name company address1 address2 zip city provinceCode countryCodeV2 phone }
        fragment everything on Order { id legacyResourceId name number createdAt processedAt updatedAt cancelledAt
          cancelReason closed closedAt confirmed test note tags customAttributes { key value } poNumber sourceName
          displayFinancialStatus displayFulfillmentStatus returnStatus fullyPaid unpaid requiresShipping email phone
          currencyCode presentmentCurrencyCode taxesIncluded paymentGatewayNames totalWeight
          currentTotalPriceSet { presentmentMoney { amount } } totalReceivedSet { shopMoney { amount } }
          totalShippingPriceSet { shopMoney { amount } } totalTaxSet { shopMoney { amount } }
          totalDiscountsSet { shopMoney { amount } } netPaymentSet { shopMoney { amount } } }"""
    )
    assert len(page["nodes"]) == 60
