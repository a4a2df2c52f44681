"""Managers add stores and change their keys, which no page, log or database shows again."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from tests.core.office_web.conftest import Browser

from fbridge.testing.office import Office

KEY = "a-key-that-nobody-should-see"


def fields(manager: Browser, office: Office, **more: str) -> dict[str, str]:
    info = office.bridge.stores.show("shop")
    key = office.store.settings["api_key"]
    return {
        "form_token": manager.form_token(),
        "platform": info.platform,
        "name": "second",
        "url": info.url,
        "orders_from": "2026-01-01",
        "accept_mail": "yes",
        "set-api_key": key,
        "set-allow_http": "true",
    } | more


def test_a_store_is_added_and_its_keys_are_shown_nowhere(
    office: Office, manager: Browser, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    form = manager.get(f"/add-store?platform={office.bridge.stores.show('shop').platform}")
    assert 'type="password" autocomplete="new-password"' in form.text
    assert form.headers["Cache-Control"] == "no-store"
    wrong = manager.post("/add-store", fields(manager, office, **{"set-api_key": KEY}))
    assert wrong.status_code == 400
    assert 'value="second"' in wrong.text, "what was typed is still there"
    assert KEY not in wrong.text
    assert "second" not in office.bridge.context.settings.stores
    assert manager.post("/add-store", fields(manager, office, accept_mail="")).status_code == 400
    assert manager.post("/add-store", fields(manager, office, orders_from="soon")).status_code == 400
    unchecked = fields(manager, office, no_check="yes", **{"set-api_key": KEY})
    answer = manager.post("/add-store", unchecked)
    assert answer.status_code == 303
    page = manager.get(answer.location).text
    assert "••••" in page
    token = {"form_token": manager.form_token()}
    checked = manager.post("/stores/second/check", token)
    for text in (page, checked.text, manager.get("/stores").text, answer.location, caplog.text):
        assert KEY not in text
    holders = [
        path.name for path in tmp_path.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()
    ]
    assert holders == ["secrets.toml"]


@pytest.mark.slow
def test_keys_are_changed_after_a_look_with_them(office: Office, manager: Browser) -> None:
    token, right = {"form_token": manager.form_token()}, office.store.settings["api_key"]
    bad = manager.post("/stores/shop/keys", token | {"set-api_key": KEY})
    assert bad.status_code == 400
    assert KEY not in bad.text
    assert office.bridge.stores.check("shop").ok, "the old key is still there"
    assert manager.post("/stores/shop/keys", token).status_code == 400, "nothing was given"
    assert manager.post("/stores/shop/keys", token | {"set-url": "https://evil.example"}).status_code == 400
    assert (
        manager.post("/stores/shop/keys", token | {"set-api_key": KEY, "no_check": "yes"}).status_code == 303
    )
    assert manager.post("/stores/shop/check", token).status_code == 400
    assert manager.post("/stores/shop/keys", token | {"set-api_key": right}).status_code == 303
    assert "✓" in manager.post("/stores/shop/check", token).text
    assert manager.get("/stores/nowhere").status_code == 404
