"""What ``store check`` says of a cache before the API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from fbridge.adapterkit.caches import cache_finding, finding_of
from fbridge.errors import UnreachableError

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Shown:
    cache_sign: str = ""
    date: datetime | None = NOW


def test_without_a_sign_there_is_none() -> None:
    finding = finding_of(Shown(), Shown(date=NOW + timedelta(seconds=2)))
    assert (finding.name, finding.ok) == ("cache", True)
    assert finding.words == "No cache shows itself before the API."


def test_a_cache_that_fresh_reads_get_past_is_told_with_its_header() -> None:
    finding = finding_of(Shown("X-Cache: HIT"), Shown())
    assert finding.ok
    assert "A cache stands before the API" in finding.words
    assert "X-Cache: HIT" in finding.words


def test_a_silent_cache_is_told_by_the_age_of_its_date() -> None:
    finding = finding_of(Shown(date=NOW - timedelta(minutes=2)), Shown())
    assert "its Date is 120 s old" in finding.words


@pytest.mark.parametrize("again", [Shown(date=None), Shown()])
def test_a_store_that_tells_no_time_is_not_suspected(again: Shown) -> None:
    assert finding_of(again, Shown(date=None)).words == "No cache shows itself before the API."


def test_the_same_is_asked_twice_and_then_as_never_before() -> None:
    asked: list[bool] = []

    def ask(fresh: bool) -> Shown:
        asked.append(fresh)
        return Shown()

    cache_finding(ask)
    assert asked == [False, False, True]


@pytest.mark.parametrize(("reason", "ok"), [("cached_answer", False), ("no_answer", True)])
def test_a_cache_that_answers_everything_stands_in_the_way(reason: str, ok: bool) -> None:
    def ask(fresh: bool) -> Shown:
        if fresh:
            raise UnreachableError("A cache before the store answered.", reason=reason)
        return Shown()

    finding = cache_finding(ask)
    assert (finding.ok, finding.words) == (ok, "A cache before the store answered.")
