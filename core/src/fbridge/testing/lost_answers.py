"""C5: what becomes of a push whose answers are lost, with faults, dead programs and merchants in between."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from fbridge.models.states import PushState
from fbridge.push.decide import TAKEN_BY_STORE
from fbridge.push.receipts import MOST_TRIES
from fbridge.testing.faults import (
    NOTICE,
    REFUSED_CONNECTION,
    Answer,
    Fault,
    FaultProxy,
    Noisy,
    On,
    some_strangers,
    unlucky_write_faults,
    write_faults,
)
from fbridge.testing.fetching import skip_unless_mended
from fbridge.testing.fixtures import HASTE, KitFixtures
from fbridge.testing.office import SETTLE, Office, number
from fbridge.testing.proofs import assert_all_arrived_once, assert_nothing_doubled, assert_safe
from fbridge.testing.store_under_test import StoreUnderTest

LATE = SETTLE / 2
DROPPED_BEFORE = Fault(name="dropped_before", answer=Answer.HANG_UP)
DROPPED_AFTER = Fault(name="dropped_after", answer=Answer.HANG_UP, acts=True)


def two_orders_on_their_way(store: StoreUnderTest, office: Office, first: int = 0) -> list[str]:
    """One order in one shipment, and one in two shipments of the same article; all numbered, all handed over."""
    plain, split = store.new_order([(store.skus[0], 1)]), store.new_order([(store.skus[1], 2)])
    office.fetch()
    office.pack(plain, [number(first + 1)])
    office.pack(split, [number(first + 2)], [(0, 1)])
    office.pack(split, [number(first + 3)])
    office.hand_over()
    return [plain, split]


class LostAnswersConformance(KitFixtures):
    """Nothing is lost, and nothing is sent again on a guess."""

    def test_C05_all_arrives_once_after_every_fault(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy
    ) -> None:
        wrong = {}
        for count, fault in enumerate(write_faults()):
            orders = two_orders_on_their_way(store, office, first=10 * count)
            proxy.strike(fault)
            office.push_until_quiet()
            try:
                assert_all_arrived_once(office, orders)
            except AssertionError as error:
                wrong[fault.name] = str(error).partition("\n")[0]
        assert not wrong, f"after these faults something was lost or doubled: {wrong}"
        assert proxy.struck == len(write_faults())

    @pytest.mark.parametrize(
        ("acts", "late"),
        [(True, None), (False, LATE), (False, None)],
        ids=["after_the_act", "while_the_store_goes_on", "instead_of_the_act"],
    )
    def test_C05_all_arrives_once_whatever_something_before_the_store_says(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy, late: float | None, *, acts: bool
    ) -> None:
        wrong = {}
        faults = some_strangers(acts=acts, acts_after=late)
        for count, fault in enumerate(faults):
            orders = two_orders_on_their_way(store, office, first=10 * count)
            proxy.strike(fault)
            office.push_until_quiet()
            proxy.wait_for_late_acts()
            try:
                assert_all_arrived_once(office, orders)
            except AssertionError as error:
                wrong[fault.name] = str(error).partition("\n")[0]
        assert not wrong, f"after these answers something was lost or doubled: {wrong}"
        assert proxy.struck == len(faults)

    def test_C05_what_is_turned_away_each_time_ends_with_a_person(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        proxy.strike(Fault(name="firewall", answer=Answer.STATUS, status=406), times=1000)
        office.push_until_quiet()
        assert office.state(shipment) is PushState.NEEDS_ATTENTION
        assert "406" in office.words(shipment)
        assert proxy.struck <= MOST_TRIES
        assert store.truth(order).numbers == ()

    @pytest.mark.parametrize("fault", [DROPPED_BEFORE, DROPPED_AFTER], ids=str)
    def test_C05_an_order_that_cannot_be_read_after_a_lost_answer_stays_unconfirmed_until_it_can(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy, fault: Fault
    ) -> None:
        skip_unless_mended(store)
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        proxy.strike(fault)
        office.push(meanwhile=lambda: store.malform(order))
        office.skip_time(timedelta(hours=2))
        office.push()
        assert (office.state(shipment), office.reason(shipment)) == (
            PushState.UNCONFIRMED,
            "order_unreadable",
        )
        store.mend(order)
        office.push_until_quiet()
        assert_all_arrived_once(office, [order])

    @pytest.mark.parametrize("fault", unlucky_write_faults(timeout=HASTE, late=LATE), ids=str)
    def test_C05_all_arrives_once_after_a_time_out(
        self, store: StoreUnderTest, hasty: Office, proxy: FaultProxy, fault: Fault
    ) -> None:
        orders = two_orders_on_their_way(store, hasty)
        proxy.strike(fault)
        hasty.push_until_quiet()
        proxy.wait_for_late_acts()
        assert proxy.struck == 1
        assert_all_arrived_once(hasty, orders)

    def test_C05_noise_around_an_answer_proves_nothing_and_all_arrives_once(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy
    ) -> None:
        orders = two_orders_on_their_way(store, office)
        proxy.put_between(Noisy(before=NOTICE, on=On.ANY))
        office.push_until_quiet()
        assert_all_arrived_once(office, orders)

    @pytest.mark.parametrize("nth", [2, 3])
    @pytest.mark.parametrize("fault", [DROPPED_BEFORE, DROPPED_AFTER], ids=str)
    def test_C05_all_arrives_once_after_a_fault_in_the_middle(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy, fault: Fault, nth: int
    ) -> None:
        orders = two_orders_on_their_way(store, office)
        before = len(proxy.writes)
        proxy.strike(fault, nth=nth)
        office.push_until_quiet()
        writes = proxy.writes[before:]
        assert proxy.struck == 1 or len(writes) < nth
        assert_all_arrived_once(office, orders)

    @pytest.mark.parametrize("seed", [1, 2])
    def test_C05_all_arrives_once_in_a_storm(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy, seed: int
    ) -> None:
        orders = two_orders_on_their_way(store, office)
        chance = random.Random(seed)  # noqa: S311 - a repeatable choice of faults
        passing = [fault for fault in write_faults() if fault.answer is not Answer.REDIRECT]
        for nth in range(1, 7):
            if nth == 1 or chance.random() < 0.6:
                proxy.strike(chance.choice(passing), nth=nth)
        office.push_until_quiet()
        proxy.heal()
        office.push_until_quiet()
        assert proxy.struck
        assert_safe(office, orders)

    def test_C05_a_refused_connection_sends_nothing(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy
    ) -> None:
        orders = two_orders_on_their_way(store, office)
        truths = [store.truth(order) for order in orders]
        proxy.strike(REFUSED_CONNECTION, on=On.READ)
        result = office.push()
        assert result.errors or any(item.state is PushState.RETRY for item in result.results)
        assert [store.truth(order) for order in orders] == truths
        proxy.heal()
        office.push_until_quiet()
        assert_all_arrived_once(office, orders)

    @pytest.mark.parametrize("fault", [DROPPED_BEFORE, DROPPED_AFTER], ids=str)
    def test_C05_parts_without_a_number_are_never_doubled(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy, fault: Fault
    ) -> None:
        order = store.new_order([(store.skus[0], 3)])
        office.fetch()
        first = office.pack(order, [], [(0, 1)])
        second = office.pack(order, [], [(0, 1)])
        office.hand_over()
        proxy.strike(fault)
        office.push_until_quiet()
        assert not store.truth(order).closed
        assert_safe(office, [order])
        taken = sum(office.state(one) in TAKEN_BY_STORE for one in (first, second))
        shipped = store.truth(order).shipped
        assert shipped is None or taken <= shipped[0] <= 2

    @pytest.mark.usefixtures("tracking_update")
    def test_C05_a_correction_is_recovered_too(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        office.push()
        for count, fault in enumerate((DROPPED_BEFORE, DROPPED_AFTER), start=2):
            office.correct(shipment, [number(count)])
            proxy.strike(fault)
            office.push_until_quiet()
            assert store.truth(order).numbers == (number(count),)
        assert_all_arrived_once(office, [order])

    # The merchant's hand between two tries

    @pytest.mark.parametrize("fault", [DROPPED_BEFORE, DROPPED_AFTER], ids=str)
    def test_C05_an_order_cancelled_meanwhile_is_not_revived(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy, fault: Fault
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        office.ship(order, [number(1)])
        proxy.strike(fault)
        office.push(meanwhile=lambda: store.cancel(order))
        office.push_until_quiet()
        assert store.truth(order).cancelled
        assert_nothing_doubled(office, [order])

    @pytest.mark.usefixtures("late_numbers")
    @pytest.mark.parametrize("fault", [DROPPED_BEFORE, DROPPED_AFTER], ids=str)
    def test_C05_an_order_completed_by_hand_meanwhile_gets_its_number_and_no_second_mail(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy, fault: Fault
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        proxy.strike(fault)
        office.push(meanwhile=lambda: store.complete_by_hand(order))
        office.push_until_quiet()
        assert store.truth(order).closed
        assert_safe(office, [order])
        if office.state(shipment) in TAKEN_BY_STORE:
            assert store.truth(order).numbers == (number(1),)

    @pytest.mark.usefixtures("several_numbers")
    @pytest.mark.parametrize("fault", [DROPPED_BEFORE, DROPPED_AFTER], ids=str)
    def test_C05_a_strangers_number_meanwhile_is_not_taken_for_ours(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy, fault: Fault
    ) -> None:
        order = store.new_order([(store.skus[0], 2)])
        office.fetch()
        office.ship(order, [number(1)], [(0, 1)])
        proxy.strike(fault)
        office.push(meanwhile=lambda: store.add_number_by_hand(order, number(9)))
        office.push_until_quiet()
        assert_safe(office, [order])
        assert number(9) in store.truth(order).numbers

    def test_C05_pieces_refunded_meanwhile_do_not_hide_what_was_sent(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy
    ) -> None:
        order = store.new_order([(store.skus[0], 1), (store.skus[1], 2)])
        office.fetch()
        shipment = office.ship(order, [number(1)], [(0, 1)])
        proxy.strike(DROPPED_AFTER)
        office.push(meanwhile=lambda: store.refund(order, 1, 1))
        office.push_until_quiet()
        assert store.truth(order).numbers == (number(1),)
        assert office.state(shipment) is PushState.SENT
