"""Shipments: what may leave, under which numbers, with how much cash, and how it is taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from fbridge.errors import InputError, NotFoundError
from fbridge.models.orders import Address, Money, Payment, ShippingMethod
from fbridge.models.shipments import Document
from fbridge.models.states import Delivery, OrderStatus, PaymentKind, PushState, ShipmentOrigin
from fbridge.shipping.shipment_rows import load_shipments
from fbridge.shipping.tracking_numbers import clean_numbers, parcels_for

EURO = "EUR"


@pytest.fixture
def two_lines(office: Any, make: Any) -> None:
    office.keep(make.order("1001", make.line("7", "MUG", 3), make.line("8", "TEE", 2)))


@pytest.mark.usefixtures("two_lines")
class TestQuantities:
    def test_all_that_remains_goes_by_default(self, office: Any) -> None:
        first = office.shipments.create("1001", items={"MUG": 1})
        second = office.shipments.create("1001")
        assert [(item.line_id, item.quantity) for item in first.items] == [("7", 1)]
        assert [(item.line_id, item.quantity) for item in second.items] == [("7", 2), ("8", 2)]
        assert office.orders.get("1001").row.open_quantity == 0

    def test_lines_are_named_by_id_or_sku(self, office: Any) -> None:
        shipment = office.shipments.create("1001", items={"7": 1, "MUG": 1, "TEE": 2})
        assert [(item.line_id, item.quantity) for item in shipment.items] == [("7", 2), ("8", 2)]

    def test_more_than_remains_is_refused_with_what_is_left(self, office: Any, refused: Any) -> None:
        office.shipments.create("1001", items={"MUG": 2})
        with refused("more_than_remains", "Order shop:1001 has 1 left to ship of MUG (line 7), not 2."):
            office.shipments.create("1001", items={"TEE": 1, "MUG": 2})
        assert office.orders.get("1001").row.open_quantity == 3

    def test_nothing_left_names_the_shipments_that_hold_it(self, office: Any, refused: Any) -> None:
        label = office.shipments.create("1001").label
        with refused(
            "nothing_left", f"Nothing of order shop:1001 is left to ship: all that is due is in {label}."
        ):
            office.shipments.create("1001")

    def test_an_unknown_line_names_a_near_one(self, office: Any) -> None:
        with pytest.raises(NotFoundError, match=r'no line MUGG\. Did you mean "MUG"\?'):
            office.shipments.create("1001", items={"MUGG": 1})

    @pytest.mark.parametrize("quantity", [0, -1])
    def test_a_quantity_is_at_least_one(self, office: Any, quantity: int, refused: Any) -> None:
        with refused("bad_quantity", f"{quantity} pieces of MUG: give at least 1."):
            office.shipments.create("1001", items={"MUG": quantity})


def test_a_sku_on_two_lines_must_be_named_by_line(office: Any, make: Any, refused: Any) -> None:
    office.keep(make.order("1001", make.line("7", "MUG"), make.line("8", "MUG")))
    with refused("ambiguous_sku", "SKU MUG is on 2 lines of order shop:1001; name the line id: 7, 8."):
        office.shipments.create("1001", items={"MUG": 1})
    assert office.shipments.create("1001", items={"8": 1}).items[0].line_id == "8"


def test_what_the_store_shipped_or_needs_no_carrier_is_not_shipped(
    office: Any, make: Any, refused: Any
) -> None:
    lines = make.line("7", "MUG", 3, shipped=1), make.line("8", "PDF", 1, shippable=False)
    office.keep(make.order("1001", *lines))
    with refused("more_than_remains", "ships nothing of PDF (line 8)"):
        office.shipments.create("1001", items={"PDF": 1})
    assert [(item.line_id, item.quantity) for item in office.shipments.create("1001").items] == [("7", 2)]


@pytest.mark.parametrize(
    ("changes", "reason", "words"),
    [
        ({"status": OrderStatus.CANCELLED}, "order_cancelled", "is cancelled"),
        ({"status": OrderStatus.ON_HOLD}, "order_on_hold", "is on hold"),
        ({"status": OrderStatus.CLOSED}, "order_closed", "is already fulfilled and closed"),
        ({"delivery": Delivery.PICKUP}, "order_is_pickup", "is picked up by the customer"),
        ({"delivery": Delivery.NONE}, "order_is_virtual", "has nothing that a carrier takes"),
        ({"payment": Payment(kind=PaymentKind.UNPAID)}, "order_unpaid", "is not paid yet"),
    ],
)
def test_orders_that_must_not_leave(
    office: Any, make: Any, changes: dict[str, Any], reason: str, words: str, refused: Any
) -> None:
    office.keep(make.order("1001", **changes))
    with refused(reason, f"Order shop:1001 {words}"):
        office.shipments.create("1001")
    assert office.shipments.list() == ()


def test_an_unpaid_order_leaves_when_a_person_says_so(office: Any, make: Any) -> None:
    office.keep(make.order("1001", payment=Payment(kind=PaymentKind.UNPAID, amount_due=Decimal(9))))
    assert office.shipments.create("1001", allow_unpaid=True).cod is None


def test_a_historic_order_counts_as_done(office: Any, make: Any, refused: Any) -> None:
    office.keep(make.order("1001"), orders_from=date(2026, 3, 2))
    with refused("order_historic", "is older than its store's start date (orders_from)"):
        office.shipments.create("1001")


class TestCashOnDelivery:
    @pytest.fixture(autouse=True)
    def order(self, office: Any, make: Any) -> None:
        office.keep(make.order("1001", payment=make.cod("49.90")), make.order("1002"))

    def test_the_first_shipment_carries_what_is_due(self, office: Any) -> None:
        first = office.shipments.create("1001", items={"MUG": 1})
        second = office.shipments.create("1001")
        assert (first.cod, second.cod) == (Money(amount=Decimal("49.90"), currency=EURO), None)

    def test_it_goes_with_the_next_one_when_the_first_is_withdrawn(self, office: Any) -> None:
        office.shipments.withdraw(office.shipments.create("1001").label)
        assert office.shipments.create("1001").cod == Money(amount=Decimal("49.90"), currency=EURO)

    def test_it_may_be_left_to_a_later_shipment(self, office: Any) -> None:
        assert office.shipments.create("1001", items={"MUG": 1}, no_cod=True).cod is None
        assert office.shipments.create("1001", cod=Decimal(40)).cod == Money(
            amount=Decimal(40), currency=EURO
        )

    def test_a_second_collection_is_refused(self, office: Any, refused: Any) -> None:
        first = office.shipments.create("1001", items={"MUG": 1})
        with refused(
            "cod_twice", f"Cash on delivery of order shop:1001 is collected with {first.label} (49.90 EUR)."
        ):
            office.shipments.create("1001", cod=Decimal(1))

    def test_nothing_is_collected_for_a_paid_order(self, office: Any, refused: Any) -> None:
        with refused("cod_on_paid", "Order shop:1002 is paid; nothing may be collected at the door."):
            office.shipments.create("1002", cod=Decimal(5))

    def test_no_more_is_collected_than_is_due(self, office: Any, refused: Any) -> None:
        with refused("cod_too_high", "Order shop:1001 has 49.90 EUR due, not 50.00."):
            office.shipments.create("1001", cod=Decimal(50))

    @pytest.mark.parametrize("amount", ["0", "-1", "NaN"])
    def test_an_amount_is_above_nothing(self, office: Any, amount: str, refused: Any) -> None:
        with refused("bad_cod", "give an amount above 0."):
            office.shipments.create("1001", cod=Decimal(amount))

    def test_an_amount_and_none_cannot_both_be_meant(self, office: Any, refused: Any) -> None:
        with refused("bad_cod", "Say either a cash-on-delivery amount or that there is none."):
            office.shipments.create("1001", cod=Decimal(1), no_cod=True)


class TestCarrier:
    def test_it_is_the_one_of_the_route(self, office: Any, make: Any) -> None:
        office.keep(make.order("1001"))
        office.keep(make.order("2001", shipping_method=ShippingMethod(code="anything")), store="b2b")
        assert office.shipments.create("1001").carrier.code == "BRT"
        assert office.shipments.create("2001").carrier.code == "GLS"

    def test_the_given_one_wins(self, office: Any, make: Any) -> None:
        office.keep(make.order("1001"))
        office.carriers.route("shop", "flat_rate:1", "pickup")
        assert office.shipments.create("1001", carrier="gls").carrier.code == "GLS"

    def test_an_unknown_one_names_a_near_one(self, office: Any, make: Any) -> None:
        office.keep(make.order("1001"))
        with pytest.raises(NotFoundError, match=r'no carrier BTR\. Did you mean "BRT"\?'):
            office.shipments.create("1001", carrier="BTR")

    def test_without_a_route_the_command_that_helps_is_named(
        self, office: Any, make: Any, refused: Any
    ) -> None:
        office.keep(make.order("1001", shipping_method=ShippingMethod(code="express")))
        with refused("no_carrier", "run: fbridge carrier route shop 'express' CARRIER"):
            office.shipments.create("1001")

    def test_a_route_to_pickup_has_no_carrier(self, office: Any, make: Any, refused: Any) -> None:
        office.keep(make.order("1001"))
        office.carriers.route("shop", "flat_rate:1", "pickup")
        with refused("routed_to_no_carrier", "is routed to pick-up; name a carrier to ship it all the same."):
            office.shipments.create("1001")


class TestNumbers:
    @pytest.fixture(autouse=True)
    def orders(self, office: Any, make: Any) -> None:
        office.keep(make.order("1001"), make.order("1002"))

    def test_one_number_may_stand_for_many_boxes(self, office: Any) -> None:
        shipment = office.shipments.create("1001", numbers=[" BRT1 "], parcels=3)
        assert (shipment.numbers, shipment.parcels) == (("BRT1",), 3)

    def test_a_number_for_each_box_tells_how_many_there_are(self, office: Any) -> None:
        shipment = office.shipments.create("1001", numbers=["B2", "B1", "B3"])
        assert (shipment.numbers, shipment.parcels) == (("B2", "B1", "B3"), 3)

    def test_a_number_that_another_shipment_has_is_refused(self, office: Any, refused: Any) -> None:
        first = office.shipments.create("1001", numbers=["B1"])
        with refused("number_in_use", f"The tracking number B1 is already used by {first.label}"):
            office.shipments.create("1002", numbers=["B1"])
        assert office.shipments.create("1002", numbers=["B1"], allow_shared=True).numbers == ("B1",)

    def test_a_withdrawn_shipment_gives_its_number_back(self, office: Any) -> None:
        office.shipments.withdraw(office.shipments.create("1001", numbers=["B1"]).label)
        assert office.shipments.create("1002", numbers=["B1"]).numbers == ("B1",)

    def test_a_replaced_number_is_free_again(self, office: Any) -> None:
        office.shipments.create("1001", numbers=["B1"])
        office.shipments.set_tracking("1001", ["B2"])
        assert office.shipments.create("1002", numbers=["B1"]).numbers == ("B1",)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("   ", "A tracking number is empty."),
        ("A" * 256, "has 256 characters; at most 255 are possible."),
        ("AB\tC", "invisible character (U+0009)"),
        ("AB\u200bC", "invisible character (U+200B)"),
    ],
)
def test_what_is_no_tracking_number(number: str, words: str, refused: Any) -> None:
    with refused("bad_number", words):
        clean_numbers(["OK1", number])


def test_a_number_given_twice_counts_once() -> None:
    assert clean_numbers(["A1", " A1", "B1"]) == ("A1", "B1")


@pytest.mark.parametrize(("numbers", "parcels"), [(["A", "B"], 1), (["A"], 0), ([], 10_000)])
def test_parcel_counts_that_cannot_be(numbers: list[str], parcels: int) -> None:
    with pytest.raises(InputError, match="parcel"):
        parcels_for(numbers, parcels)


class TestDocument:
    document = Document(source="ERP", series="A", number="12", year=2026)

    def test_a_shipment_is_found_by_its_document(self, office: Any, make: Any) -> None:
        office.keep(make.order("1001"))
        made = office.shipments.create("1001", document=self.document, warehouse="MI", weight_grams=1250)
        assert office.shipments.get("ERP/A/12/2026") == office.shipments.get("12") == made
        assert (made.document, made.warehouse, made.weight_grams) == (self.document, "MI", 1250)

    def test_a_document_is_one_shipment(self, office: Any, make: Any, refused: Any) -> None:
        office.keep(make.order("1001"))
        first = office.shipments.create("1001", items={"MUG": 1}, document=self.document)
        with refused("document_exists", f"Document ERP/A/12/2026 is already shipment {first.label}."):
            office.shipments.create("1001", document=self.document)
        office.shipments.withdraw(first.label)
        assert office.shipments.create("1001", document=self.document).document == self.document

    def test_a_text_that_is_too_long_is_refused(self, office: Any, make: Any, refused: Any) -> None:
        office.keep(make.order("1001"))
        with refused("bad_document", "has more than 64 characters"):
            office.shipments.create("1001", document=Document(number="x" * 65))


def test_an_external_parcel_belongs_to_no_order_and_is_never_pushed(office: Any) -> None:
    recipient = Address(name="Bruno Bianchi", street=("Via Po 2", "int. 4"), city="Torino")
    made = office.shipments.create_external(
        carrier="BRT", recipient=recipient, parcels=2, cod=Money(amount=Decimal(7), currency=EURO)
    )
    assert (made.origin, made.recipient, made.push) == (ShipmentOrigin.EXTERNAL, recipient, None)
    assert office.shipments.list() == (made,)
    assert office.shipments.withdraw(made.label).withdrawn_at is not None


def test_an_external_parcel_needs_a_recipient(office: Any, refused: Any) -> None:
    with refused("no_recipient", "An external parcel needs a recipient."):
        office.shipments.create_external(carrier="BRT", recipient=Address())


def test_a_new_shipment_waits_for_its_manifest(office: Any, make: Any) -> None:
    office.keep(make.order("1001"))
    push = office.shipments.create("1001").push
    assert (push.state, push.reason, push.words) == (
        PushState.WAITING,
        "not_shipped",
        "its manifest is not shipped yet",
    )
    assert push.since == office.context.now()


def test_lists_are_filtered(office: Any, make: Any) -> None:
    office.keep(*(make.order(number) for number in ("1", "2", "3")))
    office.keep(make.order("4"), store="b2b")
    first, second, third, fourth = (office.shipments.create(number) for number in "1234")
    office.manifests.add("BRT", [first.label])
    office.leave("BRT")

    def labels(**chosen: Any) -> list[str]:
        return [shipment.label for shipment in office.shipments.list(**chosen)]

    assert labels(state=PushState.READY) == [first.label]
    assert labels(store="b2b") == [fourth.label]
    assert labels(carrier="brt") == [first.label, second.label, third.label]
    assert labels(manifest="2026-0001") == [first.label]
    assert labels(limit=2) == [third.label, fourth.label]


def test_many_shipments_take_as_many_queries_as_one(office: Any, make: Any) -> None:
    office.keep(*(make.order(str(number)) for number in range(20)))
    office.manifests.add("BRT", [str(number) for number in range(20)])
    statements: list[str] = []
    with office.context.database.read() as connection:
        sa.event.listen(connection, "before_cursor_execute", lambda *args: statements.append(args[2]))
        assert len(load_shipments(connection)) == 20
    assert len(statements) == 6, "one finds them, five load them"


def test_every_act_is_told_in_words(office: Any, make: Any) -> None:
    office.keep(make.order("1001", payment=make.cod("5.00")))
    label = office.shipments.create("1001").label
    office.shipments.set_tracking(label, ["B1"])
    office.shipments.withdraw(label)
    assert office.history()[-3:] == [
        (
            "shipment.created",
            f"{label} made of order shop:1001 (3 pieces) for BRT, cash on delivery 5.00 EUR.",
        ),
        ("tracking.set", f"{label} travels with BRT under B1."),
        ("shipment.withdrawn", f"{label} withdrawn."),
    ]


def test_a_refused_shipment_leaves_nothing_behind(office: Any, make: Any) -> None:
    order = make.order("1001")
    office.keep(order)
    before = office.history()
    with pytest.raises(InputError):
        office.shipments.create("1001", items={"MUG": 1}, numbers=["bad\n number"], manifest="BRT")
    assert office.manifests.list() == ()
    assert office.history() == before
    office.keep(replace(order, changed_at=order.changed_at + timedelta(1)))
    assert office.orders.get("1001").row.open_quantity == 3
