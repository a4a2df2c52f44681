"""Wrong values of a plugin are named by their field before anything rests on them, and good ones pass."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest

from fbridge.errors import NotSent
from fbridge.models.fulfillments import Effects, MailReceipt, Receipt, ShipmentReceipt, StoreHolds
from fbridge.models.orders import Address, Order, OrderLine, Payment, RejectedOrder, StoreShipment
from fbridge.models.platforms import CarrierCode, CarrierCodes, Finding, OrderPage, StoreReport
from fbridge.models.states import MailEffect, OrderStatus, Outcome, PaymentKind
from fbridge.models.undo import UndoReceipt
from fbridge.plugin_answers import believable, page_fault, sorted_out
from fbridge.plugin_values import fault_in, order_fault

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
LINE = OrderLine(id="1-1", sku="CUP", name="Cup", quantity=1)
ORDER = Order(
    remote_id="1",
    number="T1",
    status=OrderStatus.OPEN,
    remote_status="open",
    created_at=NOW,
    changed_at=NOW,
    currency="EUR",
    total=Decimal("10.00"),
    payment=Payment(kind=PaymentKind.PAID),
    lines=(LINE,),
    adapter_data={"rows": [{"id": 7, "open": True, "weight": 1.5, "of": None}]},
)
ENTRY = ShipmentReceipt(shipment_id="u1", revision=1, outcome=Outcome.DONE, reason="sent")
MAIL = MailReceipt(shipment_id="u1", mail=MailEffect.SENT, reason="mailed")
UNDONE = UndoReceipt(shipment_id="u1", outcome=Outcome.DONE, reason="taken_back")
RECEIPT = Receipt(order_id="1", shipments=(ENTRY,))


@dataclass(frozen=True)
class ForeignLine:
    """A plugin's own idea of an order line."""

    id: str = "1-1"
    sku: str = "CUP"
    name: str = "Cup"
    quantity: int = 1


class Foreign(StrEnum):
    """A word that is no outcome."""

    DONE = "done"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"changed_at": datetime(2026, 11, 23)}, "changed_at is a time without a zone"),  # noqa: DTZ001
        (
            {"changed_at": NOW.astimezone(timezone(timedelta(hours=1)))},
            "changed_at is a time of another zone",
        ),
        ({"created_at": "2026-11-23"}, "created_at is a str where datetime is due"),
        ({"created_at": datetime(1, 1, 1, tzinfo=UTC)}, "created_at is a time that no clock has shown"),
        ({"remote_id": 1}, "remote_id is an int where str is due"),
        ({"remote_id": ""}, "remote_id is empty"),
        ({"remote_id": "\ud83d"}, "remote_id holds a character that cannot be stored"),
        ({"remote_id": "x" * 129}, "remote_id is longer than 128 characters"),
        ({"number": None}, "number is None where str is due"),
        ({"status": "open"}, "status is a str where OrderStatus is due"),
        ({"total": 10.0}, "total is a float where Decimal is due"),
        ({"total": 10}, "total is an int where Decimal is due"),
        ({"total": Decimal("NaN")}, "total is no finite number"),
        ({"total": Decimal(1) / 3 * Decimal("1e-20")}, ""),
        ({"total": Decimal("1." + "3" * 60)}, "total is a number too long to be kept"),
        ({"currency": "EURO"}, "currency is longer than 3 characters"),
        ({"currency": "eur"}, "currency is no code of three capital letters"),
        ({"currency": ""}, ""),
        ({"payment": None}, "payment is None where Payment is due"),
        ({"payment": Payment(kind=PaymentKind.COD, amount_due=Decimal(-1))}, "payment.amount_due is below 0"),
        ({"payment": Payment(kind=PaymentKind.PAID, amount_due=0.5)}, "payment.amount_due is a float"),  # type: ignore[arg-type]
        ({"lines": [LINE]}, "lines is a list where tuple is due"),
        ({"lines": (one for one in (LINE,))}, "lines is a generator where tuple is due"),
        ({"lines": {LINE}}, "lines is a set where tuple is due"),
        ({"lines": "1-1"}, "lines is a str where tuple is due"),
        ({"lines": (ForeignLine(),)}, "lines[0] is a ForeignLine where OrderLine is due"),
        ({"lines": (LINE, replace(LINE, sku="POT"))}, "lines have one id twice"),
        ({"ship_to": {"name": "Ada"}}, "ship_to is a dict where Address is due"),
        ({"ship_to": Address(street="Via Roma 1")}, "ship_to.street is a str where tuple is due"),  # type: ignore[arg-type]
        ({"shipments": (StoreShipment(remote_id=5),)}, "shipments[0].remote_id is an int"),  # type: ignore[arg-type]
        ({"marks": 1}, "marks is an int where bool is due"),
        ({"adapter_data": {"seen": {1, 2}}}, "adapter_data['seen'] is a set where JSON is due"),
        ({"adapter_data": {"at": NOW}}, "adapter_data['at'] is a datetime where JSON is due"),
        ({"adapter_data": {7: "row"}}, "adapter_data has a key that is an int where str is due"),
        ({"adapter_data": {"rate": float("inf")}}, "adapter_data['rate'] is no finite number"),
        ({"adapter_data": {"big": 10**5000}}, "adapter_data['big'] is a number too large to be kept"),
        ({"adapter_data": None}, "adapter_data is None where dict is due"),
    ],
)
def test_a_wrong_value_of_an_order_is_told_by_its_field(changes: dict[str, Any], words: str) -> None:
    fault = order_fault(replace(ORDER, **changes))
    assert fault.startswith(words)
    assert bool(fault) is bool(words)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"quantity": True}, "quantity is a bool where int is due"),
        ({"quantity": 1.0}, "quantity is a float where int is due"),
        ({"quantity": "1"}, "quantity is a str where int is due"),
        ({"quantity": 2**31}, "quantity is a number too large to be kept"),
        ({"id": 5}, "id is an int where str is due"),
        ({"total": "5.00"}, "total is a str where Decimal is due"),
        ({"id": ""}, "id is empty"),
        ({"removed": -1}, "removed is below 0"),
        ({"shipped": -2}, "shipped is below 0"),
        ({"held": -1}, "held is below 0"),
        ({"weight_grams": -5}, "weight_grams is below 0"),
        ({"locations": (("1", 2), ("2", -1))}, "locations is below 0"),
        ({"locations": (("1", "2", 3),)}, "locations[0] has 3 parts where 2 are due"),
        ({"locations": (("1", "2"),)}, "locations[0][1] is a str where int is due"),
    ],
)
def test_a_wrong_value_of_a_line_is_told_with_its_place(changes: dict[str, Any], words: str) -> None:
    fault = order_fault(replace(ORDER, lines=(replace(LINE, id="1-0"), replace(LINE, **changes))))
    assert fault == f"lines[1].{words}"


