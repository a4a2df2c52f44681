"""What Shopify answers is decoded strictly where money and pieces hang on it, and openly elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from marshmallow import ValidationError

from fbridge_shopify.schemas import OrderPayload, place
from fbridge_shopify.settings import NEWEST_STABLE, ShopifySettings

Make = Callable[..., dict[str, Any]]


def test_a_path_ends_where_something_is_null() -> None:
    assert place({"name": "Milano", "location": {"id": "gid://shopify/Location/7"}}).label == "7"
    assert place({"name": "Milano", "location": None}).label == "Milano"
    assert place(None).label == ""


def test_a_connection_is_its_nodes(raw_order_of: Make, line_of: Make) -> None:
    for lines in ({"nodes": [line_of()], "pageInfo": {}}, [line_of()], {"nodes": {"0": line_of()}}):
        (line,) = OrderPayload().load(raw_order_of(lineItems=lines))["line_items"]
        assert (line["id"], line["unfulfilled_quantity"]) == ("11", 3)


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
