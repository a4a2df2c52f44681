"""Who may use the HTTP API: programs, each with a token of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fbridge.models.accounts import Right

LONGEST_TOKEN_NAME = 48
"""Characters in the name of a token."""
SCOPES = tuple(Right)
"""What a token can be good for. ``manage`` is stores and carriers: users and tokens are managed by people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A token of a program. ``scopes`` say what it is good for; ``last_used_at`` is exact to some minutes."""

    name: str
    scopes: tuple[Right, ...]
    created_at: datetime
    last_used_at: datetime | None = None

    @property
    def signature(self) -> str:
        """As what is done with it is signed among the events: never taken for an account of the same name."""
        return f"token {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApiToken(ApiToken):
    """A token that was just made. ``token`` is what the program sends: it is kept nowhere, and told only now."""

    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """What a request was answered with, for the same request again. ``place`` is where to look next; "" for none."""

    status: int
    body: str
    place: str = ""
