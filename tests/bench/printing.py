"""Papers of ten times as many shipments: what each costs of memory and of the processor."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.importing import measured

FEW, MANY = 100, 1_000
ROWS = (
    "Numero DDT",
    "Data DDT",
    "Vettore",
    "Destinatario",
    "Indirizzo",
    "CAP",
    "Città",
    "Prov",
    "Nazione",
    "Colli",
)


def run() -> Iterator[str]:
    """A manifest of each number of shipments, as PDF and as a page."""
    with TemporaryDirectory() as folder:
        homes = {rows: _home(Path(folder) / str(rows), rows) for rows in (FEW, MANY)}
        for form in ("pdf", "html"):
            command = ["manifest", "print", "BRT", "--format", form, "--output", f"paper.{form}"]
            few, many = (measured(home, command) for home in homes.values())
            yield (
                f"print: a manifest of {MANY} shipments as {form} takes {many[0]:.1f} s of the processor "
                f"({(many[0] - few[0]) / (MANY - FEW) * 1000:.1f} ms a shipment more) and {many[1]:.0f} MB, of {FEW} "
                f"{few[0]:.1f} s and {few[1]:.0f} MB"
            )


def _home(home: Path, rows: int) -> Path:
    home.mkdir()
    measured(home, ["carrier", "add", "BRT", "Bartolini", "--json"])
    with (home / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter=";")
        table.writerow(ROWS)
        to = ("Ditta S.r.l.", "Via Roma 1", "20121", "Milano", "MI", "IT", "1")
        table.writerows((at, "28/11/2026", "BRT", *to) for at in range(1, rows + 1))
    measured(home, ["shipment", "import", "--unknown-order", "external", "--manifest", "--json", "rows.csv"])
    return home
