"""Positions in whole seconds, judged by themselves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbridge.adapterkit.reading import Listed, NoProgressError
from fbridge.adapterkit.reading.whole_seconds import (
    Rows,
    SecondPosition,
    find_failing,
    listed,
)
from fbridge.errors import UnreachableError

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OLD = NOW - timedelta(days=1)
SECOND = timedelta(seconds=1)
Row = tuple[datetime | None, int]


def old(seconds: float, order_id: int = 1) -> Row:
    return OLD + timedelta(seconds=seconds), order_id


def judged(
    position: SecondPosition, rows: Sequence[Row], *, full: bool = True, token: int | None = None
) -> Listed[Row, SecondPosition]:
    page = Rows(rows=rows, full=full, clock=NOW, server_time=NOW, token=token)
    return listed(position, page, lambda row: row[0], lambda _, tied: max(row[1] for row in tied))


def test_of_a_full_page_only_whole_seconds_count() -> None:
    rows = [old(0), old(1), old(2), old(2)]
    got = judged(SecondPosition(), rows)
    assert got.rows == rows[:2]
    assert got.next == SecondPosition(OLD + 2 * SECOND)


def test_a_page_that_is_not_full_counts_whole_and_is_the_last() -> None:
    rows = [old(0), old(1), old(1)]
    got = judged(SecondPosition(), rows, full=False)
    assert (got.rows, got.next) == (rows, None)


def test_one_second_on_a_whole_page_is_read_on_by_the_platforms_token() -> None:
    got = judged(SecondPosition(OLD), [old(5, order_id) for order_id in (3, 4, 8, 9)])
    assert got.next == SecondPosition(OLD + 5 * SECOND, token=9)
    more = judged(got.next, [old(5, 12), old(5, 13)], token=13)
    assert more.next == SecondPosition(OLD + 5 * SECOND, token=13)
    done = judged(got.next, [old(5, 14)], token=None)
    assert done.next == SecondPosition(OLD + 6 * SECOND)


def test_an_order_that_changes_while_the_page_is_made_carries_nothing_along() -> None:
    rows = [old(0), (NOW, 7), old(3), (NOW, 8)]
    got = judged(SecondPosition(), rows)
    assert (got.rows, got.next) == (rows[:1], SecondPosition(OLD + 3 * SECOND))


@pytest.mark.parametrize("age", [1, 30, 59])
def test_an_order_that_changed_in_the_last_minute_carries_nothing_along_either(age: int) -> None:
    """Its former place in the page is before orders that did not change."""
    rows = [old(0), (NOW - age * SECOND, 7), old(3), (NOW, 8)]
    assert judged(SecondPosition(), rows).next == SecondPosition(OLD + 3 * SECOND)


def test_orders_of_the_last_minute_alone_are_gone_through() -> None:
    got = judged(SecondPosition(OLD), [(NOW - 2 * SECOND, 1), (NOW, 4)])
    assert got.next == SecondPosition(NOW)


def test_an_order_without_a_time_does_not_stop_the_paging() -> None:
    rows: list[Row] = [(None, 1), old(0), old(1), old(1)]
    assert judged(SecondPosition(), rows).rows == rows[:2]
    with pytest.raises(UnreachableError, match="no usable time"):
        judged(SecondPosition(), rows[:1] * 4)


def test_an_order_that_shows_an_earlier_time_than_was_asked_for_does_not_turn_reading_round() -> None:
    """In the hour that comes twice."""
    got = judged(SecondPosition(OLD + 9 * SECOND), [old(9, 2), old(9, 3), old(1, 1), (NOW, 4)])
    assert got.next == SecondPosition(OLD + 9 * SECOND, token=3)


@pytest.mark.parametrize("rows", [[old(-90)], [old(-4 * 3600), old(9)]], ids=["all", "far"])
def test_orders_that_were_not_asked_for_show_that_nobody_listened(rows: list[Row]) -> None:
    with pytest.raises(NoProgressError):
        judged(SecondPosition(OLD), rows)


class TestAListThatIsNotInOrder:
    @pytest.mark.parametrize("step", [1, 600, 86_400], ids=["seconds", "minutes", "days"])
    def test_is_told_and_not_read(self, step: int) -> None:
        with pytest.raises(UnreachableError, match="not list its orders by their time") as told:
            judged(SecondPosition(), [old(-step * number) for number in range(9)])
        assert told.value.reason == "not_in_order"

    def test_is_read_where_a_wall_clock_was_put_back(self) -> None:
        """Sorted as 02:00, 02:00, 02:10 ...: of each the first time and the second."""
        rows = [old(600 * (number // 2) + 3600 * (number % 2), number) for number in range(10)]
        got = judged(SecondPosition(), rows)
        assert got.next == SecondPosition(OLD + timedelta(seconds=2400))


seconds = st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001 - made aware below
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)


@given(second=seconds, token=st.none() | st.integers(0, 9), without=st.lists(st.sampled_from("abc")))
def test_a_position_survives_its_cursor(
    second: datetime | None, token: int | None, without: list[str]
) -> None:
    for moment in (second, second and second.replace(tzinfo=None)):
        position = SecondPosition(moment, token, tuple(without))
        assert SecondPosition.restored(json.loads(json.dumps(position.saved()))) == position


@given(times=st.lists(st.integers(0, 12), min_size=1, max_size=60), size=st.integers(1, 8))
def test_paging_over_a_quiet_store_reads_every_order(times: list[int], size: int) -> None:
    orders = [old(second, order_id) for order_id, second in enumerate(sorted(times), 1)]
    position: SecondPosition | None = SecondPosition()
    seen: set[int] = set()
    for _ in range(400):
        if position is None:
            break
        left = [order for order in orders if _asked(order, position)]
        page, full = left[:size], len(left) > size
        got = judged(position, page, full=full, token=page[-1][1] if full else None)
        seen |= {order_id for _, order_id in got.rows}
        position = got.next
    assert position is None
    assert seen == {order_id for _, order_id in orders}


def _asked(order: Row, position: SecondPosition) -> bool:
    """As a store filters: from a second on, or within one by id."""
    moment, order_id = order
    if position.second is None or moment is None:
        return True
    if position.token is None:
        return moment >= position.second
    return moment == position.second and order_id > position.token


@given(broken=st.sets(st.integers(1, 5000), min_size=1, max_size=3))
def test_an_order_at_which_a_list_breaks_off_is_found_among_all_ids(broken: set[int]) -> None:
    def fails(low: int, high: int) -> bool:
        return any(low <= order_id <= high for order_id in broken)

    spans: Any = [(3001, 5000), (1, 3000)]
    assert find_failing(fails, spans) in broken
    assert find_failing(lambda low, high: True, spans) is None
    assert find_failing(fails, [(6000, 7000)]) is None
