"""Saved maps: how the files of one source are written. Each is a TOML file in ``maps`` beside the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import marshmallow
from marshmallow import Schema, ValidationError, fields, validate

from fbridge.errors import ConfigError, InputError, NotFoundError
from fbridge.office.imports.columns import SHIPMENT_FIELDS, TRACKING_FIELDS
from fbridge.office.imports.documents import document_pattern
from fbridge.office.map_folder import MapFolder
from fbridge.office.tables.encodings import known_encoding
from fbridge.office.tables.forms import DELIMITERS, DayOrder, TableForm
from fbridge.settings.field_errors import field_error
from fbridge.settings.near_match import did_you_mean

WEIGHT_UNITS = ("kg", "g")
REFERENCES = ("shipment", "document", "order")
_FIELDS = tuple(dict.fromkeys((*SHIPMENT_FIELDS, *TRACKING_FIELDS)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMap:
    """How the files of one source are written.

    ``columns`` are headers or numbers of columns by field; ``carriers`` and ``stores`` translate the file's words
    into codes and names; ``document_form`` tells how a document stands in one cell, ``reference`` what the courier
    gives back as our reference. ``source`` is the ERP that numbers the documents.
    """

    name: str = ""
    form: TableForm = field(default_factory=TableForm)
    columns: Mapping[str, str | int] = field(default_factory=dict)
    carriers: Mapping[str, str] = field(default_factory=dict)
    stores: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    document_form: str = ""
    reference: str = ""
    weight_unit: str = "kg"


class _Column(fields.Field[Any]):
    """A header, or the number of a column counted from 1."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str | int:  # noqa: ARG002
        if isinstance(value, str) and value.strip():
            return value.strip()
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        raise ValidationError("must be a column's name, or its number from 1 on.")


def _encoding(value: str) -> None:
    try:
        known_encoding(value)
    except InputError as error:
        raise ValidationError(str(error)) from None


def _document_form(value: str) -> None:
    try:
        document_pattern(value)
    except ValueError as error:
        raise ValidationError(f"{error}.") from None


def _one_of(*choices: str) -> validate.OneOf:
    return validate.OneOf(choices, error=f"must be one of: {', '.join(choices)}.")


class _MapSchema(Schema):
    """``docs/files.md`` explains each field."""

    encoding = fields.String(validate=_encoding)
    delimiter = fields.String(validate=validate.Length(equal=1, error="must be one character, such as ;"))
    decimal = fields.String(validate=_one_of(",", "."))
    dates = fields.String(validate=_one_of(*DayOrder))
    sheet = fields.String()
    header_row = fields.Integer(strict=True, validate=validate.Range(min=0, error="must be a row's number."))
    fixed = fields.Dict(
        keys=fields.String(validate=_one_of(*_FIELDS)),
        values=fields.List(
            fields.Integer(strict=True, validate=validate.Range(min=1, error="must be 1 or more.")),
            validate=validate.Length(equal=2, error="must be [first character, width]."),
        ),
    )
    columns = fields.Dict(keys=fields.String(validate=_one_of(*_FIELDS)), values=_Column())
    carriers = fields.Dict(keys=fields.String(), values=fields.String())
    stores = fields.Dict(keys=fields.String(), values=fields.String())
    source = fields.String(validate=validate.Length(max=32, error="has at most 32 characters."))
    document_form = fields.String(validate=_document_form)
    reference = fields.String(validate=_one_of(*REFERENCES))
    weight_unit = fields.String(validate=_one_of(*WEIGHT_UNITS))


_OF_FORM = ("encoding", "delimiter", "decimal", "dates", "sheet", "header_row", "fixed")


def map_from(values: Mapping[str, Any], name: str, place: str) -> ImportMap:
    """A map of checked values. Raises ConfigError naming ``place`` and the field."""
    schema = _MapSchema(unknown=marshmallow.RAISE)
    try:
        loaded: dict[str, Any] = schema.load(dict(values))
    except ValidationError as error:
        errors = cast("dict[str, Any]", error.messages)
        key, messages = next(iter(errors.items()))
        words = field_error(key, messages, schema.fields)
        raise ConfigError(f'{place}: field "{key}" {words}', reason="bad_map") from None
    form = {key: loaded.pop(key) for key in _OF_FORM if key in loaded}
    if "dates" in form:
        form["dates"] = DayOrder(form["dates"])
    if "fixed" in form:
        form["fixed"] = {key: (start, width) for key, (start, width) in form["fixed"].items()}
    return ImportMap(name=name, form=TableForm(**form), **loaded)


def with_options(map_: ImportMap, options: Mapping[str, Any], place: str = "the command line") -> ImportMap:
    """The map with what was said of one file in its place. Raises ConfigError naming ``place`` and the option."""
    said = {key: value for key, value in options.items() if value}
    own = map_from(said, map_.name, place)
    form = {key: getattr(own.form, key) for key in _OF_FORM if key in said}
    rest = {key: getattr(own, key) for key in said if key not in _OF_FORM}
    if "columns" in rest:
        rest["columns"] = {**map_.columns, **own.columns}
    return replace(map_, form=replace(map_.form, **form), **rest)


class Maps(MapFolder):
    """The saved maps of files in of one user."""

    def get(self, name: str) -> ImportMap:
        """One map. Raises NotFoundError with near matches, ConfigError where its file is wrong."""
        values = self.read(name)
        if values is None:
            raise NotFoundError(
                f"There is no map {name}.{did_you_mean(name, self.names())} {self.known()} One is made from a sample "
                f"with: fbridge import map {name} FILE",
                reason="unknown_map",
            )
        return map_from(values, name, str(self.path(name)))

    def save(self, name: str, values: Mapping[str, Any]) -> ImportMap:
        """Check a map and keep it, in place of one of the same name. Raises ConfigError, InputError."""
        import tomlkit

        self.path(name)  # a name that is none is refused before anything else
        checked = map_from(values, name, f"map {name}")
        document = tomlkit.document()
        document.update({key: value for key, value in values.items() if not isinstance(value, Mapping)})
        document.update({key: value for key, value in values.items() if isinstance(value, Mapping)})
        self.keep(name, document.as_string())
        return checked


def delimiter_of(text: str) -> str:
    """A delimiter as it is typed: the character, or its word (``tab``)."""
    return DELIMITERS.get(text.lower(), text)
