"""Fulfillments of the emulated store: the texts and effects are those that live stores were seen to answer."""

from __future__ import annotations

from typing import Any

import pytest

CREATE = """mutation($f: FulfillmentInput!) { fulfillmentCreate(fulfillment: $f) {
  fulfillment { id name status displayStatus totalQuantity trackingInfo { company number url }
    fulfillmentLineItems(first: 9) { nodes { quantity lineItem { sku } } }
    fulfillmentOrders(first: 9) { nodes { id } } }
  userErrors { field message } } }"""
UPDATE = """mutation($id: ID!, $t: FulfillmentTrackingInput!, $n: Boolean) {
  fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $t, notifyCustomer: $n) {
  fulfillment { id status trackingInfo { company number url } } userErrors { field message } } }"""
CANCEL = """mutation($id: ID!) { fulfillmentCancel(id: $id) {
  fulfillment { status displayStatus } userErrors { field message } } }"""


@pytest.fixture
def shop(make_sandbox: Any, client_of: Any) -> Any:
    return client_of(make_sandbox(orders=0))


@pytest.fixture
def control(shop: Any) -> Any:
    return shop.served.control


def parts(control: Any, order: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = control.order(order)["fulfillmentOrders"]
    return found


def whole(*ids: str, **fields: Any) -> dict[str, Any]:
    return {"lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": one} for one in ids], **fields}


def some(part: dict[str, Any], *quantities: int, **fields: Any) -> dict[str, Any]:
    items = [
        {"id": line["id"], "quantity": quantity}
        for line, quantity in zip(part["lines"], quantities, strict=False)
    ]
    group = {"fulfillmentOrderId": part["id"], "fulfillmentOrderLineItems": items}
    return {"lineItemsByFulfillmentOrder": [group], **fields}


def states(control: Any, order: str) -> list[tuple[str, list[int]]]:
    return [(one["status"], [line["remaining"] for line in one["lines"]]) for one in parts(control, order)]


def test_a_whole_fulfillment_order_is_shipped_closed_and_the_paid_order_archived(shop, control):
    order = control.new_order([("OLIO-EVO-1L", 2), ("CAFFE-MOKA", 1)])
    (part,) = parts(control, order)
    tracking = {"company": "Hermes", "number": "N1", "url": "https://example.com/N1"}
    payload = shop.data(CREATE, f=whole(part["id"], trackingInfo=tracking))
    made = payload["fulfillment"]
    assert payload["userErrors"] == []
    assert (made["name"], made["status"], made["displayStatus"]) == ("#1001-F1", "SUCCESS", "FULFILLED")
    assert made["trackingInfo"] == [tracking]
    assert made["totalQuantity"] == 3
    assert states(control, order) == [("CLOSED", [0, 0])]
    shown = control.order(order)
    assert shown["displayFulfillmentStatus"] == "FULFILLED"
    assert shown["closedAt"] is not None


def test_a_cod_order_that_is_shipped_stays_open(shop, control):
    order = control.new_order([("OLIO-EVO-1L", 2)], cod=True)
    shop.data(CREATE, f=whole(parts(control, order)[0]["id"]))
    assert control.order(order)["displayFulfillmentStatus"] == "FULFILLED"
    assert control.order(order)["closedAt"] is None


