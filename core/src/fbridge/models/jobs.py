"""Long work that goes on by itself while whoever asked for it does something else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class JobState(StrEnum):
    """Where a job is. ``ended``: its command has answered, well or not; ``died``: its process is gone without one."""

    ASKED = "asked"
    RUNNING = "running"
    ENDED = "ended"
    DIED = "died"


OVER = frozenset({JobState.ENDED, JobState.DIED})
"""Of which nothing more comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStep:
    """How far a job is with one store; ``total`` is null where nobody knows it."""

    store: str
    done: int
    total: int | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A command that runs in a process of its own, and survives the program that asked for it.

    ``command`` is what would be typed after ``fbridge``, ``asked_by`` an account or a token. ``answer`` is the whole
    ``--json`` envelope of the command, once it has ended; lists of jobs leave it out. Times are aware UTC.
    """

    id: str
    command: tuple[str, ...]
    asked_by: str
    state: JobState
    asked_at: datetime
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    exit_code: int | None = None
    steps: tuple[JobStep, ...] = ()
    answer: Mapping[str, Any] | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in OVER
