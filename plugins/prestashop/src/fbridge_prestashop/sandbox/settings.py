"""What a person may choose about the emulated store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

Version = Literal["8.2.1", "1.7.8.11", "9.0.3"]
MailMode = Literal["smtp", "off"]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSettings:
    """The options of :func:`fbridge_prestashop.sandbox.create_sandbox`; all have a default.

    ``orders``: None for the orders of the package's data file plus some more, 0 for none, N for N made-up
    ones that depend on ``seed`` alone, with ids from ``first_order``. ``version``: ``8.2.1``, ``1.7.8.11`` (no
    PATCH, single entities keep their falsy fields) or ``9.0.3`` (whole numbers are numbers in JSON, the length of a
    tracking number is checked). ``languages``: 1 (names are plain texts) or 2.
    ``shops``: how many shops the installation has; the orders are shared out among them. ``timezone``: the
    shop's, in which it writes all its dates. ``patch``: whether the key has the permission PATCH, which is one
    of its own. ``permissions``: resource to methods of the key, in place of all. ``enabled``: whether the
    Webservice is switched on. ``mail``: ``off`` is a shop that sends none (``PS_MAIL_METHOD`` 3). ``smtp_down``:
    the mail server refuses. ``number_in_shipped_mail``: a customised template of the "Shipped" mail, which has
    no number otherwise. ``domain``: the shop's own host name, any other is redirected; None takes every one.
    ``pace``: 1.0 takes the time that a real store took, 0 none. ``mail_seconds``: more for every mail.
    ``php_warnings``: PHP's own warnings stand among the errors of a list, and make 500 of its 400, as where PHP runs
    without ``display_errors``. ``gateway_timeout``: seconds after which 504 is answered while the work goes on.
    ``newest``: when the last order was made (None: two hours ago). ``clock`` gives the current time, aware UTC.
    """

    orders: int | None = None
    first_order: int = 1001
    seed: int = 1
    version: Version = "8.2.1"
    languages: int = 2
    shops: int = 1
    timezone: str = "Europe/Rome"
    patch: bool = True
    permissions: Mapping[str, Sequence[str]] | None = None
    enabled: bool = True
    mail: MailMode = "smtp"
    smtp_down: bool = False
    number_in_shipped_mail: bool = False
    domain: str | None = None
    pace: float = 0.0
    mail_seconds: float = 0.0
    php_warnings: bool = False
    gateway_timeout: float | None = None
    newest: datetime | None = None
    clock: Callable[[], datetime] = _now

    def __post_init__(self) -> None:
        _one_of("version", self.version, get_args(Version))
        _one_of("mail", self.mail, get_args(MailMode))
        _one_of("languages", self.languages, (1, 2))

    @property
    def newest_order(self) -> datetime:
        """When the last order was made, aware UTC."""
        return self.newest or (self.clock() - timedelta(hours=2)).replace(minute=0, second=0, microsecond=0)

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def has_patch(self) -> bool:
        """PATCH came with 8.0."""
        return not self.version.startswith("1.")

    @property
    def drops_falsy_fields(self) -> bool:
        """Since 8.0 a single entity in JSON lacks all that PHP takes for false."""
        return not self.version.startswith("1.")

    @property
    def is_nine(self) -> bool:
        """Since 9.0 JSON has whole numbers, and a tracking number that is too long is refused, not cut."""
        return self.version.startswith("9.")


def _one_of(name: str, value: object, allowed: Sequence[object]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}, not one of {', '.join(map(str, allowed))}")
