"""Who answered a write, and did the store act? A table for each platform; what is not in it proves nothing.

A proxy, a cache or a firewall may answer after it passed the request on, and the store goes on alone. So an answer
counts only where it comes from the store's own API, in a form that the platform documents or that was recorded from
it. Everything else is unconfirmed: the store is read before anything is sent again (docs/contract.md, section 6).

An adapter splits a response by entity where one request is about several orders; the table judges one answer. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from fbridge.errors import CredentialsError, FbridgeError, NotSentError, UnconfirmedError, UnreachableError
from fbridge.http import Response
from fbridge.models.problems import USUAL_WAIT, Problem, WriteFault, later, unconfirmed
from fbridge.models.states import Outcome

T = TypeVar("T")

LONGEST_WAIT = timedelta(hours=1)
"""However long an answer that proves nothing asks to wait: the store is read then."""


class Speaker(StrEnum):
    """Who gave an answer."""

    STORE = "store"
    """The store's own API, told by the form of its answer."""
    OTHER = "other"
    """Something before it: a proxy, a firewall, a login page, another site. Or what cannot be told from such."""


class Verdict(StrEnum):
    """What an answer proves about a write."""

    DONE = "done"
    REFUSED = "refused"
    """Not done, and the same will not be done later."""
    LATER = "later"
    """Not done, and the store asks to wait, or failed for a moment."""
    NOT_SENT = "not_sent"
    """Not done, for a reason that is the store's and not the order's: nothing more is sent to it now."""
    CREDENTIALS = "credentials"
    """Not done: the key or its rights were looked at first."""
    UNCONFIRMED = "unconfirmed"
    """Nothing is proved."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An answer of the store's own API that proves something.

    ``code`` is the platform's ("" where it has none), ``source`` where the answer is documented or recorded,
    ``reason`` the stable code that a person sees ("": the platform's own).
    """

    status: int
    code: str
    verdict: Verdict
    source: str
    reason: str = ""


def each(
    status: int, codes: Iterable[str], verdict: Verdict, source: str, reason: str = ""
) -> Iterator[Listed]:
    """Rows that differ by their code alone."""
    return (Listed(status, code, verdict, source, reason) for code in codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One answer about one write: who gave it, its HTTP status and codes, its words, and how long it asks to wait."""

    speaker: Speaker
    status: int
    codes: tuple[str, ...] = ()
    words: str = ""
    wait: timedelta | None = None


def said_in(response: Response, *codes: str, words: str, is_own: bool) -> Said:
    """What an answer says, with its codes and words; ``is_own``: it has the form of the store's own API."""
    return Said(
        speaker=Speaker.STORE if is_own else Speaker.OTHER,
        status=response.status,
        codes=codes,
        words=words,
        wait=response.wait_asked,
    )


class AnswerTable:
    """All answers that prove something about a write to one platform. Raises ValueError for one listed twice."""

    def __init__(self, rows: Iterable[Listed]) -> None:
        self._rows: dict[tuple[int, str], Listed] = {}
        for row in rows:
            if (row.status, row.code) in self._rows:
                raise ValueError(f"the answer {row.status} {row.code!r} is listed twice")
            self._rows[row.status, row.code] = row

    def __iter__(self) -> Iterator[Listed]:
        return iter(self._rows.values())

    def find(self, said: Said) -> Listed | None:
        """The row of an answer. None where it is not the store's own, or any of its codes is not listed.

        Of several codes the first one's row counts.
        """
        if said.speaker is not Speaker.STORE:
            return None
        rows = [self._rows.get((said.status, code)) for code in said.codes or ("",)]
        return rows[0] if None not in rows else None

    def verdict(self, said: Said) -> Verdict:
        """What the answer proves; ``UNCONFIRMED`` where it is not listed."""
        row = self.find(said)
        return row.verdict if row else Verdict.UNCONFIRMED

    def fault(
        self, said: Said, named: FbridgeError, now: datetime
    ) -> WriteFault | CredentialsError | NotSentError:
        """What an answer that is not good means for the write, to be raised.

        ``named`` is the error that the same answer would be to a read: its sentence is shown where the store itself
        said nothing that counts. ``now`` is aware UTC.
        """
        row = self.find(said)
        verdict = row.verdict if row else Verdict.UNCONFIRMED
        reason = (row.reason if row else "") or named.reason
        if verdict is Verdict.CREDENTIALS:
            return (
                named if isinstance(named, CredentialsError) else CredentialsError(str(named), reason=reason)
            )
        if verdict is Verdict.NOT_SENT:
            return NotSentError(str(named), reason=reason, retry_after=said.wait)
        if verdict is Verdict.REFUSED:
            return WriteFault(Problem(outcome=Outcome.REFUSED, reason=reason, words=said.words or str(named)))
        if verdict is Verdict.LATER:
            return WriteFault(later(said.words or str(named), reason, now + (said.wait or USUAL_WAIT)))
        return WriteFault(unproved(named, now, said.wait), answered=True)


def unproved(named: FbridgeError, now: datetime, wait: timedelta | None = None) -> Problem:
    """Nobody knows; the store is read, and not before the time that the answer asked for."""
    problem = unconfirmed(named)
    return replace(problem, not_before=now + min(wait, LONGEST_WAIT)) if wait else problem


def put_off(error: FbridgeError, now: datetime) -> Problem:
    """Provably not done, for a reason that passes; not before the time that the answer asked for."""
    wait = error.retry_after if isinstance(error, UnreachableError | NotSentError) else None
    return later(str(error), error.reason, now + (wait or USUAL_WAIT))


def not_understood(words: str, reason: str = "unexpected_answer") -> WriteFault:
    """A good answer that does not tell what became of a write."""
    return WriteFault(Problem(outcome=Outcome.UNCONFIRMED, reason=reason, words=words), answered=True)


def written(
    write: Callable[[], Response],
    now: Callable[[], datetime],
    fault_in: Callable[[Response], Exception | None],
    read: Callable[[Response], T],
) -> T:
    """Send a write, once, and give what ``read`` makes of its answer.

    ``fault_in`` judges an answer outside 2xx by the platform's table; None where the write is done all the same.
    Raises: what that gives; WriteFault where no answer came, or where a good one makes no sense to ``read``, which
    says so by UnreachableError. ``now`` is our clock.
    """
    try:
        response = write()
    except UnconfirmedError as error:
        raise WriteFault(unconfirmed(error)) from None
    fault = None if response.ok else fault_in(response)
    if fault is not None:
        raise fault
    try:
        return read(response)
    except UnreachableError as error:
        raise WriteFault(unproved(error, now(), response.wait_asked), answered=True) from None
