"""PostgreSQL: a database loaded into another place was restored; a fresh computer with the same one was not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fbridge.context import utc_now
from fbridge.errors import InputError
from fbridge.push.turn import push_turn
from fbridge.storage.database import open_database
from fbridge.storage.events import record
from fbridge.storage.maintenance import Maintenance
from fbridge.storage.restored import mark_restored
from fbridge.storage.tables import events
from fbridge.stores.rows import ensure_store

pytestmark = pytest.mark.postgres


@pytest.fixture
def office(postgres_server: Any) -> Any:
    """A database of its own, with a store that was pushed to."""
    postgres_server.execute("CREATE DATABASE branch")
    database = open_database(postgres_server.url("branch"))
    with database.write() as connection:
        ensure_store(connection, "shop", "plain", at=utc_now())
    yield database
    database.close()
    postgres_server.execute("DROP DATABASE IF EXISTS branch", "DROP DATABASE IF EXISTS elsewhere")


def restored(database: Any, folder: Path) -> bool:
    with push_turn(database, "shop", folder) as turn:
        return turn.restored_epoch == turn.epoch


def test_fresh_computers_with_one_database_are_no_restore(office: Any, tmp_path: Path) -> None:
    assert not restored(office, tmp_path / "a")
    assert not restored(office, tmp_path / "b")
    assert not restored(office, tmp_path / "a")


def test_it_is_put_back_by_its_own_tools_and_that_is_said(office: Any, tmp_path: Path) -> None:
    care = Maintenance(url=office.url.render_as_string(hide_password=False), records=tmp_path)
    with pytest.raises(InputError, match=r"pg_restore, then say so: fbridge db restore --done"):
        care.restore(tmp_path / "backup.db")
    with pytest.raises(InputError, match="fbridge db upgrade"):
        care.create()
    assert not restored(office, tmp_path)
    with office.write() as connection:
        mark_restored(connection)
    (store,) = care.check().restored
    assert (store.store, store.noticed_at) == ("shop", None)
    assert restored(office, tmp_path)
    assert care.check().sound


def test_a_copy_in_another_database_is_one(office: Any, postgres_server: Any, tmp_path: Path) -> None:
    assert not restored(office, tmp_path)
    office.close()
    postgres_server.execute("CREATE DATABASE elsewhere TEMPLATE branch")
    copy = open_database(postgres_server.url("elsewhere"))
    assert restored(copy, tmp_path)
    assert not restored(copy, tmp_path), "it is noticed once, and never forgotten"
    with push_turn(copy, "shop", tmp_path) as turn:
        assert turn.restored_epoch
    copy.close()


def test_ids_of_events_go_on_where_the_lost_database_has_given_out_none(office: Any, tmp_path: Path) -> None:
    with office.write() as connection:
        mark_restored(connection)
        record(connection, "order.new", "it did", at=utc_now())
        found = connection.execute(sa.select(events.c.id, events.c.kind).order_by(events.c.id)).all()
    assert [kind for _, kind in found] == ["database.restored", "order.new"]
    assert found[0].id > 10**6
    assert found[1].id == found[0].id + 1


def test_a_table_that_was_made_anew_is_one(office: Any, tmp_path: Path) -> None:
    """As ``pg_restore --clean`` into the same database does."""
    assert not restored(office, tmp_path)
    with office.write() as connection:
        connection.execute(sa.text("CREATE TABLE loaded (LIKE pushes INCLUDING ALL)"))
        connection.execute(sa.text("DROP TABLE pushes"))
        connection.execute(sa.text("ALTER TABLE loaded RENAME TO pushes"))
    assert restored(office, tmp_path)


def test_users_who_may_see_more_and_less_of_one_server_are_no_restore(
    office: Any, postgres_server: Any, tmp_path: Path
) -> None:
    postgres_server.execute(
        "CREATE ROLE clerk LOGIN",
        "GRANT ALL ON ALL TABLES IN SCHEMA public TO clerk",
        "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM public",
        database="branch",
    )
    clerk = open_database(postgres_server.url("branch").replace("fbridge@", "clerk@"))
    try:
        assert not restored(clerk, tmp_path)
        assert not restored(office, tmp_path)
        assert not restored(clerk, tmp_path)
    finally:
        clerk.close()
        postgres_server.execute("DROP OWNED BY clerk", "DROP ROLE clerk", database="branch")
