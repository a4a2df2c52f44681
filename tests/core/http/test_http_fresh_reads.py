"""Fresh reads: the store itself has to answer, and a cache that shows itself is not believed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from fbridge.errors import UnreachableError
from fbridge.http import Exchange, StoreHttp
from fbridge.http.fresh_reads import READ_MARK, cache_sign, with_read_mark, without_read_mark
from fbridge.http.oauth1 import OAuth1Auth
from fbridge.http.response import Headers

Connect = Callable[..., StoreHttp]

SIGNS = [
    ("Age", "1"),
    ("Age", "86400"),
    ("X-Cache", "HIT"),
    ("X-Cache", "MISS, HIT"),
    ("X-Cache", "HIT: 3"),
    ("X-Cache", "Hit from cloudfront"),
    ("X-Cache", "RefreshHit from cloudfront"),
    ("X-Cache", "TCP_MEM_HIT from a23.deploy.akamaitechnologies.com"),
    ("X-Cache", "TCP_REFRESH_HIT"),
    ("X-Cache", "HIT from squid.example"),
    ("X-Cache-Hits", "0, 4"),
    ("X-Cache-Status", "STALE"),
    ("X-Cache-Status", "UPDATING"),
    ("CF-Cache-Status", "HIT"),
    ("CF-Cache-Status", "REVALIDATED"),
    ("X-Varnish", "32770 3"),
    ("X-Proxy-Cache", "HIT"),
    ("X-LiteSpeed-Cache", "hit,private"),
    ("X-Qc-Cache", "hit"),
    ("X-Nginx-Cache", "HIT"),
    ("X-FastCGI-Cache", "HIT"),
    ("X-Drupal-Cache", "HIT"),
    ("X-Kinsta-Cache", "HIT"),
    ("X-Sucuri-Cache", "HIT"),
    ("X-Magento-Cache-Debug", "HIT"),
    ("X-SRCache-Fetch-Status", "HIT"),
    ("X-Vercel-Cache", "STALE"),
    ("X-From-Cache", "true"),
    ("X-Cached", "HIT"),
    ("WP-Super-Cache", "Served supercache file from PHP"),
    ("Server-Timing", "cdn-cache; desc=HIT, edge; dur=1"),
    ("Warning", '110 - "Response is Stale"'),
    ("Cache-Status", "Origin; fwd=miss, Edge; hit; ttl=30"),
    ("Cache-Status", "Edge; hit=?1"),
]

NO_SIGNS = [
    ("Age", "0"),
    ("Age", ""),
    ("X-Cache", "MISS"),
    ("X-Cache", "Miss from cloudfront"),
    ("X-Cache", "MISS from squid.example, MISS from whitehall.example"),
    ("X-Cache-Lookup", "HIT from squid.example:3128"),
    ("X-Cache-Hits", "0"),
    ("X-Cache-Hits", "0, 0"),
    ("X-Cache-Key", "/hit/this"),
    ("X-Cache-Tags", "stale,hit"),
    ("X-Cacheable", "YES"),
    ("X-Cache-Enabled", "True"),
    ("CF-Cache-Status", "DYNAMIC"),
    ("CF-Cache-Status", "BYPASS"),
    ("X-Varnish", "32770"),
    ("X-LiteSpeed-Cache-Control", "no-cache"),
    ("X-LiteSpeed-Cache", "miss"),
    ("X-Magento-Cache-Debug", "MISS"),
    ("X-Proxy-Cache", "EXPIRED"),
    ("Cache-Control", "max-age=0, stale-while-revalidate=30"),
    ("Cache-Status", "Edge; fwd=stale; stored"),
    ("Cache-Status", "Edge; fwd=miss; detail=no-hit"),
    ("Server-Timing", "cdn-cache; desc=MISS"),
    ("Warning", '199 - "Miscellaneous warning"'),
    ("X-From-Cache", "false"),
    ("Via", "1.1 varnish"),
    ("X-Cache", "whitehall"),
]


@pytest.mark.parametrize(("name", "value"), SIGNS)
def test_a_cache_that_shows_itself_is_named(name: str, value: str) -> None:
    sign = cache_sign(Headers([(name, value)]))
    assert sign.lower() == f"{name}: {value}".lower()


@pytest.mark.parametrize(("name", "value"), NO_SIGNS)
def test_what_came_from_the_store_through_a_cache_is_no_sign(name: str, value: str) -> None:
    assert cache_sign(Headers([(name, value)])) == ""


def test_each_try_has_a_url_that_was_never_used_before(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(503, "busy"), reply(json_body=[], X_Cache="HIT"), reply(json_body=[7]))
    http = connect(server.url)
    assert http.read("orders", params={"id": 1}, fresh=True).json() == [7]
    assert http.read("orders", params={"id": 1}, fresh=True).json() == [7]
    marks = [parse_qs(urlsplit(one.path).query)[READ_MARK][0] for one in server.asked]
    assert len(set(marks)) == 4
    assert all(parse_qs(urlsplit(one.path).query)["id"] == ["1"] for one in server.asked)
    assert {one.headers["Cache-Control"] for one in server.asked} == {"no-cache"}
    assert {one.headers["Pragma"] for one in server.asked} == {"no-cache"}


def test_a_cache_that_goes_on_answering_is_told_with_its_header(
    server: Any, connect: Connect, reply: Any
) -> None:
    server.answers(reply(json_body=[], Age="120"))
    with pytest.raises(UnreachableError, match=r"A cache before the store.*orders.*Age: 120.*exempt") as told:
        connect(server.url).read("orders", fresh=True)
    assert told.value.reason == "cached_answer"
    assert READ_MARK not in str(told.value)
    assert len(server.asked) == 4


@pytest.mark.parametrize("status", [401, 404, 500, 503])
def test_an_error_out_of_a_cache_is_not_believed_either(
    server: Any, connect: Connect, reply: Any, status: int
) -> None:
    server.answers(reply(status, "no", X_Cache="HIT"), reply(json_body={"id": 7}))
    http = connect(server.url)
    assert http.read("orders/7", fresh=True, final=lambda _: True).json() == {"id": 7}


def test_other_reads_keep_their_url_and_ask_for_no_cache(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(json_body=[], Age="120"))
    response = connect(server.url).read("orders")
    assert (server.asked[0].path, response.cache_sign) == ("/orders", "Age: 120")
    assert server.asked[0].headers["Cache-Control"] == "no-cache"


def test_a_post_that_reads_keeps_its_url_and_is_not_taken_from_a_cache(
    server: Any, connect: Connect, reply: Any
) -> None:
    server.answers(reply(json_body=[], Age="9"), reply(json_body=[7]))
    response = connect(server.url).read("graphql", method="POST", json={}, fresh=True)
    assert response.json() == [7]
    assert [one.path for one in server.asked] == ["/graphql", "/graphql"]


def test_the_record_shows_the_url_without_the_mark(
    server: Any, connect: Connect, reply: Any, exchanges: list[Exchange]
) -> None:
    server.answers(reply(json_body=[]))
    http = connect(server.url)
    http.read("orders", params={"id": 1}, fresh=True)
    http.read("orders/7", fresh=True)
    assert [one.url for one in exchanges] == [f"{server.url}/orders?id=1", f"{server.url}/orders/7"]


@pytest.mark.parametrize("placement", ["query", "header"])
def test_the_mark_is_signed_with_the_rest(
    server: Any, connect: Connect, reply: Any, placement: str, exchanges: list[Exchange]
) -> None:
    signed: list[str] = []

    class Watched(OAuth1Auth):
        def sign(self, method: str, url: str) -> Any:
            signed.append(url)
            return super().sign(method, url)

    server.answers(reply(json_body=[]))
    marks = count(1)
    auth = Watched("key", "secret", placement=placement)  # type: ignore[arg-type] # a parameter of the test
    http = connect(server.url, auth=auth, read_marks=lambda: f"{next(marks)}")
    http.read("orders", params={"id": 1}, fresh=True)
    assert signed == [f"{server.url}/orders?id=1&{READ_MARK}=1"]
    assert f"{READ_MARK}=1" in server.asked[0].path
    assert READ_MARK not in exchanges[0].url


def test_a_write_has_no_mark(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(json_body={}, Age="9"))
    assert connect(server.url).write("PUT", "orders/7", json={}).ok
    assert server.asked[0].path == "/orders/7"
    assert server.asked[0].headers["Cache-Control"] is None


@pytest.mark.parametrize(
    "url", ["https://a.b/c", "https://a.b/c?x=1", "https://a.b/c?x[]=%20&y", "https://a.b"]
)
def test_a_mark_comes_off_again(url: str) -> None:
    assert without_read_mark(with_read_mark(url, "a1")) == url
    assert with_read_mark(with_read_mark(url, "a1"), "b2") == with_read_mark(url, "b2")
