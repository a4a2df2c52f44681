"""Push to Shopify: how much of the points that its rate limit gives is spent, and that no request is put off.

Time is simulated: the store, the budget of points and the network go by one clock, which moves when somebody waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Condition, Lock
from typing import Any

from fbridge.http import Response, StoreHttp
from fbridge.models.fulfillments import (
    Fulfillment,
    FulfillmentShipment,
    Item,
    ResolvedCarrier,
    TrackingNumber,
)
from fbridge.models.orders import Order
from fbridge.models.parts import in_parts
from fbridge.models.platforms import OrderQuery, Store
from fbridge.models.secrets import Secret
from fbridge.models.states import Outcome
from fbridge.sandbox import ServedSandbox
from fbridge_shopify import plugin
from fbridge_shopify.cost_budget import CostBudget
from fbridge_shopify.run_memory import memory_of
from fbridge_shopify.sandbox import create_sandbox
from fbridge_shopify.settings import ShopifySettings

ORDERS = 2_000
BUCKET, RESTORE_RATE = 2_000, 100
REQUEST_SECONDS, MUTATION_SECONDS = 0.2, 0.25
LEAST_SHARE = 0.95
QUIET_SECONDS = 0.003
"""Real ones, in which every thread has come to where it waits."""

START = datetime(2026, 11, 23, 6, tzinfo=UTC)
KINDS = ([("OLIO-EVO-1L", 1)], [("OLIO-EVO-1L", 2), ("PASTA-GRAGN", 1)], [("CAFFE-MOKA", 3)])
BRT = ResolvedCarrier(code="BRT", label="BRT Corriere Espresso", site_code="BRT")


class SimulatedClock:
    """Seconds since the start of the run. It moves on to the end of the shortest wait when nobody does anything else,
    so the waits of several threads pass at the same time, as real ones do."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._now = 0.0
        self._waits: list[float] = []
        self._working = 0

    def __call__(self) -> float:
        return self._now

    def today(self) -> datetime:
        """The same as a date."""
        return START + timedelta(seconds=self._now)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self.wait_until(self._now + seconds)

    def wait_until(self, moment: float) -> None:
        """Wait; a moment that is over is no wait."""
        with self._changed:
            self._waits.append(moment)
            self._changed.notify_all()
            while self._now < moment:
                quiet = not self._changed.wait(QUIET_SECONDS)
                if quiet and not self._working and moment == min(self._waits):
                    self._now = moment
            self._waits.remove(moment)
            self._changed.notify_all()

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """For work whose real time does not count."""
        with self._changed:
            self._working += 1
        try:
            yield
        finally:
            with self._changed:
                self._working -= 1
                self._changed.notify_all()


@dataclass
class Spent:
    """What the answers told."""

    points: float = 0
    requests: int = 0
    throttled: int = 0
    lock: Lock = field(default_factory=Lock)

    def note(self, answer: Any) -> None:
        """One answer."""
        with self.lock:
            self.requests += 1
            self.points += answer["extensions"]["cost"]["actualQueryCost"] or 0
            self.throttled += any(
                error["extensions"]["code"] == "THROTTLED" for error in answer.get("errors", ())
            )


class SlowHttp(StoreHttp):
    """Requests over loopback that take the time of a real store."""

    def __init__(self, url: str, clock: SimulatedClock, spent: Spent) -> None:
        super().__init__(url)
        self._clock, self._spent = clock, spent

    def read(self, path: str, **options: Any) -> Response:
        return self._slowly(options["json"], lambda: super(SlowHttp, self).read(path, **options))

    def write(self, method: str, path: str, **options: Any) -> Response:
        return self._slowly(options["json"], lambda: super(SlowHttp, self).write(method, path, **options))

    def _slowly(self, body: Any, send: Callable[[], Response]) -> Response:
        begun = self._clock()
        self._clock.sleep(REQUEST_SECONDS / 2)
        with self._clock.standing_still():
            response = send()
        mutations = body["query"].count("fulfillmentCreate(")
        self._clock.wait_until(begun + REQUEST_SECONDS + MUTATION_SECONDS * mutations)
        self._spent.note(response.json())
        return response


def run() -> Iterator[str]:
    """Whole orders on the standard plan."""
    clock, spent = SimulatedClock(), Spent()
    app = create_sandbox(orders=0, bucket=BUCKET, restore_rate=RESTORE_RATE, clock=clock.today)
    with ServedSandbox(app, "127.0.0.1", 0) as served, SlowHttp(served.url, clock, spent) as http:
        settings = ShopifySettings().load(served.store_settings())
        store = Store("shop", served.url, settings | {"access_token": Secret(settings["access_token"])}, http)
        memory_of(store).budget = CostBudget(clock, clock.sleep)
        ids = [served.control.new_order(KINDS[place % len(KINDS)]) for place in range(ORDERS)]
        for chunk in in_parts(ids, plugin.describe_platform().batch_size):
            _push(store, chunk)
        made = sum(len(served.control.order(order_id)["fulfillments"]) for order_id in ids)
    assert made == ORDERS, made
    share = spent.points / (BUCKET + clock() * RESTORE_RATE)
    assert share >= LEAST_SHARE, share
    assert spent.throttled == 0, spent.throttled
    yield (
        f"rate: {share:.1%} of the points that Shopify's standard plan gave are used (the budget is "
        f"{LEAST_SHARE:.0%}), {spent.throttled} requests were put off; {spent.points / ORDERS:.1f} points and "
        f"{spent.requests / ORDERS:.2f} requests an order, {ORDERS / clock() * 60:.0f} orders a minute (simulated)"
    )


def _push(store: Store, ids: Sequence[str]) -> None:
    """One chunk as the core does: read, then send."""
    query = OrderQuery(order_ids=tuple(ids), shipments=True)
    orders = [order for page in plugin.fetch_orders(store, query) for order in page.orders]
    receipts = list(plugin.push_fulfillment(store, [_fulfillment(order) for order in orders]))
    outcomes = [entry.outcome for receipt in receipts for entry in receipt.shipments]
    assert outcomes == [Outcome.DONE] * len(ids), outcomes


def _fulfillment(order: Order) -> Fulfillment:
    shipment = FulfillmentShipment(
        id=order.remote_id,
        revision=1,
        items=tuple(Item(line_id=line.id, quantity=line.due) for line in order.lines),
        tracking=(TrackingNumber(number=f"BX{order.number}"),),
        shipped_at=START,
        carrier=BRT,
    )
    return Fulfillment(order=order, shipments=(shipment,), completes_order=True)
