"""A planned mail that did not leave is known: what a plan promised, since when it is missing, and each try to ask
for it again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """What was pushed before promised nothing that could be looked up now."""
    flag, words = sa.Boolean(), sa.Text()
    op.add_column("pushes", sa.Column("mail_planned", flag, server_default=sa.false(), nullable=False))
    op.add_column("pushes", sa.Column("mail_missing_since", sa.DateTime(timezone=True)))
    op.add_column("pushes", sa.Column("mail_words", words, server_default="", nullable=False))
    op.add_column("attempts", sa.Column("asks_mail", flag, server_default=sa.false(), nullable=False))
