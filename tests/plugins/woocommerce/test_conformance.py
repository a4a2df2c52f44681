"""The conformance suite on WooCommerce, once for each place that can hold a tracking number."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fbridge.sandbox import ServedSandbox
from fbridge.testing import AdapterConformance, StoreClock, StoreUnderTest
from fbridge.testing.corrected_numbers import CorrectedNumbersConformance
from fbridge.testing.lost_answers import LostAnswersConformance
from fbridge.testing.outcomes import OutcomesConformance
from fbridge.testing.restoring import RestoringConformance
from fbridge.testing.shipping import ShippingConformance

from .conformance_store import WooCommerceUnderTest

MakeSandbox = Callable[..., ServedSandbox]


class TestAdvancedShipmentTracking(AdapterConformance):
    @pytest.fixture
    def store(self, make_sandbox: MakeSandbox) -> StoreUnderTest:
        clock = StoreClock()
        return WooCommerceUnderTest(make_sandbox(orders=0, tracking="ast", clock=clock)).with_clock(clock)


@pytest.mark.slow
class TestShipmentTracking(ShippingConformance, CorrectedNumbersConformance, OutcomesConformance):
    """The same rows as Advanced Shipment Tracking's, under other routes and with carriers by name."""

    @pytest.fixture
    def store(self, make_sandbox: MakeSandbox) -> StoreUnderTest:
        return WooCommerceUnderTest(make_sandbox(orders=0, tracking="wst", wst_routes=True))


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
):
    """What is read of orders is the same wherever their numbers are kept."""

    @pytest.fixture
    def store(self, make_sandbox: MakeSandbox) -> StoreUnderTest:
        return WooCommerceUnderTest(make_sandbox(orders=0, tracking="none"))
