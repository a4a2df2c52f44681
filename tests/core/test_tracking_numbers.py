"""What people and spreadsheets make of tracking numbers: divided, or refused with a sentence."""

from __future__ import annotations

import pytest

from fbridge.errors import InputError
from fbridge.shipping.tracking_numbers import clean_numbers, parcels_for


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("A1;B2;C3", ("A1", "B2", "C3")), ("A1, B2", ("A1", "B2")), ("A1|B2", ("A1", "B2")),
        ("A1 / B2", ("A1", "B2")),        ("A1;A1", ("A1",)), ("A1;", ("A1",)), (" 0012 ", ("0012",)),
        ("370-123.4/5", ("370-123.4/5",)),
    ],
)  # fmt: skip
def test_several_numbers_in_one_text_are_divided(text: str, numbers: tuple[str, ...]) -> None:
    assert clean_numbers([text]) == numbers


def test_each_number_in_one_text_is_a_parcel() -> None:
    assert parcels_for(["A1;B2", "C3"], None) == 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("3.70123E+11", "spreadsheet_number"), ("3,70123E+11", "spreadsheet_number"), ("1e9", "spreadsheet_number"),
        ("123456.0", "spreadsheet_number"), ('="001"', "spreadsheet_formula"), ("'001", "spreadsheet_formula"),
        ("#N/A", "spreadsheet_error"), ("#RIF!", "spreadsheet_error"), ("0", "placeholder"), ("000", "placeholder"),
        ("-", "placeholder"), ("n/a", "placeholder"), ("N.D.", "placeholder"), ("NULL", "placeholder"),
        ("xxx", "placeholder"), ("da assegnare", "placeholder"), ("A1;n/a", "placeholder"), ("1Z 999", "inner_blank"),
        ("A1 B2", "inner_blank"), ("<b>A1</b>", "markup"), ("https://brt.example/A1", "markup"),
        ("A1&amp;B2", "markup"), ("Á1", "odd_character"), ("А1", "odd_character"),
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(InputError, match="no tracking number") as refused:
        clean_numbers([text])
    assert refused.value.reason == reason
