"""Several shops in one installation: each order goes by the clock and the states of its own shop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fbridge.models.fulfillments import Fulfillment
from fbridge.models.orders import Order
from fbridge.models.platforms import OrderQuery, Store
from fbridge.models.states import Outcome
from fbridge.sandbox import ServedSandbox
from fbridge_prestashop import plugin

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MakeSandbox = Callable[..., ServedSandbox]
StoreOf = Callable[..., Store]
FulfillmentOf = Callable[..., Fulfillment]


class Clock:
    """The store's time."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def served(make_sandbox: MakeSandbox, clock: Clock) -> ServedSandbox:
    """Shop 2 is in Athens and has a Shipped of its own; the group of both has its own state for a payment error."""
    served = make_sandbox(orders=0, shops=2, clock=clock)
    served.control.configure("PS_TIMEZONE", "Europe/Athens", shop="2")
    served.control.configure("PS_OS_SHIPPING", "5", shop="2")
    served.control.configure("PS_OS_ERROR", "9", group="1")
    return served


def changed(store: Store, cursor: Any = None) -> dict[str, Order]:
    pages = list(plugin.fetch_orders(store, OrderQuery(since=NOW - timedelta(days=1), cursor=cursor)))
    return {order.remote_id: order for page in pages for order in page.orders}


def test_what_is_left_of_the_time_of_several_shops_counts_no_more(
    make_sandbox: MakeSandbox, clock: Clock, store_of: StoreOf
) -> None:
    """PrestaShop then heeds the values of all shops alone, and the other rows stay. Seen on 8.2.1."""
    served = make_sandbox(orders=0, clock=clock)
    served.control.configure("PS_TIMEZONE", "America/New_York", shop="1")
    served.control.configure("PS_OS_SHIPPING", "5", shop="1")
    made = str(served.control.add_order([("demo_3", 1)]))
    store = store_of(served)
    assert changed(store)[made].created_at == NOW
    (state,) = (one.words for one in plugin.check_store(store).findings if one.name == "shipped state")
    assert "Shipped = 4" in state


@pytest.mark.parametrize("asked", ["1", "2", "all"])
def test_an_order_has_the_clock_and_the_states_of_its_shop(
    served: ServedSandbox, store_of: StoreOf, asked: str
) -> None:
    made = {shop: str(served.control.add_order([("demo_3", 1)], shop=shop, state="9")) for shop in "12"}
    found = changed(store_of(served, id_shop=asked))
    assert set(found) == (set(made.values()) if asked == "all" else {made[asked]})
    assert {order.changed_at for order in found.values()} == {NOW}
    assert {order.status.value for order in found.values()} == {"cancelled"}, "the group's payment error"


@pytest.mark.parametrize("asked", ["1", "2", "all"])
def test_a_push_sets_the_state_of_the_orders_shop_at_its_time(
    served: ServedSandbox,
    store_of: StoreOf,
    desk_of: Callable[..., Any],
    fulfillment_of: FulfillmentOf,
    clock: Clock,
    asked: str,
) -> None:
    desk = desk_of(served, id_shop=asked)
    ids = {
        shop: served.control.add_order([("demo_3", 1)], shop=shop) for shop in "12" if asked in (shop, "all")
    }
    clock.now += timedelta(minutes=5)
    receipts = desk.push(*(fulfillment_of(order, ["BX1"]) for order in desk.orders(*ids.values())))
    assert {one.outcome for receipt in receipts.values() for one in receipt.shipments} == {Outcome.DONE}
    states = {shop: served.control.order(order)["current_state"] for shop, order in ids.items()}
    assert states == {shop: {"1": "4", "2": "5"}[shop] for shop in ids}
    assert {order.changed_at for order in changed(desk.store).values()} == {clock.now}


def test_no_change_of_a_shop_whose_clock_is_behind_is_lost(
    served: ServedSandbox, store_of: StoreOf, clock: Clock
) -> None:
    """Orders are listed by their wall clocks: what changes in Rome comes before what Athens changed earlier."""
    store = store_of(served, id_shop="all")
    rome = served.control.add_order([("demo_3", 1)], shop="1")
    served.control.add_order([("demo_3", 1)], shop="2")
    *_, last = plugin.fetch_orders(store, OrderQuery(since=NOW - timedelta(days=1)))
    clock.now += timedelta(minutes=10)
    served.control.set_state(rome, "3")
    found = changed(store, last.cursor)
    assert found[str(rome)].remote_status.startswith("3")
    assert found[str(rome)].changed_at == clock.now


def test_the_check_tells_that_only_one_of_several_shops_is_read(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    for shops, told in ((1, 0), (2, 1)):
        store = store_of(make_sandbox(orders=0, shops=shops), checked=False)
        found = [one.words for one in plugin.check_store(store).findings if one.name == "shops"]
        assert len(found) == told
    assert "orders are those of the shop of this URL. Set id_shop" in found[0]


def test_the_check_tells_what_a_shop_has_for_itself(served: ServedSandbox, store_of: StoreOf) -> None:
    store = store_of(served, checked=False, id_shop="all")
    words = {finding.name: finding.words for finding in plugin.check_store(store).findings}["shops"]
    assert "all shops, each order by its own" in words
    assert "shop 2: PS_OS_SHIPPING = 5, PS_TIMEZONE = Europe/Athens" in words
    assert "group 1: PS_OS_ERROR = 9" in words
