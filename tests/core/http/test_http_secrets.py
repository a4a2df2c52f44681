"""Credentials appear in no log line, exchange or error, whatever way they travel (C12)."""

from __future__ import annotations

import base64
import json
import logging
import traceback
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

import pytest

from fbridge.errors import UnreachableError
from fbridge.http import BasicAuth, Exchange, HeaderAuth, RetryPolicy, StoreHttp
from fbridge.http.exchange import LONGEST_BODY
from fbridge.http.oauth1 import OAuth1Auth
from fbridge.http.redaction import Redactor
from fbridge.models.secrets import HIDDEN, Secret

Connect = Callable[..., StoreHttp]

KEY = "ck_canary/0f+9=key"
SECRET = 'cs_canary "sècret&1'
TRACES = [
    KEY,
    SECRET,
    quote(KEY),
    quote(KEY, safe=""),
    quote(SECRET),
    json.dumps(SECRET)[1:-1],
    base64.b64encode(f"{KEY}:{SECRET}".encode()).decode(),
    base64.b64encode(f"{KEY}:".encode()).decode(),
    "canary",
]


def assert_clean(*texts: str) -> None:
    for text in texts:
        assert [trace for trace in TRACES if trace.lower() in text.lower()] == []


AUTHS = [
    BasicAuth(Secret(KEY), Secret(SECRET)),
    BasicAuth(Secret(KEY)),
    HeaderAuth("X-Token", Secret(SECRET)),
    HeaderAuth("Authorization", Secret(SECRET), prefix="Bearer "),
    OAuth1Auth(KEY, Secret(SECRET)),
    OAuth1Auth(KEY, Secret(SECRET), placement="query"),
]


