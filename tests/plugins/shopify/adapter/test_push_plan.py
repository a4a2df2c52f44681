"""What a push of one order would send, from an order as the store showed it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from fbridge.models.fulfillments import Baseline, Fulfillment, FulfillmentShipment
from fbridge.models.orders import Order
from fbridge.models.states import MailEffect, Outcome
from fbridge_shopify.documents import Kind
from fbridge_shopify.mapping import RawOrder, order_from
from fbridge_shopify.push import Work, begin
from fbridge_shopify.receipts import receipt_of
from fbridge_shopify.tracking_lists import company_of

LINE = "11"
FO = "gid://shopify/FulfillmentOrder/{}".format
PIECES = "gid://shopify/FulfillmentOrderLineItem/5{}".format
FULFILLMENT = "gid://shopify/Fulfillment/{}".format
MAY = [{"action": "CREATE_FULFILLMENT"}, {"action": "SPLIT"}]
Make = Callable[..., Any]


def fulfillment_on_store(
    number: int,
    pieces: int,
    numbers: Sequence[str] = (),
    *,
    sources: Sequence[int] = (21,),
    company: str = "BRT",
) -> dict[str, Any]:
    return {
        "id": FULFILLMENT(number),
        "status": "SUCCESS",
        "createdAt": "2026-11-22T10:00:00Z",
        "trackingInfo": [{"company": company, "number": one} for one in numbers],
        "fulfillmentOrders": {"nodes": [{"id": FO(source)} for source in sources]},
        "fulfillmentLineItems": {"nodes": [{"quantity": pieces, "lineItem": {"id": LINE}}]},
    }


@pytest.fixture
def order_of(raw_order_of: Make, line_of: Make, fulfillment_order_of: Make) -> Make:
    """``order_of({21: 2, 22: (1, {"status": "ON_HOLD"})}, shipped=[...])``: remaining pieces of the one line."""

    def make(sources: dict[int, Any], shipped: Sequence[dict[str, Any]] = (), **changes: Any) -> Order:
        made = []
        for number, told in sources.items():
            remaining, fields = told if isinstance(told, tuple) else (told, {})
            one = fulfillment_order_of(
                [(LINE, remaining)], **{"id": FO(number), "supportedActions": MAY, **fields}
            )
            one["lineItems"]["nodes"][0]["id"] = PIECES(number)
            made.append(one)
        gone = sum(line["quantity"] for one in shipped for line in one["fulfillmentLineItems"]["nodes"])
        left = sum(
            piece["remainingQuantity"]
            for one in made
            if one["status"] != "CLOSED"
            for piece in one["lineItems"]["nodes"]
        )
        line = line_of(quantity=gone + left, currentQuantity=gone + left, unfulfilledQuantity=left)
        raw = raw_order_of([line], made, fulfillments=list(shipped), **changes)
        order = order_from(RawOrder(order=raw))
        assert isinstance(order, Order)
        return order

    return make


def planned(
    order: Order, *shipments: FulfillmentShipment, may_split: bool = True, notify: bool = False
) -> Work:
    fulfillment = Fulfillment(order=order, shipments=shipments, completes_order=False, notify=notify)
    return begin(fulfillment, may_split=may_split)


def kinds(work: Work) -> list[Kind]:
    return [step.mutation.kind for step in work.steps]


def sent_pieces(work: Work) -> list[dict[str, int]]:
    """By created fulfillment: fulfillment orders with pieces."""
    found = []
    for step in work.steps:
        if step.mutation.kind is Kind.CREATE:
            rows = step.mutation.arguments["fulfillment"]["lineItemsByFulfillmentOrder"]
            found.append(
                {
                    row["fulfillmentOrderId"].rpartition("/")[2]: sum(
                        item["quantity"] for item in row["fulfillmentOrderLineItems"]
                    )
                    for row in rows
                }
            )
    return found


def sent_numbers(work: Work) -> list[list[str]]:
    return [
        list(step.mutation.arguments["trackingInfoInput"]["numbers"])
        for step in work.steps
        if step.mutation.kind is Kind.UPDATE
    ]


class TestWithNumbers:
    def test_a_numbered_part_needs_no_fence(self, order_of: Make, shipment_of: Make) -> None:
        order = order_of({21: 3})
        work = planned(order, shipment_of(order, ["N1"], items=[(LINE, 1)]))
        assert sent_pieces(work) == [{"21": 1}]

    def test_what_another_location_has_goes_in_a_fulfillment_of_its_own(
        self, order_of: Make, shipment_of: Make
    ) -> None:
        elsewhere = {"assignedLocation": {"location": {"id": "gid://shopify/Location/32"}}}
        order = order_of({21: 2, 22: (1, elsewhere), 23: 1})
        work = planned(order, shipment_of(order, ["N1"], items=[(LINE, 4)]))
        assert sent_pieces(work) == [{"21": 2, "23": 1}, {"22": 1}]

    def test_what_is_there_by_its_number_is_not_sent_again(self, order_of: Make, shipment_of: Make) -> None:
        order = order_of({21: 2}, [fulfillment_on_store(1, 1, ["N1"])])
        work = planned(order, shipment_of(order, ["N1"], items=[(LINE, 1)]))
        assert work.steps == []
        (receipt,) = receipt_of(work).shipments
        assert (receipt.outcome, receipt.reason) == (Outcome.DONE, "already_there")
        assert receipt.remote_ids == (FULFILLMENT(1),)

    def test_where_one_location_is_in_only_the_other_is_sent(self, order_of: Make, shipment_of: Make) -> None:
        order = order_of({22: 1}, [fulfillment_on_store(1, 2, ["N1"])])
        work = planned(order, shipment_of(order, ["N1"], items=[(LINE, 3)], remote_ids=(FULFILLMENT(1),)))
        assert sent_pieces(work) == [{"22": 1}]

    def test_two_shipments_with_one_number_are_fenced(self, order_of: Make, shipment_of: Make) -> None:
        order = order_of({21: 3})
        first = shipment_of(order, ["N1"], items=[(LINE, 1)], name="first")
        second = shipment_of(order, ["N1"], items=[(LINE, 1)], name="second")
        assert kinds(planned(order, first, second)) == [Kind.SPLIT, Kind.SPLIT]


class TestFences:
    def test_a_whole_fulfillment_order_is_a_fence_without_a_write(
        self, order_of: Make, shipment_of: Make
    ) -> None:
        order = order_of({21: 2})
        work = planned(order, shipment_of(order, [], items=[(LINE, 2)]))
        (receipt,) = receipt_of(work).shipments
        assert work.steps == []
        assert (receipt.outcome, receipt.fences) == (Outcome.PREPARED, (FO(21),))

    def test_its_fence_is_fulfilled_whole(self, order_of: Make, shipment_of: Make) -> None:
        order = order_of({21: 2, 22: 2})
        work = planned(order, shipment_of(order, [], items=[(LINE, 2)], fences=(FO(22),)))
        assert sent_pieces(work) == [{"22": 2}]

    def test_a_part_is_split_off_first(self, order_of: Make, shipment_of: Make) -> None:
        order = order_of({21: 3})
        work = planned(order, shipment_of(order, [], items=[(LINE, 1)]))
        (split,) = work.steps
        assert split.mutation.arguments["fulfillmentOrderSplits"] == [
            {
                "fulfillmentOrderId": FO(21),
                "fulfillmentOrderLineItems": [{"id": PIECES(21), "quantity": 1}],
            }
        ]

    def test_after_a_lost_split_what_was_split_off_is_the_fence(
        self, order_of: Make, shipment_of: Make
    ) -> None:
        order = order_of({21: 2, 22: 1})
        work = planned(order, shipment_of(order, [], items=[(LINE, 1)]))
        assert work.steps == []
        assert receipt_of(work).shipments[0].fences == (FO(22),)

    def test_nobody_else_takes_what_was_set_apart(self, order_of: Make, shipment_of: Make) -> None:
        order = order_of({21: 1, 22: 1})
        fenced = shipment_of(order, [], items=[(LINE, 1)], name="fenced", fences=(FO(21),))
        numbered = shipment_of(order, ["N1"], items=[(LINE, 1)], name="numbered")
        work = planned(order, numbered, fenced)
        taken = {
            step.parts[0].shipment.id: pieces
            for step, pieces in zip(work.steps, sent_pieces(work), strict=True)
        }
        assert taken == {numbered.id: {"22": 1}, fenced.id: {"21": 1}}

    def test_a_fulfillment_order_that_was_used_before_is_no_fence(
        self, order_of: Make, shipment_of: Make
    ) -> None:
        """Its first fulfillment would be taken for this shipment's."""
        order = order_of({21: 2}, [fulfillment_on_store(1, 1, ["N1"])])
        before = shipment_of(
            order, ["N1"], items=[(LINE, 1)], name="before", acknowledged=1, remote_ids=(FULFILLMENT(1),)
        )
        rest = shipment_of(order, [], items=[(LINE, 2)], name="rest")
        assert sent_pieces(planned(order, before, rest)) == [{"21": 2}]

    @pytest.mark.parametrize(("actions", "may_split"), [(MAY, False), (MAY[:1], True)])
    def test_where_splitting_is_not_allowed_it_goes_without_a_fence(
        self, order_of: Make, shipment_of: Make, actions: Any, may_split: bool
    ) -> None:
        order = order_of({21: (3, {"supportedActions": actions})})
        work = planned(order, shipment_of(order, [], items=[(LINE, 1)]), may_split=may_split)
        assert sent_pieces(work) == [{"21": 1}]

    def test_a_fence_that_was_merged_is_set_up_anew(self, order_of: Make, shipment_of: Make) -> None:
        order = order_of({21: 3, 22: (0, {"status": "CLOSED"})})
        work = planned(order, shipment_of(order, [], items=[(LINE, 1)], fences=(FO(22),)))
        assert kinds(work) == [Kind.SPLIT]

    def test_a_fence_that_is_on_hold_is_waited_for(self, order_of: Make, shipment_of: Make) -> None:
        held = {"status": "ON_HOLD", "supportedActions": [{"action": "RELEASE_HOLD"}]}
        order = order_of({21: 1, 22: (1, held)})
        work = planned(order, shipment_of(order, [], items=[(LINE, 1)], fences=(FO(22),)))
        assert work.steps == []
        assert receipt_of(work).shipments[0].reason == "on_hold"

    def test_what_came_of_a_fence_is_recognised(self, order_of: Make, shipment_of: Make) -> None:
        order = order_of({21: 2, 22: (0, {"status": "CLOSED"})}, [fulfillment_on_store(1, 1, sources=[22])])
        work = planned(order, shipment_of(order, [], items=[(LINE, 1)], fences=(FO(22),)))
        (receipt,) = receipt_of(work).shipments
        assert work.steps == []
        assert (receipt.outcome, receipt.remote_ids) == (Outcome.DONE, (FULFILLMENT(1),))

    def test_nothing_is_set_apart_while_a_part_is_on_hold(self, order_of: Make, shipment_of: Make) -> None:
        held = {"status": "ON_HOLD", "supportedActions": [{"action": "RELEASE_HOLD"}]}
        order = order_of({21: 1, 22: (1, held)})
        work = planned(order, shipment_of(order, [], items=[(LINE, 2)]))
        (receipt,) = receipt_of(work).shipments
        assert (work.steps, receipt.outcome, receipt.fences) == ([], Outcome.REFUSED, ())


