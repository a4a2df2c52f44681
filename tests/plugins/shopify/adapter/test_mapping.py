"""Orders of Shopify become orders."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fbridge.models.orders import Address, Order, RejectedOrder
from fbridge.models.states import Delivery, FulfillmentState, OrderStatus, PaymentKind
from fbridge_shopify.mapping import RawOrder, order_from, payment_from
from fbridge_shopify.sandbox.schemas import VERSIONS, schema_of

from .mapping_calls import LINE_ID, Make, mapped, money, rejected


def test_an_order_tells_all_that_the_office_needs(raw_order_of: Make) -> None:
    got = mapped(raw_order_of())
    assert (got.remote_id, got.number) == ("gid://shopify/Order/1", "#1001")
    assert (got.status, got.remote_status) == (OrderStatus.OPEN, "UNFULFILLED")
    assert (got.total, got.currency) == (Decimal("66.6"), "EUR")
    assert got.created_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert got.changed_at == datetime(2026, 11, 22, 10, 11, 12, tzinfo=UTC)
    assert (got.payment.kind, got.payment.method) == (PaymentKind.PAID, "shopify_payments")
    assert got.shipping_method is not None
    assert (got.shipping_method.code, got.shipping_method.title) == ("Express", "Corriere espresso")
    assert got.delivery is Delivery.SHIP
    (line,) = got.lines
    assert (line.id, line.sku, line.name, line.quantity) == (LINE_ID, "MOKA-3", "Moka Classic - 3 cups", 3)
    assert (line.removed, line.shipped, line.remaining, line.held) == (0, 0, 3, 0)
    assert line.locations == (("31", 3),)
    assert (got.ship_to.name, got.ship_to.postcode, got.ship_to.city) == ("Ada Esempio", "22063", "Cantù")
    assert got.ship_to.street == ("Via Prova 1", "Scala B")
    assert (got.ship_to.province, got.ship_to.country) == ("CO", "IT")
    assert (got.ship_to.phone, got.ship_to.email) == ("+39 333 0000001", "ada@example.invalid")
    assert got.bill_to.name == "Ada Esempio Srl"
    assert (got.note, got.channel, got.marks) == ("Suonare due volte", None, False)


def test_what_comes_back_with_a_push_is_json_without_personal_data(raw_order_of: Make) -> None:
    data = mapped(raw_order_of()).adapter_data
    assert json.loads(json.dumps(data)) == data
    assert data == {
        "fulfillment_orders": [
            {
                "id": "gid://shopify/FulfillmentOrder/21",
                "status": "OPEN",
                "actions": ["CREATE_FULFILLMENT", "HOLD"],
                "location": "31",
                "service": "",
                "collected": False,
                "lines": [["gid://shopify/FulfillmentOrderLineItem/41", LINE_ID, 3]],
                "holds": [],
            }
        ],
        "financial_status": "PAID",
        "tracking_urls": {},
        "by_services": {},
        "unseen_fulfillment_orders": False,
    }


def test_why_goods_are_held_comes_back_in_words(raw_order_of: Make, fulfillment_order_of: Make) -> None:
    holds = [
        {"reason": "INCORRECT_ADDRESS", "reasonNotes": "no house number"},
        {"reason": "A_REASON_OF_2028", "reasonNotes": None},
    ]
    held = fulfillment_order_of([(LINE_ID, 3)], status="ON_HOLD", fulfillmentHolds=holds)
    data = mapped(raw_order_of(fulfillment_orders=[held])).adapter_data
    assert data["fulfillment_orders"][0]["holds"] == [
        "INCORRECT_ADDRESS: no house number",
        "A_REASON_OF_2028",
    ]


class TestStatus:
    def test_cancelled(self, raw_order_of: Make) -> None:
        got = mapped(raw_order_of(cancelledAt="2026-11-21T08:00:00Z"))
        assert (got.status, got.remote_status) == (OrderStatus.CANCELLED, "CANCELLED")

    @pytest.mark.parametrize(
        ("unfulfilled", "current", "status"),
        [(0, 3, OrderStatus.CLOSED), (3, 3, OrderStatus.CANCELLED), (0, 0, OrderStatus.CANCELLED)],
    )
    def test_refunded_in_full_is_cancelled_unless_it_was_a_return(
        self, raw_order_of: Make, line_of: Make, unfulfilled: int, current: int, status: OrderStatus
    ) -> None:
        line = line_of(unfulfilledQuantity=unfulfilled, currentQuantity=current)
        assert mapped(raw_order_of(lines=[line], displayFinancialStatus="REFUNDED")).status is status

    @pytest.mark.parametrize("display", ["FULFILLED", "FULFILLMENT_NOT_REQUIRED", "A_WORD_OF_2028"])
    def test_nothing_left_is_closed_whatever_the_store_calls_it(
        self, raw_order_of: Make, line_of: Make, display: str
    ) -> None:
        got = mapped(raw_order_of(lines=[line_of(unfulfilledQuantity=0)], displayFulfillmentStatus=display))
        assert (got.status, got.remote_status) == (OrderStatus.CLOSED, display)
        assert got.fulfillment_state is FulfillmentState.FULFILLED

    def test_on_hold_when_nothing_may_leave(self, raw_order_of: Make, fulfillment_order_of: Make) -> None:
        actions = [{"action": "RELEASE_HOLD"}, {"action": "AN_ACTION_OF_2028"}]
        held = fulfillment_order_of([(LINE_ID, 3)], status="ON_HOLD", supportedActions=actions)
        order = mapped(raw_order_of(fulfillment_orders=[held], displayFulfillmentStatus="ON_HOLD"))
        assert order.status is OrderStatus.ON_HOLD
        assert order.lines[0].held == 3

    def test_what_is_scheduled_for_later_may_not_leave(
        self, raw_order_of: Make, fulfillment_order_of: Make
    ) -> None:
        actions = [{"action": "MARK_AS_OPEN"}, {"action": "MOVE"}]
        later = fulfillment_order_of([(LINE_ID, 3)], status="SCHEDULED", supportedActions=actions)
        order = mapped(raw_order_of(fulfillment_orders=[later], displayFulfillmentStatus="SCHEDULED"))
        assert (order.status, order.remote_status) == (OrderStatus.ON_HOLD, "SCHEDULED")
        assert order.lines[0].held == 3

    def test_an_unknown_status_of_a_fulfillment_order_counts_as_open(
        self, raw_order_of: Make, fulfillment_order_of: Make
    ) -> None:
        order = mapped(
            raw_order_of(fulfillment_orders=[fulfillment_order_of([(LINE_ID, 3)], status="BORROWED")])
        )
        assert order.status is OrderStatus.OPEN
        assert order.lines[0].locations == (("31", 3),)


def test_a_test_order_is_marked(raw_order_of: Make) -> None:
    assert [doubt.code for doubt in mapped(raw_order_of(test=True)).doubts] == ["test_order"]
    assert mapped(raw_order_of(test=False)).doubts == mapped(raw_order_of()).doubts == ()


ENUMS = {
    "displayFinancialStatus": "OrderDisplayFinancialStatus",
    "displayFulfillmentStatus": "OrderDisplayFulfillmentStatus",
    "status": "FulfillmentOrderStatus",
    "deliveryMethod": "DeliveryMethodType",
}


@pytest.mark.parametrize(("field", "enum"), ENUMS.items())
def test_what_the_newest_schema_has_is_known_and_what_comes_later_is_never_ready(
    raw_order_of: Make, fulfillment_order_of: Make, field: str, enum: str
) -> None:
    def doubts(value: str) -> list[str]:
        told: Any = {"methodType": value} if field == "deliveryMethod" else value
        if field in {"status", "deliveryMethod"}:
            part = fulfillment_order_of([(LINE_ID, 3)], **{field: told})
            return [doubt.code for doubt in mapped(raw_order_of(fulfillment_orders=[part])).doubts]
        return [doubt.code for doubt in mapped(raw_order_of(**{field: told})).doubts]

    values = schema_of(VERSIONS[-1]).type_map[enum].values  # type: ignore[attr-defined]
    assert values
    assert not any(map(doubts, values))
    assert doubts("A_VALUE_OF_2028") == ["unknown_value"]


@pytest.mark.parametrize(
    ("methods", "delivery"),
    [
        (["SHIPPING"], Delivery.SHIP),
        (["PICK_UP"], Delivery.PICKUP),
        (["PICKUP_POINT"], Delivery.SHIP),
        (["LOCAL"], Delivery.SHIP),
        (["RETAIL"], Delivery.PICKUP),
        (["NONE"], Delivery.NONE),
        (["NONE", "SHIPPING"], Delivery.SHIP),
        (["NONE", "PICK_UP"], Delivery.PICKUP),
        (["PICK_UP", "SHIPPING"], Delivery.SHIP),
        (["PICK_UP", "LOCAL"], Delivery.SHIP),
        (["A_METHOD_OF_2028"], Delivery.SHIP),
        ([None], Delivery.SHIP),
    ],
)
def test_how_goods_leave(
    raw_order_of: Make, fulfillment_order_of: Make, methods: list[str | None], delivery: Delivery
) -> None:
    found = [
        fulfillment_order_of([(LINE_ID, 1)], deliveryMethod=method and {"methodType": method})
        for method in methods
    ]
    assert mapped(raw_order_of(fulfillment_orders=found)).delivery is delivery


class TestPayment:
    @pytest.mark.parametrize(
        ("gateways", "status", "outstanding", "kind", "due"),
        [
            (["shopify_payments"], "PAID", "0", PaymentKind.PAID, "0"),
            (["Cash on Delivery (COD)"], "PENDING", "66.60", PaymentKind.COD, "66.60"),
            (["Contrassegno "], "PENDING", "66.60", PaymentKind.COD, "66.60"),
            (["Contrassegno (+5 EUR)"], "PENDING", "66.60", PaymentKind.COD, "66.60"),
            (["Contanti alla consegna"], "PENDING", "66.60", PaymentKind.COD, "66.60"),
            (["gift_card", "cash_on_delivery"], "PARTIALLY_PAID", "16.60", PaymentKind.COD, "16.60"),
            (["Cash on Delivery (COD)"], "PAID", "0", PaymentKind.PAID, "0"),
            (["bogus", "Cash on Delivery (COD)"], "PARTIALLY_REFUNDED", "56.60", PaymentKind.COD, "56.60"),
            (["Cash on Delivery (COD)"], "PARTIALLY_REFUNDED", "0.0", PaymentKind.PAID, "0"),
            (["Bank Deposit"], "PENDING", "66.60", PaymentKind.UNPAID, "66.60"),
            (["paypal"], "EXPIRED", "66.60", PaymentKind.UNPAID, "66.60"),
            (["shopify_payments"], "AUTHORIZED", "66.60", PaymentKind.PAID, "0"),
            (["shopify_payments"], "REFUNDED", "-5", PaymentKind.PAID, "0"),
            ([], "PENDING", "5", PaymentKind.UNPAID, "5"),
            (["x"], "A_STATUS_OF_2028", "5", PaymentKind.UNPAID, "5"),
            (["x"], "A_STATUS_OF_2028", "0", PaymentKind.PAID, "0"),
        ],
    )
    def test_by_gateway_and_financial_status(
        self, gateways: list[str], status: str, outstanding: str, kind: PaymentKind, due: str
    ) -> None:
        got = payment_from(gateways, status, Decimal(outstanding))
        assert (got.kind, got.amount_due) == (kind, Decimal(due))

    @pytest.mark.parametrize("status", ["VOIDED", "EXPIRED"])
    def test_a_lapsed_authorisation_pays_nothing(self, status: str) -> None:
        got = payment_from(["paypal"], status, Decimal(0))
        assert (got.kind, got.amount_due) == (PaymentKind.UNPAID, None)

    @pytest.mark.parametrize(
        ("status", "capturable", "kind", "due"),
        [
            ("PARTIALLY_PAID", "40", PaymentKind.PAID, "0"),
            ("PARTIALLY_PAID", "30", PaymentKind.UNPAID, "10"),
            ("PARTIALLY_PAID", "0", PaymentKind.UNPAID, "40"),
            ("EXPIRED", "40", PaymentKind.UNPAID, "40"),
            ("PENDING", "40", PaymentKind.UNPAID, "40"),
        ],
    )
    @pytest.mark.parametrize("told_less_reserved", [True, False])
    def test_what_is_reserved_beside_what_was_captured_counts(
        self,
        raw_order_of: Make,
        status: str,
        capturable: str,
        kind: PaymentKind,
        due: str,
        *,
        told_less_reserved: bool,
    ) -> None:
        """Shops that capture each part when it leaves; whether Shopify takes off what is reserved was not seen."""
        less = told_less_reserved and status == "PARTIALLY_PAID"
        amounts = {
            "totalOutstandingSet": money(str(40 - int(capturable)) if less else "40"),
            "totalCapturableSet": money(capturable),
            "currentTotalPriceSet": money("60"),
            "netPaymentSet": money("20"),
        }
        got = mapped(raw_order_of(displayFinancialStatus=status, **amounts)).payment
        assert (got.kind, got.amount_due) == (kind, Decimal(due))

    def test_a_merchants_own_name_of_cash_on_delivery(self, raw_order_of: Make) -> None:
        raw = raw_order_of(
            paymentGatewayNames=["Metodo Bruno"],
            displayFinancialStatus="PENDING",
            totalOutstandingSet=money("66.6"),
        )
        assert mapped(raw).payment.kind is PaymentKind.UNPAID
        paid_at_the_door = mapped(raw, cod_gateways=["metodo BRUNO"]).payment
        assert (paid_at_the_door.kind, paid_at_the_door.amount_due) == (PaymentKind.COD, Decimal("66.6"))
        assert paid_at_the_door.method == "Metodo Bruno"


class TestMoney:
    def test_what_is_collected_at_the_door_is_what_the_checkout_showed(self, raw_order_of: Make) -> None:
        """The courier collected the shop's 49.90 of a customer who was to pay 1249 CZK."""

        def shown(ours: str, theirs: str) -> dict[str, Any]:
            return {"shopMoney": {"amount": ours}, "presentmentMoney": {"amount": theirs}}

        raw = raw_order_of(
            currencyCode="EUR",
            presentmentCurrencyCode="CZK",
            paymentGatewayNames=["Cash on Delivery (COD)"],
            displayFinancialStatus="PENDING",
            totalOutstandingSet=shown("49.90", "1249.0"),
            currentTotalPriceSet=shown("49.90", "1249.0"),
        )
        order = mapped(raw)
        assert (order.payment.amount_due, order.total, order.currency) == (
            Decimal(1249),
            Decimal(1249),
            "CZK",
        )

    def test_tax_is_added_where_prices_are_net(self, raw_order_of: Make) -> None:
        gross = mapped(raw_order_of(taxesIncluded=True)).lines[0].total
        net = mapped(raw_order_of(taxesIncluded=False)).lines[0].total
        assert (gross, net) == (Decimal("59.7"), Decimal("70.47"))

    @given(amount=st.decimals(min_value=0, max_value=10**9, places=2))
    def test_amounts_are_kept_to_the_last_cent(self, amount: Decimal, raw_order_of: Make) -> None:
        assert mapped(raw_order_of(currentTotalPriceSet=money(str(amount)))).total == amount


