"""The keyset over (time, entity_id), judged by itself against a list that filters and sorts as Magento does."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbridge.errors import UnreachableError
from fbridge_magento.keyset import OVERLAP, Page, Position, final_position, following
from fbridge_magento.search_criteria import Filter, Group, criteria, one_of
from fbridge_magento.store_time import text_of

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OLD = NOW - timedelta(days=1)
SIZE = 4
_COMPARE = {"gteq": operator.ge, "gt": operator.gt, "lt": operator.lt}

Row = dict[str, Any]


def row(second: int, entity_id: int) -> Row:
    return at(OLD + timedelta(seconds=second), entity_id)


def at(moment: datetime, entity_id: int) -> Row:
    return {"entity_id": entity_id, "updated_at": text_of(moment)}


def passes(entry: Row, groups: Iterable[Group]) -> bool:
    return all(any(_COMPARE[one.condition](entry[one.field], one.value) for one in group) for group in groups)


def listed(rows: Iterable[Row], position: Position, size: int = SIZE) -> Page:
    found = [entry for entry in rows if passes(entry, position.groups("updated_at"))]
    found.sort(key=lambda entry: (entry["updated_at"], entry["entity_id"]))
    return Page(found[:size], len(found), NOW)


def read_all(rows: list[Row], start: Position) -> list[Row]:
    got: list[Row] = []
    position: Position | None = start
    while position is not None:
        page = listed(rows, position)
        got += page.rows
        position = following(position, page, "updated_at", SIZE)
    return got


@given(
    seconds=st.lists(st.integers(0, 5), max_size=40),
    start=st.none() | st.integers(-1, 6),
    last_id=st.integers(0, 40),
)
def test_every_row_comes_once_however_many_share_a_second(
    seconds: list[int], start: int | None, last_id: int
) -> None:
    rows = [row(second, number) for number, second in enumerate(seconds, 1)]
    begin = Position() if start is None else Position(OLD + timedelta(seconds=start), last_id)
    got = [entry["entity_id"] for entry in read_all(rows, begin)]
    wanted = [
        entry["entity_id"]
        for number, entry in enumerate(rows)
        if start is None or (seconds[number], entry["entity_id"]) > (start, last_id)
    ]
    assert sorted(got) == wanted
    assert len(got) == len(set(got))


def test_a_row_that_changes_while_the_page_is_made_carries_nothing_along() -> None:
    page = Page([row(0, 1), at(NOW, 2), row(3, 3), at(NOW, 4)], 9, NOW)
    assert following(Position(), page, "updated_at", SIZE) == Position(OLD + timedelta(seconds=3), 3)


def test_rows_of_the_last_minute_alone_are_gone_through() -> None:
    page = Page([at(NOW - timedelta(seconds=2), 1), at(NOW, 4)], 9, NOW)
    assert following(Position(OLD), page, "updated_at", SIZE) == Position(NOW, 4)


def test_the_count_tells_the_end_also_where_pages_are_smaller_than_asked_for() -> None:
    rows = [row(0, 1), row(1, 2)]
    assert following(Position(), Page(rows, 5, NOW), "updated_at", SIZE) == Position(
        OLD + timedelta(seconds=1), 2
    )
    assert following(Position(), Page(rows, 2, NOW), "updated_at", SIZE) is None
    assert following(Position(), Page(rows, None, NOW), "updated_at", SIZE) is None
    assert following(Position(), Page([], 5, NOW), "updated_at", SIZE) is None


def test_a_store_that_goes_round_in_circles_is_left() -> None:
    same = Page([row(0, 1), row(0, 2)] * 2, 9, NOW)
    with pytest.raises(UnreachableError, match="updated_at"):
        following(Position(OLD, 2), same, "updated_at", SIZE)
    with pytest.raises(UnreachableError, match="updated_at"):
        following(Position(), Page([{"entity_id": 1}] * SIZE, 9, NOW), "updated_at", SIZE)


def test_a_row_without_a_time_does_not_stop_the_paging() -> None:
    page = Page([{"entity_id": 9, "updated_at": None}, row(0, 1), row(1, 2), row(1, 3)], 9, NOW)
    assert following(Position(), page, "updated_at", SIZE) == Position(OLD + timedelta(seconds=1), 3)


def test_the_last_position_steps_back_but_never_behind_its_beginning() -> None:
    newest = NOW - timedelta(hours=1)
    assert final_position(Position(), newest, NOW) == Position(newest - OVERLAP)
    start = Position(newest - timedelta(seconds=30))
    assert final_position(start, newest, NOW) == start
    assert final_position(start, None, NOW) == start
    assert final_position(Position(), None, NOW) == Position()


def test_a_run_that_goes_on_in_the_middle_keeps_the_overlap_of_the_whole() -> None:
    """What was committed late before the break would be lost for good."""
    middle = Position(NOW - timedelta(seconds=10), 7)
    assert final_position(middle, NOW, NOW) == Position(NOW - OVERLAP)
    assert final_position(middle, None, NOW) == Position(NOW - timedelta(seconds=10) - OVERLAP)


def test_a_row_from_the_future_does_not_carry_the_position_along() -> None:
    assert final_position(Position(OLD), NOW + timedelta(days=400), NOW) == Position(NOW - OVERLAP)


@given(
    second=st.none()
    | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001 - limits
        lambda moment: moment.replace(microsecond=0)
    ),
    last_id=st.integers(0, 10**9),
)
def test_a_position_survives_its_cursor(second: datetime | None, last_id: int) -> None:
    position = Position(second, last_id)
    assert Position.from_cursor(position.to_cursor()) == position


def test_parameters_are_those_of_magento_and_no_index_reaches_ten() -> None:
    pairs = criteria(
        [[Filter("a", "gt", 1), Filter("b", "lt", 2)], [one_of("c", [3, 4])]], page_size=7, sort=["a"]
    )
    assert pairs[:3] == [
        ("searchCriteria[filter_groups][0][filters][0][field]", "a"),
        ("searchCriteria[filter_groups][0][filters][0][value]", 1),
        ("searchCriteria[filter_groups][0][filters][0][condition_type]", "gt"),
    ]
    assert ("searchCriteria[filter_groups][1][filters][0][value]", "3,4") in pairs
    assert pairs[-2:] == [("searchCriteria[pageSize]", 7), ("searchCriteria[currentPage]", 1)]
    with pytest.raises(ValueError, match="OAuth"):
        criteria([[Filter("a", "eq", 1)]] * 11, page_size=1)
