"""How an order is paid, read again before its parcel leaves."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from fbridge.models.orders import Payment
from fbridge.models.states import PaymentKind
from fbridge.shipping.objections import known_at_making, payment_objection

PAID = Payment(kind=PaymentKind.PAID)
UNPAID = Payment(kind=PaymentKind.UNPAID, amount_due=Decimal(30))
ON_DELIVERY = Payment(kind=PaymentKind.COD, amount_due=Decimal(30))
PARTLY_PAID = Payment(kind=PaymentKind.COD, amount_due=Decimal("12.50"))
UNTOLD = Payment(kind=PaymentKind.COD, amount_due=None)


@pytest.mark.parametrize(
    ("made", "cod", "now", "words"),
    [
        (PAID, None, PAID, None),
        (PAID, None, UNPAID, "is not paid"),
        (UNPAID, None, UNPAID, None),
        (UNPAID, "30", UNPAID, None),
        (UNPAID, None, PAID, None),
        (ON_DELIVERY, "30", UNPAID, "is not paid"),
        (ON_DELIVERY, "30", ON_DELIVERY, None),
        (ON_DELIVERY, "30", PAID, "would collect 30.00 EUR, and the order is paid"),
        (ON_DELIVERY, "30", PARTLY_PAID, "would collect 30.00 EUR, and 12.50 EUR is due"),
        (ON_DELIVERY, "30", UNTOLD, None),
        (ON_DELIVERY, None, ON_DELIVERY, None),
        (PAID, None, ON_DELIVERY, "the courier collects nothing"),
        (UNPAID, None, ON_DELIVERY, "the courier collects nothing"),
    ],
)
def test_a_payment_that_changed(
    office: Any, make: Any, made: Payment, cod: str | None, now: Payment, words: str | None
) -> None:
    sold = make.order("1001", payment=made)
    office.keep(sold)
    row = office.shipments.create(
        "1001", allow_unpaid=True, cod=Decimal(cod) if cod else None, no_cod=cod is None
    )
    found = payment_objection(
        replace(sold, payment=now), row, known_at_making(sold), collected=row.cod is not None
    )
    assert found is None if words is None else found is not None and words in found.words
