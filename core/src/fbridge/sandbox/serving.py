"""Serves an emulated store over loopback with waitress, in this process."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import contextmanager, suppress
from threading import Thread
from typing import TYPE_CHECKING, Any, cast

from waitress import wasyncore
from waitress.server import create_server

from fbridge.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType
    from typing import Self

    from fbridge.sandbox.contract import SandboxApp

THREADS = 16
SHUTDOWN_SECONDS = 10


class ServedSandbox:
    """An emulated store behind a loopback address. Close it, or use it as a context manager."""

    def __init__(self, app: SandboxApp, host: str, port: int) -> None:
        self.app = app
        self._socket = _bind(host, port)
        self._dispatchers: dict[int, Any] = {}
        server = create_server(
            app.wsgi,
            map=self._dispatchers,
            sockets=[self._socket],
            threads=THREADS,
            ident=None,
            clear_untrusted_proxy_headers=False,  # the sandbox itself decides whether it trusts them
        )
        self._server = cast("Any", server)  # the stubs allow several sockets; this is the server of one
        self._closed = False
        self.host, self.port = self._socket.getsockname()[:2]
        self._thread = Thread(target=self._server.run, name=f"sandbox-{self.port}", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The store's address, without a slash at the end."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{shown}:{self.port}"

    @property
    def control(self) -> Any:
        """The platform's own handle for tests."""
        return self.app.control

    def store_settings(self) -> dict[str, Any]:
        """What a user writes to add this store, without name and URL."""
        return self.app.store_settings()

    def wait(self) -> None:
        """Block until the server ends."""
        while self._thread.is_alive():
            self._thread.join(timeout=0.5)

    def close(self) -> None:
        """End the server with all its connections, once the running requests are through. Twice is harmless."""
        if self._closed:
            return
        self._closed = True
        self._server.trigger.pull_trigger(self._close_sockets)
        workers = self._server.task_dispatcher
        workers.shutdown(cancel_pending=True, timeout=SHUTDOWN_SECONDS)
        if workers.threads:
            return  # one is still at work, and will pull the trigger when it is through: leave it open
        with suppress(OSError):  # the loop may have ended, and closed its trigger, by itself
            self._server.trigger.pull_trigger(self._server.trigger.close)
        self._thread.join(timeout=SHUTDOWN_SECONDS)

    def _close_sockets(self) -> None:
        # Runs inside the server's own loop, which goes on for the trigger until nothing is left in its map.
        for channel in list(self._server.active_channels.values()):
            channel.handle_close()
        wasyncore.dispatcher.close(self._server)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextmanager
def serve(app: SandboxApp, host: str = "127.0.0.1", port: int = 0) -> Iterator[ServedSandbox]:
    """Serve the store while the block runs; ``port`` 0 takes a free one.

    Raises: InputError when ``host`` is not a loopback address, OSError when the port is taken.
    """
    with ServedSandbox(app, host, port) as served:
        yield served


def serve_forever(
    app: SandboxApp,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    ready: Callable[[ServedSandbox], None] | None = None,
) -> None:
    """Serve the store until the process is interrupted; ``ready`` is called once it answers.

    Raises: InputError when ``host`` is not a loopback address, OSError when the port is taken.
    """
    with ServedSandbox(app, host, port) as served:
        if ready is not None:
            ready(served)
        served.wait()


def _bind(host: str, port: int) -> socket.socket:
    address = _loopback(host)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.create_server((address, port), family=family)


def _loopback(host: str) -> str:
    """An emulated store has known credentials, so it must never be reachable from another machine."""
    address = "127.0.0.1" if host == "localhost" else host
    try:
        is_loopback = ipaddress.ip_address(address).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise InputError(
            f"A sandbox serves this machine only: {host} is not a loopback address; use 127.0.0.1."
        )
    return address
