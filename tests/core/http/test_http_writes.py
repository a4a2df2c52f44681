"""Writes go out once, and what is not known of them is said (promise 1)."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from fbridge.errors import BusyError, NotSentError, UnconfirmedError
from fbridge.http import Exchange, StoreHttp, last_moment

Connect = Callable[..., StoreHttp]


@pytest.mark.parametrize("status", [200, 201, 301, 307, 400, 401, 429, 500, 503])
def test_any_status_is_returned_after_one_try(server: Any, connect: Connect, reply: Any, status: int) -> None:
    server.answers(reply(status, "{}", Location="/elsewhere", Retry_After="0"))
    assert connect(server.url).write("PUT", "orders/7", json={"status": "completed"}).status == status
    assert [(asked.method, asked.path) for asked in server.asked] == [("PUT", "/orders/7")]


def test_json_goes_out_as_utf8(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(json_body={}))
    connect(server.url).write("POST", "orders", json={"note": "già spedito"})
    assert server.asked[0].body == '{"note":"già spedito"}'.encode()
    assert server.asked[0].headers["Content-Type"] == "application/json"


def test_other_content_goes_out_as_it_is(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(json_body={}))
    connect(server.url).write("POST", "x", content=b"<a/>", headers={"Content-Type": "text/xml"})
    assert (server.asked[0].body, server.asked[0].headers["Content-Type"]) == (b"<a/>", "text/xml")
    assert server.asked[0].headers["User-Agent"].startswith("fbridge/")


def test_what_stops_a_write_keeps_it_from_leaving(server: Any, connect: Connect, reply: Any) -> None:
    def lost_turn() -> None:
        raise BusyError("another fbridge works on this store")

    server.answers(reply(json_body={}))
    http = connect(server.url)
    http.before_write = lost_turn
    with pytest.raises(BusyError):
        http.write("POST", "orders", json={})
    assert server.asked == []
    assert http.read("orders").ok


class Dawdling:
    """Signs so slowly that somebody else may have taken over meanwhile."""

    secrets = ()

    def sign(self, method: str, url: str) -> tuple[str, dict[str, str]]:
        time.sleep(0.2)
        return url, {}


def test_where_sending_is_delayed_it_is_asked_again_right_before_the_first_byte(
    server: Any, connect: Connect, reply: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def overtaken_meanwhile() -> None:
        asked.append(len(server.asked))
        if len(asked) > 1:
            raise BusyError("another fbridge works on this store")

    monkeypatch.setattr(last_moment, "STALE_SECONDS", 0.1)
    server.answers(reply(json_body={}))
    http = connect(server.url, auth=Dawdling())
    http.before_write = overtaken_meanwhile
    with pytest.raises(BusyError):
        http.write("POST", "orders", json={})
    assert (asked, server.asked) == ([0, 0], [])
    assert http.read("orders").ok


def test_a_write_that_leaves_at_once_is_asked_for_once(server: Any, connect: Connect, reply: Any) -> None:
    asked = []
    server.answers(reply(json_body={}))
    http = connect(server.url)
    http.before_write = lambda: asked.append(1)
    http.write("POST", "orders", json={})
    assert (asked, len(server.asked)) == ([1], 1)


def test_no_listener_means_not_sent(connect: Connect, closed_port: int, exchanges: list[Exchange]) -> None:
    with pytest.raises(NotSentError, match="nothing was sent") as raised:
        connect(f"http://127.0.0.1:{closed_port}").write("POST", "orders", json={})
    assert raised.value.reason == "not_sent"
    assert [(exchange.status, exchange.error) for exchange in exchanges] == [(None, "Connection refused")]


def test_an_unknown_host_means_not_sent(connect: Connect) -> None:
    with pytest.raises(NotSentError):
        connect("https://shop.invalid").write("POST", "orders", json={})


def test_no_tls_behind_https_means_not_sent(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(json_body={}))
    with pytest.raises(NotSentError):
        connect(server.url.replace("http://", "https://")).write("POST", "orders", json={})
    assert server.asked == []


def test_a_dropped_answer_is_unconfirmed_and_not_repeated(server: Any, connect: Connect, drop: Any) -> None:
    server.answers(drop)
    with pytest.raises(UnconfirmedError, match="may have done it") as raised:
        connect(server.url).write("POST", "orders", json={})
    assert raised.value.reason == "no_answer"
    assert len(server.asked) == 1


def test_silence_is_unconfirmed_and_not_repeated(server: Any, connect: Connect) -> None:
    released = threading.Event()
    server.answers(lambda handler: released.wait(5) and None)
    with pytest.raises(UnconfirmedError, match=r"within 0\.2 s"):
        connect(server.url, timeout=0.2).write("POST", "orders", json={})
    released.set()
    assert len(server.asked) == 1


def test_a_cut_answer_is_unconfirmed(server: Any, connect: Connect, reply: Any) -> None:
    def cut(handler: BaseHTTPRequestHandler) -> None:
        reply(body=b'{"a":', Content_Length="100")(handler)
        handler.connection.shutdown(socket.SHUT_RDWR)
        handler.close_connection = True

    server.answers(cut)
    with pytest.raises(UnconfirmedError):
        connect(server.url).write("POST", "orders", json={})
    assert len(server.asked) == 1


def test_an_oversized_answer_is_unconfirmed(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(body=b"x" * 5000))
    with pytest.raises(UnconfirmedError, match="larger than 4 KiB"):
        connect(server.url, largest_answer=4096).write("POST", "orders", json={})


def test_a_redirected_write_reaches_nobody_else(
    server: Any, other_server: Any, connect: Connect, reply: Any
) -> None:
    other_server.answers(reply(json_body={}))
    server.answers(reply(307, "", Location=f"{other_server.url}/orders"))
    assert connect(server.url).write("POST", "orders", json={}).status == 307
    assert other_server.asked == []


def test_a_record_that_cannot_be_kept_does_not_lose_the_answer(
    server: Any, connect: Connect, reply: Any, caplog: Any
) -> None:
    def full_disk(exchange: Exchange) -> None:
        raise OSError("No space left on device")

    server.answers(reply(json_body={"id": 1}))
    assert connect(server.url, on_exchange=full_disk).write("POST", "orders", json={}).json() == {"id": 1}
    assert "could not be kept" in caplog.text