def test_good_orders_pass_and_texts_of_customers_are_no_fault() -> None:
    assert order_fault(ORDER) == ""
    odd = {"number": "\x00", "note": "cut \ud83d", "ship_to": Address(name="\ud83d", street=("\x00",))}
    assert order_fault(replace(ORDER, **odd)) == ""  # type: ignore[arg-type]


def test_values_stand_in_no_words() -> None:
    told = order_fault(replace(ORDER, ship_to=Address(street="Via Roma 1, Ada Rossi")))  # type: ignore[arg-type]
    assert "Rossi" not in told


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (CarrierCodes(codes=(CarrierCode(code=5, label="BRT"),), open=True), "codes[0].code is an int"),  # type: ignore[arg-type]
        (CarrierCodes(codes=[], open=True), "codes is a list"),  # type: ignore[arg-type]
        (StoreReport(findings=(Finding(name="key", ok="yes", words=""),)), "findings[0].ok is a str"),  # type: ignore[arg-type]
        (StoreReport(findings=(), facts={"at": NOW}), "facts['at'] is a datetime where JSON is due"),
        (StoreReport(findings=(), clock_offset=3), "clock_offset is an int where timedelta is due"),  # type: ignore[arg-type]
        (replace(MAIL, reason="x" * 65), "reason is longer than 64 characters"),
        (replace(MAIL, reason=""), "reason is empty"),
        (replace(UNDONE, reason="x" * 65), "reason is longer than 64 characters"),
        (replace(UNDONE, shipment_id=""), "shipment_id is empty"),
    ],
)
def test_codes_and_reports_are_held_to_their_types(value: Any, words: str) -> None:
    assert f"whose {words}" in fault_in(value, type(value))


def test_one_wrong_order_takes_no_good_one_with_it() -> None:
    good, wrong = replace(ORDER, remote_id="2"), replace(ORDER, total=1.5)  # type: ignore[arg-type]
    known = RejectedOrder(remote_id="9", reason="malformed")
    page = OrderPage(orders=(wrong, good), rejected=(known,), cursor={"at": 1})
    assert page_fault(page) == ""
    sorted_page = sorted_out(page, "toy")
    assert sorted_page.orders == (good,)
    reason = 'wrong_value: the plugin "toy" gave total is a float where Decimal is due'
    assert sorted_page.rejected == (known, RejectedOrder(remote_id="1", number="T1", reason=reason))
    assert sorted_page.cursor == {"at": 1}


