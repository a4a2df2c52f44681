"""Manifests: numbered without a gap, one carrier each, filled by order numbers, taken back while nobody was told."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fbridge.errors import InputError, NotFoundError
from fbridge.models.orders import Address, ShippingMethod
from fbridge.models.shipments import Document
from fbridge.models.states import ManifestState, OrderStatus, PushState
from fbridge.shipping.manifest_filling import add_to_manifest
from fbridge.shipping.manifest_references import find_manifest
from fbridge.shipping.manifest_rows import lock_manifest, next_number


@pytest.fixture(autouse=True)
def orders(office: Any, make: Any) -> None:
    office.keep(*(make.order(number) for number in ("1001", "1002", "1003")))


def words_of(result: Any) -> list[tuple[bool, str, str]]:
    return [(one.ok, one.reason, one.words) for one in result]


class TestNumbers:
    def test_they_count_from_one_in_each_year_of_the_users_wall(self, office: Any, clock: Any) -> None:
        assert [office.manifests.new("BRT").number for _ in range(2)] == ["2026-0001", "2026-0002"]
        clock.moment = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)  # half past midnight in Rome
        assert office.manifests.new("BRT").number == "2027-0001"

    def test_what_is_rolled_back_leaves_no_gap(self, office: Any) -> None:
        def abandoned() -> None:
            with office.context.database.write() as connection:
                assert next_number(connection, 2026) == "2026-0001"
                raise InputError("changed my mind")

        with pytest.raises(InputError):
            abandoned()
        assert office.manifests.new("BRT").number == "2026-0001"

    def test_four_digits_are_no_limit(self, office: Any) -> None:
        with office.context.database.write() as connection:
            for _ in range(3):
                last = next_number(connection, 2030)
            assert last == "2030-0003"


class TestAdd:
    def test_order_numbers_become_shipments_on_todays_manifest(self, office: Any) -> None:
        added = office.manifests.add("brt", ["1001", "shop:1002"])
        assert added.manifest.number == "2026-0001"
        assert [one.order_number for one in added.manifest.shipments] == ["1001", "1002"]
        first, second = added.manifest.shipments
        assert words_of(added.results) == [
            (True, "added", f"{first.label} made of order shop:1001: 3 pieces."),
            (True, "added", f"{second.label} made of order shop:1002: 3 pieces."),
        ]
        assert office.manifests.add("BRT", ["1003"]).manifest.number == "2026-0001"

    def test_one_bad_row_stops_no_other(self, office: Any, make: Any) -> None:
        office.keep(make.order("1004", status=OrderStatus.CANCELLED))
        added = office.manifests.add("BRT", ["1004", "999", "1001", "1001"])
        assert [(one.ref, one.ok, one.reason) for one in added.results] == [
            ("1004", False, "order_cancelled"),
            ("999", False, "unknown_order"),
            ("1001", True, "added"),
            ("1001", True, "already_there"),
        ]
        assert [one.order_number for one in added.manifest.shipments] == ["1001"]

    def test_the_manifests_carrier_wins_over_the_route_and_it_is_said(self, office: Any) -> None:
        added = office.manifests.add("GLS", ["1001"])
        assert added.manifest.shipments[0].carrier.code == "GLS"
        assert added.results[0].words.endswith("it was routed to BRT and goes with GLS.")

    def test_an_order_routed_to_pickup_is_not_put_on_it_by_number(self, office: Any) -> None:
        office.carriers.route("shop", "flat_rate:1", "pickup")
        (result,) = office.manifests.add("BRT", ["1001"]).results
        assert (result.ok, result.reason) == (False, "routed_to_no_carrier")
        assert "fbridge shipment create shop:1001 --carrier BRT --manifest 2026-0001" in result.words

    def test_a_shipment_is_added_by_its_label(self, office: Any) -> None:
        label = office.shipments.create("1001", items={"MUG": 1}).label
        added = office.manifests.add("BRT", [label])
        assert words_of(added.results) == [(True, "added", f"{label} put on manifest 2026-0001.")]
        assert [one.label for one in added.manifest.shipments] == [label]

    def test_an_order_number_brings_the_shipments_that_hold_all_of_it(self, office: Any) -> None:
        first = office.shipments.create("1001", items={"MUG": 1})
        second = office.shipments.create("1001")
        added = office.manifests.add("BRT", ["1001"])
        assert added.results[0].words == f"{first.label}, {second.label} put on manifest 2026-0001."
        assert [one.id for one in added.manifest.shipments] == [first.id, second.id]

    def test_an_order_may_be_numbered_like_a_shipment(self, office: Any, make: Any) -> None:
        office.keep(make.order("S77"))
        assert office.manifests.add("BRT", ["S77"]).manifest.shipments[0].order_number == "S77"

    def test_a_shipment_for_another_carrier_is_refused(self, office: Any) -> None:
        label = office.shipments.create("1001", carrier="GLS").label
        (result,) = office.manifests.add("BRT", [label]).results
        assert (result.ok, result.reason) == (False, "other_carrier")
        assert result.words.startswith(f"{label} goes with GLS, manifest 2026-0001 with BRT; to change it: ")

    def test_a_shipment_is_on_one_manifest(self, office: Any) -> None:
        label = office.manifests.add("BRT", ["1001"]).results[0].label
        other = office.manifests.new("BRT").number
        (result,) = office.manifests.add(other, [label]).results
        assert words_of([result]) == [
            (
                False,
                "on_other_manifest",
                f"{label} is on manifest 2026-0001 already; a shipment is on one manifest.",
            )
        ]

    def test_all_of_an_order_on_another_manifest_is_said(self, office: Any) -> None:
        office.manifests.add("BRT", ["1001"])
        (result,) = office.manifests.add(office.manifests.new("BRT").number, ["1001"]).results
        assert (result.ok, result.reason) == (False, "nothing_left")
        assert result.words.endswith("all that is due is in S1 on manifest 2026-0001.")

    def test_a_withdrawn_shipment_is_not_put_on(self, office: Any) -> None:
        label = office.shipments.create("1001").label
        office.shipments.withdraw(label)
        assert office.manifests.add("BRT", [label]).results[0].reason == "withdrawn"

    def test_two_in_preparation_must_be_told_apart(self, office: Any, refused: Any) -> None:
        office.manifests.new("BRT")
        office.manifests.new("BRT")
        words = "BRT has 2 manifests in preparation; name one of them: 2026-0001, 2026-0002."
        with refused("ambiguous_manifest", words):
            office.manifests.add("BRT", ["1001"])
        assert office.manifests.add("2026-0002", ["1001"]).results[0].ok

    def test_an_unknown_target_names_near_ones(self, office: Any) -> None:
        office.manifests.new("BRT")
        with pytest.raises(
            NotFoundError, match=r'no manifest and no carrier 2026-0010\. Did you mean "2026-0001"\?'
        ):
            office.manifests.add("2026-0010", ["1001"])

    def test_external_parcels_are_counted(self, office: Any) -> None:
        office.shipments.create_external(
            carrier="BRT", recipient=Address(name="Bruno"), parcels=2, weight_grams=500, manifest="BRT"
        )
        office.shipments.create("1001", parcels=3, weight_grams=1000, manifest="BRT")
        manifest = office.manifests.get("BRT")
        assert (manifest.parcels, manifest.weight_grams) == (5, 1500)


class TestShipped:
    @pytest.fixture(autouse=True)
    def shipped(self, office: Any) -> None:
        office.manifests.add("BRT", ["1001", "1002"])
        office.leave("2026-0001")

    def test_its_shipments_are_ready(self, office: Any) -> None:
        assert {one.push.state for one in office.manifests.get("2026-0001").shipments} == {PushState.READY}

    @pytest.mark.parametrize("act", ["add", "remove"])
    def test_it_takes_no_change_and_names_the_way_out(self, office: Any, refused: Any, act: str) -> None:
        words = "fbridge manifest reopen 2026-0001, or open another: fbridge manifest new BRT"
        with refused("manifest_shipped", words):
            getattr(office.manifests, act)("2026-0001", ["1001"])

    def test_it_cannot_be_cancelled(self, office: Any, refused: Any) -> None:
        with refused("manifest_shipped", "Manifest 2026-0001 is shipped; take it back"):
            office.manifests.cancel("2026-0001")

    def test_the_carriers_code_opens_another(self, office: Any) -> None:
        assert office.manifests.add("BRT", ["1003"]).manifest.number == "2026-0002"

    def test_reopened_its_shipments_wait_again(self, office: Any) -> None:
        manifest = office.manifests.reopen("2026-0001")
        assert (manifest.state, manifest.shipped_at) == (ManifestState.PREPARING, None)
        assert {(one.push.state, one.push.reason, one.shipped_at) for one in manifest.shipments} == {
            (PushState.WAITING, "not_shipped", None)
        }

    @pytest.mark.parametrize("state", [PushState.SENDING, PushState.SENT, PushState.RETRY, PushState.REFUSED])
    def test_it_stays_shipped_once_a_store_was_told(
        self, office: Any, refused: Any, state: PushState
    ) -> None:
        told = office.shipments.get("1001")
        office.pushed(told, state)
        with refused(
            "already_pushed", f"Manifest 2026-0001 stays shipped: {told.label} went to a store already"
        ):
            office.manifests.reopen("2026-0001")

    def test_one_left_behind_is_a_shipment_without_manifest(self, office: Any) -> None:
        (result,) = office.manifests.leave_behind("2026-0001", ["1001"])
        shipment = office.shipments.get("1001")
        assert result.words == f"{shipment.label} left behind by manifest 2026-0001."
        assert (shipment.manifest, shipment.shipped_at, shipment.push.reason) == (None, None, "not_shipped")
        assert office.manifests.add("BRT", ["1001"]).manifest.number == "2026-0002"

    def test_one_that_may_be_on_its_way_to_the_store_is_not_left_behind(self, office: Any) -> None:
        told, other = office.shipments.get("1001"), office.shipments.get("1002")
        office.pushed(told, PushState.UNCONFIRMED)
        results = office.manifests.leave_behind("2026-0001", [told.label, other.label, "S999"])
        assert [(one.ok, one.reason) for one in results] == [
            (False, "already_pushed"),
            (True, "removed"),
            (False, "unknown_shipment"),
        ]
        assert [one.label for one in office.manifests.get("2026-0001").shipments] == [told.label]


def test_only_a_shipped_manifest_is_reopened(office: Any, refused: Any) -> None:
    office.manifests.new("BRT")
    with refused(
        "manifest_preparing", "Manifest 2026-0001 is preparing; only a shipped one can be reopened."
    ):
        office.manifests.reopen("BRT")


def test_shipments_taken_off_stay(office: Any) -> None:
    first, second = office.manifests.add("BRT", ["1001", "1002"]).manifest.shipments
    assert words_of(office.manifests.remove("BRT", [first.label, "1002", first.label])) == [
        (True, "removed", f"{first.label} taken off manifest 2026-0001."),
        (True, "removed", f"{second.label} taken off manifest 2026-0001."),
        (False, "not_on_manifest", f"{first.label} is not on manifest 2026-0001."),
    ]
    assert [one.manifest for one in office.shipments.list()] == [None, None]


def test_a_shipment_taken_off_goes_on_waiting_since_it_was_made(office: Any, clock: Any) -> None:
    made = office.manifests.add("BRT", ["1001"]).manifest.shipments[0]
    clock.forward(hours=2)
    office.manifests.remove("BRT", ["1001"])
    assert office.shipments.get("1001").push == made.push


def test_a_cancelled_manifest_frees_its_shipments(office: Any, refused: Any) -> None:
    office.manifests.add("BRT", ["1001"])
    manifest = office.manifests.cancel("BRT")
    assert (manifest.state, manifest.shipments) == (ManifestState.CANCELLED, ())
    assert office.shipments.get("1001").withdrawn_at is None
    with refused(
        "manifest_cancelled", "Manifest 2026-0001 is cancelled; open another: fbridge manifest new BRT"
    ):
        office.manifests.add("2026-0001", ["1001"])
    with refused("manifest_cancelled", "Manifest 2026-0001 is cancelled"):
        office.manifests.leave_behind("2026-0001", ["1001"])


def test_a_shipment_made_for_a_manifest_takes_its_carrier(office: Any, make: Any, refused: Any) -> None:
    office.keep(make.order("1004", shipping_method=ShippingMethod(code="unrouted")))
    assert office.shipments.create("1004", items={"MUG": 1}, manifest="GLS").carrier.code == "GLS"
    with refused("other_carrier", "Manifest 2026-0001 is for GLS, not for BRT."):
        office.shipments.create("1004", manifest="2026-0001", carrier="BRT")


def test_a_carrier_without_a_manifest_in_preparation_says_how_to_open_one(office: Any) -> None:
    with pytest.raises(NotFoundError, match="fbridge manifest new BRT"):
        office.manifests.get("BRT")


def test_lists_begin_with_the_newest(office: Any, clock: Any) -> None:
    for carrier in ("BRT", "GLS", "BRT"):
        office.manifests.new(carrier)
        clock.moment += timedelta(hours=1)
    office.manifests.cancel("GLS")

    def numbers(**chosen: Any) -> list[str]:
        return [manifest.number for manifest in office.manifests.list(**chosen)]

    assert numbers() == ["2026-0003", "2026-0002", "2026-0001"]
    assert numbers(state=ManifestState.PREPARING, limit=1) == ["2026-0003"]
    assert numbers(carrier="GLS") == ["2026-0002"]


def test_a_list_counts_what_each_manifest_shows(office: Any, make: Any) -> None:
    office.manifests.add("BRT", ["1001"])
    office.manifests.new("GLS")
    hat, scarf = make.line("1", "HAT"), make.line("2", "SCARF")
    office.keep(
        *(make.order(number, hat, scarf, payment=make.cod("9.90")) for number in ("2001", "2002", "2003"))
    )
    for number, document in (("2001", "D1"), ("2002", "D1"), ("2003", "D2")):
        of_erp = Document(source="ERP", number=document)
        office.shipments.create(number, document=of_erp, parcels=2, weight_grams=700, manifest="BRT")
    for row in office.manifests.list():
        shown = office.manifests.get(row.number)
        assert row.count == len(shown.shipments)
        assert (row.parcels, row.weight_grams) == (shown.parcels, shown.weight_grams)
        assert row.cod_totals == shown.cod_totals
    assert [(row.count, row.parcels) for row in office.manifests.list()] == [(0, 0), (4, 5)]


def test_every_act_is_told_in_words(office: Any) -> None:
    label = office.manifests.add("BRT", ["1001"]).results[0].label
    office.manifests.remove("BRT", [label])
    office.manifests.cancel("BRT")
    assert office.history()[-4:] == [
        ("manifest.opened", "Manifest 2026-0001 opened for BRT."),
        ("shipment.created", f"{label} made of order shop:1001 (3 pieces) for BRT."),
        ("manifest.removed", f"{label} taken off manifest 2026-0001."),
        ("manifest.cancelled", "Manifest 2026-0001 cancelled."),
    ]


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_goods_that_another_desk_takes_by_their_label_are_not_taken_by_their_order(
    office: Any, make: Any
) -> None:
    office.keep(make.order("2001"))
    label = office.shipments.create("2001").label
    ours, theirs = office.manifests.new("BRT"), office.manifests.new("BRT")
    found: list[Any] = []
    with office.context.database.write() as other_desk:
        manifest = lock_manifest(other_desk, find_manifest(other_desk, theirs.number))
        add_to_manifest(other_desk, manifest, [label], store=None, at=office.context.now())
        this_desk = threading.Thread(
            target=lambda: found.extend(office.manifests.add(ours.number, ["2001"]).results)
        )
        this_desk.start()
        this_desk.join(0.3)
        assert not found
    this_desk.join(30)
    assert [one.ok for one in found] == [False]
    assert office.shipments.get(label).manifest == theirs.number