class TestPersonalData:
    def test_withheld_data_is_no_fault(self, raw_order_of: Make) -> None:
        order = mapped(raw_order_of(email=None, phone=None, shippingAddress=None, billingAddress=None))
        assert order.ship_to == order.bill_to == Address()

    def test_an_address_of_which_every_field_is_withheld(self, raw_order_of: Make) -> None:
        address = dict.fromkeys(raw_order_of()["shippingAddress"])
        order = mapped(raw_order_of(shippingAddress=address, email=None))
        assert order.ship_to == Address()

    def test_the_province_is_named_where_it_has_no_code(self, raw_order_of: Make) -> None:
        address = raw_order_of()["shippingAddress"] | {"provinceCode": None}
        assert mapped(raw_order_of(shippingAddress=address)).ship_to.province == "Como"


@pytest.mark.parametrize(
    ("source", "channel"),
    [
        ("web", None),
        ("pos", None),
        ("shopify_draft_order", None),
        ("1424624", None),
        (None, None),
        ("Amazon-IT", "amazon-it"),
        ("ebay", "ebay"),
    ],
)
def test_the_channel_is_named_where_it_is_a_marketplace(
    raw_order_of: Make, source: str | None, channel: str | None
) -> None:
    assert mapped(raw_order_of(sourceName=source)).channel == channel


