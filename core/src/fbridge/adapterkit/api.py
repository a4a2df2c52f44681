"""A store's JSON API whose requests are about one order: reads give an answer or raise, writes are judged by a table.

A platform gives an :class:`ApiForm`, which is data: the form of its own errors, and what they prove.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from fbridge.adapterkit.answers import AnswerTable, Said, Verdict, not_understood, said_in, written
from fbridge.adapterkit.responses import body_of, passing, strange
from fbridge.errors import CredentialsError, FbridgeError, RefusedError
from fbridge.http import Response, wordless
from fbridge.models.orders import Order, RejectedOrder
from fbridge.models.platforms import Store

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiForm:
    """How a platform's API answers.

    ``name`` is what it is called ("Kiosk API"). ``own_error`` gives the code ("" where it has none) and the words
    of an error in the platform's own form; None for any other JSON, which something else may have made. ``answers``
    are the errors that prove something, by HTTP status and code. ``check_key`` and ``check_url`` say what a person
    should check where the key is refused, or where another site stands at the store's URL.
    """

    name: str
    own_error: Callable[[Mapping[str, Any]], tuple[str, str] | None]
    answers: AnswerTable
    check_key: str
    check_url: str = "the store's URL"


class StoreApi:
    """One store's API. Each method makes one request."""

    def __init__(self, store: Store, form: ApiForm) -> None:
        self._store = store
        self._form = form

    def read(self, path: str, params: Mapping[str, Any] | None = None, *, fresh: bool = False) -> Response:
        """A good answer. ``fresh``: a push rests on it, so no cache may give it.

        Raises: CredentialsError, RefusedError, UnreachableError.
        """
        answer = self._store.http.read(path, params=params, fresh=fresh)
        if answer.ok:
            return answer
        raise self._error_of(answer, self._said_by(answer))

    def write(self, method: str, path: str, json: Any, read: Callable[[Response], T]) -> T:
        """Send it once, and give what ``read`` makes of its good answer; UnreachableError says that it is none.

        Raises: WriteFault; CredentialsError and NotSentError where nothing was done for the store's own reason.
        """

        def fault_in(answer: Response) -> Exception:
            said = self._said_by(answer)
            return self._form.answers.fault(said, self._error_of(answer, said), self._store.now())

        return written(
            lambda: self._store.http.write(method, path, json=json), self._store.now, fault_in, read
        )

    def write_order(
        self, method: str, path: str, json: Any, order_from: Callable[[Any], Order | RejectedOrder]
    ) -> Order:
        """As :meth:`write`, where the store answers with the order as it is then."""

        def read(answer: Response) -> Order:
            order = order_from(answer.json())
            if isinstance(order, Order):
                return order
            raise not_understood(f"The store's answer is no order ({order.reason}).", "unreadable_answer")

        return self.write(method, path, json, read)

    def _said_by(self, answer: Response) -> Said:
        own = self._form.own_error(body_of(answer))
        code, words = own or ("", "")
        return said_in(answer, code, words=words, is_own=own is not None)

    def _error_of(self, answer: Response, said: Said) -> FbridgeError:
        """What an answer outside 2xx is to a read."""
        row, words = self._form.answers.find(said), said.words or wordless(answer)
        if row is not None and row.verdict is Verdict.CREDENTIALS:
            return CredentialsError(f"The store says: {words} {self._form.check_key}")
        if row is not None and row.verdict is not Verdict.REFUSED:
            return passing(answer, words)
        if row is not None:
            return RefusedError(f"The store refused: {words}", reason=row.reason or row.code or "refused")
        stranger = strange(answer, self._form.name, self._form.check_url, words=said.words)
        return stranger or RefusedError(f"The store refused: {words}", reason="refused")
