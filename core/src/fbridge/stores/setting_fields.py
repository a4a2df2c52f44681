"""The fields of a platform's settings, as a person is asked for them and as programs read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

from marshmallow import Schema, fields, missing, validate


class FieldType(StrEnum):
    """Of the values that a setting takes: in ``config.toml`` as such, on a command line as text."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    LIST = "list"
    TABLE = "table"
    OTHER = "other"


_TYPES: Mapping[type[fields.Field[Any]], FieldType] = {
    fields.String: FieldType.TEXT,
    fields.UUID: FieldType.TEXT,
    fields.Enum: FieldType.TEXT,
    fields.Boolean: FieldType.BOOLEAN,
    fields.Integer: FieldType.INTEGER,
    fields.Number: FieldType.NUMBER,
    fields.Date: FieldType.DATE,
    fields.DateTime: FieldType.TIME,
    fields.List: FieldType.LIST,
    fields.Mapping: FieldType.TABLE,
    fields.Nested: FieldType.TABLE,
}
"""The narrower ones stand above what they are made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldInfo:
    """A field of a platform's settings; ``label`` is a sentence for people, ``choices`` are all values that it takes.

    ``default`` is what holds where nothing is said: null where the field is ``required``, or nothing holds.
    ``asked``: a person is asked for it although it may be left empty; ``asked_with`` only where that other field was
    given, ``asked_without`` only where it was not.
    """

    name: str
    label: str
    type: FieldType
    secret: bool
    required: bool
    default: str | int | float | bool | list[str] | None
    choices: tuple[str, ...] = ()
    asked: bool = False
    asked_with: str = ""
    asked_without: str = ""


def fields_of(settings: type[Schema]) -> tuple[FieldInfo, ...]:
    """Of a plugin's schema, in its own sequence."""
    return tuple(_described(name, field) for name, field in settings().fields.items())


def _described(name: str, field: fields.Field[Any]) -> FieldInfo:
    said = field.metadata
    return FieldInfo(
        name=field.data_key or name,
        label=str(said.get("help", name)),
        type=next((told for kind, told in _TYPES.items() if isinstance(field, kind)), FieldType.OTHER),
        secret=bool(said.get("secret")),
        required=field.required,
        default=_default(field),
        choices=tuple(_choices(field)),
        asked=bool(said.get("ask")),
        asked_with=str(said.get("ask_with", "")),
        asked_without=str(said.get("ask_without", "")),
    )


def _default(field: fields.Field[Any]) -> str | int | float | bool | list[str] | None:
    value = field.load_default
    value = value() if callable(value) else value
    if value is missing or value is None:
        return None
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, list | tuple):
        return [str(one) for one in value]
    return value if isinstance(value, str | int | float | bool) else str(value)


def _choices(field: fields.Field[Any]) -> Iterator[str]:
    if isinstance(field, fields.Enum):
        yield from (str(one.value if field.by_value else one.name) for one in field.enum)
    for rule in field.validators:
        if isinstance(rule, validate.OneOf):
            yield from map(str, rule.choices)
