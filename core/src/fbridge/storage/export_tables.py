"""The tables of what was handed to other programs: a courier's, and an ERP."""

from __future__ import annotations

import sqlalchemy as sa

from fbridge.storage.columns import UtcTime
from fbridge.storage.metadata import metadata

courier_rows = sa.Table(
    "courier_rows",
    metadata,
    sa.Column("shipment_id", sa.ForeignKey("shipments.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("manifest_id", sa.ForeignKey("manifests.id"), nullable=False, index=True),
    sa.Column("map", sa.String(32), nullable=False),
    sa.Column("carrier_id", sa.ForeignKey("carriers.id"), nullable=False),
    sa.Column("parcels", sa.Integer, nullable=False),
    sa.Column("weight_grams", sa.Integer),
    sa.Column("numbered_revision", sa.Integer),
    sa.Column("told", sa.JSON, nullable=False),
    sa.Column("told_at", UtcTime, nullable=False, index=True),
    comment="what a courier's program was told last; recipients as a print, a revision where there were numbers",
)

exports = sa.Table(
    "exports",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("last_event", sa.Integer, nullable=False),
    sa.Column("made_at", UtcTime, nullable=False),
    sa.Column("finished_at", UtcTime),
    sa.UniqueConstraint("kind", "number"),
    comment="numbered batches for an ERP; last_event: shipments were looked at up to that event",
)

exported_shipments = sa.Table(
    "exported_shipments",
    metadata,
    sa.Column("export_id", sa.ForeignKey("exports.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("shipment_id", sa.ForeignKey("shipments.id", ondelete="CASCADE"), primary_key=True, index=True),
    sa.Column("print", sa.String(32), nullable=False),
    comment="which shipments a batch holds, with a print of what it told; orders name their batch themselves",
)
