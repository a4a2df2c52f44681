"""What people may type for dates, amounts, weights and references."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import click
import pytest

from fbridge.cli.argument_types import amount, document, grams, line_and_quantity, name_and_value
from fbridge.cli.when import span, time_of_day, when
from fbridge.models.shipments import Document

ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)  # 01:30 on the wall in Rome


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-11-01", "2026-10-31T23:00:00+00:00"),
        ("2026-07-01", "2026-06-30T22:00:00+00:00"),
        ("2026-11-01T14:30", "2026-11-01T13:30:00+00:00"),
        ("2026-11-01 14:30", "2026-11-01T13:30:00+00:00"),
        ("2026-11-01T14:30:00Z", "2026-11-01T14:30:00+00:00"),
        ("2026-11-01T14:30:00+05:00", "2026-11-01T09:30:00+00:00"),
        ("today", "2026-11-22T23:00:00+00:00"),
        ("Yesterday", "2026-11-21T23:00:00+00:00"),
        ("3d", "2026-11-20T00:30:00+00:00"),
        ("12H", "2026-11-22T12:30:00+00:00"),
        ("18:30", "2026-11-23T17:30:00+00:00"),
        ("Yesterday 9:05", "2026-11-22T08:05:00+00:00"),
    ],
)
def test_dates_are_read_in_the_users_time_zone(typed: str, meant: str) -> None:
    moment = when(typed).moment(NOW, ROME)
    assert moment == datetime.fromisoformat(meant)
    assert moment.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "typed", ["", "01/11/2026", "2026-13-01", "3 days", "tomorrow", "99999w", "-3d", "0001-01-01"]
)
def test_a_wrong_date_is_explained_in_one_sentence(typed: str) -> None:
    with pytest.raises(click.BadParameter, match="is not a date: write 2026-11-01"):
        when(typed)


@pytest.mark.parametrize(
    "typed", ["2026-11-20", "today", "3d", "20/11/2026 18:30", "18.30", "25:00", "18:60"]
)
def test_a_time_of_a_day_has_its_hour(typed: str) -> None:
    assert time_of_day("2026-11-20 18:30").moment(NOW, ROME) == datetime(2026, 11, 20, 17, 30, tzinfo=UTC)
    with pytest.raises(click.BadParameter, match="is not a time of a day: write 2026-11-20 18:30"):
        time_of_day(typed)


def test_spans() -> None:
    assert span("45m") == timedelta(minutes=45)
    assert span("2W") == timedelta(weeks=2)
    with pytest.raises(click.BadParameter, match="not a span"):
        span("soon")


@pytest.mark.parametrize(
    ("read", "typed", "meant"),
    [
        (amount, "12.30", Decimal("12.30")),
        (amount, "12,5", Decimal("12.5")),
        (grams, "1250", 1250),
        (grams, "1250 g", 1250),
        (grams, "1.25kg", 1250),
        (grams, "1,5KG", 1500),
        (line_and_quantity, "HAT=2", ("HAT", 2)),
        (line_and_quantity, "A=B=3", ("A=B", 3)),
        (name_and_value, "key=a=b", ("key", "a=b")),
        (document, "1234", Document(number="1234")),
        (document, "erp/A/1234/2026", Document(source="erp", series="A", number="1234", year=2026)),
        (document, "//1234/", Document(number="1234")),
    ],
)
def test_values(read: Callable[[str], object], typed: str, meant: object) -> None:
    assert read(typed) == meant


@pytest.mark.parametrize(
    ("read", "typed"),
    [
        (amount, "-1"),
        (amount, "NaN"),
        (amount, "1e3"),
        (amount, "12.34567"),
        (grams, "heavy"),
        (grams, "-5"),
        (line_and_quantity, "HAT"),
        (line_and_quantity, "HAT=0"),
        (line_and_quantity, "HAT=two"),
        (line_and_quantity, "=2"),
        (document, ""),
        (document, "a/b"),
        (document, "a/b//2026"),
        (document, "a/b/1/26"),
    ],
)
def test_wrong_values_are_named(read: Callable[[str], object], typed: str) -> None:
    with pytest.raises(click.BadParameter) as caught:
        read(typed)
    assert repr(typed) in caught.value.message


def test_a_credential_typed_without_its_name_is_not_repeated() -> None:
    with pytest.raises(click.BadParameter) as caught:
        name_and_value("ck_4f9a_secret")
    assert "ck_4f9a" not in caught.value.message
