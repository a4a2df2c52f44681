"""What the store answers is decoded, oddities of PHP and plugins included."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError

from fbridge.models.setting_fields import STATE_LISTS
from fbridge_woocommerce.schemas import BatchPayload
from fbridge_woocommerce.settings import WooCommerceSettings

KEY = {"consumer_key": "ck_1", "consumer_secret": "cs_1"}


def test_an_empty_batch_answer_of_php_is_no_batch() -> None:
    answer: Any = []
    with pytest.raises(ValidationError):
        BatchPayload().load(answer)


def test_settings_have_a_place_for_tracking_and_own_cod_methods() -> None:
    assert WooCommerceSettings().load(KEY) == {
        **KEY,
        "tracking": "auto",
        "customer_mail": "completed",
        "sub_orders": "mark",
        "cod_methods": [],
        **{name: [] for name in STATE_LISTS},
    }
    got = WooCommerceSettings().load({**KEY, "cod_methods": "cod_plus, contrassegno ,"})
    assert got["cod_methods"] == ["cod_plus", "contrassegno"]
    with pytest.raises(ValidationError, match="tracking"):
        WooCommerceSettings().load({**KEY, "tracking": "somewhere"})


def test_key_and_secret_are_declared_as_secrets() -> None:
    secret = [name for name, field in WooCommerceSettings().fields.items() if field.metadata.get("secret")]
    assert secret == ["consumer_key", "consumer_secret"]