class TestDoneElsewhere:
    def test_somebody_fulfilled_it_and_its_number_is_added(self, order_of: Make, shipment_of: Make) -> None:
        own = shipment_of(order_of({}, []), ["N1"], items=[(LINE, 2)])
        company = company_of(own)
        held = fulfillment_on_store(1, 2, ["T9"], company=company)
        order = order_of({21: (0, {"status": "CLOSED"})}, [held])
        work = planned(order, shipment_of(order, ["N1"], items=[(LINE, 2)]), notify=True)
        assert sent_numbers(work) == [["T9", "N1"]]
        (step,) = work.steps
        assert step.mutation.arguments["trackingInfoInput"]["company"] == company
        assert not step.notify, "whoever fulfilled it chose whether to mail"

    def test_somebody_fulfilled_it_with_another_carrier_and_no_number_is_added(
        self, order_of: Make, shipment_of: Make
    ) -> None:
        held = fulfillment_on_store(1, 2, ["T9"], company="TNT")
        order = order_of({21: (0, {"status": "CLOSED"})}, [held])
        work = planned(order, shipment_of(order, ["N1"], items=[(LINE, 2)]), notify=True)
        assert work.steps == []
        (receipt,) = receipt_of(work).shipments
        assert (receipt.outcome, receipt.reason) == (Outcome.DONE_ELSEWHERE, "other_carrier")
        assert "TNT" in receipt.words

    def test_two_shipments_in_one_fulfillment_of_somebody_share_its_list(
        self, order_of: Make, shipment_of: Make
    ) -> None:
        order = order_of({21: (0, {"status": "CLOSED"})}, [fulfillment_on_store(1, 2)])
        first = shipment_of(order, ["N1"], items=[(LINE, 1)], name="first")
        second = shipment_of(order, ["N2"], items=[(LINE, 1)], name="second")
        assert sent_numbers(planned(order, first, second)) == [["N1", "N2"]]

    def test_others_fulfillments_that_hold_only_a_part_of_it_are_left(
        self, order_of: Make, shipment_of: Make
    ) -> None:
        order = order_of({21: (0, {"status": "CLOSED"})}, [fulfillment_on_store(1, 1)])
        work = planned(order, shipment_of(order, ["N1"], items=[(LINE, 2)]))
        (receipt,) = receipt_of(work).shipments
        assert work.steps == []
        assert (receipt.outcome, receipt.reason) == (Outcome.REFUSED, "nothing_left_to_fulfill")
        assert receipt.remote_ids == ()


