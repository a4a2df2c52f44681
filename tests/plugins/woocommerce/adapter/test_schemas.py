"""What the store answers is decoded, oddities of PHP and plugins included."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from marshmallow import ValidationError

from fbridge_woocommerce.schemas import ORDER_FIELDS, AddressPayload, BatchPayload, OrderPayload
from fbridge_woocommerce.settings import WooCommerceSettings

KEY = {"consumer_key": "ck_1", "consumer_secret": "cs_1"}


def test_only_the_fields_that_are_decoded_are_asked_for() -> None:
    assert set(ORDER_FIELDS.split(",")) == set(OrderPayload().fields)


def test_plugins_put_numbers_and_null_where_texts_belong() -> None:
    got = AddressPayload().load({"postcode": 73100, "phone": None, "unknown": 1})
    assert (got["postcode"], got["phone"]) == ("73100", None)
    with pytest.raises(ValidationError):
        AddressPayload().load({"city": ["Lecce"]})


@pytest.mark.parametrize("told", ["2026-11-23T00:50:54", "2026-11-23T00:50:54Z", "2026-11-23T01:50:54+01:00"])
def test_times_are_aware_utc(told: str) -> None:
    field = OrderPayload().fields["date_modified_gmt"]
    assert field.deserialize(told) == datetime(2026, 11, 23, 0, 50, 54, tzinfo=UTC)


def test_an_empty_batch_answer_of_php_is_no_batch() -> None:
    answer: Any = []
    with pytest.raises(ValidationError):
        BatchPayload().load(answer)


def test_settings_have_a_place_for_tracking_and_own_cod_methods() -> None:
    assert WooCommerceSettings().load(KEY) == {**KEY, "tracking": "auto", "cod_methods": []}
    got = WooCommerceSettings().load({**KEY, "cod_methods": "cod_plus, contrassegno ,"})
    assert got["cod_methods"] == ["cod_plus", "contrassegno"]
    with pytest.raises(ValidationError, match="tracking"):
        WooCommerceSettings().load({**KEY, "tracking": "somewhere"})


def test_key_and_secret_are_declared_as_secrets() -> None:
    secret = [name for name, field in WooCommerceSettings().fields.items() if field.metadata.get("secret")]
    assert secret == ["consumer_key", "consumer_secret"]
