"""The table of what came back."""

from __future__ import annotations

import sqlalchemy as sa

from fbridge.models.states import ReturnKind, ReturnOutcome
from fbridge.storage.columns import UtcTime, Word
from fbridge.storage.metadata import metadata

returns = sa.Table(
    "returns",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("shipment_id", sa.ForeignKey("shipments.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("kind", Word(ReturnKind), nullable=False),
    sa.Column("came_at", UtcTime, nullable=False),
    sa.Column("noted_at", UtcTime, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("outcome", Word(ReturnOutcome)),
    sa.Column("closed_at", UtcTime),
    sa.Column("replacement_id", sa.ForeignKey("shipments.id")),
    comment="what came back; outcome is null until somebody has dealt with it, at most one such of a shipment",
)
