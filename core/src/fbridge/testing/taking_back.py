"""C15: a shipment is taken back as the plan showed it, nothing else is touched, and nothing is half told."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

import pytest

from fbridge.errors import FbridgeError, InputError
from fbridge.models.problems import UNDONE_IN_PART
from fbridge.models.shipments import Shipment
from fbridge.models.states import PushState
from fbridge.push import taking_back
from fbridge.push.undo_plan import UndoPlan
from fbridge.testing.faults import (
    AddedHeaders,
    Answer,
    Fault,
    FaultProxy,
    On,
    StaleReplica,
    StandIn,
    UrlCache,
    answers_of_a_cache,
    read_faults,
    write_faults,
)
from fbridge.testing.fixtures import KitFixtures
from fbridge.testing.office import SETTLE, Office, number
from fbridge.testing.store_under_test import StoreUnderTest

MOST_RESUMES = 4
DROPPED_AFTER = Fault(name="dropped_after", answer=Answer.HANG_UP, acts=True)
UNREADABLE = 4
"""So many reads fail that the client gives up."""
OLD_PAGES: dict[str, Callable[[], StandIn]] = {
    "cache_by_address": UrlCache,
    "a_cache_that_tells": lambda: AddedHeaders((("Age", "31"),)),
    "copy_of_a_moment_ago": lambda: StaleReplica(seconds=SETTLE / 2),
    "copy_without_our_write": lambda: StaleReplica(writes=1),
}


class _Killed(BaseException):
    """The process is gone."""


def _die(*_: object, **__: object) -> NoReturn:
    raise _Killed


class TakingBackConformance(KitFixtures):
    """What a person takes back after a push."""

    @pytest.fixture
    def pushed(self, store: StoreUnderTest, office: Office) -> Callable[[], tuple[str, Shipment]]:
        """Gives another order that was shipped and pushed, with its shipment; its store can take shipments back."""

        def push() -> tuple[str, Shipment]:
            order = store.new_order([(store.skus[0], 2), (store.skus[1], 1)])
            office.fetch()
            shipment = office.ship(order, [number(1), number(2)] if _many(office) else [number(1)])
            office.push_until_quiet()
            assert office.state(shipment) is PushState.SENT, office.words(shipment)
            return order, shipment

        return push

    def test_C15_a_shipment_is_taken_back_as_the_plan_shows_it(
        self,
        store: StoreUnderTest,
        office: Office,
        proxy: FaultProxy,
        pushed: Callable[[], tuple[str, Shipment]],
    ) -> None:
        order, shipment = pushed()
        written, mails = len(proxy.writes), len(store.mails(order))
        plan = _plan(office, shipment)
        assert plan.steps
        assert len(proxy.writes) == written, "a plan writes nothing"
        taken = office.bridge.take_back(shipment.label, plan=plan)
        assert taken.withdrawn_at is not None, "the shipment is not withdrawn"
        assert office.state(shipment) is PushState.WITHDRAWN
        _assert_nothing_left(store, order, plan, mails=mails)
        _assert_known(office, order, plan)
        with pytest.raises(InputError):
            office.bridge.take_back(shipment.label)
        if plan.frees:
            again = office.ship(order, [number(3)])
            office.push_until_quiet()
            assert office.state(again) is PushState.SENT, office.words(again)
            truth = store.truth(order)
            assert (truth.numbers, truth.closed) == ((number(3),), True)

    def test_C15_a_sibling_stays_as_it_is(self, store: StoreUnderTest, office: Office) -> None:
        order = store.new_order([(store.skus[0], 2), (store.skus[1], 1)])
        office.fetch()
        first = office.ship(order, [number(1)], [(0, 2)])
        second = office.ship(order, [number(2)], [(1, 1)])
        office.push_until_quiet()
        if office.state(second) is not PushState.SENT or office.state(first) is not PushState.SENT:
            pytest.skip(f"this store of {office.platform.label} holds one number")
        plan = _plan(office, second)
        office.bridge.take_back(second.label, plan=plan)
        assert office.state(first) is PushState.SENT
        assert store.truth(order).numbers == (number(1),)
        office.push_until_quiet()
        assert store.truth(order).numbers == (number(1),)

    @pytest.mark.parametrize("acts", [True, False], ids=["after_the_act", "before_the_act"])
    def test_C15_killed_at_every_step_nothing_is_half_told(
        self,
        store: StoreUnderTest,
        office: Office,
        proxy: FaultProxy,
        pushed: Callable[[], tuple[str, Shipment]],
        monkeypatch: pytest.MonkeyPatch,
        *,
        acts: bool,
    ) -> None:
        """Whatever is known to a killed program is what was committed before the store was asked."""
        nth, struck = 0, True
        while struck:
            nth += 1
            order, shipment = pushed()
            plan, mails, before = _plan(office, shipment), len(store.mails(order)), proxy.struck
            acted = _acted(proxy)
            proxy.strike(Fault(name="lost", answer=Answer.HANG_UP, acts=acts), nth=nth)
            with monkeypatch.context() as patch:
                patch.setattr(taking_back.TakingBack, "close", _die)
                patch.setattr(taking_back.TakingBack, "go_back", _die)
                try:
                    office.bridge.take_back(shipment.label, plan=plan)
                except _Killed:
                    assert office.state(shipment) is PushState.UNDOING
            struck = proxy.struck > before
            proxy.heal()
            _go_on(office, shipment, plan)
            assert office.state(shipment) is PushState.WITHDRAWN, office.words(shipment)
            _assert_nothing_left(store, order, plan, mails=mails)
            _assert_known(office, order, plan)
            assert _acted(proxy) - acted == len(plan.steps), "a step was taken twice, or one too many"
        assert nth > 1, "no write was struck"

    def test_C15_after_every_fault_nothing_is_half_told_and_the_same_command_ends_it(
        self,
        store: StoreUnderTest,
        office: Office,
        proxy: FaultProxy,
        pushed: Callable[[], tuple[str, Shipment]],
    ) -> None:
        wrong = {}
        for count, fault in enumerate((*write_faults(), *answers_of_a_cache(late=SETTLE / 2))):
            undoing = _Undoing(store, office, proxy, *pushed())
            proxy.strike(fault, nth=1 + count % len(undoing.plan.steps))
            try:
                undoing.end()
            except AssertionError as error:
                wrong[fault.name] = str(error).partition("\n")[0]
            proxy.heal()
        assert not wrong, f"after these faults something was told otherwise than it is: {wrong}"

    @pytest.mark.parametrize("around", OLD_PAGES)
    def test_C15_no_old_page_tells_what_was_taken_back(
        self,
        store: StoreUnderTest,
        office: Office,
        proxy: FaultProxy,
        pushed: Callable[[], tuple[str, Shipment]],
        around: str,
    ) -> None:
        undoing = _Undoing(store, office, proxy, *pushed())
        proxy.put_between(OLD_PAGES[around]())
        proxy.strike(DROPPED_AFTER)
        for _ in range(3):
            undoing.once()
            undoing.wait()
        proxy.heal()
        undoing.end()

    def test_C15_an_order_that_cannot_be_read_is_not_touched(
        self,
        store: StoreUnderTest,
        office: Office,
        proxy: FaultProxy,
        pushed: Callable[[], tuple[str, Shipment]],
    ) -> None:
        undoing = _Undoing(store, office, proxy, *pushed())
        for fault in read_faults():
            written = len(proxy.writes)
            proxy.strike(fault, on=On.READ, times=UNREADABLE)
            undoing.once()
            if office.state(undoing.shipment) is PushState.WITHDRAWN:  # it was read all the same
                undoing = _Undoing(store, office, proxy, *pushed())
            else:
                assert len(proxy.writes) == written, f"{fault}: written all the same"
            proxy.heal()
        undoing.end()


@dataclass
class _Undoing:
    """One shipment that a person takes back, by the same command again and again."""

    store: StoreUnderTest
    office: Office
    proxy: FaultProxy
    order: str
    shipment: Shipment

    def __post_init__(self) -> None:
        self.plan = _plan(self.office, self.shipment)
        self.before = self.store.truth(self.order)
        self.mails = len(self.store.mails(self.order))

    def once(self) -> None:
        """What it is called afterwards is true, or open, with a command that goes on."""
        try:
            self.office.bridge.take_back(self.shipment.label, plan=self.plan)
        except FbridgeError as error:
            if error.reason == "plan_changed":
                self.plan = _plan(self.office, self.shipment)
        self.proxy.wait_for_late_acts()
        self._assert_true()

    def wait(self) -> None:
        """Until the store has settled."""
        time.sleep(SETTLE)

    def end(self) -> None:
        """Go on until it is taken back."""
        for _ in range(MOST_RESUMES):
            self.once()
            if self.office.state(self.shipment) is PushState.WITHDRAWN:
                self.proxy.heal()
                self.office.fetch()
                _assert_known(self.office, self.order, self.plan)
                return
            self.wait()
        raise AssertionError(f"it never ends: {self.office.words(self.shipment)}")

    def _assert_true(self) -> None:
        state = self.office.state(self.shipment)
        steps = self.office.bridge.explain(self.shipment.label).next_steps
        if state is PushState.SENT:
            assert self.store.truth(self.order) == self.before, "it is called sent, and was touched"
        elif state is PushState.WITHDRAWN:
            _assert_nothing_left(self.store, self.order, self.plan, mails=self.mails)
        else:
            assert state is PushState.UNDOING or self.office.reason(self.shipment) == UNDONE_IN_PART
            assert f"fbridge shipment withdraw {self.shipment.label}" in steps
        mailed = len(self.store.mails(self.order)) - self.mails
        assert mailed <= len(self.plan.mails), "a mail left that the plan did not show"


def _acted(proxy: FaultProxy) -> int:
    """The writes that reached the store."""
    return sum(one.answer is not None for one in proxy.writes)


def _many(office: Office) -> bool:
    return office.capabilities.several_numbers == "yes"


def _plan(office: Office, shipment: Shipment) -> UndoPlan:
    """What taking it back does; the test is left out where the plugin cannot do it."""
    plan = office.bridge.plan_taking_back(shipment.label)
    if plan.refused:
        pytest.skip(f"{office.platform.label}: {plan.refused}")
    return plan


def _go_on(office: Office, shipment: Shipment, plan: UndoPlan) -> None:
    for _ in range(MOST_RESUMES):
        if office.state(shipment) is PushState.WITHDRAWN:
            return
        office.skip_time(office.platform.settle_time)
        office.bridge.take_back(shipment.label, plan=plan)


def _assert_nothing_left(store: StoreUnderTest, order: str, plan: UndoPlan, *, mails: int) -> None:
    """The store shows nothing of it but what the plan said, and mailed nobody whom the plan did not."""
    truth = store.truth(order)
    assert truth.numbers == ()
    assert len(store.mails(order)) - mails <= len(plan.mails)
    if plan.frees:
        assert not truth.closed
        assert truth.shipped is None or not any(truth.shipped)


def _assert_known(office: Office, order: str, plan: UndoPlan) -> None:
    """The office can ship its goods again."""
    if not plan.frees:
        return
    (fetched,) = [one for key, one in office.fetched().items() if key == order]
    assert not any(line.shipped for line in fetched.lines)
