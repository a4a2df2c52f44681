"""Serves the page with a certificate of its own, by cheroot: waitress speaks no TLS."""

from __future__ import annotations

import logging
import ssl
from io import DEFAULT_BUFFER_SIZE
from threading import Lock
from typing import TYPE_CHECKING, Any

from cheroot.makefile import StreamReader, StreamWriter
from cheroot.server import HTTPConnection, HTTPRequest
from cheroot.ssl import Adapter
from cheroot.wsgi import Server

from fbridge.errors import InputError
from fbridge.office_web.body_limits import BodyLimits
from fbridge.office_web.guarding import MOST_BYTES

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from flask import Flask

_MOST_HEADER_BYTES = 256 * 1024
_log = logging.getLogger(__name__)


class TlsServer:
    """Bound, and serving once it runs. Raises InputError: a port that is taken, files that are no certificate."""

    def __init__(
        self, app: Flask, host: str, port: int, certificate: Path, key: Path, *, threads: int
    ) -> None:
        self._server = _Server((host, port), app, numthreads=threads, max=threads, server_name="fbridge")
        self._server.limits = BodyLimits(app)
        self._server.max_request_header_size = _MOST_HEADER_BYTES
        self._server.ssl_adapter = _Tls(certificate, key)
        try:
            self._server.prepare()
        except OSError as error:
            raise InputError(
                f"{host}:{port} cannot be served: {error.strerror or error}.", reason="port_taken"
            ) from error
        self.port: int = self._server.bind_addr[1]

    def run(self) -> None:
        """Until the process is interrupted."""
        self._server.serve()

    def close(self) -> None:
        """Give the port back."""
        self._server.stop()


def certified(certificate: Path, key: Path) -> ssl.SSLContext:
    """What the two files say. Raises InputError naming what is wrong with which."""
    for file in (certificate, key):
        try:
            file.read_bytes()
        except OSError as error:
            raise InputError(
                f"{file} cannot be read: {error.strerror or error}.", reason="file_not_read"
            ) from error
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key, password=lambda: _refuse_password(key))
    except (ssl.SSLError, ValueError) as error:
        raise InputError(
            f"{certificate} is no certificate in PEM form with {key} as its key: "
            f"{getattr(error, 'reason', None) or error}.",
            reason="bad_certificate",
        ) from error
    return context


def _refuse_password(key: Path) -> str:
    raise InputError(
        f"{key} asks for a password, and nobody is there to type it; give a key without one.",
        reason="key_with_password",
    )


class _Tls(Adapter):
    """Reads the certificate again once its file is another one: they are renewed every few weeks."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self._certificate, self._key = certificate, key
        self._lock = Lock()
        self._read_at = self._changed_at()
        self.context = certified(certificate, key)

    def bind(self, sock: socket.socket) -> socket.socket:
        return sock

    def wrap(self, sock: socket.socket) -> tuple[socket.socket, dict[str, str]]:
        """Without a handshake yet: the one thread that takes connections must not wait for who says nothing."""
        self._renew()
        told = self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        return told, self.get_environ()

    def get_environ(self, *_: Any) -> dict[str, str]:
        return {"wsgi.url_scheme": "https", "HTTPS": "on"}

    def makefile(self, sock: socket.socket, mode: str = "r", bufsize: int = DEFAULT_BUFFER_SIZE) -> Any:
        kind = StreamReader if "r" in mode else StreamWriter
        return kind(sock, mode, bufsize)

    def _renew(self) -> None:
        with self._lock:
            now = self._changed_at()
            if now == self._read_at:
                return
            self._read_at = now
            try:
                self.context = certified(self._certificate, self._key)
            except InputError as error:  # half written: the old one goes on, and the next change is looked at
                _log.warning("the certificate stays as it was: %s", error)

    def _changed_at(self) -> tuple[int, ...]:
        try:
            return tuple(file.stat().st_mtime_ns for file in (self._certificate, self._key))
        except OSError:
            return ()


class _Request(HTTPRequest):
    """Of a body that is larger than its sender may send nothing is read: cheroot would take all of it into memory
    after the answer, and of a body without a length parts of any size."""

    server: _Server

    def read_request_headers(self) -> bool:
        if not super().read_request_headers():  # type: ignore[no-untyped-call]
            return False
        if self.chunked_read:
            self.close_connection = True
            self.simple_response("411 Length Required", "Send a body with its Content-Length.")
            return False
        announced = int(self.inheaders.get(b"Content-Length", 0))
        if announced < 0 or (announced > MOST_BYTES and announced > self._most()):
            self.close_connection = True
        return True

    def _most(self) -> int:
        heads = {
            name.decode("latin-1").upper(): text.decode("latin-1") for name, text in self.inheaders.items()
        }
        path = self.path.decode("utf-8", "replace").partition("?")[0]
        return self.server.limits.most(self.method.decode("latin-1"), path, heads)


class _Connection(HTTPConnection):
    RequestHandlerClass = _Request


class _Server(Server):
    ConnectionClass = _Connection
    limits: BodyLimits

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        """What clients do to their connections is for the log, and not for the terminal."""
        _log.log(level, "%s", msg, exc_info=traceback)
