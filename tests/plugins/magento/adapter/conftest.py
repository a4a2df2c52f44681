"""The adapter of Magento, for the fixtures that every platform shares, and what a real store answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from fbridge.http import RetryPolicy, StoreHttp
from fbridge.models.fulfillments import ResolvedCarrier
from fbridge.models.platforms import Store
from fbridge.models.secrets import Secret
from fbridge.settings.resolving import secret_names
from fbridge_magento import plugin
from fbridge_magento.settings import MagentoSettings

CASSETTES = Path(__file__).parent.parent / "cassettes"
TOKEN = "t0ken5ecret" * 3


@pytest.fixture
def adapter() -> ModuleType:
    return plugin


@pytest.fixture
def carrier() -> ResolvedCarrier:
    """BRT, which a stock Magento does not know: sent as ``custom`` with this title."""
    return ResolvedCarrier(code="BRT", label="BRT Corriere Espresso")


@pytest.fixture(scope="session")
def recorded() -> Callable[[str], Any]:
    """``recorded("order_simple")``: the JSON of a cassette's first answer, made anew each time."""

    def body(cassette: str) -> Any:
        interactions = yaml.safe_load((CASSETTES / f"{cassette}.yaml").read_text("utf-8"))["interactions"]
        return json.loads(interactions[0]["response"]["body"]["string"])

    return body


@pytest.fixture
def open_store() -> Iterator[Callable[..., Store]]:
    """``open_store(**settings)``: a store with a token at https://shop.example; reads are tried twice."""
    opened: list[StoreHttp] = []
    secrets = secret_names(MagentoSettings())

    def make(*, tries: int = 2, **settings: Any) -> Store:
        loaded = MagentoSettings().load({"access_token": TOKEN, **settings})
        loaded = {key: Secret(value) if key in secrets else value for key, value in loaded.items()}
        policy = RetryPolicy(tries=tries, first_wait=0, jitter=0)
        opened.append(StoreHttp("https://shop.example", retry_policy=policy))
        return Store("lab", "https://shop.example", loaded, opened[-1])

    yield make
    for http in opened:
        http.close()
