"""Rows of JSON: an array of objects, an envelope that holds one, or an object a line (NDJSON)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, BinaryIO

from fbridge.errors import InputError
from fbridge.office.tables.cells import EMPTY, Cell, Fault, Row
from fbridge.office.tables.delimited import text_lines
from fbridge.office.tables.encodings import encoding_of

_LISTS = ("items", "rows", "shipments", "tracking", "data")
_LINES = ("lines", "righe")
LARGEST_PIECE = 32 * 1024 * 1024
"""Bytes of one JSON array: it is only known to be whole once it was read to its end."""

_MOST_DIGITS = 100

JsonRow = tuple[Row, dict[str, Cell]]


def json_rows(name: str, file: BinaryIO) -> Iterator[JsonRow]:
    """Each object with its row number (its line in NDJSON); one with ``lines`` gives a row for each of them.

    Raises InputError where the text is no such JSON, before any row where it is one array.
    """
    encoding = encoding_of(name, file)
    if _is_ndjson(text_lines(name, file, encoding)):
        records = _of_lines(text_lines(name, file, encoding))
    else:
        records = _of_one(name, "".join(text_lines(name, file, encoding)))
    for number, record in records:
        yield from _rows(number, record)


def _is_ndjson(lines: Iterator[str]) -> bool:
    """Whether the first line is an object by itself, and not the envelope of all rows."""
    full = (line for line in lines if line.strip())
    try:
        value = _DECODER.decode(next(full, "").strip())
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and (_list_in(value) is None or next(full, None) is not None)


def _of_lines(lines: Iterator[str]) -> Iterator[tuple[int, object]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield number, _DECODER.decode(line.strip())
        except (ValueError, RecursionError):
            yield (
                number,
                Fault("bad_json", f"Line {number} is not one JSON object; is it cut?", line.strip()[:80]),
            )


def _of_one(name: str, text: str) -> Iterator[tuple[int, object]]:
    if len(text) > LARGEST_PIECE:
        raise InputError(
            f"{name} has more than {LARGEST_PIECE // 1024 // 1024} MB of JSON in one piece; write an object a line "
            "(NDJSON), or divide it.",
            reason="file_too_large",
        )
    text = text.strip()
    try:
        if text.startswith("["):
            for _ in _entries(text):
                pass  # whole before the first row of it is told; and never held as a whole
            found: Iterable[object] = _entries(text)
        else:
            value = _DECODER.decode(text)
            listed = _list_in(value)
            found = [value] if listed is None else listed
    except (ValueError, RecursionError) as error:
        place = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise InputError(
            f"{name} is not whole JSON{place}: {getattr(error, 'msg', error)}. Is it cut?",
            reason="file_damaged",
        ) from None
    yield from enumerate(found, 1)


_BLANKS = re.compile(r"[ \t\n\r]*")


def _entries(text: str) -> Iterator[object]:
    """What an array holds, one after the other. Raises JSONDecodeError where it is no whole array."""
    at, divider = _past_blanks(text, 1), ","
    if text[at:] == "]":
        return
    while divider == ",":
        value, at = _DECODER.raw_decode(text, _past_blanks(text, at))
        yield value
        at = _past_blanks(text, at)
        divider, at = text[at : at + 1], at + 1
    if divider != "]" or at < len(text):
        raise json.JSONDecodeError("it does not end as an array does", text, at - 1)


def _past_blanks(text: str, at: int) -> int:
    match = _BLANKS.match(text, at)
    return match.end() if match else at


def _list_in(value: Any) -> list[Any] | None:
    if not isinstance(value, dict):
        return None
    return next((value[key] for key in _LISTS if isinstance(value.get(key), list)), None)


def _rows(number: int, record: object) -> Iterator[JsonRow]:
    if isinstance(record, Fault):
        yield Row(number, (), record), {}
        return
    if not isinstance(record, dict):
        yield Row(number, (), Fault("bad_json", f"Row {number} is no JSON object.", str(record)[:80])), {}
        return
    own = {key: _cell(value) for key, value in record.items() if key not in _LINES}
    lines = next((record[key] for key in _LINES if isinstance(record.get(key), list)), None)
    for line in lines or [{}]:
        inner = line if isinstance(line, dict) else {"lines": line}
        cells = own | {key: _cell(value) for key, value in inner.items()}
        yield Row(number, tuple(cells.values())), cells


def _cell(value: object) -> Cell:
    if value is None:
        return EMPTY
    if isinstance(value, list) and all(isinstance(one, str | int) for one in value):
        return ";".join(str(one) for one in value)
    if isinstance(value, str | int | Decimal):
        return value
    return Fault(
        "nested_json",
        "JSON within JSON is not read here; give a text or a number.",
        json.dumps(value, default=str)[:80],
    )


def _no_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise ValueError(f"a name stands twice in one object: {next(n for n in names if names.count(n) > 1)}")
    return dict(pairs)


def _integer(text: str) -> int | str:
    """Python makes no number of thousands of digits; no order has one either."""
    return int(text) if len(text) <= _MOST_DIGITS else text


_DECODER = json.JSONDecoder(
    parse_float=Decimal, parse_int=_integer, object_pairs_hook=_no_doubles, parse_constant=str
)
