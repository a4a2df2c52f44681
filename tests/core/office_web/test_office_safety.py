"""A scripted attacker before the page, without an account and with a clerk's."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from tests.core.office_web.conftest import ADDRESS, PASSWORD, Browser

from fbridge import OrderFilter, Role
from fbridge.models.accounts import RIGHTS
from fbridge.office_web.app import create_app
from fbridge.office_web.rights import is_open, right_of
from fbridge.testing.office import Office

OPEN = {"static", "signing_in.sign_in"}
"""What nobody signs in for. Who adds to it has thought about it."""


def test_every_page_asks_to_sign_in_and_tells_browsers_to_run_nothing_foreign(
    app: Flask, visitor: Browser
) -> None:
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in OPEN and "GET" in (rule.methods or ()):
            answer = visitor.get(re.sub(r"<[^>]+>", "x", rule.rule))
            assert (answer.status_code, answer.location.split("?")[0]) == (302, "/sign-in"), rule
            assert answer.headers["Cache-Control"] == "no-store"
    page = visitor.get("/sign-in")
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=|javascript:", page.text)
    assert visitor.get("/static/../../../../../../etc/passwd").status_code in {302, 404}
    assert visitor.get("/static/%2e%2e/app.py").status_code == 404


def test_each_page_says_who_may_see_it_and_a_clerk_gets_no_further(app: Flask, clerk: Browser) -> None:
    token = {"form_token": clerk.form_token()}
    with app.app_context():
        needs = [(rule, right_of(rule.endpoint)) for rule in app.url_map.iter_rules()]
        assert {rule.endpoint for rule, right in needs if right is None} == OPEN
        assert all(is_open(one) for one in OPEN)
    for rule, right in needs:
        path = re.sub(r"<[^>]+>", "x", rule.rule)
        if right is None or right in RIGHTS[Role.CLERK]:
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = clerk.get(path) if method == "GET" else clerk.post(path, token)
            assert answer.status_code == 403, (method, path)
            assert "Only a manager may do this." in answer.text


@pytest.mark.slow
def test_a_page_that_says_nothing_is_closed(office: Office) -> None:
    office.bridge.accounts.add("anna", Role.MANAGER, PASSWORD)
    app = create_app(office.bridge)
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    manager = Browser(app.test_client())
    manager.sign_in()
    assert manager.get("/").status_code == 200
    assert manager.get("/forgotten").status_code == 403


def test_only_forms_of_our_own_and_only_by_our_own_name(clerk: Browser, visitor: Browser) -> None:
    right = {"name": "anna", "password": PASSWORD, "form_token": visitor.token()}
    assert visitor.post("/sign-in", right | {"form_token": ""}).status_code == 403
    assert visitor.post("/sign-in", right | {"form_token": "0" * 64}).status_code == 403
    assert visitor.post("/sign-in", right, Origin="http://evil.example").status_code == 403
    assert visitor.post("/sign-in", right, Origin="null").status_code == 403
    assert clerk.post("/sign-out", {}).status_code == 403
    forged = visitor.client.get("/sign-in", base_url="http://evil.example:8484")
    assert forged.status_code == 400
    large = visitor.post("/sign-in", right | {"name": "x" * 70_000})
    assert large.status_code == 413
    assert visitor.post("/sign-in", right, Origin=ADDRESS).status_code == 303


@pytest.mark.slow
def test_what_no_database_holds_is_no_fault_of_ours(
    visitor: Browser, clerk: Browser, manager: Browser
) -> None:
    form = {"name": "an\x00na", "password": PASSWORD, "form_token": visitor.token()}
    assert visitor.post("/sign-in", form, Origin=ADDRESS).status_code == 400
    for path in ("/shipments/%00", "/orders?text=a%00b", "/order?of=shop:id=%00", "/orders?%00=1"):
        assert clerk.get(path).status_code == 400, path
    for guard in ("most_mails=nan", "most_mails=inf", "=1", "most_mails"):
        assert manager.get(f"/push?guard={guard}").status_code == 400, guard
    fields = {"form_token": clerk.form_token(), "numbers": "\x00"}
    assert clerk.post("/shipments/S1/numbers", fields).status_code == 400


def test_signing_in_gives_a_new_cookie_and_signing_out_ends_it_everywhere(
    office: Office, app: Flask, visitor: Browser
) -> None:
    visitor.client.set_cookie("fbridge_signed_in", "known-to-the-attacker", domain="127.0.0.1")
    answer = visitor.sign_in(then="//evil.example/")
    assert answer.location == "/"
    kept = next(one for one in answer.headers.getlist("Set-Cookie") if "signed_in" in one)
    assert "HttpOnly" in kept
    assert "SameSite=Strict" in kept
    token = visitor.cookie("fbridge_signed_in")
    assert token != "known-to-the-attacker"
    thief = Browser(app.test_client())
    thief.client.set_cookie("fbridge_signed_in", token, domain="127.0.0.1")
    assert thief.get("/").status_code == 200
    found = re.search(r'form_token" value="(\w+)"', visitor.get("/").text)
    assert found is not None
    visitor.post("/sign-out", {"form_token": found[1]}, Origin=ADDRESS)
    assert thief.get("/").status_code == 302
    with office.bridge.context.database.read() as connection:
        dump = str(connection.exec_driver_sql("SELECT * FROM sign_ins").all())
        dump += str(connection.exec_driver_sql("SELECT * FROM accounts").all())
    assert token not in dump
    assert PASSWORD not in dump
    assert "$argon2id$" in dump


def test_who_guesses_has_to_wait_and_who_idles_or_is_removed_is_out(office: Office, app: Flask) -> None:
    clerk, guesser = Browser(app.test_client()), Browser(app.test_client())
    clerk.sign_in()
    codes = [guesser.sign_in(password=f"a guess {count}").status_code for count in range(6)]
    assert codes == [403] * 5 + [429]
    late = guesser.sign_in()
    assert late.status_code == 429, "the right password is no way around"
    assert 800 < int(late.headers["Retry-After"]) <= 900
    assert guesser.sign_in(name="nobody").status_code == 403
    office.skip_time(timedelta(hours=9))
    assert clerk.get("/").status_code == 302


@pytest.mark.slow
def test_an_account_that_is_removed_or_gets_another_password_is_signed_out(
    office: Office, clerk: Browser
) -> None:
    office.bridge.accounts.set_password("Anna", "another password")
    assert clerk.get("/").status_code == 302
    assert clerk.sign_in(password="another password").status_code == 303
    office.bridge.accounts.remove("anna")
    assert clerk.get("/").status_code == 302


def test_what_a_customer_writes_is_text(office: Office, clerk: Browser) -> None:
    evil = '<img src=x onerror="alert(1)">'
    order = office.store.new_order([("<b>HAT</b>", 1)])
    shop = office.store._shop  # type: ignore[attr-defined]
    shop.orders[order].ship_to["name"] = evil
    office.store.touch(order)
    office.fetch()
    office.pack(order, ["FB000000001IT"])
    pages = [clerk.get(path).text for path in ("/", "/orders?show=all", f"/order?of=shop:id={order}")]
    pages.append(clerk.get(f"/manifests/{office.bridge.manifests.list()[0].number}").text)
    pages.append(clerk.get("/orders", X="y").text)
    pages.append(clerk.get('/orders?text="><script>alert(3)</script>&store=&older="><script>').text)
    for page in pages:
        assert "<img" not in page
        assert "<script>" not in page
        assert "<b>HAT" not in page
    assert "&lt;img src=x" in pages[2]
    assert list(office.bridge.orders.list(OrderFilter(text="alert")))
