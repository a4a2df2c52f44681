"""What a store's other software writes around a healthy answer: read on reads, named, and never taken for data."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbridge.errors import UnconfirmedError, UnreachableError
from fbridge.http import StoreHttp
from fbridge.http.noise import list_in, whole_json
from fbridge.http.response import Response

Connect = Callable[..., StoreHttp]

ORDERS = [
    {"id": 1, "name": "Anna <!-- Rossi -->"},
    {"id": 2, "name": "<b>Notice</b>: x"},
    {"id": 3, "name": "[]"},
]
BODY = json.dumps(ORDERS, ensure_ascii=False).encode()
PATH = "/var/www/html/wp-content/plugins/akismet/class.php"
HTML_NOTICE = f"<br />\n<b>Notice</b>:  Undefined index: x in <b>{PATH}</b> on line <b>12</b><br />\n"
DEPRECATED = (
    "<br />\n<b>Deprecated</b>:  Optional parameter $a declared before required parameter $b is implicitly "
    "treated as a required parameter in <b>/home/x/html/modules/ps_mailer/mailer.php</b> on line <b>7</b><br />\n"
)
TEXT_WARNING = (
    '\nWarning: Undefined array key "x" in /srv/wp-content/themes/storefront/functions.php on line 3\n'
    "PHP Warning:  foreach() argument must be of type array|object, null given in "
    "/srv/app/code/Acme/Tools/a.php on line 9\n"
)
UNCAUGHT = (
    "PHP Fatal error:  Uncaught Error: Call to undefined function a() in /srv/vendor/acme/mail/src/a.php:3\n"
    "Stack trace:\n#0 /srv/index.php(12): run(Array)\n#1 {main}\n"
    "  thrown in /srv/vendor/acme/mail/src/a.php on line 3\n"
)
WRONG_ARGUMENT = (
    "Fatal error: Uncaught TypeError: a(): Argument #1 must be a string, null given, called in /srv/a.php on line 3 "
    "and defined in /srv/b.php:12\nStack trace:\n#0 {main}\n  thrown in /srv/b.php on line 12\n"
)
CHAINED = (
    "PHP Fatal error:  Uncaught Exception: a in /srv/a.php:3\nStack trace:\n#0 /srv/b.php(1): a()\n#1 {main}\n\n"
    "Next RuntimeError: b in /srv/b.php:4\nStack trace:\n#0 {main}\n  thrown in /srv/b.php on line 4\n"
)
XDEBUG_LINES = (
    "PHP Notice:  Undefined variable: a in /srv/a.php on line 3\n"
    "PHP Stack trace:\nPHP   1. {main}() /srv/a.php:0\n"
)
XDEBUG = (
    "<br />\n<font size='1'><table class='xdebug-error xe-notice' dir='ltr'><tr><th>( ! ) Notice: Undefined offset"
    "</th></tr></table></font>\n"
)
DATABASE = (
    '<div id="error"><p class="wpdberror"><strong>WordPress database error:</strong> [Table x]</p></div>'
)
BEFORE = {
    "notice": (HTML_NOTICE, "PHP notice before the JSON: Undefined index: x, plugin akismet"),
    "deprecated": (DEPRECATED, "PHP deprecated before the JSON: Optional parameter"),
    "module": (DEPRECATED, ", module ps_mailer"),
    "theme": (TEXT_WARNING, ", theme storefront"),
    "magento module": (TEXT_WARNING, ", module Acme/Tools"),
    "many": (HTML_NOTICE * 3 + TEXT_WARNING, "PHP notice before the JSON"),
    "chained": (CHAINED, "PHP fatal error before the JSON: Uncaught Exception: a"),
    "xdebug's lines": (XDEBUG_LINES, "PHP notice before the JSON: Undefined variable: a"),
    "xdebug": (XDEBUG, "PHP message before the JSON: ( ! ) Notice: Undefined offset"),
    "database": (DATABASE, "database message before the JSON: WordPress database error"),
    "comment": ("<!-- WP Fastest Cache -->\n", "HTML comment before the JSON"),
    "two byte order marks": ("\ufeff\ufeff", "byte order mark before the JSON"),
    "line break and byte order mark": ("\r\n\ufeff", "byte order mark before the JSON"),
    "dump": (
        "<pre class='xdebug-var-dump'>array(1) { [0] => 1 }</pre>",
        "printed debugging text before the JSON",
    ),
    "var_dump": (
        'string(3) "abc"\nint(5)\nbool(true)\nNULL\nenum(A\\B)\n',
        "printed debugging text before the JSON",
    ),
    "headers": ("X-Powered-By: PHP/8.1\r\nContent-type: text/html\r\n\r\n", "HTTP headers before the JSON"),
    "shebang": ("#!/usr/bin/env php\n", "first line of a script before the JSON"),
    "guard": (")]}',\n", "guard against inclusion before the JSON"),
    "guard on the line": (")]}'", "guard against inclusion before the JSON"),
    "empty object as a guard": ("{}&&", "guard against inclusion before the JSON"),
    "twice encoded mark": ("ï»¿", "byte order mark before the JSON"),
    "place after a colon": (
        "Deprecated: Foo in /srv/app/code/Acme/Tools/a.php:12\n",
        "PHP deprecated before the JSON: Foo, module Acme/Tools",
    ),
    "startup": (
        "PHP Startup: Unable to load dynamic library 'x' in Unknown on line 0\n",
        "PHP startup before the JSON: Unable to load",
    ),
    "dumped list": ('array(1) {\n  [0]=>\n  string(1) "a"\n}\n', "printed debugging text before the JSON"),
    "printed object": ("stdClass Object\n(\n    [a] => b\n)\n", "printed debugging text before the JSON"),
    "database in plain text": (
        "WordPress database error: [Unknown column 'x']\nSELECT x FROM wp_posts\n",
        "database message before the JSON: WordPress database error: [Unknown column",
    ),
    "script": ('<script>var a = {"id": 9};</script>\n', "HTML before the JSON"),
    "log of PHP": (
        f"PHP message: {TEXT_WARNING.strip()}\n",
        "PHP warning before the JSON: Undefined array key",
    ),
    "line of a log": (
        '[2026-11-29T02:00:00+00:00] app.DEBUG: x {"a": 1} []\n',
        "line of a log before the JSON: x",
    ),
    "call stack": (
        f"\nNotice: x in {PATH} on line 5\n\nCall Stack:\n    0.0003     393464   1. {{main}}() /srv/index.php:0\n\n",
        "PHP notice before the JSON: x, plugin akismet",
    ),
    "safe headers": ("Strict-Transport-Security: max-age=1\nStatus: 200\n\n", "HTTP headers before the JSON"),
    "status line": ("HTTP/1.1 200 OK\r\nDate: today\r\n\r\n", "HTTP headers before the JSON"),
}
AFTER = {
    "comment": ("\n<!-- Page generated in 0.31 seconds. [x] {y} -->\n", "HTML comment after the JSON"),
    "notice": (HTML_NOTICE, "PHP notice after the JSON: Undefined index: x, plugin akismet"),
    "uncaught": (UNCAUGHT, "PHP fatal error after the JSON: Uncaught Error: Call to undefined function a()"),
    "script": ('<script>var a = {"id": 9};</script>\n', "HTML after the JSON"),
    "pixel": ('<img src="https://x.example/p.gif" alt="">', "HTML after the JSON"),
    "byte order mark": ("\ufeff", "byte order mark after the JSON"),
    "comment of a program": ("/* generated in 0.3 s */", "comment after the JSON"),
    "critical error": (
        "<p>There has been a critical error on this website.</p>",
        "message of WordPress after the JSON: There has been a critical error",
    ),
    "null bytes": ("\0\0", ""),
    "end of a file of DOS": ("\x1a", ""),
    "ends of a page": ("</body>\n</html>\n", "HTML after the JSON"),
    "frame": ('<iframe src="https://x.example/n.html"></iframe>', "HTML after the JSON"),
    "profiler": ("<table border=1><caption>Code Profiler (x)</caption></table>", "table of a profiler after"),
    "wrong argument": (
        WRONG_ARGUMENT,
        "PHP fatal error after the JSON: Uncaught TypeError: a()",
    ),
}


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


LOGIN = b"<!DOCTYPE html><html><head><title>Log in</title></head><body><form></form></body></html>"
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


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=20)
    | st.sampled_from(["<!-- x -->", HTML_NOTICE]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
).filter(lambda value: isinstance(value, dict | list))
befores = st.lists(st.sampled_from([noise for noise, _ in BEFORE.values() if noise]), max_size=3).map("".join)
afters = st.lists(st.sampled_from([noise for noise, _ in AFTER.values()]), max_size=3).map("".join)


@given(value=json_values, before=befores, after=afters, pretty=st.sampled_from([None, 2]))
def test_any_document_in_any_listed_noise_is_read_equal(
    value: Any, before: str, after: str, pretty: int | None
) -> None:
    whole = whole_json(f"{before}{json.dumps(value, indent=pretty)}{after}".encode())
    assert whole is not None
    assert whole.value == value


@given(value=json_values, before=befores, cut=st.floats(0, 1, exclude_max=True), after=afters)
def test_no_document_that_was_cut_is_data(value: Any, before: str, cut: float, after: str) -> None:
    text = json.dumps(value)
    assert whole_json(f"{before}{text[: int(len(text) * cut)]}{after}".encode()) is None


@given(value=json_values, cut=st.floats(0, 1, exclude_min=True))
def test_no_document_without_its_beginning_is_data(value: Any, cut: float) -> None:
    text = json.dumps({"all": [value]})
    assert whole_json(text[max(1, int(len(text) * cut)) :].encode()) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_not_but_never_an_error(content: bytes) -> None:
    whole_json(content)


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
