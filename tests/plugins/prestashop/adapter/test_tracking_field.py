"""Several numbers in the one field for tracking."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbridge.models.fulfillments import Baseline, FulfillmentShipment, TrackingNumber
from fbridge_prestashop.tracking import (
    LONGEST,
    fault_of,
    join,
    joined_fault_of,
    numbers_in,
    wanted_numbers,
)

good = st.text("ABCXYZ0123456789-./_", min_size=1, max_size=20)


def shipment(*numbers: str, former: tuple[str, ...] | None = None) -> FulfillmentShipment:
    return FulfillmentShipment(
        id="one",
        revision=1 if former is None else 2,
        items=(),
        tracking=tuple(TrackingNumber(number=number) for number in numbers),
        shipped_at=datetime(2026, 11, 23, tzinfo=UTC),
        acknowledged=None if former is None else 1,
        acknowledged_numbers=former or (),
    )


@given(numbers=st.lists(good, max_size=12, unique=True))
def test_what_fits_is_read_back_as_it_was_joined(numbers: list[str]) -> None:
    text = join(numbers)
    if len(text) <= LONGEST:
        assert joined_fault_of(numbers) == ""
        assert numbers_in(text) == tuple(numbers)
    else:
        assert str(len(text)) in joined_fault_of(numbers)


@given(number=st.text(max_size=80))
def test_a_number_without_fault_is_one_that_the_store_takes_whole(number: str) -> None:
    import re

    if number and fault_of([number]) == "":
        assert re.fullmatch(r"[~:#,%&_=\(\)\[\]\.\? \+\-@\/a-zA-Z0-9]+", number)
        assert len(number) <= 64
        assert number.isascii()


@pytest.mark.parametrize(
    ("field", "numbers"),
    [
        ("", ()),
        ("  ", ()),
        ("A", ("A",)),
        ("A, B", ("A", "B")),
        ("A,B", ("A", "B")),
        ("A , B,,A", ("A", "B")),
        ("12 34/5", ("12 34/5",)),
    ],
)
def test_numbers_that_people_enter_are_told_apart(field: str, numbers: tuple[str, ...]) -> None:
    assert numbers_in(field) == numbers


@given(
    others=st.lists(good, max_size=4, unique=True),
    former=st.lists(good, max_size=4, unique=True),
    new=st.lists(good, max_size=4, unique=True),
    sibling=st.lists(good, max_size=3, unique=True),
)
def test_a_correction_touches_its_own_part_only(
    others: list[str], former: list[str], new: list[str], sibling: list[str]
) -> None:
    held = tuple(dict.fromkeys([*others[:1], *former, *sibling, *others[1:]]))
    got = wanted_numbers("7", held, [shipment(*new, former=tuple(former)), shipment(*sibling)])
    gone = set(former) - set(new) - set(sibling)
    assert set(got) == (set(held) - gone) | set(new) | set(sibling)
    assert len(got) == len(set(got))
    kept = [number for number in held if number in got and number not in new]
    assert [number for number in got if number in kept] == kept


def test_the_new_number_stands_where_the_former_one_stood() -> None:
    assert wanted_numbers("7", ("X", "OLD", "Y"), [shipment("NEW", former=("OLD",))]) == ("X", "NEW", "Y")


@given(numbers=st.lists(good, max_size=5, unique=True), held=st.lists(good, max_size=5, unique=True))
def test_once_written_it_is_wanted_no_more(numbers: list[str], held: list[str]) -> None:
    first = wanted_numbers("7", held, [shipment(*numbers)])
    assert wanted_numbers("7", first, [shipment(*numbers)]) == first


def test_a_number_that_a_lost_try_left_is_replaced_and_one_that_stood_there_before_is_not() -> None:
    before = Baseline(entries=(("7", "THEIRS"),), remaining=(), remote_status="2")
    tried = replace(shipment("NEW"), former_numbers=("THEIRS", "LOST", "SIBLING"), baseline=before)
    held = ("THEIRS", "LOST", "SIBLING")
    assert wanted_numbers("7", held, [tried, shipment("SIBLING")]) == ("THEIRS", "NEW", "SIBLING")
