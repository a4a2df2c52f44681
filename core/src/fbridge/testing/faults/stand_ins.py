"""What may stand between a client and its store for as long as it is there: caches, lagging replicas, other clocks.

A fault strikes one request; these touch every request that passes.
"""

from __future__ import annotations

import json
import re
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from threading import Lock
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

from fbridge.http.fresh_reads import READ_MARK
from fbridge.testing.faults.answers import HttpAnswer
from fbridge.testing.faults.rules import On

_OF_A_SIGNATURE = "oauth_[a-z_]+"
_NOT_FOUND = 404
_OK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request: ``path`` with its query."""

    method: str
    path: str
    body: bytes
    write: bool


class StandIn(Protocol):
    """Something that stands there. Safe for several threads."""

    def given(self, asked: Asked) -> HttpAnswer | None:
        """An answer in the store's place; None lets the request pass."""

    def passed(self, asked: Asked, answer: HttpAnswer) -> HttpAnswer:
        """The store has acted and answered: what the client gets."""


class UrlCache:
    """Keeps the first answer to each GET, whatever the request or the store says of keeping, and gives it again.

    ``headers`` are the telltale ones of an answer out of the cache; without them nothing shows. ``ignored`` is a
    regular expression of parameters that make no other URL to it: those of a signature always are, for a store behind
    https has none.
    """

    def __init__(self, *headers: tuple[str, str], ignored: str = "") -> None:
        self._headers = headers
        self._ignored = f"{ignored}|{_OF_A_SIGNATURE}" if ignored else _OF_A_SIGNATURE
        self._kept: dict[str, HttpAnswer] = {}
        self._lock = Lock()
        self.hits = 0
        """How many requests it answered."""

    def given(self, asked: Asked) -> HttpAnswer | None:
        """The kept answer, as if it were new but for its headers."""
        with self._lock:
            kept = self._kept.get(self._key(asked)) if asked.method == "GET" else None
            if kept is None:
                return None
            self.hits += 1
            return replace(kept, headers=(*kept.headers, *self._headers))

    def passed(self, asked: Asked, answer: HttpAnswer) -> HttpAnswer:
        """Keep it, if it is one to keep."""
        if asked.method == "GET" and (answer.status < 300 or answer.status == _NOT_FOUND):
            with self._lock:
                self._kept.setdefault(self._key(asked), answer)
        return answer

    def forget(self) -> None:
        """Let it be emptied."""
        with self._lock:
            self._kept.clear()

    def _key(self, asked: Asked) -> str:
        return without_parameters(asked.path, self._ignored)


@dataclass(frozen=True, slots=True)
class _State:
    """What a read got. ``since`` and ``writes``: the moment and the number of writes from which on it was so."""

    since: float
    writes: int
    answer: HttpAnswer


