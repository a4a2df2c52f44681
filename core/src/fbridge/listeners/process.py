"""A listener in its own process, as the one who tells it sees it: it is told one event after the other, in time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import EntryPoint
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import IO, Any, Self

from fbridge.models.events import FeedEvent
from fbridge.process_groups import end_group

_TO_END = 1.0
"""Seconds in which a process that has closed its answers is expected to end."""
_AT_ONCE, _KEPT_OF_WORDS = 65_536, 4_096
_KEPT = ("FBRIDGE_HOME", "FBRIDGE_LANG", "FBRIDGE_TIMEZONE")
_SECRET = frozenset({"PGPASSWORD", "PGPASSFILE"})


class ListenerFaultError(Exception):
    """It did not take what it was told; the cause is the text, fit for every database. It has to be told again."""

    def __init__(self, words: str) -> None:
        super().__init__(
            "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in words)
        )


class ListenerProcess:
    """Used with ``with``: the process ends with the block, with all that the listener has started.

    ``patience``: seconds that it may take for its import, and for each event.
    """

    def __init__(self, offer: EntryPoint, patience: float) -> None:
        self._offer, self._patience = offer, patience
        self._answers: SimpleQueue[str] = SimpleQueue()
        self._said = b""

    def __enter__(self) -> Self:
        """Start it. Raises ListenerFaultError where it cannot be loaded."""
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            # Unbuffered, so that the last words of one that ends the process are not lost with it.
            [sys.executable, "-u", "-m", "fbridge.listeners.telling_process", self._offer.value],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=environment_of_listener(os.environ),
            start_new_session=True,
        )
        assert self._process.stdout  # noqa: S101 - a pipe was asked for
        assert self._process.stderr  # noqa: S101 - and here
        Thread(target=self._read, args=(self._process.stdout,), daemon=True).start()
        self._listening = Thread(target=self._listen, args=(self._process.stderr,), daemon=True)
        self._listening.start()
        try:
            self._answer("at its import")
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and self._process.stdin:  # it may have something left to write
            with suppress(OSError):
                self._process.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(self._patience)
        self.end()

    def tell(self, event: FeedEvent) -> None:
        """Tell it one event; done once this returns. Raises ListenerFaultError."""
        line = json.dumps(written(event))
        pipe = self._process.stdin
        with suppress(OSError, ValueError):  # it has ended: the missing answer tells it better
            if pipe:
                pipe.write(line + "\n")
                pipe.flush()
        told = event.kind
        self._answer(f"at event {event.id} ({told})")

    def end(self) -> None:
        """End the process and what it has started, whatever it is doing."""
        end_group(self._process)
        with suppress(OSError):
            if self._process.stdin:
                self._process.stdin.close()

    def _read(self, pipe: IO[str]) -> None:
        with suppress(OSError, ValueError), pipe:
            for line in pipe:
                self._answers.put(line)
        self._answers.put("")

    def _listen(self, pipe: IO[str]) -> None:
        """Whatever it prints, so that it never waits for a reader; the end of it is kept, and no disk is filled."""
        with suppress(OSError, ValueError), pipe:
            while part := os.read(pipe.fileno(), _AT_ONCE):
                self._said = (self._said + part)[-_KEPT_OF_WORDS:]

    def _answer(self, where: str) -> Mapping[str, Any]:
        try:
            line = self._answers.get(timeout=self._patience)
        except Empty:
            raise ListenerFaultError(f"it took longer than {self._patience:g} s {where}") from None
        if not line:
            raise ListenerFaultError(self._why_silent(where))
        answer: Mapping[str, Any] = json.loads(line)
        if "failed" in answer:
            raise ListenerFaultError(str(answer["failed"]))
        return answer

    def _why_silent(self, where: str) -> str:
        try:
            code = self._process.wait(_TO_END)
        except subprocess.TimeoutExpired:
            return f"it answers no more {where}"
        return f"its process ended with {code} {where}{self._last_words()}"

    def _last_words(self) -> str:
        self._listening.join(_TO_END)
        lines = self._said.decode("utf-8", "replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        return f": {last[:200]}" if last else ""


def written(event: FeedEvent) -> dict[str, Any]:
    """An event as JSON has it, as in ``fbridge events``."""
    return asdict(event) | {"at": event.at.isoformat()}


def environment_of_listener(environment: Mapping[str, str]) -> dict[str, str]:
    """Ours without what may hold credentials of a store or of the database."""
    return {
        name: value
        for name, value in environment.items()
        if name not in _SECRET and (not name.upper().startswith("FBRIDGE_") or name in _KEPT)
    }
