"""How far each listener was told what happened."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fbridge.storage.columns import UtcTime

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """No listener is known until a command finds it."""
    op.create_table(
        "listeners",
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("told_at", UtcTime),
        sa.Column("fault", sa.Text, nullable=False, server_default=""),
        sa.Column("fault_since", UtcTime),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_at", UtcTime),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_listeners")),
        comment="position: the last event that a listener was told, or that does not concern it",
    )
