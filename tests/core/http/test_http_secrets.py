"""Credentials appear in no log line, exchange or error, whatever way they travel (C12)."""

from __future__ import annotations

import base64
import gzip
import html
import json
import logging
import traceback
import zlib
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fbridge.errors import UnreachableError
from fbridge.http import BasicAuth, Exchange, HeaderAuth, RetryPolicy, StoreHttp
from fbridge.http.exchange import LONGEST_BODY
from fbridge.http.oauth1 import OAuth1Auth
from fbridge.http.redaction import WITHHELD, Redactor, without_known_secrets
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
    assert "127.0.0.1" in exchanges[0].response_body or WITHHELD in exchanges[0].response_body
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


LONG = "ck_9f8e7d6c5b4a39281706f5e4d3c2b1a0ffee"
PAIR = f"{LONG}:{SECRET}"
SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "capitals": str.upper,
    "URL": lambda s: quote(s, safe=""),
    "URL of a form": quote_plus,
    "URL twice": lambda s: quote(quote(s, safe=""), safe=""),
    "URL of every character": lambda s: "".join(f"%{byte:02x}" for byte in s.encode()),
    "JSON": lambda s: json.dumps(s)[1:-1],
    "JSON in JSON": lambda s: json.dumps(json.dumps(s))[1:-1],
    "JSON of every character": lambda s: "".join(f"\\u{ord(c):04x}" for c in s),
    "HTML": html.escape,
    "HTML of every character": lambda s: "".join(f"&#{ord(c)};" for c in s),
    "Base64": lambda s: base64.b64encode(s.encode()).decode(),
    "Base64 for URLs": lambda s: base64.urlsafe_b64encode(s.encode()).decode().rstrip("="),
    "Base64 of all headers": lambda s: base64.b64encode(
        f"Host: a.b\nAuthorization: {s}\n\n".encode()
    ).decode(),
    "Base64 in a URL": lambda s: quote(base64.b64encode(s.encode()).decode(), safe=""),
    "hexadecimal": lambda s: s.encode().hex(),
    "wide letters": lambda s: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in s),
    "cut": lambda s: s[:20],
    "cut at the front": lambda s: s[-20:],
}
SPLITS: dict[str, Callable[[str], str]] = {
    "whole": str,
    "lines": lambda s: "\n".join(s[at : at + 7] for at in range(0, len(s), 7)),
    "folded lines": lambda s: "\r\n ".join(s[at : at + 9] for at in range(0, len(s), 9)),
    "soft line ends": lambda s: "=\n".join(s[at : at + 9] for at in range(0, len(s), 9)),
    "blanks": " ".join,
    "places to break": "\u200b".join,
    "soft hyphens": "\u00ad".join,
    "markup": lambda s: f"<b>{s[:5]}</b><wbr>{s[5:9]}<!-- x -->{s[9:]}",
    "escaped markup": lambda s: f"{s[:5]}&lt;wbr&gt;{s[5:]}",
    "JSON line ends": lambda s: "\\n".join(s[at : at + 7] for at in range(0, len(s), 7)),
    "colours": lambda s: f"{s[:6]}\x1b[31m{s[6:]}",
    "joined strings": lambda s: '" + "'.join(s[at : at + 6] for at in range(0, len(s), 6)),
}