def fulfillment(**changes: Any) -> dict[str, Any]:
    return {
        "id": "gid://shopify/Fulfillment/61",
        "status": "SUCCESS",
        "createdAt": "2026-11-21T15:00:00Z",
        "trackingInfo": [
            {"company": "BRT", "number": "N1", "url": "https://x.example/N1"},
            {"company": "BRT", "number": "N2", "url": None},
        ],
        "fulfillmentOrders": {"nodes": [{"id": "gid://shopify/FulfillmentOrder/21"}]},
        "fulfillmentLineItems": {"nodes": [{"quantity": 2, "lineItem": {"id": LINE_ID}}]},
        **changes,
    }


class TestShipments:
    def test_what_the_store_holds(self, raw_order_of: Make) -> None:
        (shipment,) = mapped(raw_order_of(fulfillments=[fulfillment()])).shipments
        assert shipment.remote_id == "gid://shopify/Fulfillment/61"
        assert (shipment.numbers, shipment.carrier) == (("N1", "N2"), "BRT")
        assert shipment.lines == ((LINE_ID, 2),)
        assert shipment.created_at == datetime(2026, 11, 21, 15, tzinfo=UTC)
        assert shipment.mark == "gid://shopify/FulfillmentOrder/21"
        assert shipment.mailed is None

    def test_a_shipment_of_several_fulfillment_orders_is_behind_no_fence(self, raw_order_of: Make) -> None:
        nodes = [{"id": f"gid://shopify/FulfillmentOrder/{number}"} for number in (21, 22)]
        raw = raw_order_of(fulfillments=[fulfillment(fulfillmentOrders={"nodes": nodes})])
        assert mapped(raw).shipments[0].mark is None

    @pytest.mark.parametrize("status", ["CANCELLED", "ERROR", "FAILURE"])
    def test_one_that_is_not_there_any_more(self, raw_order_of: Make, status: str) -> None:
        assert mapped(raw_order_of(fulfillments=[fulfillment(status=status)])).shipments == ()

    def test_one_without_tracking_and_of_an_unknown_status(self, raw_order_of: Make) -> None:
        raw = raw_order_of(fulfillments=[fulfillment(status="A_STATUS_OF_2028", trackingInfo=[])])
        (shipment,) = mapped(raw).shipments
        assert (shipment.numbers, shipment.carrier) == ((), "")


