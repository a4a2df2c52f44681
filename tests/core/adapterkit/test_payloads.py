"""One field at a time, in the forms that stores send it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbridge.adapterkit import payloads
from fbridge.adapterkit.payloads import FractionError, UnreadableError
from fbridge.models.orders import Money

NOTHINGS: list[Any] = [None, False, "", "  ", [], {}, "0000-00-00", "0000-00-00 00:00:00"]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
)


@pytest.mark.parametrize("value", NOTHINGS)
def test_nothing_in_all_its_forms(value: Any) -> None:
    assert payloads.is_nothing(value)
    assert payloads.words(value) == "" or str(value).startswith("0000")
    assert payloads.number(value) is None
    assert payloads.moment(value) is None
    assert payloads.reference(value) == ""
    assert payloads.pieces_if_told(value) == 0


def test_zero_is_something() -> None:
    assert not payloads.is_nothing(0)
    assert payloads.number(0) == 0


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("MUG", "MUG"),
        (37100, "37100"),
        (37100.0, "37100"),
        (True, ""),
        ([{"id": "1", "value": ""}, {"id": "2", "value": "Spedito"}], "Spedito"),
        ({"attributes": {"x": 1}}, ""),
        ({"@attributes": {"id": "1"}, "0": "Shipped"}, "Shipped"),
        ({"language": [{"id": "1", "value": "Shipped"}]}, "Shipped"),
        (["+39 02 1"], "+39 02 1"),
    ],
)
def test_texts(value: Any, expected: str) -> None:
    assert payloads.text(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Via D&#039;Annunzio &amp; C.", "Via D'Annunzio & C."),
        ("  Ada ", "Ada"),
        ("a&ltb and A&B", "a&ltb and A&B"),
    ],
)
def test_words_are_for_people(value: str, expected: str) -> None:
    assert payloads.words(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("one text", ("one text",)),
        ("Via Roma 1\nScala B", ("Via Roma 1", "Scala B")),
        (["Via Roma 1", None, ""], ("Via Roma 1",)),
        ({"0": "Via Roma 1", "1": "Scala B"}, ("Via Roma 1", "Scala B")),
        (None, ()),
    ],
)
def test_the_lines_of_a_street(value: Any, expected: tuple[str, ...]) -> None:
    assert payloads.texts(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2", "2"),
        ("2.0", "2"),
        ("2.000000", "2"),
        (2.0, "2"),
        ("-5.00", "-5"),
        (1e-5, "0.00001"),
        ("1,234.50", None),
        ("12,50", None),
        ("1_000", None),
        ("٢", None),
        ("1e5", None),
        (float("nan"), None),
        (True, None),
        (10**30, None),
    ],
)
def test_numbers(value: Any, expected: str | None) -> None:
    assert payloads.number(value) == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [
        ("12.345", "KWD", "12.345 KWD"),
        ("1500.000000", "JPY", "1500 JPY"),
        ("97.990000", "EUR", "97.99 EUR"),
        (15.491803333333332, "EUR", "15.49 EUR"),
        ("0.005", "EUR", "0.01 EUR"),
        ("5", "", "5.00"),
    ],
)
def test_money_has_its_currencys_decimals(value: Any, currency: str, shown: str) -> None:
    amount = payloads.money(value, currency)
    assert amount is not None
    assert str(Money(amount=amount, currency=currency)) == shown
    assert str(amount) == shown.partition(" ")[0]


def test_lists_and_objects() -> None:
    entry = {"id": 1}
    for value in ([entry], {"0": entry}, {"21": entry}, {21: entry}, entry, [None, entry, "?", []]):
        assert payloads.rows(value) == [entry]
    assert payloads.mapping([entry]) == entry
    assert payloads.mapping([entry, entry]) == {}
    assert payloads.mapping("text") == {}


@pytest.mark.parametrize("value", [7, "7", 7.0, "7.000000", " 7 ", "007"])
def test_ids(value: Any) -> None:
    assert payloads.identity(value) == "7"


@pytest.mark.parametrize("value", [0, "0", -7, 7.5, True, "seven", "7a", [7], {"id": 7}, 10**20, None])
def test_what_is_no_id(value: Any) -> None:
    assert payloads.reference(value) == ""
    with pytest.raises(UnreadableError):
        payloads.identity(value)


def test_pieces_are_whole() -> None:
    assert [payloads.pieces(value) for value in (2, "2", "2.000000", 2.0, -1)] == [2, 2, 2, 2, -1]
    with pytest.raises(FractionError, match=r"4\.4 is a fraction"):
        payloads.pieces(4.4)
    for value in (None, "", "two", True, 2**31, float("inf")):
        with pytest.raises(UnreadableError):
            payloads.pieces(value)
    with pytest.raises(UnreadableError, match="-1"):
        payloads.count(-1)


@pytest.mark.parametrize(
    ("value", "otherwise", "expected"),
    [("1", False, True), ("0", True, False), (None, True, True), ("maybe", False, False), (1.0, False, True)],
)
def test_flags(value: Any, otherwise: bool, expected: bool) -> None:
    assert payloads.flag(value, otherwise=otherwise) is expected


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-23T00:50:54",
        "2026-11-23T00:50:54Z",
        "2026-11-23T01:50:54+01:00",
        "2026-11-23 00:50:54.123456",
    ],
)
def test_times_are_aware_utc_in_whole_seconds(value: str) -> None:
    assert payloads.moment(value) == datetime(2026, 11, 23, 0, 50, 54, tzinfo=UTC)


def test_a_time_without_zone_is_one_of_the_stores() -> None:
    told = payloads.moment("2026-07-01 12:00:00", ZoneInfo("Europe/Rome"))
    assert told == datetime(2026, 7, 1, 10, tzinfo=UTC)


@given(value=anything)
def test_readers_of_what_is_not_needed_never_raise(value: Any) -> None:
    for read in (
        payloads.text,
        payloads.words,
        payloads.texts,
        payloads.number,
        payloads.listing,
        payloads.rows,
    ):
        read(value)
    for other in (payloads.mapping, payloads.flag, payloads.moment, payloads.reference, payloads.currency):
        other(value)
    amount = payloads.money(value, "EUR")
    assert amount is None or amount == amount.quantize(Decimal("0.01"))
    weight = payloads.grams(value, 1000)
    assert weight is None or weight >= 0


@given(value=anything)
def test_readers_of_what_is_needed_raise_nothing_else(value: Any) -> None:
    for read in (payloads.identity, payloads.named, payloads.pieces, payloads.count):
        try:
            read(value)
        except UnreadableError:
            continue


def test_counts_are_pieces_by_line() -> None:
    assert payloads.counts({"7": "2.0", "8": 0}) == (("7", 2), ("8", 0))
    assert payloads.counts(None) == payloads.counts([]) == ()
    with pytest.raises(payloads.UnreadableError, match="7: -1 pieces make no sense"):
        payloads.counts({"7": -1})
