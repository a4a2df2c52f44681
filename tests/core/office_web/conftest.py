"""An office before the toy store, with the page of it, and browsers that look at it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from tests.contract.toy_store import ToyUnderTest
from werkzeug.test import TestResponse

from fbridge import Jobs, Role
from fbridge.accounts import passwords
from fbridge.cli.job_process import do_job
from fbridge.office_web.app import create_app
from fbridge.sandbox import ServedSandbox
from fbridge.testing.office import Office

on_sqlite = pytest.mark.parametrize("office", ["sqlite"], indirect=True)
"""For what looks into the file, or has a test of its own for PostgreSQL."""
PASSWORD = "correct horse battery"
ADDRESS = "http://127.0.0.1:8484"


@dataclass
class Browser:
    """Somebody before a browser: keeps cookies, and fills in the forms that it is shown."""

    client: FlaskClient

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, base_url=ADDRESS, headers=headers)

    def text(self, path: str, **headers: str) -> str:
        answer = self.get(path, **headers)
        assert answer.status_code == 200, answer.text
        return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))

    def token(self) -> str:
        found = re.search(r'name="form_token" value="(\w+)"', self.get("/sign-in").text)
        return found[1] if found else ""

    def form_token(self) -> str:
        """Of the forms of whoever is signed in."""
        found = re.search(r'name="form_token" value="(\w+)"', self.get("/").text)
        return found[1] if found else ""

    def post(self, path: str, fields: dict[str, str], **headers: str) -> TestResponse:
        return self.client.post(path, base_url=ADDRESS, data=fields, headers=headers)

    def sign_in(self, name: str = "anna", password: str = PASSWORD, then: str = "") -> TestResponse:
        fields = {"name": name, "password": password, "then": then, "form_token": self.token()}
        return self.post("/sign-in", fields, Origin=ADDRESS)

    def form(self, page: str, action: str) -> dict[str, str]:
        """What the first form of this page that leads there carries without anybody's help."""
        shown = self.get(page).text
        form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', shown, re.DOTALL)
        assert form is not None, f"{page} has no form for {action}:\n{shown}"
        inputs = [dict(re.findall(r'(\w+)="([^"]*)"', one)) for one in re.findall("<input[^>]*>", form[0])]
        return {one["name"]: unescape(one.get("value", "")) for one in inputs if one.get("type") == "hidden"}

    def send(self, action: str, fields: Mapping[str, str | list[str]]) -> TestResponse:
        """Send a form that was filled in, and look where it leads."""
        headers = {"Origin": ADDRESS}
        return self.client.post(action, base_url=ADDRESS, data=fields, headers=headers, follow_redirects=True)

    def act(self, page: str, action: str, **fields: str | list[str]) -> TestResponse:
        """Fill in the form of this page that leads there, send it, and look where it leads."""
        return self.send(action, self.form(page, action) | fields)

    def scan(self, manifest: str, mode: str, code: str, **more: str | list[str]) -> dict[str, Any]:
        """What the page answers to a code that the scanner reads."""
        fields = {"code": code, "mode": mode, "form_token": self.form_token(), **more}
        answer = self.client.post(f"/manifests/{manifest}/scan", base_url=ADDRESS, data=fields)
        told: dict[str, Any] = answer.get_json()
        return told

    def cookie(self, name: str) -> str:
        found = self.client.get_cookie(name, domain="127.0.0.1")
        return found.value if found else ""


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.slow])],
)
def office(
    request: pytest.FixtureRequest, install_toy: Callable[[str], None], tmp_path: Path
) -> Iterator[Office]:
    install_toy("adapter:adapter")
    from fbridge_toy.sandbox import ToySandbox

    server = request.getfixturevalue("postgres_server") if request.param == "postgresql" else None
    with (
        ServedSandbox(ToySandbox(), "127.0.0.1", 0) as served,
        Office(
            ToyUnderTest(served), tmp_path, database_url=server.url("office") if server else None
        ) as opened,
    ):
        yield opened
    if server:
        server.empty("office")


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id as it is used, without the memory and time that it takes on purpose."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: hasher)


@pytest.fixture
def app(office: Office) -> Flask:
    """Jobs are done by the same code as in their own process, before the page answers."""
    office.bridge.accounts.add("anna", Role.CLERK, PASSWORD)
    office.bridge.jobs = Jobs(office.bridge.context, lambda _, key: do_job(office.another_desk, key))
    return create_app(office.bridge)


@pytest.fixture
def visitor(app: Flask) -> Browser:
    return Browser(app.test_client())


@pytest.fixture
def manager(office: Office, app: Flask) -> Browser:
    office.bridge.accounts.add("bea", Role.MANAGER, PASSWORD)
    browser = Browser(app.test_client())
    assert browser.sign_in("bea").status_code == 303
    return browser


@pytest.fixture
def clerk(app: Flask) -> Browser:
    browser = Browser(app.test_client())
    assert browser.sign_in().status_code == 303
    return browser