def test_a_part_leaves_the_fulfillment_order_in_progress_and_ships_again_when_repeated(shop, control):
    order = control.new_order([("OLIO-EVO-1L", 3)])
    (part,) = parts(control, order)
    shop.data(CREATE, f=some(part, 1))
    assert states(control, order) == [("IN_PROGRESS", [2])]
    assert control.order(order)["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    shop.data(CREATE, f=some(part, 1))
    assert states(control, order) == [("IN_PROGRESS", [1])]
    assert len(control.order(order)["fulfillments"]) == 2


def test_a_whole_one_repeated_is_refused(shop, control):
    order = control.new_order([("OLIO-EVO-1L", 1)])
    (part,) = parts(control, order)
    shop.data(CREATE, f=whole(part["id"]))
    number = part["id"].rpartition("/")[2]
    assert shop.refused(CREATE, f=whole(part["id"])) == [
        {
            "field": ["fulfillment"],
            "message": f"Fulfillment order {number} has an unfulfillable status= closed.",
        }
    ]


def test_a_cancelled_order_is_refused_with_the_same_words_as_one_that_is_shipped(shop, control):
    order = control.new_order([("OLIO-EVO-1L", 1)])
    (part,) = parts(control, order)
    control.cancel(order)
    (error,) = shop.refused(CREATE, f=whole(part["id"]))
    assert error["message"].endswith("has an unfulfillable status= closed.")
    assert states(control, order) == [("CLOSED", [1])]
    assert control.order(order)["displayFulfillmentStatus"] == "UNFULFILLED"


def test_one_on_hold_is_refused(shop, control):
    order = control.new_order([("OLIO-EVO-1L", 1)])
    control.hold(order)
    (error,) = shop.refused(CREATE, f=whole(parts(control, order)[0]["id"]))
    assert error["message"].endswith("has an unfulfillable status= on_hold.")


def test_quantities_that_cannot_be_are_refused_and_nothing_is_shipped(shop, control):
    order = control.new_order([("OLIO-EVO-1L", 2)])
    (part,) = parts(control, order)
    assert shop.refused(CREATE, f=some(part, 0)) == [
        {
            "field": [
                *("fulfillment", "lineItemsByFulfillmentOrder", "0"),
                *("fulfillmentOrderLineItems", "0", "quantity"),
            ],
            "message": "Quantity must be greater than 0",
        }
    ]
    too_many = [
        {"field": ["fulfillment"], "message": "Invalid fulfillment order line item quantity requested."}
    ]
    assert shop.refused(CREATE, f=some(part, 3)) == too_many
    twice = some(part, 2)
    twice["lineItemsByFulfillmentOrder"] *= 2
    assert shop.refused(CREATE, f=twice) == too_many
    assert states(control, order) == [("OPEN", [2])]


def test_lines_and_fulfillment_orders_that_are_not_there_are_refused(shop, control):
    order = control.new_order([("OLIO-EVO-1L", 2)])
    (part,) = parts(control, order)
    wrong = {**part, "lines": [{"id": "gid://shopify/FulfillmentOrderLineItem/77"}]}
    assert shop.refused(CREATE, f=some(wrong, 1)) == [
        {"field": ["fulfillment"], "message": "Fulfillment order line item does not exist."}
    ]
    assert shop.refused(CREATE, f=whole("gid://shopify/FulfillmentOrder/77")) == [
        {"field": ["fulfillment"], "message": "Fulfillment order does not exist."}
    ]


def test_a_nonsense_id_is_an_error_of_the_request(shop):
    answer = shop(CREATE, f=whole("gid://shopify/FulfillmentOrder/0")).json()
    (error,) = answer["errors"]
    assert (error["message"], error["extensions"]) == ("invalid id", {"code": "RESOURCE_NOT_FOUND"})
    assert error["path"] == ["fulfillmentCreate"]
    assert answer["data"] == {"fulfillmentCreate": None}


def test_two_orders_or_two_locations_do_not_go_together(shop, control):
    first = control.new_order([("OLIO-EVO-1L", 1), ("TAZZA-BLU", 1)])
    second = control.new_order([("OLIO-EVO-1L", 1)])
    milan, turin = parts(control, first)
    (other,) = parts(control, second)
    numbers = [int(one.rpartition("/")[2]) for one in (milan["location"], turin["location"])]
    (error,) = shop.refused(CREATE, f=whole(milan["id"], turin["id"]))
    assert error["message"] == (
        "All fulfillment orders must be assigned to a single location. "
        f"Multiple locations with ids {numbers} were found."
    )
    orders = [int(one.rpartition("/")[2]) for one in (first, second)]
    assert [error["message"] for error in shop.refused(CREATE, f=whole(milan["id"], other["id"]))] == [
        f"All fulfillment orders must belong to the same order. Multiple orders with ids {orders} were found."
    ]


def test_several_fulfillment_orders_of_one_place_make_one_fulfillment(shop, control):
    order = control.new_order([("OLIO-EVO-1L", 2)])
    (part,) = parts(control, order)
    split = """mutation($s: [FulfillmentOrderSplitInput!]!) {
      fulfillmentOrderSplit(fulfillmentOrderSplits: $s) { userErrors { message } } }"""
    items = [{"id": part["lines"][0]["id"], "quantity": 1}]
    shop.data(split, s=[{"fulfillmentOrderId": part["id"], "fulfillmentOrderLineItems": items}])
    ids = [one["id"] for one in parts(control, order)]
    made = shop.data(CREATE, f=whole(*ids))["fulfillment"]
    assert [one["id"] for one in made["fulfillmentOrders"]["nodes"]] == ids
    assert states(control, order) == [("CLOSED", [0]), ("CLOSED", [0])]
    (shown,) = control.order(order)["fulfillments"]
    assert list(shown["lines"].values()) == [2]


def test_aliases_run_one_after_another_each_with_its_own_refusals(shop, control):
    orders = [control.new_order([("OLIO-EVO-1L", 1)]) for _ in range(2)]
    ids = [parts(control, order)[0]["id"] for order in orders]
    fields = "{ fulfillment { status } userErrors { message } }"
    answer = shop.data(
        "mutation($a: FulfillmentInput!, $b: FulfillmentInput!) {"
        f"  one: fulfillmentCreate(fulfillment: $a) {fields}"
        f"  again: fulfillmentCreate(fulfillment: $a) {fields}"
        f"  other: fulfillmentCreate(fulfillment: $b) {fields} }}",
        a=whole(ids[0]),
        b=whole(ids[1]),
    )
    assert answer["one"]["fulfillment"] == answer["other"]["fulfillment"] == {"status": "SUCCESS"}
    assert answer["again"]["fulfillment"] is None
    assert "unfulfillable status= closed" in answer["again"]["userErrors"][0]["message"]


def test_several_numbers_are_paired_with_their_links(shop, control):
    order = control.new_order([("OLIO-EVO-1L", 2)])
    tracking = {"company": "GLS Italy", "numbers": ["A", "B"], "urls": ["https://x/A", "https://x/B"]}
    made = shop.data(CREATE, f=whole(parts(control, order)[0]["id"], trackingInfo=tracking))["fulfillment"]
    assert made["trackingInfo"] == [
        {"company": "GLS Italy", "number": "A", "url": "https://x/A"},
        {"company": "GLS Italy", "number": "B", "url": "https://x/B"},
    ]


def test_a_link_is_made_for_a_carrier_that_the_store_knows_by_its_exact_name_only(shop, control):
    for company, linked in (("BRT", True), ("brt", False), ("SDA", False)):
        order = control.new_order([("OLIO-EVO-1L", 1)])
        tracking = {"company": company, "number": "N1"}
        made = shop.data(CREATE, f=whole(parts(control, order)[0]["id"], trackingInfo=tracking))[
            "fulfillment"
        ]
        assert (made["trackingInfo"][0]["url"] is not None) is linked, company


def test_the_customer_is_mailed_only_when_asked_for_with_the_numbers(shop, control):
    silent, mailed = (control.new_order([("OLIO-EVO-1L", 1)]) for _ in range(2))
    tracking = {"company": "BRT", "numbers": ["A", "B"]}
    shop.data(CREATE, f=whole(parts(control, silent)[0]["id"], trackingInfo=tracking))
    shop.data(CREATE, f=whole(parts(control, mailed)[0]["id"], trackingInfo=tracking, notifyCustomer=True))
    assert control.mails(silent) == []
    (mail,) = control.mails(mailed)
    assert (mail.kind, mail.tracking_numbers) == ("shipping_confirmation", ("A", "B"))


def test_new_tracking_takes_the_place_of_the_old_list(shop, control):
    order = control.new_order([("OLIO-EVO-1L", 1)])
    tracking = {"company": "BRT", "numbers": ["A", "B"]}
    made = shop.data(CREATE, f=whole(parts(control, order)[0]["id"], trackingInfo=tracking))["fulfillment"]
    new = {"company": "Hermes", "number": "C", "url": "https://x/C"}
    payload = shop.data(UPDATE, id=made["id"], t=new, n=True)
    assert payload["userErrors"] == []
    assert payload["fulfillment"]["trackingInfo"] == [new]
    (mail,) = control.mails(order)
    assert (mail.kind, mail.tracking_numbers) == ("shipping_update", ("C",))


def test_tracking_of_a_fulfillment_that_is_not_there_or_was_cancelled(shop, control):
    assert shop.refused(UPDATE, id="gid://shopify/Fulfillment/99", t={"number": "C"}) == [
        {"field": ["fulfillmentId"], "message": "Fulfillment does not exist."}
    ]
    order = control.new_order([("OLIO-EVO-1L", 1)])
    (made,) = control.ship_by_hand(order)
    shop.data(CANCEL, id=made)
    assert shop.refused(UPDATE, id=made, t={"number": "C"}) == []


def test_a_cancelled_fulfillment_gives_its_goods_to_a_new_fulfillment_order(shop, control):
    order = control.new_order([("OLIO-EVO-1L", 1)])
    (made,) = control.ship_by_hand(order, number="N1")
    assert control.order(order)["closedAt"] is not None
    assert shop.data(CANCEL, id=made) == {
        "fulfillment": {"status": "CANCELLED", "displayStatus": "CANCELED"},
        "userErrors": [],
    }
    assert states(control, order) == [("CLOSED", [1]), ("OPEN", [1])]
    shown = control.order(order)
    assert (shown["displayFulfillmentStatus"], shown["closedAt"]) == ("UNFULFILLED", None)
    assert shown["lineItems"][0]["unfulfilledQuantity"] == 1
    assert shop.refused(CANCEL, id=made) == []
    assert len(parts(control, order)) == 2


def test_cancelling_what_is_not_there_is_refused(shop):
    assert shop.refused(CANCEL, id="gid://shopify/Fulfillment/99") == [
        {"field": ["id"], "message": "Fulfillment not found."}
    ]


def test_an_event_shows_as_the_status_of_the_fulfillment(shop, control):
    order = control.new_order([("OLIO-EVO-1L", 1)])
    (made,) = control.ship_by_hand(order)
    event = """mutation($e: FulfillmentEventInput!) { fulfillmentEventCreate(fulfillmentEvent: $e) {
      fulfillmentEvent { status happenedAt city } userErrors { field message } } }"""
    given = {
        "fulfillmentId": made,
        "status": "DELIVERED",
        "happenedAt": "2026-11-23T09:00:00Z",
        "city": "Roma",
    }
    payload = shop.data(event, e=given)
    assert payload["fulfillmentEvent"] == {
        "status": "DELIVERED",
        "happenedAt": "2026-11-23T09:00:00Z",
        "city": "Roma",
    }
    shown = shop.data("query($id: ID!) { fulfillment(id: $id) { displayStatus deliveredAt } }", id=made)
    assert shown == {"displayStatus": "DELIVERED", "deliveredAt": "2026-11-23T09:00:00Z"}
    assert shop.refused(event, e={**given, "fulfillmentId": "gid://shopify/Fulfillment/99"}) == [
        {"field": ["fulfillmentEvent", "fulfillmentId"], "message": "Fulfillment does not exist."}
    ]
    assert shop.refused(CANCEL, id=made) == []


def test_every_change_moves_the_order_s_date(shop, control):
    order = control.new_order([("OLIO-EVO-1L", 2)])
    (part,) = parts(control, order)
    for change in (
        lambda: shop.data(CREATE, f=some(part, 1)),
        lambda: shop.data(UPDATE, id=control.order(order)["fulfillments"][0]["id"], t={"number": "C"}),
        lambda: shop.data(CANCEL, id=control.order(order)["fulfillments"][0]["id"]),
    ):
        control.set_changed([order], 1_700_000_000)
        before = control.order(order)["updatedAt"]
        change()
        assert control.order(order)["updatedAt"] > before
