"""Bringing an answer to the client, or failing to."""

from __future__ import annotations

import select
import socket
import time
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from threading import Event

from fbridge.testing.faults.answers import HttpAnswer
from fbridge.testing.faults.rules import Answer, Fault

LONGEST_SILENCE = 20.0
DRIP_PAUSE = 0.03
SHORTEST_DRIP = 200
"""Bytes: a store may answer with no more than a number, which would be through in no time."""

_BLANKS = b" " * 65536


def deliver(handler: BaseHTTPRequestHandler, fault: Fault | None, answer: HttpAnswer, closing: Event) -> None:
    """Give the client its answer as the fault wants it. ``closing`` ends what takes long."""
    kind = fault.answer if fault else Answer.OWN
    if kind is Answer.SILENCE:
        _wait_until_gone(handler.connection, closing)
    elif kind is Answer.HANG_UP:
        pass
    elif kind is Answer.CUT:
        _send(handler, answer, answer.body[: len(answer.body) // 2])
    elif kind is Answer.DRIP:
        _drip(handler, answer, closing)
    else:
        with suppress(ConnectionError):
            _send(handler, answer, answer.body)


def _send(handler: BaseHTTPRequestHandler, answer: HttpAnswer, body: bytes) -> None:
    _send_head(handler, answer)
    for _ in range(answer.blanks // len(_BLANKS)):
        handler.wfile.write(_BLANKS)
    if handler.command != "HEAD":
        handler.wfile.write(body)


def _send_head(handler: BaseHTTPRequestHandler, answer: HttpAnswer) -> None:
    blanks = answer.blanks // len(_BLANKS) * len(_BLANKS)
    handler.send_response_only(answer.status)
    for name, value in answer.headers:
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(blanks + len(answer.body)))
    handler.send_header("Connection", "close")
    handler.end_headers()


def _drip(handler: BaseHTTPRequestHandler, answer: HttpAnswer, closing: Event) -> None:
    answer = replace(answer, body=answer.body.ljust(SHORTEST_DRIP))
    with suppress(ConnectionError):
        _send_head(handler, answer)
        for byte in answer.body:
            handler.wfile.write(bytes([byte]))
            if closing.wait(DRIP_PAUSE):
                return


def _wait_until_gone(connection: socket.socket, closing: Event) -> None:
    """Until the client has given up."""
    until = time.monotonic() + LONGEST_SILENCE
    while time.monotonic() < until and not closing.is_set():
        readable, _, _ = select.select([connection], [], [], 0.05)
        if readable:
            with suppress(ConnectionError):
                if connection.recv(1, socket.MSG_PEEK):
                    continue
            return
