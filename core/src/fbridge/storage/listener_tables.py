"""The table of listeners."""

from __future__ import annotations

import sqlalchemy as sa

from fbridge.storage.columns import UtcTime
from fbridge.storage.metadata import metadata

listeners = sa.Table(
    "listeners",
    metadata,
    sa.Column("name", sa.String(128), primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("told_at", UtcTime),
    sa.Column("fault", sa.Text, nullable=False, server_default=""),
    sa.Column("fault_since", UtcTime),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("next_at", UtcTime),
    comment="position: the last event that a listener was told, or that does not concern it",
)
