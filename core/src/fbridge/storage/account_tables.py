"""The tables of who may use the page of the office and the HTTP API, and who is signed in."""

from __future__ import annotations

import sqlalchemy as sa

from fbridge.models.accounts import LONGEST_NAME, Role
from fbridge.models.api_tokens import LONGEST_TOKEN_NAME
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

api_tokens = sa.Table(
    "api_tokens",
    metadata,
    sa.Column("name", sa.String(LONGEST_TOKEN_NAME), primary_key=True),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("scopes", sa.JSON, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("last_used_at", UtcTime),
    comment="programs that may use the HTTP API; of their tokens only hashes are kept",
)

kept_answers = sa.Table(
    "kept_answers",
    metadata,
    sa.Column("token", sa.ForeignKey("api_tokens.name", ondelete="CASCADE"), primary_key=True),
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("request_hash", sa.String(64), nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False, index=True),
    comment="what writes by the HTTP API were answered with, by their Idempotency-Key",
)
