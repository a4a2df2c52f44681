"""What a person may choose about the emulated store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

SOURCES = ("default", "roma", "torino")


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSettings:
    """The options of :func:`fbridge_magento.sandbox.create_sandbox`; all have a default.

    ``orders``: how many made-up orders there are; they depend on ``seed`` alone. ``bearer``: whether
    integration tokens are taken as Bearer tokens (``oauth/consumer/enable_integration_as_bearer``, off on a
    real new store); :meth:`store_settings` of the sandbox follows it. ``consumer``: seconds after which
    asynchronous operations are done, None for a store whose queue consumer does not run. ``input_limit``: the
    store limits ``pageSize`` to 300, or to ``most_on_a_page``. ``most_entries``: how many entries a list in a body
    may have ("Input List Limit"; None: any number). ``signed_host``: the host that PHP sees, where it is not the
    one of the request. ``modules_without``: modules that are switched off, for example ``Magento_InventoryShipping``.
    ``sources``: those of multi-source inventory, out of ``default``, ``roma`` and ``torino``.
    ``extra_statuses``: the merchant's own order statuses, code to state. ``pace``: 1.0 takes the time that a
    real store took, 0 none. ``mail_seconds``: more for every mail (a slow SMTP server). ``gateway_timeout``:
    seconds after which 504 is answered while the work goes on. ``newest``: when the last order was made
    (None: two hours ago). ``clock`` gives the current time, aware UTC.
    """

    orders: int = 84
    seed: int = 1
    bearer: bool = True
    consumer: float | None = 0.0
    input_limit: bool = False
    most_on_a_page: int | None = None
    most_entries: int | None = None
    signed_host: str | None = None
    modules_without: tuple[str, ...] = ()
    sources: tuple[str, ...] = ("default",)
    extra_statuses: Mapping[str, str] = field(default_factory=lambda: {"in_picking": "processing"})
    pace: float = 0.0
    mail_seconds: float = 0.0
    gateway_timeout: float | None = None
    newest: datetime | None = None
    clock: Callable[[], datetime] = _now

    def __post_init__(self) -> None:
        seconds = "not seconds, or null for none"
        for name in ("most_on_a_page", "most_entries"):
            self._must(name, type(getattr(self, name)) in (int, type(None)), "not a number, or null for none")
        for name in ("bearer", "input_limit"):
            self._must(name, isinstance(getattr(self, name), bool), "not true or false")
        for name in ("consumer", "gateway_timeout"):
            self._must(name, type(getattr(self, name)) in (int, float, type(None)), seconds)
        for name in ("sources", "modules_without"):
            self._must(name, not isinstance(getattr(self, name), str), 'not a list such as ["one", "two"]')
        self._must("sources", set(self.sources) <= set(SOURCES), f"not of {', '.join(SOURCES)}")

    def _must(self, name: str, fits: bool, words: str) -> None:
        if not fits:
            raise ValueError(f"{name} is {getattr(self, name)!r}, {words}")

    @property
    def newest_order(self) -> int:
        """When the last order was made, in seconds since 1970."""
        newest = self.newest or (self.clock() - timedelta(hours=2)).replace(minute=0, second=0)
        return int(newest.timestamp())
