"""Maps of files out: a wrong one is a sentence, and a record is what the map says."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fbridge.errors import ConfigError, InputError
from fbridge.office.exports.maps import ExportMap, map_from
from fbridge.office.exports.records import Records, divided

ROME = ZoneInfo("Europe/Rome")


def made(**more: Any) -> ExportMap:
    base = {"for": "courier", "form": "fixed", "fields": [{"field": "order", "width": 9}]}
    return map_from(base | more, "way", "way.toml")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ('form = "fixd"', 'field "form"'),
        ('encodign = "utf-8"', 'field "encodign": is unknown. Did you mean "encoding"?'),
        ('head = [{ field = "cout", width = 3 }]', 'there is no cout. Did you mean "count"?'),
        ('fields = [{ field = "weight" }]', 'field "fields" number 1 (weight) needs a width'),
        ('fields = [{ field = "weight", width = 2, text = "x" }]', "either a field or a constant text"),
        ('fields = [{ field = "cod", width = 9, implied = true }]', "needs decimals"),
        ('fields = [{ field = "note", width = 9, continues = true }]', "continues the field before it"),
        ('dates = "%d/%m"', "must be made of YYYY"),
        ("fields = 3", 'field "fields"'),
    ],
)
def test_a_wrong_map_is_one_sentence_with_its_place(change: str, words: str) -> None:
    with pytest.raises(ConfigError) as error:
        made(**tomllib.loads(change))
    assert words in str(error.value)
    assert str(error.value).startswith("way.toml: ")


def record(map_: ExportMap, **values: Any) -> str:
    records = Records(map_, ROME)
    line = records.record("S1", map_.fields, values.__getitem__)
    records.refuse_unfit()
    return line


@pytest.mark.parametrize(
    ("field", "value", "written"),
    [
        ({"width": 6, "decimals": 2, "implied": True, "pad": "0"}, Decimal("12.5"), "001250"),
        ({"width": 6, "decimals": 1}, Decimal(3), "   3,0"),
        ({"width": 6, "decimals": 1, "cut": True}, Decimal("1.25"), "   1,3"),
        ({"width": 6, "align": "left"}, 7, "7     "),
        ({"width": 8, "dates": "DDMMYYYY"}, date(2026, 3, 4), "04032026"),
        ({"width": 12, "dates": "YYMMDDhhmm"}, datetime(2026, 3, 31, 22, 30, tzinfo=UTC), "2604010030  "),
        ({"width": 6}, "a\r\n b\t", "a b   "),
        ({"width": 3, "pad": "*", "align": "right"}, "", "***"),
        ({"width": 4, "default": "none"}, None, "none"),
        ({"width": 3, "cut": True}, "ab cd", "ab "),
        ({"width": 5}, ("A1", "B2"), "A1;B2"),
        ({"width": 9, "cut": True}, "grazie \U0001f381", "grazie ? "),
        ({"width": 3}, "e\u0301", "\u00e9  "),
    ],
)
def test_a_value_is_written_as_its_field_says(field: dict[str, Any], value: object, written: str) -> None:
    map_ = made(decimal=",", line_end="lf", encoding="cp1252", fields=[{"field": "order"} | field])
    assert record(map_, order=value) == f"{written}\n"


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ({"width": 3}, "abcd", "has 4 characters"),
        ({"width": 3, "cut": True}, 12345, "has 5 characters"),  # a cut number is another number
        ({"width": 9, "decimals": 1}, Decimal("1.25"), "has more than 1 decimals"),
        ({"width": 9}, "\u0141", "is not in cp1252"),
        ({"width": 9, "values": {"a": "1"}}, "b", "has no word in the map's values (a)"),
        ({"width": 9, "required": True}, None, "is empty, and the map requires it"),
    ],
)
def test_what_does_not_fit_is_refused(field: dict[str, Any], value: object, why: str) -> None:
    with pytest.raises(InputError) as error:
        record(made(encoding="cp1252", fields=[{"field": "order"} | field]), order=value)
    assert why in str(error.value)
    assert "S1, order (width" in str(error.value)


def test_a_csv_that_never_quotes_refuses_its_delimiter() -> None:
    field = {"field": "order"}
    assert record(made(form="csv", fields=[field], line_end="lf"), order='a;"b') == '"a;""b"\n'
    with pytest.raises(InputError, match="never quotes"):
        record(made(form="csv", fields=[field], quote="never"), order="a;b")


@settings(max_examples=40)
@given(st.text("ab ", max_size=40), st.lists(st.integers(1, 12), min_size=1, max_size=4))
def test_a_divided_text_loses_nothing(text: str, widths: list[int]) -> None:
    text = " ".join(text.split())
    parts = divided(text, widths)
    assert len(parts) == len(widths)
    assert all(len(part) <= width for part, width in zip(parts[:-1], widths, strict=False))
    assert "".join(parts).replace(" ", "") == text.replace(" ", "")
