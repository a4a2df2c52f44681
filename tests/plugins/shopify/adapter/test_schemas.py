"""What Shopify answers is decoded strictly where money and pieces hang on it, and openly elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from fbridge_shopify.schemas import Below, Moment, Nodes, OrderPayload, Pieces, ShopMoney, Text
from fbridge_shopify.settings import NEWEST_STABLE, ShopifySettings

Make = Callable[..., dict[str, Any]]


@given(st.integers(0, 4 * 10**9))
def test_a_time_is_the_same_moment_in_utc(seconds: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    read = Moment().deserialize(moment.astimezone(timezone(timedelta(hours=5, minutes=45))).isoformat())
    assert read == moment
    assert read.tzinfo is UTC


@pytest.mark.parametrize("value", ["2026-11-23T10:00:00", "", None, 5, "soon"])
def test_what_is_no_moment_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        Moment(allow_none=False).deserialize(value)


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_money_is_exact(amount: Decimal) -> None:
    assert ShopMoney().deserialize({"shopMoney": {"amount": str(amount)}}) == amount


@pytest.mark.parametrize(
    "value",
    [{}, {"shopMoney": None}, {"shopMoney": {"amount": "much"}}, {"shopMoney": {"amount": "Infinity"}}],
)
def test_what_is_no_money_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        ShopMoney().deserialize(value)


@pytest.mark.parametrize("value", [-1, 1.0, "1", True])
def test_pieces_are_whole_and_not_below_zero(value: Any) -> None:
    with pytest.raises(ValidationError):
        Pieces().deserialize(value)


def test_a_path_ends_where_something_is_null() -> None:
    place = Below("location", "id", allow_none=True)
    assert place.deserialize({"location": {"id": "7"}}) == "7"
    assert place.deserialize({"location": None}) is None
    with pytest.raises(ValidationError):
        place.deserialize({"elsewhere": 1})


def test_a_connection_is_its_nodes() -> None:
    assert Nodes(Text()).deserialize({"nodes": ["a", "b"], "pageInfo": {}}) == ["a", "b"]
    wrong: list[object] = [[], {"nodes": None}, {}]
    for value in wrong:
        with pytest.raises(ValidationError):
            Nodes(Text()).deserialize(value)


def test_fields_that_a_later_version_adds_are_left_alone(raw_order_of: Make) -> None:
    loaded = OrderPayload().load(raw_order_of(fieldOf2028={"deep": [1]}))
    assert "fieldOf2028" not in loaded
    assert loaded["line_items"][0]["unfulfilled_quantity"] == 3


class TestSettings:
    @pytest.mark.parametrize(
        "settings",
        [{"access_token": "shpat_x"}, {"client_id": "i", "client_secret": "s"}],
    )
    def test_one_of_two_ways_in(self, settings: dict[str, str]) -> None:
        loaded = ShopifySettings().load(settings)
        assert loaded["api_version"] == NEWEST_STABLE == "2026-10"
        assert loaded["cod_gateways"] == []

    @pytest.mark.parametrize(
        ("settings", "field", "words"),
        [
            ({}, "access_token", "client_id and client_secret"),
            ({"access_token": "t", "client_id": "i", "client_secret": "s"}, "access_token", "either"),
            ({"access_token": "t", "client_secret": "s"}, "access_token", "either"),
            ({"client_id": "i"}, "client_secret", "client_id needs it"),
            ({"client_secret": "s"}, "client_id", "client_secret needs it"),
            ({"access_token": "t", "api_version": "2026-11"}, "api_version", "2026-10"),
            ({"access_token": "t", "api_version": "2026-7"}, "api_version", "2026-10"),
            ({"access_token": "t", "api_version": "unstable"}, "api_version", "2026-10"),
            ({"access_token": "shpss_s"}, "access_token", "give it as client_secret"),
            ({"access_token": ""}, "access_token", "Shorter"),
        ],
    )
    def test_what_is_wrong_is_said_of_its_field(
        self, settings: dict[str, str], field: str, words: str
    ) -> None:
        with pytest.raises(ValidationError) as caught:
            ShopifySettings().load(settings)
        assert isinstance(caught.value.messages, dict)
        assert words in str(caught.value.messages[field])

    def test_secrets_are_marked(self) -> None:
        fields = ShopifySettings().fields
        assert {name for name, field in fields.items() if field.metadata.get("secret")} == {
            "access_token",
            "client_secret",
        }
        assert all(field.metadata["help"] for field in fields.values())

    def test_names_of_cash_on_delivery_separated_by_commas(self) -> None:
        loaded = ShopifySettings().load(
            {"access_token": "t", "cod_gateways": "Contrassegno, Alla consegna ,"}
        )
        assert loaded["cod_gateways"] == ["Contrassegno", "Alla consegna"]
