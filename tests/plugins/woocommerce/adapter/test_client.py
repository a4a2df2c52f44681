"""The client against answers that a real store gave."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import vcr  # type: ignore[import-untyped]
import yaml

from fbridge.errors import CredentialsError, NotSent
from fbridge.http import BasicAuth, RetryPolicy, StoreHttp
from fbridge.http.oauth1 import OAuth1Auth
from fbridge.models.fulfillments import Fulfillment, FulfillmentShipment
from fbridge.models.orders import Order
from fbridge.models.platforms import Store
from fbridge.models.secrets import Secret
from fbridge.models.states import Effect, MailEffect, Outcome
from fbridge_woocommerce import plugin
from fbridge_woocommerce.client import WooClient, total_of
from fbridge_woocommerce.mapping import RawOrder, order_from
from fbridge_woocommerce.run_memory import memory_of

CASSETTES = Path(__file__).parent.parent / "cassettes"
AST = {"ast": True}
ShipmentOf = Callable[..., FulfillmentShipment]


@pytest.fixture
def shop() -> Iterator[Callable[..., Store]]:
    """``shop(facts)``: the recorded store over https."""
    opened: list[StoreHttp] = []

    def make(
        facts: dict[str, Any] | None = None, url: str = "https://shop.example", **settings: Any
    ) -> Store:
        loaded = {"consumer_key": "ck_x", "consumer_secret": Secret("cs_x"), "tracking": "auto", **settings}
        opened.append(StoreHttp(url, retry_policy=RetryPolicy(tries=1)))
        return Store("lab", url, loaded, opened[-1], facts or {})

    yield make
    for http in opened:
        http.close()


@pytest.fixture(autouse=True)
def _place_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The recordings begin with the writes, after the look at the tracking plugin."""
    monkeypatch.setattr("fbridge_woocommerce.sending.confirm_place", lambda *_: frozenset())


def looked_at(store: Store) -> Store:
    """The store as it is later in a run, when it was seen how its plugin shows the carrier."""
    memory_of(store).spellings["brt-bartolini"] = "brt-bartolini"
    return store


def played(name: str) -> Any:
    """The cassette; a request that it does not have is a fault."""
    player = vcr.VCR(record_mode="none", match_on=["method", "scheme", "host", "path"])
    return player.use_cassette(str(CASSETTES / f"{name}.yaml"), allow_playback_repeats=False)


def recorded_order(order_id: str, **changes: Any) -> Order:
    text = (CASSETTES / "order_with_refund.yaml").read_text("utf-8")
    raw = json.loads(yaml.safe_load(text)["interactions"][0]["response"]["body"]["string"])
    order = order_from(RawOrder(order=raw | {"refunds": []}))
    assert isinstance(order, Order)
    return replace(order, remote_id=order_id, number=order_id, **changes)


@pytest.mark.parametrize(
    ("cassette", "words"),
    [
        ("auth_unknown_key", "does not know the key"),
        ("auth_bad_secret", "Consumer secret is invalid"),
        ("auth_write_only_key", "does not have read permissions"),
    ],
)
def test_each_refusal_of_a_key_has_its_sentence(
    shop: Callable[..., Store], cassette: str, words: str
) -> None:
    with played(cassette), pytest.raises(CredentialsError, match=words):
        WooClient(shop()).changed_orders(None)


def test_a_read_only_key_cannot_push(shop: Callable[..., Store], shipment_of: ShipmentOf) -> None:
    order = recorded_order("19")
    push = Fulfillment(order=order, shipments=(shipment_of(order, ["N"]),), completes_order=True)
    with played("auth_read_only_key"), pytest.raises(NotSent, match="write permissions") as stop:
        list(plugin.push_fulfillment(looked_at(shop(AST)), [push]))
    assert isinstance(stop.value.__cause__, CredentialsError)


def test_a_page_of_orders(shop: Callable[..., Store]) -> None:
    with played("orders_list"):
        response = WooClient(shop()).changed_orders(None)
    orders = [order_from(RawOrder(order=row)) for row in response.json()]
    assert [order.remote_id for order in orders] == ["633", "632"]
    assert all(isinstance(order, Order) for order in orders)
    assert total_of(response) == 600


def test_one_order_with_its_refunds(shop: Callable[..., Store]) -> None:
    with played("order_with_refund"):
        client = WooClient(shop())
        raw = client.order("32")
        assert raw is not None
        order = order_from(RawOrder(order=raw, refunds=client.refunds("32")))
    assert isinstance(order, Order)
    assert {line.id: line.due for line in order.lines} == {"53": 0, "54": 3, "55": 2}


def test_an_unknown_order_is_none(shop: Callable[..., Store]) -> None:
    with played("order_unknown"):
        assert WooClient(shop()).order("999999") is None


