"""What the settings files and the environment may say, and how a fault is told."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from marshmallow import Schema, fields, validate

from fbridge.errors import ConfigError, NotFoundError
from fbridge.models.secrets import Secret
from fbridge.settings import Home, Settings, StoreSettings, find_home, load_settings, resolve_store

GOOD = """
timezone = "Europe/Rome"

[stores.shop]
platform = "woocommerce"
url = "https://shop.example/"
orders_from = 2026-11-01
"""
SECRETS = '[stores.shop]\nconsumer_key = "ck_1"\nconsumer_secret = "cs_canary"\n'


class Options(Schema):
    consumer_key = fields.String(required=True, metadata={"secret": True})
    consumer_secret = fields.String(
        required=True,
        metadata={"secret": True},
        validate=validate.Regexp("cs_", error="{input} must begin with cs_."),
    )
    tracking = fields.String(load_default="auto", validate=validate.OneOf(["auto", "meta"]))
    statuses = fields.List(fields.String(), load_default=list)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(config=tmp_path, data=tmp_path / "data", log=tmp_path / "log")


def write(home: Home, config: str | bytes = GOOD, secrets: str | None = SECRETS) -> None:
    home.config_file.write_bytes(config.encode() if isinstance(config, str) else config)
    if secrets is not None:
        home.secrets_file.write_text(secrets, "utf-8")
        home.secrets_file.chmod(0o600)


def load(home: Home, **environment: str) -> Settings:
    return load_settings(home, environment)


def resolve(home: Home, name: str = "shop", **environment: str) -> StoreSettings:
    return resolve_store(load(home, **environment), name, Options)


def complaint(home: Home, **environment: str) -> str:
    with pytest.raises(ConfigError) as raised:
        resolve(home, **environment)
    return str(raised.value)


def test_a_store_with_its_defaults(home: Home) -> None:
    write(home)
    store = resolve(home)
    assert (store.name, store.platform, store.url) == ("shop", "woocommerce", "https://shop.example")
    assert store.orders_from == date(2026, 11, 1)
    assert (store.accept_mail, store.allow_http, store.timeout) == (False, False, 30)
    assert (store.requests_per_second, store.settle, store.warehouses) == (None, None, {})
    assert (str(store.without_tracking), store.unmapped_carrier) == ("wait", "wait")
    assert store.options["consumer_key"] == Secret("ck_1")
    assert (store.options["tracking"], store.options["statuses"]) == ("auto", [])


def test_no_files_mean_no_stores_and_sensible_defaults(home: Home) -> None:
    settings = load(home)
    assert settings.stores == {}
    assert settings.exchange_days == 90
    assert settings.database == f"sqlite:///{(home.data / 'fbridge.db').as_posix()}"
    assert settings.timezone.key


def test_everything_can_be_set(home: Home) -> None:
    extra = """accept_mail = true
