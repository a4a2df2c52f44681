"""Bundles: what of them remains, whoever ships their parts."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from fbridge.models.orders import OrderLine
from fbridge.models.states import OrderStatus
from fbridge_magento.order_lines import Row, bundle_of

from .mapping_calls import Recorded, counts, item_of, mapped, refused


class TestBundles:
    def test_one_line_with_the_children_for_the_push(self, recorded: Recorded) -> None:
        got = mapped(recorded("order_bundle_separately"))
        (line,) = got.lines
        assert (line.id, line.total) == ("19", Decimal("78.8"))
        assert counts(line) == (2, 0, 0, 2)
        assert got.adapter_data["bundles"] == {"19": {"children": [["20", 1, 2, 0], ["21", 1, 2, 0]]}}

    def test_shipped_together_the_parent_counts(self, recorded: Recorded) -> None:
        order = recorded("order_bundle_together")
        item_of(order, 16)["qty_shipped"] = 1
        got = mapped(order)
        assert counts(got.lines[0]) == (1, 0, 1, 0)
        assert got.status is OrderStatus.CLOSED

    def test_shipped_separately_the_children_count(self, recorded: Recorded) -> None:
        """As recorded: all has left, and the parent shows one of two."""
        order = recorded("order_bundle_separately")
        for item_id, shipped in ((19, 1), (20, 2), (21, 2)):
            item_of(order, item_id)["qty_shipped"] = shipped
        assert counts(mapped(order).lines[0]) == (2, 0, 2, 0)

    def test_the_first_child_alone_is_no_bundle_although_the_order_is_complete(
        self, recorded: Recorded
    ) -> None:
        order = recorded("order_bundle_separately") | {"state": "complete", "status": "complete"}
        for item_id, shipped in ((19, 1), (20, 2)):
            item_of(order, item_id)["qty_shipped"] = shipped
        got = mapped(order)
        assert counts(got.lines[0]) == (2, 0, 0, 2)
        assert got.status is OrderStatus.OPEN
        assert got.adapter_data["bundles"]["19"]["children"] == [["20", 1, 0, 0], ["21", 1, 2, 0]]

    def test_cancelled_on_the_children(self, recorded: Recorded) -> None:
        got = mapped(recorded("order_canceled_bundle"))
        assert counts(got.lines[0]) == (2, 2, 0, 0)
        assert got.status is OrderStatus.CANCELLED

    def test_a_refunded_child_need_not_leave(self, recorded: Recorded) -> None:
        order = recorded("order_bundle_separately")
        item_of(order, 20)["qty_refunded"] = 2
        item_of(order, 21)["qty_shipped"] = 2
        assert counts(mapped(order).lines[0]) == (2, 0, 2, 0)

    def test_a_virtual_child_counts_for_nothing(self, recorded: Recorded) -> None:
        order = recorded("order_bundle_separately")
        item_of(order, 21)["is_virtual"] = 1
        item_of(order, 20)["qty_shipped"] = 2
        got = mapped(order)
        assert counts(got.lines[0]) == (2, 0, 2, 0)
        assert got.adapter_data["bundles"]["19"]["children"] == [["20", 1, 0, 0]]

    def test_its_discount_may_stand_on_the_children(self, recorded: Recorded) -> None:
        order = recorded("order_bundle_separately")
        item_of(order, 20)["discount_amount"] = 1.8
        item_of(order, 21)["discount_amount"] = 5
        assert mapped(order).lines[0].total == Decimal(72)

    def test_a_child_that_is_not_in_each_bundle_alike_is_named(self, recorded: Recorded) -> None:
        order = recorded("order_bundle_separately")
        item_of(order, 21)["qty_ordered"] = 3
        assert refused(order).reason.startswith("fractional_quantity: 3 pieces of line 21")

    def test_a_shipment_of_children_is_told_in_whole_bundles(self, recorded: Recorded) -> None:
        items = [(19, 1), (20, 2), (21, 2)]
        shipment = {
            "entity_id": 12,
            "order_id": 10,
            "items": [{"order_item_id": item_id, "qty": qty} for item_id, qty in items],
        }
        only_one_child = shipment | {"entity_id": 13, "items": shipment["items"][:2]}
        got = mapped(recorded("order_bundle_separately"), [shipment, only_one_child])
        assert [one.lines for one in got.shipments] == [(("19", 2),), ()]

    def test_a_shipment_without_a_refunded_child_holds_its_bundles_all_the_same(
        self, recorded: Recorded
    ) -> None:
        order = recorded("order_bundle_separately")
        item_of(order, 20)["qty_refunded"] = 1
        parts = [
            {
                "entity_id": entity_id,
                "order_id": 10,
                "items": [{"order_item_id": item_id, "qty": qty} for item_id, qty in items],
            }
            for entity_id, items in ((12, [(20, 1), (21, 1)]), (13, [(21, 1)]), (14, [(20, 1)]))
        ]
        got = mapped(order, parts)
        assert [one.lines for one in got.shipments] == [(("19", 1),), (("19", 1),), ()]

    def test_a_refund_of_whole_bundles_lets_a_shipment_lack_nothing(self, recorded: Recorded) -> None:
        order = recorded("order_bundle_separately")
        for item_id in (20, 21):
            item_of(order, item_id)["qty_refunded"] = 1
        items = [{"order_item_id": item_id, "qty": 1} for item_id in (20, 21)]
        got = mapped(order, [{"entity_id": 12, "order_id": 10, "items": items}])
        assert got.shipments[0].lines == (("19", 1),)


pieces = st.integers(0, 6)


@st.composite
def families(draw: st.DrawFn) -> tuple[Row, list[Row]]:
    """Whatever a store may count, sensible or not."""
    ordered = draw(st.integers(1, 5))
    parent = Row(id="1", ordered=ordered, shipped=draw(pieces), removed=draw(pieces))
    each = draw(st.lists(st.integers(1, 4), max_size=3))
    children = [
        Row(id=str(number), ordered=ordered * per, shipped=draw(pieces), removed=draw(pieces))
        for number, per in enumerate(each, 2)
    ]
    return parent, children


@given(families())
def test_bundles_never_promise_more_than_was_ordered(family: tuple[Row, list[Row]]) -> None:
    parent, children = family
    got = bundle_of(parent, children)
    line = OrderLine(
        id="1", sku="", name="", quantity=parent.ordered, removed=got.removed, shipped=got.shipped
    )
    assert 0 <= line.remaining <= parent.ordered
    assert 0 <= got.shipped <= parent.ordered


@given(families())
def test_as_long_as_a_child_remains_its_bundle_does(family: tuple[Row, list[Row]]) -> None:
    parent, children = family
    got = bundle_of(parent, children)
    line = OrderLine(
        id="1",
        sku="",
        name="",
        quantity=parent.ordered,
        removed=min(got.removed, parent.ordered),
        shipped=got.shipped,
    )
    assert line.remaining == got.remaining
    assert (line.remaining > 0) == (
        any(child.remaining for child in got.children) if children else parent.remaining > 0
    )
    assert all(child.remaining <= child.per_bundle * line.remaining for child in got.children)


@given(
    per=st.lists(st.integers(1, 4), min_size=1, max_size=3), ordered=st.integers(1, 6), done=st.integers(0, 6)
)
def test_whole_bundles_shipped_are_told_the_same_by_either_kind(
    per: list[int], ordered: int, done: int
) -> None:
    done = min(done, ordered)
    rows = [Row(id=str(number), ordered=ordered * each) for number, each in enumerate(per)]
    sent = [
        Row(id=row.id, ordered=row.ordered, shipped=done * each) for row, each in zip(rows, per, strict=True)
    ]
    together = bundle_of(Row(id="p", ordered=ordered, shipped=done), rows)
    separately = bundle_of(Row(id="p", ordered=ordered, shipped=1 if done else 0), sent)
    assert together == separately
    assert (together.shipped, together.remaining) == (done, ordered - done)


@settings(deadline=None)  # the first example waits for imports
@given(ordered=pieces, shipped=pieces, refunded=pieces, cancelled=pieces)
def test_what_remains_is_what_the_store_would_ship(
    recorded: Recorded, ordered: int, shipped: int, refunded: int, cancelled: int
) -> None:
    order = recorded("order_partially_refunded")
    order["items"][0] |= {
        "qty_ordered": ordered,
        "qty_shipped": shipped,
        "qty_refunded": refunded,
        "qty_canceled": cancelled,
    }
    (line,) = mapped(order).lines
    assert line.remaining == max(ordered - shipped - refunded - cancelled, 0)
