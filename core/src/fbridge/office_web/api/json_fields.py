"""The fields of requests: strict as the document of the API says, so that a slip is told and not guessed at."""

from __future__ import annotations

import re
from datetime import MAXYEAR, MINYEAR, date
from decimal import Decimal
from typing import Any, TypeVar

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from fbridge.models.storable_text import is_storable

LONGEST_TEXT = 500
MOST_ENTRIES = 5000
MOST_COUNT = 2**31 - 1
_DIGITS = re.compile(r"\d{1,10}", re.ASCII)
AMOUNT = r"^[0-9]{1,9}(\.[0-9]{1,4})?$"
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})$"


When = TypeVar("When", bound=date)


class Query(Schema):
    """What may stand behind the ``?``: everything is text there."""

    class Meta:
        """What it does not know is a slip."""

        unknown = RAISE


class Body(Schema):
    """The JSON object of a request."""

    class Meta:
        """What it does not know is a slip."""

        unknown = RAISE


class Text(fields.String):
    """A text that every database takes."""

    def __init__(self, *, least: int = 0, longest: int = LONGEST_TEXT, **more: Any) -> None:
        super().__init__(validate=validate.Length(least, longest), **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        text = super()._deserialize(value, attr, data, **more)
        if not is_storable(text):
            raise ValidationError("It holds a character that no database takes.")
        return text


class Name(Text):
    """A text that is not empty: it names something."""

    def __init__(self, **more: Any) -> None:
        super().__init__(least=1, **more)


class Whole(fields.Integer):
    """A whole number: of JSON as that, behind the ``?`` as digits."""

    def __init__(self, least: int = 1, most: int = MOST_COUNT, **more: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(least, most), **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        if isinstance(self.root, Query) and isinstance(value, str) and _DIGITS.fullmatch(value):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **more)


class Flag(fields.Boolean):
    """``true`` or ``false``, and nothing that could be meant so."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:  # noqa: ARG002
        words = {"true": True, "false": False} if isinstance(self.root, Query) else {}
        said = words.get(value) if isinstance(value, str) else value
        if not isinstance(said, bool):
            raise self.make_error("invalid", input=value)
        return said


class Shaped(fields.String):
    """A text of a known form; ``words`` say which."""

    def __init__(self, pattern: str, words: str, **more: Any) -> None:
        # The validator tells the form to the API's document; on its own it would let a line end pass.
        super().__init__(validate=validate.Regexp(pattern, error=words), **more)
        self._pattern, self._words = re.compile(pattern), words

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        text = super()._deserialize(value, attr, data, **more)
        if not self._pattern.fullmatch(text):
            raise ValidationError(self._words)
        return text


class Amount(Shaped):
    """An amount of money as text (``"12.30"``): a number of JSON would lose cents in some languages."""

    def __init__(self, **more: Any) -> None:
        super().__init__(AMOUNT, "Not an amount such as 12.30.", **more)

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **more: Any) -> Any:
        """The amount, exactly."""
        text = super().deserialize(value, attr, data, **more)
        return Decimal(text) if isinstance(text, str) else text


class Moment(fields.AwareDateTime):
    """A time with its zone: ``2026-11-03T13:05:00Z``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        if not isinstance(value, str) or not re.fullmatch(MOMENT, value):
            raise self.make_error("invalid", input=value, obj_type="datetime")
        made = super()._deserialize(value, attr, data, **more)
        return _in_time(self, made)


class Day(fields.Date):
    """A day: ``2026-11-03``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        if not isinstance(value, str) or not re.fullmatch(DAY, value):
            raise self.make_error("invalid", input=value, obj_type="date")
        return _in_time(self, super()._deserialize(value, attr, data, **more))


def _in_time(field: fields.Field[Any], value: When) -> When:
    """With room on both sides: in another time zone the first and the last day of all have no date."""
    if not MINYEAR < value.year < MAXYEAR:
        raise field.make_error("invalid", input=value, obj_type="date")
    return value


def texts(most: int = MOST_ENTRIES, **more: Any) -> fields.List[str]:
    """A list of names."""
    return fields.List(Name(), validate=validate.Length(max=most), **more)


def several(**more: Any) -> fields.List[str]:
    """One name or more."""
    return fields.List(Name(), required=True, validate=validate.Length(1, MOST_ENTRIES), **more)
