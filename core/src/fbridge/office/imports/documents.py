"""How an ERP writes a document in one cell: ``125/A``, ``DDT 125/A del 28/11/2026``. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from fbridge.office.tables.cells import UnreadableError
from fbridge.office.tables.forms import DayOrder
from fbridge.office.tables.values import date_of

_PARTS = {
    "number": r"(?P<number>[^\s/]+?)",
    "series": r"(?P<series>[^\s/]+?)",
    "source": r"(?P<source>[^\s/]+?)",
    "year": r"(?P<year>(?:19|20)?\d{2})",
    "date": r"(?P<date>\S+(?: \S+){0,2})",
    "any": r".*?",
}
_PLACE = re.compile(r"\{(\w+)\}")

_WORDS = (
    r"(?:(?:ddt|d\.d\.t\.|doc(?:umento)?\.?|bolla|delivery note)\s*)?"
    r"(?:(?:n|nr|num|no)?[.°º]\s*|(?:n|nr|num|no)\s+)?"
)
_DATED = r"(?:,?\s+(?:del|dd|dated|of)\.?\s+(?P<date>\S+(?: \S+){0,2}))?"
_USUAL = tuple(
    re.compile(f"{_WORDS}{shape}{_DATED}", re.IGNORECASE)
    for shape in (
        r"(?P<number>\d+)\s*/\s*(?P<year>20\d{2})",
        r"(?P<number>\d+)\s*/\s*(?P<series>[a-z]{1,4}\d?)(?:\s*/\s*(?P<year>20\d{2}))?",
        r"(?P<series>[a-z]{1,4}\d?)\s*/\s*(?P<number>\d+)(?:\s*/\s*(?P<year>20\d{2}))?",
        r"(?P<number>\S+)",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentCell:
    """What one cell tells of a document."""

    number: str
    series: str | None = None
    source: str | None = None
    year: int | None = None
    date: date | None = None


def document_pattern(form: str) -> re.Pattern[str]:
    """The pattern of a map's form, such as ``DDT {number}/{series} del {date}``. Raises ValueError with the rule."""
    names = [name for name in _PLACE.findall(form) if name != "any"]
    if "number" not in names or not set(names) <= set(_PARTS) or len(set(names)) < len(names):
        known = ", ".join(f"{{{name}}}" for name in _PARTS)
        raise ValueError(f"a document's form has {{number}} once, and may have, once each, {known}")
    found = []
    for part in re.split(r"(\{\w+\}|\s+)", form):
        match = _PLACE.fullmatch(part)
        found.append(_PARTS[match[1]] if match else r"\s+" if part.isspace() else re.escape(part))
    return re.compile("".join(found), re.IGNORECASE)


def read_document(text: str, form: re.Pattern[str] | None, dates: DayOrder | None) -> DocumentCell:
    """The parts of a document in one cell, by a map's form or as it is usually written. Raises UnreadableError."""
    text = " ".join(text.split())
    patterns = _USUAL if form is None else (form,)
    match = next((found for pattern in patterns if (found := pattern.fullmatch(text))), None)
    if match is None:
        raise UnreadableError(
            "bad_document",
            f"{text!r} is not written as {'a document is in this map' if form else 'documents usually are'}; "
            "say how in the map (document_form).",
        )
    told = match.groupdict()
    day = date_of(told["date"], dates) if told.get("date") else None
    year = int(told["year"]) if told.get("year") else None
    return DocumentCell(
        number=told["number"],
        series=told.get("series") or None,
        source=told.get("source") or None,
        year=year + 2000 if year is not None and year < 100 else year,  # noqa: PLR2004 - two digits
        date=day,
    )
