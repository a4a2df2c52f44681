"""Shipments after they were made: withdrawn, given late numbers, corrected."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from fbridge.errors import InputError
from fbridge.models.states import Effect, PushState
from fbridge.shipping.repacking import repack


class TestWithdraw:
    @pytest.fixture(autouse=True)
    def made(self, office: Any, make: Any) -> Any:
        office.keep(make.order("1001"))
        return office.shipments.create("1001", manifest="BRT")

    def test_its_pieces_are_free_again(self, office: Any) -> None:
        withdrawn = office.shipments.withdraw("1001")
        assert (withdrawn.push.state, withdrawn.manifest) == (PushState.WITHDRAWN, None)
        assert office.orders.get("1001").row.open_quantity == 3
        assert office.manifests.get("BRT").shipments == ()

    def test_twice_is_refused(self, office: Any, made: Any, refused: Any) -> None:
        office.shipments.withdraw(made.label)
        with refused("withdrawn", f"{made.label} is withdrawn already."):
            office.shipments.withdraw(made.label)

    def test_what_has_left_must_be_left_behind_first(self, office: Any, made: Any, refused: Any) -> None:
        office.leave("BRT")
        with refused("manifest_shipped", f"fbridge manifest leave-behind 2026-0001 {made.label}"):
            office.shipments.withdraw(made.label)

    @pytest.mark.parametrize("state", [PushState.SENT, PushState.UNCONFIRMED, PushState.NEEDS_ATTENTION])
    def test_what_was_pushed_stays(self, office: Any, made: Any, state: PushState, refused: Any) -> None:
        office.leave("BRT")
        office.pushed(made, state)
        with refused("already_pushed", f"{made.label} was pushed to its store already (it is {state})"):
            office.shipments.withdraw(made.label)

    def test_what_the_store_shows_no_more_can_be_withdrawn(self, office: Any, made: Any) -> None:
        office.leave("BRT")
        office.pushed(
            made, PushState.REFUSED, reason="gone_from_store", acknowledged_revision=1, remote_ids=["7"]
        )
        assert office.shipments.withdraw(made.label).push.state is PushState.WITHDRAWN
        assert office.orders.get("1001").row.open_quantity == 3

    def test_what_a_fetch_does_not_tell_of_is_not_gone(self, office: Any, made: Any, refused: Any) -> None:
        """A plain fetch reads less of an order's shipments than a push."""
        office.leave("BRT")
        office.pushed(made, PushState.REFUSED, reason="on_hold", acknowledged_revision=1, remote_ids=["7"])
        with refused("already_pushed", f"{made.label} was pushed to its store already (it is refused)"):
            office.shipments.withdraw(made.label)

    def test_what_the_store_refused_whole_can_be_withdrawn(self, office: Any, made: Any) -> None:
        office.leave("BRT")
        office.pushed(made, PushState.REFUSED)
        assert office.shipments.withdraw(made.label).manifest == "2026-0001"

    def test_what_the_store_refused_in_part_stays(self, office: Any, made: Any, refused: Any) -> None:
        office.leave("BRT")
        office.pushed(made, PushState.REFUSED, effect_tracking=Effect.DONE)
        with refused("already_pushed", "it is refused"):
            office.shipments.withdraw(made.label)


