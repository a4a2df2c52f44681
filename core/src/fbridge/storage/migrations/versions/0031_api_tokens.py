"""Programs that may use the HTTP API, and what their requests were answered with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """There is no token at first: each one is made at the terminal."""
    op.create_table(
        "api_tokens",
        sa.Column("name", sa.String(length=48), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name"),
        sa.UniqueConstraint("token_hash"),
        comment="programs that may use the HTTP API; of their tokens only hashes are kept",
    )
    op.create_table(
        "kept_answers",
        sa.Column("token", sa.String(length=48), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["token"], ["api_tokens.name"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token", "key"),
        comment="what writes by the HTTP API were answered with, by their Idempotency-Key",
    )
    op.create_index("ix_kept_answers_at", "kept_answers", ["at"])
