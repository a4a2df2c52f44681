"""Saved maps of files out: what another program reads. Each is a TOML file in ``maps/out`` beside the settings."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, cast

import marshmallow
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from fbridge.errors import ConfigError, InputError, NotFoundError
from fbridge.office.exports.courier_values import OF_ONE_PARCEL
from fbridge.office.exports.fields import COURIER, FIELDS, ORDERS, TOTALS, extra_columns
from fbridge.office.map_folder import MapFolder
from fbridge.office.tables.encodings import known_encoding
from fbridge.office.tables.forms import DELIMITERS
from fbridge.settings.field_errors import field_error
from fbridge.settings.loading import Settings
from fbridge.settings.near_match import did_you_mean

LINE_ENDS = {"crlf": "\r\n", "lf": "\n", "cr": "\r"}
FORMS = ("csv", "fixed")
QUOTES = ("needed", "all", "never")
EACH_PARCEL = "parcels"
ROWS = ("shipments", EACH_PARCEL)
POSTAGE = ("franco", "assegnato")
DATE_PARTS = re.compile("YYYY|YY|MM|DD|hh|mm|ss")
"""What stands for the parts of a date or a time; all else in a form is written as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapField:
    """One field of a record: a ``field`` that fbridge knows, or a constant ``text``.

    ``width`` is the most characters of a CSV column, and exactly those of a fixed one (0: any). ``decimals`` are
    the digits after the mark, which is left out where they are ``implied``. ``values`` translates what fbridge would
    write; ``default`` stands where there is nothing. ``cut``: what does not fit may be cut or
    rounded, and a sign that is not in the encoding may be a question mark.
    ``continues``: takes what the field before it had no room for.
    """

    field: str = ""
    text: str = ""
    name: str = ""
    width: int = 0
    align: str = ""
    pad: str = " "
    decimals: int | None = None
    implied: bool = False
    dates: str = ""
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)
    default: str = ""
    cut: bool = False
    continues: bool = False
    required: bool = False

    @property
    def heading(self) -> str:
        """What the column is called."""
        return self.name or self.field


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportMap:
    """How a file for another program is written.

    ``what`` is the kind of its rows (``courier``, ``orders``, ``shipments``). ``head`` and ``tail`` are records
    before and after them. ``rows`` of a courier's file are shipments, or parcels; ``parcel_records`` are
    further records below that of a shipment, one for each of its parcels. ``porto`` says who pays the courier,
    ``collections`` what is collected (cash, cheque) by the order's payment method.
    """

    name: str = ""
    what: str
    form: str = "csv"
    encoding: str = "utf-8"
    delimiter: str = ";"
    quote: str = "needed"
    decimal: str = "."
    dates: str = "YYYY-MM-DD"
    line_end: str = "crlf"
    header: bool = True
    porto: str = "franco"
    collections: Mapping[str, str] = dataclasses.field(default_factory=dict)
    fields: Sequence[MapField]
    rows: str = ROWS[0]
    parcel_records: Sequence[MapField] = ()
    head: Sequence[MapField] = ()
    tail: Sequence[MapField] = ()

    @property
    def end(self) -> str:
        """The characters that end a record."""
        return LINE_ENDS[self.line_end]


def _one_of(*choices: str) -> validate.OneOf:
    return validate.OneOf(choices, error=f"must be one of: {', '.join(choices)}.")


def _at_least(least: int, most: int) -> validate.Range:
    return validate.Range(least, most, error=f"must be from {least} to {most}.")


def _encoding(value: str) -> None:
    try:
        known_encoding(value)
    except InputError as error:
        raise ValidationError(str(error)) from None


def _date_form(value: str) -> None:
    if DATE_PARTS.search(value) is None:
        raise ValidationError("must be made of YYYY, YY, MM, DD, hh, mm and ss, as in DD/MM/YYYY.")


_ONE = validate.Length(equal=1, error="must be one character.")


class _FieldSchema(Schema):
    """``docs/files.md`` explains each."""

    field = fields.String()
    text = fields.String()
    name = fields.String()
    width = fields.Integer(strict=True, validate=_at_least(1, 9999))
    align = fields.String(validate=_one_of("left", "right"))
    pad = fields.String(validate=_ONE)
    decimals = fields.Integer(strict=True, validate=_at_least(0, 6))
    implied = fields.Boolean()
    dates = fields.String(validate=_date_form)
    values = fields.Dict(keys=fields.String(), values=fields.String())
    default = fields.String()
    cut = fields.Boolean()
    continues = fields.Boolean()
    required = fields.Boolean()

    @validates_schema
    def _says_one_thing(self, data: Mapping[str, Any], **_: Any) -> None:
        if ("field" in data) is ("text" in data):
            raise ValidationError("must have either a field or a constant text.", "field")
        if data.get("implied") and "decimals" not in data:
            raise ValidationError("needs decimals: how many digits are implied.", "implied")


def _fields() -> fields.List[Any]:
    return fields.List(fields.Nested(_FieldSchema))


