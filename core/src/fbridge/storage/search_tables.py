"""The tables by which ``find`` finds: words (:mod:`fbridge.models.search_words`), looked up by how they begin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from fbridge.models.search_words import LONGEST, asked_words
from fbridge.storage.columns import SearchWord
from fbridge.storage.metadata import metadata

_WORD = SearchWord(LONGEST)

order_words = sa.Table(
    "order_words",
    metadata,
    sa.Column("word", _WORD, primary_key=True),
    sa.Column("order_id", sa.ForeignKey("orders.id"), primary_key=True),
    comment="by which words an order is found; taken away with what they come from, by purge too",
    sqlite_with_rowid=False,
)

shipment_words = sa.Table(
    "shipment_words",
    metadata,
    sa.Column("word", _WORD, primary_key=True),
    sa.Column("shipment_id", sa.ForeignKey("shipments.id"), primary_key=True),
    sa.Column("number", sa.String(255), primary_key=True),
    comment="number: the tracking number, of any revision, that the word is of; '' for document and recipient",
    sqlite_with_rowid=False,
)


def begins_with(column: sa.ColumnElement[str], begin: str) -> sa.ColumnElement[bool]:
    """Whether a word begins like this, found by its index."""
    return sa.and_(column >= begin, column < begin + "\U0010ffff")


def called(
    words: sa.Table, key: sa.Column[int], text: str, *more: sa.ColumnElement[bool]
) -> Iterator[sa.Select[Any]]:
    """The keys of what has all words of a way in which the text may be meant."""
    for first, *others in asked_words(text):
        also = (key.in_(sa.select(key).where(begins_with(words.c.word, other))) for other in others)
        yield sa.select(key).where(begins_with(words.c.word, first), *also, *more)
