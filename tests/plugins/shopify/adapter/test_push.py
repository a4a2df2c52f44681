"""Pushing to the emulated store: what it shows afterwards, what the receipts say, and how many requests it took."""

from __future__ import annotations

from typing import Any

import pytest

from fbridge.errors import CredentialsError, NotSent
from fbridge.models.fulfillments import Fulfillment, ResolvedCarrier, ShipmentReceipt
from fbridge.models.states import Effect, MadeBy, MailEffect, Outcome
from fbridge.sandbox import ServedSandbox
from fbridge_shopify import plugin
from fbridge_shopify.sandbox.catalogue import MILAN, TURIN

from .push_calls import CUP, OIL, PASTA, Make, entry_of, fulfillments, gid, numbers, roots


class TestOneChunk:
    def test_twenty_whole_orders_take_one_read_and_two_writes(
        self, served: ServedSandbox, desk: Any, fulfillment_of: Make
    ) -> None:
        ids = [served.control.new_order([(OIL, 2), (PASTA, 1)]) for _ in range(20)]
        served.control.forget_requests()
        chunk = [fulfillment_of(order, [f"N{place}"]) for place, order in enumerate(desk.orders(*ids))]
        receipts = desk.push(*chunk)
        assert [root.split()[0] for root in roots(served)] == ["nodes", *["fulfillmentCreate"] * 2]
        for place, order_id in enumerate(ids):
            (entry,) = receipts[order_id].shipments
            (made,) = fulfillments(served, order_id)
            assert (entry.outcome, entry.reason, entry.remote_ids) == (Outcome.DONE, "sent", (made["id"],))
            assert [row["number"] for row in made["trackingInfo"]] == [f"N{place}"]

    def test_the_receipt_tells_what_the_answer_shows(
        self, served: ServedSandbox, desk: Any, fulfillment_of: Make
    ) -> None:
        order = desk.order(served.control.new_order([(OIL, 2), (PASTA, 1)]))
        entry = entry_of(desk, fulfillment_of(order, ["N1"]))
        assert entry.holds is not None
        assert {item.line_id: item.quantity for item in entry.holds.items} == {
            line.id: line.quantity for line in order.lines
        }
        assert (entry.holds.numbers, entry.holds.carrier) == (("N1",), "BRT")
        assert entry.holds.order_status == "FULFILLED"
        assert (entry.effects.shipment, entry.effects.tracking, entry.effects.status) == (Effect.DONE,) * 3
        assert entry.made_by is MadeBy.US

    def test_a_part_leaves_the_rest_open(
        self, served: ServedSandbox, desk: Any, fulfillment_of: Make
    ) -> None:
        order = desk.order(served.control.new_order([(OIL, 3)]))
        entry = entry_of(desk, fulfillment_of(order, ["N1"], items=[(order.lines[0].id, 1)]))
        assert (entry.effects.shipment, entry.effects.status) == (Effect.DONE, Effect.NOT_DONE)
        assert desk.order(order.remote_id).lines[0].remaining == 2

    def test_several_shipments_of_an_order_stand_in_one_document(
        self, served: ServedSandbox, desk: Any, fulfillment_of: Make, shipment_of: Make
    ) -> None:
        order = desk.order(served.control.new_order([(OIL, 3)]))
        served.control.forget_requests()
        line = order.lines[0].id
        parts = tuple(
            shipment_of(order, [f"N{place}"], items=[(line, 1)], name=str(place)) for place in range(3)
        )
        both = Fulfillment(order=order, shipments=parts, completes_order=True)
        receipt = desk.push_one(both)
        assert [entry.outcome for entry in receipt.shipments] == [Outcome.DONE] * 3
        assert numbers(served, order.remote_id) == [["N0"], ["N1"], ["N2"]]
        assert len(served.control.requests()) == 1

    def test_a_whole_chunk_takes_an_eighth_of_a_request_an_order(
        self, served: ServedSandbox, desk: Any, fulfillment_of: Make
    ) -> None:
        size = plugin.describe_platform().batch_size
        ids = [served.control.new_order([(OIL, 1)]) for _ in range(size)]
        served.control.forget_requests()
        receipts = desk.push(*(fulfillment_of(order, [f"N{order.number}"]) for order in desk.orders(*ids)))
        assert {entry.outcome for one in receipts.values() for entry in one.shipments} == {Outcome.DONE}
        assert len(receipts) == size == 100
        assert len(served.control.requests()) == 12

    def test_of_more_lines_than_an_answer_can_show_none_is_thought_missing(
        self, served: ServedSandbox, desk: Any, fulfillment_of: Make
    ) -> None:
        order_id = served.control.new_order([(OIL, 1)] * 260)
        first = entry_of(desk, fulfillment_of(desk.order(order_id), ["N1"]))
        assert (first.outcome, first.effects.shipment) == (Outcome.UNCONFIRMED, Effect.UNCONFIRMED)
        assert (len(first.remote_ids), first.effects.mail) == (1, MailEffect.UNKNOWABLE)
        again = entry_of(
            desk,
            fulfillment_of(
                desk.order(order_id), ["N1"], remote_ids=first.remote_ids, mail=first.effects.mail
            ),
        )
        assert (again.outcome, again.effects.shipment) == (Outcome.DONE, Effect.DONE)
        assert [sum(one["lines"].values()) for one in fulfillments(served, order_id)] == [260]


