"""How requests prove who they come from, and what they ask for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pytest
import vcr  # type: ignore[import-untyped] # it has no types
from oauthlib.common import Request
from oauthlib.oauth1.rfc5849 import signature

from fbridge.models.platforms import Store
from fbridge.models.secrets import HIDDEN
from fbridge_magento.client import MagentoClient, auth_for
from fbridge_magento.search_criteria import Since

OpenStore = Callable[..., Store]
CASSETTES = Path(__file__).parent.parent / "cassettes"
OAUTH = {"consumer_key": "c0nsumer", "consumer_secret": "c0nsecret", "access_token_secret": "t0ksecret"}
SECOND = datetime(2026, 11, 23, 1, 3, 37, tzinfo=UTC)


class Sent:
    """The requests that left, each answered by an empty list."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._cassette = vcr.use_cassette(
            str(CASSETTES / "list_without_fields.yaml"),
            record_mode=vcr.mode.NONE,
            match_on=["host"],
            allow_playback_repeats=True,
            before_record_request=self._note,
        )
        self.requests: list[Any] = []

    def _note(self, request: Any) -> Any:
        self.requests.append(request)
        return request

    def __enter__(self) -> Self:
        self._cassette.__enter__()
        self.requests.clear()
        return self

    def __exit__(self, *_: object) -> None:
        self._cassette.__exit__(None, None, None)

    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.requests[-1].uri).query))


@pytest.fixture
def sent(open_store: OpenStore) -> Iterator[Callable[..., Sent]]:
    opened: list[Sent] = []

    def make(**settings: Any) -> Sent:
        opened.append(Sent(open_store(**settings)))
        return opened[-1].__enter__()

    yield make
    for one in reversed(opened):
        one.__exit__()


def biggest_read(store: Store) -> None:
    MagentoClient(store).changed_orders(Since(SECOND, 5, ["8", "9"]), 100, ["2", "4"])


def test_a_token_alone_goes_as_bearer(sent: Callable[..., Sent]) -> None:
    seen = sent()
    biggest_read(seen.store)
    header = seen.requests[-1].headers["authorization"]
    assert header == f"Bearer {'t0ken5ecret' * 3}"
    assert seen.requests[-1].headers["accept"] == "application/json"


def test_with_all_credentials_each_try_is_signed_anew(sent: Callable[..., Sent]) -> None:
    seen = sent(**OAUTH)
    biggest_read(seen.store)
    biggest_read(seen.store)
    headers = [request.headers["authorization"] for request in seen.requests]
    assert all('oauth_signature_method="HMAC-SHA256"' in header for header in headers)
    nonces = {re.findall(r'oauth_nonce="([^"]+)"', header)[0] for header in headers}
    assert len(nonces) == 2
    assert "t0ksecret" not in headers[0]


def test_the_signature_is_the_one_that_magento_works_out(sent: Callable[..., Sent]) -> None:
    seen = sent(**OAUTH)
    biggest_read(seen.store)
    uri, header = seen.requests[-1].uri, seen.requests[-1].headers["authorization"]
    oauth = {name: unquote(value) for name, value in re.findall(r'(oauth_\w+)="([^"]*)"', header)}
    request = Request(uri, "GET")
    request.signature = oauth.pop("oauth_signature")
    request.params = [*parse_qsl(urlsplit(uri).query), *oauth.items()]
    assert signature.verify_hmac_sha256(request, OAUTH["consumer_secret"], OAUTH["access_token_secret"])


def naturally(name: str) -> list[tuple[bool, Any]]:
    return [(part.isdigit(), int(part) if part.isdigit() else part) for part in re.findall(r"\d+|\D", name)]


def test_parameters_sort_the_same_by_byte_and_naturally(sent: Callable[..., Sent]) -> None:
    """Magento signs them in natural order, the standard in that of bytes; spaces must not be plus signs."""
    seen = sent()
    biggest_read(seen.store)
    query = urlsplit(seen.requests[-1].uri).query
    names = [quote(name, safe="") for name, _ in parse_qsl(query)] + ["oauth_nonce", "oauth_consumer_key"]
    natural = sorted(names, key=naturally)
    assert sorted(names) == natural
    assert "+" not in query
    assert "2026-11-23%2001%3A03%3A37" in query


def test_secrets_do_not_show(open_store: OpenStore) -> None:
    store = open_store(**OAUTH)
    assert HIDDEN in str(store.settings["access_token"])
    assert auth_for(store).sign("GET", "https://shop.example/rest/V1/orders")[1]
    assert "c0nsecret" not in repr(store.settings)


def test_changed_orders_are_asked_for_by_time_and_id(sent: Callable[..., Sent]) -> None:
    seen = sent()
    biggest_read(seen.store)
    query = {name.removeprefix("searchCriteria"): value for name, value in seen.query().items()}
    groups = [
        [
            (
                query[f"[filter_groups][{group}][filters][{number}][field]"],
                query[f"[filter_groups][{group}][filters][{number}][condition_type]"],
                query[f"[filter_groups][{group}][filters][{number}][value]"],
            )
            for number in (0,)
        ]
        for group in range(5)
    ]
    assert groups == [
        [("updated_at", "gteq", "2026-11-23 01:03:37")],
        [("updated_at", "lteq", "2026-11-23 01:03:37")],
        [("entity_id", "gt", "5")],
        [("entity_id", "nin", "8,9")],
        [("store_id", "in", "2,4")],
    ]
    assert [query[f"[sortOrders][{number}][field]"] for number in (0, 1)] == ["updated_at", "entity_id"]
    assert (query["[pageSize]"], query["[currentPage]"]) == ("100", "1")


def test_a_hundred_ids_fit_into_a_url(sent: Callable[..., Sent]) -> None:
    seen = sent()
    MagentoClient(seen.store).orders([str(10**8 + number) for number in range(100)], SECOND)
    assert len(seen.requests[-1].uri) < 4096


def test_orders_are_never_named_by_their_number(sent: Callable[..., Sent]) -> None:
    """``/orders/000000005`` would be another order."""
    seen = sent()
    client = MagentoClient(seen.store)
    client.orders(["5"])
    client.shipments_of(["5"])
    assert {urlsplit(request.uri).path for request in seen.requests} == {
        "/rest/V1/orders",
        "/rest/V1/shipments",
    }
