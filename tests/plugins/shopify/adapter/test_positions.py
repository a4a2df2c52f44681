"""Where reading goes on after a page of Shopify's, told without a store."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbridge.errors import UnreachableError
from fbridge_shopify.answers import Answer
from fbridge_shopify.reading import OVERLAP, WINDOW, Position, changed, following
from fbridge_shopify.whole_orders import Completion

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MORE = {"hasNextPage": True, "endCursor": "c2"}
SECOND = timedelta(seconds=1)


def rows(*moments: datetime) -> list[dict[str, Any]]:
    return [{"updatedAt": moment.isoformat()} for moment in moments]


def test_the_page_cursor_leads_on() -> None:
    got = following(Position(NOON), rows(NOON, NOON + SECOND), MORE)
    assert got == Position(NOON, "c2")
    assert got.read == 2


def test_the_last_page_leads_nowhere() -> None:
    assert following(Position(NOON), rows(NOON), {"hasNextPage": False, "endCursor": "c"}) is None


def test_more_without_a_cursor_is_a_fault_and_no_end() -> None:
    with pytest.raises(UnreachableError, match="does not say after which"):
        following(Position(NOON), rows(NOON), {"hasNextPage": True, "endCursor": None})


def test_before_the_list_would_end_the_search_itself_moves_up() -> None:
    before = Position(NOON, "c1", WINDOW - 1)
    assert following(before, rows(NOON + 2 * OVERLAP), MORE) == Position(NOON + OVERLAP)


def test_within_the_overlap_it_moves_up_to_the_newest_itself() -> None:
    before = Position(NOON, "c1", WINDOW - 1)
    assert following(before, rows(NOON + SECOND), MORE) == Position(NOON + SECOND)


def test_a_search_cannot_move_up_within_one_second() -> None:
    before = Position(NOON, "c1", WINDOW - 1)
    assert following(before, rows(NOON), MORE) == Position(NOON, "c2")


def test_a_first_search_without_a_beginning_moves_up_too() -> None:
    assert following(Position(None, "c1", WINDOW), rows(NOON), MORE) == Position(NOON - OVERLAP)


def test_the_same_place_is_the_same_however_much_was_read() -> None:
    """The walk looks for places that come again."""
    assert Position(NOON, "c1", 5) == Position(NOON, "c1", 6)


moments = st.integers(0, 4 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
positions = st.builds(
    Position, st.none() | moments, st.none() | st.text(min_size=1, max_size=9), st.integers(0, 30_000)
)


@given(position=positions)
def test_a_position_survives_being_kept(position: Position) -> None:
    restored = Position.restored(json.loads(json.dumps(position.saved())))
    assert (restored, restored.read) == (position, position.read)


def test_times_are_quoted_in_a_search() -> None:
    rome = NOON.astimezone(datetime.now().astimezone().tzinfo)
    assert Position(rome).filter == "updated_at:>='2026-11-22T12:00:00Z'"
    assert Position().filter is None


def test_a_time_that_makes_no_sense_is_none() -> None:
    odd: list[Any] = [{"updatedAt": "soon"}, {"updatedAt": None}, {}, None, 7]
    assert [changed(row) for row in [*odd, *rows(NOON)]] == [None] * 5 + [NOON]


def test_a_list_that_gives_the_same_part_again_and_again_has_an_end() -> None:
    """As a cache would that does not look at what is asked."""
    part = {"nodes": [{"id": "gid://shopify/LineItem/1"}], "pageInfo": MORE}

    class Cache:
        def more(self, *_asked: Any) -> Answer:
            return Answer(data={"order": {"lineItems": part}})

    raw = Completion(Cache()).whole({"id": "gid://shopify/Order/1", "lineItems": part})  # type: ignore[arg-type]
    assert raw.problem == "unreadable: the store gives the same part of lineItems again and again"
