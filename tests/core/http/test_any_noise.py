"""Any document in any noise: read equal, or no data; never an error."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fbridge.http.noise import whole_json

from .noises import AFTER, BEFORE, HTML_NOTICE

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=20)
    | st.sampled_from(["<!-- x -->", HTML_NOTICE]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
).filter(lambda value: isinstance(value, dict | list))
befores = st.lists(st.sampled_from([noise for noise, _ in BEFORE.values() if noise]), max_size=3).map("".join)
afters = st.lists(st.sampled_from([noise for noise, _ in AFTER.values()]), max_size=3).map("".join)


@given(value=json_values, before=befores, after=afters, pretty=st.sampled_from([None, 2]))
def test_any_document_in_any_listed_noise_is_read_equal(
    value: Any, before: str, after: str, pretty: int | None
) -> None:
    whole = whole_json(f"{before}{json.dumps(value, indent=pretty)}{after}".encode())
    assert whole is not None
    assert whole.value == value


@given(value=json_values, before=befores, cut=st.floats(0, 1, exclude_max=True), after=afters)
def test_no_document_that_was_cut_is_data(value: Any, before: str, cut: float, after: str) -> None:
    text = json.dumps(value)
    assert whole_json(f"{before}{text[: int(len(text) * cut)]}{after}".encode()) is None


@given(value=json_values, cut=st.floats(0, 1, exclude_min=True))
def test_no_document_without_its_beginning_is_data(value: Any, cut: float) -> None:
    text = json.dumps({"all": [value]})
    assert whole_json(text[max(1, int(len(text) * cut)) :].encode()) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_not_but_never_an_error(content: bytes) -> None:
    whole_json(content)
