"""The one table of a shipment's states towards its store: who moves it where, and by what command.

The ledger refuses every move that is not in it; the pictures in ``docs/states.md`` are made from it. A person's move
raises the version of what a push rests on, a run's does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from fbridge.models.states import PushState as S


class Mover(StrEnum):
    """Who makes a move: a run of ``push``, or a person by a command."""

    RUN = "run"
    PERSON = "person"


_PUSH, _FETCH = "push", "fetch"


@dataclass(frozen=True, slots=True)
class Transition:
    """A move between two states: its cause in words, and the command that makes it."""

    source: S
    target: S
    cause: str
    command: str

    @property
    def by(self) -> Mover:
        """Whose move it is."""
        return Mover.RUN if self.command in (_PUSH, _FETCH) else Mover.PERSON


def _moves(sources: tuple[S, ...], target: S, cause: str, command: str) -> Iterator[Transition]:
    return (Transition(source, target, cause, command) for source in sources)


_DUE = (S.READY, S.WAITING, S.RETRY)
_RESEND, _ADOPT = "push --resend", "shipment adopt"
_WITHDRAW, _TRACKING, _SHIP = "shipment withdraw", "tracking set", "manifest ship"
_BACK = "manifest reopen, leave-behind"

UNDOABLE = (S.SENT, S.DONE_ELSEWHERE, S.READY, S.WAITING, S.RETRY, S.REFUSED, S.NEEDS_ATTENTION)
"""The states that a shipment may have while its store shows it, or a part of it."""

TRANSITIONS: tuple[Transition, ...] = (
    *_moves((S.WAITING,), S.READY, "its manifest is shipped", _SHIP),
    *_moves(
        (S.READY, S.WAITING, S.RETRY, S.REFUSED),
        S.WAITING,
        "it has not left after all, before any store was told",
        _BACK,
    ),
    *_moves((S.WAITING, S.RETRY, S.REFUSED), S.READY, "a number came or was corrected", _TRACKING),
    *_moves((S.SENT, S.DONE_ELSEWHERE), S.READY, "a correction of what the store holds", _TRACKING),
    *_moves(
        (S.READY,),
        S.WAITING,
        "a number, a mapping, a consent or the meaning of the order's state is missing",
        _PUSH,
    ),
    *_moves((S.READY, S.RETRY), S.WAITING, "more would happen than the plan showed", _PUSH),
    *_moves(_DUE, S.SENDING, "claimed and committed, before anything is written to the store", _PUSH),
    *_moves(_DUE, S.REFUSED, "the order is cancelled or gone on the store", _PUSH),
    *_moves(
        (S.SENT, S.DONE_ELSEWHERE),
        S.REFUSED,
        "it was cancelled on the store: its goods are to be shipped again",
        _FETCH,
    ),
    *_moves((S.REFUSED,), S.READY, "the order's state that it was refused for has changed", _PUSH),
    *_moves(
        _DUE,
        S.NEEDS_ATTENTION,
        "the order can only be read as it was long ago, or shows after a restore what nothing here explains",
        _PUSH,
    ),
    *_moves(
        (S.READY, S.WAITING),
        S.RETRY,
        "the order cannot be read, or as it was read is older than what is known of it",
        _PUSH,
    ),
    *_moves((S.SENDING,), S.SENT, "the store holds it", _PUSH),
    *_moves((S.SENDING,), S.DONE_ELSEWHERE, "somebody had shipped it on the store", _PUSH),
    *_moves((S.SENDING,), S.REFUSED, "the store's lasting no", _PUSH),
    *_moves((S.SENDING,), S.RETRY, "a passing fault", _PUSH),
    *_moves((S.SENDING,), S.NEEDS_ATTENTION, "tried too often", _PUSH),
    *_moves((S.SENDING,), S.UNCONFIRMED, "no answer, or the program died", _PUSH),
    *_moves(
        (S.SENDING,), S.READY, "provably not sent, a fence was set, or a correction came meanwhile", _PUSH
    ),
    *_moves(_DUE, S.UNCONFIRMED, "the database was restored from a backup", _PUSH),
    *_moves((S.UNCONFIRMED,), S.SENT, "found on the store", _PUSH),
    *_moves((S.UNCONFIRMED,), S.READY, "proved absent, or only partly there", _PUSH),
    *_moves((S.UNCONFIRMED,), S.NEEDS_ATTENTION, "cannot be proven", _PUSH),
    *_moves((S.REFUSED, S.NEEDS_ATTENTION, S.RETRY), S.READY, "a person decided: send it again", _RESEND),
    *_moves(
        (S.SENT, S.DONE_ELSEWHERE),
        S.READY,
        "a look at the store found it otherwise, and a person decided: write it again",
        _RESEND,
    ),
    *_moves(
        (S.REFUSED, S.NEEDS_ATTENTION, S.UNCONFIRMED),
        S.DONE_ELSEWHERE,
        "a person decided: it is there",
        _ADOPT,
    ),
    *_moves(
        (S.READY, S.WAITING, S.RETRY, S.REFUSED, S.NEEDS_ATTENTION),
        S.WITHDRAWN,
        "a person takes it back; no store holds it",
        _WITHDRAW,
    ),
    *_moves(
        UNDOABLE,
        S.UNDOING,
        "a person takes it back from its store; committed before the store is asked",
        _WITHDRAW,
    ),
    *_moves((S.UNDOING,), S.WITHDRAWN, "the store shows nothing more of it", _WITHDRAW),
    *_moves(
        (S.DONE_ELSEWHERE,),
        S.WITHDRAWN,
        "a person let it stand while its store was taking it back, and did",
        _WITHDRAW,
    ),
    *(
        Transition(S.UNDOING, state, "the store took nothing of it back", _WITHDRAW)
        for state in UNDOABLE
        if state is not S.NEEDS_ATTENTION
    ),
    *_moves((S.UNDOING,), S.NEEDS_ATTENTION, "the store took only a part of it back", _WITHDRAW),
    *_moves((S.UNDOING,), S.DONE_ELSEWHERE, "a person decided: what is there stays", _ADOPT),
)
"""Every move between states."""

ALLOWED: frozenset[tuple[S, S, Mover]] = frozenset(
    (one.source, one.target, one.by) for one in TRANSITIONS
) | {(state, state, by) for state in S for by in Mover}
"""Staying in a state, with another reason, is always allowed."""


def markdown_table() -> str:
    """The table for the documentation."""
    rows = [
        f"| `{one.source}` | `{one.target}` | {one.cause} | {one.by} | `fbridge {one.command}` |"
        for one in TRANSITIONS
    ]
    return "\n".join(("| from | to | because | who | by |", "|---|---|---|---|---|", *rows))
