"""The rows of a file gathered into what they mean, however many they are.

Rows of one document may stand anywhere in a file, and go in together or not at all; so all of them are read before
the first one goes in. They wait in a file of their own, which is deleted with it, and only where each of them stands
there is kept in memory.
"""

from __future__ import annotations

import pickle
import tempfile
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, TypeVar

from fbridge.office.imports.row_schemas import Problem
from fbridge.office.tables.cells import Record

K = TypeVar("K")
_IN_MEMORY = 4 * 1024 * 1024
"""Bytes up to which the rows need no file."""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row with the values that could be read; ``carrier`` is the own one that it names."""

    record: Record
    values: Mapping[str, Any]
    problem: Problem | None
    carrier: str | None


@dataclass(frozen=True, slots=True)
class Group(Generic[K]):
    """The rows that mean one thing: they go in together or not at all. ``places`` tell the rows apart."""

    key: K
    rows: tuple[ReadRow, ...]
    places: tuple[int, ...]

    @property
    def problem(self) -> Problem | None:
        """Why none of them goes in."""
        return next((row.problem for row in self.rows if row.problem), None)

    @property
    def carrier(self) -> str | None:
        """The carrier that the rows name."""
        return next((row.carrier for row in self.rows if row.carrier), None)

    def one(self, name: str) -> Any:
        """The value that the rows agree on; None where no row has one."""
        return next((row.values[name] for row in self.rows if row.values.get(name) is not None), None)

    def differing(self, *names: str) -> Problem | None:
        """The first of these fields of which the rows tell different things."""
        for name in names:
            found = list(
                dict.fromkeys(str(row.values[name]) for row in self.rows if row.values.get(name) is not None)
            )
            if len(found) > 1:
                words = (
                    f"The rows of one document have different values of {name}: {' and '.join(found[:3])}."
                )
                return Problem(reason="rows_disagree", words=words, field=name, value=found[-1])
        return None


class RowGroups(Generic[K]):
    """Rows as they were read, by what they mean: added first, gone through then, as often as is needed."""

    def __init__(self) -> None:
        self._places: dict[K, array[int]] = {}

    def __enter__(self) -> RowGroups[K]:
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, key: K, row: ReadRow) -> None:
        """Put a row to those that mean the same."""
        place = self._file.seek(0, 2)
        pickle.dump(row, self._file, pickle.HIGHEST_PROTOCOL)
        self._places.setdefault(key, array("q")).append(place)

    def __iter__(self) -> Iterator[Group[K]]:
        """Each group, in the sequence of their first rows."""
        for key, places in self._places.items():
            yield Group(key, tuple(map(self.row, places)), tuple(places))

    def row(self, place: int) -> ReadRow:
        """The row that stands there."""
        self._file.seek(place)
        found: ReadRow = pickle.load(self._file)  # noqa: S301 - written by this process, in a file without a name
        return found
