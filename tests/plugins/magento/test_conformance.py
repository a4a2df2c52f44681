"""The conformance suite on Magento: orders side by side, with OAuth signatures, and through the store's queue."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fbridge.sandbox import ServedSandbox
from fbridge.testing import AdapterConformance, StoreClock, StoreUnderTest
from fbridge.testing.fetching import FetchingConformance
from fbridge.testing.fixtures import KitFixtures
from fbridge.testing.planned_mails import PlannedMailsConformance
from fbridge.testing.secrecy import SecrecyConformance
from fbridge.testing.shipping import ShippingConformance

from .conformance_store import MagentoUnderTest

MakeSandbox = Callable[..., ServedSandbox]


class TestSideBySide(AdapterConformance):
    @pytest.fixture
    def store(self, make_sandbox: MakeSandbox) -> StoreUnderTest:
        clock = StoreClock()
        return MagentoUnderTest(make_sandbox(orders=0, clock=clock)).with_clock(clock)


class TestTwoSources(KitFixtures):
    """A store with multi-source inventory books on the source that the shipment names."""

    test_c03 = ShippingConformance.test_C03_goods_leave_from_the_place_that_the_shipment_names

    @pytest.fixture
    def store(self, make_sandbox: MakeSandbox) -> StoreUnderTest:
        store = MagentoUnderTest(make_sandbox(orders=0, sources=("default", "roma")))
        store.places = ("default", "roma")
        return store


@pytest.mark.slow
class TestOAuth(FetchingConformance, SecrecyConformance):
    """Tokens alone are not taken, as from 2.4.4 on where the store was not told otherwise. Only signatures differ."""

    @pytest.fixture
    def store(self, make_sandbox: MakeSandbox) -> StoreUnderTest:
        return MagentoUnderTest(make_sandbox(orders=0, bearer=False))


class TestMailOnCorrection(PlannedMailsConformance):
    @pytest.fixture
    def store(self, make_sandbox: MakeSandbox) -> StoreUnderTest:
        return MagentoUnderTest(make_sandbox(orders=0), mail_on_correction=True)
