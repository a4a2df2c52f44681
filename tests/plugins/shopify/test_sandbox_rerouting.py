"""Fulfillment orders of the emulated store: held, released, divided, moved, opened, cancelled."""

from __future__ import annotations

from typing import Any

import pytest

FIELDS = """id status supportedActions { action } fulfillmentHolds { id reason heldByRequestingApp }
  lineItems(first: 9) { nodes { totalQuantity remainingQuantity } }"""
HOLD = f"""mutation($id: ID!, $h: FulfillmentOrderHoldInput!) {{ fulfillmentOrderHold(id: $id, fulfillmentHold: $h) {{
  fulfillmentHold {{ id }} fulfillmentOrder {{ {FIELDS} }} remainingFulfillmentOrder {{ {FIELDS} }}
  userErrors {{ field message code }} }} }}"""
RELEASE = f"""mutation($id: ID!, $ids: [ID!]) {{ fulfillmentOrderReleaseHold(id: $id, holdIds: $ids) {{
  fulfillmentOrder {{ {FIELDS} }} userErrors {{ field message code }} }} }}"""
SPLIT = """mutation($s: [FulfillmentOrderSplitInput!]!) {
  fulfillmentOrderSplit(fulfillmentOrderSplits: $s) { userErrors { field message code } } }"""
MOVE = f"""mutation($id: ID!, $to: ID!, $items: [FulfillmentOrderLineItemInput!]) {{
  fulfillmentOrderMove(id: $id, newLocationId: $to, fulfillmentOrderLineItems: $items) {{
  movedFulfillmentOrder {{ {FIELDS} assignedLocation {{ location {{ id }} }} }}
  originalFulfillmentOrder {{ {FIELDS} }}
  remainingFulfillmentOrder {{ id }} userErrors {{ field message }} }} }}"""
OPEN = """mutation($id: ID!) { fulfillmentOrderOpen(id: $id) {
  fulfillmentOrder { status } userErrors { field message } } }"""
PROGRESS = """mutation($id: ID!) { fulfillmentOrderReportProgress(id: $id) {
  fulfillmentOrder { status } userErrors { field message } } }"""
CANCEL = f"""mutation($id: ID!) {{ fulfillmentOrderCancel(id: $id) {{ fulfillmentOrder {{ {FIELDS} }}
  replacementFulfillmentOrder {{ {FIELDS} }} userErrors {{ field message }} }} }}"""
TURIN = "gid://shopify/Location/70000000002"


@pytest.fixture
def shop(make_sandbox: Any, client_of: Any) -> Any:
    return client_of(make_sandbox(orders=0))


@pytest.fixture
def order(shop: Any) -> str:
    made: str = shop.served.control.new_order([("OLIO-EVO-1L", 3), ("CAFFE-MOKA", 2)])
    return made


@pytest.fixture
def part(shop: Any, order: str) -> dict[str, Any]:
    found: dict[str, Any] = shop.served.control.order(order)["fulfillmentOrders"][0]
    return found


def items(part: dict[str, Any], *quantities: int) -> list[dict[str, Any]]:
    return [
        {"id": line["id"], "quantity": quantity}
        for line, quantity in zip(part["lines"], quantities, strict=False)
    ]


def quantities(shown: dict[str, Any]) -> list[tuple[int, int]]:
    return [(line["totalQuantity"], line["remainingQuantity"]) for line in shown["lineItems"]["nodes"]]


def actions(shown: dict[str, Any]) -> list[str]:
    return [one["action"] for one in shown["supportedActions"]]


def test_one_on_hold_cannot_be_shipped_until_it_is_released(shop, part):
    held = shop.data(HOLD, id=part["id"], h={"reason": "INVENTORY_OUT_OF_STOCK"})
    shown = held["fulfillmentOrder"]
    assert (shown["status"], actions(shown)) == ("ON_HOLD", ["RELEASE_HOLD", "HOLD", "MOVE"])
    assert [one["reason"] for one in shown["fulfillmentHolds"]] == ["INVENTORY_OUT_OF_STOCK"]
    assert held["remainingFulfillmentOrder"] is None
    released = shop.data(RELEASE, id=part["id"])["fulfillmentOrder"]
    assert (released["status"], released["fulfillmentHolds"]) == ("OPEN", [])
    assert actions(released) == ["CREATE_FULFILLMENT", "REPORT_PROGRESS", "MOVE", "HOLD", "SPLIT"]


def test_it_stays_on_hold_until_the_last_hold_is_released(shop, part):
    first, second = (
        shop.data(HOLD, id=part["id"], h={"reason": "OTHER", "handle": handle})["fulfillmentHold"]["id"]
        for handle in ("one", "two")
    )
    assert shop.data(RELEASE, id=part["id"], ids=[first])["fulfillmentOrder"]["status"] == "ON_HOLD"
    assert shop.data(RELEASE, id=part["id"], ids=[second])["fulfillmentOrder"]["status"] == "OPEN"


