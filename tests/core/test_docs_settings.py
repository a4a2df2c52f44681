"""The page on the settings names every field with its default, and its example works."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from marshmallow import Schema, fields, missing

from fbridge.settings import Home, StoreSettings, load_settings, resolve_store
from fbridge.settings.loading import EXCHANGE_DAYS, GLOBAL_FIELDS
from fbridge.settings.store_schema import StoreFields

PAGE = (Path(__file__).parents[2] / "docs" / "settings.md").read_text("utf-8")
ROWS = {
    found[1]: (found[2], found[3])
    for found in re.finditer(r"(?m)^\| `(\w+)` \| (.+?) \| (.+?) \| .+ \|$", PAGE)
}


class ExampleOptions(Schema):
    """The plugin's fields that the example has."""

    consumer_key = fields.String(required=True, metadata={"secret": True})
    consumer_secret = fields.String(required=True, metadata={"secret": True})
    tracking = fields.String(load_default="auto")
    cod_methods = fields.List(fields.String(), load_default=list)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    for name in ("config.toml", "secrets.toml"):
        found = re.search(rf"<!-- example: {name} -->\n```toml\n(.*?)```", PAGE, re.DOTALL)
        assert found, f"the page has no example of {name}"
        (tmp_path / name).write_text(found[1], "utf-8")
        (tmp_path / name).chmod(0o600)
    return Home(config=tmp_path, data=tmp_path, log=tmp_path / "log")


def example(home: Home, store: str) -> StoreSettings:
    return resolve_store(load_settings(home, {}), store, ExampleOptions)


@pytest.mark.parametrize("name", sorted({*GLOBAL_FIELDS} - {"stores"}))
def test_a_field_for_all_stores_stands_in_the_page(name: str) -> None:
    assert name in ROWS


def test_the_age_limit_of_exchanges_stands_in_the_page() -> None:
    assert ROWS["exchange_days"][1] == str(EXCHANGE_DAYS)


@pytest.mark.parametrize(("name", "field"), list(StoreFields().fields.items()))
def test_a_field_of_a_store_stands_in_the_page_with_its_default(name: str, field: fields.Field[Any]) -> None:
    assert name in ROWS
    assert ROWS[name][1].split(":")[0] == _default(field)


def _default(field: fields.Field[Any]) -> str:
    if field.required:
        return "required"
    default = field.load_default() if callable(field.load_default) else field.load_default
    assert default is not missing
    if default is None:
        return "none"
    if default in ({}, ""):
        return "empty"
    if isinstance(default, bool):
        return str(default).lower()
    return f"{default:g}" if isinstance(default, int | float) else f'`"{default}"`'


def test_nothing_in_the_tables_is_invented() -> None:
    assert set(ROWS) == {*StoreFields().fields, *GLOBAL_FIELDS} - {"stores"}


def test_the_example_loads(home: Home) -> None:
    settings = load_settings(home, {})
    assert (settings.timezone.key, settings.exchange_days) == ("Europe/Rome", 90)
    shop, outlet = (example(home, name) for name in settings.stores)
    assert (shop.accept_mail, str(shop.without_tracking), shop.options["cod_methods"]) == (
        True,
        "wait:18h",
        ["contrassegno"],
    )
    assert shop.options["consumer_secret"].reveal() == "cs_4d5e6f"
    assert (outlet.url, outlet.allow_http) == ("http://outlet.lan:8080", True)
    assert outlet.warehouses == {"main": "12", "verona": "14"}
