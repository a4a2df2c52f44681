"""Emulated Shopify stores, and a bare client for them; see the folder above for what is made of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from fbridge.sandbox import ServedSandbox
from fbridge_shopify.sandbox import ShopifySandbox, create_sandbox

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def create_store() -> Callable[..., ShopifySandbox]:
    return create_sandbox


class StoreClient:
    """Posts documents with the permanent token (or another one); knows nothing else."""

    def __init__(self, served: ServedSandbox) -> None:
        self.served = served
        self.http = httpx.Client(base_url=served.url, timeout=30)
        self.token = served.store_settings()["access_token"]
        self.version = "2026-07"

    def __call__(self, document: str, **variables: Any) -> httpx.Response:
        return self.http.post(
            f"/admin/api/{self.version}/graphql.json",
            json={"query": document, "variables": variables},
            headers={"X-Shopify-Access-Token": self.token},
        )

    def data(self, document: str, **variables: Any) -> Any:
        """The data of an answer without errors; of a document with one root, what stands under it."""
        answer = self(document, **variables).json()
        assert "errors" not in answer, answer["errors"]
        data = answer["data"]
        return next(iter(data.values())) if len(data) == 1 else data

    def errors(self, document: str, **variables: Any) -> list[dict[str, Any]]:
        """The errors of an answer."""
        found: list[dict[str, Any]] = self(document, **variables).json()["errors"]
        return found

    def refused(self, document: str, **variables: Any) -> list[dict[str, Any]]:
        """The user errors of a mutation."""
        payload = self.data(document, **variables)
        found: list[dict[str, Any]] = payload["userErrors"]
        return found


@pytest.fixture
def client_class() -> type[StoreClient]:
    return StoreClient
