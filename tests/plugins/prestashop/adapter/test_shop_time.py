"""The shop's own time, judged by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from fbridge_prestashop.shop_time import before_the_change, is_repeated, to_shop, to_utc

ROME = ZoneInfo("Europe/Rome")
naive = st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1)).map(  # noqa: DTZ001 - the shop's times have no zone
    lambda moment: moment.replace(microsecond=0)
)
moments = naive.map(lambda moment: moment.replace(tzinfo=UTC))
zones = st.sampled_from(
    ["Europe/Rome", "America/New_York", "Pacific/Auckland", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
).map(ZoneInfo)


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
def test_reading_from_a_moment_covers_whatever_changes_later(moment: datetime, zone: ZoneInfo) -> None:
    """However the clocks go: a later moment is never shown before the place where reading begins."""
    kept = before_the_change(to_shop(moment - timedelta(seconds=120), zone), zone)
    for minutes in (0, 1, 15, 29, 30, 45, 59, 60, 61, 90, 120):
        assert to_shop(moment + timedelta(minutes=minutes), zone) >= kept
