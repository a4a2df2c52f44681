"""Emulated WooCommerce stores over loopback, and a bare client for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest
from oauthlib.oauth1 import SIGNATURE_TYPE_QUERY, Client

from fbridge.sandbox import ServedSandbox
from fbridge_woocommerce.sandbox import create_sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def make_sandbox() -> Iterator[Callable[..., ServedSandbox]]:
    """``make_sandbox(**options)``: a served store with these options (see ``SandboxSettings``).

    ``.url`` is its address, ``.store_settings()`` its credentials, ``.control`` looks at it and changes it. It is
    closed at the end of the test.
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
def client_of() -> Iterator[Callable[[ServedSandbox], StoreClient]]:
    """``client_of(served)``: a client of this store, closed at the end of the test."""
    clients: list[StoreClient] = []

    def make(served: ServedSandbox) -> StoreClient:
        clients.append(StoreClient(served))
        return clients[-1]

    yield make
    for client in clients:
        client.http.close()


@pytest.fixture
def call(sandbox: ServedSandbox, client_of: Callable[[ServedSandbox], StoreClient]) -> StoreClient:
    """``call(method, "/wc/v3/orders", json=...)`` on the ``sandbox`` store."""
    return client_of(sandbox)
