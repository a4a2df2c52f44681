"""Old orders by the hundred thousand: copies of those that were fetched, all of them shipped long ago."""

from __future__ import annotations

import sqlalchemy as sa

from fbridge.storage.database import Database
from fbridge.storage.postgres import without_limits
from fbridge.storage.tables import order_lines, orders

AT_ONCE = 200_000
"""Orders of one statement: what it sorts for its indexes fits the memory of the server."""


def copy_orders(database: Database, count: int, there: int) -> None:
    """So many, of ``there`` orders that are known; each is a copy of one, with its lines."""
    done = 0
    while done < count:
        some = min(AT_ONCE, count - done)
        with database.write() as connection, without_limits(connection):
            _copy(connection, done, some, there)
        done += some
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE orders, order_lines")


def _copy(connection: sa.Connection, begin: int, count: int, there: int) -> None:
    """Each gets the id of its original, so many thousands further on: lines find their order without a search."""
    last = connection.scalar(sa.select(sa.func.max(orders.c.id))) or 0
    numbered = sa.select(orders, (sa.func.row_number().over(order_by=orders.c.id) - 1).label("place")).where(
        orders.c.remote_id.not_like("old-%")
    )
    first = numbered.cte("first")
    at = sa.func.generate_series(begin, begin + count - 1).table_valued("at").render_derived(name="again")
    key = sa.func.concat("old-", at.c.at)
    changed = {
        "id": last + 1 + at.c.at - begin,
        "remote_id": key,
        "number": key,
        "open_quantity": sa.literal(0),
        "fulfillment": sa.literal("fulfilled"),
        "status": sa.literal("closed"),
    }
    rows = (
        sa.select(*(changed.get(column.name, first.c[column.name]) for column in orders.c))
        .select_from(at)
        .join(first, first.c.place == at.c.at % there)
    )
    connection.execute(sa.insert(orders).from_select([column.name for column in orders.c], rows))
    lines = [column for column in order_lines.c if column.name not in {"id", "order_id"}]
    of_copies = (
        sa.select(last + 1 + at.c.at - begin, *lines)
        .select_from(at)
        .join(first, first.c.place == at.c.at % there)
        .join(order_lines, order_lines.c.order_id == first.c.id)
    )
    connection.execute(
        sa.insert(order_lines).from_select(["order_id", *(column.name for column in lines)], of_copies)
    )
    after = last + count
    connection.execute(sa.select(sa.func.setval(sa.func.pg_get_serial_sequence("orders", "id"), after)))
