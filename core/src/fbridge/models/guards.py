"""How much a push may do before somebody has to say that this is meant (docs/settings.md, "Guards")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

MOST_MAILS = MOST_PUSHES = 2000
"""So many mails, and so many shipments, at most in one push."""
MOST_CHANGED = 0.5
"""The share of a push that may have changed on the store since the fetch."""
OLDEST_ORDER = 90
"""An order that is older, in days, is not pushed by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """The limits of one store's pushes.

    ``most_mails`` and ``most_pushes`` count a run, ``oldest_order`` is in days, ``most_changed`` is the share of a
    run's orders that may have changed since they were fetched.
    """

    most_mails: int = MOST_MAILS
    most_pushes: int = MOST_PUSHES
    oldest_order: int = OLDEST_ORDER
    most_changed: float = MOST_CHANGED

    def but(self, others: Mapping[str, Any]) -> Guards:
        """These, with other values for some of them."""
        return replace(self, **others)


GUARDS = tuple(field.name for field in fields(Guards))
"""The names of the guards, as the settings have them."""
