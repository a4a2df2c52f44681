"""Files that a store names by a whole URL: streamed, on any host, without the store's credentials."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from fbridge.errors import RefusedError, UnreachableError
from fbridge.http import Exchange, HeaderAuth, StoreHttp

Connect = Callable[..., StoreHttp]


def test_the_file_comes_from_another_host_without_the_credentials(
    server: Any, other_server: Any, connect: Connect, reply: Any
) -> None:
    other_server.answers(reply(body=b"one\ntwo\n"))
    http, file = connect(server.url, auth=HeaderAuth("X-Token", "s3cret-token")), io.BytesIO()
    http.download(f"{other_server.url}/result.jsonl?part=1", file)
    assert file.getvalue() == b"one\ntwo\n"
    assert other_server.asked[0].path == "/result.jsonl?part=1"
    assert other_server.asked[0].headers["X-Token"] is None
    assert not server.asked


def test_a_download_that_breaks_off_begins_again(server: Any, connect: Connect, reply: Any) -> None:
    cut = reply(body=b"first ha", Content_Length="40", Connection="close")
    server.answers(cut, reply(status=503, body="busy"), reply(body=b"all of it"))
    file = io.BytesIO(b"what stood here before, and was longer")
    connect(server.url).download(f"{server.url}/file", file)
    assert file.getvalue() == b"all of it"


def test_a_file_larger_than_any_answer_may_be(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(body=b"x" * 5000))
    file = io.BytesIO()
    connect(server.url, largest_answer=1000).download(f"{server.url}/file", file)
    assert len(file.getvalue()) == 5000


def test_an_expired_url_is_refused_without_its_signature(
    server: Any, connect: Connect, reply: Any, exchanges: list[Exchange]
) -> None:
    server.answers(reply(status=403, body="<Error>ExpiredToken</Error>"))
    with pytest.raises(RefusedError, match="403") as caught:
        connect(server.url).download(f"{server.url}/file?X-Goog-Signature=abcdef123456", io.BytesIO())
    assert caught.value.reason == "download_refused"
    assert len(server.asked) == 1
    assert "abcdef123456" not in str(caught.value) + exchanges[0].url


def test_a_server_that_stays_broken_is_unreachable(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(status=500, body="oops"))
    with pytest.raises(UnreachableError, match="500"):
        connect(server.url).download(f"{server.url}/file", io.BytesIO())
    assert len(server.asked) == 4


@pytest.mark.parametrize("url", ["http://files.example/result", "file:///etc/passwd", "http://[broken"])
def test_a_place_without_tls_is_not_asked(server: Any, connect: Connect, url: str) -> None:
    with pytest.raises(UnreachableError, match="no https URL") as caught:
        connect(server.url).download(url, io.BytesIO())
    assert caught.value.reason == "insecure_url"


def test_a_packed_file_is_not_mistaken_for_its_content(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(body=b"\x1f\x8b", Content_Encoding="gzip"))
    with pytest.raises(UnreachableError) as caught:
        connect(server.url).download(f"{server.url}/file", io.BytesIO())
    assert caught.value.reason == "broken_encoding"
    assert server.asked[0].headers["Accept-Encoding"] == "identity"


def test_an_answer_can_be_final_although_its_status_passes(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(status=500, json_body={"message": "no such field"}))
    answer = connect(server.url).read("list", final=lambda response: b"field" in response.content)
    assert (answer.status, len(server.asked)) == (500, 1)


def test_a_read_can_send_a_form(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(json_body={}))
    form = {"content-type": "application/x-www-form-urlencoded"}
    connect(server.url).read("token", method="POST", content=b"grant_type=x", headers=form)
    assert server.asked[0].body == b"grant_type=x"
    assert server.asked[0].headers["Content-Type"] == form["content-type"]
