"""How many of each line remain to be shipped, and what fulfillment orders say of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbridge.models.states import Delivery, OrderStatus

from .mapping_calls import LINE_ID, OTHER_ID, Make, mapped


class TestQuantities:
    @pytest.mark.parametrize(
        ("quantity", "current", "unfulfilled", "removed", "shipped", "remaining"),
        [
            (3, 3, 3, 0, 0, 3),
            (3, 3, 1, 0, 2, 1),
            (3, 2, 0, 1, 2, 0),
            (3, 2, 2, 1, 0, 2),
            (3, 0, 0, 3, 0, 0),
            (3, 3, 0, 0, 3, 0),
        ],
    )
    def test_removed_and_shipped_follow_the_stores_own_numbers(
        self,
        raw_order_of: Make,
        line_of: Make,
        quantity: int,
        current: int,
        unfulfilled: int,
        removed: int,
        shipped: int,
        remaining: int,
    ) -> None:
        line = line_of(quantity=quantity, currentQuantity=current, unfulfilledQuantity=unfulfilled)
        (got,) = mapped(raw_order_of(lines=[line])).lines
        assert (got.removed, got.shipped, got.remaining) == (removed, shipped, remaining)

    @given(data=st.data())
    def test_what_remains_is_what_the_store_would_still_ship(
        self, data: st.DataObject, raw_order_of: Make, line_of: Make
    ) -> None:
        quantity = data.draw(st.integers(0, 500))
        current = data.draw(st.integers(0, quantity))
        unfulfilled = data.draw(st.integers(0, current))
        line = line_of(quantity=quantity, currentQuantity=current, unfulfilledQuantity=unfulfilled)
        (got,) = mapped(raw_order_of(lines=[line])).lines
        assert got.remaining == unfulfilled
        assert got.removed + got.shipped + got.remaining == quantity

    def test_a_line_that_no_carrier_takes_is_never_due(self, raw_order_of: Make, line_of: Make) -> None:
        (line,) = mapped(raw_order_of(lines=[line_of(requiresShipping=False)])).lines
        assert (line.shippable, line.due) == (False, 0)

    def test_a_divided_line_shows_its_pieces_at_each_location(
        self, raw_order_of: Make, fulfillment_order_of: Make
    ) -> None:
        order = mapped(
            raw_order_of(
                fulfillment_orders=[
                    fulfillment_order_of([(LINE_ID, 2)], location="32"),
                    fulfillment_order_of([(LINE_ID, 1)], location="31"),
                ]
            )
        )
        assert order.lines[0].locations == (
            ("31", 1),
            ("32", 2),
        )

    @pytest.mark.parametrize("status", ["CLOSED", "CANCELLED"])
    def test_a_fulfillment_order_that_is_over_counts_no_more(
        self, raw_order_of: Make, fulfillment_order_of: Make, status: str
    ) -> None:
        """Cancelling a fulfillment leaves the old one closed with pieces, beside a new one with the same."""
        over = fulfillment_order_of([(LINE_ID, 3)], status=status, supportedActions=[])
        order = mapped(raw_order_of(fulfillment_orders=[over, fulfillment_order_of([(LINE_ID, 3)])]))
        assert order.lines[0].locations == (("31", 3),)
        assert order.status is OrderStatus.OPEN
        assert [one["status"] for one in order.adapter_data["fulfillment_orders"]] == [status, "OPEN"]

    def test_held_pieces_are_told_by_line(
        self, raw_order_of: Make, line_of: Make, fulfillment_order_of: Make
    ) -> None:
        lines = [line_of(), line_of(id=OTHER_ID)]
        held = fulfillment_order_of([(LINE_ID, 2)], status="ON_HOLD", supportedActions=[])
        free = fulfillment_order_of([(LINE_ID, 1), (OTHER_ID, 3)])
        order = mapped(raw_order_of(lines=lines, fulfillment_orders=[held, free]))
        assert [line.held for line in order.lines] == [2, 0]
        assert order.status is OrderStatus.OPEN


class TestUnseenFulfillmentOrders:
    def test_none_on_an_unfulfilled_order(self, raw_order_of: Make) -> None:
        assert mapped(raw_order_of(fulfillment_orders=[])).adapter_data["unseen_fulfillment_orders"] is True

    def test_some_of_them(self, raw_order_of: Make, line_of: Make, fulfillment_order_of: Make) -> None:
        """The store leaves out those of a fulfillment service, and shows those of the merchant."""
        lines = [line_of(), line_of(id=OTHER_ID)]
        order = mapped(raw_order_of(lines=lines, fulfillment_orders=[fulfillment_order_of([(LINE_ID, 3)])]))
        assert order.adapter_data["unseen_fulfillment_orders"] is True

    @pytest.mark.parametrize(
        "changes",
        [
            {"cancelledAt": "2026-11-21T08:00:00Z"},
            {"lineItems": {"nodes": []}},
        ],
    )
    def test_where_nothing_has_to_leave_nothing_is_missing(
        self, raw_order_of: Make, changes: dict[str, Any]
    ) -> None:
        order = mapped(raw_order_of(fulfillment_orders=[], **changes))
        assert order.adapter_data["unseen_fulfillment_orders"] is False

    def test_a_tip_needs_no_fulfillment_order(self, raw_order_of: Make, line_of: Make) -> None:
        order = mapped(raw_order_of(lines=[line_of(requiresShipping=False)], fulfillment_orders=[]))
        assert order.adapter_data["unseen_fulfillment_orders"] is False
        assert order.delivery is Delivery.NONE
