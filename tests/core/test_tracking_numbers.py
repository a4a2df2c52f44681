"""What people and spreadsheets make of tracking numbers: divided, or refused with a sentence."""

from __future__ import annotations

import pytest

from fbridge.errors import InputError
from fbridge.models.number_shapes import ALL_SHAPES
from fbridge.models.usual_carriers import USUAL_CARRIERS, number_warnings
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


RIGHT = {
    "UPS": ["1Z5R89390357567127", "1z999aa10123456784"],
    "FEDEX": ["986578788855", "041441760228964"],
    "DHL": ["3318810025"],
    "POSTE": ["RB123456785GB"],
    "BRT": ["12345", "RB123456785GB", "000123450000000027"],
    "OWN": ["anything-1"],
}


@pytest.mark.parametrize(
    ("carrier", "number"), [(code, one) for code, numbers in RIGHT.items() for one in numbers]
)
def test_numbers_as_their_carriers_give_them_raise_no_eyebrow(carrier: str, number: str) -> None:
    assert number_warnings((number,), carrier, "1001") == ()


@pytest.mark.parametrize(
    ("carrier", "number", "reason"),
    [
        ("UPS", "1Z5R89390357567128", "check_digit"), ("UPS", "12345", "unusual_number"),
        ("FedEx", "986578788856", "check_digit"), ("FEDEX", "12345678983", "lost_zeros"),
        ("dhl express", "3318810026", "check_digit"), ("POSTE", "RB123456786GB", "check_digit"),
        ("BRT", "1Z5R89390357567127", "other_carriers_number"), ("OWN", "1Z5R89390357567128", "check_digit"),
        ("BRT", "1001", "is_order_number"), ("BRT", "#1001", "is_order_number"),
    ],
)  # fmt: skip
def test_odd_numbers_are_pointed_out(carrier: str, number: str, reason: str) -> None:
    (warning,) = number_warnings((number,), carrier, "1001")
    assert warning.reason == reason
    assert number in warning.words


def test_every_shape_and_every_tracking_page_has_its_source() -> None:
    assert all(shape.source for shape in ALL_SHAPES)
    assert all(one.source for one in USUAL_CARRIERS if one.tracking_url)
