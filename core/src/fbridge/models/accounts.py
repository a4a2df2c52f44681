"""Who may use the page of the office."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

LONGEST_NAME = 64
"""Characters in the name of an account."""


class Role(StrEnum):
    """A clerk prepares, ships and pushes within the guards; a manager decides as well."""

    CLERK = "clerk"
    MANAGER = "manager"


class Right(StrEnum):
    """What somebody may do: look; prepare shipments and manifests, take files, say what stores call a carrier; ship;
    push within the guards; decide (force, resend, adopt, withdraw after a push, guards); and manage stores, carriers,
    users and tokens."""

    READ = "read"
    PREPARE = "prepare"
    SHIP = "ship"
    PUSH = "push"
    DECIDE = "decide"
    MANAGE = "manage"


RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.CLERK: frozenset({Right.READ, Right.PREPARE, Right.SHIP, Right.PUSH}),
    Role.MANAGER: frozenset(Right),
}
"""The only place that says which role may do what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who may sign in on the page. ``role`` says what they may do; ``created_at`` is aware UTC.

    ``is_off``: switched off, so that nobody signs in with it until it is switched on again.
    """

    name: str
    role: Role
    created_at: datetime
    is_off: bool = False

    def may(self, right: Right) -> bool:
        """Whether their role has this right."""
        return right in RIGHTS[self.role]
