"""What an ERP and a courier's program write: semicolons, Italian headings, documents numbered 125/A."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

FIRST = 125
_DOCUMENTS, _NUMBERS = "documents.csv", "courier.csv"


def written_documents(folder: Path, orders: Sequence[str], carrier: str) -> Path:
    """The ERP's file: a shipping document for each of these orders."""
    rows = [(order, f"{FIRST + at}/A", "28/11/2026", carrier, 1) for at, order in enumerate(orders)]
    return _written(folder / _DOCUMENTS, ("Ordine", "Documento", "Data", "Vettore", "Colli"), rows)


def written_numbers(folder: Path) -> Path:
    """The courier's file: a number for each document of the ERP's."""
    with (folder / _DOCUMENTS).open(encoding="cp1252", newline="") as file:
        documents = [(row["Documento"], row["Ordine"]) for row in csv.DictReader(file, delimiter=";")]
    rows = [(document, f"BX{order.lstrip('#')}") for document, order in documents]
    return _written(folder / _NUMBERS, ("Riferimento", "Lettera di vettura"), rows)


def _written(file: Path, heading: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    with file.open("w", encoding="cp1252", newline="") as text:
        csv.writer(text, delimiter=";").writerows([heading, *rows])
    return file
