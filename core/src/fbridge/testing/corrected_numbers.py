"""C8: numbers that are corrected while the arrival of the former ones is in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from fbridge.models.shipments import Shipment
from fbridge.models.states import PushState
from fbridge.push.run_state import PushProgress
from fbridge.testing.faults import Answer, Fault, FaultProxy
from fbridge.testing.fixtures import KitFixtures
from fbridge.testing.office import STORE, Office, number
from fbridge.testing.proofs import assert_all_arrived_once
from fbridge.testing.store_under_test import StoreUnderTest

NEVER_ARRIVED = Fault(name="never_arrived", answer=Answer.HANG_UP)
ARRIVED = Fault(name="arrived", answer=Answer.HANG_UP, acts=True)


@dataclass(frozen=True, slots=True)
class Doubt:
    """What strikes the first writes of a number: a fault for each, None for one that passes."""

    name: str
    faults: tuple[Fault | None, ...]

    def __str__(self) -> str:
        return self.name

    def strike(self, proxy: FaultProxy) -> None:
        """Let them come."""
        for nth, fault in enumerate(self.faults, start=1):
            if fault is not None:
                proxy.strike(fault, nth=nth)

    @property
    def answers_lost(self) -> int:
        """How many answers do not come."""
        return sum(fault is not None for fault in self.faults)


DOUBTS = (
    Doubt("never_arrived", (NEVER_ARRIVED,)),
    Doubt("arrived", (ARRIVED,)),
    Doubt("arrived_and_the_next_write_did_not", (None, NEVER_ARRIVED)),
    Doubt("arrived_with_the_next_write", (None, ARRIVED)),
    Doubt("lost_twice_and_arrived", (NEVER_ARRIVED, ARRIVED)),
    Doubt("arrived_and_lost_again", (ARRIVED, NEVER_ARRIVED)),
)


def push_in_doubt(
    office: Office, proxy: FaultProxy, doubt: Doubt, wishes: Sequence[tuple[Shipment, str]]
) -> None:
    """Push; a person corrects these numbers once the answers are lost, before fbridge looks what became of them."""
    before, open_wishes = proxy.struck, list(wishes)

    def correct() -> None:
        while open_wishes:
            shipment, wanted = open_wishes.pop(0)
            office.correct(shipment, [wanted])

    def progress(told: PushProgress) -> None:
        lost = proxy.struck - before >= doubt.answers_lost
        if lost and told.words.startswith(("waiting", "reading")):
            correct()

    doubt.strike(proxy)
    office.bridge.push(stores=[STORE], progress=progress)
    correct()  # Where a platform needs fewer writes than faults were made ready, nothing was lost.
    proxy.heal()


class CorrectedNumbersConformance(KitFixtures):
    """Whatever became of earlier numbers, the store shows the last ones, once."""

    @pytest.mark.usefixtures("tracking_update")
    @pytest.mark.parametrize("doubt", DOUBTS, ids=str)
    def test_C08_a_number_corrected_while_its_arrival_is_in_doubt_stands_alone(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy, doubt: Doubt
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        planned = office.planned_mails()
        push_in_doubt(office, proxy, doubt, [(shipment, number(2))])
        office.push_until_quiet()
        assert store.truth(order).numbers == (number(2),)
        assert_all_arrived_once(office, [order])
        assert len(store.mails(order)) <= planned

    @pytest.mark.usefixtures("no_tracking_update")
    def test_C08_a_number_in_doubt_that_cannot_be_replaced_is_told(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        push_in_doubt(office, proxy, DOUBTS[1], [(shipment, number(2))])
        office.push_until_quiet()
        assert (office.state(shipment), office.reason(shipment)) == (PushState.REFUSED, "cannot_correct")
        assert number(1) in store.truth(order).numbers

    @pytest.mark.usefixtures("tracking_update")
    def test_C08_back_to_the_first_number_while_both_are_in_doubt(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        arrived = Doubt("arrived", (ARRIVED,))
        push_in_doubt(office, proxy, arrived, [(shipment, number(2))])
        push_in_doubt(office, proxy, arrived, [(shipment, number(1))])
        office.push_until_quiet()
        assert store.truth(order).numbers == (number(1),)
        assert_all_arrived_once(office, [order])

    @pytest.mark.usefixtures("tracking_update", "several_numbers")
    @pytest.mark.parametrize("doubt", DOUBTS[:2], ids=str)
    def test_C08_a_correction_in_doubt_that_is_corrected_again_stands_alone(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy, doubt: Doubt
    ) -> None:
        order = store.new_order([(store.skus[0], 2)])
        store.add_number_by_hand(order, number(9))
        office.fetch()
        shipment = office.ship(order, [number(1)])
        office.push()
        office.correct(shipment, [number(2)])
        push_in_doubt(office, proxy, doubt, [(shipment, number(3))])
        office.push_until_quiet()
        assert sorted(store.truth(order).numbers) == [number(3), number(9)]

    @pytest.mark.usefixtures("tracking_update", "several_numbers")
    @pytest.mark.parametrize("doubt", DOUBTS[:2], ids=str)
    def test_C08_a_number_in_doubt_that_a_sibling_gets_stays_with_the_sibling(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy, doubt: Doubt
    ) -> None:
        order = store.new_order([(store.skus[0], 1), (store.skus[1], 1)])
        office.fetch()
        first = office.pack(order, [number(1)], [(0, 1)])
        second = office.pack(order, [number(2)], [(1, 1)])
        office.hand_over()
        push_in_doubt(office, proxy, doubt, [(first, number(3)), (second, number(1))])
        office.push_until_quiet()
        assert sorted(store.truth(order).numbers) == [number(1), number(3)]
        assert_all_arrived_once(office, [order])

    @pytest.mark.usefixtures("tracking_update", "several_numbers")
    def test_C08_a_former_number_that_a_person_enters_again_stays(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        order = store.new_order([(store.skus[0], 2)])
        office.fetch()
        shipment = office.ship(order, [number(1)], [(0, 1)])
        office.push()
        office.correct(shipment, [number(2)])
        office.push()
        store.add_number_by_hand(order, number(1))
        office.fetch()
        office.correct(shipment, [number(3)])
        office.push()
        assert sorted(store.truth(order).numbers) == [number(1), number(3)]
