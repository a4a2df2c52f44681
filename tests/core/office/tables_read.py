"""Tables of the tests: how they are written and read, and what refuses them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fbridge.errors import InputError
from fbridge.office.imports.columns import KEYS, SHIPMENT_FIELDS, recogniser
from fbridge.office.tables.cells import Cell
from fbridge.office.tables.forms import TableForm
from fbridge.office.tables.reading import Table, Wanted, open_table

WANTED = Wanted(recognise=recogniser(SHIPMENT_FIELDS), keys=KEYS, repeated=("tracking",))


def read(path: Path, wanted: Wanted = WANTED, **form: object) -> list[dict[str, Cell]]:
    """The rows that are read, by the names of their fields; a broken row is its fault."""
    with open_table(path, TableForm(**form), wanted) as table:  # type: ignore[arg-type]
        return [
            dict(one.cells) if one.row.fault is None else {"fault": one.row.fault} for one in table.records
        ]


def opened(path: Path, use: Callable[[Table], object], **form: object) -> Table:
    with open_table(path, TableForm(**form), WANTED) as table:  # type: ignore[arg-type]
        use(table)
        return table


def written(folder: Path, text: str | bytes, encoding: str = "utf-8", name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def refusal(path: Path, **form: object) -> InputError:
    with pytest.raises(InputError) as refused:
        read(path, **form)
    return refused.value
