"""Reading all that changed, on every platform alike: clocks, proxies, and orders at which a store breaks off."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fbridge.cli.fetch import lines_after
from fbridge.errors import FbridgeError, RefusedError, UnreachableError
from fbridge.models.platforms import Store
from fbridge.models.states import OrderStatus
from fbridge.testing import Office

from .reading_shops import FEW, HOUR, NO_ROUTE, NOTHING, OVER_REST, PLATFORMS, Shop


@pytest.fixture
def open_shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Shop]]:
    monkeypatch.setattr("fbridge_shopify.client._SHORT_WAIT", 0.0)
    with ExitStack() as stack:

        def make(platform: str, **options: Any) -> Shop:
            shop = Shop(platform, **options)
            stack.callback(shop.close)
            return shop

        yield make


@pytest.fixture(params=PLATFORMS)
def shop(request: pytest.FixtureRequest, open_shop: Callable[..., Shop]) -> Shop:
    return open_shop(request.param)


@pytest.fixture(params=OVER_REST)
def rest_shop(request: pytest.FixtureRequest, open_shop: Callable[..., Shop]) -> Shop:
    return open_shop(request.param)


class TestClocks:
    @pytest.mark.parametrize("back", [timedelta(minutes=10), timedelta(days=3)], ids=str)
    def test_the_stores_clock_is_put_back_between_two_fetches(self, shop: Shop, back: timedelta) -> None:
        first, second = shop.new_orders(2)
        _, cursor = shop.fetch()
        shop.ahead = -back
        shop.merchant.hold(first)
        got, cursor = shop.fetch(cursor)
        assert first in got
        assert any("clock was put back" in note for note in shop.notes)
        shop.merchant.hold(second)
        got, cursor = shop.fetch(cursor)
        assert second in got
        shop.notes.clear()
        shop.fetch(cursor)
        assert not shop.notes

    def test_the_user_is_told_and_has_the_later_version(
        self, open_shop: Callable[..., Shop], tmp_path: Path
    ) -> None:
        """Although its time is earlier than that of the version that was kept."""
        shop = open_shop("magento")
        first, second, far = shop.new_orders(3)
        shop.merchant.set_changed([far], datetime(2030, 1, 1, tzinfo=UTC))
        with Office(shop.merchant, tmp_path) as office:
            assert office.fetch().notes == ()
            shop.ahead = timedelta(minutes=-10)
            shop.merchant.hold(first)
            shop.merchant.hold(far)
            result = office.fetch()
            shop.merchant.hold(second)
            shop.ahead = timedelta(minutes=20)
            office.fetch()
            kept = office.fetched()
        assert {kept[order].status for order in (first, second, far)} == {OrderStatus.ON_HOLD}
        assert len(result.notes) == 1
        assert re.search(r"clock was put back by 0:(09:5|10:0)\d", result.notes[0])
        assert list(lines_after((result,))) == [f"shop: {result.notes[0]}"]

    def test_it_is_put_back_while_pages_are_read(self, shop: Shop) -> None:
        orders = shop.new_orders(250)
        shop.spread(orders, datetime.now(UTC) - HOUR)
        cursor: Mapping[str, Any] | None = None
        for number, page in enumerate(shop.pages()):
            cursor = page.cursor
            if number == 0:
                shop.ahead = timedelta(minutes=-30)
                shop.merchant.hold(orders[-1])
        _, cursor = shop.fetch(cursor)
        shop.merchant.hold(orders[7])
        again, _ = shop.fetch(cursor)
        assert orders[7] in again

    def test_a_fetch_that_was_killed_goes_on_after_it_was_put_back(self, shop: Shop) -> None:
        orders = shop.new_orders(250)
        shop.spread(orders, datetime.now(UTC) - timedelta(minutes=8))
        cursor = next(shop.pages()).cursor
        shop.ahead = timedelta(minutes=-10)
        shop.merchant.hold(orders[0])
        got, _ = shop.fetch(cursor)
        assert orders[0] in got
        assert got >= set(orders[100:])

    def test_it_jumps_ahead_and_comes_back(self, shop: Shop) -> None:
        first, second, third = shop.new_orders(3)
        _, cursor = shop.fetch()
        shop.ahead = HOUR
        shop.merchant.hold(first)
        got, cursor = shop.fetch(cursor)
        assert first in got
        shop.ahead = NOTHING
        shop.merchant.hold(second)
        got, cursor = shop.fetch(cursor)
        assert second in got
        shop.merchant.hold(third)
        assert third in shop.fetch(cursor)[0]

    def test_it_was_ahead_for_a_while_that_no_fetch_saw(self, shop: Shop) -> None:
        ahead = shop.new_orders(130)
        (other,) = shop.new_orders(1)
        _, cursor = shop.fetch()
        shop.ahead = HOUR
        for order in ahead:
            shop.merchant.hold(order)
        shop.ahead = NOTHING
        shop.merchant.hold(other)
        got, cursor = shop.fetch(cursor)
        assert got >= {other, *ahead}
        shop.merchant.cancel(other)
        assert other in shop.fetch(cursor)[0]

    @pytest.mark.parametrize("wrong", [timedelta(days=400), timedelta(days=-400)], ids=["ahead", "behind"])
    def test_our_own_clock_is_wrong_for_a_while(
        self, shop: Shop, wrong: timedelta, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, second, third = shop.new_orders(3)
        _, cursor = shop.fetch()
        with monkeypatch.context() as patch:
            patch.setattr(Store, "now", lambda _: datetime.now(UTC) + wrong)
            shop.merchant.hold(first)
            got, cursor = shop.fetch(cursor)
            assert first in got
        shop.merchant.hold(second)
        got, cursor = shop.fetch(cursor)
        assert second in got
        shop.merchant.hold(third)
        assert third in shop.fetch(cursor)[0]

    def test_a_date_in_the_future_carries_nothing_along(self, shop: Shop) -> None:
        far, other = shop.new_orders(2)
        shop.merchant.set_changed([far], datetime(2030, 1, 1, tzinfo=UTC))
        got, cursor = shop.fetch()
        assert got == {far, other}
        shop.merchant.hold(other)
        assert other in shop.fetch(cursor)[0]


def test_a_fetch_ends_although_orders_change_faster_than_they_are_read(shop: Shop) -> None:
    orders = shop.new_orders(320)
    shop.spread(orders, datetime.now(UTC) - HOUR)
    got, cursor = set[str](), None
    for number, page in enumerate(shop.pages()):
        assert number < 9, "the fetch runs after the merchant"
        got |= {order.remote_id for order in page.orders}
        cursor = page.cursor
        shop.ahead += timedelta(seconds=5)
        for order in orders[:220]:
            shop.merchant.touch(order)
    later, _ = shop.fetch(cursor)
    assert got | later == set(orders)
    assert later >= set(orders[:220])


def without(*names: str) -> Callable[[str], str]:
    """Takes these parameters out of a query."""
    taken = re.compile("|".join(names))
    return lambda query: "&".join(part for part in query.split("&") if not taken.match(part))


CUTS = {
    "all": {platform: lambda query: "" for platform in OVER_REST},
    "the filter": {
        "woocommerce": without("modified_after"),
        "prestashop": without("filter"),
        "magento": without("searchCriteria%5Bfilter_groups"),
    },
    "the order": {
        "woocommerce": without("order"),
        "prestashop": without("sort"),
        "magento": without("searchCriteria%5BsortOrders"),
    },
}


class TestWhatStandsBefore:
    @pytest.mark.parametrize("cut", CUTS)
    @pytest.mark.parametrize("busy", [False, True], ids=["over days", "within seconds"])
    def test_a_proxy_that_takes_the_query_away_ends_the_fetch_and_loses_nothing(
        self, rest_shop: Shop, cut: str, busy: bool
    ) -> None:
        shop = rest_shop
        orders = shop.new_orders(130)
        for number, order in enumerate(reversed(orders)):
            age = timedelta(seconds=number // 3) if busy else timedelta(hours=number)
            shop.merchant.set_changed([order], (datetime.now(UTC) - HOUR - age).replace(microsecond=0))
        list(shop.pages(order_ids=tuple(orders[:1])))  # what must be learnt of a store was learnt before
        path = re.compile(r"/orders\b")
        cutting = CUTS[cut][shop.platform]
        whole = shop.before.query

        def query(asked: str) -> str:
            return cutting(asked) if path.search(shop.before.seen[-1].partition("?")[0]) else asked

        shop.before.query = query
        shop.before.seen.clear()
        got, cursor, error = shop.fetch_until_it_fails()
        assert len(shop.before.seen) < 40
        if error is not None:
            assert isinstance(error, FbridgeError)
            assert error.reason not in {"server_error", "no_answer"}
        shop.before.query = whole
        later, _ = shop.fetch(cursor)
        assert got | later == set(orders)
        assert error is not None or got == set(orders)

    def test_a_proxy_that_takes_the_size_of_pages_away_loses_nothing(self, rest_shop: Shop) -> None:
        shop = rest_shop
        orders = shop.new_orders(130)
        shop.spread(orders, datetime.now(UTC) - HOUR)
        shop.before.query = without("per_page", "limit", "searchCriteria%5BpageSize")
        got, _, error = shop.fetch_until_it_fails()
        assert (got, error) == (set(orders), None)

    def test_nor_where_one_second_fills_pages(self, rest_shop: Shop) -> None:
        shop = rest_shop
        orders = shop.new_orders(130)
        shop.merchant.set_changed(orders, (datetime.now(UTC) - HOUR).replace(microsecond=0))
        whole = shop.before.query
        shop.before.query = without("per_page", "limit", "searchCriteria%5BpageSize")
        got, cursor, error = shop.fetch_until_it_fails()
        assert error is None or error.reason == "no_progress"
        shop.before.query = whole
        later, _ = shop.fetch(cursor)
        assert got | later == set(orders)

    @pytest.mark.parametrize("status", [302, 403, 503, 200], ids=str)
    def test_what_it_says_of_one_request_is_no_fault_of_an_order(self, shop: Shop, status: int) -> None:
        """As often as reads are tried, at each request in turn."""
        orders = shop.new_orders(3)
        shop.merchant.refund(orders[0], 0, 1)
        for number in range(1, 12):
            shop.before.seen.clear()

            def answers(path: str, nth: int = number) -> int | None:
                return status if nth <= len(shop.before.seen) < nth + 2 else None

            shop.before.answers = answers
            got, cursor, error = shop.fetch_until_it_fails()
            shop.before.answers = lambda path: None
            later, _ = shop.fetch(cursor)
            assert got | later == set(orders), f"lost at request {number}: {error}"
            assert not shop.rejected, f"booked at request {number}"


@pytest.mark.parametrize(("platform", "beside"), [("woocommerce", "/refunds"), ("magento", "/shipments")])
def test_a_route_that_the_store_does_not_know_for_a_moment_is_no_fault_of_an_order(
    open_shop: Callable[..., Shop], platform: str, beside: str
) -> None:
    """A plugin or the whole platform is being updated."""
    shop = open_shop(platform)
    orders = shop.new_orders(3)
    for order in orders[:2]:
        shop.merchant.refund(order, 0, 1)
    shop.before.body = NO_ROUTE[platform]
    shop.before.answers = lambda path: 404 if beside in path else None
    with pytest.raises(RefusedError, match="no such route: .*" + beside):
        list(shop.pages(shipments=True))
    assert not shop.rejected
    shop.before.answers = lambda path: None
    assert shop.fetch()[0] == set(orders)


def test_shopifys_cursor_comes_again(open_shop: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch) -> None:
    from fbridge_shopify.client import ShopifyClient

    shop = open_shop("shopify", bucket=20_000, restore_rate=2000)
    orders = shop.new_orders(230)
    shop.spread(orders, datetime.now(UTC) - HOUR)
    asked = ShopifyClient.changed_orders

    def same_page(client: Any, filter_: Any, after: Any, *args: Any, **options: Any) -> Any:
        return asked(client, filter_, None, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(ShopifyClient, "changed_orders", same_page)
        got, cursor, error = shop.fetch_until_it_fails()
    assert error is not None
    assert error.reason == "no_progress"
    later, _ = shop.fetch(cursor)
    assert got | later == set(orders)


class TestAnOrderAtWhichTheStoreBreaksOff:
    @pytest.mark.parametrize(
        "places",
        [(57, 58), *(pytest.param(one, marks=pytest.mark.slow) for one in [(0,), (57,), (119,), (3, 110)])],
        ids=str,
    )
    def test_it_is_named_and_the_others_come(self, shop: Shop, places: tuple[int, ...]) -> None:
        orders = shop.new_orders(120)
        for place in places:
            shop.break_off_at(orders[place])
        shop.spread(orders, datetime.now(UTC) - HOUR)
        got, cursor = shop.fetch()
        broken = {orders[place] for place in places}
        assert got == set(orders) - broken
        assert set(shop.rejected) == broken
        assert all(reason.startswith("unreadable: ") for reason in shop.rejected.values())
        shop.merchant.hold(orders[5])
        assert orders[5] in shop.fetch(cursor)[0]

    def test_where_there_is_no_other_order(self, shop: Shop) -> None:
        (only,) = shop.new_orders(1)
        shop.break_off_at(only)
        got, _ = shop.fetch()
        assert (got, set(shop.rejected)) == (set(), {only})

    def test_among_many_of_one_second(self, rest_shop: Shop) -> None:
        shop = rest_shop
        orders = shop.new_orders(130)
        shop.break_off_at(orders[64])
        shop.merchant.set_changed(orders, (datetime.now(UTC) - HOUR).replace(microsecond=0))
        got, _ = shop.fetch()
        assert got == set(orders) - {orders[64]}
        assert set(shop.rejected) == {orders[64]}

    def test_asked_for_by_its_id(self, shop: Shop) -> None:
        orders = shop.new_orders(FEW)
        shop.break_off_at(orders[4])
        pages = list(shop.pages(order_ids=tuple(orders), shipments=True))
        assert {order.remote_id for page in pages for order in page.orders} == set(orders) - {orders[4]}
        assert set(shop.rejected) == {orders[4]}
        assert not any(page.absent for page in pages)

    def test_a_store_that_is_down_is_no_fault_of_an_order(self, shop: Shop) -> None:
        orders = shop.new_orders(FEW)
        shop.served.control.add_fault("internal_error", method="read", times=400)
        got, cursor, error = shop.fetch_until_it_fails()
        assert isinstance(error, FbridgeError)
        assert not shop.rejected
        shop.served.control.faults.clear()
        later, _ = shop.fetch(cursor)
        assert got | later == set(orders)


class TestOldCursors:
    @pytest.mark.parametrize(
        "cursor",
        [
            {"after": "2026-11-28T10:00:00", "begun": "2026-11-01T00:00:00"},
            {"from": "2026-11-28 10:00:00", "id": 7, "zone": "Europe/Rome", "shop": ""},
            {
                "orders": {"from": "2026-11-28 10:00:00"},
                "shipments": {"from": "2026-11-28 10:00:00"},
                "views": [],
            },
            {"since": "2026-11-28T10:00:00Z", "after": "eyJsYXN0X2lkIjo3fQ==", "read": 100},
            {"orders": None, "bulk": 7},
            {"orders": {"since": "yesterday"}},
            {"orders": {"at": ["no position"], "since": "2026-01-01T00:00:00+00:00"}},
            {"orders": {"at": {"second": 7, "after": 7}, "since": "2026-01-01T00:00:00+00:00"}},
        ],
        ids=str,
    )
    def test_what_is_not_understood_counts_as_none(self, shop: Shop, cursor: dict[str, Any]) -> None:
        orders = shop.new_orders(3)
        assert shop.fetch(cursor)[0] == set(orders)


def test_a_fault_of_the_network_in_the_middle_loses_nothing(shop: Shop) -> None:
    orders = shop.new_orders(420)
    shop.spread(orders, datetime.now(UTC) - HOUR)
    pages, got, cursor = shop.pages(), set[str](), None
    first = next(pages)
    got |= {order.remote_id for order in first.orders}
    cursor = first.cursor
    shop.served.control.add_fault("drop_before", method="read", times=99)
    with pytest.raises(UnreachableError):
        list(pages)
    shop.served.control.faults.clear()
    assert got | shop.fetch(cursor)[0] == set(orders)
