"""A reverse proxy on loopback that lets everything pass, except what its script strikes.

The ``Host`` header passes unchanged, so signatures over the URL hold. Every answer ends its connection, so that the
next request makes a new one.
"""

from __future__ import annotations

import http.client
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread, Timer
from typing import Any, Self
from urllib.parse import urlsplit

from fbridge.testing.faults.answers import HttpAnswer, altered
from fbridge.testing.faults.delivery import deliver
from fbridge.testing.faults.rules import Answer, Fault, On, Rule, Script
from fbridge.testing.faults.stand_ins import Asked, StandIn

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_OF_THE_CONNECTION = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})
_STORE_PATIENCE = 30

IsWrite = Callable[[str, str, bytes], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A request that came by: what was asked and by which program, what the store answered, and the fault that
    struck it."""

    method: str
    path: str
    body: bytes
    write: bool
    user_agent: str
    answer: HttpAnswer | None
    fault: Fault | None


def is_write_by_method(method: str, path: str, body: bytes) -> bool:  # noqa: ARG001 - the shape of IsWrite
    """Whether a request changes something, where the method tells."""
    return method not in _READS


class FaultProxy:
    """Stands before ``target`` (``http://127.0.0.1:port``). Close it, or use it as a context manager.

    ``is_write`` tells writes from reads (method, path with query, body), for platforms whose reads are POSTs.
    """

    def __init__(self, target: str, *, is_write: IsWrite = is_write_by_method) -> None:
        place = urlsplit(target)
        self._target = (place.hostname or "127.0.0.1", place.port or 80)
        self._is_write = is_write
        self._script = Script()
        self._lock = Lock()
        self._passed: list[Passed] = []
        self._last: dict[str, HttpAnswer] = {}
        self._swaps: list[tuple[bytes, bytes]] = []
        self._between: tuple[StandIn, ...] = ()
        self._late: list[Timer] = []
        self.before_each: Callable[[], object] | None = None
        """Called when a request has come, before the store sees it."""
        self.after_each: Callable[[], object] | None = None
        """Called when the store has acted on a request, before its answer goes to the client."""
        self.closing = Event()
        self._elsewhere = _Served(_make_handler(self._lost))
        self.strangers: list[str] = []
        """Who came to the other server, where redirects lead: method and path."""
        self._handler = _make_handler(self._answer)
        self._served = _Served(self._handler)
        self.port = self._served.port

    @property
    def url(self) -> str:
        """The address to give to the adapter."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def struck(self) -> int:
        """How many requests were struck so far."""
        return self._script.struck

    @property
    def passed(self) -> tuple[Passed, ...]:
        """All requests that came by, in the order of their ends."""
        with self._lock:
            return tuple(self._passed)

    @property
    def writes(self) -> tuple[Passed, ...]:
        """Those that change something."""
        return tuple(one for one in self.passed if one.write)

    def strike(
        self, fault: Fault, *, on: On = On.WRITE, path: str = "", nth: int = 1, times: int = 1
    ) -> None:
        """Let a fault strike, see :class:`Rule`."""
        self._script.add(Rule(fault=fault, on=on, path=path, nth=nth, times=times))

    def swap(self, sent: bytes, kept: bytes) -> None:
        """Replace bytes in every write from now on: a store that silently keeps something else. Equal lengths."""
        if len(sent) != len(kept):
            raise ValueError("the bytes that are sent and those that are kept must be of one length")
        self._swaps.append((sent, kept))

    def put_between(self, *stand_ins: StandIn) -> None:
        """Let these, and no others, stand between the clients and the store from now on; the first next to it."""
        self._between = stand_ins

    def heal(self) -> None:
        """No more faults: wait for what the store does late, and let everything pass."""
        self._script.clear()
        self._swaps.clear()
        self.put_between()
        self.wait_for_late_acts()
        self.listen_again()

    def wait_for_late_acts(self) -> None:
        """Wait until the store has done what it does late."""
        with self._lock:
            late, self._late = self._late, []
        for timer in late:
            timer.join()

    def stop_listening(self) -> None:
        """Refuse every connection from now on."""
        self._served.stop()

    def listen_again(self) -> None:
        """Take connections again, at the same address."""
        if self._served.stopped:
            self._served.close()
            self._served = _Served(self._handler, self.port)

    def close(self) -> None:
        """End everything."""
        self.wait_for_late_acts()
        self.closing.set()
        self._served.close()
        self._elsewhere.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _answer(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        if self.before_each:
            self.before_each()
        write = self._is_write(handler.command, handler.path, body)
        fault = self._script.take(handler.path, write=write)
        asked = Asked(method=handler.command, path=handler.path, body=body, write=write)
        answer = self._instead(asked) if fault is None else None
        if answer is None:
            answer = self._from_store(handler, asked, fault)
        given = self._altered(handler.path, fault, answer)
        with self._lock:
            self._passed.append(
                Passed(
                    method=handler.command,
                    path=handler.path,
                    body=body,
                    write=write,
                    user_agent=handler.headers.get("User-Agent", ""),
                    answer=answer,
                    fault=fault,
                )
            )
        if fault is not None and fault.answer is Answer.STOP_LISTENING:
            self.stop_listening()
        deliver(handler, fault, given, self.closing)

    def _instead(self, asked: Asked) -> HttpAnswer | None:
        return next(filter(None, (one.given(asked) for one in reversed(self._between))), None)

    def _from_store(
        self, handler: BaseHTTPRequestHandler, asked: Asked, fault: Fault | None
    ) -> HttpAnswer | None:
        body = self._swapped(asked.body) if asked.write else asked.body

        def ask() -> HttpAnswer:
            answer = _ask(self._target, asked.method, asked.path, headers, body)
            for one in self._between:
                answer = one.passed(asked, answer)
            if self.after_each:
                self.after_each()
            return answer

        headers = handler.headers.items()
        if fault is None or fault.acts:
            return ask()
        if fault.acts_after is not None:
            timer = Timer(fault.acts_after, ask)
            timer.start()
            with self._lock:
                self._late.append(timer)
        return None

    def _altered(self, path: str, fault: Fault | None, answer: HttpAnswer | None) -> HttpAnswer:
        own = answer or HttpAnswer(status=502)
        with self._lock:
            before = self._last.get(path.partition("?")[0])
            self._last[path.partition("?")[0]] = own
        if fault is None:
            return own
        elsewhere = f"http://127.0.0.1:{self._elsewhere.port}/elsewhere"
        return altered(fault, own, before=before, elsewhere=elsewhere)

    def _swapped(self, body: bytes) -> bytes:
        for sent, kept in self._swaps:
            body = body.replace(sent, kept)
        return body

    def _lost(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:  # noqa: ARG002 - the shape of an answerer
        self.strangers.append(f"{handler.command} {handler.path}")
        deliver(handler, None, HttpAnswer(status=200, body=b"{}"), self.closing)


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone is no news here."""


class _Served:
    """A listening socket with its thread."""

    def __init__(self, handler: type[BaseHTTPRequestHandler], port: int = 0) -> None:
        self._server = _Server(("127.0.0.1", port), handler)
        self.port = int(self._server.server_address[1])
        self.stopped = False
        self._thread = Thread(target=self._serve, name=f"faults-{self.port}")
        self._thread.start()

    def _serve(self) -> None:
        while not self.stopped:
            self._server.handle_request()

    def stop(self) -> None:
        """Close the socket; may be called while a request is answered."""
        if not self.stopped:
            self.stopped = True
            with suppress(OSError):  # wakes the thread, which sleeps until somebody comes
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            self._thread.join()
            self._server.socket.close()

    def close(self) -> None:
        """Stop, and wait for the requests that are being answered."""
        self.stop()
        self._server.server_close()


def _make_handler(
    answer: Callable[[BaseHTTPRequestHandler, bytes], None],
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            self.close_connection = True
            answer(self, self.rfile.read(int(self.headers.get("Content-Length") or 0)))

        def __getattr__(self, name: str) -> Any:
            """Every method is handled alike: the server looks for ``do_GET`` and its like."""
            if name.startswith("do_"):
                return self.pass_on
            raise AttributeError(name)

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    return Handler


def _ask(target: tuple[str, int], method: str, path: str, headers: Any, body: bytes) -> HttpAnswer:
    connection = http.client.HTTPConnection(*target, timeout=_STORE_PATIENCE)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers:
            if name.lower() not in _OF_THE_CONNECTION:
                connection.putheader(name, value)
        connection.putheader("Connection", "close")
        if body or method not in _READS:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        response = connection.getresponse()
        kept = tuple(pair for pair in response.getheaders() if pair[0].lower() not in _OF_THE_CONNECTION)
        return HttpAnswer(status=response.status, headers=kept, body=response.read())
    finally:
        connection.close()
