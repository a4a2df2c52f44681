"""Records as a map says: nothing is cut silently, and all that does not fit is told at once. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any
from zoneinfo import ZoneInfo

from fbridge.errors import InputError
from fbridge.office.exports.maps import DATE_PARTS, ExportMap, MapField
from fbridge.office.plain_text import clean

Value = str | int | Decimal | date | Sequence[str] | None
Get = Callable[[str], Value]
"""The value of a field by its name."""

_MOST_TOLD = 30
_QUOTING: Mapping[str, Any] = {"needed": csv.QUOTE_MINIMAL, "all": csv.QUOTE_ALL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A value that its field cannot hold: of which row, and in words why."""

    row: str
    field: str
    width: int
    value: str
    why: str

    def __str__(self) -> str:
        width = f" (width {self.width})" if self.width else ""
        return f"{self.row}, {self.field}{width}: {self.value!r} {self.why}"


class _UnfitError(Exception):
    """Why a value does not go into its field."""


class Records:
    """Writes rows by one map, and gathers what does not fit. ``zone`` is the one of times."""

    def __init__(self, made: ExportMap, zone: ZoneInfo) -> None:
        self._map = made
        self._zone = zone
        self.refusals: list[Refusal] = []
        self._csv_text = io.StringIO()
        self._csv = csv.writer(
            self._csv_text,
            delimiter=made.delimiter,
            quoting=_QUOTING.get(made.quote, csv.QUOTE_MINIMAL),
            lineterminator=made.end,
        )

    def headings(self) -> str:
        """The record that names the columns; "" where the map wants none."""
        return self._line([one.heading for one in self._map.fields]) if self._map.header else ""

    def record(self, row: str, fields: Sequence[MapField], get: Get) -> str:
        """One record with its line end; what does not fit is in ``refusals``, under the name of its ``row``."""
        return self._line(self.texts(row, fields, get)) if fields else ""

    def texts(self, row: str, fields: Sequence[MapField], get: Get) -> list[str]:
        """The texts of one record, field by field."""
        found: list[str] = []
        for chain in _chains(fields):
            found += self._texts(row, chain, get(chain[0].field) if chain[0].field else chain[0].text)
        return found

    def refuse_unfit(self) -> None:
        """Raise InputError with all that does not fit."""
        if not self.refusals:
            return
        told = [str(one) for one in self.refusals[:_MOST_TOLD]]
        if more := len(self.refusals) - len(told):
            told.append(f"and {more} more")
        raise InputError(
            f"Nothing was written: {len(self.refusals)} values do not go into the fields of map {self._map.name}. "
            "Mend them, or widen the field or let it be cut (cut = true) in the map.\n" + "\n".join(told),
            reason="does_not_fit",
        )

    def _texts(self, row: str, chain: Sequence[MapField], value: Value) -> list[str]:
        first = chain[0]
        try:
            text = self._written(first, value)
            if any(one.cut for one in chain):
                text = text.encode(self._map.encoding, "replace").decode(self._map.encoding)
            parts = divided(text, [one.width for one in chain])
            return [self._fitted(one, part, value) for one, part in zip(chain, parts, strict=True)]
        except _UnfitError as error:
            shown = value if isinstance(value, str) else "" if value is None else str(value)
            self.refusals.append(
                Refusal(
                    row=row,
                    field=first.heading or "text",
                    width=sum(one.width for one in chain),
                    value=shown,
                    why=str(error),
                )
            )
            return [""] * len(chain)

    def _written(self, one: MapField, value: Value) -> str:
        text = self._plain(one, value)
        if not text and one.required:
            raise _UnfitError("is empty, and the map requires it")
        if one.values and text:
            if text not in one.values and "*" not in one.values:
                raise _UnfitError(f"has no word in the map's values ({', '.join(one.values)})")
            text = one.values.get(text, one.values.get("*", ""))
        return text or one.default

    def _plain(self, one: MapField, value: Value) -> str:
        if value is None:
            return ""
        if isinstance(value, date):
            return dated(value, one.dates or self._map.dates, self._zone)
        if isinstance(value, Decimal | int):
            return self._number(one, Decimal(value))
        return (value if not one.field else clean(value)) if isinstance(value, str) else ";".join(value)

    def _number(self, one: MapField, value: Decimal) -> str:
        if one.decimals is not None:
            rounded = with_decimals(value, one.decimals)
            if rounded != value and not one.cut:
                raise _UnfitError(f"has more than {one.decimals} decimals")
            value = rounded
        text = format(value, "f")
        return text.replace(".", "") if one.implied else text.replace(".", self._map.decimal)

    def _fitted(self, one: MapField, text: str, value: Value) -> str:
        self._refuse_unwritable(text)
        if one.width and len(text) > one.width:
            if not one.cut or isinstance(value, Decimal | int | date):  # a cut number is another number
                raise _UnfitError(f"has {len(text)} characters")
            text = text[: one.width].rstrip()
        if self._map.form != "fixed":
            return text
        right = one.align == "right" or (not one.align and isinstance(value, Decimal | int))
        return text.rjust(one.width, one.pad) if right else text.ljust(one.width, one.pad)

    def _refuse_unwritable(self, text: str) -> None:
        try:
            text.encode(self._map.encoding)
        except UnicodeEncodeError as error:
            raise _UnfitError(f"holds {text[error.start]!r}, which is not in {self._map.encoding}") from None
        if (
            self._map.form == "csv"
            and self._map.quote == "never"
            and not {self._map.delimiter, '"'}.isdisjoint(text)
        ):
            raise _UnfitError("holds the delimiter or a quotation mark, and the map never quotes")

    def _line(self, texts: Sequence[str]) -> str:
        if self._map.form == "fixed":
            return "".join(texts) + self._map.end
        if self._map.quote == "never":
            return self._map.delimiter.join(texts) + self._map.end
        self._csv_text.seek(0)
        self._csv_text.truncate()
        self._csv.writerow(texts)
        return self._csv_text.getvalue()


