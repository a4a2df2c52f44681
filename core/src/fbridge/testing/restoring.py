"""C5 after a restored backup: what was sent since is found on the store, whoever makes it again."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from fbridge.bridge import Bridge
from fbridge.models.shipments import Shipment
from fbridge.models.states import PushState
from fbridge.push.turn import push_turn
from fbridge.shipping.shipment_rules import needs_taking_back
from fbridge.testing.fixtures import KitFixtures
from fbridge.testing.office import CARRIER, STORE, Office, number
from fbridge.testing.proofs import assert_all_arrived_once, assert_nothing_doubled, assert_safe
from fbridge.testing.store_under_test import StoreUnderTest

A_SECOND = 1.1
PutBack = Callable[[], None]


class RestoringConformance(KitFixtures):
    """Nothing is doubled and nothing lost, however the backup came back and however the first push ended."""

    @pytest.fixture
    def keep(self, request: pytest.FixtureRequest, office: Office, tmp_path: Path) -> Callable[[], PutBack]:
        """``put_back = keep()`` keeps the database as it is; ``put_back()`` puts it in the place of the later one.

        The parameter is the way back; without one the bare file comes to a new computer, which tells least.
        """
        file = tmp_path / "kept" / "backup.db"
        file.parent.mkdir()
        back = WAYS_BACK[getattr(request, "param", "a copy on a new computer")]

        def keep() -> PutBack:
            if back is _moved:
                office.bridge.close()
                shutil.copy(_database(office), file)
            else:
                office.bridge.backup(file)
            return lambda: back(office, file)

        return keep

    @pytest.mark.parametrize(
        "keep", ["db restore", "a copied backup", "a copy on a new computer"], indirect=True
    )
    def test_C05_after_a_restore_nothing_is_sent_again_even_if_the_first_push_ends_at_once(
        self, store: StoreUnderTest, office: Office, keep: Callable[[], PutBack]
    ) -> None:
        orders = [store.new_order([(store.skus[0], 1)]) for _ in range(5)]
        office.fetch()
        self._ship(office, orders[:2], first=0)
        office.push()
        self._pack(office, orders[2:], first=2)
        put_back = keep()
        office.hand_over()
        office.push()
        truths, mails = [store.truth(order) for order in orders], [store.mails(order) for order in orders]
        put_back()
        self._begin_a_push_and_die(office)
        self._hand_over_unseen(office)
        office.push_until_quiet()
        assert [store.truth(order) for order in orders] == truths
        assert [store.mails(order) for order in orders] == mails
        assert_all_arrived_once(office, orders)

    @pytest.mark.parametrize("keep", ["db restore"], indirect=True)
    def test_C15_after_a_restore_what_was_taken_back_is_asked_about(
        self, store: StoreUnderTest, office: Office, keep: Callable[[], PutBack]
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        office.push_until_quiet()
        plan = office.bridge.plan_taking_back(shipment.label)
        if plan.refused:
            pytest.skip(f"{office.platform.label}: {plan.refused}")
        time.sleep(A_SECOND)  # platforms tell the time of a change in whole ones
        put_back = keep()
        office.bridge.take_back(shipment.label, plan=plan)
        truth = store.truth(order)
        put_back()
        office.push_until_quiet()
        assert shipment.label in {item.shipment for item in office.bridge.status().items}
        assert (
            f"fbridge shipment withdraw {shipment.label}" in office.bridge.explain(shipment.label).next_steps
        )
        if needs_taking_back(office.bridge.shipments.get(shipment.label)):
            office.bridge.take_back(shipment.label)
        else:
            office.bridge.shipments.withdraw(shipment.label)
        assert office.state(shipment) is PushState.WITHDRAWN
        assert store.truth(order) == truth

    def test_C05_after_a_restore_what_was_never_sent_still_is(
        self, store: StoreUnderTest, office: Office, keep: Callable[[], PutBack]
    ) -> None:
        orders = [store.new_order([(store.skus[0], 1)]) for _ in range(3)]
        office.fetch()
        self._ship(office, orders[:1], first=0)
        office.push()
        self._ship(office, orders[1:2], first=1)
        put_back = keep()
        put_back()
        office.push_until_quiet()
        assert_all_arrived_once(office, orders[:2])
        self._ship(office, orders[2:], first=2)
        office.push_until_quiet()
        assert_all_arrived_once(office, orders)

    @pytest.mark.parametrize("pushed_before", [False, True], ids=["at once", "after a push"])
    def test_C05_after_a_restore_what_the_office_makes_again_does_not_go_out_twice(
        self, store: StoreUnderTest, office: Office, keep: Callable[[], PutBack], pushed_before: bool
    ) -> None:
        orders = [store.new_order([(store.skus[0], 1)]) for _ in range(3)]
        office.fetch()
        self._ship(office, orders[:1], first=0)
        office.push()
        put_back = keep()
        self._ship(office, orders[1:], first=1)
        office.push()
        truths, mails = [store.truth(order) for order in orders], [store.mails(order) for order in orders]
        put_back()
        if pushed_before:
            self._begin_a_push_and_die(office)
        (same,) = self._pack(office, orders[1:2], first=1)
        (other,) = self._pack(office, orders[2:], first=7)
        self._hand_over_unseen(office)
        office.push_until_quiet()
        assert [store.truth(order) for order in orders] == truths
        assert [store.mails(order) for order in orders] == mails
        assert office.state(same) is PushState.SENT, office.words(same)
        assert (office.state(other), office.reason(other)) == (PushState.NEEDS_ATTENTION, "unexplained_goods")
        assert "the database was restored" in office.words(other)
        office.bridge.adopt(other.label)
        office.push_until_quiet()
        assert [store.truth(order) for order in orders] == truths

    @pytest.mark.usefixtures("partial_shipments")
    def test_C05_after_a_restore_a_part_without_number_is_not_sent_twice(
        self, store: StoreUnderTest, office: Office, keep: Callable[[], PutBack]
    ) -> None:
        order = store.new_order([(store.skus[0], 3)])
        office.fetch()
        office.ship(order, [], [(0, 1)])
        office.push()
        put_back = keep()
        office.ship(order, [], [(0, 1)])
        office.push()
        truth, mails = store.truth(order), store.mails(order)
        put_back()
        self._begin_a_push_and_die(office)
        again = office.pack(order, [], [(0, 1)])
        self._hand_over_unseen(office)
        office.push_until_quiet()
        assert store.truth(order) == truth
        assert store.mails(order) == mails
        assert_safe(office, [order])
        if truth.shipped is not None:
            assert office.state(again) is PushState.NEEDS_ATTENTION
            office.bridge.resend(again.label)
            office.push_until_quiet()
            assert office.state(again) is PushState.SENT, "a person has decided"

    def test_C05_after_a_restore_a_correction_that_the_store_has_is_found(
        self, store: StoreUnderTest, office: Office, keep: Callable[[], PutBack]
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order)
        office.push()
        put_back = keep()
        office.correct(shipment, [number(1)])
        office.push()
        truth, mails = store.truth(order), store.mails(order)
        put_back()
        self._begin_a_push_and_die(office)
        office.correct(shipment, [number(1)])
        office.push_until_quiet()
        assert store.truth(order) == truth
        assert store.mails(order) == mails
        assert_nothing_doubled(office, [order])
        assert office.state(shipment) is PushState.SENT

    def _pack(self, office: Office, orders: Sequence[str], *, first: int) -> list[Shipment]:
        return [office.pack(order, [number(first + count)]) for count, order in enumerate(orders)]

    def _ship(self, office: Office, orders: Sequence[str], *, first: int) -> None:
        self._pack(office, orders, first=first)
        office.hand_over()

    def _hand_over_unseen(self, office: Office) -> None:
        """The parcels leave without a last look at their orders."""
        assert office.bridge.manifests.ship(CARRIER, check=False).shipped

    def _begin_a_push_and_die(self, office: Office) -> None:
        """The first push after the restore takes its turn, and nothing more."""
        context = office.bridge.context
        with push_turn(context.database, STORE, context.lock_folder, context.now):
            pass


def _database(office: Office) -> Path:
    path = office.bridge.context.database.path
    assert path is not None, "the database is no file"
    return path


def _restored(office: Office, file: Path) -> None:
    office.bridge.close()
    Bridge.maintenance(office.home).restore(file)


def _copied(office: Office, file: Path) -> None:
    """As people do it who read no documentation, when nothing runs."""
    office.bridge.close()
    shutil.copy(file, _database(office))


def _moved(office: Office, file: Path) -> None:
    """The bare file on a computer that never saw it: nothing beside it tells of later pushes."""
    _copied(office, file)
    shutil.rmtree(office.bridge.context.lock_folder, ignore_errors=True)


WAYS_BACK = {
    "db restore": _restored,
    "a copied backup": _copied,
    "a copy on a new computer": _moved,
}
