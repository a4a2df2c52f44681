"""What a refusal rests on, so that it is lifted when that has changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Refusals of before rest on nothing that is known: a person lifts them, as until now."""
    with op.batch_alter_table("pushes") as table:
        table.add_column(sa.Column("refused_on", sa.String(length=16), nullable=False, server_default=""))
