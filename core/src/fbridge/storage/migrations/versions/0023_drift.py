"""What the store shows otherwise than it took it, and how the lines stood when it took them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fbridge.storage.columns import UtcTime

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """What was taken before has no lines kept, and is compared by the shipments that the store shows."""
    op.add_column("pushes", sa.Column("lines_then", sa.JSON(none_as_null=True)))
    op.add_column("pushes", sa.Column("drift", sa.JSON(none_as_null=True)))
    op.add_column("pushes", sa.Column("drift_since", UtcTime))
    op.add_column("pushes", sa.Column("drift_accepted", sa.String(16), nullable=False, server_default=""))
    where = sa.text("drift_since IS NOT NULL")
    op.create_index(
        "ix_pushes_drifted", "pushes", ["shipment_id"], sqlite_where=where, postgresql_where=where
    )
