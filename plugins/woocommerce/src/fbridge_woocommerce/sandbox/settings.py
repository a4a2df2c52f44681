"""What a person may choose about the emulated store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

TrackingPlugin = Literal["ast", "wst", "none"]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSettings:
    """The options of :func:`fbridge_woocommerce.sandbox.create_sandbox`; all have a default.

    ``orders``: None for the orders of the package's data file plus some more, 0 for none, N for N made-up
    ones that depend on ``seed`` alone. ``tracking``: ``ast`` (Advanced Shipment Tracking), ``wst``
    (WooCommerce Shipment Tracking) or ``none``. ``wst_routes``: whether the Legacy REST API plugin is there,
    without which WST has no routes on WooCommerce 9 and later. ``fulfillments``: the core feature flag, off
    on a new store. ``pace``: 1.0 takes the time that a real store took, 0 none. ``mail_seconds``: more for
    every mail (a slow SMTP server). ``gateway_timeout``: seconds after which 504 is answered while the work
    goes on. ``trust_forwarded_proto``: a request with ``X-Forwarded-Proto: https`` counts as https.
    ``home_url``: the store's own idea of its address, when a proxy hides it. ``providers``: AST's carriers as
    somebody edited them (country to name to ``url``, ``slug``, ``shown_as``). ``legacy``: as WooCommerce 8.9.3
    on its old order tables, without ``/refunds`` of all orders and with drafts in lists. ``extra_statuses``: statuses
    made by plugins, slug to name. ``newest``: when the last order was made (None: two hours ago). ``clock``
    gives the current time, aware UTC.
    """

    orders: int | None = None
    seed: int = 1
    tracking: TrackingPlugin = "ast"
    wst_routes: bool = False
    fulfillments: bool = False
    timezone: str = "Europe/Rome"
    pace: float = 0.0
    mail_seconds: float = 0.0
    gateway_timeout: float | None = None
    trust_forwarded_proto: bool = False
    home_url: str | None = None
    providers: Mapping[str, Mapping[str, Mapping[str, str]]] | None = None
    legacy: bool = False
    extra_statuses: Mapping[str, str] = field(default_factory=dict)
    newest: datetime | None = None
    clock: Callable[[], datetime] = _now

    def __post_init__(self) -> None:
        if self.tracking not in get_args(TrackingPlugin):
            raise ValueError(
                f"tracking is {self.tracking!r}, not one of {', '.join(get_args(TrackingPlugin))}"
            )

    @property
    def newest_order(self) -> int:
        """When the last order was made, in seconds since 1970."""
        newest = self.newest or (self.clock() - timedelta(hours=2)).replace(minute=0, second=0)
        return int(newest.timestamp())

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.timezone)