class StaleReplica:
    """Reads see the store as it was ``seconds`` ago, or before the last ``writes`` writes.

    ``seconds`` may be changed while it stands there. What was never asked before is answered as it is now, for the
    proxy knows no older answer to it.
    """

    def __init__(
        self, *, seconds: float = 0.0, writes: int = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.seconds = seconds
        self._behind = writes
        self._clock = clock
        self._states: dict[tuple[str, str, bytes], list[_State]] = defaultdict(list)
        self._writes: list[float] = []
        self._lock = Lock()
        self.old_answers = 0
        """How many reads were answered with what was so no more."""

    def given(self, asked: Asked) -> HttpAnswer | None:  # noqa: ARG002 - the shape of a stand-in
        """Nothing: the store is asked each time, to know what it will show later."""
        return None

    def passed(self, asked: Asked, answer: HttpAnswer) -> HttpAnswer:
        """The state of then."""
        with self._lock:
            if asked.write:
                self._writes.append(self._clock())
                return answer
            return self._read(asked, answer)

    def _read(self, asked: Asked, answer: HttpAnswer) -> HttpAnswer:
        path = without_parameters(asked.path, f"{READ_MARK}|{_OF_A_SIGNATURE}")
        states = self._states[asked.method, path, asked.body]
        states.append(self._state(states, answer))
        shown = next((state for state in reversed(states) if self._is_seen(state)), states[0])
        self.old_answers += shown.answer.body != answer.body
        return shown.answer

    def _state(self, before: list[_State], answer: HttpAnswer) -> _State:
        """It was so since the last write, where nobody has seen it otherwise after that."""
        last = before[-1] if before else None
        if last is not None and last.answer.body == answer.body:
            return replace(last, answer=answer)
        writes = len(self._writes)
        if last is not None and writes == last.writes:
            return _State(self._clock(), writes, answer)
        return _State(self._writes[-1] if self._writes else self._clock(), writes, answer)

    def _is_seen(self, state: _State) -> bool:
        """Whether the replica has come that far."""
        of_time = state.since <= self._clock() - self.seconds
        return of_time and state.writes <= len(self._writes) - self._behind


@dataclass(frozen=True, slots=True)
class AddedHeaders:
    """Adds headers to every answer, such as those of a cache that answers all the time."""

    headers: tuple[tuple[str, str], ...]

    def given(self, asked: Asked) -> HttpAnswer | None:  # noqa: ARG002 - the shape of a stand-in
        """Nothing."""
        return None

    def passed(self, asked: Asked, answer: HttpAnswer) -> HttpAnswer:  # noqa: ARG002 - the shape of a stand-in
        """The answer with the headers."""
        return replace(answer, headers=(*answer.headers, *self.headers))


@dataclass(frozen=True, slots=True)
class Noisy:
    """Prints around every answer, as a plugin of the store with a deprecated call does; ``on``: of which requests.

    ``encoding`` is what the answer says of its packing, which it has not.
    """

    before: bytes = b""
    after: bytes = b""
    encoding: str = ""
    on: On = On.READ

    def given(self, asked: Asked) -> HttpAnswer | None:  # noqa: ARG002 - the shape of a stand-in
        """Nothing."""
        return None

    def passed(self, asked: Asked, answer: HttpAnswer) -> HttpAnswer:
        """The answer with the noise."""
        if self.on is not On.ANY and (self.on is On.WRITE) != asked.write:
            return answer
        headers = (*answer.headers, ("Content-Encoding", self.encoding)) if self.encoding else answer.headers
        return replace(answer, headers=headers, body=self.before + answer.body + self.after)


@dataclass(frozen=True, slots=True)
class Repeating:
    """Answers in the store's place with ``status`` and what a debugging plugin or a firewall repeats of a request.

    ``told`` stands wherever any platform has words, in the header by which a redirect leads on and in one by which a
    cache shows. ``on``: which requests; others pass.
    """

    status: int
    told: str
    on: On = On.ANY

    def given(self, asked: Asked) -> HttpAnswer | None:
        """The answer with the words; of a 200 a web page."""
        if self.on is not On.ANY and (self.on is On.WRITE) != asked.write:
            return None
        line = "".join(self.told.splitlines()).encode("ascii", "replace").decode()
        headers = (
            ("Content-Type", "text/html" if self.status == _OK else "application/json"),
            ("Location", f"/elsewhere/{line}"),
            ("X-Cache", f"HIT from {line}"),
        )
        return HttpAnswer(status=self.status, headers=headers, body=self._body().encode())

    def passed(self, asked: Asked, answer: HttpAnswer) -> HttpAnswer:  # noqa: ARG002 - the shape of a stand-in
        """The answer as it is."""
        return answer

    def _body(self) -> str:
        if self.status == _OK:
            return (
                f"<html><head><title>{self.told}</title></head><body>Authorization: {self.told}</body></html>"
            )
        words = f"You sent {self.told} and it was logged."
        return json.dumps(
            {
                "code": words,
                "message": words,
                "error": words,
                "errors": [{"code": 26, "message": words, "extensions": {"code": words}}],
                "parameters": {"resources": words},
                "status": words,
            }
        )


@dataclass(frozen=True, slots=True)
class ShiftedClock:
    """The store's ``Date`` goes so much before or after the true time."""

    span: timedelta
    name: str = field(default="Date")

    def given(self, asked: Asked) -> HttpAnswer | None:  # noqa: ARG002 - the shape of a stand-in
        """Nothing."""
        return None

    def passed(self, asked: Asked, answer: HttpAnswer) -> HttpAnswer:  # noqa: ARG002 - the shape of a stand-in
        """The answer with another date."""
        return replace(answer, headers=tuple(map(self._shifted, answer.headers)))

    def _shifted(self, header: tuple[str, str]) -> tuple[str, str]:
        name, value = header
        if name.lower() != self.name.lower():
            return header
        return name, format_datetime(parsedate_to_datetime(value) + self.span, usegmt=True)


def without_parameters(path: str, names: str) -> str:
    """The path without the query parameters whose whole name the regular expression matches."""
    parts = urlsplit(path)
    kept = [one for one in parts.query.split("&") if not re.fullmatch(names, one.partition("=")[0])]
    return urlunsplit(parts._replace(query="&".join(kept)))
