"""A fulfillment that somebody cancels on the store: its goods are to be shipped again, and a person decides how."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.plugins.shopify.conformance_store import ShopifyUnderTest

from fbridge.errors import InputError
from fbridge.models.states import FulfillmentState, PushState
from fbridge.sandbox import ServedSandbox
from fbridge.testing import StoreUnderTest
from fbridge.testing.fixtures import KitFixtures
from fbridge.testing.office import STORE, Office, number

OURS, IN_TURIN = "CAFFE-MOKA", "TAZZA-BLU"


class TestCancelledOnTheStore(KitFixtures):
    @pytest.fixture
    def served(self, make_sandbox: Callable[..., ServedSandbox]) -> ServedSandbox:
        return make_sandbox(orders=0)

    @pytest.fixture
    def store(self, served: ServedSandbox) -> StoreUnderTest:
        return ShopifyUnderTest(served)

    def undone(self, store: StoreUnderTest, office: Office, *skus: str) -> str:
        """An order of which all was sent, and then cancelled on the store, as the next fetch finds it."""
        order = store.new_order([(sku, 2) for sku in skus or (OURS,)])
        office.fetch()
        office.ship(order, [number(1)])
        office.push()
        store.undo_shipments(order)
        office.fetch()
        return order

    def test_the_fetch_finds_it_and_status_tells(self, store: StoreUnderTest, office: Office) -> None:
        order = self.undone(store, office)
        (shipment,) = office.shipments()
        assert (office.state(shipment), office.reason(shipment)) == (PushState.REFUSED, "gone_from_store")
        assert office.fetched()[order].fulfillment_state is FulfillmentState.UNFULFILLED
        (item,) = office.bridge.status().items
        assert (item.shipment, item.overdue) == (shipment.label, True)
        assert "to be shipped again" in item.words
        office.push_until_quiet()
        assert store.truth(order).shipments == 0, "nothing is sent by itself"
        with pytest.raises(InputError, match=shipment.label):
            office.pack(order, [number(2)])

    def test_withdrawn_its_goods_leave_in_another_parcel(self, store: StoreUnderTest, office: Office) -> None:
        order = self.undone(store, office)
        (shipment,) = office.shipments()
        office.bridge.shipments.withdraw(shipment.label)
        office.ship(order, [number(2)])
        office.push()
        assert store.truth(order).numbers == (number(2),)
        assert [mail.numbers for mail in store.mails(order)] == [(number(1),), (number(2),)]

    def test_sent_again_it_is_shown_again_without_a_second_mail(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        order = self.undone(store, office)
        (shipment,) = office.shipments()
        office.bridge.resend(shipment.label)
        office.push()
        assert office.state(shipment) is PushState.SENT
        assert (store.truth(order).shipped, store.truth(order).numbers) == ((2,), (number(1),))
        assert len(store.mails(order)) == 1

    def test_what_a_person_let_stand_is_not_asked_again(self, store: StoreUnderTest, office: Office) -> None:
        order = self.undone(store, office)
        (shipment,) = office.shipments()
        office.bridge.adopt(shipment.label)
        store.touch(order)
        office.fetch()
        assert office.state(shipment) is PushState.DONE_ELSEWHERE
        assert not office.bridge.status().items

    def test_one_of_two_fulfillments(
        self, served: ServedSandbox, store: StoreUnderTest, office: Office
    ) -> None:
        order = store.new_order([(OURS, 2), (IN_TURIN, 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        office.push()
        served.control.take_back(order, 0)
        office.fetch()
        assert office.reason(shipment) == "gone_from_store"
        office.bridge.resend(shipment.label)
        office.push()
        assert office.state(shipment) is PushState.SENT
        assert (store.truth(order).shipped, store.truth(order).shipments) == ((2, 1), 2)

    def test_made_anew_by_hand_nothing_is_to_be_shipped(
        self, served: ServedSandbox, store: StoreUnderTest, office: Office
    ) -> None:
        order = store.new_order([(OURS, 2)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        office.push()
        store.undo_shipments(order)
        served.control.ship_by_hand(order, number=number(1), company="BRT")
        office.fetch()
        assert office.state(shipment) is PushState.SENT

    def test_of_a_cancelled_order_nothing_is_to_be_shipped_again(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        order = store.new_order([(OURS, 2)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        office.push()
        store.undo_shipments(order)
        store.cancel(order)
        office.fetch()
        assert office.state(shipment) is PushState.SENT

    @pytest.mark.parametrize("moved", [False, True], ids=["same second", "later"])
    def test_a_sibling_goes_out_all_the_same(
        self, served: ServedSandbox, store: StoreUnderTest, office: Office, moved: bool
    ) -> None:
        """Whether the order's date of change moves with it was never observed."""
        order = store.new_order([(OURS, 2), ("PASTA-GRAGN", 1)])
        office.fetch()
        first = office.ship(order, [number(1)], [(0, 2)])
        office.push()
        changed = served.control.record(order).updated
        second = office.ship(order, [number(2)], [(1, 1)])
        served.control.take_back(order)
        served.control.set_changed([order], changed + moved)
        office.push()
        assert office.state(second) is PushState.SENT
        assert store.truth(order).numbers == (number(2),)
        office.fetch()
        assert office.reason(first) == "gone_from_store"
        assert office.bridge.plan([STORE]).stores[0].mails == 0

    @pytest.mark.slow
    def test_it_is_found_on_any_database(
        self, served: ServedSandbox, store: StoreUnderTest, tmp_path: Path, database_url: str
    ) -> None:
        with Office(store, tmp_path / "home", database_url=database_url) as office:
            held = store.new_order([(OURS, 1), ("BOX-REGALO", 1)])
            order = self.undone(store, office)
            assert [office.reason(one) for one in office.shipments()] == ["gone_from_store"]
            assert office.fetched()[held].lines[1].held_why
            served.control.deprecate("something goes")
            office.fetch()
            assert office.bridge.status().notices
            (shipment,) = office.shipments()
            office.bridge.resend(shipment.label)
            office.push()
            assert store.truth(order).shipped == (2,)