@pytest.mark.parametrize("auth", AUTHS)
def test_what_is_signed_stays_hidden(
    server: Any, connect: Connect, exchanges: Any, reply: Any, caplog: Any, auth: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    seen: list[str] = []

    def echo(handler: Any) -> None:
        told = f"{handler.path} {handler.headers}"
        seen.append(told)
        reply(401, json_body={"message": told, "code": told})(handler)

    server.answers(echo)
    http = connect(
        server.url, auth=auth, secrets=[KEY, SECRET], exchange_fields=frozenset({"code", "message"})
    )
    response = http.read("orders", params={"consumer_secret": SECRET, "after": KEY})
    http.write("POST", "orders", json={"code": SECRET, "note": KEY})
    assert len(seen) == 2
    assert "127.0.0.1" in exchanges[0].response_body
    assert_clean(caplog.text, response.url, *(repr(asdict(exchange)) for exchange in exchanges))


@pytest.mark.parametrize("auth", AUTHS)
def test_errors_and_their_tracebacks_tell_nothing(
    connect: Connect, exchanges: Any, caplog: Any, closed_port: int, auth: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    http = connect(f"http://127.0.0.1:{closed_port}", auth=auth)
    with pytest.raises(UnreachableError) as raised:
        http.read("orders", params={"consumer_key": KEY})
    told = "".join(traceback.format_exception(raised.value))
    assert_clean(told, caplog.text, *(repr(exchange) for exchange in exchanges))


def test_a_credential_that_no_header_can_hold_is_not_quoted(
    connect: Connect, server: Any, reply: Any, exchanges: Any
) -> None:
    server.answers(reply(json_body=1))
    http = connect(server.url, auth=HeaderAuth("X-Token", "canary\nline"), retry_policy=RetryPolicy(tries=1))
    with pytest.raises(UnreachableError) as raised:
        http.read("orders")
    assert_clean("".join(traceback.format_exception(raised.value)), repr(exchanges))


def test_a_token_obtained_on_the_way_is_hidden_from_then_on(
    server: Any, connect: Connect, reply: Any, exchanges: Any
) -> None:
    server.answers(reply(json_body={"message": "got canary-token"}))
    http = connect(server.url, exchange_fields=frozenset({"message"}))
    http.hide("canary-token")
    http.read("whoami", params={"filter": "canary-token"})
    assert json.loads(exchanges[0].response_body) == {"message": f"got {HIDDEN}"}
    assert_clean(exchanges[0].url)


def test_only_the_listed_fields_are_kept(
    server: Any, connect: Connect, reply: Any, exchanges: list[Exchange]
) -> None:
    order = {
        "id": 7,
        "status": "completed",
        "billing": {"email": "anna@example.com", "status": None, "phones": ["1", "2"]},
        "refunds": [],
        "ids": [1, 2],
        "anna@example.com": {"id": 9},
    }
    server.answers(reply(json_body=order))
    http = connect(server.url, exchange_fields=frozenset({"id", "ids", "status"}))
    http.write("PUT", "orders/7", json={"status": "completed", "note": "Anna"})
    assert json.loads(exchanges[0].response_body) == {
        "id": 7,
        "status": "completed",
        "billing": {"email": "…", "status": None, "phones": ["…", "…"]},
        "refunds": [],
        "ids": [1, 2],
        "…": {"id": 9},
    }
    assert json.loads(exchanges[0].request_body) == {"status": "completed", "note": "…"}


@pytest.mark.parametrize(
    ("body", "kind", "kept"),
    [
        (b"<p>Anna</p>", "text/html; charset=utf-8", "[text/html, 11 bytes]"),
        (b'{"id": "Anna', "application/json", "[application/json, 12 bytes]"),
        (b'"Anna"', "application/json", '"…"'),
        (b"", "application/json", ""),
        (
            b'["%s"]' % (b"a" * LONGEST_BODY),
            "application/json",
            f"[application/json, {LONGEST_BODY + 4} bytes]",
        ),
    ],
)
def test_other_bodies_are_kept_as_type_and_length(
    server: Any, connect: Connect, reply: Any, exchanges: list[Exchange], body: bytes, kind: str, kept: str
) -> None:
    server.answers(reply(body=body, Content_Type=kind))
    connect(server.url).read("orders")
    assert exchanges[0].response_body == kept


def test_an_exchange_tells_when_what_and_how_long(
    server: Any, connect: Connect, reply: Any, exchanges: Any
) -> None:
    server.answers(reply(json_body=1))
    connect(server.url).read("orders", params={"page": 2})
    exchange = exchanges[0]
    assert (exchange.method, exchange.url, exchange.status) == ("GET", f"{server.url}/orders?page=2", 200)
    assert exchange.at.utcoffset() is not None
    assert 0 < exchange.duration.total_seconds() < 5
    assert exchange.error is None


@pytest.mark.parametrize(
    "name",
    [
        "consumer_secret",
        "consumer_key",
        "oauth_signature",
        "ws_key",
        "access_token",
        "key",
        "token",
        "WS_KEY",
    ],
)
def test_telling_parameter_names_are_hidden_whatever_they_hold(name: str) -> None:
    assert Redactor().url(f"https://a.b/x?p=1&{name}=hush#f") == f"https://a.b/x?p=1&{name}={HIDDEN}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Authorization: Basic Y2s6Y3M= sent", f"Authorization: Basic {HIDDEN} sent"),
        ("Bearer shpat_0123456789", f"Bearer {HIDDEN}"),
        ("Basic authentication is off", "Basic authentication is off"),
        ('OAuth oauth_signature="abc%3D", realm', f'OAuth oauth_signature="{HIDDEN}", realm'),
        ("https://a.b/?oauth_consumer_key=ck&x=1", f"https://a.b/?oauth_consumer_key={HIDDEN}&x=1"),
    ],
)
def test_tokens_in_texts_are_hidden_and_words_are_kept(text: str, shown: str) -> None:
    assert Redactor().text(text) == shown


def test_a_pair_of_secrets_is_known_in_base64_wherever_it_stands() -> None:
    pair = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
    assert Redactor([KEY, Secret(SECRET)]).text(f"?auth={quote(pair)}; {pair}") == f"?auth={HIDDEN}; {HIDDEN}"


def test_user_information_in_a_url_is_hidden() -> None:
    assert Redactor().url("https://anna:pw@a.b/x") == "https://a.b/x"
