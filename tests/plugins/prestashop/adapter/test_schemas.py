"""What the store answers is decoded, oddities of PHP included; settings are checked."""

from __future__ import annotations

from datetime import datetime

import pytest
from marshmallow import ValidationError

from fbridge.models.setting_fields import STATE_LISTS
from fbridge_prestashop import schemas
from fbridge_prestashop.client import LONGEST_LIST, MOST_IDS, id_lists
from fbridge_prestashop.plugin import EXCHANGE_FIELDS, describe_platform
from fbridge_prestashop.schemas import CarrierPayload, StatePayload, order_fields
from fbridge_prestashop.settings import CustomerMail, PrestaShopSettings
from fbridge_prestashop.shop_time import parse
from fbridge_prestashop.xml_bodies import body_of


def names(fields: str) -> set[str]:
    return set(fields.strip("[]").split(","))


def test_only_the_fields_that_are_decoded_are_asked_for() -> None:
    assert names(order_fields("8.2.1")) - names(order_fields("1.7.8.11")) == {"note"}
    assert names(schemas.STATE_FIELDS) == set(StatePayload().fields)
    assert names(schemas.CARRIER_FIELDS) == set(CarrierPayload().fields)
    assert "passwd" not in schemas.CUSTOMER_FIELDS


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("Shipped", "Shipped"),
        ([{"id": "1", "value": "Shipped"}, {"id": "2", "value": "Spedito"}], "Shipped"),
        ([{"id": "1", "value": ""}, {"id": "2", "value": "Spedito"}], "Spedito"),
        (None, ""),
        (False, ""),
    ],
)
def test_names_in_one_language_and_in_several(told: object, name: str) -> None:
    assert StatePayload().load({"id": 4, "name": told})["name"] == name


def test_flags_that_were_dropped_or_are_empty_are_no() -> None:
    got = CarrierPayload().load({"id": 9, "active": "1", "deleted": None})
    assert (got["active"], got["deleted"], got["name"]) == (True, False, "")


def test_times_are_the_shops_own() -> None:
    assert parse("2026-11-23 01:43:14") == datetime(2026, 11, 23, 1, 43, 14)  # noqa: DTZ001 - without zone
    assert parse("0000-00-00 00:00:00") is None


def test_a_body_holds_several_entities_and_only_what_is_given() -> None:
    body = body_of("order_carrier", [{"id": "1", "tracking_number": "A&B"}, {"id": "2", "weight": None}])
    assert b"<order_carrier><id>1</id><tracking_number>A&amp;B</tracking_number></order_carrier>" in body
    assert b"<order_carrier><id>2</id></order_carrier></prestashop>" in body


def test_lists_of_ids_fit_into_an_address() -> None:
    ids = [str(10_000_000 + count) for count in range(1000)]
    lists = list(id_lists([*ids, *ids[:10]]))
    assert [one for some in lists for one in some] == ids
    assert all(len(some) <= MOST_IDS and len("%7C".join(some)) <= LONGEST_LIST for some in lists)
    assert list(id_lists([])) == []


def test_settings_have_defaults_that_mail_the_state_only() -> None:
    got = PrestaShopSettings().load({"api_key": "K" * 32})
    assert got == {
        "api_key": "K" * 32,
        "customer_mail": CustomerMail.SHIPPED,
        "id_shop": None,
        "shipped_state": None,
        **{name: [] for name in STATE_LISTS},
        "cod_modules": [],
        "timezone": None,
    }


def test_settings_of_a_file_and_of_a_command_line() -> None:
    got = PrestaShopSettings().load(
        {
            "api_key": "K",
            "id_shop": 2,
            "shipped_state": "4",
            "on_hold_states": "9, 12",
            "cancelled_states": 14,
        }
    )
    assert (got["id_shop"], got["shipped_state"]) == ("2", "4")
    assert (got["on_hold_states"], got["cancelled_states"]) == (["9", "12"], ["14"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("customer_mail", "always"),
        ("id_shop", "two"),
        ("timezone", "Rome"),
        ("shipped_state", 0),
        ("api_key", ""),
    ],
)
def test_wrong_settings_are_named(name: str, value: object) -> None:
    with pytest.raises(ValidationError) as error:
        PrestaShopSettings().load({"api_key": "K", name: value})
    assert isinstance(error.value.messages, dict)
    assert list(error.value.messages) == [name]


def test_the_key_is_a_secret_and_no_record_keeps_personal_data() -> None:
    secret = [name for name, field in PrestaShopSettings().fields.items() if field.metadata.get("secret")]
    assert secret == ["api_key"]
    personal = {"firstname", "lastname", "email", "phone", "address1", "city", "note", "message", "value"}
    assert not EXCHANGE_FIELDS & personal
    assert describe_platform().key == "prestashop"