def _chains(fields: Sequence[MapField]) -> Iterator[list[MapField]]:
    """Each field with those that continue it."""
    chain: list[MapField] = []
    for one in fields:
        if chain and not one.continues:
            yield chain
            chain = []
        chain.append(one)
    if chain:
        yield chain


def divided(text: str, widths: Sequence[int]) -> list[str]:
    """The text over fields of these widths: between words where all of it has room so, else wherever it must.

    The last part is as long as it is.
    """
    for between_words in (True, False):
        parts, rest = [], text
        for width in widths[:-1]:
            part = _first_part(rest, width, between_words=between_words)
            parts.append(part)
            rest = rest[len(part) :].strip()
        if not widths[-1] or len(rest) <= widths[-1]:
            break
    return [*parts, rest]


def _first_part(text: str, width: int, *, between_words: bool) -> str:
    if len(text) <= width:
        return text
    blank = text.rfind(" ", 0, width + 1) if between_words else -1
    return text[:blank] if blank > 0 else text[:width]


def with_decimals(value: Decimal, decimals: int) -> Decimal:
    """Rounded half up, whatever its size."""
    with localcontext() as context:
        context.prec = 60
        return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def dated(value: date, form: str, zone: ZoneInfo) -> str:
    """A date or time in the map's form; times are those of ``zone``."""
    local = value.astimezone(zone) if isinstance(value, datetime) else datetime.combine(value, time())
    parts: Mapping[str, str] = {
        "YYYY": f"{local.year:04}",
        "YY": f"{local.year % 100:02}",
        "MM": f"{local.month:02}",
        "DD": f"{local.day:02}",
        "hh": f"{local.hour:02}",
        "mm": f"{local.minute:02}",
        "ss": f"{local.second:02}",
    }
    return DATE_PARTS.sub(lambda found: parts[found.group()], form)
