"""Tokens of 24 hours: asked for when needed, renewed once when refused, never shown."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, cast

import pytest

from fbridge.errors import CredentialsError, UnreachableError
from fbridge.http import Response, StoreHttp
from fbridge.http.response import Headers
from fbridge.models.platforms import Store
from fbridge_shopify.client import ShopifyClient
from fbridge_shopify.run_memory import memory_of
from fbridge_shopify.tokens import ASK_AGAIN, RENEW_EARLY, FixedToken, GrantedToken

Shop = Callable[..., Store]
Played = Callable[[str], Any]
APP = {"client_id": "app-1", "client_secret": "shpss_secret"}


def counted(store: Store) -> int:
    return ShopifyClient(store).count_orders(None, 100)


def test_a_token_is_asked_for_once_and_signs_from_then_on(shop: Shop, played: Played) -> None:
    store = shop(**APP)
    with played("token_granted") as cassette:
        assert counted(store) == counted(store) == 7
        assert cassette.all_played
        assert cassette.requests[0].url.endswith("/admin/oauth/access_token")
    assert memory_of(store).tokens.current == "shpat_granted_1"


def test_a_refused_token_is_renewed_once(shop: Shop, played: Played) -> None:
    store = shop(**APP)
    with played("token_refused_once") as cassette:
        assert counted(store) == 7
        assert cassette.all_played
    assert memory_of(store).tokens.current == "shpat_granted_2"


def test_a_second_refusal_is_told(shop: Shop, played: Played) -> None:
    with played("token_refused_twice") as cassette, pytest.raises(CredentialsError, match="access token"):
        counted(shop(**APP))
    assert cassette.all_played


@pytest.mark.parametrize(
    ("cassette", "words"),
    [
        ("grant_of_another_organisation", "stores of its own organisation"),
        ("grant_of_another_organisation", "Client credentials cannot be performed on this shop"),
        ("grant_of_unknown_app", "belong to different organisations"),
    ],
)
def test_why_no_token_is_granted(shop: Shop, played: Played, cassette: str, words: str) -> None:
    with played(cassette), pytest.raises(CredentialsError, match=words) as caught:
        counted(shop(**APP))
    assert "shpss_secret" not in str(caught.value)


@pytest.mark.parametrize("cassette", ["grant_without_token", "grant_not_now"])
def test_a_grant_that_may_come_later(shop: Shop, played: Played, cassette: str) -> None:
    with played(cassette), pytest.raises(UnreachableError):
        counted(shop(**APP))


def test_nothing_secret_is_logged_or_kept(
    shop: Shop, played: Played, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "fbridge")
    store = shop(**APP)
    with played("token_refused_once"):
        counted(store)
    assert caplog.records
    for secret in ("shpss_secret", "shpat_granted_1", "shpat_granted_2"):
        assert secret not in caplog.text
        assert secret not in repr(memory_of(store))
        assert secret not in store.http.redactor.text(f"it was {secret} here")


class Grants:
    """Stands for ``store.http``: gives one token after another, and notes how often it was asked."""

    def __init__(self, life: float = 86399) -> None:
        self.asked = 0
        self.tried = 0
        self.life = life
        self.fails = False
        self.hidden: list[str] = []
        self.reached = threading.Event()
        self.busy = threading.Event()
        self.busy.set()

    def read(self, path: str, **request: Any) -> Response:
        assert path == "admin/oauth/access_token"
        assert (
            request["content"]
            == b"grant_type=client_credentials&client_id=app-1&client_secret=shpss+secret%26"
        )
        self.tried += 1
        if self.asked:
            self.reached.set()
        assert self.busy.wait(5)
        if self.fails:
            raise UnreachableError("No connection.")
        self.asked += 1
        body = f'{{"access_token": "shpat_{self.asked}", "expires_in": {self.life}}}'
        return answer(body)

    def hide(self, *secrets: str) -> None:
        self.hidden += secrets


def answer(body: str, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        status=200,
        headers=Headers((headers or {}).items()),
        url="https://prova.myshopify.com/admin/oauth/access_token",
        content=body.encode(),
        elapsed=timedelta(0),
    )


def granted_by(grants: Grants, clock: Callable[[], float]) -> GrantedToken:
    return GrantedToken(cast(StoreHttp, grants), "app-1", "shpss secret&", clock)


def test_a_token_is_renewed_before_its_end(fake_time: Any) -> None:
    grants = Grants()
    tokens = granted_by(grants, fake_time)
    tokens.ready()
    fake_time.now += grants.life - RENEW_EARLY - 1
    tokens.ready()
    assert tokens.current == "shpat_1"
    fake_time.now += 2
    tokens.ready()
    assert tokens.current == "shpat_2"
    assert grants.hidden == ["shpat_1", "shpat_2"]


def test_the_old_token_signs_until_the_new_one_is_there(fake_time: Any) -> None:
    grants = Grants()
    tokens = granted_by(grants, fake_time)
    tokens.ready()
    fake_time.now += grants.life - 5
    grants.fails = True
    tokens.ready()
    assert tokens.sign("POST", "https://x/graphql")[1] == {"X-Shopify-Access-Token": "shpat_1"}
    fake_time.now += 10
    with pytest.raises(UnreachableError):
        tokens.ready()


def test_a_short_token_is_not_asked_for_with_each_request(fake_time: Any) -> None:
    grants = Grants(life=300)
    tokens = granted_by(grants, fake_time)
    for _ in range(20):
        tokens.ready()
        fake_time.now += 7
    assert grants.asked == 1
    fake_time.now += 11
    tokens.ready()
    assert (tokens.current, grants.asked) == ("shpat_2", 2)


def test_while_the_old_token_signs_a_vain_renewal_is_not_repeated_with_each_request(fake_time: Any) -> None:
    grants = Grants()
    tokens = granted_by(grants, fake_time)
    tokens.ready()
    fake_time.now += grants.life - RENEW_EARLY + 1
    grants.fails = True
    for _ in range(5):
        tokens.ready()
    assert grants.tried == 2
    fake_time.now += ASK_AGAIN
    grants.fails = False
    tokens.ready()
    assert tokens.current == "shpat_2"


def test_nobody_waits_for_a_new_token_while_the_old_one_signs(fake_time: Any) -> None:
    grants = Grants()
    tokens = granted_by(grants, fake_time)
    tokens.ready()
    fake_time.now += grants.life - RENEW_EARLY + 1
    grants.busy.clear()
    renewal = threading.Thread(target=tokens.ready)
    renewal.start()
    assert grants.reached.wait(5)
    tokens.ready()
    assert tokens.current == "shpat_1"
    grants.busy.set()
    renewal.join()
    assert (tokens.current, grants.asked) == ("shpat_2", 2)


def test_many_threads_ask_for_one_token(fake_time: Any) -> None:
    grants = Grants()
    tokens = granted_by(grants, fake_time)
    tokens.ready()
    grants.busy.clear()
    threads = [threading.Thread(target=tokens.renew, args=["shpat_1"]) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert tokens.current == "shpat_1"
    grants.busy.set()
    for thread in threads:
        thread.join()
    assert (tokens.current, grants.asked) == ("shpat_2", 2)


def test_the_request_for_a_token_is_not_signed(fake_time: Any) -> None:
    tokens = granted_by(Grants(), fake_time)
    tokens.ready()
    assert tokens.sign("POST", "https://prova.myshopify.com/admin/oauth/access_token")[1] == {}


def test_a_permanent_token_cannot_be_renewed() -> None:
    tokens = FixedToken("shpat_permanent")
    tokens.renew("shpat_permanent")
    assert tokens.current == "shpat_permanent"
    assert tokens.secrets == ("shpat_permanent",)
