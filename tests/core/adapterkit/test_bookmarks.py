"""Where the next run begins, and what a clock that was put back means for it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbridge.adapterkit.reading import Bookmark

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OLD = NOON - timedelta(days=1)
OVERLAP = timedelta(seconds=120)
MINUTE = timedelta(minutes=1)


def after(since: datetime | None, *newest: datetime) -> Bookmark:
    """A run that began at noon by both clocks, and saw these changes."""
    return Bookmark(since=since).started(NOON, NOON).seen(list(newest), None).ended(OVERLAP)


class TestTheNextRun:
    def test_begins_a_little_before_the_newest_order(self) -> None:
        assert after(OLD, NOON - 60 * MINUTE, OLD).since == NOON - 60 * MINUTE - OVERLAP

    def test_never_before_this_one(self) -> None:
        assert after(NOON - 61 * MINUTE, NOON - 60 * MINUTE).since == NOON - 61 * MINUTE

    def test_nor_later_than_a_little_before_this_one_asked(self) -> None:
        """An order from the future, and one that changed while pages were read."""
        for newest in (NOON + timedelta(days=400), NOON + MINUTE):
            assert after(OLD, newest).since == NOON - OVERLAP

    def test_begins_where_this_one_did_when_nothing_came(self) -> None:
        assert after(OLD).since == OLD
        assert after(None).since is None

    def test_knows_what_was_seen_before_a_crash(self) -> None:
        middle = Bookmark(since=OLD).started(NOON, NOON).seen([NOON - MINUTE], {"second": "x"})
        resumed = Bookmark.from_json(json.loads(json.dumps(middle.to_json())))
        assert resumed == middle
        assert resumed.started(NOON + MINUTE, NOON + MINUTE).seen([], None).ended(OVERLAP).since == (
            NOON - MINUTE - OVERLAP
        )


class TestClocks:
    @pytest.mark.parametrize(
        ("ours", "theirs", "behind"),
        [
            (5, 5, 0),
            (5, -5, 10),
            (30, 20, 10),
            (5, 65, 0),
            # Ours was put back as well; or alone.
            (-10, -10, 10),
            (-10, 5, 0),
        ],
    )
    def test_by_how_much_it_was_put_back(self, ours: int, theirs: int, behind: int) -> None:
        mark = Bookmark().started(NOON, NOON - timedelta(hours=3))
        told = mark.put_back_by(NOON + ours * MINUTE, NOON - timedelta(hours=3) + theirs * MINUTE)
        assert told == behind * MINUTE

    def test_a_first_run_knows_nothing_of_it(self) -> None:
        assert Bookmark(since=OLD).put_back_by(NOON, OLD) == timedelta(0)

    def test_going_back_begins_the_run_again_and_not_before_the_first_day(self) -> None:
        mark = Bookmark(since=NOON, at={"second": "x"})
        assert mark.gone_back(MINUTE, OLD, NOON) == Bookmark(since=NOON - MINUTE, put_back=NOON)
        assert mark.gone_back(timedelta(days=9), OLD, NOON).since == OLD
        assert mark.gone_back(timedelta(days=9), None, NOON).since == NOON - timedelta(days=9)
        assert mark.gone_back(timedelta(days=999_999), OLD, NOON).since == OLD
        assert Bookmark(at=7).gone_back(MINUTE, None, NOON) == Bookmark(put_back=NOON)


moments = st.none() | st.datetimes(timezones=st.just(UTC))


@given(since=moments, newest=moments, ours=moments, theirs=moments, at=st.none() | st.text() | st.integers())
def test_a_bookmark_survives_its_cursor(
    since: datetime | None, newest: datetime | None, ours: datetime | None, theirs: datetime | None, at: Any
) -> None:
    mark = Bookmark(since=since, newest=newest, ours=ours, theirs=theirs, at=at)
    assert Bookmark.from_json(json.loads(json.dumps(mark.to_json()))) == mark


@given(
    saved=st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["since", "at", "x"]), inner),
    )
)
def test_whatever_stands_in_a_cursor_never_crashes(saved: Any) -> None:
    assert Bookmark.from_json(saved) is None or isinstance(Bookmark.from_json(saved), Bookmark)


def test_a_time_without_its_zone_is_none_of_ours() -> None:
    assert Bookmark.from_json({"since": "2026-11-23T12:00:00"}) is None
