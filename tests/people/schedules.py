"""Any order of what an office, its colleagues, the merchant and bad luck can do, over the toy platform.

A state machine of hypothesis; it is run short in the tests and long by ``python -m tests.torture --schedules N``.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import stamina
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import event

from fbridge.bridge import Bridge
from fbridge.errors import FbridgeError
from fbridge.models.shipments import Shipment
from fbridge.models.states import PushState
from fbridge.push.next_steps import ways_out
from fbridge.push.restored import UNEXPLAINED
from fbridge.push.run_state import PushProgress
from fbridge.sandbox import ServedSandbox
from fbridge.storage.database import Database
from fbridge.testing.faults import Answer, Fault, FaultProxy
from fbridge.testing.faults.rules import On
from fbridge.testing.office import CARRIER, STORE, Office
from fbridge.testing.restoring import WAYS_BACK
from tests.contract.toy_store import ToyUnderTest

MOST_ORDERS = 4
MOST_PUSHES = 12
FAULTS = (
    Fault(name="dropped_before", answer=Answer.HANG_UP),
    Fault(name="dropped_after", answer=Answer.HANG_UP, acts=True),
    Fault(name="cut_after", answer=Answer.CUT, acts=True),
    Fault(name="502_before", answer=Answer.STATUS, status=502),
    Fault(name="502_after", answer=Answer.STATUS, status=502, acts=True),
    Fault(name="429", answer=Answer.STATUS, status=429),
    Fault(name="late", answer=Answer.STATUS, status=504, acts_after=0.02),
)
AT_REST = frozenset({PushState.SENT, PushState.DONE_ELSEWHERE, PushState.WITHDRAWN})


class PowerCutError(BaseException):
    """The end of a process: nothing of it reaches the database any more."""


@contextmanager
def power_cut(database: Database, after: int) -> Iterator[None]:
    """So many units of work still begin; then the process is dead."""
    left = [after]

    def begin(_connection: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise PowerCutError

    event.listen(database._engine, "begin", begin)
    try:
        yield
    finally:
        event.remove(database._engine, "begin", begin)


def leave_in_doubt(bridge: Bridge) -> None:
    """A push whose first answer is lost, and whose process dies before it looks."""

    def die(told: PushProgress) -> None:
        if told.words.startswith("waiting"):
            raise PowerCutError

    with suppress(PowerCutError):
        bridge.push(progress=die)


class Schedules(RuleBasedStateMachine):
    """One office with one store. What fbridge refuses with a sentence is no fault; anything else is."""

    def __init__(self) -> None:
        super().__init__()
        from fbridge_toy.sandbox import ToySandbox

        self._folder = tempfile.TemporaryDirectory(prefix="fbridge-schedules-")
        self._no_pauses = stamina.set_testing(True, attempts=3, cap=True)
        self._no_pauses.__enter__()
        self._served = ServedSandbox(ToySandbox(), "127.0.0.1", 0)
        self.store = ToyUnderTest(self._served)
        self.proxy = FaultProxy(self._served.url, is_write=self.store.is_write)
        self.office = Office(self.store, Path(self._folder.name), url=self.proxy.url, settle="0.05s")
        self.backup = Path(self._folder.name) / "backup.db"
        self.orders: list[str] = []
        self.ordered: dict[str, tuple[int, ...]] = {}
        self.numbers = 0
        self.resent: set[str] = set()

    def teardown(self) -> None:
        try:
            if self.orders:
                self.come_to_rest()
        finally:
            self.office.close()
            self.proxy.close()
            self._served.close()
            self._no_pauses.__exit__(None, None, None)
            self._folder.cleanup()

    @property
    def bridge(self) -> Bridge:
        """A new one after a restore."""
        return self.office.bridge

    # What the office does

    @initialize(cups=st.integers(1, 3), pots=st.integers(1, 2))
    def begin(self, cups: int, pots: int) -> None:
        self.new_order(cups, pots)
        self.ship(0, whole=True)

    @precondition(lambda self: len(self.orders) < MOST_ORDERS)
    @rule(cups=st.integers(1, 3), pots=st.integers(1, 2))
    def new_order(self, cups: int, pots: int) -> None:
        order = self.store.new_order([("CUP", cups), ("POT", pots)])
        self.orders.append(order)
        self.ordered[order] = (cups, pots)
        self.fetch()

    @rule()
    def fetch(self) -> None:
        with suppress(FbridgeError):
            self.bridge.fetch([STORE])

    @rule(which=st.integers(0, MOST_ORDERS), whole=st.booleans())
    def ship(self, which: int, whole: bool) -> None:
        order = self._order(which)
        if order not in self.office.fetched():  # a backup was put back that does not know it yet
            return
        with suppress(FbridgeError):
            self.office.pack(order, [self._number()], None if whole else [(0, 1)])
        with suppress(FbridgeError):
            self.bridge.manifests.ship(CARRIER, check=False)

    @rule(which=st.integers(0, 9))
    def set_number(self, which: int) -> None:
        self._act(which, lambda one: self.bridge.shipments.set_tracking(one.label, [self._number()]))

    @rule(which=st.integers(0, 9))
    def withdraw(self, which: int) -> None:
        self._act(which, lambda one: self.bridge.shipments.withdraw(one.label))

    @rule(which=st.integers(0, 9))
    def leave_behind(self, which: int) -> None:
        self._act(which, lambda one: self.bridge.manifests.leave_behind(one.manifest or "?", [one.label]))

    @rule(which=st.integers(0, 9))
    def reopen(self, which: int) -> None:
        self._act(which, lambda one: self.bridge.manifests.reopen(one.manifest or "?"))

    @rule(which=st.integers(0, 9))
    def resend(self, which: int) -> None:
        self._act(which, lambda one: self.bridge.resend(one.label))

    @rule()
    def back_up(self) -> None:
        self.backup.unlink(missing_ok=True)
        self.bridge.backup(self.backup)

    @precondition(lambda self: self.backup.exists())
    @rule(way=st.sampled_from(sorted(WAYS_BACK)))
    def restore(self, way: str) -> None:
        WAYS_BACK[way](self.office, self.backup)

    # What the merchant does

    @rule(which=st.integers(0, MOST_ORDERS))
    def cancel(self, which: int) -> None:
        self.store.cancel(self._order(which))

    @rule(which=st.integers(0, MOST_ORDERS))
    def hold(self, which: int) -> None:
        if self._is_open(self._order(which)):
            self.store.hold(self._order(which))

    @rule(which=st.integers(0, MOST_ORDERS))
    def refund(self, which: int) -> None:
        order = self._order(which)
        if self._is_open(order) and not any(self.store.truth(order).shipped or ()):
            line = self._served.control.orders[order].lines[1]
            if line.refunded < line.quantity:
                self.store.refund(order, 1, 1)

    @rule(which=st.integers(0, MOST_ORDERS))
    def ship_by_hand(self, which: int) -> None:
        if self._is_open(self._order(which)):
            self.store.complete_by_hand(self._order(which))

    # Pushes, well and badly

    @rule(
        faults=st.lists(st.tuples(st.sampled_from(FAULTS), st.integers(1, 3), st.booleans()), max_size=2),
        later=st.booleans(),
    )
    def push(self, faults: list[tuple[Fault, int, bool]], later: bool) -> None:
        if later:
            self._skip_waits()
        for fault, nth, write in faults:
            self.proxy.strike(fault, on=On.WRITE if write else On.READ, nth=nth)
        self._planned_push()
        self.proxy.heal()

    @rule(units=st.integers(3, 40), fault=st.sampled_from((None, *FAULTS)))
    def push_that_dies(self, units: int, fault: Fault | None) -> None:
        if fault:
            self.proxy.strike(fault)
        with power_cut(self.bridge.context.database, units), suppress(PowerCutError):
            self._planned_push(looks=2)
        self.proxy.heal()

    def _planned_push(self, looks: int = 0) -> None:
        """``looks``: so many units of work are the plan's, which is none of the push that dies."""
        plan = self.bridge.plan([STORE])
        before = self._mails()
        try:
            self.bridge.push(plan)
        except FbridgeError as error:
            if error.reason != "plan_changed":
                raise
        finally:
            self._check_the_store()
            planned = sum(one.mails for one in plan.stores)
            assert self._mails() - before <= planned, "a mail left that no plan showed"

    # The account

    def _check_the_store(self) -> None:
        with self._served.control.lock:
            for order in self.orders:
                kept = self._served.control.orders[order]
                pieces: Counter[str] = Counter()
                for one in kept.shipments:
                    pieces.update(one.lines)
                for line, most in zip(kept.lines, self.ordered[order], strict=True):
                    assert pieces[line.id] <= most, f"more than ordered on {order}: {kept}"
                marks = Counter(one.mark for one in kept.shipments if one.mark)
                assert all(times == 1 for times in marks.values()), f"one of ours is there twice: {kept}"

    def come_to_rest(self) -> None:
        """Everything comes to rest by the commands that fbridge names."""
        for order in self.orders:
            if self._served.control.orders[order].status == "held":
                self.store.release(order)
        for _ in range(MOST_PUSHES):
            self._planned_push()
            moving = [one for one in self.office.shipments() if self._moves(one)]
            if not moving:
                break
            for one in moving:
                assert one.push
                if one.push.state in (PushState.REFUSED, PushState.NEEDS_ATTENTION):
                    self._go_a_way_out(one)
            self._skip_waits()
        self._check_the_end()

    def _go_a_way_out(self, one: Shipment) -> None:
        """Each command that fbridge names, until one is not refused; a no that was heard twice is believed."""
        assert one.push
        commands: dict[str, Callable[[str], object]] = {
            "push --resend": self.bridge.resend,
            "shipment adopt": self.bridge.adopt,
            "shipment withdraw": self.bridge.shipments.withdraw,
        }
        named = ways_out(one, one.push)
        cancelled = self._served.control.orders[self._remote_id(one)].status == "cancelled"
        in_vain = cancelled or one.push.reason == UNEXPLAINED or one.label in self.resent
        self.resent.add(one.label)
        for name, command in commands.items():
            if any(name in way for way in named) and not (in_vain and name == "push --resend"):
                with suppress(FbridgeError):
                    command(one.label)
                    return
        raise AssertionError(f"no command of {named} helps {one}")

    def _check_the_end(self) -> None:
        for one in self.office.shipments():
            assert one.push
            assert not self._moves(one), f"stuck: {one.label} {one.push}"
            order = self._served.control.orders[self._remote_id(one)]
            shown = {number for kept in order.shipments for number in kept.numbers}
            if one.push.state is PushState.SENT:
                assert set(one.numbers) <= shown, f"lost: {one.label} {one.numbers}, {order}"
        plan = self.bridge.plan([STORE])
        assert not any(store.goes_out for store in plan.stores), plan

    def _moves(self, one: Shipment) -> bool:
        assert one.push
        in_the_house = one.push.state is PushState.WAITING and one.shipped_at is None
        return one.push.state not in AT_REST and not in_the_house

    def _remote_id(self, one: Shipment) -> str:
        return one.order_number.removeprefix("T")

    # Little words

    def _order(self, which: int) -> str:
        return self.orders[which % len(self.orders)]

    def _is_open(self, order: str) -> bool:
        return bool(self._served.control.orders[order].status == "open")

    def _number(self) -> str:
        self.numbers += 1
        return f"FB{self.numbers:09d}IT"

    def _mails(self) -> int:
        return sum(len(self.store.mails(order)) for order in self.orders)

    def _act(self, which: int, act: Callable[[Shipment], object]) -> None:
        found = self.office.shipments()
        if found:
            with suppress(FbridgeError):
                act(found[which % len(found)])

    def _skip_waits(self) -> None:
        now = self.bridge.context.now()
        waits = [one.push.next_at - now for one in self.office.shipments() if one.push and one.push.next_at]
        if waits and max(waits).total_seconds() > 0:
            self.office.skip_time(max(waits))
