"""What stops a chunk of a push, and what is told of the orders that were not reached (docs/contract.md, 6).

After a write without an answer nothing more is begun: the store may still be at work on it. So it is where the store
turns away whoever asks. What was begun by then is brought to its end and has its receipt; orders of which nothing
was sent are named by ``NotSent`` and go out in a later round of the run, or in the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import Protocol, TypeVar

from fbridge.errors import (
    CredentialsError,
    FbridgeError,
    NotSent,
    NotSentError,
    RefusedError,
    UnreachableError,
)
from fbridge.models.fulfillments import Fulfillment
from fbridge.models.problems import HELD_BACK, USUAL_WAIT, Problem, WriteFault, later
from fbridge.models.states import Outcome

T = TypeVar("T")


class HeldBack(WriteFault):
    """A write that was not made, because the chunk was stopped before it or by it; nothing of it was sent."""


class Reached(Protocol):
    """An order while it is pushed."""

    @property
    def order_id(self) -> str:
        """The platform's key of the order."""

    @property
    def untouched(self) -> bool:
        """Whether nothing of it was sent, because the chunk was stopped before it (see :func:`is_untouched`)."""


R = TypeVar("R", bound=Reached)


class Halt:
    """Whether anything more may be begun for a chunk. ``cause`` is what stopped it, None where nothing did.

    The first cause counts, and a store that lets nobody in before all others. ``now`` is our clock. Used by several
    threads.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.cause: FbridgeError | None = None
        self._now = now
        self._lock = Lock()
        self._untouched: list[str] = []

    def stop(self, cause: FbridgeError) -> None:
        """Begin nothing more."""
        with self._lock:
            if self.cause is None or isinstance(cause, CredentialsError):
                self.cause = cause

    def held_back(self) -> Problem:
        """Why the rest of an order waits of which something was sent."""
        words = f"Only a part of it was sent: {self.cause}"
        return later(words, HELD_BACK, self._now() + USUAL_WAIT)

    @contextmanager
    def write(self) -> Iterator[None]:
        """Around a write: it is not made once the chunk was stopped, and stops the chunk where it has to.

        Raises: HeldBack; WriteFault.
        """
        if self.cause is not None:
            raise HeldBack(self.held_back())
        try:
            yield
        except WriteFault as fault:
            if fault.problem.outcome is Outcome.UNCONFIRMED:
                self.stop(still_at_work())
            raise
        except (NotSentError, CredentialsError) as error:
            self.stop(error)
            raise HeldBack(self.held_back()) from error

    def touched(self, works: Iterable[R]) -> list[R]:
        """The orders that get a receipt; the others are named at the :meth:`end`."""
        some = list(works)
        self._untouched += [work.order_id for work in some if work.untouched]
        return [work for work in some if not work.untouched]

    def end(self) -> None:
        """Say what stopped the chunk, after the last receipt.

        Raises: NotSent with the orders of which nothing was sent; CredentialsError where that is the cause and
        there is no such order.
        """
        if self.cause is not None and self._untouched:
            raise NotSent(self._untouched, str(self.cause), reason=self.cause.reason) from self.cause
        if isinstance(self.cause, CredentialsError):
            raise self.cause


def still_at_work() -> NotSentError:
    """Why nothing more is sent after a write without an answer."""
    return NotSentError(
        "A request has no answer yet and the store may still be at work on it, so nothing more was sent.",
        reason=HELD_BACK,
    )


def is_untouched(problems: Iterable[Problem | None], *, wrote: bool) -> bool:
    """Whether an order with these problems was stopped before anything of it was sent, or may have been."""
    known = [problem for problem in problems if problem is not None]
    unsure = any(problem.outcome is Outcome.UNCONFIRMED for problem in known)
    return any(problem.reason == HELD_BACK for problem in known) and not (wrote or unsure)


def known_first(look: Callable[[], T], fulfillments: Sequence[Fulfillment]) -> T:
    """What has to be known of a store before anything is sent to it. Raises: NotSent."""
    try:
        return look()
    except (CredentialsError, RefusedError, UnreachableError) as error:
        ids = [fulfillment.order_id for fulfillment in fulfillments]
        raise NotSent(ids, str(error), reason=error.reason) from error