class TestSetTracking:
    @pytest.fixture(autouse=True)
    def made(self, office: Any, make: Any) -> Any:
        office.keep(make.order("1001"))
        return office.shipments.create("1001", numbers=["B1"], manifest="BRT")

    def test_a_correction_is_a_new_revision(self, office: Any) -> None:
        corrected = office.shipments.set_tracking("1001", ["B2", "B3"])
        assert (corrected.revision, corrected.numbers, corrected.parcels) == (2, ("B2", "B3"), 2)
        assert corrected.push.state is PushState.WAITING

    def test_the_same_again_changes_nothing(self, office: Any, made: Any) -> None:
        events = office.history()
        assert office.shipments.set_tracking("1001", ["B1"], carrier="BRT") == made
        assert office.history() == events

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (PushState.SENT, PushState.READY),
            (PushState.DONE_ELSEWHERE, PushState.READY),
            (PushState.REFUSED, PushState.READY),
            (PushState.RETRY, PushState.READY),
            (PushState.WAITING, PushState.READY),
            (PushState.SENDING, PushState.SENDING),
            (PushState.UNCONFIRMED, PushState.UNCONFIRMED),
            (PushState.NEEDS_ATTENTION, PushState.NEEDS_ATTENTION),
        ],
    )
    def test_it_is_wanted_again_unless_the_last_try_is_in_doubt(
        self, office: Any, made: Any, before: PushState, after: PushState
    ) -> None:
        office.leave("BRT")
        office.pushed(made, before)
        assert office.shipments.set_tracking("1001", ["B2"]).push.state is after

    def test_the_carrier_may_be_corrected_after_it_left(self, office: Any) -> None:
        office.leave("BRT")
        corrected = office.shipments.set_tracking("1001", [], carrier="GLS")
        assert (corrected.carrier.code, corrected.numbers, corrected.revision) == ("GLS", ("B1",), 2)

    def test_another_carrier_does_not_fit_the_manifest_in_preparation(
        self, office: Any, made: Any, refused: Any
    ) -> None:
        with refused("other_carrier", f"fbridge manifest remove 2026-0001 {made.label}"):
            office.shipments.set_tracking("1001", ["G1"], carrier="GLS")

    def test_a_parcel_count_alone_is_no_new_revision(self, office: Any) -> None:
        changed = office.shipments.set_tracking("1001", [], parcels=4)
        assert (changed.parcels, changed.revision) == (4, 1)

    def test_nothing_to_set_is_said(self, office: Any, made: Any, refused: Any) -> None:
        with refused("no_number", f"Give a tracking number for {made.label}."):
            office.shipments.set_tracking("1001", [])

    def test_a_number_of_another_shipment_needs_a_word(
        self, office: Any, make: Any, made: Any, refused: Any
    ) -> None:
        office.keep(make.order("1002"))
        office.shipments.create("1002")
        with refused("number_in_use", f"already used by {made.label}"):
            office.shipments.set_tracking("1002", ["B1"])
        assert office.shipments.set_tracking("1002", ["B1"], allow_shared=True).numbers == ("B1",)

    def test_a_withdrawn_shipment_has_no_tracking(self, office: Any, made: Any, refused: Any) -> None:
        office.shipments.withdraw(made.label)
        with refused("withdrawn", "is withdrawn; it has no tracking any more."):
            office.shipments.set_tracking(made.label, ["B2"])


class TestParcelsKeepTheirCount:
    @pytest.fixture(autouse=True)
    def made(self, office: Any, make: Any) -> Any:
        office.keep(make.order("1001"))
        return office.shipments.create("1001", numbers=["B1", "B2", "B3"], manifest="BRT")

    def test_one_number_for_several_boxes_needs_a_word(self, office: Any, made: Any, refused: Any) -> None:
        step = f"fbridge tracking set {made.label} B9 --parcels 3"
        with refused("fewer_numbers_than_parcels", step):
            office.shipments.set_tracking("1001", ["B9"])
        with refused("fewer_numbers_than_parcels", f"fbridge tracking add {made.label} B9"):
            office.shipments.set_tracking("1001", ["B9"])
        assert office.shipments.get("1001") == made
        assert office.shipments.set_tracking("1001", ["B9"], parcels=3).numbers == ("B9",)

    def test_one_for_one_is_a_correction_like_any_other(self, office: Any) -> None:
        office.shipments.set_tracking("1001", ["W1"], parcels=3)
        corrected = office.shipments.set_tracking("1001", ["W2"])
        assert (corrected.numbers, corrected.parcels) == (("W2",), 3)

    def test_boxes_without_a_number_yet_are_no_reason_to_guess(
        self, office: Any, make: Any, refused: Any
    ) -> None:
        office.keep(make.order("1002"))
        late = office.shipments.create("1002", parcels=3)
        with refused("fewer_numbers_than_parcels", f"{late.label} has 3 parcels, and L1 would be all"):
            office.shipments.set_tracking("1002", ["L1"])
        for count, number in enumerate(("L1", "L2", "L3", "L4"), 1):
            added = office.shipments.add_tracking("1002", [number])
            assert (len(added.numbers), added.parcels) == (count, max(count, 3))

    def test_fewer_boxes_than_numbers_is_a_slip(self, office: Any, refused: Any) -> None:
        with refused("more_numbers_than_parcels", "4 tracking numbers for 3 parcels"):
            office.shipments.add_tracking("1001", ["B4"], parcels=3)


