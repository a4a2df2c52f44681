"""Needed fields are read without marshmallow's detours, and give what marshmallow gives, faults too."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import Schema, ValidationError

from fbridge.adapterkit.needed import Inside, NarrowPayload, Needed, Payload, Rows, Told
from fbridge.adapterkit.payloads import identity, pieces, text


class Line(Payload):
    id = Needed(identity)
    quantity = Needed(pieces, called="qty")


class Place(NarrowPayload):
    name = Told(text)


class Thing(Payload):
    id = Needed(identity)
    lines = Rows(Line, key="id", inside="nodes")
    place = Inside(Place, called="where")


LINE = {"id": 7, "qty": "2", "price": 1.5}


def outcome(load: Any, data: Any) -> Any:
    try:
        return load(data)
    except ValidationError as error:
        return error.messages


@pytest.mark.parametrize(
    "data",
    [
        {"id": 1, "lines": [LINE], "where": {"name": "Roma", "more": 1}, "meta": {"a": [1]}},
        {"id": 1, "lines": {"nodes": [LINE, None]}, "place": "kept as it came"},
        {"id": "", "lines": [LINE, {"id": 8}, "x"]},
        {"id": 1, "lines": [LINE, LINE]},
        {"lines": None, "where": None},
        {"id": 1, "lines": "none", "where": []},
        [],
        None,
    ],
)
def test_what_is_read_is_what_marshmallow_reads(data: Any) -> None:
    thing = Thing()
    assert outcome(thing.load, data) == outcome(lambda given: Schema.load(thing, given), data)
