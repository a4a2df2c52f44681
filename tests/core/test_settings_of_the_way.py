"""What a store's settings say of its surroundings: checked, kept apart where secret, handed to the client."""

from __future__ import annotations

from pathlib import Path

import pytest
from marshmallow import Schema

from fbridge.errors import ConfigError
from fbridge.http.way_through import CredentialsIn
from fbridge.models.secrets import Secret
from fbridge.settings import add_store, find_home, load_settings, resolve_store

GIVEN = {
    "platform": "toy",
    "url": "https://shop.example",
    "orders_from": "2026-11-01",
    "user_agent": "Mozilla/5.0",
    "http_user": "staging",
    "http_password": "canary-1",
    "headers": {"X-Office": "Roma"},
    "secret_headers": {"X-Pass": "canary-2"},
    "credentials_in": "query",
    "ca_file": "~/ca.pem",
    "proxy": "http://proxy.example:3128",
    "proxy_user": "office",
    "proxy_password": "canary-3",
}


def test_secret_ones_are_kept_apart_and_all_arrive(tmp_path: Path) -> None:
    home = find_home({"FBRIDGE_HOME": str(tmp_path)})
    home.create()
    add_store(load_settings(home, {}), "shop", GIVEN, Schema)
    assert "canary" not in home.config_file.read_text("utf-8")
    assert home.secrets_file.read_text("utf-8").count("canary") == 3
    way = resolve_store(load_settings(home, {}), "shop", Schema).way_through
    assert (way.http_user, way.http_password) == ("staging", Secret("canary-1"))
    assert (way.headers, way.secret_headers) == ({"X-Office": "Roma"}, {"X-Pass": Secret("canary-2")})
    assert (way.proxy_password, way.credentials_in) == (Secret("canary-3"), CredentialsIn.QUERY)
    assert way.ca_file == Path("~/ca.pem").expanduser()
    assert "canary" not in repr(way)


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("user_agent", "two\nlines", "one line of ASCII"),
        ("headers", {"Host": "x"}, "none of those that every request has anyway"),
        ("headers", {"Authorization": "x"}, "none of those that every request has anyway"),
        ("headers", {"X Y": "x"}, "names of HTTP headers"),
        ("secret_headers", {"X-Pass": "canary\n1"}, "one line of ASCII"),
        ("credentials_in", "body", "must be header or query"),
        ("proxy", "http://anna:canary@proxy.example", "without a user"),
    ],
)
def test_a_wrong_one_is_named_with_its_rule(tmp_path: Path, field: str, value: object, rule: str) -> None:
    home = find_home({"FBRIDGE_HOME": str(tmp_path)})
    home.create()
    with pytest.raises(ConfigError, match=rule) as raised:
        add_store(load_settings(home, {}), "shop", GIVEN | {field: value}, Schema)
    assert f'"{field}"' in str(raised.value)
    assert "canary" not in str(raised.value)
