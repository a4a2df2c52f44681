"""Inserts that say what happens where the row is there already: SQLite and PostgreSQL alone have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection


def insert_of(connection: Connection) -> Callable[[sa.Table], Any]:
    """``insert`` of this database alone: every command would wait for the import of the other one."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert
    from sqlalchemy.dialects import postgresql

    return postgresql.insert


def put_row(connection: Connection, table: sa.Table, **values: Any) -> None:
    """Make the row, or change the one of its primary key, also where another program makes it at this very moment."""
    keys = [column.name for column in table.primary_key]
    others = {name: value for name, value in values.items() if name not in keys}
    entry = insert_of(connection)(table).values(**values)
    connection.execute(entry.on_conflict_do_update(index_elements=keys, set_=others))


def insert_if_new(connection: Connection, table: sa.Table, **values: Any) -> bool:
    """Whether the row was made: where another program has made it, also at this very moment, nothing changes."""
    statement = insert_of(connection)(table).values(**values).on_conflict_do_nothing()
    # Without this PostgreSQL's count of an INSERT is not known afterwards.
    made = connection.execute(statement, execution_options={"preserve_rowcount": True})
    return made.rowcount > 0
