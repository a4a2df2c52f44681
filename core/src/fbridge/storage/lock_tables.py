"""The table of locks that are held on PostgreSQL."""

from __future__ import annotations

import sqlalchemy as sa

from fbridge.storage.columns import UtcTime
from fbridge.storage.metadata import metadata

lock_holders = sa.Table(
    "lock_holders",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("token", sa.String(32), nullable=False, unique=True),
    sa.Column("backend_pid", sa.Integer, nullable=False),
    sa.Column("host", sa.String(255), nullable=False),
    sa.Column("process", sa.BigInteger, nullable=False),
    sa.Column("taken_at", UtcTime, nullable=False),
    sa.Column("beat_at", UtcTime, nullable=False),
    comment="PostgreSQL only: who holds a lock, and its last sign of life by the server's clock",
)
