"""What was handed to other programs: a courier's, and an ERP."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """No order was exported in a batch yet, and no extra field was asked for."""
    op.create_table(
        "courier_rows",
        sa.Column("shipment_id", sa.Integer(), nullable=False),
        sa.Column("manifest_id", sa.Integer(), nullable=False),
        sa.Column("map", sa.String(length=32), nullable=False),
        sa.Column("carrier_id", sa.Integer(), nullable=False),
        sa.Column("parcels", sa.Integer(), nullable=False),
        sa.Column("weight_grams", sa.Integer()),
        sa.Column("numbered_revision", sa.Integer()),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipments.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["manifest_id"], ["manifests.id"]),
        sa.ForeignKeyConstraint(["carrier_id"], ["carriers.id"]),
        sa.PrimaryKeyConstraint("shipment_id"),
        comment="what a courier's program was told last; recipients as a print, a revision where there were numbers",
    )
    op.create_index("ix_courier_rows_manifest_id", "courier_rows", ["manifest_id"])
    op.create_index("ix_courier_rows_told_at", "courier_rows", ["told_at"])
    op.create_table(
        "exports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("last_event", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "number"),
        comment="numbered batches for an ERP; last_event: shipments were looked at up to that event",
    )
    op.create_table(
        "exported_shipments",
        sa.Column("export_id", sa.Integer(), nullable=False),
        sa.Column("shipment_id", sa.Integer(), nullable=False),
        sa.Column("print", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["export_id"], ["exports.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipments.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("export_id", "shipment_id"),
        comment="which shipments a batch holds, with a print of what it told; orders name their batch themselves",
    )
    op.create_index("ix_exported_shipments_shipment_id", "exported_shipments", ["shipment_id"])
    with op.batch_alter_table("orders") as table:
        table.add_column(sa.Column("extra", sa.JSON()))
        table.add_column(sa.Column("exported_in", sa.Integer()))
    op.create_index("ix_orders_exported_in", "orders", ["exported_in"])
