"""Shipments that the store has: which of them a fetch brings, and at what cost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fbridge.models.platforms import OrderQuery
from fbridge.models.states import FulfillmentState
from fbridge.sandbox import ServedSandbox
from fbridge_magento.reading import raw_pages

from .fetch_calls import (
    LONG_AGO,
    MakeSandbox,
    StoreOf,
    date_last_shipment,
    fetched,
    last_cursor,
    pages_of,
    set_updated,
    ship_a_part,
)


class TestPartialShipments:
    """They do not move an order's ``updated_at``, so shipments are asked for, too."""

    def test_one_made_after_the_last_run_is_seen(self, sandbox: ServedSandbox, store_of: StoreOf) -> None:
        order_id = sandbox.control.new_order([("TAZZA-01", 3)])
        set_updated(sandbox, [order_id], LONG_AGO)
        store = store_of(sandbox)
        cursor = last_cursor(store)
        assert str(order_id) not in fetched(store, cursor)
        before = sandbox.control.order(order_id)["updated_at"]
        ship_a_part(sandbox, order_id)
        assert sandbox.control.order(order_id)["updated_at"] == before
        order = fetched(store, cursor)[str(order_id)]
        assert (order.lines[0].shipped, order.fulfillment_state) == (1, FulfillmentState.PARTIAL)

    def test_one_made_hours_before_this_run_and_after_the_last_is_seen(
        self, sandbox: ServedSandbox, store_of: StoreOf
    ) -> None:
        order_id = sandbox.control.new_order([("TAZZA-01", 3)])
        set_updated(sandbox, [order_id], LONG_AGO)
        store = store_of(sandbox)
        ship_a_part(sandbox, order_id)
        date_last_shipment(sandbox, datetime.now(UTC) - timedelta(hours=3))
        last_run = {"since": (datetime.now(UTC) - timedelta(hours=5)).isoformat()}
        cursor = {"orders": last_run, "shipments": last_run, "scope": {"views": []}}
        assert fetched(store, cursor)[str(order_id)].lines[0].shipped == 1

    def test_one_that_was_saved_late_is_seen_although_its_order_was_read_before(
        self, sandbox: ServedSandbox, store_of: StoreOf
    ) -> None:
        """Its time is that of its beginning, a minute before the order's page was made without it."""
        order_id = sandbox.control.new_order([("TAZZA-01", 3)])
        now = datetime.now(UTC)
        set_updated(sandbox, [order_id], now - timedelta(minutes=30))
        pages = raw_pages(store_of(sandbox), OrderQuery(since=now - timedelta(hours=1)))
        first = {row.order["entity_id"]: row.order for row in next(pages).orders}
        assert first[order_id]["items"][0]["qty_shipped"] == 0
        ship_a_part(sandbox, order_id)
        date_last_shipment(sandbox, now - timedelta(seconds=60))
        later = {row.order["entity_id"]: row.order for page in pages for row in page.orders}
        assert later[order_id]["items"][0]["qty_shipped"] == 1

    def test_one_made_since_a_date_is_seen_by_the_first_run(
        self, sandbox: ServedSandbox, store_of: StoreOf
    ) -> None:
        order_id = sandbox.control.new_order([("TAZZA-01", 3)])
        set_updated(sandbox, [order_id], LONG_AGO)
        ship_a_part(sandbox, order_id)
        got = fetched(store_of(sandbox), since=datetime.now(UTC) - timedelta(minutes=30))
        assert got[str(order_id)].lines[0].shipped == 1

    def test_one_made_while_pages_are_read_is_seen(
        self, make_sandbox: MakeSandbox, store_of: StoreOf
    ) -> None:
        served = make_sandbox(orders=350)
        order_id = served.control.new_order([("TAZZA-01", 3)])
        set_updated(served, [order_id], LONG_AGO)
        pages = pages_of(store_of(served))
        got = {order.remote_id: order for order in next(pages).orders}
        assert got[str(order_id)].lines[0].shipped == 0
        ship_a_part(served, order_id)
        got |= {order.remote_id: order for page in pages for order in page.orders}
        assert got[str(order_id)].lines[0].shipped == 1

    def test_hundreds_are_gone_through_page_by_page(
        self, make_sandbox: MakeSandbox, store_of: StoreOf
    ) -> None:
        served = make_sandbox(orders=0)
        ids = [served.control.new_order([("TAZZA-01", 3)]) for _ in range(230)]
        set_updated(served, ids, LONG_AGO)
        store = store_of(served)
        cursor = last_cursor(store)
        for order_id in ids:
            ship_a_part(served, order_id)
        pages = list(pages_of(store, cursor))
        assert {order.remote_id for page in pages for order in page.orders} == set(map(str, ids))
        # From any cursor the rest still comes.
        for number, page in enumerate(pages[:-1]):
            seen = {order.remote_id for earlier in pages[: number + 1] for order in earlier.orders}
            assert seen | set(fetched(store, page.cursor)) == set(map(str, ids))

    def test_orders_shipped_whole_are_read_once(self, make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
        """Their ``updated_at`` moved, so the first feed has brought them already."""
        served = make_sandbox(orders=0)
        ids = [served.control.new_order([("TAZZA-01", 1)]) for _ in range(30)]
        store = store_of(served)
        for order_id in ids:
            served.control.ship(order_id)
        hour_ago = datetime.now(UTC) - timedelta(hours=1)
        for shipment in served.control.shop.shipments.values():
            shipment.created = int(hour_ago.timestamp())
        got = [order.remote_id for page in pages_of(store, since=hour_ago) for order in page.orders]
        assert sorted(got) == sorted(map(str, ids))


def test_a_fetch_may_bring_shipments_along(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    served = make_sandbox(orders=60)
    got = fetched(store_of(served), shipments=True)
    assert any(order.shipments for order in got.values())
    assert all(order.marks for order in got.values())
    assert not any(order.marks for order in fetched(store_of(served)).values())
