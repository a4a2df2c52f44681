"""Reads: what is tried again, how long, which redirects are followed, which answers are refused."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from fbridge.errors import UnreachableError
from fbridge.http import Exchange, RetryPolicy, StoreHttp

Connect = Callable[..., StoreHttp]


def test_a_passing_fault_is_tried_again(
    server: Any, connect: Connect, exchanges: list[Exchange], reply: Any
) -> None:
    server.answers(reply(503, "busy"), reply(502, ""), reply(json_body={"id": 7}))
    response = connect(server.url).read("orders/7")
    assert response.ok
    assert response.json() == {"id": 7}
    assert [exchange.status for exchange in exchanges] == [503, 502, 200]


def test_a_dropped_connection_is_tried_again(server: Any, connect: Connect, reply: Any, drop: Any) -> None:
    server.answers(drop, drop, reply(json_body=[1]))
    assert connect(server.url).read("orders").json() == [1]


def test_the_last_answer_is_returned_when_the_fault_stays(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(503, "busy"))
    assert connect(server.url).read("orders").status == 503
    assert len(server.asked) == 4


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 501])
def test_a_lasting_answer_is_not_tried_again(server: Any, connect: Connect, reply: Any, status: int) -> None:
    server.answers(reply(status, "no"))
    assert connect(server.url).read("orders").status == status
    assert len(server.asked) == 1


def test_one_try_only_where_the_adapter_wants_it(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(503, "busy"))
    assert connect(server.url).read("orders", retry=False).status == 503
    assert len(server.asked) == 1


def test_no_connection_names_the_place(connect: Connect, closed_port: int) -> None:
    http = connect(f"http://127.0.0.1:{closed_port}")
    with pytest.raises(
        UnreachableError, match=rf"No connection to http://127.0.0.1:{closed_port}/orders"
    ) as raised:
        http.read("orders")
    assert raised.value.reason == "no_connection"


def test_retry_after_in_seconds_is_waited_for(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(429, "", Retry_After="1"), reply(json_body=1))
    started = time.monotonic()
    assert connect(server.url).read("orders").ok
    assert time.monotonic() - started >= 1


def test_retry_after_as_a_date_is_waited_for(server: Any, connect: Connect, reply: Any) -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    server.answers(reply(503, "", Retry_After=moment), reply(json_body=1))
    started = time.monotonic()
    assert connect(server.url).read("orders").ok
    assert time.monotonic() - started >= 0.9


def test_a_wait_beyond_the_budget_is_left_to_the_caller(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(429, "", Retry_After="3600"), reply(json_body=1))
    response = connect(server.url).read("orders")
    assert (response.status, response.headers["Retry-After"]) == (429, "3600")
    assert len(server.asked) == 1


@pytest.mark.parametrize("value", ["soon", "-5", "Mon, 99 Foo", "Fri, 31 Dec 9999 23:59:59 -1200"])
def test_a_senseless_time_is_passed_over(server: Any, connect: Connect, reply: Any, value: str) -> None:
    server.answers(reply(429, "", Retry_After=value), reply(json_body=1))
    response = connect(server.url).read("orders")
    assert response.ok
    assert replace(response, headers={"date": value}).date is None


def test_ctrl_c_passes_through_at_once(server: Any, connect: Connect, reply: Any) -> None:
    class Interrupted:
        def sign(self, method: str, url: str) -> tuple[str, dict[str, str]]:
            raise KeyboardInterrupt

    http = connect(server.url, auth=Interrupted())
    with pytest.raises(KeyboardInterrupt):
        http.read("orders")
    assert server.asked == []


def test_a_silent_server_is_given_up(server: Any, connect: Connect) -> None:
    released = threading.Event()
    server.answers(lambda handler: released.wait(5) and None)
    http = connect(server.url, timeout=0.2, retry_policy=RetryPolicy(tries=1))
    with pytest.raises(UnreachableError, match=r"No answer from .* within 0.2 s") as raised:
        http.read("orders")
    released.set()
    assert raised.value.reason == "no_answer"


def test_a_dripping_server_is_given_up(server: Any, connect: Connect) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(1000):
            handler.wfile.write(b"x")
            time.sleep(0.02)

    server.answers(drip)
    http = connect(server.url, timeout=0.1, retry_policy=RetryPolicy(tries=1))
    with pytest.raises(UnreachableError, match="did not end in time"):
        http.read("orders")


def test_a_redirect_on_the_same_host_is_followed(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(301, "", Location="/shop/orders/"), reply(json_body="here"))
    assert connect(server.url).read("orders").json() == "here"
    assert [asked.path for asked in server.asked] == ["/orders", "/shop/orders/"]


def test_without_following_every_redirect_is_returned(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(302, "", Location="/?url=orders"), reply(json_body="front page"))
    response = connect(server.url).read("orders", follow=False)
    assert (response.status, response.headers["location"]) == (302, "/?url=orders")
    assert [asked.path for asked in server.asked] == ["/orders"]


def test_a_redirect_to_another_host_is_returned_and_gets_no_credentials(
    server: Any, other_server: Any, connect: Connect, reply: Any
) -> None:
    other_server.answers(reply(json_body="stolen"))
    server.answers(reply(302, "", Location=f"{other_server.url}/orders"))
    response = connect(server.url).read("orders")
    assert (response.status, response.headers["location"]) == (302, f"{other_server.url}/orders")
    assert other_server.asked == []


def test_a_ring_of_redirects_ends(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(302, "", Location="/orders"))
    assert connect(server.url).read("orders").status == 302
    assert len(server.asked) == 4


def test_a_reading_post_keeps_its_method_and_body_or_is_not_redirected(
    server: Any, connect: Connect, reply: Any
) -> None:
    http = connect(server.url)
    server.answers(reply(308, "", Location="/graphql/"), reply(json_body=1))
    assert http.read("graphql", method="POST", json={"query": "{shop}"}).ok
    assert [(asked.method, asked.body) for asked in server.asked] == [("POST", b'{"query":"{shop}"}')] * 2
    server.answers(reply(302, "", Location="/graphql/"))
    assert http.read("graphql", method="POST", json={}).status == 302


def test_an_oversized_answer_is_refused_without_another_try(
    server: Any, connect: Connect, reply: Any
) -> None:
    server.answers(reply(body=b"x" * 5000))
    with pytest.raises(UnreachableError, match="larger than 4 KiB") as raised:
        connect(server.url, largest_answer=4096).read("orders")
    assert raised.value.reason == "answer_too_large"
    assert len(server.asked) == 1


def test_a_decompression_bomb_is_counted_unpacked(server: Any, connect: Connect, reply: Any) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    server.answers(reply(body=bomb, Content_Encoding="gzip"))
    http = connect(server.url, largest_answer=1024 * 1024)
    tracemalloc.start()
    with pytest.raises(UnreachableError) as raised:
        http.read("orders")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert raised.value.reason == "answer_too_large"
    assert peak < 8 * 1024 * 1024


@pytest.mark.parametrize("encoding", ["gzip", "gzip, gzip"])
def test_a_bomb_in_a_bomb_is_refused_unopened(
    server: Any, connect: Connect, reply: Any, encoding: str
) -> None:
    bomb = gzip.compress(gzip.compress(b"0" * 10_000_000))
    server.answers(reply(body=bomb, Content_Encoding=encoding))
    http = connect(server.url, largest_answer=1024 * 1024)
    tracemalloc.start()
    with pytest.raises(UnreachableError) as raised:
        http.read("orders")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert raised.value.reason == "answer_too_large"
    assert peak < 8 * 1024 * 1024


@pytest.mark.parametrize(("pack", "name"), [(gzip.compress, "gzip"), (zlib.compress, "deflate")])
def test_compressed_answers_are_understood(
    server: Any, connect: Connect, reply: Any, pack: Any, name: str
) -> None:
    server.answers(reply(body=pack(b'{"a": 1}' + b" " * 200_000), Content_Encoding=name))
    assert connect(server.url).read("orders").json() == {"a": 1}


def test_a_cut_compressed_answer_is_tried_again(server: Any, connect: Connect, reply: Any) -> None:
    whole = gzip.compress(b'{"a": 1}')
    server.answers(
        reply(body=whole[:-9], Content_Encoding="gzip"), reply(body=whole, Content_Encoding="gzip")
    )
    assert connect(server.url).read("orders").json() == {"a": 1}
    assert len(server.asked) == 2


def test_a_cut_answer_is_tried_again(server: Any, connect: Connect, reply: Any) -> None:
    def cut(handler: BaseHTTPRequestHandler) -> None:
        reply(body=b'{"a":', Content_Length="100")(handler)
        handler.connection.shutdown(socket.SHUT_RDWR)
        handler.close_connection = True

    server.answers(cut, reply(json_body={"a": 1}))
    assert connect(server.url).read("orders").json() == {"a": 1}


@pytest.mark.parametrize(
    ("body", "reason", "words"),
    [
        ("<!DOCTYPE html><p>Maintenance</p>", "html_instead_of_json", "a web page instead of JSON"),
        (
            '\n <br />\n<b>Warning</b>: x in y.php {"id": 1}',
            "broken_json",
            "other text beside it: 'Warning: x",
        ),
        ("\n <br />\n<b>Warning</b>: x in y.php", "html_instead_of_json", "a web page"),
        ('{"id": 1, "lines": [', "broken_json", "broken or cut JSON"),
        ("[" * 100_000, "broken_json", "broken or cut JSON"),
        (b'"\xff\xfe\xfa"', "broken_json", "broken or cut JSON"),
        ("", "empty_answer", "an empty body"),
        ("  \n", "empty_answer", "an empty body"),
    ],
)
def test_what_is_not_json_is_said_in_one_sentence(
    server: Any, connect: Connect, reply: Any, body: str | bytes, reason: str, words: str
) -> None:
    server.answers(reply(body=body))
    response = connect(server.url).read("orders")
    with pytest.raises(UnreachableError, match=words) as raised:
        response.json()
    assert raised.value.reason == reason
    assert str(raised.value).startswith(f"{server.url}/orders answered (HTTP 200)")


def test_a_byte_order_mark_is_no_harm(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(body=b'\xef\xbb\xbf{"a": "\xc3\xa8"}'))
    assert connect(server.url).read("orders").json() == {"a": "è"}


def test_text_is_read_in_the_charset_of_the_answer(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(body="perché".encode("latin-1"), Content_Type="text/plain; charset=iso-8859-1"))
    assert connect(server.url).read("orders").text == "perché"


def test_headers_are_found_whatever_their_case(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(json_body=1, X_WP_Total="12"))
    headers = connect(server.url).read("orders").headers
    assert headers["x-wp-total"] == headers["X-WP-Total"] == "12"
    assert "X-Wp-Total" in headers
    assert "x-other" not in headers


def test_no_cookie_is_kept(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(json_body=1, Set_Cookie="session=1; Path=/"))
    http = connect(server.url)
    http.read("a")
    http.read("b")
    assert "Cookie" not in server.asked[1].headers


def test_the_rate_limit_spaces_requests_of_all_threads(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(json_body=1))
    http = connect(server.url, requests_per_second=20)
    threads = [threading.Thread(target=http.read, args=("a",)) for _ in range(7)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.asked) == 7
    assert time.monotonic() - started >= 6 * 0.05
