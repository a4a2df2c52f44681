"""Documents are looked up by their number, once for each row of a courier's file."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """An index on it."""
    op.create_index("ix_shipments_document_number", "shipments", ["document_number"])
