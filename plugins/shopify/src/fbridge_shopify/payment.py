"""Who has the money of a Shopify order. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from fbridge.models.orders import Payment
from fbridge.models.states import PaymentKind

# Reserved at the customer's bank counts: it is booked when the goods leave, and cannot be refused at the door.
_SETTLED = frozenset({"PAID", "AUTHORIZED", "PARTIALLY_REFUNDED", "REFUNDED"})

# A merchant names this method as he likes; these are Shopify's own name and the usual ones of Europe.
_CASH_ON_DELIVERY = frozenset(
    {
        "cash on delivery (cod)",
        "cash on delivery",
        "cash_on_delivery",
        "cod",
        "contrassegno",
        "pagamento in contrassegno",
        "pagamento alla consegna",
        "nachnahme",
        "contra reembolso",
        "contrareembolso",
        "pago contra reembolso",
        "paiement à la livraison",
        "contre-remboursement",
        "contre remboursement",
        "rembours",
        "za pobraniem",
        "dobírka",
        "ramburs",
        "plata la livrare",
        "αντικαταβολή",
    }
)


def payment_from(
    gateways: Sequence[str], status: str, outstanding: Decimal | None, cod_gateways: Iterable[str] = ()
) -> Payment:
    """The payment of an order with these gateways, of this financial status, with so much outstanding.

    What is ``outstanding`` is None where the store does not tell.
    ``cod_gateways`` are the user's own names of cash on delivery, in any case.
    """
    named = {gateway: gateway.strip().casefold() for gateway in gateways}
    known = _CASH_ON_DELIVERY | {name.strip().casefold() for name in cod_gateways}
    cod = next((gateway for gateway, name in named.items() if name in known), None)
    due = Decimal(0) if status in _SETTLED else outstanding and max(outstanding, Decimal(0))
    open_ = due is None or due > 0
    method = cod if cod is not None and open_ else next(iter(gateways), "")
    kind = PaymentKind.PAID
    if open_:
        kind = PaymentKind.UNPAID if cod is None else PaymentKind.COD
    return Payment(kind=kind, method=method, title=method, amount_due=due)
