"""Files of ten times as many rows: what each row costs of memory and of the processor."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import xlsxwriter

FEW, MANY = 5_000, 50_000
NAMES = (
    "Numero DDT", "Data DDT", "Vettore", "Destinatario", "Indirizzo", "CAP", "Città", "Prov", "Nazione", "Colli",
    "Peso", "Note",
)  # fmt: skip
FBRIDGE = """
import os, sys
from fbridge.cli.main import main
try:
    main()
finally:
    with open(os.environ["BENCH_PEAK"], "w") as told, open("/proc/self/status") as status:
        told.write(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""
"""A new program inherits the peak of who started it in the figures of ``wait4``, so it tells its own."""
SHIPMENTS = ("shipment", "import", "--unknown-order", "external", "--json")
TRACKING = ("tracking", "import", "--year", "2026", "--json")


def run() -> Iterator[str]:
    """Both sizes of each file, one after the other, on databases of their own."""
    with TemporaryDirectory() as folder:
        homes = {rows: _home(Path(folder), rows) for rows in (FEW, MANY)}
        for name, command in (
            ("rows.csv", SHIPMENTS), ("rows.xlsx", SHIPMENTS), ("rows.json", SHIPMENTS), ("rows.ndjson", SHIPMENTS),
            ("numbers.csv", TRACKING),
        ):  # fmt: skip
            few, many = (measured(home, [*command, name]) for home in homes.values())
            yield (
                f"files: {' '.join(command[:2])} {name}: {MANY} rows against {FEW}: a row takes "
                f"{many[0] / MANY / (few[0] / FEW):.2f} times the processor ({many[0] / MANY * 1000:.1f} ms), "
                f"the whole {many[1] / few[1]:.2f} times the memory ({few[1]:.0f} and {many[1]:.0f} MB)"
            )


def _home(folder: Path, rows: int) -> Path:
    home = folder / str(rows)
    home.mkdir()
    measured(home, ["carrier", "add", "BRT", "Bartolini", "--json"])
    table = [dict(zip(NAMES, _row(at), strict=True)) for at in range(1, rows + 1)]
    _write_csv(home / "rows.csv", NAMES, (list(row.values()) for row in table))
    _write_csv(home / "numbers.csv", ("DDT", "LDV"), ((at, f"0846{at:08}") for at in range(1, rows + 1)))
    (home / "rows.json").write_text(json.dumps(table), "utf-8")
    (home / "rows.ndjson").write_text("\n".join(map(json.dumps, table)), "utf-8")
    with xlsxwriter.Workbook(str(home / "rows.xlsx"), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, values in enumerate((NAMES, *(row.values() for row in table))):
            sheet.write_row(at, 0, list(values))
    return home


def _row(at: int) -> tuple[str, ...]:
    to = (f"Ditta {at} S.r.l.", f"Via Roma {at}", "20121", "Milano", "MI", "IT")
    return (str(at), "28/11/2026", "BRT", *to, "1", "2,5", f"suonare {at}")


def _write_csv(path: Path, names: Sequence[str], rows: Iterator[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter=";")
        table.writerow(names)
        table.writerows(rows)


def measured(home: Path, words: Sequence[str]) -> tuple[float, float]:
    """Seconds of the processor, and the peak of the memory in MB, of one command."""
    peak = home / "peak"
    environment: Mapping[str, str] = os.environ | {"FBRIDGE_HOME": str(home), "BENCH_PEAK": str(peak)}
    process = subprocess.Popen(
        [sys.executable, "-c", FBRIDGE, *words],
        cwd=home,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"fbridge {' '.join(words)} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, int(peak.read_text()) / 1024
