"""C11: as many mails leave as the plan showed, whatever came before and whatever the merchant does meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import pytest

from fbridge.errors import InputError
from fbridge.models.shipments import Shipment
from fbridge.models.states import MailBehaviour, MailEffect, OrderStatus, PushState
from fbridge.push.decide import TAKEN_BY_STORE
from fbridge.push.run import push_store
from fbridge.push.run_state import PushProgress
from fbridge.testing.direct import DirectPush
from fbridge.testing.faults import Answer, Fault, FaultProxy
from fbridge.testing.fixtures import KitFixtures
from fbridge.testing.office import STORE, Office, number
from fbridge.testing.store_under_test import StoreUnderTest


def push_as_planned(office: Office, order: str) -> int:
    """Push, and count: the mails that left for the order are those that the plan showed."""
    planned, before = office.planned_mails(), len(office.store.mails(order))
    office.push()
    left = len(office.store.mails(order)) - before
    assert left == planned, f"{left} mails left, and the plan showed {planned}"
    return left


class PlannedMailsConformance(KitFixtures):
    """Nobody is mailed unseen; what a push of ours did is known to the next plan, without a fetch in between."""

    def test_C11_looking_at_a_store_changes_nothing(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        truth = store.truth(order)
        office.fetch()
        office.pack(order, [number(1)])
        office.hand_over()
        office.bridge.stores.check(STORE)
        office.bridge.carriers.codes(STORE)
        office.planned_mails()
        written = [f"{one.method} {one.path}" for one in proxy.writes]
        assert written == [], "something other than a push writes to the store"
        assert store.truth(order) == truth
        assert store.mails(order) == ()

    def test_C11_no_more_mails_leave_than_the_plan_showed(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        whole, part = store.new_order([(store.skus[0], 1)]), store.new_order([(store.skus[0], 2)])
        office.fetch()
        office.pack(whole, [number(1)])
        office.pack(part, [number(2)], [(0, 1)])
        office.hand_over()
        planned = office.planned_mails()
        office.push()
        assert len(store.mails(whole)) + len(store.mails(part)) <= planned
        office.push()
        assert len(store.mails(whole)) + len(store.mails(part)) <= planned

    def test_C11_without_consent_nobody_is_mailed(
        self, store: StoreUnderTest, make_office: Callable[..., Office]
    ) -> None:
        office = make_office(accept_mail=False)
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        office.push()
        assert store.mails(order) == ()
        if office.platform.mail is MailBehaviour.ALWAYS:
            assert (office.state(shipment), office.reason(shipment)) == (
                PushState.WAITING,
                "mail_not_accepted",
            )
        else:
            assert office.state(shipment) is PushState.SENT

    def test_C11_a_direct_push_that_need_not_notify_mails_nobody(
        self, store: StoreUnderTest, direct: DirectPush, office: Office
    ) -> None:
        if office.platform.mail is MailBehaviour.ALWAYS:
            pytest.skip(f"{office.platform.label} declares mail = always")
        order = store.new_order([(store.skus[0], 1)])
        direct.push(direct.whole(order, number(1), notify=False))
        assert store.truth(order).closed
        assert store.mails(order) == ()

    @pytest.mark.usefixtures("lost_mails")
    def test_C11_a_lost_mail_is_not_called_sent_and_is_not_sent_again(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        store.lose_mails(lost=True)
        office.push_until_quiet()
        store.lose_mails(lost=False)
        office.push()
        assert store.truth(order).closed
        assert store.mails(order) == ()
        assert office.state(shipment) is PushState.SENT
        push = office.stands(shipment)
        assert push.effects.mail is not MailEffect.SENT

    @pytest.mark.usefixtures("mails_at_all")
    def test_C11_a_late_number_mails_as_planned(self, store: StoreUnderTest, office: Office) -> None:
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order)
        push_as_planned(office, order)
        office.correct(shipment, [number(1)])
        push_as_planned(office, order)
        assert office.state(shipment) in TAKEN_BY_STORE

    @pytest.mark.usefixtures("mails_at_all", "tracking_update")
    def test_C11_a_corrected_number_mails_as_planned(self, store: StoreUnderTest, office: Office) -> None:
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        assert push_as_planned(office, order) == 1
        for count in (2, 3):
            office.correct(shipment, [number(count)])
            push_as_planned(office, order)
        assert office.state(shipment) is PushState.SENT

    @pytest.mark.usefixtures("mails_at_all")
    def test_C11_part_after_part_mails_as_planned(self, store: StoreUnderTest, office: Office) -> None:
        order = store.new_order([(store.skus[0], 2), (store.skus[1], 1)])
        office.fetch()
        first = office.ship(order, [number(1)], [(0, 1)])
        push_as_planned(office, order)
        office.ship(order, [number(2)], [(0, 1)])
        office.ship(order, [number(3)])
        push_as_planned(office, order)
        assert store.truth(order).closed
        office.correct(first, [number(4)])
        push_as_planned(office, order)

    @pytest.mark.usefixtures("mails_at_all")
    def test_C11_a_parcel_of_an_order_that_was_completed_by_hand_mails_as_planned(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        order = store.new_order([(store.skus[0], 2)])
        office.fetch()
        office.ship(order, [number(1)], [(0, 1)])
        office.push()
        rest = office.pack(order, [number(2)])
        office.hand_over()
        store.complete_by_hand(order)
        office.fetch()
        try:
            push_as_planned(office, order)
        except InputError:
            pytest.skip("nothing is left to ship of an order that a person has completed")
        assert office.state(rest) in TAKEN_BY_STORE

    def test_C10_what_a_push_tells_of_the_order_is_what_the_next_fetch_shows(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        order = store.new_order([(store.skus[0], 2)])
        office.fetch()
        before = office.fetched()[order]
        office.ship(order, [number(1)], [(0, 1)])
        office.push()
        assert office.fetched()[order].status is before.status
        office.ship(order, [number(2)])
        office.push()
        told = office.fetched()[order]
        office.fetch()
        shown = office.fetched()[order]
        assert shown.status is OrderStatus.CLOSED
        if told.status is OrderStatus.CLOSED:
            assert told.remote_status == shown.remote_status

    @pytest.mark.usefixtures("mails_at_all")
    def test_C11_what_is_to_be_looked_for_first_mails_as_planned(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        ended = Event()

        def end(told: PushProgress) -> None:
            if told.words.startswith("waiting"):
                ended.set()

        proxy.strike(Fault(name="never_arrived", answer=Answer.HANG_UP))
        push_store(office.bridge.context, STORE, progress=end, stop=ended)
        assert office.state(shipment) is PushState.UNCONFIRMED
        assert push_as_planned(office, order) == 1
        assert office.state(shipment) is PushState.SENT

    # The merchant's hand between the plan and its run

    @pytest.mark.usefixtures("mails_at_all")
    def test_C11_a_refund_that_makes_the_order_complete_mails_only_as_planned(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        def refund(order: str) -> None:
            store.refund(order, 1, 1)

        self._mails_only_as_planned(store, office, refund)

    @pytest.mark.usefixtures("mails_at_all")
    def test_C11_an_order_completed_by_hand_mails_only_as_planned(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        self._mails_only_as_planned(store, office, store.complete_by_hand)

    def _mails_only_as_planned(
        self, store: StoreUnderTest, office: Office, act: Callable[[str], object]
    ) -> None:
        """What outgrew its plan waits for the next; another order of the same run goes out."""
        order, other = (store.new_order([(store.skus[0], 1), (store.skus[1], 1)]) for _ in range(2))
        office.fetch()
        part, whole = office.pack(order, [number(1)], [(0, 1)]), office.pack(other, [number(2)])
        office.hand_over()
        before, planned = len(store.mails(order)), self._planned(office, part)
        act(order)
        by_hand = len(store.mails(order)) - before
        office.push()
        assert office.state(whole) is PushState.SENT
        assert len(store.mails(order)) - by_hand <= planned
        if office.reason(part) == "plan_outgrown":
            assert office.state(part) is PushState.WAITING
            assert store.truth(order).numbers == ()
            assert push_as_planned(office, order) > planned
        assert office.state(part) in TAKEN_BY_STORE

    def _planned(self, office: Office, shipment: Shipment) -> int:
        (entry,) = (
            one
            for plan in office.bridge.plan().stores
            for one in plan.entries
            if one.shipment == shipment.label
        )
        return int(entry.mail)
