"""A short walk through schedules that nobody thought of; ``make torture`` walks far."""

from __future__ import annotations

import os
from collections.abc import Callable

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.people.schedules import Schedules

WALKS = int(os.environ.get("FBRIDGE_SCHEDULES", "0"))
"""Set by ``python -m tests.torture --schedules N``; else a few, always the same."""

OPTIONS = settings(
    max_examples=WALKS or 8,
    stateful_step_count=30 if WALKS else 14,
    derandomize=not WALKS,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def test_any_schedule_loses_and_doubles_nothing(install_toy: Callable[[str], None]) -> None:
    install_toy("adapter:adapter")
    run_state_machine_as_test(Schedules, settings=OPTIONS)
