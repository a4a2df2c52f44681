"""What a Webservice resource is made of: fields, their formats and links, associations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

from fbridge_prestashop.sandbox.dates import NO_DATE

Row = dict[str, Any]
"""A database row by field name; values as the Webservice shows them, mostly texts."""

DATES = frozenset({"date_add", "date_upd"})
"""Fields that may be filtered and sorted only with ``date=1``."""


class Format(Enum):
    """How a value is checked: the name of PrestaShop's validator."""

    UNSIGNED_ID = "isUnsignedId"
    UNSIGNED_INT = "isUnsignedInt"
    FLOAT = "isFloat"
    BOOL = "isBool"
    DATE = "isDate"
    TRACKING_NUMBER = "isTrackingNumber"
    TEXT = ""

    @property
    def is_number(self) -> bool:
        """Whether values are compared as numbers."""
        return self in {Format.UNSIGNED_ID, Format.UNSIGNED_INT, Format.FLOAT, Format.BOOL}

    @property
    def is_whole(self) -> bool:
        """Whether the value is a number in JSON since 9.0."""
        return self in {Format.UNSIGNED_ID, Format.UNSIGNED_INT}

    def accepts(self, value: str) -> bool:
        """Whether PrestaShop's validator takes the value."""
        return re.fullmatch(_PATTERNS[self], value) is not None


_PATTERNS = {
    Format.UNSIGNED_ID: r"[0-9]*",
    Format.UNSIGNED_INT: r"[0-9]*",
    Format.FLOAT: r"(-?[0-9]+(\.[0-9]+)?)?",
    Format.BOOL: r"[01]?",
    Format.DATE: r"([0-9]{4})-([0-9]{2})-([0-9]{2})( [0-9]{2}:[0-9]{2}:[0-9]{2})?|",
    Format.TRACKING_NUMBER: r"[~:#,%&_=\(\)\[\]\.\? \+\-@/a-zA-Z0-9]*",
    Format.TEXT: r"[^<>{}]*",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a resource.

    ``link`` is the resource whose id it holds. A ``dynamic`` field is computed and cannot be filtered. A
    ``translated`` one has a value per language. ``size`` is the width of its column, ``decimals`` what it
    keeps of a number.
    """

    name: str
    format: Format = Format.TEXT
    required: bool = False
    link: str | None = None
    dynamic: bool = False
    translated: bool = False
    size: int | None = None
    decimals: int = 6

    @property
    def empty(self) -> str:
        """What the database has for a value that was not given."""
        if self.format is Format.FLOAT:
            return f"{0:.{self.decimals}f}"
        if self.format is Format.DATE:
            return NO_DATE
        return "0" if self.format.is_number else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """Rows shown within an entity, below the key of the same name."""

    name: str
    node: str
    fields: tuple[Field, ...]
    virtual: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource: ``orders`` of ``order``s, which are PHP's ``Order``."""

    name: str
    node: str
    class_name: str
    description: str
    fields: tuple[Field, ...]
    associations: tuple[Association, ...] = ()

    @property
    def names(self) -> list[str]:
        """The names of all fields, ``id`` first."""
        return ["id", *(field.name for field in self.fields)]

    def field(self, name: str) -> Field | None:
        """The field of this name, ``id`` included."""
        if name == "id":
            return ID
        return next((field for field in self.fields if field.name == name), None)

    def sortable(self, *, dates: bool) -> list[str]:
        """The fields to filter and sort by."""
        return [name for name in self.names if dates or name not in DATES]


def with_whole_numbers(resource: Resource, row: Row) -> Row:
    """A row as 9.0 reads it from the database: ids and counts are numbers, money and flags stay texts."""
    whole = {field.name for field in resource.fields if field.format.is_whole}
    shown = {name: _whole(value) if name in whole else value for name, value in row.items()}
    for field in resource.fields:
        if field.translated:
            shown[field.name] = [{**one, "id": _whole(one["id"])} for one in row.get(field.name) or ()]
    return shown


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdigit() else value


ID = Field(name="id", format=Format.UNSIGNED_ID)


def text(name: str, *, required: bool = False, size: int | None = None) -> Field:
    """A text."""
    return Field(name=name, required=required, size=size)


def texts(*names: str) -> tuple[Field, ...]:
    """Several texts that may be left out."""
    return tuple(Field(name=name) for name in names)


def translated(name: str) -> Field:
    """A text per language."""
    return Field(name=name, translated=True)


def link(name: str, to: str | None = None, *, required: bool = False, dynamic: bool = False) -> Field:
    """The id of something, shown with its address when ``to`` names a resource."""
    return Field(name=name, format=Format.UNSIGNED_ID, link=to, required=required, dynamic=dynamic)


def ints(*names: str) -> tuple[Field, ...]:
    """Whole numbers."""
    return tuple(Field(name=name, format=Format.UNSIGNED_INT) for name in names)


def flags(*names: str) -> tuple[Field, ...]:
    """Zeros and ones."""
    return tuple(Field(name=name, format=Format.BOOL) for name in names)


def floats(*names: str, required: bool = False, decimals: int = 6) -> tuple[Field, ...]:
    """Amounts, weights and rates."""
    return tuple(
        Field(name=name, format=Format.FLOAT, required=required, decimals=decimals) for name in names
    )


def dates(*names: str) -> tuple[Field, ...]:
    """Dates with a time, in the shop's zone."""
    return tuple(Field(name=name, format=Format.DATE) for name in names)
