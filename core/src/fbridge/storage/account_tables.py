"""The tables of who may use the page of the office, and who is signed in."""

from __future__ import annotations

import sqlalchemy as sa

from fbridge.models.accounts import LONGEST_NAME, Role
from fbridge.storage.columns import UtcTime, Word
from fbridge.storage.metadata import metadata

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("name", sa.String(LONGEST_NAME), primary_key=True),
    sa.Column("role", Word(Role), nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("off_since", UtcTime),
    comment="who may use the page of the office; passwords by argon2id",
)

sign_ins = sa.Table(
    "sign_ins",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("account", sa.ForeignKey("accounts.name", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("signed_in_at", UtcTime, nullable=False),
    sa.Column("seen_at", UtcTime, nullable=False),
    comment="who is signed in; of the token that their browser holds only a hash is kept",
)
