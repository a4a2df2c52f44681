"""Emulated WooCommerce stores over loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fbridge.sandbox import ServedSandbox
from fbridge_woocommerce.sandbox import create_sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def make_sandbox() -> Iterator[Callable[..., ServedSandbox]]:
    """``make_sandbox(**options)``: a served store with these options (see ``SandboxSettings``); closed at the
    end.

    ``.url`` is its address, ``.store_settings()`` its credentials, ``.control`` looks at it and changes it.
    """
    served: list[ServedSandbox] = []

    def make(**options: Any) -> ServedSandbox:
        served.append(ServedSandbox(create_sandbox(**options), "127.0.0.1", 0))
        return served[-1]

    yield make
    for one in served:
        one.close()


@pytest.fixture
def sandbox(make_sandbox: Callable[..., ServedSandbox]) -> ServedSandbox:
    """A served store: default orders, Advanced Shipment Tracking, no core fulfillments."""
    return make_sandbox()
