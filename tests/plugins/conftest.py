"""An adapter against an emulated store over loopback: what is the same on every platform.

A platform's own conftest says what is not: ``create_store`` and ``client_class``, and for its adapter ``adapter``
and ``carrier``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest
from click.testing import CliRunner, Result

from fbridge.cli.main import cli
from fbridge.cli.session import Session
from fbridge.http import RetryPolicy, StoreHttp
from fbridge.models.fulfillments import (
    Fulfillment,
    FulfillmentShipment,
    Item,
    Receipt,
    ResolvedCarrier,
    TrackingNumber,
)
from fbridge.models.orders import Order
from fbridge.models.platforms import OrderQuery, Store
from fbridge.models.secrets import Secret
from fbridge.sandbox import ServedSandbox
from fbridge.settings.resolving import secret_names

SHIPPED_AT = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)


@pytest.fixture
def make_sandbox(create_store: Callable[..., Any]) -> Iterator[Callable[..., ServedSandbox]]:
    """``make_sandbox(**options)``: a served store with these options (see the platform's ``SandboxSettings``).

    ``.url`` is its address, ``.store_settings()`` its credentials, ``.control`` looks at it and changes it. It is
    closed at the end of the test.
    """
    served: list[ServedSandbox] = []

    def make(**options: Any) -> ServedSandbox:
        served.append(ServedSandbox(create_store(**options), "127.0.0.1", 0))
        return served[-1]

    yield make
    for one in served:
        one.close()


@pytest.fixture
def sandbox(make_sandbox: Callable[..., ServedSandbox]) -> ServedSandbox:
    """A served store with the platform's default options and orders, and a key that may do everything."""
    return make_sandbox()


@pytest.fixture
def client_of(client_class: Callable[[ServedSandbox], Any]) -> Iterator[Callable[[ServedSandbox], Any]]:
    """``client_of(served)``: a bare client of this store, closed at the end of the test."""
    clients: list[Any] = []

    def make(served: ServedSandbox) -> Any:
        clients.append(client_class(served))
        return clients[-1]

    yield make
    for client in clients:
        client.http.close()


@pytest.fixture
def call(sandbox: ServedSandbox, client_of: Callable[[ServedSandbox], Any]) -> Any:
    """``call(method, path, ...)`` on the ``sandbox`` store, as the platform's client takes it."""
    return client_of(sandbox)


@pytest.fixture
def store_of(adapter: Any) -> Iterator[Callable[..., Store]]:
    """``store_of(sandbox, **settings)``: a store as the core would open it, checked already."""
    opened: list[StoreHttp] = []
    schema = adapter.describe_platform().settings()
    secrets = secret_names(schema)

    def make(served: ServedSandbox, *, checked: bool = True, timeout: float = 10, **settings: Any) -> Store:
        loaded = schema.load({**served.store_settings(), **settings})
        loaded = {key: Secret(value) if key in secrets else value for key, value in loaded.items()}
        opened.append(
            StoreHttp(served.url, timeout=timeout, retry_policy=RetryPolicy(tries=2, first_wait=0, jitter=0))
        )
        store = Store("lab", served.url, loaded, opened[-1])
        if not checked:
            return store
        facts = adapter.check_store(store).facts
        served.control.forget_requests()
        return Store("lab", served.url, loaded, opened[-1], facts)

    yield make
    for http in opened:
        http.close()


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """``ask(served, "answer", ...)``: ``store add`` with a person there, who answers and accepts mails."""
    monkeypatch.setenv("FBRIDGE_HOME", str(tmp_path / "home"))

    def add(served: ServedSandbox, platform: str, *answers: str, code: int = 0) -> Result:
        words = ["store", "add", "shop", "--platform", platform, "--url", served.url]
        words += ["--orders-from", "2026-01-01", "--accept-mail"]
        given = "".join(f"{answer}\n" for answer in answers)
        result = CliRunner().invoke(cli, words, input=given, obj=Session(interactive=True))
        assert result.exit_code == code, result.output
        return result

    return add


class Desk:
    """Somebody who reads, pushes and looks, as the core does."""

    def __init__(self, adapter: Any, store: Store) -> None:
        self.store = store
        self._adapter = adapter

    def orders(self, *order_ids: int | str) -> list[Order]:
        ids = tuple(map(str, order_ids))
        pages = list(self._adapter.fetch_orders(self.store, OrderQuery(order_ids=ids, shipments=True)))
        assert not any(page.rejected for page in pages)
        found = {order.remote_id: order for page in pages for order in page.orders}
        return [found[order_id] for order_id in ids if order_id in found]

    def order(self, order_id: int | str) -> Order:
        return self.orders(order_id)[0]

    def push(self, *fulfillments: Fulfillment) -> dict[str, Receipt]:
        receipts = self._adapter.push_fulfillment(self.store, fulfillments)
        return {receipt.order_id: receipt for receipt in receipts}

    def push_one(self, fulfillment: Fulfillment) -> Receipt:
        return self.push(fulfillment)[fulfillment.order_id]


@pytest.fixture
def desk_of(adapter: Any, store_of: Callable[..., Store]) -> Callable[..., Desk]:
    """``desk_of(sandbox, **settings)``."""
    return lambda served, **options: Desk(adapter, store_of(served, **options))


@pytest.fixture
def shipment_of(carrier: ResolvedCarrier) -> Callable[..., FulfillmentShipment]:
    """``shipment_of(order, ["N1"], items=[(line id, quantity)], name="second", revision=2, ...)``."""

    def make(
        order: Order,
        numbers: Sequence[str],
        *,
        items: Sequence[tuple[str, int]] | None = None,
        name: str = "",
        url: str = "",
        **fields: Any,
    ) -> FulfillmentShipment:
        chosen = items if items is not None else [(line.id, line.due) for line in order.lines if line.due]
        return FulfillmentShipment(
            id=str(uuid5(NAMESPACE_URL, f"{order.remote_id}/{name}")),
            items=tuple(Item(line_id=line_id, quantity=quantity) for line_id, quantity in chosen),
            tracking=tuple(TrackingNumber(number=number, url=url) for number in numbers),
            **{"revision": 1, "shipped_at": SHIPPED_AT, "carrier": carrier, **fields},
        )

    return make


@pytest.fixture
def fulfillment_of(shipment_of: Callable[..., FulfillmentShipment]) -> Callable[..., Fulfillment]:
    """``fulfillment_of(order, ["N1"], completes_order=False, ...)``: one shipment, by default of all that is due."""

    def make(order: Order, numbers: Sequence[str] = (), **options: Any) -> Fulfillment:
        completes, notify = options.pop("completes_order", True), options.pop("notify", True)
        shipment = shipment_of(order, numbers, **options)
        return Fulfillment(order=order, shipments=(shipment,), completes_order=completes, notify=notify)

    return make
