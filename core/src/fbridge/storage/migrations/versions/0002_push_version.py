"""The version of what a push rests on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Begin every entry of the ledger at version 0."""
    with op.batch_alter_table("pushes") as table:
        table.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="0"))
