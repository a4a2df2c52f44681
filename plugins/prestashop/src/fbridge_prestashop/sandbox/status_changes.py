"""What follows from a new order state: invoice, delivery slip, history, mail. Any change is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from fbridge_prestashop.sandbox import pace
from fbridge_prestashop.sandbox.errors import Crash
from fbridge_prestashop.sandbox.payments import own_name
from fbridge_prestashop.sandbox.records import OrderRecord
from fbridge_prestashop.sandbox.schema import Row
from fbridge_prestashop.sandbox.state import Shop


@dataclass(frozen=True, slots=True)
class StatusChange:
    """The history row that was written, and whether a mail that should leave has left."""

    history: Row
    mailed: bool


def change_status(
    shop: Shop, order_id: str, state_id: str, *, mails: bool, employee: str = "0"
) -> StatusChange:
    """Set the state of an order; the same one again is written again. Raises: Crash for unknown ids."""
    with shop.status_writers:
        slip = _free_slip_number(shop, order_id, state_id)
        shop.pace.wait(pace.STATUS_WRITE)
        with shop.lock:
            record, state = _order_and_state(shop, order_id, state_id)
            _crash_when_told(shop, before=True)
            _set_state(shop, record, state, slip)
            _crash_when_told(shop, before=False)
            row = {
                "id_employee": employee,
                "id_order_state": state_id,
                "id_order": order_id,
                "date_add": shop.now(),
            }
            history = shop.orders.add_row(record, "histories", row)
        return StatusChange(history, not mails or _mail(shop, record, state))


def _crash_when_told(shop: Shop, *, before: bool) -> None:
    if shop.status_crashes > 0 and shop.crashes_before is before:
        shop.status_crashes -= 1
        raise Crash(shop.last_words)


def _order_and_state(shop: Shop, order_id: str, state_id: str) -> tuple[OrderRecord, Row]:
    state = shop.row("order_states", state_id)
    if state is None:
        raise Crash
    try:
        return shop.orders.to_change(int(order_id or 0)), state
    except LookupError:
        raise Crash from None


def _free_slip_number(shop: Shop, order_id: str, state_id: str) -> int:
    """Read apart from the writing, as the real store does: two at once find the same number."""
    with shop.lock:
        _order_and_state(shop, order_id, state_id)
        return shop.last_slip_number + 1


def _set_state(shop: Shop, record: OrderRecord, state: Row, slip: int) -> None:
    head = record.head
    head |= {"current_state": str(state["id"]), "valid": state["logable"]}
    if state["invoice"] == "1" and head["invoice_number"] == "0":
        _invoice(shop, record)
    if state["paid"] == "1" and head["invoice_number"] != "0":
        _book_the_rest(shop, head)
    if state["delivery"] == "1":
        if head["delivery_number"] == "0" and head["invoice_number"] != "0":
            head["delivery_number"] = str(slip)
            shop.last_slip_number = max(shop.last_slip_number, slip)
        head["delivery_date"] = shop.now()
    shop.touch(record)


def _book_the_rest(shop: Shop, head: Row) -> None:
    total, paid = Decimal(head["total_paid"]), Decimal(head["total_paid_real"])
    rest = total - max(paid, shop.booked(head)) if paid < total else Decimal(0)
    if rest > 0:
        shop.book(head, rest, own_name(head))


def _invoice(shop: Shop, record: OrderRecord) -> None:
    number = str(record.id)
    record.head |= {"invoice_number": number, "invoice_date": shop.now()}
    for row in (*record.details, *record.carriers):
        row["id_order_invoice"] = number


def _mail(shop: Shop, record: OrderRecord, state: Row) -> bool:
    if state["send_email"] != "1":
        return True
    template = next((one["value"] for one in state["template"]), "")
    numbers = [row["tracking_number"] for row in record.carriers[:1] if row["tracking_number"]]
    if not shop.settings.number_in_shipped_mail or template != "shipped":
        numbers = []
    return shop.send_mail(record, template, numbers)
