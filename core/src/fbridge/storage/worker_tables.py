"""The tables of workers: who is at work, and how the last task of each store ended (docs/workers.md).

The tasks themselves are in procrastinate's own tables (:mod:`fbridge.storage.queue_schema`), on PostgreSQL alone.
"""

from __future__ import annotations

import sqlalchemy as sa

from fbridge.storage.columns import UtcTime
from fbridge.storage.metadata import metadata

workers = sa.Table(
    "workers",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("host", sa.String(255), nullable=False),
    sa.Column("process", sa.Integer, nullable=False),
    sa.Column("started_at", UtcTime, nullable=False),
    sa.Column("stores", sa.JSON, nullable=False),
    sa.Column("left_out", sa.JSON, nullable=False),
    comment="id: as procrastinate knows the worker; left_out: what it cannot work on its host, and why",
)

work_outcomes = sa.Table(
    "work_outcomes",
    metadata,
    sa.Column("store", sa.String(32), primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("ended_at", UtcTime, nullable=False),
    sa.Column("reason", sa.String(64), nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    comment="how the last task of a kind ended for a store; reason is empty where it went well",
)
