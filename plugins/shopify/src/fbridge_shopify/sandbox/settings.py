"""What a person may choose about the emulated store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

CustomerData = Literal["all", "no_names", "none"]
Archive = Literal["paid", "never"]

ALL_SCOPES = (
    "read_all_orders",
    "read_assigned_fulfillment_orders",
    "read_customers",
    "read_fulfillments",
    "read_locations",
    "read_merchant_managed_fulfillment_orders",
    "read_orders",
    "read_products",
    "read_third_party_fulfillment_orders",
    "write_assigned_fulfillment_orders",
    "write_fulfillments",
    "write_merchant_managed_fulfillment_orders",
    "write_orders",
    "write_third_party_fulfillment_orders",
)
"""What the app of the emulated store was granted. ``read_apps`` and ``read_shipping`` are not among them."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSettings:
    """The options of :func:`fbridge_shopify.sandbox.create_sandbox`; all have a default.

    ``orders``: None for some dozens, 0 for none, N for N made-up ones that depend on ``seed`` alone. ``currency``
    is the shop's. ``archive``: ``paid`` closes an order that is paid and fulfilled, as a new Shopify store does.
    ``customer_data``: what the app may see of customers (protected customer data): ``all``, ``no_names`` (no names
    and addresses) or ``none`` (no orders at all). ``token_seconds``: how long a token of the client credentials
    grant is good for. ``bucket`` and ``restore_rate``: points of the rate limit, and how many come back each
    second. ``bulk_seconds``: how long a bulk operation takes. ``pace``: 1.0 takes the time that a real store took,
    0 none. ``gateway_timeout``: seconds after which 504 is answered while the work goes on (10 on Shopify).
    ``newest``: when the last order was made (None: two hours ago). ``clock`` gives the current time, aware UTC; all
    dates and the rate limit go by it.
    """

    orders: int | None = None
    seed: int = 1
    currency: str = "EUR"
    archive: Archive = "paid"
    customer_data: CustomerData = "all"
    token_seconds: int = 86_399
    bucket: float = 2000
    restore_rate: float = 100
    bulk_seconds: float = 0.0
    pace: float = 0.0
    gateway_timeout: float | None = None
    newest: datetime | None = None
    clock: Callable[[], datetime] = _now

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("archive", self.archive, get_args(Archive)),
            ("customer_data", self.customer_data, get_args(CustomerData)),
        ):
            if value not in allowed:
                raise ValueError(f"{name} is {value!r}, not one of {', '.join(allowed)}")

    @property
    def newest_order(self) -> int:
        """When the last order was made, in seconds since 1970."""
        newest = self.newest or (self.clock() - timedelta(hours=2)).replace(minute=0, second=0)
        return int(newest.timestamp())
