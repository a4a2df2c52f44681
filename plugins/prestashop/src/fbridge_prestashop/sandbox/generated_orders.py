"""Plausible orders, each made from its id alone, so that 100 000 of them cost no memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from random import Random

from fbridge_prestashop.sandbox.catalogue import CATALOGUE, VIRTUAL
from fbridge_prestashop.sandbox.dates import local_text
from fbridge_prestashop.sandbox.order_making import Line, OrderPlan, made_order
from fbridge_prestashop.sandbox.people import FIRST_CUSTOMER, OTHER_ADDRESS, address_of
from fbridge_prestashop.sandbox.records import OrderRecord

SPACING = timedelta(minutes=90)  # and less when a year would not hold them all
YEAR = timedelta(days=365)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
COD = "13"

_STATES = (
    (62, ("2",)),
    (74, ("2", "3")),
    (80, ("2", "3", "4")),
    (86, ("2", "3", "4", "5")),
    (92, ("10",)),
    (94, ("1",)),
    (97, ("10", "6")),
    (99, ("2", "7")),
    (100, ("8",)),
)
"""Out of a hundred orders, how many at most have gone through these states or an earlier line's."""

_CARRIERS = ("5", "10", "7", "5", "8", "6", "5", "9", "11", "10")
_PICKUP = "1"
_NOTES = ("", "", "", "Richiamare prima della consegna", "Fragile – «maneggiare con cura» 🎁")


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedOrders:
    """``count`` orders with ids from ``first_id``, the last made at ``newest`` (aware); a seed makes the same
    ones again. They belong to ``customers`` customers and are shared out among ``shops`` shops.
    """

    first_id: int
    count: int
    seed: int
    newest: datetime
    zone: tzinfo
    customers: int
    shops: int = 1

    @property
    def ids(self) -> range:
        """The ids."""
        return range(self.first_id, self.first_id + self.count)

    def dates_of_change(self) -> Iterator[tuple[str, int]]:
        """The dates of change (the shop's time) with the ids."""
        return ((self._updated(order_id), order_id) for order_id in self.ids)

    def cod_ids(self) -> list[int]:
        """The ids of cash on delivery."""
        return [order_id for order_id in self.ids if _is_cod(order_id)]

    def state(self, order_id: int) -> str:
        """The order's current state, without making the order."""
        return self._states(order_id)[-1]

    def order(self, order_id: int) -> OrderRecord:
        """The order with all its rows."""
        random = Random(f"{self.seed}/{order_id}")  # noqa: S311 - made-up data
        states, virtual = self._states(order_id), _is_virtual(order_id)
        module, payment = _payment(states[0], order_id)
        customer = FIRST_CUSTOMER + self._first_of_cart(order_id) * 7_919 % self.customers
        other = OTHER_ADDRESS if customer % 5 == 0 and order_id % 2 else 0
        return made_order(
            OrderPlan(
                id=order_id,
                reference=self._reference(order_id),
                states=states,
                carrier=_PICKUP if order_id % 17 == 0 else random.choice(_CARRIERS),
                customer=customer,
                address=other + address_of(customer),
                lines=[Line(product=VIRTUAL, quantity=1)] if virtual else _basket(random, order_id, states),
                module=module,
                payment=payment,
                shop=str(1 + order_id % self.shops),
                created=local_text(self._created(order_id), self.zone),
                updated=self._updated(order_id),
                note=random.choice(_NOTES),
            )
        )

    def _states(self, order_id: int) -> tuple[str, ...]:
        if _is_cod(order_id):
            return (COD,) if order_id % 30 else (COD, "3")
        dice = (order_id * 2_654_435_761 + self.seed * 40_503) % (1 << 32) % 100
        return next(states for limit, states in _STATES if dice < limit)

    def _spacing(self) -> timedelta:
        return min(SPACING, YEAR / max(self.count, 1))

    def _created(self, order_id: int) -> datetime:
        return self.newest - self._spacing() * (self.ids[-1] - order_id)

    def _updated(self, order_id: int) -> str:
        """A minute later for every state it has gone through: never after the clock."""
        return local_text(self._created(order_id) + timedelta(minutes=len(self._states(order_id))), self.zone)

    def _reference(self, order_id: int) -> str:
        random = Random(f"{self.seed}:{self._first_of_cart(order_id)}")  # noqa: S311 - made-up data
        return "".join(random.choices(LETTERS, k=9))

    def _first_of_cart(self, order_id: int) -> int:
        """A cart that was split gives a customer two orders with one reference."""
        return order_id - 1 if order_id % 13 == 0 and order_id > self.first_id else order_id


def _is_virtual(order_id: int) -> bool:
    return order_id % 20 == 0


def _is_cod(order_id: int) -> bool:
    return (order_id + 4) % 7 == 0 and not _is_virtual(order_id)


def _basket(random: Random, order_id: int, states: tuple[str, ...]) -> list[Line]:
    products = random.sample(CATALOGUE, k=random.choice((1, 2, 2, 3, 4)))
    lines = [Line(product=product, quantity=random.randint(1, 3)) for product in products]
    if states[-1] == "7":
        return [Line(product=line.product, quantity=line.quantity, refunded=line.quantity) for line in lines]
    if order_id % 11 == 0 and states[-1] in {"2", "3"}:
        lines.append(
            Line(product=CATALOGUE[order_id % len(CATALOGUE)], quantity=2, refunded=1 + order_id % 2)
        )
    return lines


def _payment(first_state: str, order_id: int) -> tuple[str, str]:
    if first_state == COD:
        return "ps_cashondelivery", "Pagamento in contrassegno"
    if first_state == "1":
        return "ps_checkpayment", "Payment by check"
    if first_state == "10" or order_id % 3 == 0:
        return "ps_wirepayment", "Bonifico bancario"
    return "ps_checkout", "Carta di credito"
