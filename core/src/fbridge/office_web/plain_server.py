"""Serves the page by waitress, without TLS: on this machine, or behind a proxy that speaks it."""

from __future__ import annotations

import socket
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import create_server

from fbridge.errors import InputError
from fbridge.office_web.body_limits import BodyLimits
from fbridge.office_web.guarding import MOST_BYTES

if TYPE_CHECKING:
    from flask import Flask
    from waitress.adjustments import Adjustments

_FORWARDED = frozenset({"x-forwarded-for", "x-forwarded-proto"})
"""What counts of a proxy's word: who asks, and how; never by which name."""


class PlainServer:
    """Bound, and serving once it runs. Raises InputError for a port that is taken."""

    def __init__(self, app: Flask, host: str, port: int, *, threads: int, proxy: str) -> None:
        held = _bind(host, port)
        self.port: int = held.getsockname()[1]
        # The stubs allow several sockets; this is the server of one.
        self._server = cast(
            "Any",
            create_server(
                app,
                sockets=[held],
                threads=threads,
                ident=None,
                trusted_proxy=proxy or None,
                trusted_proxy_headers=_FORWARDED if proxy else frozenset(),
                clear_untrusted_proxy_headers=True,
                max_request_body_size=sys.maxsize,  # `_Parser` knows whose body it is
            ),
        )
        self._server.channel_class = partial(_Channel, limits=BodyLimits(app))

    def run(self) -> None:
        """Until the process is interrupted."""
        self._server.run()

    def close(self) -> None:
        """Give the port back."""
        self._server.close()


class _Channel(HTTPChannel):
    """One connection. What trickles in is no sign of life: a request that is not large has to be whole before the
    server takes the connection for idle."""

    def __init__(self, *connection: Any, limits: BodyLimits, **more: Any) -> None:
        self.parser_class: Any = partial(_Parser, limits=limits)
        super().__init__(*connection, **more)

    def handle_read(self) -> None:
        goes_on, seen = self.request is not None, self.last_activity
        super().handle_read()
        if goes_on and isinstance(self.request, _Parser) and not self.request.is_large:
            self.last_activity = seen


class _Parser(HTTPRequestParser):
    """Keeps of a body what its sender may send. Of a larger one no more is read: the page answers to its head and
    its length, in its own words, and the connection ends."""

    is_large = False

    def __init__(self, adj: Adjustments, limits: BodyLimits) -> None:
        super().__init__(adj)
        self._limits = limits
        self._most: int | None = None

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError:  # more digits than Python reads
            raise ParsingError("Content-Length is invalid") from None
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("A proxy may have taken this for two requests")
        if self.content_length > self._allowed(self.content_length):
            self._leave(self.content_length)

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if self.chunked and self.body_bytes_received > self._allowed(self.body_bytes_received):
            self._leave(self.body_bytes_received)
        return consumed

    def _allowed(self, size: int) -> int:
        """Asks who it is only where that matters."""
        if size <= MOST_BYTES:
            return size
        if self._most is None:
            head = cast("Any", self)  # the stubs know neither the path nor which texts are bytes
            path = head.path.encode("latin-1").decode("utf-8", "replace")
            self._most = self._limits.most(head.command, path, head.headers)
            self.is_large = self._most > MOST_BYTES
        return self._most

    def _leave(self, size: int) -> None:
        self.close()
        self.body_rcv, self.content_length, self.chunked = None, 0, False
        self.completed, self.expect_continue, self.error = True, False, None
        self.headers = {**self.headers, "CONTENT_LENGTH": str(size), "CONNECTION": "close"}


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise InputError(
            f"{host}:{port} cannot be served: {error.strerror or error}.", reason="port_taken"
        ) from error
