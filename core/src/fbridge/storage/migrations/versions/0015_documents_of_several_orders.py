"""A document may go over several orders: one shipment for each; and it has a date."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """What was unique as a document alone is unique for its order."""
    with op.batch_alter_table("shipments") as table:
        table.drop_constraint("uq_shipments_document_key", type_="unique")
        table.create_unique_constraint("uq_shipments_document_key_order_id", ["document_key", "order_id"])
        table.add_column(sa.Column("document_date", sa.Date()))
