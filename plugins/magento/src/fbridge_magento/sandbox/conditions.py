"""How MySQL compares a column with the text of a filter."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from fbridge_magento.sandbox.search_criteria import Filter

Value = Any
Test = Callable[[Value], bool]

DATE = re.compile(r"\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?)?")
NUMBER = re.compile(r"\s*[+-]?\d+(\.\d+)?")
BEFORE_ALL_TIME = -(1 << 62)


def column_test(one: Filter, kind: str) -> Test:
    """Whether a value of a column passes; ``kind`` is ``date`` (seconds), ``number`` or ``text``.

    NULL passes nothing but ``null``. A condition that does not exist lets nothing pass.
    """
    make = _TESTS.get(one.condition or "eq")
    if make is None:
        return _nothing
    return make(one.value, _READERS[kind])


def sql_seconds(moment: str | int) -> int:
    """A time as the column holds it, in seconds. An offset is not looked at; what is no time is before all."""
    if isinstance(moment, int):
        return moment
    match = DATE.match(moment)
    if match is None:
        return BEFORE_ALL_TIME
    try:
        year, month, day, *clock = (int(part or 0) for part in match.groups())
        hour, minute, second = clock
        return int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp())
    except ValueError:
        return BEFORE_ALL_TIME


def _number(text: Any) -> float:
    match = NUMBER.match(str(text))
    return float(match[0]) if match else 0.0


def _text(text: Any) -> str:
    return str(text).rstrip(" ").casefold()


def _nothing(_value: Value) -> bool:
    return False


def _comparison(compare: Callable[[Any, Any], bool]) -> Callable[[str, Callable[[Any], Any]], Test]:
    def make(text: str, read: Callable[[Any], Any]) -> Test:
        wanted = read(text)
        return lambda value: value is not None and compare(read(value), wanted)

    return make


def _one_of(text: str, read: Callable[[Any], Any]) -> Test:
    wanted = {read(part) for part in text.split(",")}
    return lambda value: value is not None and read(value) in wanted


def _none_of(text: str, read: Callable[[Any], Any]) -> Test:
    wanted = {read(part) for part in text.split(",")}
    return lambda value: value is not None and read(value) not in wanted


def _like(text: str, _read: Callable[[Any], Any]) -> Test:
    parts = [{"%": ".*", "_": "."}.get(letter, re.escape(letter)) for letter in text.casefold()]
    pattern = re.compile("".join(parts), re.DOTALL)
    return lambda value: value is not None and pattern.fullmatch(str(value).casefold()) is not None


def _unlike(text: str, read: Callable[[Any], Any]) -> Test:
    like = _like(text, read)
    return lambda value: value is not None and not like(value)


def _is_null(_text: str, _read: Callable[[Any], Any]) -> Test:
    return lambda value: value is None


def _is_not_null(_text: str, _read: Callable[[Any], Any]) -> Test:
    return lambda value: value is not None


_READERS: dict[str, Callable[[Any], Any]] = {"date": sql_seconds, "number": _number, "text": _text}
_TESTS: dict[str, Callable[[str, Callable[[Any], Any]], Test]] = {
    "eq": _comparison(lambda value, wanted: value == wanted),
    "neq": _comparison(lambda value, wanted: value != wanted),
    "gt": _comparison(lambda value, wanted: value > wanted),
    "gteq": _comparison(lambda value, wanted: value >= wanted),
    "moreq": _comparison(lambda value, wanted: value >= wanted),
    "from": _comparison(lambda value, wanted: value >= wanted),
    "lt": _comparison(lambda value, wanted: value < wanted),
    "lteq": _comparison(lambda value, wanted: value <= wanted),
    "to": _comparison(lambda value, wanted: value <= wanted),
    "in": _one_of,
    "nin": _none_of,
    "like": _like,
    "nlike": _unlike,
    "null": _is_null,
    "notnull": _is_not_null,
}


def any_of(tests: Sequence[Callable[[Any], bool]]) -> Callable[[Any], bool]:
    """Whether one of them passes."""
    if len(tests) == 1:
        return tests[0]
    return lambda row: any(test(row) for test in tests)
