"""Orders and shipments are found by words, however many there are; what is stored already gets its words here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.engine import Connection

from fbridge.models.orders import Address
from fbridge.models.search_words import words_of_document, words_of_number, words_of_order, words_of_recipient
from fbridge.models.shipments import Document
from fbridge.storage.columns import SearchWord

revision = "0022"
down_revision = "0021"

_AT_ONCE = 2000
_WORD = SearchWord(64)
_INSERT_ORDER = sa.text("INSERT INTO order_words (word, order_id) VALUES (:word, :key)")
_INSERT_SHIPMENT = sa.text(
    "INSERT INTO shipment_words (word, shipment_id, number) VALUES (:word, :key, :number)"
)
_ORDERS = "SELECT id, remote_id, number, customer, ship_to, bill_to FROM orders"
_SHIPMENTS = (
    "SELECT id, document_source, document_series, document_number, document_year, recipient FROM shipments"
)
_NUMBERS = "SELECT DISTINCT shipment_id AS id, number FROM shipment_numbers"


def upgrade() -> None:
    """Two tables of words, filled from what stands in the others."""
    op.create_table(
        "order_words",
        sa.Column("word", _WORD, nullable=False),
        sa.Column("order_id", sa.Integer, sa.ForeignKey("orders.id"), nullable=False),
        sa.PrimaryKeyConstraint("word", "order_id"),
        comment="by which words an order is found; taken away with what they come from, by purge too",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "shipment_words",
        sa.Column("word", _WORD, nullable=False),
        sa.Column("shipment_id", sa.Integer, sa.ForeignKey("shipments.id"), nullable=False),
        sa.Column("number", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("word", "shipment_id", "number"),
        comment="number: the tracking number, of any revision, that the word is of; '' for document and recipient",
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    for row in _each(connection, _ORDERS):
        found_by = dict(row) | {name: _decoded(row[name]) for name in ("ship_to", "bill_to")}
        _insert(connection, _INSERT_ORDER, words_of_order(found_by), row)
    for row in _each(connection, _SHIPMENTS):
        words = words_of_document(_document(row)) | words_of_recipient(_recipient(row))
        _insert(connection, _INSERT_SHIPMENT, words, row, number="")
    for row in _each(connection, _NUMBERS):
        _insert(connection, _INSERT_SHIPMENT, set(words_of_number(row["number"])), row, number=row["number"])


def _each(connection: Connection, query: str) -> Iterator[Any]:
    result = connection.execute(sa.text(query))
    while part := result.mappings().fetchmany(_AT_ONCE):
        yield from part


def _insert(connection: Connection, statement: sa.TextClause, words: set[str], row: Any, **more: str) -> None:
    if words:
        connection.execute(statement, [{"word": word, "key": row["id"], **more} for word in sorted(words)])


def _decoded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _document(row: Any) -> Document | None:
    if not row["document_number"]:
        return None
    return Document(
        number=row["document_number"],
        source=row["document_source"] or "",
        series=row["document_series"] or "",
        year=row["document_year"],
    )


def _recipient(row: Any) -> Address | None:
    told = _decoded(row["recipient"])
    if not told:
        return None
    known: dict[str, Any] = {name: told.get(name) or "" for name in ("name", "company", "phone", "email")}
    return Address(**known)