class TestCorrections:
    def acknowledged(self, shipment_of: Make, order: Order, numbers: Sequence[str], **fields: Any) -> Any:
        known = {"revision": 2, "acknowledged": 1, "remote_ids": (FULFILLMENT(1),), "items": [(LINE, 2)]}
        return shipment_of(order, numbers, **{**known, **fields})

    def test_the_former_number_goes_and_others_stay(self, order_of: Make, shipment_of: Make) -> None:
        order = order_of({}, [fulfillment_on_store(1, 2, ["N1", "T9"])])
        shipment = self.acknowledged(shipment_of, order, ["N2"], acknowledged_numbers=("N1",))
        assert sent_numbers(planned(order, shipment)) == [["T9", "N2"]]

    def test_a_withdrawn_number_leaves_an_empty_list(self, order_of: Make, shipment_of: Make) -> None:
        order = order_of({}, [fulfillment_on_store(1, 2, ["N1"])])
        shipment = self.acknowledged(shipment_of, order, [], acknowledged_numbers=("N1",))
        work = planned(order, shipment, notify=True)
        assert sent_numbers(work) == [[]]
        assert not work.steps[0].notify

    def test_a_correction_that_was_lost_and_corrected_again_leaves_the_last_number(
        self, order_of: Make, shipment_of: Make
    ) -> None:
        order = order_of({}, [fulfillment_on_store(1, 2, ["N2"])])
        baseline = Baseline(entries=((FULFILLMENT(1), "N1"),), remaining=(), remote_status="FULFILLED")
        shipment = self.acknowledged(
            shipment_of,
            order,
            ["N3"],
            revision=3,
            acknowledged_numbers=("N1",),
            former_numbers=("N1", "N2"),
            baseline=baseline,
        )
        assert sent_numbers(planned(order, shipment)) == [["N3"]]

    def test_a_number_that_others_entered_meanwhile_stays(self, order_of: Make, shipment_of: Make) -> None:
        order = order_of({}, [fulfillment_on_store(1, 2, ["N1", "T9"])])
        baseline = Baseline(entries=((FULFILLMENT(1), "N1"),), remaining=(), remote_status="FULFILLED")
        shipment = self.acknowledged(
            shipment_of, order, ["N2"], acknowledged_numbers=("N1",), baseline=baseline
        )
        assert sent_numbers(planned(order, shipment)) == [["T9", "N2"]]

    def test_a_fulfillment_that_a_lost_try_made_gets_the_number_that_is_wanted_now(
        self, order_of: Make, shipment_of: Make
    ) -> None:
        order = order_of({}, [fulfillment_on_store(1, 2, ["LOST"])])
        baseline = Baseline(entries=(), remaining=(), remote_status="UNFULFILLED")
        shipment = shipment_of(
            order, ["N2"], items=[(LINE, 2)], former_numbers=("LOST",), baseline=baseline, revision=2
        )
        assert sent_numbers(planned(order, shipment)) == [["N2"]]

    def test_a_fulfillment_that_a_person_made_with_the_former_number_keeps_it(
        self, order_of: Make, shipment_of: Make
    ) -> None:
        order = order_of({}, [fulfillment_on_store(1, 2, ["T1"])])
        baseline = Baseline(entries=((FULFILLMENT(1), "T1"),), remaining=(), remote_status="FULFILLED")
        shipment = shipment_of(
            order, ["N2"], items=[(LINE, 2)], former_numbers=("T1",), baseline=baseline, revision=2
        )
        assert sent_numbers(planned(order, shipment)) == [["T1", "N2"]]

    def test_another_carrier_is_told(self, order_of: Make, shipment_of: Make) -> None:
        order = order_of({}, [fulfillment_on_store(1, 2, ["N1"], company="GLS")])
        shipment = self.acknowledged(shipment_of, order, ["N1"], acknowledged_numbers=("N1",))
        (step,) = planned(order, shipment, notify=True).steps
        assert step.mutation.arguments["trackingInfoInput"]["company"] == "BRT"
        assert not step.notify

    def test_what_is_right_already_is_not_sent(self, order_of: Make, shipment_of: Make) -> None:
        order = order_of({}, [fulfillment_on_store(1, 2, ["N1"])])
        shipment = self.acknowledged(shipment_of, order, ["N1"], acknowledged_numbers=("N1",))
        assert planned(order, shipment).steps == []

    def test_a_fulfillment_that_was_cancelled_on_the_store_is_not_made_again(
        self, order_of: Make, shipment_of: Make
    ) -> None:
        order = order_of({21: 2})
        work = planned(order, self.acknowledged(shipment_of, order, ["N2"], acknowledged_numbers=("N1",)))
        (receipt,) = receipt_of(work).shipments
        assert work.steps == []
        assert (receipt.outcome, receipt.reason) == (Outcome.REFUSED, "gone_from_store")

    @pytest.mark.parametrize(
        ("mail", "mailed"),
        [(MailEffect.NOT_SENT, True), (MailEffect.SENT, False), (MailEffect.UNKNOWABLE, False)],
    )
    def test_a_late_number_is_mailed_only_where_no_mail_can_have_left(
        self, order_of: Make, shipment_of: Make, mail: MailEffect, mailed: bool
    ) -> None:
        order = order_of({}, [fulfillment_on_store(1, 2)])
        (step,) = planned(order, self.acknowledged(shipment_of, order, ["N1"], mail=mail), notify=True).steps
        assert step.notify is mailed


