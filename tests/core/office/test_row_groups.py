"""The rows of a file wait for each other without filling the memory."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from fbridge.bridge import Bridge
from fbridge.errors import InputError
from fbridge.office.imports import row_groups
from fbridge.office.imports.row_groups import ReadRow, RowGroups
from fbridge.office.imports.shipments import ShipmentOptions, import_shipments
from fbridge.office.tables.cells import Record, Row


def row(number: int) -> ReadRow:
    cells: dict[str, Any] = {"document": str(number), "note": "x" * 5000}
    return ReadRow(Record(Row(number, tuple(cells.values())), cells), dict(cells), None, "BRT")


def test_rows_of_one_thing_come_together_from_wherever_they_stand() -> None:
    with RowGroups[str]() as groups:
        for number in range(6):
            groups.add("even" if number % 2 == 0 else "odd", row(number))
        for _ in range(2):
            found = {group.key: [one.record.row.number for one in group.rows] for group in groups}
            assert found == {"even": [0, 2, 4], "odd": [1, 3, 5]}
            assert [group.carrier for group in groups] == ["BRT", "BRT"]


def test_waiting_rows_take_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_groups, "_IN_MEMORY", 100_000)
    tracemalloc.start()
    try:
        with RowGroups[int]() as groups:
            for number in range(2_000):
                groups.add(number, row(number))
            assert sum(len(group.rows) for group in groups) == 2_000
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_too_many_rows_are_refused_before_the_first_goes_in(
    context: Any, office: Any, tmp_path: Path
) -> None:
    file = tmp_path / "erp.csv"
    file.write_text("DDT;Anno;Ordine;Corriere\n1;2026;A;BRT\n2;2026;B;BRT\n3;2026;C;BRT\n")
    with pytest.raises(InputError, match="more than 2 rows"):
        import_shipments(Bridge(context), file, ShipmentOptions(most_rows=2))
    assert office.shipments.list() == ()
