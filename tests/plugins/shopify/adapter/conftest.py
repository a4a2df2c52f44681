"""The adapter of Shopify, for the fixtures that every platform shares, and orders as the store gives them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import vcr  # type: ignore[import-untyped]

from fbridge.http import RetryPolicy, StoreHttp
from fbridge.models.fulfillments import ResolvedCarrier
from fbridge.models.platforms import Store
from fbridge.models.secrets import Secret
from fbridge.sandbox import ServedSandbox
from fbridge_shopify import plugin
from fbridge_shopify.cost_budget import CostBudget
from fbridge_shopify.run_memory import memory_of
from fbridge_shopify.settings import ShopifySettings

CASSETTES = Path(__file__).parent.parent / "cassettes"
LINE = {
    "id": "gid://shopify/LineItem/11",
    "name": "Moka Classic - 3 cups",
    "sku": "MOKA-3",
    "quantity": 3,
    "currentQuantity": 3,
    "unfulfilledQuantity": 3,
    "requiresShipping": True,
    "discountedTotalSet": {"presentmentMoney": {"amount": "59.7"}},
    "taxLines": [{"priceSet": {"presentmentMoney": {"amount": "10.77"}}}],
}
FULFILLMENT_ORDER = {
    "id": "gid://shopify/FulfillmentOrder/21",
    "status": "OPEN",
    "supportedActions": [{"action": "CREATE_FULFILLMENT"}, {"action": "HOLD"}],
    "fulfillmentHolds": [],
    "deliveryMethod": {"methodType": "SHIPPING"},
    "assignedLocation": {"location": {"id": "gid://shopify/Location/31"}},
    "lineItems": {
        "pageInfo": {"hasNextPage": False, "endCursor": None},
        "nodes": [
            {
                "id": "gid://shopify/FulfillmentOrderLineItem/41",
                "remainingQuantity": 3,
                "lineItem": {"id": "gid://shopify/LineItem/11"},
            }
        ],
    },
}
ADDRESS = {
    "name": "Ada Esempio",
    "company": None,
    "address1": "Via Prova 1",
    "address2": "Scala B",
    "zip": "22063",
    "city": "Cantù",
    "province": "Como",
    "provinceCode": "CO",
    "countryCodeV2": "IT",
    "phone": "+39 333 0000001",
}
ORDER = {
    "id": "gid://shopify/Order/1",
    "name": "#1001",
    "createdAt": "2026-11-20T09:00:00Z",
    "updatedAt": "2026-11-22T10:11:12Z",
    "cancelledAt": None,
    "displayFinancialStatus": "PAID",
    "displayFulfillmentStatus": "UNFULFILLED",
    "presentmentCurrencyCode": "EUR",
    "taxesIncluded": True,
    "note": "Suonare due volte",
    "email": "ada@example.invalid",
    "phone": None,
    "sourceName": "web",
    "paymentGatewayNames": ["shopify_payments"],
    "currentTotalPriceSet": {"presentmentMoney": {"amount": "66.6"}},
    "totalOutstandingSet": {"presentmentMoney": {"amount": "0.0"}},
    "shippingLine": {"code": "Express", "title": "Corriere espresso"},
    "shippingAddress": ADDRESS,
    "billingAddress": ADDRESS | {"name": "Ada Esempio Srl"},
    "lineItems": {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": [LINE]},
    "fulfillmentOrders": {
        "pageInfo": {"hasNextPage": False, "endCursor": None},
        "nodes": [FULFILLMENT_ORDER],
    },
    "fulfillments": [],
}


@pytest.fixture
def adapter() -> ModuleType:
    return plugin


@pytest.fixture
def served(make_sandbox: Callable[..., ServedSandbox]) -> ServedSandbox:
    """A store without orders."""
    return make_sandbox(orders=0)


@pytest.fixture
def desk(served: ServedSandbox, desk_of: Callable[..., Any]) -> Any:
    return desk_of(served)


@pytest.fixture
def carrier() -> ResolvedCarrier:
    """BRT, as a user would map it to the name that Shopify knows."""
    return ResolvedCarrier(code="BRT", label="BRT Corriere Espresso", site_code="BRT")


@pytest.fixture(scope="session")
def line_of() -> Callable[..., dict[str, Any]]:
    """``line_of(sku="X", ...)``: a line as the store gives it, with these fields changed."""
    return lambda **changes: deepcopy(LINE) | changes


@pytest.fixture(scope="session")
def fulfillment_order_of() -> Callable[..., dict[str, Any]]:
    """``fulfillment_order_of([(line id, remaining)], location="31", status="OPEN", ...)``."""

    def make(pieces: list[tuple[str, int]], location: str | None = "31", **changes: Any) -> dict[str, Any]:
        place = {"location": {"id": f"gid://shopify/Location/{location}"} if location else None}
        nodes = [
            {
                "id": f"gid://shopify/FulfillmentOrderLineItem/{50 + number}",
                "remainingQuantity": remaining,
                "lineItem": {"id": line_id},
            }
            for number, (line_id, remaining) in enumerate(pieces)
        ]
        return deepcopy(FULFILLMENT_ORDER) | {
            "assignedLocation": place,
            "lineItems": {"nodes": nodes},
            **changes,
        }

    return make


@pytest.fixture(scope="session")
def raw_order_of() -> Callable[..., dict[str, Any]]:
    """``raw_order_of(lines=[...], fulfillment_orders=[...], name="#7", ...)``: an order as the store gives it."""

    def make(
        lines: list[Any] | None = None, fulfillment_orders: list[Any] | None = None, **changes: Any
    ) -> dict[str, Any]:
        order = deepcopy(ORDER) | changes
        if lines is not None:
            order["lineItems"] = {"nodes": lines}
        if fulfillment_orders is not None:
            order["fulfillmentOrders"] = {"nodes": fulfillment_orders}
        return order

    return make


class FakeTime:
    """A clock that only moves while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.sleeps: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds


@pytest.fixture
def fake_time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def shop(fake_time: FakeTime) -> Iterator[Callable[..., Store]]:
    """``shop(**settings)``: the store of the cassettes, at a time that is not ours."""
    opened: list[StoreHttp] = []

    def make(**settings: Any) -> Store:
        given = settings or {"access_token": "shpat_permanent"}
        loaded = {
            name: Secret(value) if name in {"access_token", "client_secret"} and value else value
            for name, value in ShopifySettings().load(given).items()
        }
        url = "https://prova.myshopify.com"
        opened.append(StoreHttp(url, retry_policy=RetryPolicy(tries=1)))
        store = Store("prova", url, loaded, opened[-1])
        memory_of(store).budget = CostBudget(fake_time, fake_time.sleep)
        return store

    yield make
    for http in opened:
        http.close()


@pytest.fixture
def played() -> Callable[[str], Any]:
    """``with played(name):`` answers come from this cassette; a request that it does not have is a fault."""
    player = vcr.VCR(record_mode="none", match_on=["method", "scheme", "host", "path"])

    def play(name: str) -> Any:
        return player.use_cassette(str(CASSETTES / f"{name}.yaml"), allow_playback_repeats=False)

    return play
