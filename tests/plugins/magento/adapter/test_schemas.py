"""Magento's answers are decoded and checked field by field; settings are checked with a clear sentence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from fbridge.models.orders import Order
from fbridge_magento.mapping import RawOrder, Rules, order_from
from fbridge_magento.schemas import ORDER_FIELDS, SHIPMENT_FIELDS, OrderPayload
from fbridge_magento.search_criteria import parse, text_of
from fbridge_magento.settings import MagentoSettings

Recorded = Callable[[str], Any]
OAUTH = {"consumer_key": "k", "consumer_secret": "s", "access_token_secret": "t"}


def cut(value: Any, fields: str) -> Any:
    """What Magento leaves of an answer by its ``fields``: empty lists become null, and empty objects empty lists."""
    if isinstance(value, list):
        return [cut(entry, fields) for entry in value] or None
    if not isinstance(value, dict):
        return value
    kept = {
        name: cut(value[name], inner) if inner else value[name]
        for name, inner in parts(fields)
        if name in value
    }
    return kept or []


def parts(fields: str) -> list[tuple[str, str]]:
    found, depth, start, name = [], 0, 0, ""
    for position, character in enumerate(f"{fields},"):
        if character == "[":
            depth += 1
            if depth == 1:
                name, start = fields[start:position], position + 1
        elif character == "]":
            depth -= 1
            if depth == 0:
                found.append((name, fields[start:position]))
                name, start = "", position + 1
        elif character == "," and depth == 0:
            if fields[start:position]:
                found.append((fields[start:position], ""))
            start = position + 1
    return found


def read(order: dict[str, Any], shipments: list[dict[str, Any]] | None = None) -> Order:
    got = order_from(RawOrder(order=order, shipments=shipments), Rules())
    assert isinstance(got, Order), got
    return got


@pytest.mark.parametrize(
    "cassette", ["order_simple", "order_bundle_separately", "order_virtual", "order_mixed"]
)
def test_the_fields_that_are_asked_for_are_those_that_are_used(recorded: Recorded, cassette: str) -> None:
    order = recorded(cassette)
    (short,) = cut({"items": [order]}, ORDER_FIELDS)["items"]
    if cassette == "order_virtual":
        assert short["extension_attributes"]["shipping_assignments"] == [{"shipping": []}]
    assert read(short) == read(order)
    assert len(str(short)) < len(str(order)) / 4


def test_the_fields_of_a_shipment_are_those_that_are_used(recorded: Recorded) -> None:
    content = recorded("shipment_marked")
    (short,) = cut(content, SHIPMENT_FIELDS)["items"]
    assert short["tracks"] is None
    order = recorded("order_simple")
    assert read(order, [short]) == read(order, [content["items"][0]])


@pytest.mark.parametrize("quantity", ["many", None, [], float("nan"), float("inf"), True])
def test_a_quantity_is_a_number(recorded: Recorded, quantity: Any) -> None:
    order = recorded("order_simple")
    order["items"][0]["qty_ordered"] = quantity
    with pytest.raises(ValidationError, match="qty_ordered"):
        OrderPayload().load(order)


ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])


@given(st.integers(10**8, 29 * 10**9), ZONES)
def test_a_time_is_sent_as_utc_and_read_back(seconds: int, zone: timezone) -> None:
    moment = datetime.fromtimestamp(seconds, zone)
    assert parse(text_of(moment)) == moment
    assert len(text_of(moment)) == len("2026-11-23 01:00:00")


def test_a_time_without_its_zone_is_not_sent() -> None:
    with pytest.raises(ValueError, match="zone"):
        text_of(datetime(2026, 11, 23))  # noqa: DTZ001 - the case


class TestSettings:
    def test_a_token_alone_will_do(self) -> None:
        got = MagentoSettings().load({"access_token": "t"})
        assert (got["authorized"], got["connections"], got["source"]) == ("paid", 4, "")
        assert (got["store_views"], got["mail_on_correction"]) == ([], False)

    @pytest.mark.parametrize("missing", sorted(OAUTH))
    def test_oauth_is_given_whole_or_not_at_all(self, missing: str) -> None:
        parts = {name: value for name, value in OAUTH.items() if name != missing}
        with pytest.raises(ValidationError, match="all three") as wrong:
            MagentoSettings().load({"access_token": "t", **parts})
        assert set(wrong.value.messages) == {missing}
        assert MagentoSettings().load({"access_token": "t", **OAUTH})

    @pytest.mark.parametrize(
        "wrong",
        [
            {"access_token": ""},
            {"authorized": "perhaps"},
            {"connections": 0},
            {"connections": 9},
            {"carriers": ["brt"]},
            {"carriers": [f"{'x' * 33}=BRT"]},
        ],
    )
    def test_what_makes_no_sense_is_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValidationError) as error:
            MagentoSettings().load({"access_token": "t", **wrong})
        assert set(error.value.messages) == set(wrong)

    def test_lists_may_be_words_with_commas_or_numbers(self) -> None:
        got = MagentoSettings().load(
            {"access_token": "t", "store_views": "it, 4", "carriers": "brt=BRT,gls=GLS"}
        )
        assert got["store_views"] == ["it", "4"]
        assert got["carriers"] == ["brt=BRT", "gls=GLS"]
        assert MagentoSettings().load({"access_token": "t", "store_views": [1, "it"]})["store_views"] == [
            "1",
            "it",
        ]
