"""Noise in a store's answers is said once a day in the log, whatever happens to the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fbridge.bridge import Bridge
from fbridge.models.platforms import Finding, StoreReport
from fbridge.settings import find_home
from fbridge.stores.noise_told import log_noise, with_noise
from fbridge.stores.rows import ensure_store

NOISE = ("PHP notice before the JSON: x, plugin akismet",)
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def test_it_is_said_once_a_day_for_each_store(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Bridge.open(find_home({"FBRIDGE_HOME": str(tmp_path)})) as bridge:
        context = bridge.context
        with context.database.write() as connection:
            for name in ("shop", "outlet"):
                ensure_store(connection, name, "toy", at=NOW)
        for hours, store in ((0, "shop"), (1, "shop"), (2, "outlet"), (23, "shop"), (25, "shop")):
            context.now = lambda hours=hours: NOW + timedelta(hours=hours)  # type: ignore[misc]
            log_noise(context, store, NOISE)
            log_noise(context, store, ())
    said = [record.getMessage() for record in caplog.records if "akismet" in record.getMessage()]
    assert [words.split('"')[1] for words in said] == ["shop", "outlet", "shop"]


def test_a_check_tells_it_and_stays_good() -> None:
    report = StoreReport(findings=(Finding(name="REST API", ok=True, words="It answers."),))
    assert with_noise(report, ()) is report
    told = with_noise(report, NOISE)
    assert told.ok
    assert "plugin akismet" in told.findings[-1].words
