"""Reads are tried again while a fault may pass (docs/contract.md, "HTTP"). Writes never come here."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from fbridge import watching
from fbridge.errors import UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from fbridge.http.response import Response

PASSING_STATUSES = frozenset({429, 500, 502, 503, 504})
PASSING_REASONS = frozenset({"cached_answer", "no_connection", "no_answer"})

log = logging.getLogger("fbridge.http")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How long a read is tried: so many tries within so many seconds, with growing waits (seconds)."""

    tries: int = 4
    seconds: float = 60.0
    first_wait: float = 0.5
    longest_wait: float = 8.0
    jitter: float = 0.5


class _PassingAnswerError(Exception):
    def __init__(self, response: Response) -> None:
        super().__init__(f"HTTP {response.status}")
        self.response = response


def no_exception(_response: Response) -> bool:
    """Every answer with one of :data:`PASSING_STATUSES` is tried again."""
    return False


def read_with_retries(
    read_once: Callable[[], Response],
    policy: RetryPolicy,
    final: Callable[[Response], bool] = no_exception,
) -> Response:
    """What the last try gave: its answer, whatever the status, or its UnreachableError.

    ``final`` names answers that are not tried again although their status would allow it.
    """
    # Brings asyncio along; who only names a RetryPolicy need not wait for it.
    import stamina

    attempts = stamina.retry_context(
        on=_Backoff(policy),
        attempts=policy.tries,
        timeout=policy.seconds,
        wait_initial=policy.first_wait,
        wait_max=policy.longest_wait,
        wait_jitter=policy.jitter,
    )
    try:
        for attempt in attempts:
            with attempt:
                return _answer_at_rest(read_once(), final)
    except _PassingAnswerError as passing:
        return passing.response
    raise AssertionError("stamina ends with an answer or an error")


def _answer_at_rest(response: Response, final: Callable[[Response], bool]) -> Response:
    if response.status in PASSING_STATUSES and not final(response):
        raise _PassingAnswerError(response)
    return response


class _Backoff:
    """Tells stamina whether to try again, and when the store asked for a time, how long to wait."""

    def __init__(self, policy: RetryPolicy) -> None:
        self._deadline = monotonic() + policy.seconds

    def __call__(self, error: Exception) -> bool | float:
        if isinstance(error, UnreachableError):
            return error.reason in PASSING_REASONS
        if not isinstance(error, _PassingAnswerError):
            return False
        wait = error.response.wait_asked
        if wait is None:
            return True
        asked = wait.total_seconds()
        log.debug("%s asks to wait %.0f s", error.response.url, asked)
        # Knocking earlier than asked prolongs a block: better to give up and let the caller come back.
        if monotonic() + asked >= self._deadline:
            return False
        watching.waited(asked)
        return asked
