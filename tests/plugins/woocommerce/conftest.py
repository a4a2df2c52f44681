"""Emulated WooCommerce stores, and a bare client for them; see the folder above for what is made of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest
from oauthlib.oauth1 import SIGNATURE_TYPE_QUERY, Client

from fbridge.sandbox import ServedSandbox
from fbridge_woocommerce.sandbox import WooCommerceSandbox, create_sandbox

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def create_store() -> Callable[..., WooCommerceSandbox]:
    return create_sandbox


class StoreClient:
    """Signs each request with OAuth 1.0a in the query, as a store without https wants it; knows nothing else."""

    def __init__(self, served: ServedSandbox) -> None:
        self.served = served
        self.http = httpx.Client(base_url=served.url, timeout=30)

    def __call__(self, method: str, path: str, key: str = "read_write", **options: Any) -> httpx.Response:
        return self.http.request(method, self.sign(method, path, key), **options)

    def sign(self, method: str, path: str, key: str = "read_write", **options: Any) -> str:
        pair = self.served.control.keys[key]
        signer = Client(
            pair.consumer_key,
            **{
                "client_secret": pair.consumer_secret,
                "signature_method": "HMAC-SHA256",
                "signature_type": SIGNATURE_TYPE_QUERY,
                **options,
            },
        )
        url, _, _ = signer.sign(f"{self.served.url}/wp-json{path}", cast("Any", method))
        return str(url)


@pytest.fixture
def client_class() -> type[StoreClient]:
    return StoreClient