@pytest.mark.parametrize(
    ("remote_id", "name"), [(5, "5"), (None, "?"), ("\ud83d1", "\\ud83d1"), (True, "?"), (["1"], "?")]
)
def test_an_order_with_a_wrong_key_is_rejected_under_a_name_that_can_be_kept(
    remote_id: Any, name: str
) -> None:
    page = sorted_out(OrderPage(orders=(replace(ORDER, remote_id=remote_id),)), "toy")
    assert [one.remote_id for one in page.rejected] == [name]
    assert fault_in(page, OrderPage) == ""


@pytest.mark.parametrize("wrong", [None, {"id": 1}, ForeignLine(), RejectedOrder(remote_id=5, reason="?")])  # type: ignore[arg-type]
def test_whatever_stands_among_the_orders_is_rejected(wrong: Any) -> None:
    page = sorted_out(OrderPage(orders=(ORDER, wrong), rejected=(wrong,)), "toy")
    assert page.orders == (ORDER,)
    assert len(page.rejected) == 2
    assert fault_in(page, OrderPage) == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"orders": [ORDER]}, "orders is a list where tuple is due"),
        ({"rejected": None}, "rejected is None where tuple is due"),
        ({"absent": ("1", 2)}, "absent[1] is an int where str is due"),
        ({"absent": "12"}, "absent is a str where tuple is due"),
        ({"remaining": "7"}, "remaining is a str where int is due"),
        ({"cursor": {"at": NOW}}, "cursor['at'] is a datetime where JSON is due"),
        ({"cursor": None}, "cursor is None where dict is due"),
    ],
)
def test_a_page_that_is_wrong_as_a_whole_is_told(changes: dict[str, Any], words: str) -> None:
    assert page_fault(replace(OrderPage(orders=()), **changes)) == f"an OrderPage whose {words}"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"outcome": "shipped"}, "outcome is a str where Outcome is due"),
        ({"outcome": Foreign.DONE}, "outcome is a Foreign where Outcome is due"),
        ({"revision": "1"}, "revision is a str where int is due"),
        ({"shipment_id": ["u1"]}, "shipment_id is a list where str is due"),
        ({"reason": None}, "reason is None where str is due"),
        ({"reason": "x" * 65}, "reason is longer than 64 characters"),
        ({"reason": ""}, "reason is empty"),
        ({"fences": ("",)}, "fences[0] is empty"),
        ({"remote_ids": ("7", "")}, "remote_ids[1] is empty"),
        ({"remote_ids": "77"}, "remote_ids is a str where tuple is due"),
        ({"remote_ids": (77,)}, "remote_ids[0] is an int where str is due"),
        ({"not_before": datetime(2026, 11, 23)}, "not_before is a time without a zone"),  # noqa: DTZ001
        ({"not_before": 60}, "not_before is an int where datetime is due"),
        ({"effects": Effects(mail="sent")}, "effects.mail is a str where MailEffect is due"),  # type: ignore[arg-type]
        ({"holds": StoreHolds(numbers="123")}, "holds.numbers is a str where tuple is due"),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_entry_of_a_receipt_takes_no_good_one_with_it(changes: dict[str, Any], words: str) -> None:
    wrong = (
        replace(ENTRY, shipment_id="u2", **changes)
        if "shipment_id" not in changes
        else replace(ENTRY, **changes)
    )
    believed, fault = believable(replace(RECEIPT, shipments=(ENTRY, wrong)))
    assert believed == RECEIPT
    assert f"shipments[1].{words}" in fault
    assert fault.endswith("for order 1")


@pytest.mark.parametrize("receipt", [None, {"order_id": "1"}, replace(RECEIPT, order_id=1)])  # type: ignore[arg-type]
def test_what_names_no_order_is_no_receipt(receipt: Any) -> None:
    believed, fault = believable(receipt)
    assert believed is None
    assert "is due" in fault


def test_a_good_receipt_is_believed_with_the_stores_words_as_far_as_they_can_be_kept() -> None:
    assert believable(RECEIPT) == (RECEIPT, "")
    believed, fault = believable(Receipt(order_id="1", shipments=(replace(ENTRY, words="no \ud83d\x00"),)))
    assert (believed and believed.shipments[0].words, fault) == ("no ?", "")


def test_one_text_is_no_list_of_orders_that_were_not_sent() -> None:
    with pytest.raises(TypeError, match="several orders"):
        NotSent("12", "nothing was sent")
    with pytest.raises(TypeError, match="as texts"):
        NotSent([12], "nothing was sent")  # type: ignore[list-item]
    assert NotSent(["12"], "nothing was sent").order_ids == {"12"}
