"""Finds the row with the columns' names, and which column is which. Pure."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from fbridge.errors import InputError
from fbridge.office.tables.cells import Cell, Row, is_blank, shown

Recognise = Callable[[str], str | None]
"""From a plain header to the field that it names."""

SEARCHED = 20
"""So many rows are looked through for the names of the columns."""


@dataclass(frozen=True, slots=True)
class Header:
    """Where each field stands (several columns for one that may repeat), and what is not read.

    ``rows``: how many rows of those looked through come before the first row of values; ``names`` as they stand.
    """

    rows: int
    names: tuple[str, ...]
    columns: Mapping[str, tuple[int, ...]]

    @property
    def ignored(self) -> tuple[str, ...]:
        """The names of columns that nothing is read from."""
        used = set(itertools.chain.from_iterable(self.columns.values()))
        return tuple(name for index, name in enumerate(self.names) if name and index not in used)


def plain(name: str) -> str:
    """A header without case, accents and marks: ``N. Ordine`` and ``n ordine`` are one."""
    bare = unicodedata.normalize("NFKD", name.casefold().replace("°", " ").replace("º", " "))
    return " ".join(re.findall(r"[a-z0-9]+", bare))


def find_header(rows: Sequence[Row], recognise: Recognise, at: int = 0) -> Header | None:
    """The row (or two rows, one above the other) that names the most fields; None where no row names one.

    ``at`` is the row's number in the file where it is known.
    """
    best: Header | None = None
    for index, row in enumerate(rows):
        if at and row.number != at:
            continue
        below = rows[index + 1].cells if index + 1 < len(rows) else ()
        for depth, names in ((1, _names(row.cells)), (2, _two_rows(row.cells, below, recognise))):
            found = Header(index + depth, names, _columns(names, recognise))
            if best is None or len(found.columns) > len(best.columns):
                best = found
    return best if best is not None and (best.columns or at) else None


def chosen_columns(header: Header, wanted: Mapping[str, str | int], name: str) -> Header:
    """The header with the columns that a map says, by name or by number, in place of what was recognised.

    Raises InputError for a name that no column has, or that several have.
    """
    columns = {field: places for field, places in header.columns.items() if field not in wanted}
    for field, said in wanted.items():
        columns[field] = (_place(header, said, name),)
    taken = {place for field in wanted for place in columns[field]}
    kept = {
        field: _without(places, taken) if field not in wanted else places for field, places in columns.items()
    }
    return Header(header.rows, header.names, {field: places for field, places in kept.items() if places})


def refuse_ambiguous(header: Header, repeated: Collection[str], name: str) -> None:
    """Raises InputError where two columns name one field that has one value."""
    for field, places in header.columns.items():
        if len(places) > 1 and field not in repeated:
            names = ", ".join(f"{header.names[place]!r} (column {place + 1})" for place in places)
            raise InputError(
                f"{name}: {names} can all be {field}; say which is meant with "
                f"--column {field}={places[0] + 1}",
                reason="ambiguous_column",
            )


def _names(cells: Sequence[Cell]) -> tuple[str, ...]:
    return tuple(shown(cell) for cell in cells)


def _two_rows(above: Sequence[Cell], below: Sequence[Cell], recognise: Recognise) -> tuple[str, ...]:
    """Groups of columns above, their names below: ``Recipient`` over ``Name`` and ``Town``."""
    names, group = [], ""
    for upper, lower in itertools.zip_longest(above, below, fillvalue=""):
        group = group if is_blank(upper) else shown(upper)
        under = shown(lower)
        both = f"{group} {under}".strip()
        names.append(both if recognise(plain(both)) else under or shown(upper))
    return tuple(names)


def _columns(names: Sequence[str], recognise: Recognise) -> dict[str, tuple[int, ...]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for index, name in enumerate(names):
        field = recognise(plain(name))
        if field is not None:
            found[field].append(index)
    return {field: tuple(places) for field, places in found.items()}


def _place(header: Header, said: str | int, name: str) -> int:
    if isinstance(said, int):
        return said - 1
    places = [index for index, own in enumerate(header.names) if plain(own) == plain(said)]
    if len(places) != 1:
        found = ", ".join(filter(None, header.names))
        raise InputError(
            f"{name} has {'no' if not places else len(places)} column {said!r}; its columns are: {found}.",
            reason="missing_column" if not places else "ambiguous_column",
        )
    return places[0]


def _without(places: tuple[int, ...], taken: Collection[int]) -> tuple[int, ...]:
    return tuple(place for place in places if place not in taken)
