"""C3, C4, C6, C7 and C8: what a push makes of an order on its store."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fbridge.models.states import Effect, FulfillmentState, Outcome, PushState
from fbridge.orders.listing import OrderFilter
from fbridge.testing.direct import DirectPush
from fbridge.testing.faults import FaultProxy
from fbridge.testing.fixtures import KitFixtures
from fbridge.testing.office import TRACKING_URL, Office, number
from fbridge.testing.proofs import assert_all_arrived_once, assert_nothing_doubled
from fbridge.testing.store_under_test import StoreUnderTest


class ShippingConformance(KitFixtures):
    """Quantities by line, pushes that may be repeated, numbers that arrive once and can be corrected."""

    # C3

    def test_C03_refunded_pieces_need_not_leave(self, store: StoreUnderTest, office: Office) -> None:
        order = store.new_order([(store.skus[0], 3), (store.skus[1], 1)])
        store.refund(order, 0, 1)
        office.fetch()
        assert [line.due for line in office.fetched()[order].lines] == [2, 1]
        shipment = office.ship(order, [number(1)])
        office.push()
        assert [item.quantity for item in shipment.items] == [2, 1]
        assert store.truth(order).closed
        assert store.truth(order).shipped in (None, (2, 1))

    def test_C03_virtual_goods_need_no_carrier(self, store: StoreUnderTest, office: Office) -> None:
        if store.virtual_sku is None:
            pytest.skip(f"{office.platform.label} has no goods that no carrier takes")
        order = store.new_order([(store.virtual_sku, 1)])
        office.fetch()
        assert office.fetched()[order].fulfillment_state is FulfillmentState.FULFILLED

    @pytest.mark.usefixtures("partial_shipments")
    def test_C03_a_partial_push_leaves_the_rest_open(self, store: StoreUnderTest, office: Office) -> None:
        order = store.new_order([(store.skus[0], 2), (store.skus[1], 1)])
        office.fetch()
        office.ship(order, [number(1)], [(0, 1)])
        office.push()
        assert store.truth(order).shipped in (None, (1, 0))
        assert not store.truth(order).closed
        office.fetch()
        assert [line.remaining for line in office.fetched()[order].lines] == [1, 1]

    @pytest.mark.usefixtures("no_partial_shipments")
    def test_C03_without_partial_shipments_the_number_is_written_and_the_status_left(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        order = store.new_order([(store.skus[0], 2), (store.skus[1], 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)], [(0, 1)])
        office.push()
        push = office.stands(shipment)
        assert store.truth(order).numbers == (number(1),)
        assert not store.truth(order).closed
        assert (push.effects.tracking, push.effects.status) == (Effect.DONE, Effect.NOT_DONE)

    def test_C03_what_somebody_else_shipped_and_what_we_did_add_up(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        order = store.new_order([(store.skus[0], 2)])
        store.add_number_by_hand(order, number(9))
        office.fetch()
        if office.fetched()[order].lines[0].remaining != 1:
            pytest.skip(f"a person's number on {office.platform.label} tells no quantity")
        office.ship(order, [number(1)])
        office.push()
        offered = [row.remote_id for row in office.bridge.orders.list(OrderFilter(ready=True))]
        assert order not in offered, "pieces that have left are offered for a second shipment"

    def test_C03_the_last_part_completes_the_order(self, store: StoreUnderTest, office: Office) -> None:
        order = store.new_order([(store.skus[0], 2), (store.skus[1], 1)])
        office.fetch()
        office.ship(order, [number(1)], [(0, 1)])
        office.push()
        assert not store.truth(order).closed
        office.ship(order, [number(2)])
        office.push()
        assert store.truth(order).closed
        assert_all_arrived_once(office, [order])

    def test_C03_a_line_of_the_same_article_is_another_line(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        order = store.new_order([(store.skus[0], 1), (store.skus[0], 2)])
        office.fetch()
        office.ship(order, [number(1)], [(1, 2)])
        office.push()
        assert store.truth(order).shipped in (None, (0, 2))
        assert not store.truth(order).closed

    @pytest.mark.parametrize("place", [0, 1])
    def test_C03_of_two_lines_that_look_alike_the_named_one_ships(
        self, store: StoreUnderTest, office: Office, place: int
    ) -> None:
        order = store.new_order([(store.skus[0], 2), (store.skus[0], 2)])
        if store.truth(order).shipped is None:
            pytest.skip(f"{office.platform.label} keeps no quantities by line")
        office.fetch()
        office.ship(order, [number(1)], [(place, 1)])
        office.push()
        assert store.truth(order).shipped == ((1, 0), (0, 1))[place]

    @pytest.mark.parametrize("chosen", [0, 1])
    def test_C03_goods_leave_from_the_place_that_the_shipment_names(
        self, store: StoreUnderTest, direct: DirectPush, chosen: int
    ) -> None:
        if len(store.places) <= chosen:
            pytest.skip("no order of this store can leave from two places (StoreUnderTest.places)")
        read = direct.read(store.new_order([(store.skus[0], 1)]))[0]
        shipment = replace(direct.shipment(read, [number(1)]), location=store.places[chosen])
        direct.push(direct.fulfillment(read, shipment))
        assert store.truth(read.remote_id).locations == (store.places[chosen],)

    # C4

    def test_C04_the_same_fulfillment_again_changes_nothing(
        self, store: StoreUnderTest, direct: DirectPush
    ) -> None:
        order = store.new_order([(store.skus[0], 2)])
        fulfillment = direct.whole(order, number(1), number(2))
        direct.push(fulfillment)
        truth, mails = store.truth(order), store.mails(order)
        receipt = direct.receipt(direct.again(fulfillment))
        assert receipt.outcome is Outcome.DONE
        assert store.truth(order) == truth
        assert store.mails(order) == mails

    def test_C04_a_partial_again_changes_nothing(self, store: StoreUnderTest, direct: DirectPush) -> None:
        order = store.new_order([(store.skus[0], 2)])
        read = direct.read(order)[0]
        part = direct.shipment(read, [number(1)], [(0, 1)])
        fulfillment = direct.fulfillment(read, part, completes=False)
        direct.push(fulfillment)
        truth, mails = store.truth(order), store.mails(order)
        receipt = direct.receipt(direct.again(fulfillment))
        assert receipt.outcome is Outcome.DONE
        assert store.truth(order) == truth
        assert store.mails(order) == mails

    # C6

    @pytest.mark.usefixtures("mails_at_all")
    def test_C06_the_mail_leaves_after_the_number_was_written(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        office.ship(order, [number(1)])
        early: list[str] = []

        def look() -> None:
            if store.mails(order) and number(1) not in store.truth(order).numbers:
                early.append("mailed without its number")

        proxy.after_each = look
        office.push()
        proxy.after_each = None
        assert not early
        assert len(store.mails(order)) == 1
        if store.mail_holds_number:
            assert number(1) in store.mails(order)[0].numbers

    # C7

    @pytest.mark.usefixtures("several_numbers")
    def test_C07_three_numbers_arrive_as_three(self, store: StoreUnderTest, office: Office) -> None:
        order = store.new_order([(store.skus[0], 3)])
        office.fetch()
        office.ship(order, [number(1), number(2), number(3)])
        office.push()
        assert sorted(store.truth(order).numbers) == [number(1), number(2), number(3)]

    def test_C07_a_number_arrives_letter_by_letter(self, store: StoreUnderTest, office: Office) -> None:
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        office.ship(order, ["00Fb0012345"])
        office.push()
        assert store.truth(order).numbers == ("00Fb0012345",)

    @pytest.mark.usefixtures("no_several_numbers")
    def test_C07_with_one_field_three_numbers_are_joined_or_refused(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        order = store.new_order([(store.skus[0], 3)])
        office.fetch()
        shipment = office.ship(order, [number(1), number(2), number(3)])
        office.push()
        if office.state(shipment) is PushState.REFUSED:
            assert store.truth(order).numbers == ()
        else:
            assert sorted(store.truth(order).numbers) == [number(1), number(2), number(3)]

    def test_C07_one_number_for_three_parcels_arrives_once(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        order = store.new_order([(store.skus[0], 3)])
        office.fetch()
        office.ship(order, [number(1)], parcels=3)
        office.push()
        assert store.truth(order).numbers == (number(1),)

    def test_C07_the_carrier_is_written_with_its_number(self, store: StoreUnderTest, office: Office) -> None:
        if not store.keeps_carrier:
            pytest.skip(f"this store of {office.platform.label} names no carrier with a number")
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        office.ship(order, [number(1)])
        office.push()
        carriers = store.truth(order).carriers
        assert carriers
        assert set(carriers) <= office.carrier_names(), f"the store shows the carrier as {carriers}"

    def test_C07_the_public_page_of_a_number_is_written_with_it(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        if store.truth(order).urls is None:
            pytest.skip(f"this store of {office.platform.label} keeps no address of a number's page")
        office.fetch()
        office.ship(order, [number(1)])
        office.push()
        assert store.truth(order).urls == (TRACKING_URL.format(number=number(1)),)

    @pytest.mark.usefixtures("several_numbers")
    def test_C07_siblings_do_not_overwrite_each_other(self, store: StoreUnderTest, office: Office) -> None:
        order = store.new_order([(store.skus[0], 2)])
        office.fetch()
        office.ship(order, [number(1)], [(0, 1)])
        office.push()
        office.ship(order, [number(2)])
        office.push()
        assert sorted(store.truth(order).numbers) == [number(1), number(2)]

    @pytest.mark.usefixtures("several_numbers")
    def test_C07_numbers_of_other_people_stay(self, store: StoreUnderTest, office: Office) -> None:
        order = store.new_order([(store.skus[0], 2)])
        store.add_number_by_hand(order, number(9))
        office.fetch()
        office.ship(order, [number(1)])
        office.push()
        assert sorted(store.truth(order).numbers) == [number(1), number(9)]

    # C14

    def test_C14_goods_that_somebody_ships_with_another_carrier_get_no_number_of_ours(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        store.add_number_by_hand(order, number(9))
        store.complete_by_hand(order)
        truth, mails = store.truth(order), store.mails(order)
        if not (store.keeps_carrier and truth.carriers) or set(truth.carriers) & office.carrier_names():
            pytest.skip(
                f"whoever ships by hand on this store of {office.platform.label} names no other carrier"
            )
        office.push()
        assert office.state(shipment) is PushState.DONE_ELSEWHERE
        assert "our number is not added" in office.words(shipment)
        office.correct(shipment, [number(2)])
        office.push()
        assert (office.state(shipment), office.reason(shipment)) == (PushState.REFUSED, "other_carrier")
        assert store.truth(order) == truth
        assert store.mails(order) == mails

    # C8

    @pytest.mark.usefixtures("tracking_update")
    def test_C08_a_corrected_number_replaces_the_old_one(self, store: StoreUnderTest, office: Office) -> None:
        order = store.new_order([(store.skus[0], 2)])
        office.fetch()
        first = office.ship(order, [number(1)], [(0, 1)])
        office.ship(order, [number(2)])
        office.push()
        before = store.truth(order)
        office.correct(first, [number(3)])
        office.push()
        after = store.truth(order)
        assert sorted(after.numbers) == [number(2), number(3)]
        assert after.shipments == before.shipments
        assert after.shipped == before.shipped
        assert_all_arrived_once(office, [order])

    @pytest.mark.usefixtures("no_tracking_update")
    def test_C08_a_correction_that_cannot_be_made_is_refused(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        office.push()
        office.correct(shipment, [number(2)])
        office.push()
        assert (office.state(shipment), office.reason(shipment)) == (PushState.REFUSED, "cannot_correct")
        assert number(1) in store.truth(order).numbers

    @pytest.mark.usefixtures("late_numbers")
    def test_C08_a_late_number_arrives_without_a_second_shipment_or_mail(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order)
        office.push()
        mails = len(store.mails(order))
        closed = store.truth(order).closed
        office.correct(shipment, [number(1)])
        office.push()
        assert closed
        assert store.truth(order).numbers == (number(1),)
        assert len(store.mails(order)) == mails
        assert_nothing_doubled(office, [order])

    @pytest.mark.usefixtures("no_late_numbers")
    def test_C08_a_late_number_that_cannot_be_added_is_refused(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order)
        office.push()
        truth, mails = store.truth(order), store.mails(order)
        office.correct(shipment, [number(1)])
        office.push()
        assert (office.state(shipment), office.reason(shipment)) == (PushState.REFUSED, "cannot_add_number")
        assert store.truth(order) == truth
        assert store.mails(order) == mails

    @pytest.mark.usefixtures("no_late_numbers")
    def test_C08_an_order_completed_by_hand_stays_without_its_number(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        store.complete_by_hand(order)
        truth, mails = store.truth(order), store.mails(order)
        office.push()
        assert office.state(shipment) is PushState.DONE_ELSEWHERE
        assert office.words(shipment)
        assert store.truth(order) == truth
        assert store.mails(order) == mails

    @pytest.mark.usefixtures("tracking_update", "several_numbers")
    def test_C08_the_numbers_of_a_shipment_that_grows_and_shrinks_are_the_last_ones(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        for numbers in ([number(1), number(2), number(3)], [number(3)], [number(4), number(3)]):
            office.push()
            office.correct(shipment, numbers)
        office.push()
        assert sorted(store.truth(order).numbers) == [number(3), number(4)]
