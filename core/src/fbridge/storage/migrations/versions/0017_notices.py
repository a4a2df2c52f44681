"""What somebody has to do about a store."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Nothing is known before the store is read again."""
    with op.batch_alter_table("stores") as table:
        table.add_column(sa.Column("notices", sa.JSON()))
