"""What a row of a file must be: marshmallow schemas over cells, each refusal with a reason and a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Any, cast

import marshmallow
from marshmallow import Schema, ValidationError, fields

from fbridge.models.storable_text import storable
from fbridge.office.imports.documents import document_pattern, read_document
from fbridge.office.imports.maps import ImportMap
from fbridge.office.imports.paper_columns import PAPER_FIELDS
from fbridge.office.tables.cells import EMPTY, Cell, UnreadableError, is_blank, shown, text_of
from fbridge.office.tables.values import amount_of, currency_of, date_of, number_of, refuse_spoiled, whole_of

_UNIT = re.compile(r"\s*(kgs?|g|gr|grams?|grammi)\.?$", re.IGNORECASE)
_HOUR = re.compile(r"(?<=[\sT])([01]?\d|2[0-3])[:.]([0-5]\d)(?![\d.])")
_MOST_KILOS = 1000
_VAT_DIGITS = 11
_LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a row is refused: the field, what stands there, a stable reason and a sentence."""

    reason: str
    words: str
    field: str = ""
    value: str = ""


class _FromCell(fields.Field[Any]):
    """A value read from a cell by the map of the file."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:  # noqa: ARG002
        try:
            return self.read(value, cast("RowSchema", self.root).map)
        except UnreadableError as error:
            raise ValidationError({"reason": error.reason, "words": error.words}) from None

    def read(self, cell: Cell, _map: ImportMap) -> Any:
        """The value; UnreadableError with reason and sentence."""
        return storable(text_of(cell), _LONGEST_TEXT)


class _Code(_FromCell):
    """A number or name that has to be exact: what a spreadsheet spoiled is refused."""

    def read(self, cell: Cell, _map: ImportMap) -> str:
        text = text_of(cell)
        refuse_spoiled(text)
        if not text.isprintable():
            raise UnreadableError("line_break", f"{text!r} holds a line end or an invisible character.")
        return text


class _Numbers(_FromCell):
    """Tracking numbers; a cell may hold several."""

    def read(self, cell: Cell, _map: ImportMap) -> str:
        text = ";".join(text_of(cell).splitlines())
        refuse_spoiled(text)
        if isinstance(cell, int) and text.endswith("000000") and len(text) > 10:  # noqa: PLR2004
            raise UnreadableError(
                "spreadsheet_number",
                f"{text} is a number whose last digits a spreadsheet has made 0; format the column as text.",
            )
        return text


class _Document(_FromCell):
    def read(self, cell: Cell, map_: ImportMap) -> Any:
        text = text_of(cell)
        refuse_spoiled(text)
        form = document_pattern(map_.document_form) if map_.document_form else None
        return read_document(text, form, map_.form.dates)


class _Whole(_FromCell):
    def read(self, cell: Cell, map_: ImportMap) -> int:
        return whole_of(cell, map_.form.decimal)


class _Amount(_FromCell):
    def read(self, cell: Cell, map_: ImportMap) -> Decimal:
        return amount_of(cell, map_.form.decimal)


class _Day(_FromCell):
    def read(self, cell: Cell, map_: ImportMap) -> Any:
        return date_of(cell, map_.form.dates)


class _VatNumber(_Code):
    """A VAT number or tax code; an Italian one of eleven digits that a spreadsheet took for a number is refused."""

    def read(self, cell: Cell, map_: ImportMap) -> str:
        text = super().read(cell, map_)
        whole = text.zfill(_VAT_DIGITS)
        if isinstance(cell, int) and len(text) < _VAT_DIGITS and _is_vat_number(whole):
            raise UnreadableError(
                "lost_zeros",
                f"{text} is {whole} without its leading zeros; format the column as text and enter it again.",
            )
        return text


def _is_vat_number(digits: str) -> bool:
    """Whether the last digit of a partita IVA fits the others: the formula of Luhn (D.M. 23 December 1976)."""
    doubled = [int(digit) * (1 + at % 2) for at, digit in enumerate(digits)]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0  # noqa: PLR2004 - two digits


class _Departure(_FromCell):
    """A day, and the hour where the cell tells one; midnight where it does not."""

    def read(self, cell: Cell, map_: ImportMap) -> datetime:
        if isinstance(cell, datetime):
            return cell.replace(tzinfo=None)
        hour = _HOUR.search(cell) if isinstance(cell, str) else None
        at = time(int(hour[1]), int(hour[2])) if hour else time()
        return datetime.combine(date_of(cell, map_.form.dates), at)


class _Hour(_FromCell):
    """An hour as it is written: ``18:30``."""

    def read(self, cell: Cell, map_: ImportMap) -> str:
        if isinstance(cell, datetime | time):
            return f"{cell:%H:%M}"
        return str(super().read(cell, map_))


class _Grams(_FromCell):
    """A weight in grams, from kilograms where neither the cell nor the map says otherwise."""

    def __init__(self, unit: str | None = None) -> None:
        super().__init__()
        self._unit = unit

    def read(self, cell: Cell, map_: ImportMap) -> int:
        text = cell if isinstance(cell, str) else ""
        match = _UNIT.search(text)
        unit = (match[1].lower()[0] if match else self._unit or map_.weight_unit)[0]
        value = number_of(text[: match.start()] if match else cell, map_.form.decimal)
        if unit == "k" and value > _MOST_KILOS:
            raise UnreadableError(
                "bad_weight",
                f"{shown(cell)} kg is too much for a shipment; is it in grams? Write {shown(cell)} g.",
            )
        return int((value * (1000 if unit == "k" else 1)).to_integral_value())


def _key_fields() -> dict[str, fields.Field[Any]]:
    return {
        "order": _Code(),
        "store": _Code(),
        "document": _Document(),
        "series": _Code(),
        "source": _Code(),
        "year": _Whole(),
        "document_date": _Day(),
        "carrier": _FromCell(),
        "tracking": _Numbers(),
        "parcels": _Whole(),
    }


def _goods_fields() -> dict[str, fields.Field[Any]]:
    return {
        "line": _Code(),
        "sku": _Code(),
        "quantity": _Whole(),
        "weight": _Grams(),
        "weight_grams": _Grams("g"),
        "cod": _Amount(),
        "currency": _Code(),
        "warehouse": _Code(),
        "note": _FromCell(),
        "date": _Day(),
    }


def _paper_fields() -> dict[str, fields.Field[Any]]:
    texts: dict[str, fields.Field[Any]] = {name: _FromCell() for name in PAPER_FIELDS}
    return texts | {
        "vat_number": _VatNumber(),
        "tax_code": _VatNumber(),
        "destination_postcode": _Code(),
        "departure": _Departure(),
        "departure_time": _Hour(),
    }


def _recipient_fields() -> dict[str, fields.Field[Any]]:
    names = ("name", "company", "street", "city", "province", "country", "email")
    texts: dict[str, fields.Field[Any]] = {name: _FromCell() for name in names}
    return texts | {"postcode": _Code(), "phone": _Code()}


class RowSchema(Schema):
    """The base of both schemas; ``map`` tells how the file is written."""

    def __init__(self, map_: ImportMap) -> None:
        super().__init__(unknown=marshmallow.RAISE)
        self.map = map_


TrackingRowSchema: type[RowSchema] = type(
    "TrackingRowSchema", (RowSchema,), {**_key_fields(), "shipment": _Code(), "reference": _Code()}
)
ReturnRowSchema: type[RowSchema] = type(
    "ReturnRowSchema",
    (RowSchema,),
    {**_key_fields(), "tracking": _Code(), "shipment": _Code(), "reference": _Code()}
    | {"kind": _FromCell(), "reason": _FromCell(), "returned_on": _Day()},
)
ShipmentRowSchema: type[RowSchema] = type(
    "ShipmentRowSchema",
    (RowSchema,),
    {**_key_fields(), **_goods_fields(), **_recipient_fields(), **_paper_fields()},
)


def read_row(schema: RowSchema, cells: Mapping[str, Cell]) -> tuple[dict[str, Any], Problem | None]:
    """The values of the cells that are not blank, and the first thing that is wrong with them."""
    given = {name: cell for name, cell in cells.items() if not is_blank(cell)}
    try:
        values: dict[str, Any] = schema.load(given)
    except ValidationError as error:
        messages = cast("dict[str, Any]", error.messages)
        field, told = next(iter(messages.items()))
        value = shown(given[field])
        return dict(error.valid_data or {}), Problem(
            reason=told["reason"], words=told["words"], field=field, value=value
        )
    return values, _currency_problem(values, given)


def _currency_problem(values: dict[str, Any], given: Mapping[str, Cell]) -> Problem | None:
    """The currency beside the amount holds where no column says it, and must not say another."""
    told = currency_of(given.get("cod", EMPTY))
    said = str(values.get("currency") or told).upper()
    if told in {"", said}:
        values |= {"currency": told} if told else {}
        return None
    words = f"The row is in {said}, and its amount in {told}."
    return Problem(reason="currency_disagrees", words=words, field="cod", value=shown(given["cod"]))