class TestLocations:
    def test_goods_at_two_locations_become_two_fulfillments_under_one_receipt(
        self, served: ServedSandbox, desk: Any, fulfillment_of: Make
    ) -> None:
        order = desk.order(served.control.new_order([(OIL, 2), (CUP, 1)]))
        entry = entry_of(desk, fulfillment_of(order, ["N1"]))
        made = fulfillments(served, order.remote_id)
        assert entry.remote_ids == tuple(one["id"] for one in made)
        assert [list(one["lines"].values()) for one in made] == [[2], [1]]
        assert numbers(served, order.remote_id) == [["N1"], ["N1"]]
        assert (entry.outcome, entry.effects.shipment) == (Outcome.DONE, Effect.DONE)

    def test_a_divided_line_leaves_from_where_its_warehouse_is(
        self, served: ServedSandbox, desk: Any, fulfillment_of: Make
    ) -> None:
        order_id = served.control.new_order([(OIL, 3)])
        served.control.move(order_id, 0, TURIN, 1)
        order = desk.order(order_id)
        one = [(order.lines[0].id, 1)]
        entry_of(desk, fulfillment_of(order, ["N1"], items=one, location=gid(TURIN), completes_order=False))
        left = {
            part["location"]: part["lines"][0]["remaining"]
            for part in served.control.order(order_id)["fulfillmentOrders"]
        }
        assert left == {gid(MILAN): 2, gid(TURIN): 0}

    def test_where_one_location_is_on_hold_the_other_is_sent_and_later_only_the_rest(
        self, served: ServedSandbox, desk: Any, fulfillment_of: Make
    ) -> None:
        order_id = served.control.new_order([(OIL, 2), (CUP, 1)])
        turin = served.control.to_change(order_id).fulfillment_orders[1]
        turin.status = "ON_HOLD"
        first = entry_of(desk, fulfillment_of(desk.order(order_id), ["N1"]))
        assert (first.outcome, first.reason) == (Outcome.REFUSED, "on_hold")
        assert first.effects.shipment is Effect.NOT_DONE
        assert len(first.remote_ids) == 1
        turin.status = "OPEN"
        second = entry_of(desk, fulfillment_of(desk.order(order_id), ["N1"], remote_ids=first.remote_ids))
        assert (second.outcome, second.effects.shipment) == (Outcome.DONE, Effect.DONE)
        assert second.remote_ids[:1] == first.remote_ids
        assert [list(one["lines"].values()) for one in fulfillments(served, order_id)] == [[2], [1]]


class TestCarriers:
    def test_a_mapped_carrier_goes_by_shopifys_own_name_and_link(
        self, served: ServedSandbox, desk: Any, fulfillment_of: Make
    ) -> None:
        order = desk.order(served.control.new_order([(OIL, 1)]))
        entry_of(desk, fulfillment_of(order, ["N1"]))
        (row,) = fulfillments(served, order.remote_id)[0]["trackingInfo"]
        assert (row["company"], bool(row["url"])) == ("BRT", True)

    def test_another_carrier_goes_by_its_own_name_with_its_page(
        self, served: ServedSandbox, desk: Any, fulfillment_of: Make
    ) -> None:
        order = desk.order(served.control.new_order([(OIL, 1)]))
        own = ResolvedCarrier(code="FER", label="Fercam")
        entry_of(desk, fulfillment_of(order, ["N1"], carrier=own, url="https://fercam.example/N1"))
        (row,) = fulfillments(served, order.remote_id)[0]["trackingInfo"]
        assert row == {"company": "Fercam", "number": "N1", "url": "https://fercam.example/N1"}

    def test_several_numbers_stand_side_by_side(
        self, served: ServedSandbox, desk: Any, fulfillment_of: Make
    ) -> None:
        order = desk.order(served.control.new_order([(OIL, 1)]))
        entry = entry_of(desk, fulfillment_of(order, ["N1", "N2", "N3", "N2"]))
        assert numbers(served, order.remote_id) == [["N1", "N2", "N3"]]
        assert entry.holds is not None
        assert entry.holds.numbers == ("N1", "N2", "N3")


