"""Orders of PrestaShop become orders."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from fbridge.models.orders import Order, RejectedOrder
from fbridge.models.states import Delivery, FulfillmentState, OrderStatus, PaymentKind
from fbridge_prestashop.mapping import RawOrder, order_from
from fbridge_prestashop.settings import PrestaShopSettings
from fbridge_prestashop.shop import Shop
from fbridge_prestashop.shop_facts import ShopFacts, carriers_from, configuration_from, states_from

CASSETTES = Path(__file__).parent.parent / "cassettes"


def recorded(cassette: str, resource: str) -> list[dict[str, Any]]:
    interaction = yaml.safe_load((CASSETTES / f"{cassette}.yaml").read_text("utf-8"))["interactions"][0]
    rows: list[dict[str, Any]] = json.loads(interaction["response"]["body"]["string"])[resource]
    return rows


COD_ORDER = recorded("cash_on_delivery", "orders")[0]
DETAIL = recorded("order_details", "order_details")[0]
ADDRESS = recorded("addresses", "addresses")[0]
ROW = {
    "id": 311,
    "id_order": "311",
    "id_carrier": "6",
    "tracking_number": "",
    "date_add": "2026-11-17 04:30:00",
}
FACTS = ShopFacts(
    version="8.2.1",
    shop_name="Negozio Prova",
    configuration=configuration_from(recorded("configuration", "configurations")),
    states=states_from(recorded("order_states", "order_states")),
    carriers=carriers_from(recorded("carriers", "carriers")),
    currencies={"1": "EUR"},
    countries={"10": "IT"},
    provinces={"152": "CO"},
)


def shop(facts: ShopFacts = FACTS, **settings: Any) -> Shop:
    return Shop(PrestaShopSettings().load({"api_key": "K", **settings}), facts)


def raw(details: list[dict[str, Any]] | None = None, **changes: Any) -> RawOrder:
    return RawOrder(
        order=deepcopy(COD_ORDER) | changes,
        details=[deepcopy(DETAIL)] if details is None else details,
        carriers=[deepcopy(ROW)],
        ship_to=ADDRESS,
        bill_to=ADDRESS,
        email="cliente@example.invalid",
    )


def mapped(one: RawOrder, **settings: Any) -> Order:
    order = order_from(one, shop(**settings))
    assert isinstance(order, Order), order
    return order


def test_a_recorded_order_tells_all_that_the_office_needs() -> None:
    got = mapped(raw())
    assert (got.remote_id, got.number) == ("311", "FWVFFXULB")
    assert (got.status, got.remote_status) == (OrderStatus.OPEN, "13 Awaiting Cash On Delivery validation")
    assert (got.total, got.currency) == (Decimal("314.47"), "EUR")
    assert got.created_at == datetime(2026, 11, 17, 3, 30, tzinfo=UTC)
    assert got.changed_at == datetime(2026, 11, 17, 13, 0, tzinfo=UTC)
    assert (got.payment.kind, got.payment.amount_due) == (PaymentKind.COD, Decimal("314.47"))
    assert (got.payment.method, got.payment.title) == ("ps_cashondelivery", "Pagamento in contrassegno")
    assert got.shipping_method is not None
    assert (got.shipping_method.code, got.shipping_method.title) == ("6", "GLS Italy")
    line = got.lines[0]
    assert (line.id, line.sku, line.quantity, line.total) == ("43", "demo_3", 1, Decimal("35.04"))
    assert line.weight_grams == 300
    assert (got.ship_to.name, got.ship_to.city, got.ship_to.province) == ("Łukasz Castán", "Cantù", "CO")
    assert got.ship_to.street == ("Via Però 3", "Scala B, int. 3")
    assert (got.ship_to.country, got.ship_to.phone) == ("IT", "+39 333 1200003")
    assert got.ship_to.email == "cliente@example.invalid"


def test_personal_data_is_not_in_what_comes_back_with_a_push() -> None:
    assert set(mapped(raw()).adapter_data) == {"order_carriers"}


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("1", OrderStatus.OPEN),
        ("2", OrderStatus.OPEN),
        ("3", OrderStatus.OPEN),
        ("4", OrderStatus.CLOSED),
        ("5", OrderStatus.CLOSED),
        ("6", OrderStatus.CANCELLED),
        ("7", OrderStatus.CANCELLED),
        ("8", OrderStatus.CANCELLED),
        ("13", OrderStatus.OPEN),
        ("77", OrderStatus.OPEN),
    ],
)
def test_states_mean_what_their_roles_and_flags_say(state: str, status: OrderStatus) -> None:
    assert mapped(raw(current_state=state)).status is status


def test_roles_move_with_the_configuration_and_the_settings() -> None:
    from dataclasses import replace

    moved = replace(FACTS, configuration={**FACTS.configuration, "PS_OS_CANCELED": "12"})
    order = order_from(raw(current_state="12"), shop(moved))
    assert isinstance(order, Order)
    assert order.status is OrderStatus.CANCELLED
    assert mapped(raw(current_state="9"), on_hold_states="9").status is OrderStatus.ON_HOLD
    assert mapped(raw(current_state="9"), cancelled_states="9").status is OrderStatus.CANCELLED
    assert mapped(raw(current_state="3"), shipped_state="3").status is OrderStatus.CLOSED


def test_without_the_configuration_states_are_told_by_their_mails() -> None:
    from dataclasses import replace

    bare = shop(replace(FACTS, configuration={}), timezone="Europe/Rome")
    assert bare.shipped_state is not None
    assert bare.shipped_state.id == "4"
    assert [bare.meaning(one).status for one in ("6", "7", "8")] == [OrderStatus.CANCELLED] * 3


def test_what_is_due_has_left_once_the_state_is_late() -> None:
    line = DETAIL | {"product_quantity": "3", "product_quantity_refunded": "1"}
    waiting, gone = mapped(raw([line])), mapped(raw([line], current_state="4"))
    assert (waiting.lines[0].due, waiting.lines[0].remaining) == (2, 2)
    assert (gone.lines[0].shipped, gone.fulfillment_state) == (2, FulfillmentState.FULFILLED)


@pytest.mark.parametrize(
    ("changes", "kind", "due"),
    [
        (
            {"module": "ps_wirepayment", "current_state": "2", "total_paid_real": "314.47"},
            PaymentKind.PAID,
            "0",
        ),
        ({"module": "ps_wirepayment", "current_state": "10"}, PaymentKind.UNPAID, "314.47"),
        ({"module": "ps_wirepayment", "current_state": "4"}, PaymentKind.PAID, "0"),
        ({"current_state": "4"}, PaymentKind.COD, "314.47"),
        ({"current_state": "4", "total_paid_real": "314.470000"}, PaymentKind.COD, "314.47"),
        ({"current_state": "5", "total_paid_real": "314.470000"}, PaymentKind.PAID, "0"),
        ({"module": "free_order", "total_paid": "0.000000", "current_state": "1"}, PaymentKind.PAID, "0"),
    ],
)
def test_who_has_the_money(changes: dict[str, Any], kind: PaymentKind, due: str) -> None:
    payment = mapped(raw(**changes)).payment
    assert (payment.kind, payment.amount_due) == (kind, Decimal(due))


BY_ITSELF = {"payment_method": "Cash on delivery (COD)", "amount": "314.470000", "transaction_id": ""}
IN_ANOTHER_LANGUAGE = {
    "payment_method": "Greiðsla við afhendingu",
    "amount": "314.470000",
    "date_add": "2026-11-18 09:00:01",
}


@pytest.mark.parametrize(
    ("payments", "kind", "due", "doubts"),
    [
        ([BY_ITSELF], PaymentKind.COD, "314.47", []),
        ([BY_ITSELF | {"payment_method": "pagamento in CONTRASSEGNO"}], PaymentKind.COD, "314.47", []),
        ([IN_ANOTHER_LANGUAGE], PaymentKind.PAID, "0", ["payment_untold"]),
        ([IN_ANOTHER_LANGUAGE | {"transaction_id": "PAY-1"}], PaymentKind.PAID, "0", []),
        ([BY_ITSELF | {"payment_method": "Bonifico bancario"}], PaymentKind.PAID, "0", []),
        ([{"payment_method": "PayPal", "amount": "300.00"}], PaymentKind.COD, "14.47", []),
        ([], PaymentKind.COD, "314.47", ["payment_untold"]),
        (None, PaymentKind.COD, "314.47", ["payment_untold"]),
        (
            [{"payment_method": "PayPal", "amount": "500.00"}],
            PaymentKind.PAID,
            "0",
            ["payment_untold"],
        ),
    ],
)
def test_cash_on_delivery_that_shows_as_paid_is_paid_by_another_method_alone(
    payments: list[dict[str, str]] | None, kind: PaymentKind, due: str, doubts: list[str]
) -> None:
    """A state with paid = 1 books a payment by itself: ``total_paid_real`` becomes the total."""
    one = raw(current_state="3", total_paid_real="314.470000", invoice_date="2026-11-18 09:00:00")
    got = mapped(replace(one, payments=payments))
    assert (got.payment.kind, got.payment.amount_due) == (kind, Decimal(due))
    assert [doubt.code for doubt in got.doubts] == doubts


def test_other_modules_may_be_cash_on_delivery() -> None:
    assert mapped(raw(module="codfee"), cod_modules="codfee").payment.kind is PaymentKind.COD


@pytest.mark.parametrize(("currency", "told"), [("KWD", "12.345"), ("JPY", "12"), ("EUR", "12.35")])
def test_a_doubt_about_a_payment_has_the_decimals_of_its_currency(currency: str, told: str) -> None:
    one = raw(current_state="3", total_paid="12.345000", total_paid_real="12.345000")
    got = order_from(replace(one, payments=None), shop(replace(FACTS, currencies={"1": currency})))
    assert isinstance(got, Order)
    (doubt,) = got.doubts
    assert f"the store shows {told} of it as paid" in doubt.words


@pytest.mark.parametrize(
    ("module", "name"),
    [("idxcodfees", "Contrassegno (+5 EUR)"), ("codplus", "Dobírka"), ("maofree_cashondeliveryfee", "")],
)
@pytest.mark.parametrize(("booked", "due"), [("Contrassegno (+5 EUR)", "314.47"), ("PayPal", "0")])
def test_a_module_that_nobody_named_is_told_by_the_name_that_customers_see(
    module: str, name: str, booked: str, due: str
) -> None:
    """In "Processing in progress" it shows as paid, and nobody has paid."""
    one = raw(module=module, payment=name, current_state="3", total_paid_real="314.470000")
    payments = [{"payment_method": booked, "amount": "314.47", "transaction_id": "T1"}]
    got = mapped(replace(one, payments=payments)).payment
    assert (got.kind is PaymentKind.COD, got.amount_due) == (due != "0", Decimal(due))


def test_the_carrier_named_0_is_the_shop() -> None:
    method = mapped(raw(id_carrier="9")).shipping_method
    assert method is not None
    assert (method.code, method.title) == ("9", "Negozio Prova")


def test_the_numbers_of_the_row_and_its_carriers_reference() -> None:
    one = RawOrder(
        order=COD_ORDER, details=[DETAIL], carriers=[ROW | {"tracking_number": "A, B"}], virtual=frozenset()
    )
    (held,) = mapped(one).shipments
    assert (held.remote_id, held.numbers, held.carrier) == ("311", ("A", "B"), "6")


def test_virtual_goods_among_others_need_no_carrier() -> None:
    one = raw([DETAIL, DETAIL | {"id": 44, "product_id": "90"}, DETAIL | {"id": 45, "download_hash": "ab"}])
    order = mapped(
        RawOrder(order=one.order, details=one.details, carriers=one.carriers, virtual=frozenset({"90"}))
    )
    assert [line.shippable for line in order.lines] == [True, False, False]
    assert order.delivery is Delivery.SHIP


def test_a_marketplace_module_is_the_channel() -> None:
    assert mapped(raw(module="amazon")).channel == "amazon"
    assert mapped(raw(module="ebay_ps")).channel == "ebay"
    assert mapped(raw()).channel is None


def test_an_order_in_the_hour_that_comes_twice_says_so() -> None:
    got = mapped(raw(date_upd="2026-10-25 02:30:00"))
    assert (got.changed_at, got.ambiguous_time) == (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), True)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (raw(date_upd="0000-00-00 00:00:00", date_add=None), "bad_field: date_upd"),
        (raw([DETAIL | {"id": None}]), "bad_field: order_details.0.id: is missing."),
        (
            raw([DETAIL | {"product_quantity": "1.5"}]),
            "fractional_quantity: order_details.0.product_quantity",
        ),
        (raw([DETAIL | {"product_quantity_refunded": "-1"}]), "bad_field: order_details.0.product_quantity"),
    ],
)
def test_c2_what_makes_no_sense_is_rejected_by_name(one: RawOrder, reason: str) -> None:
    got = order_from(one, shop())
    assert isinstance(got, RejectedOrder)
    assert (got.remote_id, got.number) == ("311", "FWVFFXULB")
    assert got.reason.startswith(reason)


def test_a_state_may_be_named_in_any_language_of_the_shop() -> None:
    """The merchant names what the back office shows, in a language of his own."""
    name = [{"id": "1", "value": "Out for delivery"}, {"id": "2", "value": "In consegna"}]
    (state,) = states_from([{"id": 21, "name": name}])
    facts = replace(FACTS, states=(*FACTS.states, state))
    assert ShopFacts.from_json(json.loads(json.dumps(facts.to_json()))) == facts
    for word in ("in consegna", "Out for delivery", "21"):
        assert shop(facts, shipped_states=[word]).meaning("21").status is OrderStatus.CLOSED
    assert shop(facts).label_of("21") == "21 Out for delivery"


def test_facts_survive_their_keeping() -> None:
    kept = json.loads(json.dumps(FACTS.to_json()))
    assert ShopFacts.from_json(kept) == FACTS
    assert ShopFacts.from_json({}) is None
    assert ShopFacts.from_json({"shape": 0}) is None


texts = st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.just("0000-00-00 00:00:00")
junk = texts | st.lists(texts, max_size=3) | st.dictionaries(st.text(max_size=5), texts, max_size=3)


@given(field=st.sampled_from([*COD_ORDER]), value=junk)
def test_any_value_in_an_order_gives_an_order_or_a_rejection(field: str, value: Any) -> None:
    got = order_from(raw(**{field: value}), shop())
    assert isinstance(got, Order | RejectedOrder)


@given(field=st.sampled_from([*DETAIL]), value=junk)
def test_any_value_in_a_line_gives_an_order_or_a_rejection(field: str, value: Any) -> None:
    got = order_from(raw([DETAIL | {field: value}]), shop())
    if isinstance(got, Order):
        assert all(0 <= line.removed <= max(line.quantity, 0) for line in got.lines)


@given(field=st.sampled_from([*ROW]), value=junk)
def test_any_value_in_a_row_gives_an_order_or_a_rejection(field: str, value: Any) -> None:
    one = RawOrder(order=COD_ORDER, details=[DETAIL], carriers=[ROW | {field: value}])
    assert isinstance(order_from(one, shop()), Order | RejectedOrder)


@given(
    quantities=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 60)), min_size=1, max_size=6),
    late=st.booleans(),
)
def test_what_remains_is_what_was_ordered_less_what_was_refunded(
    quantities: list[tuple[int, int]], late: bool
) -> None:
    lines = [
        DETAIL | {"id": count, "product_quantity": str(ordered), "product_quantity_refunded": str(refunded)}
        for count, (ordered, refunded) in enumerate(quantities, 1)
    ]
    order = mapped(raw(lines, current_state="4" if late else "2"))
    due = [max(ordered - refunded, 0) for ordered, refunded in quantities]
    assert [line.due for line in order.lines] == due
    assert [line.remaining for line in order.lines] == ([0] * len(due) if late else due)
