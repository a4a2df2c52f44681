"""The keyset over (modified, id), judged by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbridge.errors import UnreachableError
from fbridge_woocommerce.keyset import Position, final_position, step

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OLD = NOW - timedelta(days=1)


def row(seconds: int, order_id: int = 1) -> dict[str, Any]:
    return at(OLD + timedelta(seconds=seconds), order_id)


def at(moment: datetime, order_id: int = 1) -> dict[str, Any]:
    return {"id": order_id, "date_modified_gmt": moment.replace(tzinfo=None).isoformat()}


def test_of_a_full_page_only_whole_seconds_count() -> None:
    rows = [row(0), row(1), row(2), row(2)]
    got = step(Position(), rows, total=9, page_size=4, server_time=NOW)
    assert got.rows == rows[:2]
    assert got.position == Position().at(OLD + timedelta(seconds=1))


def test_one_second_on_a_whole_page_is_a_tie() -> None:
    start = Position(OLD)
    got = step(start, [row(5)] * 4, total=9, page_size=4, server_time=NOW)
    assert got.position == start.at(start.after, tie=OLD + timedelta(seconds=5))


def test_an_order_that_changes_while_the_page_is_made_carries_nothing_along() -> None:
    rows = [row(0), at(NOW, 7), row(3), at(NOW, 8)]
    got = step(Position(), rows, total=9, page_size=4, server_time=NOW)
    assert got.position == Position().at(OLD + timedelta(seconds=2))


def test_a_store_that_gives_smaller_pages_is_not_at_its_end() -> None:
    rows = [row(0), row(1)]
    assert step(Position(), rows, total=9, page_size=4, server_time=NOW).position is not None
    assert step(Position(), rows, total=2, page_size=4, server_time=NOW).position is None
    assert step(Position(), rows, total=None, page_size=4, server_time=NOW).position is None


def test_an_order_without_a_time_does_not_stop_the_paging() -> None:
    rows = [{"id": 1}, row(0), row(1), row(1)]
    got = step(Position(), rows, total=9, page_size=4, server_time=NOW)
    assert got.rows == rows[:2]
    with pytest.raises(UnreachableError, match="date_modified_gmt"):
        step(Position(), [{"id": 1}] * 4, total=9, page_size=4, server_time=NOW)


def test_the_last_cursor_steps_back_but_never_behind_its_beginning() -> None:
    newest = NOW - timedelta(hours=1)
    assert final_position(Position(), newest, NOW).after == newest - timedelta(seconds=120)
    start = Position(newest - timedelta(seconds=30))
    assert final_position(start, newest, NOW).after == start.after
    assert final_position(start, None, NOW).after == start.after


def test_a_run_that_goes_on_in_its_middle_keeps_the_overlap_of_the_whole() -> None:
    first = Position().at(NOW - timedelta(seconds=10))
    assert final_position(first, NOW, NOW).after == NOW - timedelta(seconds=120)
    middle = Position.from_cursor(Position(OLD).at(NOW - timedelta(seconds=10)).to_cursor())
    assert final_position(middle, NOW, NOW).after == NOW - timedelta(seconds=120)
    assert final_position(middle, None, NOW).after == NOW - timedelta(seconds=130)
    early = Position(NOW - timedelta(seconds=40)).at(NOW - timedelta(seconds=10))
    assert final_position(early, NOW, NOW).after == NOW - timedelta(seconds=40)


def test_an_order_from_the_future_does_not_carry_the_cursor_along() -> None:
    far = NOW + timedelta(days=400)
    assert final_position(Position(OLD), far, NOW).after == NOW - timedelta(seconds=120)


moments = st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001 - made aware below
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)


@given(after=moments, tie=moments, page=st.integers(0, 9))
def test_a_position_survives_its_cursor(after: datetime | None, tie: datetime | None, page: int) -> None:
    position = Position(after, tie, page if tie else 0)
    assert Position.from_cursor(position.to_cursor()) == position


@given(seconds=st.lists(st.integers(0, 12), min_size=1, max_size=60), size=st.integers(2, 8))
def test_paging_over_a_quiet_store_reads_every_order(seconds: list[int], size: int) -> None:
    orders = [row(second, order_id) for order_id, second in enumerate(sorted(seconds))]
    position: Position | None = Position()
    seen: set[int] = set()
    for _ in range(200):
        if position is None:
            break
        if position.tie is not None:
            seen |= {order["id"] for order in orders if order == at(position.tie, order["id"])}
            position = Position(position.tie)
            continue
        left = [order for order in orders if _later(order, position)]
        got = step(position, left[:size], len(left), size, NOW)
        seen |= {order["id"] for order in got.rows}
        position = got.position
    assert position is None
    assert seen == {order["id"] for order in orders}


def _later(order: dict[str, Any], position: Position) -> bool:
    moment = datetime.fromisoformat(order["date_modified_gmt"]).replace(tzinfo=UTC)
    return position.after is None or moment > position.after
