"""The conformance suite on WooCommerce, once for each place that can hold a tracking number."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fbridge.models.states import PushState
from fbridge.sandbox import ServedSandbox
from fbridge.testing import AdapterConformance, StoreClock, StoreUnderTest
from fbridge.testing.corrected_numbers import CorrectedNumbersConformance
from fbridge.testing.fixtures import KitFixtures
from fbridge.testing.lost_answers import LostAnswersConformance
from fbridge.testing.office import Office, number
from fbridge.testing.outcomes import OutcomesConformance
from fbridge.testing.planned_mails import PlannedMailsConformance, push_as_planned
from fbridge.testing.restoring import RestoringConformance
from fbridge.testing.shipping import ShippingConformance
from fbridge.testing.taking_back import TakingBackConformance
from fbridge.testing.ways_out import WaysOutConformance

from .conformance_store import WooCommerceUnderTest

MakeSandbox = Callable[..., ServedSandbox]


class TestAdvancedShipmentTracking(AdapterConformance):
    @pytest.fixture
    def store(self, make_sandbox: MakeSandbox) -> StoreUnderTest:
        clock = StoreClock()
        return WooCommerceUnderTest(make_sandbox(orders=0, tracking="ast", clock=clock)).with_clock(clock)


@pytest.mark.slow
class TestShipmentTracking(
    ShippingConformance,
    CorrectedNumbersConformance,
    OutcomesConformance,
    PlannedMailsConformance,
    TakingBackConformance,
):
    """The same rows as Advanced Shipment Tracking's, under other routes and with carriers by name."""

    @pytest.fixture
    def store(self, make_sandbox: MakeSandbox) -> StoreUnderTest:
        return WooCommerceUnderTest(make_sandbox(orders=0, tracking="wst", wst_routes=True))


@pytest.mark.slow
class TestCoreFulfillments(AdapterConformance):
    @pytest.fixture
    def store(self, make_sandbox: MakeSandbox) -> StoreUnderTest:
        clock = StoreClock()
        return WooCommerceUnderTest(
            make_sandbox(orders=0, tracking="none", fulfillments=True, clock=clock)
        ).with_clock(clock)


@pytest.mark.slow
class TestPrivateNotes(
    ShippingConformance,
    CorrectedNumbersConformance,
    RestoringConformance,
    LostAnswersConformance,
    OutcomesConformance,
    PlannedMailsConformance,
    WaysOutConformance,
    TakingBackConformance,
):
    """What is read of orders is the same wherever their numbers are kept."""

    @pytest.fixture
    def store(self, make_sandbox: MakeSandbox) -> StoreUnderTest:
        return WooCommerceUnderTest(make_sandbox(orders=0, tracking="none"))


class TestReopenedOrders(KitFixtures):
    """A merchant takes a completed order back to processing between the plan and its run: completing mails again."""

    @pytest.fixture
    def served(self, make_sandbox: MakeSandbox) -> ServedSandbox:
        return make_sandbox(orders=0, tracking="ast")

    @pytest.fixture
    def store(self, served: ServedSandbox) -> StoreUnderTest:
        return WooCommerceUnderTest(served)

    def test_the_mail_of_completing_it_again_waits_for_a_new_plan(
        self, served: ServedSandbox, store: StoreUnderTest, office: Office
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        office.push()
        office.correct(shipment, [number(2)])
        assert office.planned_mails() == 0
        served.control.change(int(order), status="processing")
        office.push()
        assert (office.state(shipment), office.reason(shipment)) == (PushState.WAITING, "plan_outgrown")
        assert (len(store.mails(order)), store.truth(order).closed) == (1, False)
        assert push_as_planned(office, order) == 1
        assert store.truth(order).numbers == (number(2),)
