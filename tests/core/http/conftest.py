"""A real server on loopback that answers what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from fbridge.http import Exchange, RetryPolicy, StoreHttp

Reply = Callable[[BaseHTTPRequestHandler], None]

SWIFT = RetryPolicy(tries=4, seconds=10, first_wait=0.01, longest_wait=0.02, jitter=0)


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: Message
    body: bytes


@dataclass
class Scripted:
    """``replies`` are used up in order; the last one stays."""

    url: str
    replies: list[Reply] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def answers(self, *replies: Reply) -> None:
        self.replies[:] = replies

    def next_reply(self) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


def whole_answer(
    status: int = 200, body: bytes | str | None = None, *, json_body: Any = None, **headers: str
) -> Reply:
    """A whole answer; header names are written with underscores."""
    if body is None:
        body, headers = json.dumps(json_body).encode(), {"Content_Type": "application/json", **headers}
    content = body.encode() if isinstance(body, str) else body

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """Hang up without a word, after the request was read."""
    handler.close_connection = True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    scripted: Scripted

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.scripted.asked.append(Asked(self.command, self.path, self.headers, body))
        try:
            self.scripted.next_reply()(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_POST = do_PUT = do_GET  # noqa: N815 - names that the standard library looks for

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the standard library
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is what some tests are about."""


def _serve() -> Iterator[Scripted]:
    handler = type("Handler", (_Handler,), {})
    server = _Server(("127.0.0.1", 0), handler)
    handler.scripted = Scripted(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield handler.scripted  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def server() -> Iterator[Scripted]:
    yield from _serve()


@pytest.fixture
def other_server() -> Iterator[Scripted]:
    yield from _serve()


@pytest.fixture
def reply() -> Callable[..., Reply]:
    return whole_answer


@pytest.fixture
def drop() -> Reply:
    return hang_up


@pytest.fixture
def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def exchanges() -> list[Exchange]:
    return []


@pytest.fixture
def connect(exchanges: list[Exchange]) -> Iterator[Callable[..., StoreHttp]]:
    """Makes clients that retry swiftly and are closed afterwards."""
    clients = []

    def connected(url: str, **options: Any) -> StoreHttp:
        settings: dict[str, Any] = {
            "retry_policy": SWIFT,
            "on_exchange": exchanges.append,
            "timeout": 5.0,
        } | options
        clients.append(StoreHttp(url, **settings))
        return clients[-1]

    yield connected
    for client in clients:
        client.close()