class TestRejected:
    @pytest.mark.parametrize(
        ("changes", "word"),
        [
            ({"updatedAt": "yesterday", "createdAt": None}, "updatedAt"),
            ({"lineItems": "many"}, "lineItems.0"),
            ({"fulfillmentOrders": {"nodes": [{"id": "x"}]}}, "fulfillmentOrders.0"),
        ],
    )
    def test_one_that_makes_no_sense_is_named_with_the_field(
        self, raw_order_of: Make, changes: dict[str, Any], word: str
    ) -> None:
        got = rejected(raw_order_of(**changes))
        assert got.remote_id == "gid://shopify/Order/1"
        assert got.reason.startswith("bad_field: ")
        assert word in got.reason

    def test_broken_pieces(self, raw_order_of: Make, line_of: Make) -> None:
        for value in (1.5, "three", True, None):
            assert "quantity" in rejected(raw_order_of(lines=[line_of(quantity=value)])).reason

    @settings(max_examples=25)
    @given(
        rubbish=st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5)
    )
    def test_any_rubbish_in_any_field_is_an_order_or_a_rejection(
        self, rubbish: Any, raw_order_of: Make
    ) -> None:
        for name in raw_order_of():
            got = order_from(RawOrder(order=raw_order_of(**{name: rubbish})))
            assert isinstance(got, Order | RejectedOrder)

    def test_a_problem_in_reading_is_told_as_it_is(self, raw_order_of: Make) -> None:
        got = order_from(RawOrder(order=raw_order_of(), problem="unreadable: gone"))
        assert got == RejectedOrder(
            remote_id="gid://shopify/Order/1", number="#1001", reason="unreadable: gone"
        )
