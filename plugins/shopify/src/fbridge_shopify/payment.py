"""Who has the money of a Shopify order. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from fbridge.adapterkit.cash_on_delivery import is_cash_on_delivery
from fbridge.models.orders import Payment
from fbridge.models.states import PaymentKind

# Reserved at the customer's bank counts: it is booked when the goods leave, and cannot be refused at the door.
_SETTLED = frozenset({"PAID", "AUTHORIZED", "PARTIALLY_REFUNDED", "REFUNDED"})


def payment_from(
    gateways: Sequence[str], status: str, outstanding: Decimal | None, cod_gateways: Iterable[str] = ()
) -> Payment:
    """The payment of an order with these gateways, of this financial status, with so much outstanding.

    What is ``outstanding`` is None where the store does not tell.
    ``cod_gateways`` are the user's own names of cash on delivery, in any case, beside the usual ones.
    """
    own = {name.strip().casefold() for name in cod_gateways}
    cod = next(
        (name for name in gateways if name.strip().casefold() in own or is_cash_on_delivery(name)), None
    )
    due = Decimal(0) if status in _SETTLED else outstanding and max(outstanding, Decimal(0))
    open_ = due is None or due > 0
    method = cod if cod is not None and open_ else next(iter(gateways), "")
    kind = PaymentKind.PAID
    if open_:
        kind = PaymentKind.UNPAID if cod is None else PaymentKind.COD
    return Payment(kind=kind, method=method, title=method, amount_due=due)
