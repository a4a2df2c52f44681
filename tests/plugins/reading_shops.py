"""Stores of all platforms behind which the clock, a cache or a proxy may play tricks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from fbridge.errors import FbridgeError
from fbridge.http import BasicAuth, RetryPolicy, StoreHttp
from fbridge.models.platforms import OrderPage, OrderQuery, Store
from fbridge.models.secrets import Secret
from fbridge.sandbox import ServedSandbox
from fbridge.settings.resolving import secret_names
from fbridge.testing import StoreUnderTest

from .magento.conformance_store import MagentoUnderTest
from .prestashop.conformance_store import PrestaShopUnderTest
from .shopify.conformance_store import ShopifyUnderTest
from .woocommerce.conformance_store import WooCommerceUnderTest

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


PLATFORMS = {
    "woocommerce": WooCommerceUnderTest,
    "prestashop": PrestaShopUnderTest,
    "magento": MagentoUnderTest,
    "shopify": ShopifyUnderTest,
}
OVER_REST = ("woocommerce", "prestashop", "magento")
NO_ROUTE = {
    "woocommerce": b'{"code": "rest_no_route", "message": "No route was found.", "data": {"status": 404}}',
    "magento": b'{"message": "Request does not match any route."}',
}
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOTHING = timedelta(0)
FEW = 10


class Before:
    """What stands before a store: it may take parts of queries away, or answer itself."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.query: Callable[[str], str] = lambda query: query
        self.answers: Callable[[str], int | None] = lambda path: None
        self.body = b"<html>Please log in</html>"
        self.seen: list[str] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}"
        self.seen.append(path)
        status = self.answers(path)
        if status is not None:
            kind = "text/html" if self.body.startswith(b"<") else "application/json"
            headers = [("Content-Type", kind), ("Location", "https://elsewhere.example/")]
            start_response(f"{status} As it is", headers)
            return [self.body]
        environ["QUERY_STRING"] = self.query(environ["QUERY_STRING"])
        environ["HTTP_X_FORWARDED_PROTO"] = "https"
        answer: Iterable[bytes] = self._store(environ, start_response)
        return answer


class Shop:
    """An emulated store with its merchant, somebody before it, and two clocks that can be set."""

    def __init__(self, platform: str, **options: Any) -> None:
        self.platform = platform
        self.ahead = NOTHING
        self.adapter: ModuleType = import_module(f"fbridge_{platform}.plugin")
        sandbox = import_module(f"fbridge_{platform}.sandbox").create_sandbox(
            clock=lambda: datetime.now(UTC) + self.ahead,
            **{"orders": 0, **as_over_https(platform), **options},
        )
        self.before = sandbox.wsgi = Before(sandbox.wsgi)
        self.served = ServedSandbox(sandbox, "127.0.0.1", 0)
        self.merchant: StoreUnderTest = PLATFORMS[platform](self.served)
        self.http = StoreHttp(self.served.url, retry_policy=RetryPolicy(tries=2, first_wait=0, jitter=0))
        self.store = Store("lab", self.served.url, self._settings(), self.http)
        if platform == "woocommerce":
            self.http.auth = BasicAuth(
                self.store.settings["consumer_key"], self.store.settings["consumer_secret"]
            )
        self.rejected: dict[str, str] = {}
        self.notes: set[str] = set()

    def _settings(self) -> dict[str, Any]:
        schema = self.adapter.describe_platform().settings()
        secrets = secret_names(schema)
        loaded = schema.load(self.served.store_settings())
        return {key: Secret(value) if key in secrets else value for key, value in loaded.items()}

    def new_orders(self, count: int) -> list[str]:
        return [self.merchant.new_order([(self.merchant.skus[0], 1)]) for _ in range(count)]

    def spread(self, orders: list[str], start: datetime) -> None:
        for number, order in enumerate(orders):
            self.merchant.set_changed([order], (start + timedelta(seconds=number)).replace(microsecond=0))

    def pages(self, cursor: Mapping[str, Any] | None = None, **query: Any) -> Iterator[OrderPage]:
        """As the core gets them: the cursor went through JSON."""
        asked = OrderQuery(cursor=json.loads(json.dumps(cursor)) if cursor else None, since=LONG_AGO, **query)
        for page in self.adapter.fetch_orders(self.store, asked):
            self.rejected |= {one.remote_id: one.reason for one in page.rejected}
            self.notes |= {page.note} - {""}
            yield page

    def fetch(self, cursor: Mapping[str, Any] | None = None) -> tuple[set[str], Mapping[str, Any]]:
        """All that came, and the cursor for the next fetch."""
        got = set[str]()
        for page in self.pages(cursor):
            got |= {order.remote_id for order in page.orders}
            cursor = page.cursor
        assert cursor is not None
        return got, cursor

    def fetch_until_it_fails(
        self, cursor: Mapping[str, Any] | None = None
    ) -> tuple[set[str], Mapping[str, Any] | None, FbridgeError | None]:
        """What came before the error, with the last cursor."""
        got = set[str]()
        try:
            for page in self.pages(cursor):
                got |= {order.remote_id for order in page.orders}
                cursor = page.cursor
        except FbridgeError as error:
            return got, cursor, error
        return got, cursor, None

    def break_off_at(self, order: str) -> None:
        name: Any = order if self.platform == "shopify" else int(order)
        self.served.control.break_off_at(name)

    def close(self) -> None:
        self.http.close()
        self.served.close()


def as_over_https(platform: str) -> dict[str, Any]:
    """Over http WooCommerce wants signatures in the query, which depend on the time."""
    return {"trust_forwarded_proto": True} if platform == "woocommerce" else {}
