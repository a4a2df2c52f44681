"""What the server keeps of a request before anybody looks at it, as a stranger with a bare socket finds out."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import pytest
from flask import Flask
from tests.core.office_web.conftest import Browser, on_sqlite

from fbridge.models.api_tokens import SCOPES
from fbridge.office_web.plain_server import PlainServer
from fbridge.testing.office import Office

pytestmark = on_sqlite
MANY = 2 * 1024 * 1024
FORM = "Content-Type: application/x-www-form-urlencoded"


@pytest.fixture
def server(app: Flask) -> Iterator[PlainServer]:
    made = PlainServer(app, "127.0.0.1", 0, threads=2, proxy="")
    Thread(target=made.run, daemon=True).start()
    yield made
    made.close()


@contextmanager
def sent(server: PlainServer, first: str, *headers: str) -> Iterator[socket.socket]:
    """A connection on which the head of a request was sent, and nothing of its body."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as told:
        head = [f"{first} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", *headers]
        told.sendall("\r\n".join([*head, "", ""]).encode())
        yield told


def answered(told: socket.socket) -> str:
    """All that is answered until the server ends the connection."""
    answer = b""
    with suppress(ConnectionResetError):
        while part := told.recv(65536):
            answer += part
    return answer.decode()


def test_of_a_stranger_no_large_body_is_waited_for(server: PlainServer) -> None:
    for first, *headers in (
        ("POST /files/shipments", FORM),
        ("POST /files/shipments", FORM, "Cookie: fbridge_signed_in=guess"),
        ("POST /sign-in", FORM, "Expect: 100-continue"),
        ("GET /static/style.css",),
        ("POST /no-such-page", FORM),
        ("POST /api/v1/documents", "Authorization: Bearer guess"),
    ):
        with sent(server, first, *headers, f"Content-Length: {MANY}") as told:
            status = answered(told).split()[1]
            assert status == ("401" if "api" in first else "413"), first
    with sent(server, "POST /files/shipments", FORM, "Transfer-Encoding: chunked") as told:
        with suppress(ConnectionError):
            for _ in range(MANY // 8192):
                told.sendall(b"2000\r\n" + b"x" * 8192 + b"\r\n")
        assert answered(told).startswith("HTTP/1.1 413 ")

    for headers in ((f"Content-Length: {'9' * 5000}",), ("Content-Length: 5", "Transfer-Encoding: chunked")):
        with sent(server, "POST /sign-in", FORM, *headers) as told:
            told.sendall(b"0\r\n\r\n")
            assert answered(told).startswith("HTTP/1.1 400 ")


@pytest.mark.slow
def test_what_follows_a_body_that_was_left_is_no_request(server: PlainServer) -> None:
    with sent(server, "POST /sign-in", FORM, f"Content-Length: {MANY}") as told:
        with suppress(ConnectionError):
            told.sendall(b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100)
        assert answered(told).count("HTTP/1.1 ") == 1


@pytest.mark.slow
def test_who_is_known_may_send_what_the_page_takes(
    office: Office, server: PlainServer, clerk: Browser
) -> None:
    cookie = f"Cookie: fbridge_signed_in={clerk.cookie('fbridge_signed_in')}"
    with sent(server, "POST /role", FORM, cookie, f"Content-Length: {MANY}") as told:
        assert answered(told).startswith("HTTP/1.1 413 ")
    fields = {"form_token": clerk.form_token(), "file": "number\n" * (MANY // 7)}
    parts = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"'
        f"{'; filename=big.csv' if name == 'file' else ''}\r\n\r\n{text}\r\n"
        for name, text in fields.items()
    )
    body = f"{parts}--x--\r\n".encode()
    form = "Content-Type: multipart/form-data; boundary=x"
    with sent(
        server, "POST /files/shipments", form, cookie, "Connection: close", f"Content-Length: {len(body)}"
    ) as told:
        told.sendall(body)
        assert answered(told).startswith("HTTP/1.1 303 ")
    token = f"Authorization: Bearer {office.bridge.api_tokens.add('erp', SCOPES).token}"
    said = json.dumps({"order": "1" * 200_000}).encode()
    more = ("Content-Type: application/json", "Idempotency-Key: k", "Connection: close")
    with sent(server, "POST /api/v1/shipments", token, *more, f"Content-Length: {len(said)}") as told:
        told.sendall(said)
        assert '"bad_fields"' in answered(told)


@pytest.mark.slow
def test_what_trickles_in_is_no_sign_of_life(server: PlainServer) -> None:
    with sent(server, "POST /sign-in", FORM, "Content-Length: 30000") as told:
        told.sendall(b"x" * 1000)
        channels = server._server.active_channels
        while not channels or next(iter(channels.values())).request is None:
            pass
        (channel,) = channels.values()
        channel.last_activity -= 1000
        before = channel.last_activity
        told.sendall(b"x" * 1000)
        while channel.request.body_bytes_received < 2000:
            pass
        assert channel.last_activity == before
