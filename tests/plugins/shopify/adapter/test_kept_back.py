"""Goods of an order that may not leave with us: on hold, scheduled for later, or somebody else's to ship."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.plugins.shopify.conformance_store import ShopifyUnderTest

from fbridge.errors import InputError
from fbridge.models.states import Delivery, FulfillmentState, OrderStatus, PushState
from fbridge.sandbox import ServedSandbox
from fbridge.testing import StoreClock, StoreUnderTest
from fbridge.testing.fixtures import KitFixtures
from fbridge.testing.office import CARRIER, STORE, Office, number
from fbridge_shopify.sandbox.catalogue import LOGISTICS
from fbridge_shopify.sandbox.settings import ALL_SCOPES

OURS, ALSO_OURS, THEIRS = "CAFFE-MOKA", "PASTA-GRAGN", "BOX-REGALO"
SERVICE = "Logistica Terzi"
OWN_LOCATIONS = tuple(scope for scope in ALL_SCOPES if "third_party" not in scope and "assigned" not in scope)

Act = Callable[[Any, str], None]


def hold(control: Any, order: str) -> None:
    control.hold(order, "INCORRECT_ADDRESS", "no house number")


def schedule(control: Any, order: str) -> None:
    control.schedule(order, days=10)


KEPT_BACK = pytest.mark.parametrize("keep", [pytest.param(hold, marks=pytest.mark.slow), schedule])


class OnShopify(KitFixtures):
    @pytest.fixture
    def clock(self) -> StoreClock:
        return StoreClock()

    @pytest.fixture
    def served(self, make_sandbox: Callable[..., ServedSandbox], clock: StoreClock) -> ServedSandbox:
        return make_sandbox(orders=0, clock=clock)

    @pytest.fixture
    def store(self, served: ServedSandbox) -> StoreUnderTest:
        return ShopifyUnderTest(served)


class TestKeptBack(OnShopify):
    @KEPT_BACK
    def test_at_the_fetch_it_is_not_ready(
        self, served: ServedSandbox, store: StoreUnderTest, office: Office, keep: Act
    ) -> None:
        order = store.new_order([(OURS, 2)])
        keep(served.control, order)
        office.fetch()
        with pytest.raises(InputError) as caught:
            office.pack(order, [number(1)])
        assert caught.value.reason == "order_on_hold"

    @KEPT_BACK
    def test_a_part_of_it_is_left_out_and_told(
        self, served: ServedSandbox, store: StoreUnderTest, office: Office, keep: Act
    ) -> None:
        order = store.new_order([(OURS, 2), ("TAZZA-BLU", 1)])
        keep(served.control, order)
        served.control.release(order, line=0)
        office.fetch()
        assert [(item.quantity) for item in office.pack(order, [number(1)]).items] == [2]
        held = office.fetched()[order].lines[1]
        assert (held.held, bool(held.held_why)) == (1, True)
        with pytest.raises(InputError, match="kept back"):
            office.pack(order, [number(2)])

    @KEPT_BACK
    @pytest.mark.parametrize("released", [(), (0,)], ids=["all", "a part"])
    def test_kept_back_meanwhile_it_does_not_leave_the_house(
        self,
        served: ServedSandbox,
        store: StoreUnderTest,
        office: Office,
        keep: Act,
        released: tuple[int, ...],
    ) -> None:
        order = store.new_order([(OURS, 2), ("TAZZA-BLU", 1)])
        office.fetch()
        office.pack(order, [number(1)])
        keep(served.control, order)
        for line in released:
            served.control.release(order, line=line)
        result = office.bridge.manifests.ship(CARRIER)
        assert not result.shipped
        assert [one.reason for one in result.results] == ["kept_back" if released else "order_on_hold"]

    @KEPT_BACK
    def test_once_released_it_goes_on_by_itself(
        self, served: ServedSandbox, clock: StoreClock, store: StoreUnderTest, office: Office, keep: Act
    ) -> None:
        """The day comes, or the hold goes, and Shopify need not count that as a change of the order."""
        order, later = store.new_order([(OURS, 2)]), store.new_order([(OURS, 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        for one in (order, later):
            keep(served.control, one)
        office.push()
        assert office.state(shipment) is PushState.REFUSED
        for _ in range(2):  # The changes are older than any overlap then.
            store.new_order([(OURS, 1)])
            office.fetch()
            clock.span += timedelta(hours=1)
            office.skip_time(timedelta(hours=1))
        for one in (order, later):
            served.control.release(one, touch=False)
        assert office.fetch().orders <= 1, "only the newest order is in the overlap"
        office.push()
        assert office.state(shipment) is PushState.SENT
        assert store.truth(order).shipped == (2,)
        assert len(store.mails(order)) == 1
        office.pack(later, [number(2)])


class TestGoodsOfAService(OnShopify):
    @pytest.fixture(
        params=[OWN_LOCATIONS, pytest.param(ALL_SCOPES, marks=pytest.mark.slow)],
        ids=["own locations", "all scopes"],
    )
    def store(self, served: ServedSandbox, request: pytest.FixtureRequest) -> StoreUnderTest:
        return ShopifyUnderTest(served, access_token=served.control.new_token(request.param))

    def test_our_part_leaves_with_us_and_theirs_is_left_to_them(
        self, served: ServedSandbox, store: StoreUnderTest, office: Office
    ) -> None:
        order = store.new_order([(OURS, 2), (THEIRS, 1)])
        office.fetch()
        kept = office.fetched()[order]
        assert (kept.status, [line.held for line in kept.lines]) == (OrderStatus.OPEN, [0, 1])
        shipment = office.ship(order, [number(1)])
        (plan,) = office.bridge.plan([STORE]).stores
        assert plan.mails == 1
        office.push()
        assert office.state(shipment) is PushState.SENT
        assert store.truth(order).shipped == (2, 0)
        office.fetch()
        assert office.fetched()[order].fulfillment_state is FulfillmentState.PARTIAL
        served.control.ship_by_hand(order, number="THEIRS1", company="UPS")
        office.fetch()
        assert office.fetched()[order].status is OrderStatus.CLOSED
        office.push_until_quiet()
        assert store.truth(order).numbers == (number(1), "THEIRS1")
        assert len(store.mails(order)) == 1

    def test_nobody_can_ship_theirs_by_mistake(self, store: StoreUnderTest, office: Office) -> None:
        mixed, theirs = store.new_order([(OURS, 1), (THEIRS, 2)]), store.new_order([(THEIRS, 1)])
        office.fetch()
        with pytest.raises(InputError, match="kept back"):
            office.pack(mixed, [number(1)], [(1, 1)])
        with pytest.raises(InputError, match="kept back"):
            office.pack(theirs, [number(1)])


class TestCollected(OnShopify):
    """One checkout, two ways: what the customer collects leaves with no carrier of ours."""

    @pytest.fixture
    def order(self, served: ServedSandbox, store: StoreUnderTest, office: Office) -> str:
        order = store.new_order([(OURS, 2), ("TAZZA-BLU", 1), ("CORSO-PDF", 1)])
        served.control.let_collect(order, 1)
        office.fetch()
        return order

    def test_only_what_is_sent_leaves_and_the_rest_is_the_customers(
        self, served: ServedSandbox, store: StoreUnderTest, office: Office, order: str
    ) -> None:
        assert "collects" in office.fetched()[order].lines[1].held_why
        shipment = office.ship(order, [number(1)])
        assert office.planned_mails() == 1
        office.push()
        assert office.state(shipment) is PushState.SENT
        assert store.truth(order).shipped == (2, 0, 1)
        assert store.truth(order).numbers == (number(1),)
        with pytest.raises(InputError, match="the customer collects them"):
            office.pack(order, [number(2)])
        office.fetch()
        assert office.fetched()[order].delivery is Delivery.PICKUP

    @pytest.mark.slow
    def test_collected_meanwhile_they_get_no_number(
        self, served: ServedSandbox, store: StoreUnderTest, office: Office
    ) -> None:
        other = store.new_order([(OURS, 2), ("TAZZA-BLU", 1)])
        office.fetch()
        shipment = office.ship(other, [number(1)])
        served.control.let_collect(other, 1)
        office.push()
        assert (office.state(shipment), office.reason(shipment)) == (PushState.REFUSED, "not_fulfillable")
        assert "collects" in office.words(shipment)
        assert store.truth(other).shipped == (2, 0)


def test_pieces_that_the_customer_collects_do_not_make_up_for_those_that_somebody_sent(
    make_sandbox: Callable[..., ServedSandbox], desk_of: Any, fulfillment_of: Any
) -> None:
    served = make_sandbox(orders=0)
    order_id = served.control.new_order([(OURS, 3)])
    served.control.let_collect(order_id, 0, 1)
    desk = desk_of(served)
    line = desk.order(order_id).lines[0]
    assert (line.remaining, line.held) == (3, 1)
    served.control.ship_by_hand(order_id, {0: 2})
    late = fulfillment_of(desk.order(order_id), ["N1"], items=[(line.id, 2)])
    (entry,) = desk.push_one(late).shipments
    assert entry.outcome == "done_elsewhere"
    assert [one["remaining"] for one in served.control.order(order_id)["fulfillmentOrders"][-1]["lines"]] == [
        1
    ]


def test_whose_goods_are_whose_is_told(make_sandbox: Callable[..., ServedSandbox], desk_of: Any) -> None:
    served = make_sandbox(orders=0)
    order_id = served.control.new_order([(OURS, 2), (THEIRS, 1)])
    seen = desk_of(served).order(order_id).lines[1]
    unseen = desk_of(served, access_token=served.control.new_token(OWN_LOCATIONS)).order(order_id).lines[1]
    nameless = set(ALL_SCOPES) - {"read_locations"}
    named = desk_of(served, access_token=served.control.new_token(nameless)).order(order_id).lines[1]
    assert SERVICE in seen.held_why
    assert SERVICE in named.held_why
    assert "somebody else" in unseen.held_why


@pytest.mark.parametrize("name", [SERVICE, SERVICE.upper(), str(LOGISTICS)])
def test_the_goods_of_a_service_may_be_ours_by_setting(
    make_sandbox: Callable[..., ServedSandbox], desk_of: Any, fulfillment_of: Any, name: str
) -> None:
    served = make_sandbox(orders=0)
    desk = desk_of(served, own_services=[name])
    order = desk.order(served.control.new_order([(THEIRS, 2)]))
    assert (order.lines[0].held, order.status) == (0, OrderStatus.OPEN)
    (entry,) = desk.push_one(fulfillment_of(order, ["N1"])).shipments
    assert entry.reason == "sent"


def test_a_push_leaves_goods_alone_that_went_to_a_service_meanwhile(
    make_sandbox: Callable[..., ServedSandbox], desk_of: Any, fulfillment_of: Any
) -> None:
    served = make_sandbox(orders=0)
    order_id = served.control.new_order([(OURS, 2)])
    planned = fulfillment_of(desk_of(served).order(order_id), ["N1"])
    served.control.move(order_id, 0, LOGISTICS)
    desk = desk_of(served)
    late = fulfillment_of(desk.order(order_id), ["N1"])
    (entry,) = desk.push_one(late).shipments
    assert (entry.outcome, entry.reason) == ("refused", "not_fulfillable")
    assert SERVICE in entry.words
    assert entry.rests_on
    assert planned.order.lines[0].held == 0
    assert served.control.order(order_id)["fulfillments"] == []


def test_what_a_service_has_shipped_gets_no_number_of_ours(
    make_sandbox: Callable[..., ServedSandbox], desk_of: Any, fulfillment_of: Any
) -> None:
    served = make_sandbox(orders=0)
    order_id = served.control.new_order([(OURS, 2)])
    served.control.move(order_id, 0, LOGISTICS)
    served.control.ship_by_hand(order_id)
    desk = desk_of(served)
    (entry,) = desk.push_one(fulfillment_of(desk.order(order_id), ["N1"])).shipments
    (made,) = served.control.order(order_id)["fulfillments"]
    assert (entry.outcome, made["trackingInfo"]) == ("done_elsewhere", [])
    assert SERVICE in entry.words


def test_a_scope_that_was_granted_since_the_last_check_makes_nobodys_goods_ours(
    make_sandbox: Callable[..., ServedSandbox], store_of: Any, desk_of: Any
) -> None:
    served = make_sandbox(orders=0)
    order_id = served.control.new_order([(THEIRS, 1)])
    desk = desk_of(served)
    checked = store_of(served, access_token=served.control.new_token(OWN_LOCATIONS))
    desk.store = replace(desk.store, facts=checked.facts)
    assert desk.order(order_id).lines[0].held == 1
