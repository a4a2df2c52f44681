"""The keyset over (date_upd, id) and the shop's time, judged by themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbridge.errors import UnreachableError
from fbridge_prestashop.keyset import Position, final_position, step
from fbridge_prestashop.shop_time import before_the_change, is_repeated, parse, text_of, to_shop, to_utc

ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2026, 11, 23, 12, 0)  # noqa: DTZ001 - the shop's times have no zone
OLD = NOW - timedelta(days=1)


def row(seconds: int, order_id: int = 1) -> dict[str, Any]:
    return at(OLD + timedelta(seconds=seconds), order_id)


def at(moment: datetime, order_id: int = 1) -> dict[str, Any]:
    return {"id": order_id, "date_upd": text_of(moment)}


def test_of_a_full_page_only_whole_seconds_count() -> None:
    rows = [row(0), row(1), row(2), row(2)]
    got = step(Position(), rows, 4, NOW)
    assert got.rows == rows[:2]
    assert got.position == Position().at(OLD + timedelta(seconds=2))


def test_one_second_on_a_whole_page_is_read_on_by_id() -> None:
    rows = [row(5, order_id) for order_id in (3, 4, 8, 9)]
    got = step(Position(OLD), rows, 4, NOW)
    assert got.position == Position(OLD).at(OLD + timedelta(seconds=5), 9)
    short = step(got.position, rows[:2], 4, NOW)
    assert short.position == Position(OLD).at(OLD + timedelta(seconds=6))


def test_an_order_that_changes_while_the_page_is_made_carries_nothing_along() -> None:
    rows = [row(0), at(NOW, 7), row(3), at(NOW, 8)]
    got = step(Position(), rows, 4, NOW)
    assert got.position == Position().at(OLD + timedelta(seconds=3))
    assert got.rows == rows[:1]


def test_an_order_that_shows_an_earlier_time_than_was_asked_for_does_not_turn_reading_round() -> None:
    """In the hour that comes twice."""
    start = Position(OLD + timedelta(seconds=9))
    got = step(start, [row(1, 1), row(9, 2), row(9, 3), row(2, 4)], 4, NOW)
    assert got.position == start.at(start.second, 3)


def test_an_order_without_a_time_does_not_stop_the_paging() -> None:
    rows = [{"id": 1, "date_upd": "0000-00-00 00:00:00"}, row(0), row(1), row(1)]
    got = step(Position(), rows, 4, NOW)
    assert got.rows == rows[:2]
    with pytest.raises(UnreachableError, match="date_upd"):
        step(Position(), rows[:1] * 4, 4, NOW)


def test_the_last_cursor_steps_back_but_never_behind_its_beginning() -> None:
    newest = NOW - timedelta(hours=1)
    assert final_position(Position(), newest, NOW, ROME).second == newest - timedelta(seconds=120)
    start = Position(newest - timedelta(seconds=30))
    assert final_position(start, newest, NOW, ROME).second == start.second
    assert final_position(start, None, NOW, ROME).second == start.second


def test_a_run_that_goes_on_in_its_middle_keeps_the_overlap_of_the_whole() -> None:
    first = Position().at(NOW - timedelta(seconds=10))
    assert final_position(first, NOW, NOW, ROME).second == NOW - timedelta(seconds=120)
    middle = Position.from_cursor(Position(OLD).at(NOW - timedelta(seconds=10)).to_cursor())
    assert final_position(middle, NOW, NOW, ROME).second == NOW - timedelta(seconds=120)
    assert final_position(middle, None, NOW, ROME).second == NOW - timedelta(seconds=130)
    early = Position(NOW - timedelta(seconds=40)).at(NOW - timedelta(seconds=10))
    assert final_position(early, NOW, NOW, ROME).second == NOW - timedelta(seconds=40)


def test_an_order_from_the_future_does_not_carry_the_cursor_along() -> None:
    far = NOW + timedelta(days=400)
    assert final_position(Position(OLD), far, NOW, ROME).second == NOW - timedelta(seconds=120)


naive = st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1)).map(  # noqa: DTZ001 - the shop's times have no zone
    lambda moment: moment.replace(microsecond=0)
)
moments = naive.map(lambda moment: moment.replace(tzinfo=UTC))
zones = st.sampled_from(
    ["Europe/Rome", "America/New_York", "Pacific/Auckland", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
).map(ZoneInfo)


@given(second=st.none() | naive, last_id=st.none() | st.integers(1, 10**9))
def test_a_position_survives_its_cursor(second: datetime | None, last_id: int | None) -> None:
    position = Position(second, last_id)
    assert Position.from_cursor(position.to_cursor()) == position


@given(seconds=st.lists(st.integers(0, 12), min_size=1, max_size=60), size=st.integers(2, 8))
def test_paging_over_a_quiet_store_reads_every_order(seconds: list[int], size: int) -> None:
    orders = [row(second, order_id) for order_id, second in enumerate(sorted(seconds), 1)]
    position: Position | None = Position()
    seen: set[int] = set()
    for _ in range(300):
        if position is None:
            break
        got = step(position, [one for one in orders if _asked(one, position)][:size], size, NOW)
        seen |= {order["id"] for order in got.rows}
        position = got.position
    assert position is None
    assert seen == {order["id"] for order in orders}


def _asked(order: dict[str, Any], position: Position) -> bool:
    """As the store filters: from a second on, or within one by id."""
    moment = parse(order["date_upd"])
    if position.second is None or moment is None:
        return True
    if position.last_id is None:
        return moment >= position.second
    return moment == position.second and order["id"] > position.last_id


def test_the_later_one_of_two_equal_times_is_taken() -> None:
    twice = datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001
    assert is_repeated(twice, ROME)
    assert to_utc(twice, ROME) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert not is_repeated(datetime(2026, 3, 29, 2, 30), ROME)  # noqa: DTZ001


@given(moment=moments, zone=zones)
def test_a_moment_survives_the_shops_clock(moment: datetime, zone: ZoneInfo) -> None:
    """But for the hour that comes twice, where it may come out later."""
    shown = to_shop(moment, zone)
    late = to_utc(shown, zone) - moment
    assert late == timedelta(0) or (is_repeated(shown, zone) and timedelta(0) < late <= timedelta(hours=1))


@given(moment=moments, zone=zones)
def test_reading_from_a_position_covers_whatever_changes_later(moment: datetime, zone: ZoneInfo) -> None:
    """However the clocks go: a later moment is never shown before the position that was kept at an earlier one."""
    kept = before_the_change(to_shop(moment, zone) - timedelta(seconds=120), zone)
    for minutes in (0, 1, 15, 29, 30, 45, 59, 60, 61, 90, 120):
        assert to_shop(moment + timedelta(minutes=minutes), zone) >= kept
