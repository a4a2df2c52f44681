"""Answers that are kept for the same request once more: a program that got none asks again without harm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from threading import Lock

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.errors import BusyError, InputError
from fbridge.models.api_tokens import KeptAnswer
from fbridge.storage.account_tables import kept_answers
from fbridge.storage.upserts import insert_if_new

KEPT = timedelta(days=7)
"""How long the same request gets the same answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """A request that is answered once: of which token, under which key, and all that it asks for."""

    token: str
    key: str
    request: str

    @property
    def request_hash(self) -> str:
        """Of what it asks for, which may hold names and addresses."""
        return sha256(self.request.encode()).hexdigest()


class KeptAnswers:
    """What requests were answered with, by token and key. Only answers that were given are kept: what was refused
    has changed nothing, and may be asked again under the same key."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database
        self._lock = Lock()
        self._running: set[tuple[str, str]] = set()

    def in_one_unit(self, keyed: Keyed, act: Callable[[], KeptAnswer]) -> KeptAnswer:
        """Do it once, in one write unit with its answer: there are both or neither, whatever happens meanwhile.

        For acts that ask no store. Raises InputError (``key_of_another``), BusyError (``request_runs``), and what
        ``act`` raises; then nothing is changed.
        """
        with self._alone(keyed), self._database.one_unit() as connection:
            if not self._claim(connection, keyed, KeptAnswer(status=0, body="")):
                return _found(connection, keyed)
            answer = act()
            connection.execute(
                sa.update(kept_answers)
                .where(*_key(keyed))
                .values(status=answer.status, body=answer.body, place=answer.place)
            )
            return answer

    def at_the_end(self, keyed: Keyed, act: Callable[[], KeptAnswer]) -> KeptAnswer:
        """As :meth:`in_one_unit`, for acts that ask stores and are harmless when done again: a process that dies
        before the answer is kept leaves it to the next one to do it again."""
        with self._alone(keyed):
            with self._database.read() as connection:
                is_known = connection.execute(sa.select(kept_answers).where(*_key(keyed))).first()
                if is_known:
                    return _found(connection, keyed)
            answer = act()
            with self._database.write() as connection:
                self._claim(connection, keyed, answer)
            return answer

    def _claim(self, connection: Connection, keyed: Keyed, answer: KeptAnswer) -> bool:
        """Whether it is the first; another process that does the same is waited for here."""
        now = self._context.now()
        connection.execute(sa.delete(kept_answers).where(kept_answers.c.at < now - KEPT))
        return insert_if_new(
            connection,
            kept_answers,
            token=keyed.token,
            key=keyed.key,
            request_hash=keyed.request_hash,
            status=answer.status,
            body=answer.body,
            place=answer.place,
            at=now,
        )

    @contextmanager
    def _alone(self, keyed: Keyed) -> Iterator[None]:
        key = keyed.token, keyed.key
        with self._lock:
            if key in self._running:
                raise BusyError(
                    f"The first request with the Idempotency-Key {keyed.key!r} still runs; ask again in a moment.",
                    reason="request_runs",
                )
            self._running.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(key)


def _key(keyed: Keyed) -> tuple[sa.ColumnElement[bool], ...]:
    return kept_answers.c.token == keyed.token, kept_answers.c.key == keyed.key


def _found(connection: Connection, keyed: Keyed) -> KeptAnswer:
    row = connection.execute(sa.select(kept_answers).where(*_key(keyed))).one()
    if row.request_hash != keyed.request_hash:
        raise InputError(
            f"The Idempotency-Key {keyed.key!r} was used with another request; give each request a key of its own.",
            reason="key_of_another",
        )
    return KeptAnswer(status=row.status, body=row.body, place=row.place)
