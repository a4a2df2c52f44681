"""A database put back from a backup: since which epoch, and what was looked up since (docs/backups.md)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the mark of a restore to the stores, and to the ledger how far it is looked up."""
    op.add_column("stores", sa.Column("restored_epoch", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("stores", sa.Column("restored_at", sa.DateTime(timezone=True)))
    op.add_column("pushes", sa.Column("checked_epoch", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "database_facts",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_database_facts")),
        comment="whether it was ever restored; the PostgreSQL server that it was last used on",
    )
