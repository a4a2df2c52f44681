"""The rows of ``order_payments``: what PrestaShop books by itself, and what the shop's staff enters.

A state with ``paid`` = 1 books what the invoice still lacks, in the name of the order's payment module as the module
calls itself in the Webservice's language. So an order that the courier is to be paid for shows as paid, and only the
row tells who paid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fbridge_prestashop.sandbox.records import OrderRecord
from fbridge_prestashop.sandbox.schema import Row

DISPLAY_NAMES = {
    "ps_cashondelivery": "Cash on delivery (COD)",
    "ps_wirepayment": "Wire payment",
    "ps_checkpayment": "Payments by check",
}
COD_MODULE = "ps_cashondelivery"


def payment_row(head: Row, amount: str, method: str, *, on: str, transaction: str = "") -> Row:
    """A row without its id; rows belong to a reference, which several orders may share."""
    return {
        "order_reference": head["reference"][:9],
        "id_currency": head["id_currency"],
        "amount": amount,
        "payment_method": method,
        "conversion_rate": "1.000000",
        "transaction_id": transaction,
        "card_number": "",
        "card_brand": "",
        "card_expiration": "",
        "card_holder": "",
        "date_add": on,
        "id_employee": "",
    }


def own_name(head: Row) -> str:
    """What the payment module calls itself."""
    return DISPLAY_NAMES.get(head["module"], str(head["payment"]))


def booked_before(records: Iterable[OrderRecord]) -> Iterator[Row]:
    """The rows of cash on delivery that was set to a paid state before; nobody asks for the others."""
    for record in records:
        head = record.head
        if head["module"] == COD_MODULE and float(head["total_paid_real"]):
            row = payment_row(head, head["total_paid_real"], own_name(head), on=head["date_upd"])
            yield {"id": record.id, **row}