class _MapSchema(Schema):
    """``docs/files.md`` explains each field."""

    what = fields.String(required=True, data_key="for", validate=_one_of(*FIELDS))
    form = fields.String(validate=_one_of(*FORMS))
    encoding = fields.String(validate=_encoding)
    delimiter = fields.Function(
        deserialize=lambda value: DELIMITERS.get(str(value).lower(), str(value)), validate=_ONE
    )
    quote = fields.String(validate=_one_of(*QUOTES))
    decimal = fields.String(validate=_one_of(",", "."))
    dates = fields.String(validate=_date_form)
    line_end = fields.String(validate=_one_of(*LINE_ENDS))
    header = fields.Boolean()
    porto = fields.String(validate=_one_of(*POSTAGE))
    collections = fields.Dict(keys=fields.String(), values=fields.String())
    fields_ = fields.List(
        fields.Nested(_FieldSchema),
        data_key="fields",
        attribute="fields",
        required=True,
        validate=validate.Length(min=1, error="must have at least one field."),
    )
    rows = fields.String(validate=_one_of(*ROWS))
    parcel_records = fields.List(fields.Nested(_FieldSchema), data_key="parcel", attribute="parcel_records")
    head = _fields()
    tail = _fields()


def map_from(values: Mapping[str, Any], name: str, place: str, extra: Sequence[str] = ()) -> ExportMap:
    """A map of checked values. Raises ConfigError naming ``place`` and the field.

    ``extra`` are the fields that orders have beside those that are known.
    """
    schema = _MapSchema(unknown=marshmallow.RAISE)
    try:
        loaded: dict[str, Any] = schema.load(dict(values))
    except ValidationError as error:
        raise ConfigError(f"{place}: {_words(error, schema)}", reason="bad_map") from None
    for part in ("fields", "parcel_records", "head", "tail"):
        loaded[part] = tuple(MapField(**one) for one in loaded.get(part, ()))
    loaded.setdefault("header", loaded.get("form") != "fixed")
    made = ExportMap(name=name, **loaded)
    for problem in _problems(made, extra):
        raise ConfigError(f"{place}: {problem}", reason="bad_map")
    return made


def _words(error: ValidationError, schema: Schema) -> str:
    """The first wrong field, by its place in the list where it stands in one."""
    key, messages = next(iter(cast("dict[str, Any]", error.messages).items()))
    where, known = f'field "{key}"', schema.fields
    while isinstance(messages, dict):
        inner, messages = next(iter(messages.items()))
        where += f" number {inner + 1}" if isinstance(inner, int) else f', "{inner}"'
        key, known = str(inner), _FieldSchema().fields
    return f"{where}: {field_error(key, messages, known)}"


def _problems(made: ExportMap, extra: Sequence[str]) -> Iterator[str]:
    """What no single field shows."""
    own = (*FIELDS[made.what], *(extra if made.what == ORDERS else ()))
    yield from _parcel_problems(made)
    rows = own if made.rows == EACH_PARCEL else tuple(name for name in own if name not in OF_ONE_PARCEL)
    known = {
        "fields": (made.fields, rows),
        "parcel": (made.parcel_records, own),
        "head": (made.head, TOTALS),
        "tail": (made.tail, TOTALS),
    }
    for part, (of_part, names) in known.items():
        for at, one in enumerate(of_part, 1):
            where = f'field "{part}" number {at}'
            if one.field and one.field not in names:
                yield f"{where}: {_unknown(one.field, names)}"
            if made.form == "fixed" and not one.width:
                yield f"{where} ({one.heading or one.text}) needs a width in a file without delimiters."
            if one.continues and (at == 1 or not of_part[at - 2].width or of_part[at - 2].field != one.field):
                yield f"{where} continues the field before it, which must be {one.field} with a width."


def _unknown(field: str, names: Sequence[str]) -> str:
    if field in OF_ONE_PARCEL:
        return f'{field} is told in rows = "parcels", or in [[parcel]] records.'
    return f"there is no {field}.{did_you_mean(field, names)} It is one of: {', '.join(names)}."


def _parcel_problems(made: ExportMap) -> Iterator[str]:
    if made.what != COURIER and (made.rows == EACH_PARCEL or made.parcel_records):
        yield f'field "rows": parcels have rows of their own only in files for "{COURIER}".'
    elif made.rows == EACH_PARCEL and made.parcel_records:
        yield 'field "parcel": rows = "parcels" has a row for each parcel already.'


@functools.cache
def examples() -> Mapping[str, str]:
    """The maps that come with fbridge, by name, as TOML."""
    folder = resources.files("fbridge.office.exports").joinpath("examples")
    return {
        one.name.removesuffix(".toml"): one.read_text("utf-8") for one in sorted(folder.iterdir(), key=str)
    }


class ExportMaps(MapFolder):
    """The saved maps of files out of one user; orders have the ``extra_fields`` of his stores too."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.home.maps / "out")
        self._extra = extra_columns(settings)

    def get(self, name: str, what: str | None = None) -> ExportMap:
        """One map. Raises NotFoundError with near matches, ConfigError where its file is wrong, InputError where it
        is for other rows than ``what``."""
        values = self.read(name)
        if values is None:
            raise NotFoundError(
                f"There is no map {name} for files out.{did_you_mean(name, self.names())} {self.known()} One is made "
                f"from an example with: fbridge export map {name} --like EXAMPLE",
                reason="unknown_map",
            )
        made = map_from(values, name, str(self.path(name)), self._extra)
        if what is not None and made.what != what:
            raise InputError(
                f'Map {name} is for "{made.what}", not for "{what}".', reason="map_of_other_rows"
            )
        return made

    def save_example(self, name: str, example: str) -> ExportMap:
        """Keep a copy of an example, to be mended by hand. Raises NotFoundError, InputError where one is there."""
        path, known = self.path(name), examples()
        if example not in known:
            raise NotFoundError(
                f"There is no example {example}.{did_you_mean(example, tuple(known))} The examples are "
                f"{', '.join(known)}.",
                reason="unknown_example",
            )
        if path.exists():
            raise InputError(f"There is a map {name} already: {path}", reason="map_exists")
        self.keep(name, known[example])
        return self.get(name)
