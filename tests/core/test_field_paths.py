"""Where a path leads in a platform's own order."""

from __future__ import annotations

from typing import Any

import pytest

from fbridge.models.field_paths import extra_values, steps_of, value_at

ORDER: dict[str, Any] = {
    "billing": {"vat": " IT1 ", "street": ["Via Roma 1", "int. 2"], "none": None, "off": False},
    "meta_data": [
        {"id": 1, "key": "_cf", "value": "RSS"},
        {"id": 2, "key": "_inv", "value": {"pec": "a@b.it"}},
    ],
    "attributes": [{"attribute_code": "sdi", "value": "X1"}, {"name": "plain", "text": "t"}],
    "localizedFields": {"nodes": [{"key": "TAX", "value": "9"}]},
    "a.b": {"1": "one"},
    "count": 3,
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("billing.vat", "IT1"),
        ("meta_data[_cf]", "RSS"),
        ("meta_data[_inv].pec", "a@b.it"),
        ("meta_data[_inv]", '{"pec": "a@b.it"}'),
        ("attributes[sdi]", "X1"),
        ("attributes[plain].text", "t"),
        ("localizedFields[TAX]", "9"),
        ("billing.street[1]", "int. 2"),
        ("billing.street[7]", ""),
        ("billing.none", ""),
        ("billing.off", ""),
        ("billing.vat.deeper", ""),
        ("nothing.at.all[there]", ""),
        ("count", "3"),
    ],
)
def test_a_path_leads_to_a_text(path: str, value: str) -> None:
    assert value_at(ORDER, path) == value


def test_what_is_not_there_is_left_out() -> None:
    assert extra_values(ORDER, {"vat": "billing.vat", "x": "billing.x"}) == {"vat": "IT1"}


@pytest.mark.parametrize(
    "path", ["", ".", "a.", ".a", "a..b", "[x]", "a[", "a[]", "a b", "a[b]c", "a" + ".b" * 9]
)
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="must be a path"):
        steps_of(path)
