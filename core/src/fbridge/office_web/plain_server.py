"""Serves the page by waitress, without TLS: on this machine, or behind a proxy that speaks it."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any, cast

from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask
from waitress.utilities import RequestEntityTooLarge

from fbridge.errors import InputError
from fbridge.office_web.guarding import MOST_BYTES, MOST_FILE_BYTES
from fbridge.office_web.shown import TOO_LARGE

if TYPE_CHECKING:
    from flask import Flask

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
                # The page itself knows for whom and what; this is for bodies that nobody should even keep.
                max_request_body_size=MOST_FILE_BYTES + MOST_BYTES,
            ),
        )
        self._server.channel_class = _Channel

    def run(self) -> None:
        """Until the process is interrupted."""
        self._server.run()

    def close(self) -> None:
        """Give the port back."""
        self._server.close()


class _TooLarge(ErrorTask):
    """A body is refused by its announced length, before any of it is kept: in words for people."""

    def execute(self) -> None:
        error = cast("Any", self.request).error
        if isinstance(error, RequestEntityTooLarge):
            cast("Any", error).to_response = _told
        super().execute()


class _Channel(HTTPChannel):
    error_task_class = _TooLarge


def _told(_ident: object = None) -> tuple[str, list[tuple[str, str]], bytes]:
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]
    return "413 Request Entity Too Large", headers, TOO_LARGE.encode()


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise InputError(
            f"{host}:{port} cannot be served: {error.strerror or error}.", reason="port_taken"
        ) from error
