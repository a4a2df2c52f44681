"""Orders of goods that a carrier takes and of some that none takes: with the last parcel all is fulfilled."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.plugins.shopify.conformance_store import ShopifyUnderTest

from fbridge.models.states import OrderStatus, PushState
from fbridge.sandbox import ServedSandbox
from fbridge.testing import StoreUnderTest
from fbridge.testing.faults import FaultProxy
from fbridge.testing.fixtures import KitFixtures
from fbridge.testing.lost_answers import DROPPED_AFTER, DROPPED_BEFORE
from fbridge.testing.office import STORE, Office, number

GOODS, DIGITAL, OF_A_SERVICE = ("CAFFE-MOKA", 2), ("CORSO-PDF", 1), "BOX-REGALO"


class TestDigitalGoods(KitFixtures):
    @pytest.fixture
    def served(self, make_sandbox: Callable[..., ServedSandbox]) -> ServedSandbox:
        return make_sandbox(orders=0)

    @pytest.fixture
    def store(self, served: ServedSandbox) -> StoreUnderTest:
        return ShopifyUnderTest(served)

    def test_they_go_with_the_last_parcel_and_not_before(self, store: StoreUnderTest, office: Office) -> None:
        order = store.new_order([GOODS, DIGITAL])
        office.fetch()
        office.ship(order, [number(1)], [(0, 1)])
        office.push()
        assert store.truth(order).shipped == (1, 0)
        last = office.ship(order, [number(2)])
        assert office.planned_mails() == 1
        office.push()
        truth = store.truth(order)
        assert (truth.shipped, truth.closed) == ((2, 1), True)
        assert truth.numbers == (number(1), number(2)), "goods without a carrier get no number"
        assert len(store.mails(order)) == 2
        assert office.state(last) is PushState.SENT
        office.fetch()
        assert office.fetched()[order].status is OrderStatus.CLOSED

    def test_where_the_user_does_not_want_it_the_plan_says_that_the_order_stays_partial(
        self, store: StoreUnderTest, make_office: Callable[..., Office]
    ) -> None:
        office = make_office(fulfill_digital=False)
        order = store.new_order([GOODS, DIGITAL])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        (plan,) = office.bridge.plan([STORE]).stores
        assert any(
            "CORSO-PDF" in word and "partially" in word for entry in plan.entries for word in entry.warnings
        )
        office.push()
        assert office.state(shipment) is PushState.SENT
        assert (store.truth(order).shipped, store.truth(order).closed) == ((2, 0), False)

    def test_what_the_store_fulfilled_itself_is_left_as_it_is(
        self, served: ServedSandbox, store: StoreUnderTest, office: Office
    ) -> None:
        order = store.new_order([GOODS, DIGITAL])
        served.control.ship_by_hand(order, {1: 1})
        office.fetch()
        office.ship(order, [number(1)])
        office.push()
        assert (store.truth(order).shipments, store.truth(order).closed) == (2, True)

    def test_where_a_service_ships_the_rest_they_go_with_our_own_last_parcel(
        self, served: ServedSandbox, store: StoreUnderTest, office: Office
    ) -> None:
        order = store.new_order([GOODS, (OF_A_SERVICE, 1), DIGITAL])
        office.fetch()
        office.ship(order, [number(1)], [(0, 1)])
        office.push()
        assert store.truth(order).shipped == (1, 0, 0)
        office.ship(order, [number(2)])
        office.push()
        assert store.truth(order).shipped == (2, 0, 1)
        served.control.ship_by_hand(order, number="THEIRS1", company="UPS")
        assert store.truth(order).closed
        office.push_until_quiet()
        assert len(store.mails(order)) == 2

    @pytest.mark.parametrize("numbers", [[number(1)], []], ids=["numbered", "unnumbered"])
    @pytest.mark.parametrize("fault", [DROPPED_BEFORE, DROPPED_AFTER], ids=str)
    def test_after_a_lost_answer_all_is_fulfilled_once(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy, fault: object, numbers: list[str]
    ) -> None:
        order = store.new_order([GOODS, DIGITAL])
        office.fetch()
        shipment = office.ship(order, numbers)
        proxy.strike(fault)  # type: ignore[arg-type]
        office.push_until_quiet()
        assert office.state(shipment) is PushState.SENT
        assert (store.truth(order).shipped, store.truth(order).shipments) == ((2, 1), 2)
        assert len(store.mails(order)) <= 1
