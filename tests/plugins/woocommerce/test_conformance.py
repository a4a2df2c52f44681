"""The conformance suite on WooCommerce, once for each place that can hold a tracking number."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fbridge.sandbox import ServedSandbox
from fbridge.testing import AdapterConformance, StoreUnderTest

from .conformance_store import WooCommerceUnderTest

MakeSandbox = Callable[..., ServedSandbox]


class TestAdvancedShipmentTracking(AdapterConformance):
    @pytest.fixture
    def store(self, make_sandbox: MakeSandbox) -> StoreUnderTest:
        return WooCommerceUnderTest(make_sandbox(orders=0, tracking="ast"))


class TestShipmentTracking(AdapterConformance):
    @pytest.fixture
    def store(self, make_sandbox: MakeSandbox) -> StoreUnderTest:
        return WooCommerceUnderTest(make_sandbox(orders=0, tracking="wst", wst_routes=True))


class TestCoreFulfillments(AdapterConformance):
    @pytest.fixture
    def store(self, make_sandbox: MakeSandbox) -> StoreUnderTest:
        return WooCommerceUnderTest(make_sandbox(orders=0, tracking="none", fulfillments=True))


class TestPrivateNotes(AdapterConformance):
    @pytest.fixture
    def store(self, make_sandbox: MakeSandbox) -> StoreUnderTest:
        return WooCommerceUnderTest(make_sandbox(orders=0, tracking="none"))
