"""The hand behind the emulated store, and its staff."""

from __future__ import annotations

from typing import Any

import pytest

TURIN = 70_000_000_002


@pytest.fixture
def shop(make_sandbox: Any, client_of: Any) -> Any:
    return client_of(make_sandbox(orders=0))


@pytest.fixture
def control(shop: Any) -> Any:
    return shop.served.control


def test_orders_are_named_by_global_id_or_number(control):
    order = control.new_order([("OLIO-EVO-1L", 1)])
    number = int(order.rpartition("/")[2])
    assert control.order(number) == control.order(order)
    with pytest.raises(LookupError, match="no order 5"):
        control.order(5)
    with pytest.raises(ValueError, match="is not the id of Order"):
        control.order("gid://shopify/Product/5")
    with pytest.raises(LookupError, match="no article NOPE"):
        control.new_order([("NOPE", 1)])


def test_the_staff_sees_status_numbers_and_mails_and_cancels(shop, control):
    keeper = shop.served.app.shopkeeper
    shipped, cancelled = (control.new_order([("OLIO-EVO-1L", 1)]) for _ in range(2))
    control.ship_by_hand(shipped, number="N1", company="BRT", notify=True)
    shown = keeper.shows(shipped)
    assert (shown.status, shown.numbers, shown.mails) == ("FULFILLED", ("N1",), 1)
    keeper.cancel(cancelled)
    assert keeper.shows(cancelled).status == "CANCELLED"
    with pytest.raises(ValueError, match="already been canceled"):
        keeper.cancel(cancelled)


def test_a_cancelled_cod_order_is_voided(control):
    order = control.new_order([("OLIO-EVO-1L", 1)], cod=True)
    control.cancel(order)
    shown = control.order(order)
    assert shown["displayFinancialStatus"] == "VOIDED"
    assert [one["status"] for one in shown["fulfillmentOrders"]] == ["CLOSED"]


def test_a_line_can_be_divided_over_two_locations(control):
    order = control.new_order([("OLIO-EVO-1L", 3)])
    control.move(order, 0, TURIN, 1)
    shown = [
        (one["location"].rpartition("/")[2], [line["remaining"] for line in one["lines"]])
        for one in control.order(order)["fulfillmentOrders"]
    ]
    assert shown == [("70000000001", [2]), (str(TURIN), [1])]
    assert len(control.ship_by_hand(order)) == 2
    assert control.order(order)["displayFulfillmentStatus"] == "FULFILLED"


def test_a_hold_is_set_and_released(control):
    order = control.new_order([("OLIO-EVO-1L", 1)])
    control.hold(order, "AWAITING_PAYMENT")
    assert control.order(order)["displayFulfillmentStatus"] == "ON_HOLD"
    control.release(order)
    assert control.order(order)["displayFulfillmentStatus"] == "UNFULFILLED"


def test_a_number_is_entered_by_hand_in_what_was_shipped_or_with_one_piece(control):
    order = control.new_order([("OLIO-EVO-1L", 2)])
    control.add_number_by_hand(order, "A")
    control.add_number_by_hand(order, "B")
    (made,) = control.order(order)["fulfillments"]
    assert [row["number"] for row in made["trackingInfo"]] == ["A", "B"]
    assert list(made["lines"].values()) == [1]


def test_refunds_before_and_after_the_goods_left(control):
    order = control.new_order([("OLIO-EVO-1L", 2)])
    control.ship_by_hand(order, {0: 1})
    control.refund(order, 0, 2)
    (line,) = control.order(order)["lineItems"]
    assert (line["currentQuantity"], line["unfulfilledQuantity"]) == (0, 0)
    assert control.order(order)["displayFulfillmentStatus"] == "FULFILLED"
    with pytest.raises(ValueError, match="only 0 pieces left"):
        control.refund(order, 0, 1)


def test_orders_can_be_deleted_malformed_and_made_to_show_anything(shop, control):
    gone, strange, shown = (control.new_order([("OLIO-EVO-1L", 1)]) for _ in range(3))
    control.delete(gone)
    control.malform(strange)
    control.show(shown, displayFulfillmentStatus="RESTOCKED")
    page = shop.data(
        "{ orders(first: 9) { nodes { id displayFulfillmentStatus lineItems(first: 1) { nodes { quantity } } } } }"
    )
    found = {
        one["id"]: (one["displayFulfillmentStatus"], one["lineItems"]["nodes"][0]["quantity"])
        for one in page["nodes"]
    }
    assert found == {strange: ("UNFULFILLED", -1), shown: ("RESTOCKED", 1)}
    assert shop.data("query($id: ID!) { node(id: $id) { id } }", id=gone) is None


def test_a_changed_field_moves_the_date_and_a_field_that_is_none_is_refused(control):
    order = control.new_order([("OLIO-EVO-1L", 1)])
    control.set_changed([order], 1_700_000_000)
    control.change(order, note="Consegnare dopo le 17", tags=["B2B"])
    shown = control.order(order)
    assert (shown["note"], shown["tags"]) == ("Consegnare dopo le 17", ["B2B"])
    assert shown["updatedAt"] > "2023-11-15"
    with pytest.raises(ValueError, match="no colour"):
        control.change(order, colour="red")


def test_a_generated_order_that_is_changed_stays_changed(make_sandbox):
    control = make_sandbox(orders=3).control
    order = control.order_ids()[0]
    before = control.order(order)
    control.change(order, note="changed")
    assert control.order(order)["note"] == "changed"
    assert control.order(order)["lineItems"] == before["lineItems"]


def test_apps_change_close_and_cancel_orders_too(shop, control):
    order = control.new_order([("OLIO-EVO-1L", 1)], cod=True)
    fields = "{ order { note tags closed displayFinancialStatus } userErrors { field message } }"
    note = f"mutation($i: OrderInput!) {{ orderUpdate(input: $i) {fields} }}"
    assert shop.data(note, i={"id": order, "note": "x", "tags": ["b", "a"]})["order"]["tags"] == ["a", "b"]
    paid = f"mutation($i: OrderMarkAsPaidInput!) {{ orderMarkAsPaid(input: $i) {fields} }}"
    assert shop.data(paid, i={"id": order})["order"]["displayFinancialStatus"] == "PAID"
    assert shop.refused(paid, i={"id": order})[0]["field"] == ["id"]
    close = f"mutation($i: OrderCloseInput!) {{ orderClose(input: $i) {fields} }}"
    assert shop.data(close, i={"id": order})["order"]["closed"] is True
    reopen = f"mutation($i: OrderOpenInput!) {{ orderOpen(input: $i) {fields} }}"
    assert shop.data(reopen, i={"id": order})["order"]["closed"] is False
    cancel = """mutation($id: ID!) { orderCancel(orderId: $id, reason: OTHER, restock: true) {
      job { done } orderCancelUserErrors { message } } }"""
    assert shop.data(cancel, id=order) == {"job": {"done": False}, "orderCancelUserErrors": []}
    again = shop.data(cancel, id=order)["orderCancelUserErrors"]
    assert again == [{"message": "Cannot cancel an order that has already been canceled"}]


def test_the_state_counts_orders_and_mails(control):
    order = control.new_order([("OLIO-EVO-1L", 1)])
    control.ship_by_hand(order, notify=True)
    control.new_order([("OLIO-EVO-1L", 1)])
    control.add_fault("slow")
    assert control.state() == {"orders": {"FULFILLED": 1, "UNFULFILLED": 1}, "mails": 1, "faults": 1}
