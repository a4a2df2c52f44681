"""What a store's other software writes around a healthy answer: read on reads, named, and never taken for data."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from fbridge.errors import UnconfirmedError, UnreachableError
from fbridge.http.noise import list_in, whole_json
from fbridge.http.response import Response

from .noises import AFTER, BEFORE, BODY, HTML_NOTICE, LOGIN, ORDERS, TEXT_WARNING, Connect


@pytest.mark.parametrize("name", BEFORE)
def test_noise_before_the_document_is_taken_away_and_named(name: str) -> None:
    noise, told = BEFORE[name]
    whole = whole_json(noise.encode() + BODY)
    assert whole is not None
    assert whole.value == ORDERS
    assert told in " | ".join(whole.noise)


@pytest.mark.parametrize("name", AFTER)
def test_noise_after_the_document_is_taken_away_and_named(name: str) -> None:
    noise, told = AFTER[name]
    whole = whole_json(BODY + noise.encode())
    assert whole is not None
    assert whole.value == ORDERS
    assert told in " | ".join(whole.noise)


def chunked(body: bytes, size: int) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(f"{len(one):x}\r\n".encode() + one + b"\r\n" for one in pieces) + b"0\r\n\r\n"


@pytest.mark.parametrize("size", [10, 10_000])
def test_sizes_of_chunks_in_the_body_are_taken_away(size: int) -> None:
    whole = whole_json(chunked(BODY, size))
    assert whole is not None
    assert (whole.value, whole.noise) == (ORDERS, ("sizes of chunks within the body",))
    assert whole_json(chunked(BODY, size)[:-8]) is None


def test_a_byte_that_is_no_utf_8_is_replaced_and_told() -> None:
    whole = whole_json(b'[{"name": "Ren\xe9"}]')
    assert whole is not None
    assert whole.value == [{"name": "Ren\ufffd"}]
    assert whole.noise == ("1 characters that are no UTF-8 (shown as \ufffd)",)


def test_the_charset_that_an_answer_names_counts_where_it_is_no_utf_8() -> None:
    told: list[str] = []
    for charset, name in (("ISO-8859-1", "Ren\xe9"), ("windows-1252", "dell\u2019Arco")):
        content = f'[{{"name": "{name}"}}]'.encode(charset)
        assert an_answer(content, told.append, f"application/json; charset={charset}").json() == [
            {"name": name}
        ]
        assert an_answer(f'["{name}"]'.encode(), print, f"application/json; charset={charset}").json() == [
            name
        ]
    assert told == ["ISO-8859-1 in place of UTF-8", "WINDOWS-1252 in place of UTF-8"]


def test_a_line_break_as_it_is_within_a_text_is_told() -> None:
    whole = whole_json(b'[{"note": "a\nb"}]')
    assert whole is not None
    assert (whole.value, len(whole.noise)) == ([{"note": "a\nb"}], 1)


NOT_DATA = {
    "half": BODY[:-20],
    "half after a notice": HTML_NOTICE.encode() + BODY[:40],
    "the other half": BODY[20:],
    "half, then a fatal error": BODY[:40] + HTML_NOTICE.encode(),
    "two": BODY + BODY,
    "two lines": b'{"id": 1}\n{"id": 2}',
    "a scalar before": b"null\n" + BODY,
    "a number before": b"1" + BODY,
    "a number after": BODY + b"0",
    "a login page": LOGIN,
    "a login page, then data": LOGIN + BODY,
    "data, then a login page": BODY + LOGIN,
    "JSON inside a script": b"<html><script>" + BODY + b"</script></html>",
    "only a script": b"<script>" + BODY + b"</script>",
    "JSON inside a comment": b"<!-- " + BODY + b" -->",
    "JSON inside a dump": b"<pre>" + BODY + b"</pre>",
    "words before": b"Please verify that you are human\n[]",
    "a paragraph before": b"<p>Access denied</p>[]",
    "a scalar": HTML_NOTICE.encode() + b"5",
    "nothing": HTML_NOTICE.encode(),
    "an unfinished comment": BODY + b"<!-- cached",
    "a notice within a text": BODY.replace(b"Rossi", HTML_NOTICE.encode()),
    "ends of a page before": b"</div>" + BODY,
    "an unfinished notice": b"<b>Notice</b>: x in " + BODY,
    "binary": b"\x89PNG\r\n\x1a\n\0\0",
    "a deep one": b"[" * 100_000,
}


@pytest.mark.parametrize("name", NOT_DATA)
def test_what_is_not_provably_one_whole_document_is_no_data(name: str) -> None:
    assert whole_json(NOT_DATA[name]) is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (BODY + b"0", "other text beside it: '0'"),
        (BODY + b"\n0.031 seconds", "other text beside it: '0.031 seconds'"),
        (b"SQLSTATE[HY000] [2002] No such file\n" + BODY, "'SQLSTATE[HY000] [2002] No such file'"),
        (
            BODY + b'<!DOCTYPE html><html lang="en"><body class="a"></body></html>',
            "other text beside it: 'HTML'",
        ),
        (b'<?xml version="1.0"?><response/>', "XML instead of JSON"),
        (b"mysqli_connect(): Too many connections" + BODY, "'mysqli_connect(): Too many connections'"),
        (BODY[:-5], "broken or cut JSON"),
        (b'[{"id": 1}, {"na' + HTML_NOTICE.encode(), "with a PHP notice: Undefined index: x, plugin akismet"),
        (
            BODY.replace(b"Rossi", HTML_NOTICE.encode()),
            "with a PHP notice: Undefined index: x, plugin akismet",
        ),
        (b"<p>Pay your <b>licence</b></p>" + BODY, "other text beside it: 'Pay your licence'"),
        (BODY[20:], "broken or cut JSON"),
        (b'{"id": 2}, {"id": 3}, {"na', "broken or cut JSON"),
        (BODY + BODY, "2 JSON documents one after another"),
        (
            b"\xef\xbb\xbf[]\n" + HTML_NOTICE.encode() + BODY + b'\n{"id": 1}',
            "3 JSON documents one after another",
        ),
        (b"<!-- cached -->" + BODY + BODY[:-5], "2 JSON documents one after another"),
        (BODY + b'"done"', "2 JSON documents one after another"),
    ],
    ids=[
        *(
            "digit",
            "time",
            "brackets",
            "a page after",
            "XML",
            "words",
            "cut",
            "cut by PHP",
            "within",
            "paragraph",
            "other half",
            "middle of a list",
        ),
        *("two", "three", "two, one cut", "a text too"),
    ],
)
def test_what_stands_beside_whole_json_is_named(content: bytes, words: str) -> None:
    with pytest.raises(UnreachableError) as told:
        an_answer(content).json()
    assert words in str(told.value)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_another_unicode_than_utf_8_is_read_and_told(encoding: str) -> None:
    told: list[str] = []
    assert an_answer(BODY.decode().encode(encoding), told.append).json() == ORDERS
    assert told == [f"{encoding.upper()[:6]} in place of UTF-8"]


def test_one_number_of_thousands_of_digits_does_not_hide_the_others() -> None:
    assert an_answer(b'[{"id": 1, "x": ' + b"9" * 5000 + b"}]").json()[0]["id"] == 1


def an_answer(content: bytes, on_noise: Callable[[str], object] = print, kind: str = "") -> Response:
    return Response(
        status=200,
        headers={"content-type": kind},
        url="https://shop.example/orders",
        content=content,
        elapsed=timedelta(0),
        on_noise=on_noise,
    )


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ([1], [1]),
        ([], []),
        ({"0": "a", "2": "b"}, ["a", "b"]),
        ({"1": "a"}, ["a"]),
        ({}, None),
        ({"id": 1}, None),
        ({"0": 1, "code": "x"}, None),
        (None, None),
    ],
)
def test_a_list_may_come_as_an_object_with_number_keys(value: Any, found: Any) -> None:
    assert list_in(value) == found


def raw_deflate(body: bytes) -> bytes:
    pack = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return pack.compress(body) + pack.flush()


PACKED = {
    "none": (BODY, "none", "plain text under Content-Encoding none"),
    "UTF-8": (BODY, "UTF-8", "plain text under Content-Encoding utf-8"),
    "identity": (BODY, "identity", ""),
    "gzip that is plain": (BODY, "gzip", "plain text under Content-Encoding gzip"),
    "deflate that is plain": (BODY, "deflate", "plain text under Content-Encoding deflate"),
    "br that is plain": (BODY, "br", "plain text under Content-Encoding br"),
    "gzip without a header": (gzip.compress(BODY), "", "gzip under Content-Encoding none"),
    "gzip called deflate": (gzip.compress(BODY), "deflate", "gzip under Content-Encoding deflate"),
    "gzip within gzip": (gzip.compress(gzip.compress(BODY)), "gzip", "gzip within gzip"),
    "told twice": (gzip.compress(gzip.compress(BODY)), "gzip, gzip", "gzip within gzip"),
    "in two pieces": (gzip.compress(BODY[:40]) + gzip.compress(BODY[40:]), "gzip", ""),
    "raw deflate": (raw_deflate(BODY), "deflate", "deflate without its zlib header"),
    "deflate": (zlib.compress(BODY), "deflate", ""),
    "gzip": (gzip.compress(BODY), "gzip", ""),
}


@pytest.mark.parametrize("name", PACKED)
def test_on_reads_what_came_counts_and_not_what_the_header_says(
    server: Any, connect: Connect, reply: Any, name: str
) -> None:
    body, encoding, told = PACKED[name]
    server.answers(reply(body=body, **({"Content_Encoding": encoding} if encoding else {})))
    http = connect(server.url)
    assert http.read("orders").json() == ORDERS
    assert http.noise == ((told,) if told else ())


@pytest.mark.parametrize(
    "name", [name for name, (_, _, told) in PACKED.items() if told and "called" not in name]
)
def test_after_a_write_an_answer_counts_as_it_is(
    server: Any, connect: Connect, reply: Any, name: str
) -> None:
    body, encoding, _ = PACKED[name]
    server.answers(reply(body=body, **({"Content_Encoding": encoding} if encoding else {})))
    http = connect(server.url)
    with pytest.raises((UnconfirmedError, UnreachableError)):
        http.write("PUT", "orders/1").json()
    assert http.noise == ()


@pytest.mark.parametrize("noise", [HTML_NOTICE, TEXT_WARNING, "\ufeff\ufeff", "<!-- x -->"])
def test_noise_proves_nothing_after_a_write(server: Any, connect: Connect, reply: Any, noise: str) -> None:
    server.answers(reply(body=noise.encode() + BODY))
    http = connect(server.url)
    with pytest.raises(UnreachableError):
        http.write("PUT", "orders/1").json()
    assert http.read("orders/1").json() == ORDERS


def test_noise_is_told_once_for_each_kind_and_without_secrets(
    server: Any, connect: Connect, reply: Any
) -> None:
    notice = HTML_NOTICE.replace("index: x", "index: cs_canary9f8e7d6c5b4a")
    server.answers(reply(body=notice.encode() + BODY))
    http = connect(server.url, secrets=["cs_canary9f8e7d6c5b4a"])
    for _ in range(3):
        http.read("orders").json()
    assert len(http.noise) == 1
    assert "canary" not in http.noise[0]
