"""What stands on a printed list, as text: how it looks is the PDF's and the page's matter. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fbridge.models.orders import Address
from fbridge.office.plain_text import clean
from fbridge.phrases import Phrases
from fbridge.settings.sender import Sender


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its width in millimetres, whether it holds figures."""

    heading: str
    width: float
    right: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetTable:
    """Rows under their columns. ``codes``: by row, the number whose bar code stands below it."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """``mark`` says that the paper is a draft, ``version`` which print of it this is. ``facts`` are pairs of a label
    and a text, ``copies`` the titles of the copies, ``totals`` and ``signature`` stand at the end."""

    language: str
    title: str
    number: str
    mark: str
    version: str
    copies: tuple[str, ...]
    sender: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    tables: tuple[SheetTable, ...]
    totals: tuple[tuple[str, str], ...]
    signature: tuple[str, ...]
    page_words: tuple[str, str]

    def copy_titles(self, copies: int) -> list[str]:
        """The title of each copy; further ones are called as the last."""
        return [self.copies[min(copy, len(self.copies) - 1)] for copy in range(copies)]


def without_empty_last(columns: Sequence[Column], rows: Sequence[Sequence[str]], into: int) -> SheetTable:
    """The table, without its last column where no row has anything there: column ``into`` gets its room."""
    if rows and not any(row[-1] for row in rows):
        wider = replace(columns[into], width=columns[into].width + columns[-1].width)
        columns = (*columns[:into], wider, *columns[into + 1 : -1])
        rows = [row[:-1] for row in rows]
    return SheetTable(columns=tuple(columns), rows=tuple(map(tuple, rows)))


def sender_lines(sender: Sender, say: Phrases) -> tuple[str, ...]:
    """Who sends, line by line, the name first."""
    vat = f"{say('VAT number')} {sender.vat_number}" if sender.vat_number else ""
    tax = f"{say('Tax code')} {sender.tax_code}" if sender.tax_code else ""
    return tuple(clean(line) for line in (sender.company, *sender.address, vat, tax) if line)


def town_words(to: Address) -> str:
    """``20121 Milano (MI)``, with the country where it is not Italy."""
    province = f"({to.province})" if to.province else ""
    country = to.country if to.country not in ("", "IT") else ""
    return " ".join(part for part in (to.postcode, to.city, province, country) if part)
