"""Store URLs, paths, parameters and signatures as they reach the server."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from oauthlib.oauth1 import RequestValidator, SignatureOnlyEndpoint

from fbridge.errors import ConfigError
from fbridge.http import BasicAuth, HeaderAuth, StoreHttp
from fbridge.http.oauth1 import OAuth1Auth, Pair
from fbridge.http.urls import Value, clean_base_url, redirect_on_same_host
from fbridge.models.secrets import Secret

Connect = Callable[..., StoreHttp]


@pytest.mark.parametrize(
    ("base", "path", "arrives"),
    [
        ("", "wp-json/wc/v3/orders", "/wp-json/wc/v3/orders?page=1"),
        ("/", "/orders", "/orders?page=1"),
        ("/shop", "/orders", "/shop/orders?page=1"),
        ("/shop/", "orders?a=b", "/shop/orders?a=b&page=1"),
        ("/shop", "", "/shop?page=1"),
    ],
)
def test_paths_are_joined_to_the_stores(
    server: Any, connect: Connect, reply: Any, base: Any, path: Any, arrives: Any
) -> None:
    server.answers(reply(json_body=1))
    connect(server.url + base).read(path, params={"page": 1})
    assert server.asked[0].path == arrives


def test_parameters_are_encoded_without_plus(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(json_body=1))
    params: list[tuple[str, Value]] = [
        ("filter[a]", "x y"),
        ("filter[a]", "è&/"),
        ("gmt", True),
        ("none", None),
        ("n", 3),
    ]
    connect(server.url).read("orders", params=params)
    assert server.asked[0].path == "/orders?filter%5Ba%5D=x%20y&filter%5Ba%5D=%C3%A8%26%2F&gmt=true&n=3"


@pytest.mark.parametrize("path", ["https://evil.example/x", "//evil.example/x"])
def test_an_adapter_stays_on_its_store(server: Any, connect: Connect, path: str) -> None:
    with pytest.raises(ValueError, match="a path is wanted"):
        connect(server.url).read(path)


@pytest.mark.parametrize(
    "url",
    [
        *("", "shop.example", "ftp://shop.example", "https://", "https://a b", "https://shop.example/?x=1"),
        *("https://shop.example:port", "https://[::1", "https://anna:pw@shop.example", "https://<shop>"),
    ],
)
def test_a_bad_url_is_refused(url: str) -> None:
    with pytest.raises(ConfigError) as raised:
        StoreHttp(url)
    assert raised.value.reason == "bad_url"
    assert "pw" not in str(raised.value)


def test_plain_http_needs_permission_except_on_this_machine() -> None:
    with pytest.raises(ConfigError, match="must begin with https") as raised:
        StoreHttp("http://shop.example")
    assert raised.value.reason == "insecure_url"
    for url in ("http://127.0.0.1:80", "http://localhost", "http://[::1]:8000"):
        StoreHttp(url).close()
    StoreHttp("http://shop.example", allow_http=True).close()


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        (" https://Shop.Example/ ", "https://shop.example"),
        ("https://shop.example:8443/it//", "https://shop.example:8443/it"),
        ("https://caffè.example", "https://xn--caff-8oa.example"),
    ],
)
def test_urls_are_brought_into_one_form(url: str, clean: str) -> None:
    assert clean_base_url(url) == clean


@pytest.mark.parametrize(
    ("url", "location", "target"),
    [
        ("https://a.b/x", "/y", "https://a.b/y"),
        ("https://a.b/x", "https://a.b:443/y#z", "https://a.b:443/y"),
        ("http://a.b/x", "https://a.b/x", "https://a.b/x"),
        ("https://a.b/x", "http://a.b/x", None),
        ("https://a.b/x", "https://a.b:8443/x", None),
        ("https://a.b/x", "https://a.b.evil.example/x", None),
        ("https://a.b/x", "//evil.example/x", None),
        ("https://a.b/x", "https://a.b@evil.example/x", None),
        ("https://a.b/x", "https://[", None),
        ("https://a.b/x", "ftp://a.b/x", None),
    ],
)
def test_redirects_stay_on_the_host_and_keep_tls(url: str, location: str, target: str | None) -> None:
    assert redirect_on_same_host(url, location) == target


def test_basic_and_header_auth_reach_the_server(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(json_body=1))
    http = connect(server.url, auth=BasicAuth("ck", Secret("cs:è")))
    http.read("a")
    http.auth = HeaderAuth("X-Token", Secret("t0ken"))
    http.read("a")
    http.auth = HeaderAuth("Authorization", Secret("t0ken"), prefix="Bearer ")
    http.read("a")
    first, second, third = (asked.headers for asked in server.asked)
    assert base64.b64decode(first["Authorization"].removeprefix("Basic ")).decode() == "ck:cs:è"
    assert (second["X-Token"], second["Authorization"]) == ("t0ken", None)
    assert third["Authorization"] == "Bearer t0ken"


class _Validator(RequestValidator):
    """oauthlib's own server side, as the judge of our signatures."""

    enforce_ssl = False
    client_key_length = nonce_length = (1, 99)
    allowed_signature_methods = ("HMAC-SHA256",)

    def validate_client_key(self, client_key: Any, request: Any) -> bool:
        return bool(client_key == "ck")

    def get_client_secret(self, client_key: Any, request: Any) -> str:
        return "cs"

    def validate_timestamp_and_nonce(self, *args: Any, **kwargs: Any) -> bool:
        return True


