"""C15: a shipment is taken back as the plan showed it, nothing else is touched, and nothing is half told."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import pytest

from fbridge.errors import InputError
from fbridge.models.shipments import Shipment
from fbridge.models.states import PushState
from fbridge.push import taking_back
from fbridge.push.undo_plan import UndoPlan
from fbridge.testing.faults import Answer, Fault, FaultProxy
from fbridge.testing.fixtures import KitFixtures
from fbridge.testing.office import Office, number
from fbridge.testing.store_under_test import StoreUnderTest

MOST_RESUMES = 4


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
        assert taken.withdrawn_at is not None
        assert office.state(shipment) is PushState.WITHDRAWN
        _assert_nothing_left(store, office, order, plan, mails=mails)
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
            _assert_nothing_left(store, office, order, plan, mails=mails)
            assert _acted(proxy) - acted == len(plan.steps), "a step was taken twice, or one too many"
        assert nth > 1, "no write was struck"


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


def _assert_nothing_left(
    store: StoreUnderTest, office: Office, order: str, plan: UndoPlan, *, mails: int
) -> None:
    """The store shows nothing of it but what the plan said, and mailed nobody whom the plan did not."""
    truth = store.truth(order)
    assert truth.numbers == ()
    assert len(store.mails(order)) - mails <= len(plan.mails)
    if not plan.frees:
        return
    assert not truth.closed
    assert truth.shipped is None or not any(truth.shipped)
    (fetched,) = [one for key, one in office.fetched().items() if key == order]
    assert not any(line.shipped for line in fetched.lines)
