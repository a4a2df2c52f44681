"""Where reading goes on after a page, told without a store."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbridge.errors import UnreachableError
from fbridge_shopify import keyset
from fbridge_shopify.keyset import OVERLAP, WINDOW, Position, final_position, following, latest

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MORE = {"hasNextPage": True, "endCursor": "c2"}
SECOND = timedelta(seconds=1)


def rows(*moments: datetime) -> list[dict[str, Any]]:
    return [{"updatedAt": moment.isoformat()} for moment in moments]


def test_the_page_cursor_leads_on() -> None:
    got = following(Position(NOON), rows(NOON, NOON + SECOND), MORE)
    assert got == Position(NOON, "c2", 2, NOON + SECOND)


def test_the_last_page_leads_nowhere() -> None:
    assert following(Position(NOON), rows(NOON), {"hasNextPage": False, "endCursor": "c"}) is None


def test_more_without_a_cursor_is_a_fault_and_no_end() -> None:
    with pytest.raises(UnreachableError, match="does not say after which"):
        following(Position(NOON), rows(NOON), {"hasNextPage": True, "endCursor": None})


def test_before_the_list_would_end_the_search_itself_moves_up() -> None:
    before, later = Position(NOON, "c1", WINDOW - 1), NOON + 2 * OVERLAP
    assert following(before, rows(later), MORE) == Position(NOON + OVERLAP, newest=later)


def test_within_the_overlap_it_moves_up_to_the_newest_itself() -> None:
    before = Position(NOON, "c1", WINDOW - 1)
    assert following(before, rows(NOON + SECOND), MORE) == Position(NOON + SECOND, newest=NOON + SECOND)


def test_a_search_cannot_move_up_within_one_second() -> None:
    before = Position(NOON, "c1", WINDOW - 1)
    assert following(before, rows(NOON), MORE) == Position(NOON, "c2", WINDOW, NOON)


def test_a_first_search_without_a_beginning_moves_up_too() -> None:
    got = following(Position(None, "c1", WINDOW), rows(NOON), MORE)
    assert got == Position(NOON - OVERLAP, newest=NOON)


class TestTheNextRun:
    def test_begins_a_little_before_the_newest_order(self) -> None:
        start = NOON - timedelta(days=1)
        assert final_position(start, NOON, NOON + SECOND) == Position(NOON - OVERLAP)

    def test_never_before_this_one(self) -> None:
        assert final_position(NOON, NOON + SECOND, NOON + SECOND) == Position(NOON)

    def test_is_not_carried_along_by_an_order_from_the_future(self) -> None:
        far = NOON + timedelta(days=400)
        assert final_position(None, far, NOON) == Position(NOON - OVERLAP)

    def test_begins_where_this_one_did_when_nothing_came(self) -> None:
        assert final_position(NOON, None, NOON) == Position(NOON)
        assert final_position(None, None, NOON) == Position()

    def test_follows_an_order_that_was_read_before_a_crash(self) -> None:
        resumed = Position.from_cursor(Position(NOON, "c9", 500, NOON + timedelta(hours=3)).to_cursor())
        newest = latest(resumed.newest, [])
        assert final_position(resumed.since, newest, NOON + timedelta(days=1)) == Position(
            NOON + timedelta(hours=3) - OVERLAP
        )


moments = st.integers(0, 4 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
positions = st.builds(
    Position,
    st.none() | moments,
    st.none() | st.text(min_size=1, max_size=9),
    st.integers(0, 30_000),
    st.none() | moments,
)


@given(position=positions)
def test_a_position_survives_being_kept(position: Position) -> None:
    assert Position.from_cursor(json.loads(json.dumps(position.to_cursor()))) == position


def test_times_are_quoted_in_a_search() -> None:
    rome = NOON.astimezone(datetime.now().astimezone().tzinfo)
    assert Position(rome).filter == "updated_at:>='2026-11-22T12:00:00Z'"
    assert Position().filter is None


def test_a_time_that_makes_no_sense_moves_nothing() -> None:
    odd: list[Any] = [{"updatedAt": "soon"}, {"updatedAt": None}, {}, None, 7]
    assert list(keyset.changes_in([*odd, *rows(NOON)])) == [NOON]
    assert latest(None, odd) is None