@pytest.mark.parametrize("placement", ["header", "query"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_oauth_server_accepts_the_signature(
    server: Any, connect: Connect, reply: Any, placement: Any, method: Any
) -> None:
    server.answers(reply(json_body=1))
    http = connect(server.url, auth=OAuth1Auth("ck", Secret("cs"), placement=placement))
    params = {"filter[10]": "x y", "filter[2]": "~è/+", "empty": ""}
    if method == "GET":
        http.read("orders", params=params)
    else:
        http.write("POST", "orders", params=params, json={"a": 1})
    asked = server.asked[0]
    headers = {"Authorization": asked.headers["Authorization"]} if placement == "header" else {}
    valid, _ = SignatureOnlyEndpoint(_Validator()).validate_request(
        server.url + asked.path, http_method=method, headers=headers
    )
    assert valid
    assert ("oauth_signature" in asked.path) == (placement == "query")


def test_each_try_is_signed_anew(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(503, ""), reply(307, "", Location="/b?x=1"), reply(json_body=1))
    connect(server.url, auth=OAuth1Auth("ck", "cs", placement="query")).read("a", params={"x": 1})
    queries = [parse_qs(urlsplit(asked.path).query) for asked in server.asked]
    assert len({query["oauth_nonce"][0] for query in queries}) == 3
    assert all(len(query["oauth_signature"]) == 1 for query in queries)


def test_a_redirect_that_carries_the_old_signature_is_signed_once(
    server: Any, connect: Connect, reply: Any
) -> None:
    def moved(handler: Any) -> None:
        reply(301, "", Location=f"/moved{handler.path}")(handler)

    server.answers(moved, reply(json_body=1))
    connect(server.url, auth=OAuth1Auth("ck", "cs", placement="query")).read("a", params={"x": 1})
    query = parse_qs(urlsplit(server.asked[1].path).query)
    assert (len(query["oauth_nonce"]), query["x"]) == (1, ["1"])


def test_a_subclass_may_sort_parameters_its_own_way() -> None:
    class Reversed(OAuth1Auth):
        def normalised(self, pairs: Sequence[Pair]) -> str:
            seen.extend(pairs)
            return super().normalised(pairs[::-1])

    seen: list[Pair] = []
    auth = Reversed("ck", "cs", token="tk", token_secret="ts")
    _, headers = auth.sign("GET", "https://a.b/x?filter%5B2%5D=x%20y")
    assert seen[0] == ("filter[2]", "x y")
    assert 'oauth_token="tk"' in headers["Authorization"]