def test_rows_and_status_as_the_store_was_seen_to_take_them(
    shop: Callable[..., Store], shipment_of: ShipmentOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our request is the recorded one, so the recorded answer is the one we would get."""
    sent: list[Any] = []
    write = StoreHttp.write

    def watched(http: StoreHttp, method: str, path: str, **body: Any) -> Any:
        sent.append(body["json"])
        return write(http, method, path, **body)

    monkeypatch.setattr(StoreHttp, "write", watched)
    orders = [recorded_order(order_id) for order_id in ("76", "78")]
    shipments = [
        replace(
            shipment_of(order, [f"BX{order.remote_id}"], shipped_at=datetime(2026, 11, 22, 9, tzinfo=UTC)),
            id=f"fb000000-0000-0000-0000-0000000000{int(order.remote_id):02x}",
        )
        for order in orders
    ]
    chunk = [
        Fulfillment(order=order, shipments=(shipment,), completes_order=True)
        for order, shipment in zip(orders, shipments, strict=True)
    ]
    with played("tracking_meta_batch") as cassette:
        seen = {"brt-bartolini": "brt-bartolini"}
        receipts = list(plugin.push_fulfillment(shop({"wst": True, "spellings": seen}), chunk))
        assert cassette.play_count == 2, "the batch, and what became of a mail"
        recorded = json.loads(cassette.requests[0].body)
    assert without_user(sent[0]) == without_user(recorded)
    mails = [receipt.shipments[0].effects.mail for receipt in receipts]
    assert mails[-1] is MailEffect.SENT
    assert set(mails[:-1]) <= {MailEffect.UNKNOWABLE}
    for receipt in receipts:
        (entry,) = receipt.shipments
        assert (entry.outcome, entry.effects.tracking) == (Outcome.DONE, Effect.DONE)
        assert entry.holds is not None
        assert entry.holds.numbers == (f"BX{receipt.order_id}",)


def without_user(batch: Any) -> Any:
    for update in batch["update"]:
        for row in update["meta_data"][0]["value"]:
            row.pop("user_id")
    return batch


def test_each_item_of_a_batch_is_judged_by_itself(
    shop: Callable[..., Store], shipment_of: ShipmentOf
) -> None:
    orders = [recorded_order(order_id) for order_id in ("999999", "4711")]
    chunk = [
        Fulfillment(order=order, shipments=(shipment_of(order, []),), completes_order=True)
        for order in orders
    ]
    with played("batch_mixed"):
        unknown, unanswered = (receipt.shipments[0] for receipt in plugin.push_fulfillment(shop(AST), chunk))
    assert (unknown.outcome, unknown.words) == (Outcome.REFUSED, "ID is invalid.")
    assert (unanswered.outcome, unanswered.reason) == (Outcome.UNCONFIRMED, "not_in_answer")


@pytest.mark.parametrize(
    ("cassette", "outcome", "reason", "words"),
    [
        (
            "batch_too_large",
            Outcome.REFUSED,
            "woocommerce_rest_request_entity_too_large",
            "more than 100 items",
        ),
        ("gateway_timeout", Outcome.UNCONFIRMED, "gateway_timeout", "504"),
    ],
)
def test_an_answer_to_the_whole_batch_counts_for_each_order(
    shop: Callable[..., Store],
    shipment_of: ShipmentOf,
    cassette: str,
    outcome: Outcome,
    reason: str,
    words: str,
) -> None:
    order = recorded_order("620")
    push = Fulfillment(order=order, shipments=(shipment_of(order, ["N"]),), completes_order=True)
    with played(cassette):
        (receipt,) = plugin.push_fulfillment(looked_at(shop(AST)), [push])
    (entry,) = receipt.shipments
    assert (entry.outcome, entry.reason) == (outcome, reason)
    assert words in entry.words


def test_our_mark_reads_back_from_a_fulfillment(shop: Callable[..., Store]) -> None:
    with played("fulfillment_mark"):
        client = WooClient(shop())
        made = client.create_fulfillment("81", []).json()
        listed = client.fulfillments("81")
    order = order_from(RawOrder(order=raw_order(), fulfillments=listed))
    assert isinstance(order, Order)
    (held,) = order.shipments
    assert (held.remote_id, held.mark) == (str(made["id"]), "6f1c2d3e-0000-4000-8000-000000000001")
    assert held.lines == (("255", 1),)


def raw_order() -> dict[str, Any]:
    return {
        "id": 81,
        "status": "processing",
        "currency": "EUR",
        "total": "1.00",
        "date_modified_gmt": "2026-11-23T00:00:00",
        "line_items": [],
    }


def test_a_refused_fulfillment_has_the_words_of_the_store(
    shop: Callable[..., Store], shipment_of: ShipmentOf
) -> None:
    order = recorded_order("24")
    push = Fulfillment(order=order, shipments=(shipment_of(order, ["N"]),), completes_order=True)
    with played("fulfillment_without_items"):
        (receipt,) = plugin.push_fulfillment(shop({"fulfillments": True}), [push])
    (entry,) = receipt.shipments
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "refused")
    assert entry.words == "The fulfillment should contain at least one item."
    assert entry.effects.status is Effect.NOT_DONE


def test_https_is_signed_with_basic_and_http_with_oauth(shop: Callable[..., Store]) -> None:
    secure, plain = shop(), shop(url="http://127.0.0.1:9")
    WooClient(secure)
    WooClient(plain)
    assert isinstance(secure.http.auth, BasicAuth)
    assert isinstance(plain.http.auth, OAuth1Auth)
    first, _ = plain.http.auth.sign("GET", "http://127.0.0.1:9/wp-json/wc/v3/orders")
    second, _ = plain.http.auth.sign("GET", "http://127.0.0.1:9/wp-json/wc/v3/orders")
    assert "oauth_signature_method=HMAC-SHA256" in first
    assert first != second


def test_cassettes_hold_no_credentials() -> None:
    for cassette in CASSETTES.glob("*.yaml"):
        text = cassette.read_text("utf-8").lower()
        assert "authorization" not in text
        assert "consumer_" not in text.replace("consumer secret", "")