class TestRefusals:
    def test_a_cancelled_order_is_left_alone(self, order_of: Make, shipment_of: Make) -> None:
        order = order_of({21: 1}, cancelledAt="2026-11-22T10:00:00Z")
        work = planned(order, shipment_of(order, ["N1"], items=[(LINE, 1)]))
        assert work.steps == []
        assert receipt_of(work).shipments[0].reason == "order_cancelled"

    def test_goods_on_hold_are_refused_and_the_others_go(self, order_of: Make, shipment_of: Make) -> None:
        held = {
            "status": "ON_HOLD",
            "supportedActions": [{"action": "RELEASE_HOLD"}],
            "fulfillmentHolds": [{"reason": "INCORRECT_ADDRESS", "reasonNotes": "no house number"}],
        }
        order = order_of({21: 1, 22: (1, held)})
        first = shipment_of(order, ["N1"], items=[(LINE, 1)], name="first")
        second = shipment_of(order, ["N2"], items=[(LINE, 1)], name="second")
        work = planned(order, first, second)
        assert sent_pieces(work) == [{"21": 1}]
        held_one = receipt_of(work).shipments[1]
        assert (held_one.outcome, held_one.reason) == (Outcome.REFUSED, "on_hold")
        assert "no house number" in held_one.words

    def test_unseen_fulfillment_orders_are_never_nothing_to_do(
        self, raw_order_of: Make, shipment_of: Make
    ) -> None:
        order = order_from(RawOrder(order=raw_order_of(fulfillment_orders=[])))
        work = planned(order, shipment_of(order, ["N1"], items=[(LINE, 3)]))
        (receipt,) = receipt_of(work).shipments
        assert (receipt.outcome, receipt.reason) == (Outcome.REFUSED, "missing_scopes")
        assert "write_merchant_managed_fulfillment_orders" in receipt.words
