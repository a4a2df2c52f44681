"""The kit on an adapter that keeps every promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from fbridge.sandbox import ServedSandbox
from fbridge.testing import AdapterConformance, StoreUnderTest

from .toy_store import ToyUnderTest


class TestToy(AdapterConformance):
    @pytest.fixture
    def store(self, install_toy: Callable[[str], None]) -> Iterator[StoreUnderTest]:
        install_toy("adapter:adapter")
        from fbridge_toy.sandbox import ToySandbox

        with ServedSandbox(ToySandbox(), "127.0.0.1", 0) as served:
            yield ToyUnderTest(served)
