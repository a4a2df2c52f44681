"""The client against answers as live stores gave them: each means one thing, said in one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
import vcr  # type: ignore[import-untyped]
from tests.plugins.shopify.adapter.conftest import CASSETTES

from fbridge.errors import (
    CredentialsError,
    FbridgeError,
    NotSentError,
    RefusedError,
    UnconfirmedError,
    UnreachableError,
)
from fbridge.http import StoreHttp
from fbridge.http.exchange import kept_body
from fbridge.http.redaction import Redactor
from fbridge.models.platforms import Store
from fbridge.models.problems import WriteFault
from fbridge.models.states import Outcome
from fbridge_shopify import plugin
from fbridge_shopify.answers import Answer, TooDearError, error_in, graph_errors, refuse_another_answer
from fbridge_shopify.client import MOST_TRIES, ShopifyClient
from fbridge_shopify.cost_budget import USUAL, PageShape

Shop = Callable[..., Store]
Played = Callable[[str], Any]
WRITE = "mutation Push { a0: fulfillmentCancel(id: 1) { userErrors { message } } }"


class Time(Protocol):
    sleeps: list[float]


def counted(store: Store) -> int:
    return ShopifyClient(store).count_orders(None, 100)


@pytest.mark.parametrize(
    ("cassette", "kind", "reason", "words"),
    [
        ("token_unknown", CredentialsError, "bad_credentials", "does not know the access token"),
        ("shop_frozen", CredentialsError, "shop_frozen", "frozen until its Shopify bill is paid"),
        ("token_must_expire", CredentialsError, "no_permission", "make an app in the Dev Dashboard"),
        ("shop_locked", CredentialsError, "shop_locked", "locked by Shopify"),
        ("shop_inactive", CredentialsError, "shop_inactive", "not active on Shopify"),
        ("scope_missing", CredentialsError, "missing_permission", "`read_orders` access scope"),
        ("no_such_shop", UnreachableError, "no_api", "myshopify.com address, and api_version"),
        ("security_rejection", RefusedError, "http_430", "HTTP 430"),
        ("moved", UnreachableError, "redirected", "https://other.example/admin/api/2026-10/graphql.json"),
        ("parse_error", RefusedError, "parse_error", "unexpected end of file"),
        ("undefined_field", RefusedError, "undefined_field", "doesn't exist on type 'LineItem'"),
        ("too_dear", TooDearError, "too_dear", "Query cost is 2003"),
        ("bad_gateway", UnreachableError, "gateway_timeout", "try again later"),
        (
            "breaks_off_always",
            UnreachableError,
            "server_error",
            "Something went wrong on our end|looks like something",
        ),
        ("web_page", UnreachableError, "html_instead_of_json", "web page"),
    ],
)
def test_each_no_has_its_sentence(
    shop: Shop, played: Played, cassette: str, kind: type[FbridgeError], reason: str, words: str
) -> None:
    with played(cassette), pytest.raises(kind, match=f"(?i){words}") as caught:
        counted(shop())
    assert type(caught.value) is kind
    assert caught.value.reason == reason
    assert "shpat_permanent" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_orders_of_customers_that_the_app_may_not_see(shop: Shop, played: Played) -> None:
    client = ShopifyClient(shop())
    with (
        played("customer_data_protected"),
        pytest.raises(CredentialsError, match="protected customer data") as caught,
    ):
        client.changed_orders(None, None, PageShape(1, USUAL), shipments=False)
    assert caught.value.reason == "customer_data_protected"


def test_a_read_that_was_put_off_is_repeated_when_the_points_are_there(
    shop: Shop, played: Played, fake_time: Time
) -> None:
    with played("put_off_twice") as cassette:
        assert counted(shop()) == 7
        assert cassette.all_played
    # 4 points are there, 10 and one to be sure are needed, 100 come back each second.
    assert fake_time.sleeps == pytest.approx([0.07, 0.07])


def test_a_read_that_is_always_put_off_ends(shop: Shop, played: Played, fake_time: Time) -> None:
    with played("put_off_always"), pytest.raises(UnreachableError, match="Try again later") as caught:
        counted(shop())
    assert caught.value.reason == "rate_limited"
    assert caught.value.retry_after is not None
    assert len(fake_time.sleeps) == MOST_TRIES - 1


def told_otherwise(cassette: str, folder: Path, changes: dict[str, str]) -> Any:
    """A cassette with other words in its answers."""
    recorded = (CASSETTES / f"{cassette}.yaml").read_text("utf-8")
    for said, instead in changes.items():
        assert said in recorded
        recorded = recorded.replace(said, instead)
    (folder / "odd.yaml").write_text(recorded, "utf-8")
    return vcr.VCR(record_mode="none", match_on=["method", "path"]).use_cassette(str(folder / "odd.yaml"))


@pytest.mark.parametrize(
    "told",
    [
        '"currentlyAvailable": 2000',
        '"currentlyAvailable": null',
        '"currentlyAvailable": "many"',
        '"currentlyAvailable": NaN',
        '"currentlyAvailable": -1e300',
        '"currentlyAvailable": 4, "maximumAvailable": null',
    ],
)
def test_a_store_that_tells_nonsense_of_its_points_is_neither_hammered_nor_waited_for_without_end(
    shop: Shop, fake_time: Time, tmp_path: Path, told: str
) -> None:
    odd = told_otherwise("put_off_always", tmp_path, {'"currentlyAvailable": 4': told})
    with odd, pytest.raises(UnreachableError, match="Try again later"):
        counted(shop())
    assert len(fake_time.sleeps) >= MOST_TRIES - 1
    assert 0 < min(fake_time.sleeps) <= max(fake_time.sleeps) <= 20


def test_too_many_requests_are_waited_for_as_asked(shop: Shop, played: Played, fake_time: Time) -> None:
    with played("too_many_requests"):
        assert counted(shop()) == 7
    assert fake_time.sleeps == [2.0]


def test_a_long_wait_is_for_whoever_asked(shop: Shop, fake_time: Time, tmp_path: Path) -> None:
    asked = told_otherwise("too_many_requests", tmp_path, {"'2.0'": "'7200'"})
    with asked, pytest.raises(UnreachableError) as caught:
        counted(shop())
    assert (caught.value.reason, caught.value.retry_after) == ("rate_limited", timedelta(hours=2))
    assert fake_time.sleeps == []


def test_a_read_that_broke_off_is_repeated(shop: Shop, played: Played, fake_time: Time) -> None:
    with played("breaks_off_once"):
        assert counted(shop()) == 7
    assert len(fake_time.sleeps) == 1


def test_the_answer_tells_the_version_and_the_stores_clock(shop: Shop, played: Played) -> None:
    with played("older_version_serves"):
        answer = ShopifyClient(shop()).query("count_orders", {"filter": None, "limit": 5}, cost=10)
    assert answer.version == "2027-01"
    assert answer.date is not None
    assert (answer.requested_cost, answer.throttle and answer.throttle.restore_rate) == (10, 100)


def test_a_request_is_what_shopify_documents(
    shop: Shop, played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    read = StoreHttp.read

    def watched(http: StoreHttp, path: str, **options: Any) -> Any:
        sent.append((path, options))
        return read(http, path, **options)

    monkeypatch.setattr(StoreHttp, "read", watched)
    store = shop()
    with played("counted"):
        counted(store)
    ((path, options),) = sent
    assert (path, options["method"]) == ("admin/api/2026-10/graphql.json", "POST")
    assert options["json"]["variables"] == {"filter": None, "limit": 100}
    assert options["json"]["query"].startswith("query CountOrders(")
    assert store.http.auth is not None
    assert store.http.auth.sign("POST", "https://prova.myshopify.com/x")[1] == {
        "X-Shopify-Access-Token": "shpat_permanent"
    }


class TestWrites:
    def test_what_stands_beside_errors_is_kept(self, shop: Shop, played: Played) -> None:
        with played("write_in_part"):
            answer = ShopifyClient(shop()).mutate(WRITE, {}, cost=22)
        assert answer.data == {"a0": {"userErrors": []}, "a1": None}
        assert [(error.code, error.path) for error in answer.errors] == [("INTERNAL_SERVER_ERROR", ("a1",))]

    @pytest.mark.parametrize("cassette", ["write_broken_off", "bad_gateway"])
    def test_what_may_have_been_done_is_unconfirmed_and_sent_once(
        self, shop: Shop, played: Played, cassette: str
    ) -> None:
        with played(cassette) as tape, pytest.raises(WriteFault) as caught:
            ShopifyClient(shop()).mutate(WRITE, {}, cost=10)
        assert (caught.value.problem.outcome, tape.play_count) == (Outcome.UNCONFIRMED, 1)

    def test_a_web_page_is_unconfirmed_and_sent_once(self, shop: Shop, played: Played) -> None:
        with played("web_page") as tape, pytest.raises(UnconfirmedError, match="may have done it"):
            ShopifyClient(shop()).mutate(WRITE, {}, cost=10)
        assert tape.play_count == 1

    def test_one_that_was_put_off_was_not_executed_and_is_repeated(
        self, shop: Shop, played: Played, fake_time: Time
    ) -> None:
        with played("write_put_off"):
            answer = ShopifyClient(shop()).mutate(WRITE, {}, cost=10)
        assert answer.data["a0"] == {"userErrors": []}
        assert fake_time.sleeps == pytest.approx([0.07])

    def test_one_that_is_always_put_off_was_provably_not_sent(self, shop: Shop, played: Played) -> None:
        with played("put_off_always"), pytest.raises(NotSentError) as caught:
            ShopifyClient(shop()).mutate(WRITE, {}, cost=10)
        assert caught.value.reason == "rate_limited"

    def test_a_missing_scope_is_for_the_caller_to_tell(self, shop: Shop, played: Played) -> None:
        with played("write_denied"):
            answer = ShopifyClient(shop()).mutate(WRITE, {}, cost=10)
        assert [error.code for error in answer.errors] == ["ACCESS_DENIED"]

    @pytest.mark.parametrize(
        ("cassette", "kind"),
        [
            ("token_unknown", CredentialsError),
            ("shop_frozen", CredentialsError),
            ("shop_inactive", CredentialsError),
            ("no_such_shop", NotSentError),
        ],
    )
    def test_a_store_that_is_shut_or_not_there_did_nothing(
        self, shop: Shop, played: Played, cassette: str, kind: type[FbridgeError]
    ) -> None:
        with played(cassette), pytest.raises(kind) as caught:
            ShopifyClient(shop()).mutate(WRITE, {}, cost=10)
        assert type(caught.value) is kind

    @pytest.mark.parametrize(
        ("cassette", "reason"),
        [("parse_error", "parse_error"), ("too_dear", "too_dear"), ("undefined_field", "undefined_field")],
    )
    def test_a_no_to_all_of_it_did_nothing(
        self, shop: Shop, played: Played, cassette: str, reason: str
    ) -> None:
        with played(cassette), pytest.raises(WriteFault) as caught:
            ShopifyClient(shop()).mutate(WRITE, {}, cost=10)
        problem = caught.value.problem
        assert (problem.outcome, problem.reason) == (Outcome.REFUSED, reason)


@pytest.mark.parametrize(
    ("errors", "words"),
    [
        ("Not Found", "Not Found"),
        ([{"message": "One"}, {"message": "Two"}, {"message": "One"}], "One Two"),
        (["bare"], "bare"),
        ({"base": ["odd"]}, "odd"),
        ([{"message": None}], "refused"),
        ("<p>Be &amp; go</p>\n away", "Be & go away"),
        ("x" * 5000, "xxx..."),
    ],
)
def test_errors_come_in_several_forms(errors: Any, words: str) -> None:
    said = str(error_in(graph_errors(errors)))
    assert words in said
    assert len(said) < 400


def test_what_is_kept_of_an_exchange_names_no_customer(raw_order_of: Callable[..., dict[str, Any]]) -> None:
    fields = plugin.describe_platform().exchange_fields
    order = raw_order_of() | {"shippingAddress": raw_order_of()["shippingAddress"] | {"company": "Ada Srl"}}
    kept = kept_body("application/json", json.dumps({"data": {"order": order}}).encode(), fields, Redactor())
    assert "gid://shopify/FulfillmentOrder/21" in kept
    for personal in ("Ada", "ada@", "Via Prova", "22063", "Cant", "+39", "Suonare"):
        assert personal not in kept
    assert "query" not in fields


def test_an_answer_without_what_was_asked_is_that_of_another_question() -> None:
    refuse_another_answer(Answer(data={"ordersCount": None}), ("ordersCount",))
    with pytest.raises(UnreachableError, match="there is no ordersCount in it"):
        refuse_another_answer(Answer(data={"orders": {"nodes": []}}), ("ordersCount",))
