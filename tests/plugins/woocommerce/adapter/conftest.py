"""The adapter of WooCommerce, for the fixtures that every platform shares."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from fbridge.models.fulfillments import ResolvedCarrier
from fbridge.models.platforms import Store
from fbridge.sandbox import ServedSandbox
from fbridge_woocommerce import plugin
from fbridge_woocommerce.run_memory import memory_of


@pytest.fixture
def adapter() -> ModuleType:
    return plugin


@pytest.fixture
def carrier() -> ResolvedCarrier:
    """BRT, as a user would map it to what the store knows."""
    return ResolvedCarrier(code="BRT", label="BRT", site_code="brt-bartolini")


@pytest.fixture
def store_of(store_of: Callable[..., Store]) -> Callable[..., Store]:
    """The shared one, as a store is after its first push: how the plugin shows the usual carrier is known."""

    def make(served: ServedSandbox, **options: Any) -> Store:
        store = store_of(served, **options)
        memory_of(store).spellings["brt-bartolini"] = "brt-bartolini"
        return store

    return make
