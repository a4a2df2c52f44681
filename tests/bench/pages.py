"""The office's page at 100 000 orders: each page against the sign-in page of the same server, asked for in turns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import psutil
import sqlalchemy as sa

from fbridge import Bridge, Role
from fbridge.models.accounts import Right
from fbridge.models.orders import Address, Order, OrderLine, Payment, ShippingMethod
from fbridge.models.states import OrderStatus, PaymentKind, PushState
from fbridge.orders.storage import upsert_page
from fbridge.settings import Home
from fbridge.storage.tables import pushes
from fbridge.stores.rows import ensure_store
from tests.free_ports import free_port
from tests.office_process import office_process

ORDERS, OPEN, ON_MANIFEST = 100_000, 2_000, 500
"""Most orders are done; some thousands have something left to ship, and two manifests hold hundreds each."""
ROUNDS, BARE_EACH = 15, 5
PASSWORD = "correct horse battery"
BARE = "/sign-in"
PAGES = (
    "/",
    "/orders",
    "/orders?show=ready",
    "/orders?show=all",
    "/orders?text=100123",
    "/orders?text=Rossi",
    "/order?of=shop:100123",
    "/manifests",
    "/manifests/2026-0001",
    "/manifests/2026-0002",
    "/shipments/S7",
    "/push",
    "/carriers",
    "/stores",
    "/files",
    "/jobs",
    "/users",
    "/tokens",
    "/api/v1/orders",
    "/api/v1/orders?ready=true",
    "/api/v1/orders?text=Rossi",
    "/api/v1/shipments",
    "/api/v1/manifests",
    "/api/v1/events",
    "/api/v1/changed-orders",
    "/api/v1/status",
)
NOW = datetime.now(UTC)


def run() -> Iterator[Mapping[str, Any]]:
    """One line a page: the processor's time of the server, against that of bare pages in between."""
    with TemporaryDirectory() as folder, ExitStack() as opened:
        token = _filled(Path(folder))
        port = free_port()
        process, _ = opened.enter_context(office_process(Path(folder), port))
        client = opened.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120))
        stranger = opened.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120))
        _sign_in(client)
        server = psutil.Process(process.pid)
        for path in PAGES:
            headers = {"Authorization": f"Bearer {token}"} if path.startswith("/api/") else {}
            asked = partial(client.get, path, headers=headers)
            yield _measured(server, path, asked, partial(stranger.get, BARE))


def _measured(
    server: psutil.Process, path: str, asked: Callable[[], httpx.Response], bare: Callable[[], httpx.Response]
) -> Mapping[str, Any]:
    asked(), bare()
    of_page, of_bare = 0.0, 0.0
    for _ in range(ROUNDS):
        of_page += _seconds(server, asked, 1)
        of_bare += _seconds(server, bare, BARE_EACH)
    ratio, milliseconds = of_page / (of_bare / BARE_EACH), of_page / ROUNDS * 1000
    return {
        "bench": "pages",
        "words": f"pages: {path} takes {ratio:.1f} times a bare page ({milliseconds:.0f} ms of the processor, "
        f"{ORDERS} orders)",
        "path": path,
        "of_a_bare_page": round(ratio, 2),
        "processor_ms": round(milliseconds, 1),
    }


def _seconds(server: psutil.Process, ask: Callable[[], httpx.Response], times: int) -> float:
    before = server.cpu_times()
    for _ in range(times):
        ask().raise_for_status()
    after = server.cpu_times()
    return after.user + after.system - before.user - before.system


def _sign_in(client: httpx.Client) -> None:
    found = re.search(r'name="form_token" value="(\w+)"', client.get(BARE).text)
    assert found is not None
    fields = {"name": "anna", "password": PASSWORD, "form_token": found[1]}
    answer = client.post(BARE, data=fields, headers={"Origin": str(client.base_url).rstrip("/")})
    assert answer.status_code == 303, answer.text


def _filled(home: Path) -> str:
    """An office at work; a token for programs."""
    with Bridge.open(Home(config=home, data=home, log=home)) as bridge:
        with bridge.context.database.write() as connection:
            ensure_store(connection, "shop", "woocommerce", at=NOW)
        for at in range(0, ORDERS, 500):
            with bridge.context.database.write() as connection:
                page = [_order(one) for one in range(at, at + 500)]
                upsert_page(
                    connection, "shop", page, orders_from=None, timezone=ZoneInfo("Europe/Rome"), now=NOW
                )
        bridge.carriers.add("BRT", "Bartolini", tracking_url="https://brt.example/{number}")
        bridge.carriers.route("shop", "*", "BRT")
        first = ORDERS - OPEN
        refs = [f"shop:id={at}" for at in range(first, ORDERS)]
        _put_on(bridge, refs[:ON_MANIFEST])
        bridge.manifests.ship("BRT", check=False)
        with bridge.context.database.write() as connection:  # most of it was told, some is not at rest
            told = sa.update(pushes).where(pushes.c.shipment_id % 5 > 0)
            connection.execute(told.values(state=PushState.SENT, acknowledged_revision=1))
        _put_on(bridge, refs[ON_MANIFEST : 2 * ON_MANIFEST])
        bridge.accounts.add("anna", Role.MANAGER, PASSWORD)
        return bridge.api_tokens.add("bench", {Right.READ}).token


def _put_on(bridge: Bridge, refs: Sequence[str]) -> None:
    bridge.manifests.put_on("BRT", refs)


def _order(at: int) -> Order:
    line = OrderLine(id=f"{at}-1", sku=f"SKU{at % 997}", name="Felt hat", quantity=1)
    order = Order(
        remote_id=str(at),
        number=str(100_000 + at),
        status=OrderStatus.OPEN,
        remote_status="processing",
        created_at=NOW - timedelta(minutes=5 * (ORDERS - at)),
        changed_at=NOW - timedelta(minutes=5 * (ORDERS - at)),
        currency="EUR",
        total=Decimal("49.90"),
        payment=Payment(kind=PaymentKind.PAID, method="paypal", title="PayPal"),
        lines=(line,),
        shipping_method=ShippingMethod(code="flat_rate:1", title="Courier"),
        ship_to=Address(
            name=f"Ada Rossi {at % 4999}",
            street=(f"Via Roma {at % 300}",),
            postcode="20100",
            city="Milano",
            country="IT",
        ),
    )
    done = at < ORDERS - OPEN
    return replace(order, status=OrderStatus.CLOSED, lines=(replace(line, shipped=1),)) if done else order
