"""Plausible orders of a coffee shop, each made from its id alone, so that 100 000 of them cost no memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from fbridge_woocommerce.sandbox.order_bodies import (
    CATALOGUE,
    DIGITAL,
    Product,
    fee_line,
    line_item,
    order_body,
    shipping_line,
)
from fbridge_woocommerce.sandbox.records import OrderRecord

SPACING = 8640  # ten orders a day, and more when a year would not hold them all
YEAR = 365 * 86_400

STATUSES = ("processing", "completed", "on-hold", "cancelled", "pending", "failed")
STATUS_WEIGHTS = (62, 20, 7, 5, 4, 2)
PAID = frozenset({"processing", "completed"})

FIRST_NAMES = ("Giulia", "Niccolò", "Łucja", "Zoë", "François", "Chiara", "Đorđe", "Màrio", "Anna", "Søren")
LAST_NAMES = (
    "Rossi",
    "D'Angelo",
    "De Amicis",
    "Bàssani",
    "Ñuñez",
    "Çelik",
    "Ó Briain",
    "Bianchi",
    "Lo Presti",
)
COMPANIES = ("", "", "", "Caffè & Co. S.r.l.")
SECOND_LINES = ("", "", "Scala B, int. 3")
STREETS = ("Via dell’Orso", "Via dei Mille", "Corso Garibaldi", "Piazza Duomo", "Località Ca’ Bianca")
CITIES = (
    ("Milano", "MI", "20121"),
    ("Roma", "RM", "00184"),
    ("Bolzano/Bozen", "BZ", "39100"),
    ("L'Aquila", "AQ", "67100"),
    ("Sant’Agata de’ Goti", "BN", "82019"),
    ("Lecce", "LE", "73100"),
)
CUSTOMER_NOTES = ("", "", "", "", "Consegnare dopo le 17", "Citofonare «Rossi» – piano 3°\nGrazie! 🎁")


@dataclass(frozen=True, slots=True)
class GeneratedOrders:
    """``count`` orders with ids from ``first_id``, the last made at ``newest``; a seed makes the same ones
    again.
    """

    first_id: int
    count: int
    seed: int
    newest: int

    def records(self) -> Iterator[OrderRecord]:
        """All of them, oldest first, without their bodies."""
        random = Random(self.seed)  # noqa: S311 - made-up data
        spacing = min(SPACING, YEAR // max(self.count, 1))
        oldest = self.newest - spacing * (self.count - 1)
        for number, status in enumerate(random.choices(STATUSES, STATUS_WEIGHTS, k=self.count)):
            yield _record(self.first_id + number, status, oldest + spacing * number)

    def body(self, record: OrderRecord) -> dict[str, Any]:
        """What does not change of this order."""
        random = Random(f"{self.seed}/{record.id}")  # noqa: S311 - made-up data
        billing = _address(random, record.id)
        virtual = _is_virtual(record.id)
        line_ids = iter(range(record.id * 10, record.id * 10 + 10))
        lines = [line_item(next(line_ids), *choice) for choice in _basket(random, virtual=virtual)]
        cod = _is_cod(record.id)
        return order_body(
            record.id,
            billing=billing | {"email": f"cliente{record.id}@example.test"},
            shipping=None if virtual else billing,
            line_items=lines,
            shipping_lines=[] if virtual else [_shipping(next(line_ids), pickup=_is_pickup(record.id))],
            fee_lines=[fee_line(next(line_ids), "Supplemento contrassegno", Decimal("4.00"))] if cod else [],
            tax_line_id=next(line_ids),
            payment=_payment(record, cod=cod),
            customer_note=random.choice(CUSTOMER_NOTES),
        )


def _is_virtual(order_id: int) -> bool:
    return order_id % 20 == 0


def _is_pickup(order_id: int) -> bool:
    return order_id % 9 == 0


def _is_cod(order_id: int) -> bool:
    return (order_id + 4) % 7 == 0 and not _is_virtual(order_id) and not _is_pickup(order_id)


def _record(order_id: int, status: str, created: int) -> OrderRecord:
    unpaid = status not in PAID or (status == "processing" and _is_cod(order_id))
    completed = created + SPACING // 2 if status == "completed" else None
    return OrderRecord(
        order_id,
        status,
        created,
        modified=completed or created + 60,
        paid=None if unpaid else completed or created + 30,
        completed=completed,
    )


def _address(random: Random, order_id: int) -> dict[str, str]:
    city, province, postcode = random.choice(CITIES)
    return {
        "first_name": random.choice(FIRST_NAMES),
        "last_name": random.choice(LAST_NAMES),
        "company": random.choice(COMPANIES),
        "address_1": f"{random.choice(STREETS)} {random.randint(1, 200)}",
        "address_2": random.choice(SECOND_LINES),
        "city": city,
        "state": province,
        "postcode": postcode,
        "country": "IT",
        "phone": f"+39 02 {order_id:07d}",
    }


def _basket(random: Random, *, virtual: bool) -> Sequence[tuple[Product, int]]:
    if virtual:
        return [(DIGITAL, 1)]
    products = random.sample(CATALOGUE, k=random.choice((1, 1, 2, 2, 3)))
    return [(product, random.randint(1, 3)) for product in products]


def _shipping(line_id: int, *, pickup: bool) -> dict[str, Any]:
    if pickup:
        return shipping_line(line_id, "local_pickup", "Ritiro in negozio", Decimal("0.00"))
    return shipping_line(line_id, "flat_rate", "Corriere espresso", Decimal("6.00"))


def _payment(record: OrderRecord, *, cod: bool) -> tuple[str, str, str]:
    if cod:
        return "cod", "Contrassegno", ""
    if record.status == "on-hold" or record.id % 3 == 0:
        return "bacs", "Bonifico", f"tx_{record.id}" if record.paid else ""
    return "stripe", "Carta", f"tx_{record.id}" if record.paid else ""
