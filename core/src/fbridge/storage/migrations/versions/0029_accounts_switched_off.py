"""Accounts that are switched off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fbridge.storage.columns import UtcTime

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """All accounts that there are may sign in."""
    op.add_column("accounts", sa.Column("off_since", UtcTime))
