"""What the answer to a write means: done, refused, later, or nobody knows.

A 4xx in Magento's own words did nothing: a shipment is saved as a whole or not at all (observed). After a 5xx the
store may go on, a 503 included, for a cache in front says it of a slow store.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from fbridge.errors import CredentialsError, FbridgeError, NotSentError, UnconfirmedError, UnreachableError
from fbridge.http import Response
from fbridge.models.problems import USUAL_WAIT, Problem, WriteFault, later, unconfirmed
from fbridge.models.states import Outcome
from fbridge_magento.answers import body_of, error_of, words_of
from fbridge_magento.client import MagentoClient

FORBIDDEN = 403
"""Magento itself has none."""

NOT_FOUND = 404
TOO_MANY = 429
SERVER_ERRORS = 500


class Rejected(Exception):  # noqa: N818 - an answer, and not an error of its own
    """Magento's own no: nothing was done. ``is_missing``: what it was about does not exist."""

    def __init__(self, words: str, *, is_missing: bool) -> None:
        super().__init__(words)
        self.words = words
        self.is_missing = is_missing

    @property
    def problem(self) -> Problem:
        """A lasting no, in the store's words."""
        reason = "order_missing" if self.is_missing else "refused"
        return Problem(outcome=Outcome.REFUSED, reason=reason, words=self.words)


def answer_to(write: Callable[[], Response], client: MagentoClient, now: Callable[[], datetime]) -> Any:
    """Send it and give the JSON of its good answer.

    Raises: Rejected; WriteFault; CredentialsError; NotSentError where nothing reached Magento.
    """
    try:
        response = write()
    except UnconfirmedError as error:
        raise WriteFault(unconfirmed(error)) from None
    if not response.ok:
        raise _fault_in(response, client, now())
    try:
        return response.json()
    except UnreachableError as error:
        raise WriteFault(unconfirmed(error)) from None


def not_understood(what: str) -> WriteFault:
    """A good answer that does not tell what became of it."""
    words = f"The store's answer does not tell what became of {what}; a module of the store may interfere."
    return WriteFault(Problem(outcome=Outcome.UNCONFIRMED, reason="unexpected_answer", words=words))


def _fault_in(response: Response, client: MagentoClient, now: datetime) -> Exception:
    error = error_of(response)
    if response.status == TOO_MANY:
        wait = response.wait_asked or USUAL_WAIT
        return WriteFault(later(words_of(response), "rate_limited", now + wait))
    if response.status >= SERVER_ERRORS:
        return WriteFault(unconfirmed(error))
    if isinstance(error, CredentialsError):
        return _which_right(response, client, error)
    if response.status == FORBIDDEN or not body_of(response):
        # A firewall, a redirect, another site: it stands before Magento, which did not see the request.
        return NotSentError(str(error), reason=error.reason)
    return Rejected(words_of(response), is_missing=response.status == NOT_FOUND)


def _which_right(response: Response, client: MagentoClient, error: FbridgeError) -> Exception:
    try:
        told = client.error_of(response)
    except UnreachableError:
        return error
    return told if isinstance(told, CredentialsError) else error
