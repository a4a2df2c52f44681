"""What a test of the kit did so far, for its report: the merchant's acts, the office's, and what came of them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from fbridge.errors import PluginError

MOST_WORDS = 300
MERCHANT_ACTS = (
    "new_order",
    "sell_in",
    "touch",
    "cancel",
    "hold",
    "release",
    "refund",
    "complete_by_hand",
    "add_number_by_hand",
    "undo_shipments",
    "delete",
    "malform",
    "mend",
    "set_changed",
    "lose_mails",
)


class Journal:
    """One test's.

    ``orders`` are the remote ids of those that it made, ``faults`` what the plugin itself did wrong.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.orders: list[str] = []
        self.faults: list[str] = []

    def clear(self) -> None:
        """For the next test."""
        self.lines.clear()
        self.orders.clear()
        self.faults.clear()


JOURNAL = Journal()
"""That of the test that runs: pytest runs one at a time."""


def note(words: str) -> None:
    """Add a line."""
    plain = " ".join(words.split())
    JOURNAL.lines.append(plain if len(plain) <= MOST_WORDS else f"{plain[:MOST_WORDS]}...")


def note_fault(error: Exception | None) -> None:
    """Of errors, those that are the plugin's own: whatever comes after one comes of it."""
    if isinstance(error, PluginError):
        JOURNAL.faults.append(" ".join(str(error).split()))


def noted_acts(store: type[Any]) -> None:
    """Let the merchant's acts that this class defines be noted."""
    for name in MERCHANT_ACTS:
        if name in vars(store):
            setattr(store, name, _noted(name, vars(store)[name]))


def _noted(name: str, act: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(act)
    def told(store: Any, *given: Any, **named: Any) -> Any:
        found = act(store, *given, **named)
        words = [*map(_short, given), *(f"{key}={_short(value)}" for key, value in named.items())]
        if name == "new_order":
            JOURNAL.orders.append(str(found))
        result = f" -> order {found}" if name == "new_order" else ""
        note(f"merchant: {name}({', '.join(words)}){result}")
        return found

    return told


def _short(value: Any) -> str:
    words = repr(value) if isinstance(value, str | int | list | tuple) else str(value)
    return words if len(words) <= 80 else f"{words[:80]}..."