class TestCorrections:
    def correct(
        self, desk: Any, fulfillment_of: Make, order_id: str, numbers: list[str], before: ShipmentReceipt
    ) -> ShipmentReceipt:
        assert before.holds is not None
        known = {"acknowledged": 1, "revision": 2, "remote_ids": before.remote_ids}
        return entry_of(
            desk,
            fulfillment_of(desk.order(order_id), numbers, acknowledged_numbers=before.holds.numbers, **known),
        )

    @pytest.mark.parametrize(
        ("before", "after"), [(["N1"], ["N2"]), ([], ["N1"]), (["N1", "N2"], ["N2"]), (["N1"], [])]
    )
    def test_the_list_of_the_fulfillment_is_replaced(
        self, served: ServedSandbox, desk: Any, fulfillment_of: Make, before: list[str], after: list[str]
    ) -> None:
        order_id = served.control.new_order([(OIL, 1)])
        if before:
            first = entry_of(desk, fulfillment_of(desk.order(order_id), before))
        else:
            served.control.ship_by_hand(order_id)
            first = entry_of(desk, fulfillment_of(desk.order(order_id), []))
        second = self.correct(desk, fulfillment_of, order_id, after, first)
        assert (second.outcome, second.remote_ids) == (Outcome.DONE, first.remote_ids)
        assert numbers(served, order_id) == [after]
        assert second.effects.tracking is (Effect.DONE if after else Effect.NOT_DONE)

    def test_both_locations_are_corrected(
        self, served: ServedSandbox, desk: Any, fulfillment_of: Make
    ) -> None:
        order_id = served.control.new_order([(OIL, 1), (CUP, 1)])
        first = entry_of(desk, fulfillment_of(desk.order(order_id), ["N1"]))
        self.correct(desk, fulfillment_of, order_id, ["N2"], first)
        assert numbers(served, order_id) == [["N2"], ["N2"]]

    def test_numbers_of_others_in_the_same_fulfillment_stay(
        self, served: ServedSandbox, desk: Any, fulfillment_of: Make
    ) -> None:
        order_id = served.control.new_order([(OIL, 1)])
        first = entry_of(desk, fulfillment_of(desk.order(order_id), ["N1"]))
        served.control.add_number_by_hand(order_id, "T9")
        self.correct(desk, fulfillment_of, order_id, ["N2"], first)
        assert numbers(served, order_id) == [["T9", "N2"]]


def test_the_link_that_somebody_gave_its_number_stays(
    served: ServedSandbox, desk: Any, fulfillment_of: Make, shipment_of: Make
) -> None:
    order_id = served.control.new_order([(OIL, 1)])
    theirs = fulfillment_of(desk.order(order_id), ["T9"], url="https://sda.example/T9")
    desk.push_one(theirs)
    order = desk.order(order_id)
    assert order.adapter_data["tracking_urls"] == {"T9": "https://sda.example/T9"}
    desk.push_one(fulfillment_of(order, ["N1"], name="ours", url="https://brt.example/N1"))
    (shown,) = served.control.order(order_id)["fulfillments"]
    assert [(row["number"], row["url"]) for row in shown["trackingInfo"]] == [
        ("T9", "https://sda.example/T9"),
        ("N1", "https://brt.example/N1"),
    ]


class TestScopes:
    def test_without_sight_of_fulfillment_orders_nothing_is_called_done(
        self, served: ServedSandbox, desk_of: Make, fulfillment_of: Make
    ) -> None:
        scopes = ["read_orders", "read_assigned_fulfillment_orders"]
        blind = desk_of(served, access_token=served.control.new_token(scopes), checked=False)
        order = blind.order(served.control.new_order([(OIL, 1)]))
        entry = entry_of(blind, fulfillment_of(order, ["N1"]))
        assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "missing_scopes")

    def test_a_missing_scope_stops_the_store_in_shopifys_words(
        self, served: ServedSandbox, desk_of: Make, fulfillment_of: Make
    ) -> None:
        scopes = ["read_orders", "read_merchant_managed_fulfillment_orders"]
        reader = desk_of(served, access_token=served.control.new_token(scopes), checked=False)
        order = reader.order(served.control.new_order([(OIL, 1)]))
        with pytest.raises(NotSent, match="write_merchant_managed_fulfillment_orders") as stop:
            entry_of(reader, fulfillment_of(order, ["N1"]))
        assert isinstance(stop.value.__cause__, CredentialsError)
        assert stop.value.order_ids == {order.remote_id}
        assert fulfillments(served, order.remote_id) == []
