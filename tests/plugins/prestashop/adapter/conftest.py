"""The adapter of PrestaShop, for the fixtures that every platform shares."""

from __future__ import annotations

from types import ModuleType

import pytest

from fbridge.models.fulfillments import ResolvedCarrier
from fbridge_prestashop import plugin


@pytest.fixture
def adapter() -> ModuleType:
    return plugin


@pytest.fixture
def carrier() -> ResolvedCarrier:
    """BRT, as a user would map it to what the store knows."""
    return ResolvedCarrier(code="BRT", label="BRT Corriere Espresso", site_code="5")