def test_held_pieces_stay_and_the_rest_gets_a_fulfillment_order_until_the_release(shop, order, part):
    held = shop.data(HOLD, id=part["id"], h={"reason": "OTHER", "fulfillmentOrderLineItems": items(part, 1)})
    assert quantities(held["fulfillmentOrder"]) == [(1, 1)]
    assert quantities(held["remainingFulfillmentOrder"]) == [(2, 2), (2, 2)]
    assert shop.served.control.order(order)["displayFulfillmentStatus"] == "UNFULFILLED"
    released = shop.data(RELEASE, id=part["id"])["fulfillmentOrder"]
    assert quantities(released)[0] == (3, 3)


def test_holds_that_cannot_be_are_refused(shop, part):
    def refused(**given: Any) -> tuple[str, str]:
        (error,) = shop.refused(HOLD, id=part["id"], h={"reason": "OTHER", **given})
        return error["code"], ".".join(error["field"])

    assert refused(fulfillmentOrderLineItems=items(part, 0)) == (
        "GREATER_THAN_ZERO",
        "fulfillmentHold.fulfillmentOrderLineItems.0.quantity",
    )
    assert (
        refused(fulfillmentOrderLineItems=items(part, 1) * 2)[0] == "DUPLICATED_FULFILLMENT_ORDER_LINE_ITEMS"
    )
    shop.data(HOLD, id=part["id"], h={"reason": "OTHER", "handle": "mine"})
    assert refused(handle="mine") == ("DUPLICATE_FULFILLMENT_HOLD_HANDLE", "fulfillmentHold.handle")
    assert refused(fulfillmentOrderLineItems=items(part, 1))[0] == "FULFILLMENT_ORDER_NOT_SPLITTABLE"
    for number in range(9):
        shop.data(HOLD, id=part["id"], h={"reason": "OTHER", "handle": f"h{number}"})
    assert refused() == ("FULFILLMENT_ORDER_HOLD_LIMIT_REACHED", "id")


def test_the_app_that_holds_it_is_not_told_without_its_scope_and_the_rest_is(shop, part):
    shop.data(HOLD, id=part["id"], h={"reason": "OTHER"})
    answer = shop(
        "query($id: ID!) { fulfillmentOrder(id: $id) { status fulfillmentHolds { reason heldByApp { id } } } }",
        id=part["id"],
    ).json()
    (error,) = answer["errors"]
    assert error["message"] == "Access denied for heldByApp field. Required access: `read_apps` access scope."
    assert error["path"] == ["fulfillmentOrder", "fulfillmentHolds", 0, "heldByApp"]
    assert error["extensions"]["code"] == "ACCESS_DENIED"
    assert answer["data"]["fulfillmentOrder"] == {
        "status": "ON_HOLD",
        "fulfillmentHolds": [{"reason": "OTHER", "heldByApp": None}],
    }


def test_split_pieces_go_to_a_new_fulfillment_order_and_the_old_one_keeps_the_rest(shop, order, part):
    given = {"fulfillmentOrderId": part["id"], "fulfillmentOrderLineItems": items(part, 1)}
    assert shop.refused(SPLIT, s=[given]) == []
    old, new = shop.served.control.order(order)["fulfillmentOrders"]
    assert (old["id"], [line["remaining"] for line in old["lines"]]) == (part["id"], [2, 2])
    assert (new["status"], [line["remaining"] for line in new["lines"]]) == ("OPEN", [1])
    ask = f"query($id: ID!) {{ fulfillmentOrder(id: $id) {{ {FIELDS} }} }}"
    assert "MERGE" in actions(shop.data(ask, id=new["id"]))


def test_splits_are_done_all_or_none(shop, order, part):
    fine = {"fulfillmentOrderId": part["id"], "fulfillmentOrderLineItems": items(part, 1)}
    wrong = {"fulfillmentOrderId": part["id"], "fulfillmentOrderLineItems": items(part, 4)}
    assert shop.refused(SPLIT, s=[fine, wrong]) == [
        {"field": None, "message": "Invalid fulfillment order line item quantity requested.", "code": None}
    ]
    assert len(shop.served.control.order(order)["fulfillmentOrders"]) == 1


def test_splits_of_nothing_are_refused(shop, part):
    (none,) = shop.refused(SPLIT, s=[{"fulfillmentOrderId": part["id"], "fulfillmentOrderLineItems": []}])
    assert none["code"] == "NO_LINE_ITEMS_PROVIDED_TO_SPLIT"
    given = {"fulfillmentOrderId": part["id"], "fulfillmentOrderLineItems": items(part, 0)}
    (zero,) = shop.refused(SPLIT, s=[given])
    assert zero["code"] == "GREATER_THAN"
    assert zero["field"] == ["fulfillmentOrderSplits", "0", "fulfillmentOrderLineItems", "0", "quantity"]


