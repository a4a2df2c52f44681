"""Numbers, days and pieces in cells: read right, or refused with what they could be."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fbridge.office.tables.cells import UnreadableError
from fbridge.office.tables.forms import DayOrder
from fbridge.office.tables.values import date_of, number_of, whole_of


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("1,5", None, "1.5"), ("1.5", None, "1.5"), ("1.234,50", None, "1234.5"), ("1,234.50", None, "1234.5"),
        ("0.500", None, "0.5"), ("1 234,5", None, "1234.5"), ("1.234.567", None, "1234567"),
        ("12345.678", None, "12345.678"), ("1.234", ",", "1234"), ("1.234", ".", "1.234"), ("1,000", ",", "1"),
        ("7", None, "7"),
    ],
)  # fmt: skip
def test_numbers_are_read_right(text: str, decimal: str | None, value: str) -> None:
    assert number_of(text, decimal) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "decimal", "reason"),
    [
        ("1.234", None, "ambiguous_number"), ("1,000", None, "ambiguous_number"), ("abc", None, "not_a_number"),
        ("-3", None, "negative"), ("1.5", ",", "not_a_number"), ("1.2.3", None, "not_a_number"),
        ("", None, "not_a_number"), ("1.234,567.8", None, "not_a_number"),
    ],
)  # fmt: skip
def test_numbers_that_are_none_or_two_are_refused(text: str, decimal: str | None, reason: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        number_of(text, decimal)
    assert refused.value.reason == reason
    assert (" or " in refused.value.words) == (reason == "ambiguous_number")


DMY, MDY = DayOrder.DMY, DayOrder.MDY


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("2026-11-28", None, "2026-11-28"), ("28/11/2026", None, "2026-11-28"), ("11/28/2026", None, "2026-11-28"),
        ("3.4.2026", None, "2026-04-03"), ("28 novembre 2026", None, "2026-11-28"),
        ("28-nov-2026", None, "2026-11-28"), ("20261128", None, "2026-11-28"), ("28/11/26", DMY, "2026-11-28"),
        ("28/11/2026 18:30", None, "2026-11-28"), ("03/03/2026", None, "2026-03-03"),
        ("2026-11-28T10:00:00Z", None, "2026-11-28"), ("03/04/2026", DMY, "2026-04-03"),
        ("03/04/2026", MDY, "2026-03-04"),
    ],
)  # fmt: skip
def test_dates_are_read_right(text: str, order: DayOrder | None, day: str) -> None:
    assert date_of(text, order).isoformat() == day


@pytest.mark.parametrize(
    ("text", "order", "reason"),
    [
        ("03/04/2026", None, "ambiguous_date"), ("28/11/26", None, "ambiguous_date"),
        ("31/02/2026", None, "not_a_date"), ("1200", None, "not_a_date"), ("28/11/2026", MDY, "not_a_date"),
    ],
)  # fmt: skip
def test_dates_that_are_none_or_two_are_refused(text: str, order: DayOrder | None, reason: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        date_of(text, order)
    assert refused.value.reason == reason


def test_half_a_piece_is_refused() -> None:
    assert whole_of("2,00") == 2
    with pytest.raises(UnreadableError, match="whole"):
        whole_of("2,5")
