"""One store: fetch, plan, push, read back, push again, correct. Each step is told; the first that fails ends it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fbridge.bridge import Bridge
from fbridge.models.orders import Order
from fbridge.models.platforms import Capabilities
from fbridge.models.shipments import Shipment
from fbridge.models.states import FulfillmentState, OrderStatus, PushState, Support
from fbridge.orders.filters import OrderFilter
from fbridge.plugins import load_platform
from fbridge.settings.loading import variable
from fbridge.stores.open_store import open_store
from tests.real.named import RealStore

CARRIER = "BRT"


class BrokenError(Exception):
    """The store is not as it should be after a step."""


Tell = Callable[[str], None]


@dataclass(slots=True)
class Walk:
    """One run. ``given`` are the orders by their ids on the store, with the number that people see."""

    bridge: Bridge
    real: RealStore
    tell: Tell
    capabilities: Capabilities = field(init=False)
    given: dict[str, str] = field(default_factory=dict)
    shipments: dict[str, Shipment] = field(default_factory=dict)
    minute: str = field(default_factory=lambda: f"{datetime.now(UTC):%m%d%H%M}")

    def go(self) -> None:
        """All steps. Raises BrokenError, FbridgeError."""
        self._add_store()
        self._fetch()
        self._pack()
        self._plan()
        self._push({key: self._number(key) for key in self.given})
        self._push_again()
        self._correct()

    def _add_store(self) -> None:
        real = self.real
        report = self.bridge.stores.add(
            real.name, real.platform, real.url, {}, orders_from=real.orders_from, accept_mail=real.accept_mail
        )
        for finding in report.findings if report else ():
            if not finding.ok:
                self.tell(f"  look: {finding.name}: {finding.words}")
        told = report.capabilities if report else None
        self.capabilities = told or load_platform(real.platform).platform.capabilities
        codes = self.bridge.carriers.codes(real.name)
        self.bridge.carriers.add(CARRIER, "BRT Corriere Espresso", tracking_url="https://vas.brt.it/{number}")
        code = real.carrier or (codes.codes[0].code if codes.codes and not codes.open else "")
        if code:
            self.bridge.carriers.map(real.name, CARRIER, code)
        self.tell(f"{real.platform} at {real.url}: reached, carrier {code or 'by its own name'}")

    def _fetch(self) -> None:
        (result,) = self.bridge.fetch([self.real.name])
        if result.error is not None:
            raise result.error
        rows = list(self.bridge.orders.list(OrderFilter(store=self.real.name)))
        for wanted in self.real.orders:
            found = [row for row in rows if wanted in (row.remote_id, row.remote_id.rpartition("/")[2])]
            if not found:
                raise BrokenError(
                    f"The store has no order with the id {wanted} since {self.real.orders_from}; set "
                    f"{variable(self.real.name, 'orders_from')} to an earlier day, or name another."
                )
            self.given[found[0].remote_id] = found[0].number
        self.tell(f"fetched {result.orders} orders, among them {', '.join(self.given.values())}")

    def _pack(self) -> None:
        for remote_id, number in self.given.items():
            self.shipments[remote_id] = self.bridge.shipments.create(
                number,
                store=self.real.name,
                carrier=CARRIER,
                numbers=[self._number(remote_id)],
                manifest=CARRIER,
                allow_unpaid=False,
            )
        shipped = self.bridge.manifests.ship(CARRIER)
        stopped = [f"{one.ref}: {one.words}" for one in shipped.results if not one.ok]
        if stopped:
            raise BrokenError(f"The last look stopped {'; '.join(stopped)}. Nothing was sent.")

    def _number(self, remote_id: str, revision: int = 1) -> str:
        """A number that no courier has given: the order's, and the minute of this run."""
        return f"TEST{self.minute}{remote_id.rpartition('/')[2]}{'' if revision == 1 else 'B'}"

    def _plan(self) -> None:
        plan = self.bridge.plan([self.real.name])
        entries = [entry for store in plan.stores for entry in store.entries]
        strange = {one.shipment for one in entries} - {one.label for one in self.shipments.values()}
        if strange or len(entries) != len(self.shipments):
            raise BrokenError(f"The plan is not about the named orders alone: {', '.join(sorted(strange))}.")
        for entry in entries:
            if entry.reason == "mail_not_accepted":
                raise BrokenError(
                    f"The store mails the customer of order {entry.order_number}. If that may be: "
                    f"{variable(self.real.name, 'accept_mail')}=yes"
                )
            if str(entry.action) != "send":
                raise BrokenError(
                    f"Order {entry.order_number} would not be sent: {entry.words or entry.reason}"
                )
        words = dict.fromkeys(word for entry in entries for word in entry.warnings)
        self.tell(
            f"planned {len(entries)} shipments, {sum(one.mails for one in plan.stores)} mails to customers"
        )
        for word in words:
            self.tell(f"  look: {word}")

    def _push(self, numbers: Mapping[str, str], former: Sequence[str] = ()) -> None:
        result = self.bridge.push(stores=[self.real.name])
        for _, error in result.errors:
            raise error
        for remote_id, shipment in self.shipments.items():
            push = self.bridge.shipments.get(shipment.label).push
            if push is None or push.state is not PushState.SENT:
                raise BrokenError(
                    f"Order {self.given[remote_id]} is {push.state if push else 'not pushed'}: "
                    f"{push.words if push else ''} (the store may have it: look there)"
                )
            if push.missing_mail is not None:
                self.tell(f"  look: order {self.given[remote_id]}: {push.missing_mail.words}")
        for remote_id, order in self._read().items():
            self._hold_against(order, numbers[remote_id], former)
        self.tell(f"pushed and read back: {', '.join(numbers.values())}")

    def _hold_against(self, order: Order, number: str, former: Sequence[str]) -> None:
        shown = [one for entry in order.shipments for one in entry.numbers]
        if self.capabilities.several_numbers is not Support.NO and shown.count(number) != 1:
            raise BrokenError(f"Order {order.number} shows the numbers {shown}, and not {number} once.")
        left = [one for one in former if one in shown]
        if left:
            raise BrokenError(f"Order {order.number} still shows {', '.join(left)}.")
        done = order.status is OrderStatus.CLOSED or order.fulfillment_state is FulfillmentState.FULFILLED
        if not done:
            raise BrokenError(
                f"Order {order.number} is {order.remote_status!r} on the store, and not shipped."
            )

    def _push_again(self) -> None:
        before = {key: _traces(order) for key, order in self._read().items()}
        if self.bridge.plan([self.real.name]).stores:
            raise BrokenError("A second push would do something.")
        result = self.bridge.push(stores=[self.real.name])
        after = {key: _traces(order) for key, order in self._read().items()}
        if result.results or after != before:
            raise BrokenError("A second push changed something on the store.")
        self.tell("pushed again: nothing was sent, nothing has changed")

    def _correct(self) -> None:
        if self.capabilities.tracking_update is not Support.YES:
            self.tell("numbers are not corrected there; that step is left out")
            return
        former = [self._number(key) for key in self.given]
        for key, shipment in self.shipments.items():
            self.bridge.shipments.set_tracking(shipment.label, [self._number(key, 2)])
        self._push({key: self._number(key, 2) for key in self.given}, former)

    def _read(self) -> dict[str, Order]:
        with open_store(self.bridge.context, self.real.name) as opened:
            page = opened.read_orders(tuple(self.given))
        if len(page.orders) != len(self.given):
            raise BrokenError("The store does not show all of the orders any more.")
        return {order.remote_id: order for order in page.orders}


def _traces(order: Order) -> Any:
    """What a second write would move."""
    shown = sorted((one.remote_id, one.numbers, one.carrier) for one in order.shipments)
    return order.status, order.remote_status, order.changed_at, shown