class TestAddTracking:
    @pytest.fixture(autouse=True)
    def made(self, office: Any, make: Any) -> Any:
        office.keep(make.order("1001"))
        return office.shipments.create("1001", numbers=["B1"], parcels=2, manifest="BRT")

    def test_a_number_comes_beside_the_others(self, office: Any) -> None:
        added = office.shipments.add_tracking("1001", ["B2"])
        assert (added.numbers, added.parcels, added.revision) == (("B1", "B2"), 2, 2)

    def test_one_that_is_there_changes_nothing(self, office: Any, made: Any) -> None:
        events = office.history()
        assert office.shipments.add_tracking("1001", [" B1", "B1"]) == made
        assert office.history() == events

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (PushState.SENT, PushState.READY),
            (PushState.DONE_ELSEWHERE, PushState.READY),
            (PushState.SENDING, PushState.SENDING),
            (PushState.UNCONFIRMED, PushState.UNCONFIRMED),
            (PushState.NEEDS_ATTENTION, PushState.NEEDS_ATTENTION),
        ],
    )
    def test_to_a_sent_one_it_is_a_correction_and_while_it_is_out_a_wish(
        self, office: Any, made: Any, before: PushState, after: PushState
    ) -> None:
        office.leave("BRT")
        office.pushed(made, before)
        added = office.shipments.add_tracking("1001", ["B2"])
        assert (added.push.state, added.numbers) == (after, ("B1", "B2"))

    def test_a_number_of_another_shipment_needs_a_word_and_a_shared_one_stays(
        self, office: Any, make: Any, made: Any, refused: Any
    ) -> None:
        office.keep(make.order("1002"))
        office.shipments.create("1002", numbers=["B1"], allow_shared=True)
        office.shipments.add_tracking(made.label, ["C1", "B1", "C2"], parcels=3)
        with refused("number_in_use", f"already used by {made.label}"):
            office.shipments.add_tracking("1002", ["C1"])
        assert office.shipments.get(made.label).numbers == ("B1", "C1", "C2")

    def test_nothing_and_a_withdrawn_one_are_refused(self, office: Any, made: Any, refused: Any) -> None:
        with refused("no_number", "Give a tracking number"):
            office.shipments.add_tracking("1001", [])
        office.shipments.withdraw("1001")
        with refused("withdrawn", "it has no tracking any more"):
            office.shipments.add_tracking(made.label, ["B2"])


class TestRepack:
    @pytest.fixture(autouse=True)
    def made(self, office: Any, make: Any) -> Any:
        office.keep(make.order("1001", payment=make.cod("49.90")))
        return office.shipments.create("1001", manifest="BRT", numbers=["A1", "A2"])

    def test_boxes_weight_and_cash_are_otherwise_and_no_paper_tells_so(self, office: Any, made: Any) -> None:
        before = office.manifests.get("BRT").fingerprint
        after = repack(office.context, made.label, parcels=3, weight_grams=1250, cod=Decimal(40))
        assert (after.parcels, after.weight_grams, after.cod.amount) == (3, 1250, 40)
        assert office.manifests.get("BRT").fingerprint != before
        assert repack(office.context, made.label, no_cod=True).cod is None

    def test_what_cannot_be_is_refused_and_so_is_what_has_left(
        self, office: Any, made: Any, refused: Any
    ) -> None:
        for what in ({"parcels": 1}, {"weight_grams": -1}, {"cod": Decimal(50)}, {}):
            with pytest.raises(InputError):
                repack(office.context, made.label, **what)
        office.leave("BRT")
        with refused("has_left", f"{made.label} has left the house"):
            repack(office.context, made.label, parcels=3)
