"""Who may use the page of the office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

LONGEST_NAME = 64
"""Characters in the name of an account."""


class Role(StrEnum):
    """A clerk prepares, ships and pushes within the guards; a manager decides as well."""

    CLERK = "clerk"
    MANAGER = "manager"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who may sign in on the page. ``role`` says what they may do; ``created_at`` is aware UTC."""

    name: str
    role: Role
    created_at: datetime
