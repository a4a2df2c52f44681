"""The adapter of WooCommerce, for the fixtures that every platform shares."""

from __future__ import annotations

from types import ModuleType

import pytest

from fbridge.models.fulfillments import ResolvedCarrier
from fbridge_woocommerce import plugin


@pytest.fixture
def adapter() -> ModuleType:
    return plugin


@pytest.fixture
def carrier() -> ResolvedCarrier:
    """BRT, as a user would map it to what the store knows."""
    return ResolvedCarrier(code="BRT", label="BRT", site_code="brt-bartolini")
