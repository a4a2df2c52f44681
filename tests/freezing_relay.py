"""A network that can stand still: TCP on this machine, carried to a PostgreSQL server's Unix socket."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path
from threading import Event, Thread
from typing import Self


class FreezingRelay:
    """Carries bytes both ways until it is frozen; what came in meanwhile is carried on when it thaws.

    Nobody learns of a freeze: no connection is closed, and TCP still acknowledges. ``port`` is where it listens.
    """

    def __init__(self, server: Path) -> None:
        self._server = str(server)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._asks, self._answers = Event(), Event()
        self._sockets: list[socket.socket] = []
        self.thaw()

    def freeze(self, *, asks: bool = True, answers: bool = True) -> None:
        """Stop carrying what clients ask, what the server answers, or both."""
        if asks:
            self._asks.clear()
        if answers:
            self._answers.clear()

    def thaw(self) -> None:
        """Carry on, with everything that waited."""
        self._asks.set()
        self._answers.set()

    def __enter__(self) -> Self:
        Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self.thaw()

    def _serve(self) -> None:
        while True:
            try:
                client = self._listener.accept()[0]
            except OSError:
                return
            self._sockets.append(client)
            Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        self._asks.wait()
        server = socket.socket(socket.AF_UNIX)
        self._sockets.append(server)
        try:
            server.connect(self._server)
        except OSError:
            client.close()
            return
        Thread(target=_carry, args=(client, server, self._asks), daemon=True).start()
        Thread(target=_carry, args=(server, client, self._answers), daemon=True).start()


def _carry(source: socket.socket, target: socket.socket, flowing: Event) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            flowing.wait()
            target.sendall(data)
        flowing.wait()
        target.shutdown(socket.SHUT_WR)
