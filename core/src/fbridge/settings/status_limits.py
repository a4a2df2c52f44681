"""How long what may stay as it is before it is overdue: ``[status]`` in the settings (docs/settings.md, "Status")."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from fbridge.models.states import PushState
from fbridge.settings.loading import Settings

NEVER = "never"
_AT_ONCE = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusLimits:
    """The age from which something is overdue; None: never.

    ``fetch`` is the age of a store's last fetch, ``open_order`` that of an order with something to ship, ``listener``
    that of what a listener was not told. Those named as a state are how long a shipment may be in it; those of what a
    person must decide are zero.
    """

    fetch: timedelta | None = timedelta(days=1)
    open_order: timedelta | None = None
    unreadable: timedelta | None = timedelta(hours=12)
    in_the_house: timedelta | None = timedelta(days=2)
    came_back: timedelta | None = timedelta(days=3)
    ready: timedelta | None = timedelta(hours=12)
    waiting: timedelta | None = timedelta(days=2)
    sending: timedelta | None = timedelta(hours=1)
    unconfirmed: timedelta | None = timedelta(hours=1)
    retry: timedelta | None = timedelta(hours=12)
    undoing: timedelta | None = timedelta(hours=1)
    refused: timedelta | None = _AT_ONCE
    needs_attention: timedelta | None = _AT_ONCE
    drifted: timedelta | None = _AT_ONCE
    missing_mail: timedelta | None = _AT_ONCE
    listener: timedelta | None = timedelta(hours=1)

    def of(self, state: PushState) -> timedelta | None:
        """That of a shipment's state; those that are at rest have none."""
        limit: timedelta | None = getattr(self, str(state), None)
        return limit


def is_over(age: timedelta | None, limit: timedelta | None) -> bool:
    """Whether something of this age is overdue."""
    return age is not None and limit is not None and age >= limit


def status_limits(settings: Settings) -> StatusLimits:
    """The limits as the settings have them. Raises ConfigError naming file and field."""
    if not settings.status:
        return StatusLimits()
    from marshmallow import Schema

    from fbridge.settings.sections import section

    schema = Schema.from_dict({field.name: _age() for field in fields(StatusLimits)})
    where = f'{settings.home.config_file}: "status"'
    return StatusLimits(**section(settings.status, schema(), where))


def _age() -> Any:
    from fbridge.settings.store_schema import Parsed

    return Parsed(_parse, str)


def _parse(text: str) -> timedelta | None:
    from fbridge.settings.policies import parse_duration

    word = text.strip().lower()
    if word == NEVER:
        return None
    try:
        return _AT_ONCE if word == "0" else parse_duration(word)
    except ValueError as error:
        raise ValueError(f"{error}, or never") from None
