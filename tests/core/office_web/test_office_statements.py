"""However many orders there are, a page takes as many statements as before, and none goes through a large table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from tests.core.office_web.api_programs import Program, document
from tests.core.office_web.conftest import Browser, on_sqlite
from tests.core.office_web.test_office_attacker import addresses
from tests.core.storage.test_query_plans import (
    forget_what_was_counted,
    goes_through_large_table,
    through_postgresql,
    through_sqlite,
)
from werkzeug.test import TestResponse

from fbridge import Role
from fbridge.models.api_tokens import SCOPES
from fbridge.office_web import manifests
from fbridge.testing.office import Office

pytestmark = pytest.mark.slow
MORE_SMALL = ("accounts", "sign_ins", "jobs", "carrier_mappings", "site_carriers", "api_tokens", "counters")


PAGE_BY_PAGE = ("SCAN orders USING INDEX ix_orders_created_at", "SCAN events USING INDEX")
"""All orders by their age, what happened in its sequence: a page of them is read, and no more."""
COUNTED = "SCAN orders USING COVERING INDEX ix_orders_store_changed_at"
"""How many orders each store has is counted in an index alone."""
REFS = {
    "orders": "shop:id={order}",
    "shipments": "S1",
    "manifests": "2026-0001",
    "stores": "shop",
    "carriers": "BRT",
    "platforms": "toy",
}
QUERIES = {"/find": "?text=T{order}", "/carrier-standings": "?store=shop", "/orders": "?text=T{order}"}


@contextmanager
def heard(office: Office) -> Iterator[list[tuple[str, Any]]]:
    said: list[tuple[str, Any]] = []

    def remember(*told: Any) -> None:
        said.append((told[2], told[3]))

    engine = office.bridge.context.database.engine
    sa.event.listen(engine, "before_cursor_execute", remember)
    yield said
    sa.event.remove(engine, "before_cursor_execute", remember)


def test_pages_take_a_bounded_number_of_statements_and_scan_no_large_table(
    office: Office, app: Flask, manager: Browser
) -> None:
    order = grown(office, 1)
    paths = [
        f"/order?of=shop:id={order}",
        "/orders?show=all",
        f"/orders?text=T{order}",
        "/carriers/BRT?number=1",
        "/manifests/2026-0001",
        "/shipments/S1",
        "/?store=shop&what=ready",
    ]
    pages = [path for path in sorted(set(addresses(app, "GET"))) if "static" not in path]
    paths += [path for path in pages if manager.get(path).status_code == 200]
    assert len(paths) > 18
    grow_no_dearer(office, {path: partial(manager.get, path) for path in paths})


def test_what_the_api_reads_takes_a_bounded_number_of_statements_and_scans_no_large_table(
    office: Office, app: Flask
) -> None:
    program = Program(app.test_client(), office.bridge.api_tokens.add("erp", SCOPES).token)
    order = grown(office, 1)
    paths = [
        *(f"{path}{QUERIES.get(path, '')}" for path in document()["paths"]),
        *("/orders", "/orders?ready=true", "/orders?store=shop&open=true", "/shipments?store=shop"),
    ]
    acts = {
        path: partial(program.ask, "GET", path)
        for path in (with_refs(path).format(order=order) for path in paths)
        if program.ask("GET", path).status_code == 200
    }
    assert len(acts) > 20
    grow_no_dearer(office, acts)


def with_refs(path: str) -> str:
    """The path with the name of something that is there."""
    return path.replace("{ref}", REFS.get(path.split("/")[1], "x"))


def grow_no_dearer(office: Office, acts: Mapping[str, Callable[[], TestResponse]]) -> None:
    if not office.bridge.context.database.is_sqlite:
        forget_what_was_counted(office.bridge.context.database)
    few = {path: counted(office, path, act) for path, act in acts.items()}
    grown(office, 8)
    more = {path: counted(office, path, act) for path, act in acts.items()}
    assert {path: count for path, count in more.items() if count > few[path] + 3} == {}


def grown(office: Office, count: int) -> str:
    """So many more of each: orders on a manifest and not, carriers, accounts. One of the orders."""
    for at in range(count):
        packed, order = (office.store.new_order([("HAT", 1)]) for _ in range(2))
        office.fetch()
        office.pack(packed, [f"FB{count}{at:08d}IT"])
        office.bridge.carriers.add(f"C{count}-{at}")
        office.bridge.accounts.add(f"user{count}-{at}", Role.CLERK, "a long password")
    return order


def counted(office: Office, path: str, act: Callable[[], TestResponse]) -> int:
    database = office.bridge.context.database
    explain = through_sqlite if database.is_sqlite else through_postgresql
    with heard(office) as said:
        act().close()
    with database.read() as connection:
        cursor = connection.connection.cursor()
        for statement, values in said:
            if statement.startswith(("SELECT", "WITH")):
                for step in filter(goes_through_large_table, explain(cursor, statement, values)):
                    fits = step.split()[1] in MORE_SMALL or step.startswith((*PAGE_BY_PAGE, COUNTED))
                    assert fits, (path, step, statement)
    return len(said)


@on_sqlite
def test_a_scan_asks_no_more_of_a_long_manifest_which_is_shown_in_parts(
    office: Office, app: Flask, clerk: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown(office, 1)
    few, more = said_by_scans(office, clerk, "FB100000000IT")
    grown(office, 6)
    many, _ = said_by_scans(office, clerk, "FB600000001IT")
    assert many == few
    assert more["left"] == 0
    assert clerk.scan("2026-0001", "check", "FB600000002IT")["left"] == 6
    monkeypatch.setattr(manifests, "ROWS", 4)
    page = clerk.get("/manifests/2026-0001").text
    assert page.count("data-shipment=") == 4
    (following,) = re.findall(r'href="([^"]*after=[^"]*)" rel="next"', page)
    assert clerk.get(following).text.count("data-shipment=") == 3


def said_by_scans(office: Office, clerk: Browser, code: str) -> tuple[int, dict[str, Any]]:
    """How many statements the three kinds of scans take together."""
    clerk.form_token()
    with heard(office) as said:
        told = clerk.scan("2026-0001", "check", code)
        clerk.scan("2026-0001", "number", code)
        clerk.scan("2026-0001", "add", code)
    return len(said), told
