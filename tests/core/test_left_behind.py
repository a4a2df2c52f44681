"""What did not leave after all: it is in status until it leaves, and its store is told once."""

from __future__ import annotations

from typing import Any

import pytest

from fbridge.bridge import Bridge
from fbridge.models.states import OrderStatus, PushState
from fbridge.shipping.objections import order_objection


@pytest.fixture(autouse=True)
def shipped(office: Any, make: Any) -> None:
    office.keep(make.order("1001"), make.order("1002"))
    number = office.manifests.add("BRT", ["1001", "1002"]).manifest.number
    office.leave(number)


@pytest.fixture
def bridge(context: Any, office: Any) -> Bridge:
    assert office
    return Bridge(context)


def in_the_house(bridge: Bridge) -> Any:
    return bridge.status().in_the_house


class TestAfterThePush:
    @pytest.fixture(autouse=True)
    def found_next_morning(self, office: Any, clock: Any) -> None:
        office.sent(office.shipments.get("1001"))
        office.sent(office.shipments.get("1002"))
        clock.forward(hours=14)
        (result,) = office.manifests.leave_behind("2026-0001", ["1001"])
        assert result.ok, result

    def test_it_stays_in_status_with_its_age_until_it_leaves(
        self, bridge: Bridge, office: Any, clock: Any
    ) -> None:
        clock.forward(hours=3)
        house = in_the_house(bridge)
        (loose,) = house.loose
        assert (house.count, loose.shipment, loose.told, loose.left_behind) == (1, "S1", True, True)
        assert house.age.total_seconds() == 3 * 3600
        assert loose.next_step == "fbridge manifest add BRT S1"
        number = office.manifests.add("BRT", ["S1"]).manifest.number
        assert in_the_house(bridge).loose == ()
        office.leave(number)
        assert in_the_house(bridge) is None

    def test_the_first_manifest_keeps_its_row_struck_through(self, office: Any) -> None:
        manifest = office.manifests.get("2026-0001")
        assert [one.label for one in manifest.shipments] == ["S2"]
        assert [(one.shipment, one.order_number) for one in manifest.struck] == [("S1", "1001")]

    def test_its_store_is_not_told_again_when_it_leaves(self, office: Any) -> None:
        office.leave(office.manifests.add("BRT", ["S1"]).manifest.number)
        shipment = office.shipments.get("S1")
        assert shipment.push.state is PushState.SENT
        assert (shipment.manifest, shipment.left_behind_at) == ("2026-0002", None)

    def test_another_number_is_a_correction(self, office: Any) -> None:
        office.shipments.set_tracking("S1", ["BRT2"])
        push = office.shipments.get("S1").push
        assert (push.state, push.reason) == (PushState.READY, "tracking_changed")

    def test_taken_off_the_next_manifest_it_is_as_old_as_before(
        self, bridge: Bridge, office: Any, clock: Any
    ) -> None:
        number = office.manifests.add("BRT", ["S1"]).manifest.number
        clock.forward(hours=5)
        (result,) = office.manifests.remove(number, ["S1"])
        assert result.ok
        assert in_the_house(bridge).age.total_seconds() == 5 * 3600

    def test_its_pieces_are_not_free_for_another_shipment(self, office: Any, refused: Any) -> None:
        with refused("nothing_left", "Nothing of order shop:1001 is left to ship"):
            office.shipments.create("1001")


def test_what_was_left_behind_before_the_push_waits_and_is_told_of(bridge: Bridge, office: Any) -> None:
    office.manifests.leave_behind("2026-0001", ["1001"])
    (loose,) = in_the_house(bridge).loose
    assert (loose.told, loose.left_behind) == (False, True)
    assert office.shipments.get("S1").push.state is PushState.WAITING
    office.leave(office.manifests.add("BRT", ["S1"]).manifest.number)
    assert office.shipments.get("S1").push.state is PushState.READY


def test_what_is_prepared_is_counted_until_it_leaves_or_is_withdrawn(
    bridge: Bridge, office: Any, make: Any, clock: Any
) -> None:
    office.keep(make.order("1003"), make.order("1004"))
    office.shipments.create("1003", carrier="BRT")
    office.shipments.create("1004", carrier="GLS")
    house = in_the_house(bridge)
    assert (house.count, [one.left_behind for one in house.loose]) == (2, [False, False])
    office.shipments.withdraw("S3")
    clock.forward(days=3)
    assert (in_the_house(bridge).count, in_the_house(bridge).overdue) == (1, True)
    assert bridge.status().overdue


@pytest.mark.parametrize("state", [PushState.SENDING, PushState.UNCONFIRMED, PushState.NEEDS_ATTENTION])
def test_while_nobody_knows_it_is_refused_with_the_next_step(office: Any, state: PushState) -> None:
    office.pushed(office.shipments.get("1001"), state)
    (result,) = office.manifests.leave_behind("2026-0001", ["1001"])
    assert (result.ok, result.reason) == (False, "already_pushed")
    assert "fbridge" in result.words


def test_an_order_that_we_fulfilled_stops_no_manifest(office: Any, make: Any) -> None:
    """Its parcel was left behind after the push, so its store shows the order as closed: by us."""
    closed = make.order("1001", status=OrderStatus.CLOSED, remote_status="completed")
    assert office
    assert order_objection(closed, None, told=True) is None
    assert order_objection(closed, None, told=False) is not None
