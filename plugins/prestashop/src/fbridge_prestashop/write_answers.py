"""What the answer to a write means: done, partly done, refused, later, or nobody knows.

Several entities go in one body, and PrestaShop saves them one after another: the first error ends it, what was saved
before stays, and the answer does not say where it ended. After a gateway gave up the store goes on, so an answer
that does not come from PrestaShop itself proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import Enum, auto
from typing import Any

from fbridge.errors import CredentialsError, FbridgeError, NotSentError, UnconfirmedError, UnreachableError
from fbridge.http import Response
from fbridge.models.problems import USUAL_WAIT, Problem, WriteFault, later, unconfirmed
from fbridge.models.states import Outcome
from fbridge_prestashop.answers import (
    DISABLED,
    codes_of,
    error_of,
    is_empty_crash,
    reason_of,
    rows_of,
    words_of,
)

NOT_SAVED = 46
"""Said also of what was saved and could not be mailed."""
BROKEN_XML = 127


class End(Enum):
    """How PrestaShop ended in the middle of a body."""

    REFUSED = auto()
    MAIL_FAILED = auto()
    CRASHED = auto()


class Interrupted(Exception):  # noqa: N818 - an answer, and not an error of its own
    """PrestaShop ended in the middle. What it saved before is to be read; ``problem`` is that of the entity at which
    it ended."""

    def __init__(self, end: End, problem: Problem) -> None:
        super().__init__(problem.words)
        self.end = end
        self.problem = problem


def entities_of(
    write: Callable[[], Response], resource: str, now: Callable[[], datetime], *, mail: bool
) -> list[dict[str, Any]]:
    """Send it and give the entities that the store answers with.

    Raises: WriteFault; Interrupted; CredentialsError; NotSentError where nothing reached PrestaShop.
    """
    try:
        response = write()
    except UnconfirmedError as error:
        raise WriteFault(unconfirmed(error)) from None
    if not response.ok:
        raise _fault_in(response, now(), mail=mail)
    try:
        return rows_of(response, resource)
    except UnreachableError as error:
        raise WriteFault(unconfirmed(error)) from None


def _fault_in(response: Response, now: datetime, *, mail: bool) -> Exception:
    codes = codes_of(response)
    error = error_of(response)
    if response.status in (429, 503):
        return _turned_away(response, error, now)
    if response.status >= 500:  # noqa: PLR2004 - the definition of a server error
        return _server_error(response, codes, error, now, mail=mail)
    if isinstance(error, CredentialsError):
        return error
    if not codes:
        # A firewall, a redirect, another site: it stands before PrestaShop, which did not see the request.
        return NotSentError(str(error), reason=getattr(error, "reason", "blocked"))
    return Interrupted(End.REFUSED, refused(codes, words_of(response)))


def _turned_away(response: Response, error: FbridgeError, now: datetime) -> Exception:
    """A gateway that lost its server says 503 too, but not when to come back."""
    wait = response.wait_asked
    if response.status == 503 and DISABLED not in codes_of(response) and wait is None:  # noqa: PLR2004 - HTTP's number
        return WriteFault(unconfirmed(error))
    reason = "rate_limited" if response.status == 429 else error.reason  # noqa: PLR2004 - HTTP's number
    return WriteFault(later(words_of(response), reason, now + (wait or USUAL_WAIT)))


def _server_error(
    response: Response, codes: tuple[int, ...], error: FbridgeError, now: datetime, *, mail: bool
) -> Exception:
    if NOT_SAVED in codes and mail:
        problem = later(words_of(response), "not_saved", now + USUAL_WAIT)
        return Interrupted(End.MAIL_FAILED, problem)
    if is_empty_crash(response):
        return Interrupted(End.CRASHED, unconfirmed(error))
    if NOT_SAVED in codes or BROKEN_XML in codes:
        return Interrupted(End.REFUSED, refused(codes, words_of(response)))
    return WriteFault(unconfirmed(error))


def refused(codes: tuple[int, ...], words: str) -> Problem:
    """A lasting no, in the store's words."""
    return Problem(outcome=Outcome.REFUSED, reason=reason_of(codes), words=words)
