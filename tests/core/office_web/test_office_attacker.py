"""Somebody with a clerk's account, or who leads a manager to a page of theirs, tries each address that there is."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from tests.core.office_web.conftest import ADDRESS, Browser

from fbridge.storage.metadata import metadata
from fbridge.testing.office import Office

EVIL = "http://evil.example"
MARKUP = "<img src=x onerror=alert(1)>"
SIGNS_OF_LIFE = {"sign_ins", "alembic_version"}


def addresses(app: Flask, method: str) -> Iterator[str]:
    """Each address for a browser, with names that are there where it wants one."""
    there = {"store": "shop", "name": "shop", "code": "BRT", "kind": "shipments", "filename": "style.css"}
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()) and not rule.rule.startswith("/api/"):
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda found: there.get(found[1], "x"), rule.rule)


def rows(office: Office) -> dict[str, list[object]]:
    with office.bridge.context.database.read() as connection:
        return {
            name: [tuple(row) for row in connection.execute(sa.select(table))]
            for name, table in metadata.tables.items()
            if name not in SIGNS_OF_LIFE
        }


def test_no_form_without_our_token_is_taken(app: Flask, manager: Browser) -> None:
    posts = set(addresses(app, "POST"))
    assert len(posts) > 15
    for path in posts:
        assert manager.post(path, {}).status_code == 403, path


@pytest.mark.slow
def test_no_form_of_another_site_does_anything_even_with_a_managers_cookie(
    office: Office, app: Flask, manager: Browser
) -> None:
    token = {"form_token": manager.form_token()}
    before = rows(office)
    for path in addresses(app, "POST"):
        assert manager.post(path, {"form_token": "0" * 64}, Origin=ADDRESS).status_code == 403, path
        assert manager.post(path, token, Origin=EVIL).status_code == 403, path
        assert manager.client.post(path, base_url=EVIL, data=token).status_code == 400, path
    assert rows(office) == before


@pytest.mark.slow
def test_looking_changes_nothing_and_no_page_may_be_framed_or_run_what_is_foreign(
    office: Office, app: Flask, manager: Browser
) -> None:
    office.store.new_order([("HAT", 1)])
    office.fetch()
    before = rows(office)
    for path in addresses(app, "GET"):
        answer = manager.get(path)
        assert answer.status_code in {200, 302, 400, 404}, path
        assert answer.headers["X-Frame-Options"] == "DENY", path
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"], path
        if "static" not in path:
            assert not re.search(
                r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=|javascript:", answer.text
            ), path
            assert answer.headers["Cache-Control"] == "no-store", path
        answer.close()
    assert rows(office) == before


@pytest.mark.slow
def test_what_is_asked_for_and_what_stores_say_is_text_on_each_page(
    office: Office, app: Flask, manager: Browser
) -> None:
    order = office.store.new_order([("HAT", 1)])
    shop = office.store._shop  # type: ignore[attr-defined]
    shop.orders[order].ship_to["city"] = MARKUP
    office.store.touch(order)
    office.fetch()
    office.bridge.carriers.add("EVIL", MARKUP)
    names = (
        "number",
        "postcode",
        "text",
        "store",
        "what",
        "state",
        "carrier",
        "platform",
        "done",
        "then",
        "of",
    )
    asked = "&".join(f"{name}={MARKUP}" for name in names)
    for path in addresses(app, "GET"):
        for address in (f"{path}?{asked}", path.replace("shop", MARKUP).replace("BRT", MARKUP), path):
            answer = manager.get(address)
            assert answer.status_code != 500, address
            assert "<img" not in answer.text, address
            answer.close()
    assert "&lt;img src=x" in manager.get("/carriers").text
