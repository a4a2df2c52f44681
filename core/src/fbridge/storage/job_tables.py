"""The table of long work that goes on by itself."""

from __future__ import annotations

import sqlalchemy as sa

from fbridge.models.accounts import LONGEST_NAME
from fbridge.models.jobs import JobState
from fbridge.storage.columns import UtcTime, Word
from fbridge.storage.metadata import metadata

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("command", sa.JSON, nullable=False),
    sa.Column("asked_by", sa.String(LONGEST_NAME), nullable=False),
    sa.Column("state", Word(JobState), nullable=False),
    sa.Column("asked_at", UtcTime, nullable=False, index=True),
    sa.Column("begun_at", UtcTime),
    sa.Column("ended_at", UtcTime),
    sa.Column("exit_code", sa.Integer),
    sa.Column("steps", sa.JSON, nullable=False),
    sa.Column("answer", sa.Text),
    comment="long work in a process of its own: how far it is, who asked, and what its command answered",
)
