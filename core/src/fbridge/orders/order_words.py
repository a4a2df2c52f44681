"""The words by which orders are found, kept with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.models.search_words import words_of_order
from fbridge.storage.many_rows import insert_rows
from fbridge.storage.search_tables import order_words
from fbridge.storage.tables import orders

_COLUMNS = (
    orders.c.id, orders.c.remote_id, orders.c.number, orders.c.customer, orders.c.ship_to, orders.c.bill_to
)  # fmt: skip


def load_found_by(connection: Connection, *conditions: sa.ColumnElement[bool]) -> Iterator[Mapping[str, Any]]:
    """What the words of these orders are made of, to give to :func:`replace_words` before it changes."""
    yield from map(dict, connection.execute(sa.select(*_COLUMNS).where(*conditions)).mappings())


def add_words(connection: Connection, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    """Keep the words of new orders, each with its key and its columns."""
    _insert(connection, [(word, order_id) for order_id, row in rows for word in sorted(words_of_order(row))])


def replace_words(
    connection: Connection, before: Iterable[Mapping[str, Any]], after: Mapping[int, Mapping[str, Any]]
) -> None:
    """Take away what an order is not found by any more, and add what is new; most changes change no word."""
    gone, new = [], []
    for row in before:
        had, has = words_of_order(row), words_of_order(after[row["id"]])
        gone += [(word, row["id"]) for word in sorted(had - has)]
        new += [(word, row["id"]) for word in sorted(has - had)]
    if gone:
        match = (order_words.c.word == sa.bindparam("w"), order_words.c.order_id == sa.bindparam("o"))
        connection.execute(
            sa.delete(order_words).where(*match), [{"w": word, "o": key} for word, key in gone]
        )
    _insert(connection, new)


def _insert(connection: Connection, words: Collection[tuple[str, int]]) -> None:
    insert_rows(connection, order_words, [{"word": word, "order_id": order_id} for word, order_id in words])
