"""What a spreadsheet holds beside the values of its cells. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from fbridge.office.tables.cells import Fault

Place = tuple[int, int]
"""Row and column, counted from 0."""


@dataclass(slots=True)
class Marks:
    """Faults and leading zeros (with how many digits) by place, merged ranges as (first, last) place.

    ``hidden`` are rows that nobody sees; ``last`` is the outermost row and column with a value.
    """

    faults: dict[Place, Fault] = field(default_factory=dict)
    zeros: dict[Place, int] = field(default_factory=dict)
    merged: list[tuple[Place, Place]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    last: Place = (0, 0)

    def reach(self, row: int, column: int) -> None:
        """There is a value as far as here."""
        self.last = (max(self.last[0], row), max(self.last[1], column))


def error_value(shown: str) -> Fault:
    """A formula that came to an error."""
    return Fault("error_value", f"The spreadsheet shows the error {shown}; mend its formula.", shown)


def no_value() -> Fault:
    """A formula that nobody has calculated."""
    return Fault(
        "formula_without_value",
        "A formula stands here without its value; open the file in a spreadsheet program and save it again.",
        "(formula)",
    )
