"""A job as the process sees it that does it: it tells how far it is, and in the end what came of it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from threading import Lock
from typing import Any

from fbridge.context import Context
from fbridge.errors import FbridgeError
from fbridge.jobs import rows
from fbridge.models.jobs import Job, JobState, JobStep

EVERY = 0.5
"""Seconds between two rows of progress: more would keep those who work waiting for the database."""


@dataclass(slots=True)
class Work:
    """What a running job tells. :meth:`tell` may be called from several threads."""

    context: Context
    job: Job
    _steps: dict[str, JobStep] = field(default_factory=dict)
    _told_at: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    def tell(self, step: JobStep) -> None:
        """Keep how far it is, at most every half a second. Progress that cannot be kept stops no work."""
        with self._lock:
            self._steps[step.store] = step
            if (now := time.monotonic()) < self._told_at + EVERY:
                return
            self._told_at = now
            with suppress(FbridgeError), self.context.database.write() as connection:
                rows.move(connection, self.job.id, {JobState.RUNNING}, steps=self._kept_steps())

    def end(self, exit_code: int, answer: Mapping[str, Any] | None) -> None:
        """Keep what the command has answered."""
        with self._lock, self.context.database.write() as connection:
            rows.move(
                connection,
                self.job.id,
                {JobState.RUNNING},
                state=JobState.ENDED,
                exit_code=exit_code,
                ended_at=self.context.now(),
                steps=self._kept_steps(),
                answer=None if answer is None else json.dumps(answer, ensure_ascii=False),
            )

    def _kept_steps(self) -> list[dict[str, Any]]:
        return [asdict(one) for one in self._steps.values()]
