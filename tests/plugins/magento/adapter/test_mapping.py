"""Orders of Magento become orders."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from fbridge.models.orders import Address
from fbridge.models.states import Delivery, FulfillmentState, OrderStatus, PaymentKind
from fbridge_magento.ship_bodies import mark_comment
from fbridge_magento.store_shipments import mark_in, numbers_sent

from .mapping_calls import Recorded, counts, mapped, refused

UUID = "6f1c2d3e-0000-4000-8000-000000000001"


def test_a_recorded_order_tells_all_that_the_office_needs(recorded: Recorded) -> None:
    got = mapped(recorded("order_configurable"), weight_units={"1": "kgs"})
    assert (got.remote_id, got.number) == ("4", "000000004")
    assert (got.status, got.remote_status) == (OrderStatus.OPEN, "processing")
    assert (got.total, got.currency) == (Decimal(53), "EUR")
    assert got.created_at == datetime(2026, 11, 22, 16, 12, 51, tzinfo=UTC)
    assert got.changed_at == datetime(2026, 11, 22, 16, 53, 43, tzinfo=UTC)
    assert (got.payment.kind, got.payment.method) == (PaymentKind.PAID, "checkmo")
    assert (got.payment.title, got.payment.amount_due) == ("Check / Money order", 0)
    assert got.shipping_method is not None
    assert (got.shipping_method.code, got.shipping_method.title) == ("flatrate_flatrate", "Flat Rate - Fixed")
    assert (got.ship_to.name, got.ship_to.company) == ("Maria Grazia Dell'Acqua", "Caffè & Co. S.r.l.")
    assert (got.ship_to.street, got.ship_to.postcode, got.ship_to.city) == (
        ("Viale Libertà 8",),
        "22063",
        "Cantù",
    )
    assert (got.ship_to.province, got.ship_to.country) == ("CO", "IT")
    assert (got.ship_to.phone, got.ship_to.email) == ("+39 06 12343", "cliente3@example.test")
    assert got.bill_to == got.ship_to


def test_the_line_of_a_configurable_is_its_parent(recorded: Recorded) -> None:
    got = mapped(recorded("order_configurable"), weight_units={"1": "lbs"})
    (line,) = got.lines
    assert (line.id, line.sku, line.name) == ("5", "MAGLIA-L", "Maglietta")
    assert (line.total, line.weight_grams) == (Decimal(38), 454)
    assert counts(line) == (2, 0, 0, 2)


def test_virtual_goods_among_others_are_a_line_that_no_carrier_takes(recorded: Recorded) -> None:
    got = mapped(recorded("order_mixed"))
    assert [(line.id, line.shippable, line.due) for line in got.lines] == [
        ("9", True, 1),
        ("11", False, 0),
        ("12", True, 1),
    ]
    assert got.delivery is Delivery.SHIP
    assert set(got.adapter_data["skus"]) == {"9", "12"}


def test_an_order_of_virtual_goods_alone_has_nothing_for_a_carrier(recorded: Recorded) -> None:
    got = mapped(recorded("order_virtual"))
    assert (got.delivery, got.status) == (Delivery.NONE, OrderStatus.CLOSED)
    assert got.ship_to.city == ""
    assert got.shipping_method is None
    assert got.fulfillment_state is FulfillmentState.FULFILLED


def test_an_unpaid_order_of_virtual_goods_is_not_closed(recorded: Recorded) -> None:
    order = recorded("order_virtual") | {"state": "new", "status": "pending", "total_due": 50}
    got = mapped(order)
    assert (got.status, got.payment.kind) == (OrderStatus.OPEN, PaymentKind.UNPAID)


def test_c3_refunded_pieces_are_taken_off(recorded: Recorded) -> None:
    (line,) = mapped(recorded("order_partially_refunded")).lines
    assert counts(line) == (3, 1, 0, 2)


def test_a_refund_after_shipping_leaves_nothing_to_ship(recorded: Recorded) -> None:
    order = recorded("order_partially_refunded")
    order["items"][0] |= {"qty_shipped": 3}
    got = mapped(order)
    assert counts(got.lines[0]) == (3, 1, 3, 0)
    assert got.status is OrderStatus.CLOSED


def test_a_partial_shipment_shows_on_its_line(recorded: Recorded) -> None:
    got = mapped(recorded("order_simple"))
    assert [counts(line) for line in got.lines] == [(2, 0, 1, 1), (3, 0, 0, 3)]
    assert got.adapter_data["open"] == {"7": 1, "8": 3}
    assert (got.status, got.fulfillment_state) == (OrderStatus.OPEN, FulfillmentState.PARTIAL)


@pytest.mark.parametrize(
    ("state", "shipped", "status"),
    [
        ("new", False, OrderStatus.OPEN),
        ("pending_payment", False, OrderStatus.OPEN),
        ("processing", False, OrderStatus.OPEN),
        ("of_a_module", False, OrderStatus.OPEN),
        ("holded", False, OrderStatus.ON_HOLD),
        ("payment_review", False, OrderStatus.ON_HOLD),
        ("canceled", False, OrderStatus.CANCELLED),
        ("closed", True, OrderStatus.CANCELLED),
        ("complete", True, OrderStatus.CLOSED),
        ("complete", False, OrderStatus.OPEN),
        ("processing", True, OrderStatus.CLOSED),
    ],
)
def test_whether_goods_may_leave(recorded: Recorded, state: str, shipped: bool, status: OrderStatus) -> None:
    """Cash on delivery stays ``processing`` when all has left; ``complete`` does not prove that it has."""
    order = recorded("order_shipped") | {"state": state}
    for item in order["items"]:
        item["qty_shipped"] = item["qty_ordered"] if shipped else 0
    assert mapped(order).status is status


class TestPayment:
    def test_cash_on_delivery_owes_all(self, recorded: Recorded) -> None:
        order = recorded("order_simple") | recorded("cash_on_delivery")["items"][0]
        got = mapped(order | {"payment": {"method": "cashondelivery"}, "total_due": 98.8}).payment
        assert (got.kind, got.amount_due) == (PaymentKind.COD, Decimal("98.8"))

    def test_methods_of_the_settings_are_cash_on_delivery_too(self, recorded: Recorded) -> None:
        order = recorded("order_simple") | {"payment": {"method": "at_the_door"}, "total_due": 10}
        assert mapped(order).payment.kind is PaymentKind.UNPAID
        assert mapped(order, cod_methods=frozenset({"at_the_door"})).payment.kind is PaymentKind.COD

    def test_a_method_that_nobody_named_is_told_by_its_title(self, recorded: Recorded) -> None:
        title = {"payment_additional_info": [{"key": "method_title", "value": "Contrassegno (+5 EUR)"}]}
        order = recorded("order_simple") | {"payment": {"method": "msp_cod9"}, "total_due": 10}
        assert mapped(order | {"extension_attributes": title}).payment.kind is PaymentKind.COD

    def test_a_field_that_the_store_leaves_out_is_worked_out(self, recorded: Recorded) -> None:
        order = recorded("order_simple") | {"total_due": None, "total_paid": 33.3}
        assert mapped(order).payment.amount_due == Decimal(100)


class TestShipments:
    def test_what_the_store_holds(self, recorded: Recorded) -> None:
        shipments = recorded("shipments_of_one")["items"]
        got = mapped(recorded("order_simple"), shipments)
        first = got.shipments[0]
        assert (first.remote_id, first.numbers, first.carrier) == ("2", ("PARTIAL-1",), "BRT")
        assert first.lines == (("7", 1),)
        assert first.created_at == datetime(2026, 11, 23, 1, 3, 37, tzinfo=UTC)
        assert (first.mark, first.mailed) == (None, False)
        assert got.adapter_data["shipments"]["2"] == {
            "source": "default",
            "emailed": False,
            "sent": [],
            "tracks": [["2", "PARTIAL-1", "custom", "BRT"]],
        }

    def test_our_comment_is_the_mark(self, recorded: Recorded) -> None:
        shipments = recorded("shipment_marked")["items"]
        got = mapped(recorded("order_simple") | {"entity_id": 20}, shipments)
        assert got.shipments[0].mark == UUID
        assert got.marks

    def test_a_missing_mark_proves_nothing_where_comments_were_not_read(self, recorded: Recorded) -> None:
        order, (shipment,) = recorded("order_simple"), recorded("shipment_marked")["items"]
        assert not mapped(order).marks
        assert mapped(order, []).marks
        del shipment["comments"]
        assert not mapped(order, [shipment]).marks

    def test_a_mail_that_went_is_told(self, recorded: Recorded) -> None:
        shipment = recorded("shipments_of_one")["items"][0] | {"email_sent": 1}
        got = mapped(recorded("order_simple"), [shipment])
        assert got.shipments[0].mailed is True
        assert got.adapter_data["shipments"]["2"]["emailed"] is True

    def test_numbers_come_once_and_empty_lists_may_be_null(self, recorded: Recorded) -> None:
        track = {"entity_id": 1, "track_number": "A1", "title": None, "carrier_code": "ups"}
        shipment = recorded("shipments_of_one")["items"][0] | {"tracks": [track, track | {"entity_id": 2}]}
        empty = shipment | {"entity_id": 9, "tracks": None, "items": None, "comments": None}
        got = mapped(recorded("order_simple"), [shipment, empty]).shipments
        assert (got[0].numbers, got[0].carrier) == (("A1",), "ups")
        assert (got[1].numbers, got[1].lines) == ((), ())


@pytest.mark.parametrize(
    ("comment", "mark"),
    [
        (f"fbridge {UUID}", UUID),
        (f"Our mark: fbridge {UUID}.", UUID),
        (f"fbridge {UUID}0", None),
        ("fbridge says hello", None),
        (None, None),
    ],
)
def test_only_a_whole_uuid_is_a_mark(comment: str | None, mark: str | None) -> None:
    assert mark_in([{"comment": "Leave it at the gate"}, {"comment": comment}]) == mark
    assert numbers_sent([{"comment": comment}]) == []


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_mark_tells_what_numbers_the_shipment_was_made_with(newline: str) -> None:
    comment = newline.join([mark_comment(UUID), "BX 1", "BX,2"])
    assert (mark_in([{"comment": comment}]), numbers_sent([{"comment": comment}])) == (UUID, ["BX 1", "BX,2"])
    assert mark_comment(UUID, ["BX 1", "BX,2"]).splitlines() == comment.splitlines()


class TestRejected:
    def test_c2_a_malformed_order_is_named_with_its_field(self, recorded: Recorded) -> None:
        got = refused(recorded("order_simple") | {"updated_at": "yesterday-ish", "created_at": None})
        assert (got.remote_id, got.number) == ("5", "2000000001")
        assert got.reason == "bad_field: updated_at: is missing, and so is created_at."

    @pytest.mark.parametrize("order", [{}, {"entity_id": 7}, "text", None, {"entity_id": 7, "items": 3}])
    def test_anything_at_all_is_rejected_and_not_raised(self, order: Any) -> None:
        assert refused(order).reason

    def test_an_order_without_lines_does_not_count_as_shipped(self, recorded: Recorded) -> None:
        for items in ([], None):
            got = mapped(recorded("order_simple") | {"items": items})
            assert [doubt.code for doubt in got.doubts] == ["no_lines"]
            assert got.fulfillment_state is FulfillmentState.UNFULFILLED

    def test_fractions_are_not_pieces(self, recorded: Recorded) -> None:
        order = recorded("order_simple")
        order["items"][0]["qty_ordered"] = 1.5
        assert refused(order).reason == (
            "fractional_quantity: items.0.qty_ordered: 1.5 is a fraction of a piece."
        )

    def test_a_malformed_shipment_makes_its_order_unreadable(self, recorded: Recorded) -> None:
        shipment = {"entity_id": 2, "order_id": 5, "items": [{"qty": 1}]}
        assert "order_item_id" in refused(recorded("order_simple"), [shipment]).reason


PROCESSING = {"state": "processing", "status": "processing"}


@pytest.mark.parametrize(
    ("order", "payment", "kind"),
    [
        (PROCESSING, {"amount_authorized": 53}, PaymentKind.PAID),
        (PROCESSING | {"total_paid": 13, "total_due": 40}, {"amount_authorized": 53}, PaymentKind.PAID),
        (PROCESSING, {"amount_authorized": "53.0000"}, PaymentKind.PAID),
        (PROCESSING | {"total_due": 53.006}, {"amount_authorized": 53.006}, PaymentKind.PAID),
        (PROCESSING, {"amount_authorized": 52.99}, PaymentKind.UNPAID),
        (PROCESSING, {"amount_authorized": 53, "amount_canceled": 53}, PaymentKind.UNPAID),
        (PROCESSING, {"amount_authorized": None}, PaymentKind.UNPAID),
        (PROCESSING, {"amount_authorized": 53, "method": "cashondelivery"}, PaymentKind.COD),
        (PROCESSING | {"total_due": "?"}, {"amount_authorized": 53}, PaymentKind.UNPAID),
        ({"state": "new", "status": "pending"}, {"amount_authorized": 53}, PaymentKind.UNPAID),
        ({"state": "pending_payment", "status": "x"}, {"amount_authorized": 53}, PaymentKind.UNPAID),
    ],
)
def test_what_is_authorised_counts_as_paid_where_it_covers_all_that_is_due(
    recorded: Recorded, order: dict[str, Any], payment: dict[str, Any], kind: PaymentKind
) -> None:
    row = recorded("order_configurable") | {"total_paid": None, "total_due": 53} | order
    row["payment"] |= payment
    assert mapped(row).payment.kind is kind
    without = PaymentKind.COD if kind is PaymentKind.COD else PaymentKind.UNPAID
    assert mapped(row, authorized_is_paid=False).payment.kind is without


def test_the_note_is_the_customers_else_the_first_comment_they_can_see(recorded: Recorded) -> None:
    history = [
        {"entity_id": 9, "comment": "later", "is_visible_on_front": 1},
        {"entity_id": 2, "comment": "ring twice", "is_visible_on_front": 1},
        {"entity_id": 1, "comment": "internal", "is_visible_on_front": 0},
    ]
    order = recorded("order_simple") | {"status_histories": history}
    assert mapped(order).note == "ring twice"
    assert mapped(order | {"customer_note": "at the back door"}).note == "at the back door"
    assert mapped(order | {"status_histories": None}).note == ""


def test_a_module_may_leave_out_the_address_or_a_line_of_it(recorded: Recorded) -> None:
    order = recorded("order_simple")
    shipping = order["extension_attributes"]["shipping_assignments"][0]["shipping"]
    shipping["address"]["street"] = ["Via Roma 1", None]
    assert mapped(order).ship_to.street == ("Via Roma 1",)
    for missing in (None, []):
        shipping["address"] = missing
        assert mapped(order).ship_to == Address()
    order["extension_attributes"]["shipping_assignments"] = None
    assert mapped(order).ship_to == Address()


def test_a_pick_up_in_the_shop_is_none_of_a_carriers(recorded: Recorded) -> None:
    order = recorded("order_simple")
    order["extension_attributes"]["shipping_assignments"][0]["shipping"]["method"] = "instore_pickup"
    assert mapped(order).delivery is Delivery.PICKUP


def test_weights_are_left_out_where_the_unit_is_unknown(recorded: Recorded) -> None:
    assert mapped(recorded("order_simple")).lines[0].weight_grams is None


def test_what_comes_back_with_a_push_holds_no_personal_data(recorded: Recorded) -> None:
    text = str(mapped(recorded("order_simple"), recorded("shipments_of_one")["items"]).adapter_data)
    assert "@" not in text
    assert "Via" not in text
    assert set(mapped(recorded("order_simple")).adapter_data) == {
        "store_id",
        "state",
        "bundles",
        "shipments",
        "open",
        "skus",
    }