def bare(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


@pytest.mark.parametrize("compress", [gzip.compress, zlib.compress])
def test_a_secret_is_seen_in_what_was_compressed(compress: Callable[[bytes], bytes]) -> None:
    packed = base64.b64encode(compress(f"Authorization: {LONG}".encode())).decode()
    assert hidden_in(packed, [LONG])
    assert hidden_in(base64.b32encode(LONG.encode()).decode(), [LONG])
    bomb = base64.b64encode(compress(b"0" * 5_000_000)).decode()
    assert not hidden_in(bomb, [LONG])


def hidden_in(text: str, secrets: list[str]) -> bool:
    redactor = Redactor(map(Secret, secrets))
    return redactor.text(f"it says {text}.") != f"it says {text}."


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_secret_is_seen_in_every_spelling(spelling: str, split: str) -> None:
    for secret in (LONG, "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", SECRET * 2):
        spelled = SPLITS[split](SPELLINGS[spelling](secret))
        shown = Redactor([LONG, secret]).text(f"400: you sent {spelled} and that is wrong")
        assert HIDDEN in shown or shown == WITHHELD
        assert bare(spelled)[:10] not in bare(shown)
        assert bare(secret)[:10] not in bare(shown)


PACKED: dict[str, Callable[[str], str]] = {
    "Base64 twice": lambda s: base64.b64encode(base64.b64encode(s.encode())).decode(),
    "Base64 of UTF-16": lambda s: base64.b64encode(s.encode("utf-16-le")).decode(),
    "Base64 of an encoded URL": lambda s: base64.b64encode(
        SPELLINGS["URL of every character"](s).encode()
    ).decode(),
    "hexadecimal of Base64": lambda s: base64.b64encode(s.encode()).hex(),
    "bytes with a prefix": lambda s: " ".join(f"0x{byte:02x}" for byte in s.encode()),
    "a list of codes": lambda s: json.dumps([ord(c) for c in s]),
    "calls": lambda s: ".".join(f"chr({ord(c)})" for c in s),
    "a printed list": lambda s: "".join(f"    [{at}] => {c}\n" for at, c in enumerate(s)),
    "an object of characters": lambda s: json.dumps({str(at): c for at, c in enumerate(s)}),
    "octal codes": lambda s: "".join(f"\\{ord(c):03o}" for c in s),
    "codes in braces": lambda s: "".join(f"\\u{{{ord(c):x}}}" for c in s),
    "codes of scripts": lambda s: "".join(f"%u{ord(c):04x}" for c in s),
    "names of code points": lambda s: " ".join(f"U+{ord(c):04X}" for c in s),
    "backwards": lambda s: s[::-1],
    "accents": lambda s: "".join(f"{c}\u0301" for c in s),
    "cut at both ends": lambda s: s[5:-5],
}


@pytest.mark.parametrize("packed", PACKED)
def test_a_secret_is_seen_in_what_is_packed(packed: str) -> None:
    for secret in (LONG, "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"):
        assert Redactor([secret]).text(f"you sent {PACKED[packed](secret)} here") == WITHHELD


@pytest.mark.parametrize(
    "spelling", ["URL of every character", "HTML of every character", "JSON of every character"]
)
def test_a_short_secret_is_seen_where_it_is_encoded(spelling: str) -> None:
    assert Redactor(["hunt-2!"]).text(f"you sent {SPELLINGS[spelling]('hunt-2!')} here") == WITHHELD


def test_a_secret_is_seen_where_its_letters_were_misread() -> None:
    secret = "pässwörd-für-Zwei"
    for shown in (
        secret.encode().decode("latin-1"),
        quote(secret, encoding="latin-1"),
        "p=C3=A4ssw=C3=B6rd-f=C3=BCr-Zwei",
    ):
        assert Redactor([secret]).text(f"you sent {shown}") == WITHHELD


@pytest.mark.parametrize("split", SPLITS)
def test_basic_credentials_are_seen_wherever_they_break(split: str) -> None:
    for user, password in ((LONG, SECRET), (LONG, ""), ("anna", LONG)):
        pair = base64.b64encode(f"{user}:{password}".encode()).decode()
        shown = Redactor([LONG, SECRET]).text(f"Authorization: {SPLITS[split]('Basic ' + pair)}; Accept: */*")
        assert bare(pair)[8:18] not in bare(shown)


@given(
    secret=st.text("abcdefghijkmnpqrstuvwxyz23456789-_/+=&% \"'<è", min_size=20, max_size=60).filter(
        lambda text: len(bare(text)) >= 12
    ),
    spelling=st.sampled_from(["plain", "URL", "JSON", "HTML", "Base64", "Base64 for URLs", "URL of a form"]),
    split=st.sampled_from(["whole", "lines", "blanks", "places to break", "folded lines"]),
    around=st.text(max_size=40),
)
@example(secret="222222222222<<<<<%22", spelling="HTML", split="whole", around="")
def test_any_secret_is_seen_in_any_spelling(secret: str, spelling: str, split: str, around: str) -> None:
    spelled = SPLITS[split](SPELLINGS[spelling](secret))
    shown = Redactor([secret]).text(f"{around} {spelled} {around}")
    assert bare(spelled) not in bare(shown)


@given(st.text(max_size=300))
def test_words_that_hold_no_secret_are_left_as_they_are(text: str) -> None:
    assert Redactor([LONG]).data(text) == text


@pytest.mark.parametrize(
    "words",
    [
        "The store says: the key ck_…2b1a0 has no right to write.",
        "Notice: Undefined index <b>x</b> in /wp-content/plugins/a/a.php on line 12 %20 &amp; \\u00e9",
        "The consumer key and consumer secret are wrong: check the access token.",
    ],
)
def test_words_about_keys_are_kept(words: str) -> None:
    assert Redactor([LONG, "cs_00112233445566778899"]).text(words) == words


@pytest.mark.parametrize("spelled", ["pa55", "PA55", "pa\n55", "p a 5 5", "pa\u200b55"])
def test_a_short_password_is_cut_out_of_words_and_takes_nothing_out_of_data(spelled: str) -> None:
    redactor = Redactor(["pa55"])
    assert redactor.text(f"user anna, {spelled}!") == f"user anna, {HIDDEN}!"
    assert redactor.data(f"Via {spelled} 12") == f"Via {spelled} 12"


def test_a_password_of_words_does_not_take_a_street_out_of_an_address() -> None:
    assert Redactor(["magazzino"]).data("Via del Magazzino 3") == "Via del Magazzino 3"


def test_the_place_that_a_redirect_led_to_is_hidden_when_it_repeats_a_secret() -> None:
    assert Redactor([LONG]).url(f"https://a.b/{'%2D'.join(LONG)}") == f"https://{HIDDEN}"


def test_what_several_stores_write_to_hides_the_secrets_of_all() -> None:
    one, other = Redactor([LONG]), Redactor(["shpat_77a1e2c9d4b5f60a8293"])
    text = without_known_secrets(f"{LONG} and shpat_77a1e2c9d4b5f60a8293")
    assert text == f"{HIDDEN} and {HIDDEN}"
    del one, other


@pytest.mark.parametrize(
    "shown",
    [
        "P+W/ 7Q",
        quote_plus("p+w/ 7q"),
        quote_plus("p+w/ 7q").lower(),
        base64.b64encode(b"p+w/ 7q").decode().rstrip("="),
        base64.b64encode(b"p+w/ 7q:").decode(),
    ],
)
def test_a_short_secret_is_cut_out_in_each_form_in_which_it_travels(shown: str) -> None:
    """It is too short to be found among letters and digits alone."""
    assert Redactor(["p+w/ 7q"]).text(f"you sent {shown} here") == f"you sent {HIDDEN} here"


def test_a_field_named_before_its_name_became_a_secret_is_hidden_afterwards() -> None:
    redactor = Redactor(["another-long-secret"])
    assert redactor.repeated("tracking_number") == "tracking_number"
    redactor.hide("tracking_number")
    assert "tracking_number" not in redactor.repeated("tracking_number")
