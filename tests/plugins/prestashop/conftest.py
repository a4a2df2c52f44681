"""Emulated PrestaShop stores, and a bare client for them; see the folder above for what is made of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from fbridge.sandbox import ServedSandbox
from fbridge_prestashop.sandbox import PrestaShopSandbox, create_sandbox

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def create_store() -> Callable[..., PrestaShopSandbox]:
    return create_sandbox


class StoreClient:
    """Sends requests with the store's key; ``call("GET", "/orders", display="full")`` asks for JSON."""

    def __init__(self, served: ServedSandbox) -> None:
        self.served = served
        self.http = httpx.Client(base_url=f"{served.url}/api", timeout=30)

    def __call__(
        self, method: str, path: str, body: str | None = None, *, key: str = "full", **query: str
    ) -> httpx.Response:
        return self.http.request(
            method,
            path,
            params={"output_format": "JSON", **query},
            content=body,
            auth=(self.served.control.keys[key].key, ""),
        )

    def rows(self, resource: str, **query: str) -> list[dict[str, Any]]:
        """A list in JSON, whole rows unless ``display`` says otherwise."""
        answer = self("GET", f"/{resource}", **({"display": "full"} | query))
        assert answer.status_code == 200, answer.text
        return list(answer.json()[resource]) if answer.json() else []


@pytest.fixture
def client_class() -> type[StoreClient]:
    return StoreClient
