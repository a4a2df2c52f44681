"""Managers say who may sign in; whose word, role or account changes is out at once."""

from __future__ import annotations

import re

import pytest
from tests.core.office_web.conftest import PASSWORD, Browser

from fbridge import Role
from fbridge.testing.office import Office

NEW = "a wholly new password"


def seen(page: str, action: str) -> str:
    form = re.search(rf'action="{action}".*?name="seen" value="(\w+)"', page, re.DOTALL)
    assert form is not None
    return form[1]


def test_a_manager_adds_changes_and_switches_off_who_signs_in(
    office: Office, manager: Browser, clerk: Browser
) -> None:
    token = {"form_token": manager.form_token()}
    new = {"name": "carla", "role": "clerk", "password": NEW, "again": NEW}
    assert manager.post("/users", token | new | {"again": "x"}).status_code == 400
    answer = manager.post("/users", token | new)
    assert answer.status_code == 303
    page = manager.get(answer.location).text
    assert "It is added." in page
    assert NEW not in page
    other = Browser(manager.client.application.test_client())
    assert other.sign_in("carla", NEW).status_code == 303

    role = {"role": "manager", "seen": seen(page, "/users/anna/role")}
    assert manager.post("/users/anna/role", token | role).status_code == 303
    assert clerk.get("/").status_code == 302, "with another role one signs in again"
    stale = manager.post("/users/anna/role", token | role | {"role": "clerk"})
    assert stale.status_code == 409
    assert "Somebody has changed this meanwhile" in stale.text

    off = {"seen": seen(manager.get("/users").text, "/users/carla/off")}
    assert manager.post("/users/carla/off", token | off).status_code == 303
    assert other.get("/").status_code == 302
    assert other.sign_in("carla", NEW).status_code == 403
    on = {"seen": seen(manager.get("/users").text, "/users/carla/on")}
    assert manager.post("/users/carla/on", token | on).status_code == 303
    assert other.sign_in("carla", NEW).status_code == 303
    assert manager.post("/users/carla/password", token | {"password": "x", "again": "x"}).status_code == 400
    assert (
        manager.post("/users/carla/password", token | {"password": PASSWORD, "again": PASSWORD}).status_code
        == 303
    )
    assert other.get("/").status_code == 302


@pytest.mark.slow
def test_the_last_manager_stays(office: Office, manager: Browser) -> None:
    token = {"form_token": manager.form_token()}
    page = manager.get("/users").text
    role = {"role": "clerk", "seen": seen(page, "/users/bea/role")}
    answer = manager.post("/users/bea/role", token | role)
    assert answer.status_code == 400
    assert "bea is the last manager who can sign in" in answer.text
    assert manager.post("/users/bea/off", token | {"seen": seen(page, "/users/bea/off")}).status_code == 400
    assert {one.role for one in office.bridge.accounts.list() if one.name == "bea"} == {Role.MANAGER}


@pytest.mark.slow
def test_everybody_has_a_password_of_their_own(clerk: Browser) -> None:
    token = {"form_token": clerk.form_token()}
    new = {"password": NEW, "again": NEW}
    other = Browser(clerk.client.application.test_client())
    other.sign_in()
    codes = [
        clerk.post("/password", token | new | {"old": f"guess {count}"}).status_code for count in range(6)
    ]
    assert codes == [400] * 5 + [429], "a cookie that was found is not enough to guess the password"
    assert other.get("/").status_code == 200


def test_a_new_password_ends_what_was_signed_in_with_the_old_one(clerk: Browser) -> None:
    other = Browser(clerk.client.application.test_client())
    other.sign_in()
    token = {"form_token": clerk.form_token()}
    answer = clerk.post("/password", token | {"old": PASSWORD, "password": NEW, "again": NEW})
    assert answer.status_code == 303
    assert "sign in with it" in clerk.text(answer.location)
    assert other.get("/").status_code == 302
    assert clerk.sign_in(password=PASSWORD).status_code == 403
    assert clerk.sign_in(password=NEW).status_code == 303


@pytest.mark.slow
def test_a_token_is_shown_once_and_revoked(office: Office, manager: Browser, clerk: Browser) -> None:
    token = {"form_token": manager.form_token()}
    assert manager.post("/tokens", token | {"name": "erp"}).status_code == 400, "good for nothing"
    assert manager.post("/tokens", token | {"name": "erp", "scope": "everything"}).status_code == 400
    made = manager.post("/tokens", token | {"name": "erp", "scope": "read"})
    found = re.search(r"<code>(fbridge_[\w-]+)</code>", made.text)
    assert found is not None
    assert office.bridge.api_tokens.who(found[1]) is not None
    assert found[1] not in manager.get("/tokens").text
    assert clerk.get("/tokens").status_code == 403
    assert manager.post("/tokens/erp/revoke", token).status_code == 303
    assert office.bridge.api_tokens.who(found[1]) is None