def test_moved_as_a_whole_it_keeps_its_id(shop, part):
    payload = shop.data(MOVE, id=part["id"], to=TURIN)
    assert payload["movedFulfillmentOrder"]["id"] == part["id"]
    assert payload["movedFulfillmentOrder"]["assignedLocation"] == {"location": {"id": TURIN}}
    assert payload["remainingFulfillmentOrder"] is None


def test_moved_pieces_get_a_fulfillment_order_at_the_new_place(shop, part):
    payload = shop.data(MOVE, id=part["id"], to=TURIN, items=items(part, 3, 1))
    assert quantities(payload["movedFulfillmentOrder"]) == [(3, 3), (1, 1)]
    assert (payload["originalFulfillmentOrder"]["id"], quantities(payload["originalFulfillmentOrder"])) == (
        part["id"],
        [(1, 1)],
    )
    assert payload["remainingFulfillmentOrder"]["id"] == part["id"]


def test_moves_that_cannot_be_are_refused(shop, order, part):
    assert shop.refused(MOVE, id=part["id"], to="gid://shopify/Location/1") == [
        {"field": ["id"], "message": "Location not found."}
    ]
    shop.data(PROGRESS, id=part["id"])
    (progress,) = shop.refused(MOVE, id=part["id"], to=TURIN)
    assert progress["message"].startswith("Cannot move a fulfillment order that has had progress reported.")
    shop.served.control.ship_by_hand(order)
    assert shop.refused(MOVE, id=part["id"], to=TURIN) == [
        {"field": None, "message": "Cannot change location."}
    ]


def test_reported_progress_is_ended_by_opening_it_again(shop, order, part):
    assert shop.data(PROGRESS, id=part["id"])["fulfillmentOrder"] == {"status": "IN_PROGRESS"}
    assert shop.served.control.order(order)["displayFulfillmentStatus"] == "IN_PROGRESS"
    (error,) = shop.refused(CANCEL, id=part["id"])
    assert error["message"].startswith("Cannot cancel fulfillment order that has had progress reported.")
    assert shop.data(OPEN, id=part["id"])["fulfillmentOrder"] == {"status": "OPEN"}
    assert shop.refused(OPEN, id=part["id"]) == [
        {"field": None, "message": "Expected fulfillment order status to be valid but it was open."}
    ]
    shop.served.control.ship_by_hand(order)
    assert shop.refused(OPEN, id=part["id"]) == [
        {"field": None, "message": "Expected fulfillment order status to be valid but it was closed."}
    ]
    assert shop.refused(PROGRESS, id=part["id"]) == [
        {"field": None, "message": "Cannot report progress on a fulfillment order in this state."}
    ]


def test_one_in_progress_can_be_shipped(shop, order, part):
    shop.data(PROGRESS, id=part["id"])
    shop.served.control.ship_by_hand(order)
    assert shop.served.control.order(order)["displayFulfillmentStatus"] == "FULFILLED"


def test_a_cancelled_one_is_emptied_and_another_stands_in_its_place(shop, part):
    payload = shop.data(CANCEL, id=part["id"])
    assert (payload["fulfillmentOrder"]["status"], quantities(payload["fulfillmentOrder"])) == ("CLOSED", [])
    assert payload["replacementFulfillmentOrder"]["status"] == "OPEN"
    assert quantities(payload["replacementFulfillmentOrder"]) == [(3, 3), (2, 2)]


@pytest.mark.parametrize("document", [OPEN, CANCEL, PROGRESS, RELEASE])
def test_a_fulfillment_order_that_is_not_there_is_an_error_of_the_request(shop, document):
    (error,) = shop.errors(document, id="gid://shopify/FulfillmentOrder/0")
    assert error["message"] == "Invalid id: gid://shopify/FulfillmentOrder/0"
    assert error["extensions"] == {"code": "RESOURCE_NOT_FOUND"}


def test_actions_of_other_states(shop, order, part):
    control = shop.served.control
    ask = f"query($id: ID!) {{ fulfillmentOrder(id: $id) {{ {FIELDS} }} }}"
    control.ship_by_hand(order, {0: 1})
    assert actions(shop.data(ask, id=part["id"]))[0] == "CREATE_FULFILLMENT"
    control.ship_by_hand(order)
    assert actions(shop.data(ask, id=part["id"])) == []
    single = control.order(control.new_order([("OLIO-EVO-1L", 1)]))["fulfillmentOrders"][0]
    assert "SPLIT" not in actions(shop.data(ask, id=single["id"]))
    other = control.order(control.new_order([("BOX-REGALO", 1)]))["fulfillmentOrders"][0]
    assert actions(shop.data(ask, id=other["id"]))[0] == "REQUEST_FULFILLMENT"
