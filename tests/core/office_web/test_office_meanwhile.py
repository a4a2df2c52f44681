"""Somebody else acts, here or at a terminal, between the moment a page looks and the moment it writes: nobody can."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from tests.core.office_web.conftest import Browser, on_sqlite

from fbridge.office_web import jobs, manifest_acts
from fbridge.testing.office import Office


@contextmanager
def tried_by_another_desk(office: Office) -> Iterator[list[tuple[str, bool]]]:
    """Before each statement of the page: whether another program could write at that moment."""
    engine, said = office.bridge.context.database.engine, list[tuple[str, bool]]()

    def remember(*told: Any) -> None:
        with closing(sqlite3.connect(office.home.database_file, timeout=0, isolation_level=None)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                said.append((told[2], False))
            else:
                other.execute("ROLLBACK")
                said.append((told[2], True))

    sa.event.listen(engine, "before_cursor_execute", remember)
    yield said
    sa.event.remove(engine, "before_cursor_execute", remember)


@on_sqlite
def test_from_the_look_on_to_the_write_nobody_comes_between(office: Office, clerk: Browser) -> None:
    order = office.store.new_order([("HAT", 1)])
    office.fetch()
    one = office.pack(order, ["FB000000001IT"])
    page, own = f"/manifests/{one.manifest}", f"/shipments/{one.label}"
    stands_alone(office, clerk, own, f"{own}/numbers", numbers="FB000000002IT", parcels="1")
    stands_alone(office, clerk, own, f"{own}/packing", weight="1")
    stands_alone(office, clerk, page, f"{page}/off", row=ticks(clerk, page))
    office.bridge.manifests.add("BRT", [one.label])
    office.bridge.manifests.ship(str(one.manifest))
    stands_alone(office, clerk, page, f"{page}/reopen")
    stands_alone(office, clerk, page, f"{page}/cancel")


def stands_alone(office: Office, clerk: Browser, shown: str, place: str, **more: str | list[str]) -> None:
    fields = clerk.form(shown, place) | more
    with tried_by_another_desk(office) as said:
        assert "wrong" not in clerk.send(place, fields).text
    written = [
        at for at, (words, _) in enumerate(said) if words.startswith(("UPDATE shipments", "UPDATE man"))
    ]
    looks = [at for at, (words, _) in enumerate(said) if "FROM shipments" in words and at < written[0]]
    assert not any(free for _, free in said[min(looks) : written[-1] + 1]), place


def ticks(clerk: Browser, page: str) -> list[str]:
    return re.findall(r'name="row" value="([^"]+)"', clerk.get(page).text)


@on_sqlite
def test_where_the_database_is_kept_busy_in_the_middle_what_was_done_is_told(
    office: Office, clerk: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest_acts, "_IN_ONE_UNIT", 1)
    for _ in range(3):
        office.store.new_order([("HAT", 1)])
    office.fetch()
    refs = [f"shop:{one.number}" for one in office.bridge.orders.list()]
    number = office.bridge.manifests.new("BRT").number
    fields = clerk.form(f"/manifests/{number}", f"/manifests/{number}/add")
    with kept_busy_after(office, "INSERT INTO shipments"):
        told = clerk.send(f"/manifests/{number}/add", fields | {"ref": refs}).text
    assert (told.count("Another program keeps the database"), "Done: 1" in told) == (2, True)
    assert "Done: 2" in clerk.send(f"/manifests/{number}/add", fields | {"ref": refs[1:]}).text
    assert office.bridge.manifests.list()[0].count == len(refs)


@contextmanager
def kept_busy_after(office: Office, statement: str) -> Iterator[None]:
    """Another program has the database for itself from the commit of this on; nobody waits for it long."""
    engine = office.bridge.context.database.engine
    with closing(sqlite3.connect(office.home.database_file, timeout=0, isolation_level=None)) as other:
        seen: list[str] = []

        def wait_shortly(connection: Any, *_: Any) -> None:
            connection.execute("PRAGMA busy_timeout=0")

        def note(*told: Any) -> None:
            seen.append(told[2])

        def lock(_: object) -> None:
            if any(one.startswith(statement) for one in seen) and not other.in_transaction:
                other.execute("BEGIN IMMEDIATE")

        listeners = (
            ("checkout", wait_shortly),
            ("before_cursor_execute", note),
            ("checkin", lambda *_: lock(None)),
        )
        for name, act in listeners:
            sa.event.listen(engine, name, act)
        try:
            yield
        finally:
            for name, act in listeners:
                sa.event.remove(engine, name, act)
            if other.in_transaction:
                other.execute("ROLLBACK")


@pytest.mark.slow
@on_sqlite
def test_what_came_of_hundreds_is_shown_in_part_and_counted(
    office: Office, clerk: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MOST_ROWS", 2)
    number = office.bridge.manifests.new("BRT").number
    fields = clerk.form(f"/manifests/{number}", f"/manifests/{number}/add")
    shown = clerk.send("/add", fields | {"target": number, "ref": [f"nobody{at}" for at in range(5)]}).text
    assert shown.count("There is no order nobody") == 2
    assert "More rows like these: 3" in shown
    orders = [office.store.new_order([("HAT", 1)]) for _ in range(4)]
    office.fetch()
    for at, order in enumerate(orders):
        office.pack(order, [f"FB00000000{at}IT"])
    clerk.act(f"/manifests/{number}", f"/manifests/{number}/ship")
    office.store.cancel(orders[3])
    plan = f"/push?manifest={number}"
    pushed = clerk.act(plan, "/push").text
    assert "<strong>3</strong> sent" in pushed
    rows = pushed[pushed.index("What came of it") :]
    assert (rows.count("<tr><td>"), rows.count('class="refused"'), rows.count("like these: 2")) == (2, 1, 1)