without_tracking = "wait:18h"
unmapped_carrier = "send"
timeout = 12.5
requests_per_second = 2
settle = "30s"
tracking = "meta"
statuses = ["processing"]
[stores.shop.warehouses]
main = "12"
"""
    write(home, "exchange_days = 7\ndatabase = 'postgresql+psycopg://u@h/d'\n" + GOOD + extra)
    store, settings = resolve(home), load(home)
    assert (settings.exchange_days, settings.timezone.key) == (7, "Europe/Rome")
    assert settings.database == "postgresql+psycopg://u@h/d"
    assert store.accept_mail
    assert store.without_tracking.patience == timedelta(hours=18)
    assert (store.unmapped_carrier, store.timeout, store.requests_per_second) == ("send", 12.5, 2)
    assert (store.settle, store.warehouses) == (timedelta(seconds=30), {"main": "12"})
    assert (store.options["tracking"], store.options["statuses"]) == ("meta", ["processing"])


@pytest.mark.parametrize(
    ("text", "patience"),
    [
        ("send", timedelta(0)),
        ("wait", None),
        (" Wait:18h ", timedelta(hours=18)),
        ("wait:90m", timedelta(minutes=90)),
        ("wait:1.5d", timedelta(hours=36)),
        ("wait:0h", timedelta(0)),
    ],
)
def test_policies_without_tracking(home: Home, text: str, patience: timedelta | None) -> None:
    write(home, f'{GOOD}without_tracking = "{text}"\n')
    assert resolve(home).without_tracking.patience == patience


@pytest.mark.parametrize(
    ("line", "field", "rule"),
    [
        *[
            (f"without_tracking = {value}", "without_tracking", "must be send, wait or wait:<hours>h.")
            for value in (
                '"never"',
                '"wait:"',
                '"wait:18"',
                '"send:2h"',
                '"wait:-1h"',
                '"wait:9999999d"',
                "5",
            )
        ],
        ('unmapped_carrier = "no"', "unmapped_carrier", "must be wait or send."),
        ('accept_mail = "perhaps"', "accept_mail", "must be true or false."),
        ("timeout = 0", "timeout", "must be seconds, above 0 and at most 600."),
        ('timeout = "soon"', "timeout", "must be a number."),
        ("timeout = nan", "timeout", "special numeric values"),
        ("requests_per_second = -1", "requests_per_second", "must be above 0"),
        ('settle = "30"', "settle", "must be a time such as 30s"),
        ('warehouses = "main"', "warehouses", "must be a table of names and values."),
        ("warehouses = { main = 12 }", "warehouses", '"main" must be text.'),
        ('tracking = "ast"', "tracking", "must be one of: auto, meta."),
        ("statuses = [1]", "statuses", '"0" must be text.'),
        ("traking = 1", "traking", 'is unknown. Did you mean "tracking"?'),
        ('without_traking = "send"', "without_traking", 'is unknown. Did you mean "without_tracking"?'),
        ("zzz = 1", "zzz", "is unknown."),
        (
            'consumer_key = "ck"',
            "consumer_key",
            "is a credential; move it to [stores.shop] in",
        ),
    ],
)
def test_a_wrong_field_is_named_with_file_store_and_rule(
    home: Home, line: str, field: str, rule: str
) -> None:
    write(home, f"{GOOD}{line}\n")
    assert f'{home.config_file}: store "shop", field "{field}": {rule}' in complaint(home)


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("shop.example", "must be a web address such as https://shop.example"),
        ("http://shop.example", "must begin with https://"),
        ("https://u:canary@shop.example", "must not hold a user name or password"),
    ],
)
def test_a_bad_url_is_named(home: Home, url: str, rule: str) -> None:
    write(home, GOOD.replace("https://shop.example/", url))
    message = complaint(home)
    assert message.startswith(f'{home.config_file}: store "shop", field "url": {rule}')
    assert "canary" not in message


def test_http_is_allowed_where_the_store_says_so(home: Home) -> None:
    write(home, GOOD.replace("https", "http") + "allow_http = true\n")
    assert resolve(home).url == "http://shop.example"


def test_every_missing_field_is_named_in_its_file(home: Home) -> None:
    write(home, GOOD.replace("orders_from = 2026-11-01", ""), secrets="")
    meaning = "orders before this date count as done and are never pushed"
    assert complaint(home).splitlines() == [
        f'{home.config_file}: store "shop", field "orders_from": is missing ({meaning}).',
        f'{home.secrets_file}: store "shop", field "consumer_key": is missing.',
        f'{home.secrets_file}: store "shop", field "consumer_secret": is missing.',
    ]


def test_a_wrong_secret_is_not_shown(home: Home) -> None:
    write(home, secrets=SECRETS.replace("cs_canary", "xx_canary"))
    message = complaint(home)
    assert message.startswith(f'{home.secrets_file}: store "shop", field "consumer_secret": ')
    assert "canary" not in message


def test_nothing_secret_shows_in_a_repr(home: Home) -> None:
    write(home, f'database = "postgresql://u:canary@h/d"\n{GOOD}')
    settings = load(home, FBRIDGE_SHOP_CONSUMER_KEY="ck_canary")
    told = repr((settings, settings.store("shop"), resolve_store(settings, "shop", Options)))
    assert "canary" not in told


@pytest.mark.parametrize(
    ("variable", "value", "found"),
    [
        ("FBRIDGE_SHOP_ORDERS_FROM", "2026-12-24", lambda store: store.orders_from == date(2026, 12, 24)),
        ("FBRIDGE_SHOP_ACCEPT_MAIL", "true", lambda store: store.accept_mail is True),
        ("FBRIDGE_SHOP_TIMEOUT", "5", lambda store: store.timeout == 5),
        ("FBRIDGE_SHOP_URL", "https://x.example", lambda store: store.url == "https://x.example"),
        ("FBRIDGE_SHOP_WAREHOUSES", '{"a": "1"}', lambda store: store.warehouses == {"a": "1"}),
        ("FBRIDGE_SHOP_STATUSES", '["a"]', lambda store: store.options["statuses"] == ["a"]),
        ("FBRIDGE_SHOP_CONSUMER_KEY", "ck_2", lambda store: store.options["consumer_key"] == Secret("ck_2")),
    ],
)
def test_the_environment_overrides_any_field(home: Home, variable: str, value: str, found: Any) -> None:
    write(home)
    assert not found(resolve(home))
    assert found(resolve(home, **{variable: value}))


def test_a_wrong_variable_is_named(home: Home) -> None:
    write(home)
    assert complaint(home, FBRIDGE_SHOP_TIMEOUT="soon") == (
        'Environment variable FBRIDGE_SHOP_TIMEOUT (store "shop", field "timeout"): must be a number.'
    )
    assert "must be JSON" in complaint(home, FBRIDGE_SHOP_WAREHOUSES="a=1")
    assert "canary" not in complaint(home, FBRIDGE_SHOP_CONSUMER_SECRET="canary")


def test_secrets_may_come_from_the_environment_alone(home: Home) -> None:
    write(home, GOOD.replace("stores.shop", "stores.my-shop2"), secrets=None)
    store = resolve(
        home, "my-shop2", FBRIDGE_MY_SHOP2_CONSUMER_KEY="a", FBRIDGE_MY_SHOP2_CONSUMER_SECRET="cs_b"
    )
    assert store.options["consumer_secret"].reveal() == "cs_b"
    assert not home.secrets_file.exists()


def test_global_settings_from_the_environment(home: Home) -> None:
    write(home)
    settings = load(
        home, FBRIDGE_TIMEZONE="Asia/Tokyo", FBRIDGE_DATABASE="sqlite:///x.db", FBRIDGE_EXCHANGE_DAYS="3"
    )
    assert (settings.timezone.key, settings.database, settings.exchange_days) == (
        "Asia/Tokyo",
        "sqlite:///x.db",
        3,
    )


def test_a_database_url_with_a_password_may_stand_among_the_secrets(home: Home) -> None:
    write(home, secrets=f'database = "postgresql://u:p@h/d"\n{SECRETS}')
    assert load(home).database == "postgresql://u:p@h/d"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            'timezone = "Europe/Roma"',
            'field "timezone": must be a time zone such as "Europe/Rome". Did you mean',
        ),
        ("timezone = 5", 'field "timezone": must be a time zone'),
        ('timezone = "../../etc"', 'field "timezone": must be a time zone'),
        ("exchange_days = -1", 'field "exchange_days": must be a whole number of days.'),
        (
            "listener_seconds = 0",
            'field "listener_seconds": must be a whole number of seconds, from 1 to 3600.',
        ),
        ("exchange_days = true", 'field "exchange_days": must be a whole number of days.'),
        ('database = "fbridge.db"', 'field "database": must be a database URL'),
        ("exchange_day = 1", 'field "exchange_day" is unknown. Did you mean "exchange_days"?'),
        ("stores = 1", '"stores": must be a table, as in [stores.shop].'),
        ("[stores]\nshop = 1", 'store "shop": must be a table, as in [stores.shop].'),
        ("[stores.Shop]\n", 'store "Shop": a store\'s name has 1 to 32 small letters'),
        ("[stores.shop]\n", 'store "shop", field "platform": is missing'),
    ],
)
def test_a_wrong_file_is_named_with_field_and_rule(home: Home, line: str, words: str) -> None:
    write(home, f"{line}\n")
    with pytest.raises(ConfigError) as raised:
        load(home)
    assert str(raised.value).startswith(f"{home.config_file}: {words}")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a = 1\nb = \n", ", line 2 column 5: is not valid TOML: Invalid value."),
        (b"[stores.shop\n", ", line 1 column 13: is not valid TOML: Expected ']'"),
        (b"a = '\xff'\n", ": is not UTF-8 text; save it again as UTF-8."),
        (GOOD.encode("utf-16"), ": is not UTF-8 text; save it again as UTF-8."),
        (b"a = " + b"[" * 5000, ": is not valid TOML"),
    ],
)
def test_a_broken_file_is_named_with_its_line(home: Home, content: bytes, words: str) -> None:
    write(home, content)
    with pytest.raises(ConfigError) as raised:
        load(home)
    assert f"{home.config_file}{words}" in str(raised.value)


def test_files_from_windows_editors_are_read(home: Home) -> None:
    write(home, b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert resolve(home).url == "https://shop.example"


@pytest.mark.skipif(os.name != "posix", reason="rights of files are POSIX's")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_secrets_that_others_can_read_are_refused(home: Home, mode: int) -> None:
    write(home)
    home.secrets_file.chmod(mode)
    with pytest.raises(ConfigError, match="other users of this machine can read") as raised:
        load(home)
    assert f"chmod 600 '{home.secrets_file}'" in str(raised.value)


def test_an_unknown_store_has_near_matches(home: Home) -> None:
    write(home)
    with pytest.raises(NotFoundError) as raised:
        load(home).store("shpo")
    assert str(raised.value) == 'There is no store "shpo". Did you mean "shop"? The stores are shop.'


def test_names_are_listed_without_marshmallow_or_tomlkit(home: Home) -> None:
    write(home)
    code = (
        "import sys, fbridge.settings as s; print(*s.load_settings(s.find_home()).stores);"
        "print([m for m in ('marshmallow', 'tomlkit', 'httpx', 'filelock') if m in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"FBRIDGE_HOME": str(home.config)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == ["shop", "[]"]


def test_everything_is_in_fbridge_home_where_it_is_set(tmp_path: Path) -> None:
    home = find_home({"FBRIDGE_HOME": str(tmp_path / "own")})
    home.create()
    assert home.config_file == tmp_path / "own" / "config.toml"
    assert home.database_file == tmp_path / "own" / "fbridge.db"
    assert home.log.is_dir()


def test_places_follow_the_platform_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "c"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "d"))
    home = find_home({})
    assert "fbridge" in home.config_file.parts
    assert home.config != home.data
