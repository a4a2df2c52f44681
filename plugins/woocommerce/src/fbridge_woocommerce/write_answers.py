"""What the answer to a write means: done, refused, later, or nobody knows.

After a gateway gave up, the store goes on and does all of it (observed: 25 orders were completed after a 504), so
an answer that does not come from WooCommerce itself proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fbridge.errors import CredentialsError, FbridgeError, NotSentError, UnconfirmedError, UnreachableError
from fbridge.http import Response
from fbridge.models.problems import USUAL_WAIT, Problem, WriteFault, later, unconfirmed
from fbridge.models.states import Outcome
from fbridge_woocommerce.answers import code_of, error_of, words_of

_BEFORE_THE_STORE = frozenset({"blocked", "no_api", "redirected"})


def checked(write: Callable[[], Response], now: Callable[[], datetime]) -> Response:
    """Send it and give its good answer.

    Raises: WriteFault; CredentialsError; NotSentError where nothing reached WooCommerce.
    """
    try:
        response = write()
    except UnconfirmedError as error:
        raise WriteFault(unconfirmed(error)) from None
    problem = problem_in(response, now())
    if problem is not None:
        raise WriteFault(problem)
    return response


def problem_in(response: Response, now: datetime) -> Problem | None:
    """What is wrong with the answer; None where the write is done.

    Raises: CredentialsError; NotSentError where something before WooCommerce turned the request away.
    """
    if response.ok:
        return _unreadable(response)
    if response.status == 429 or (response.status == 503 and _was_turned_away(response)):  # noqa: PLR2004
        reason = "rate_limited" if response.status == 429 else "unavailable"  # noqa: PLR2004
        return later(words_of(response), reason, now + (response.wait_asked or USUAL_WAIT))
    error = error_of(response)
    if response.status >= 500:  # noqa: PLR2004 - the definition of a server error
        return unconfirmed(error)
    if isinstance(error, CredentialsError):
        raise error
    if error.reason in _BEFORE_THE_STORE:
        raise NotSentError(str(error), reason=error.reason)
    return refused(error, words_of(response))


def problem_of(error: FbridgeError, now: datetime) -> Problem:
    """What a failed read means for the order that it was about: nothing was sent."""
    if isinstance(error, UnreachableError):
        return later(str(error), error.reason, now + (error.retry_after or USUAL_WAIT))
    return refused(error, str(error))


def refused(error: FbridgeError, words: str) -> Problem:
    """A lasting no, in the store's words."""
    return Problem(outcome=Outcome.REFUSED, reason=error.reason, words=words)


def _unreadable(response: Response) -> Problem | None:
    try:
        response.json()
    except UnreachableError as error:
        return unconfirmed(error)
    return None


def _was_turned_away(response: Response) -> bool:
    """WordPress in maintenance says when to come back; a gateway that lost its server does not."""
    return bool(code_of(response)) or response.wait_asked is not None
