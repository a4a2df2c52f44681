"""What went wrong with the writes of a push, as adapters know it before it is told in a receipt. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from fbridge.errors import FbridgeError
from fbridge.models.states import Effect, Outcome

USUAL_WAIT = timedelta(seconds=60)
"""Where a store says that it is busy, and not how long."""


GONE_FROM_STORE = "gone_from_store"
"""The reason of a refusal: the store, just read, shows nothing more of a shipment that it is known to have taken."""

UNDONE_IN_PART = "undone_in_part"
"""The reason of what needs a person because its store took a part of it back and refused the rest."""

ADOPTED_BY_HAND = "adopted_by_hand"
"""The reason of what a person said the store has."""

HELD_BACK = "held_back"
"""The reason of what was due and not begun, because a write before it has no answer yet. A ``NotSent`` with it ends
the round and not the run: once the store has settled, the others go out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why something is not done, or not known to be done; ``blocks``: the order's status has to wait for it (C6).

    ``not_before`` is aware UTC; ``rests_on`` is that of a receipt.
    """

    outcome: Outcome
    reason: str
    words: str
    not_before: datetime | None = None
    blocks: bool = True
    rests_on: str = ""

    @property
    def effect(self) -> Effect:
        """What it means for what was asked."""
        return Effect.UNCONFIRMED if self.outcome is Outcome.UNCONFIRMED else Effect.NOT_DONE


class WriteFault(Exception):  # noqa: N818 - it carries a problem and is not one of its own
    """A write of which nothing is known to be done; ``problem`` tells the rest.

    ``answered``: somebody said something, so it is worth while to look at once whether it is there.
    """

    def __init__(self, problem: Problem, *, answered: bool = False) -> None:
        super().__init__(problem.words)
        self.problem = problem
        self.answered = answered


def unconfirmed(error: FbridgeError) -> Problem:
    """Nobody knows; the store must be read."""
    return Problem(outcome=Outcome.UNCONFIRMED, reason=error.reason, words=str(error))


def refused_as_it_stands(reason: str, words: str) -> Problem:
    """A no that rests on the state of the order or the store as it was read; nothing was sent."""
    return Problem(outcome=Outcome.REFUSED, reason=reason, words=words, rests_on=reason)


def later(words: str, reason: str, not_before: datetime) -> Problem:
    """A passing fault: not done."""
    return Problem(outcome=Outcome.RETRY, reason=reason, words=words, not_before=not_before)
