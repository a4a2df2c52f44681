"""Spreadsheets as programs save them: each cell is read right, or refused with what it could be."""

from __future__ import annotations

import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table as OdfTable
from odf.table import TableCell, TableRow
from odf.text import P

from fbridge.office.tables import sources
from fbridge.office.tables.cells import Fault

from .tables_read import read, refusal, written


def spreadsheet(folder: Path, name: str = "table.xlsx") -> tuple[openpyxl.Workbook, Path]:
    return openpyxl.Workbook(), folder / name


def test_an_excel_file_with_merged_cells_and_totals(tmp_path: Path) -> None:
    book, path = spreadsheet(tmp_path)
    sheet = book.active
    assert sheet is not None
    rows = [
        ["Spedizioni", None, None, None, None],
        ["DDT", "Ordine", "Peso", "Data", "Tracking"],
        [12, 1001, 1.5, date(2026, 11, 28), "001234"],
        [None, 1002, 0.1 + 0.2, "28/11/2026", 42],
        [None, None, None, None, None],
        [13, 1003.0, 2, None, None],
        ["Totale", None, 3.8, None, None],
    ]
    for row in rows:
        sheet.append(row)
    sheet.merge_cells("A1:E1")
    sheet.merge_cells("A3:A4")
    sheet["E4"].number_format = "000000"
    book.save(path)
    assert read(path) == [
        {"document": 12, "order": 1001, "weight": Decimal("1.5"), "date": date(2026, 11, 28), "tracking": "001234"},
        {"document": 12, "order": 1002, "weight": Decimal("0.3"), "date": "28/11/2026",
         "tracking": "000042"},
        {"document": 13, "order": 1003, "weight": 2, "date": "", "tracking": ""},
    ]  # fmt: skip


def test_what_a_spreadsheet_has_lost_is_a_fault_of_its_cell(tmp_path: Path) -> None:
    book, path = spreadsheet(tmp_path)
    sheet = book.active
    assert sheet is not None
    sheet.append(["order", "tracking", "weight"])
    sheet.append([1001, 1234567890123456, "=C5*2"])
    sheet.append([1002, "#N/A", "=1/0"])
    sheet["B3"].data_type = "e"
    book.save(path)
    first, second = read(path)
    faults = [first["tracking"], first["weight"], second["tracking"], second["weight"]]
    assert [one.reason for one in faults if isinstance(one, Fault)] == [
        "digits_lost", "formula_without_value", "error_value", "formula_without_value"
    ]  # fmt: skip


def test_xls_and_ods_are_read_like_xlsx(tmp_path: Path) -> None:
    old = xlwt.Workbook()
    sheet = old.add_sheet("Foglio1")
    for column, name in enumerate(["Ordine", "Colli"]):
        sheet.write(0, column, name)
    sheet.write_merge(1, 2, 0, 0, 1001)
    sheet.write(1, 1, 2)
    sheet.write(2, 1, 3)
    old.save(str(tmp_path / "table.xls"))
    assert read(tmp_path / "table.xls") == [{"order": 1001, "parcels": 2}, {"order": 1001, "parcels": 3}]

    document, table = OpenDocumentSpreadsheet(), OdfTable(name="Foglio1")
    document.spreadsheet.addElement(table)
    cells = [
        [{"valuetype": "string", "text": "Ordine"}, {"valuetype": "string", "text": "Peso"}],
        [{"valuetype": "float", "value": "1001", "numberrowsspanned": "2"}, {"formula": "of:=[.A2]+1"}],
        [{}, {"valuetype": "float", "value": "1.5"}],
    ]
    for row in cells:
        line = TableRow()
        for one in row:
            text = one.pop("text", "")
            cell = TableCell(**one)
            if text:
                cell.addElement(P(text=text))
            line.addElement(cell)
        table.addElement(line)
    document.save(str(tmp_path / "table.ods"))
    first, second = read(tmp_path / "table.ods")
    assert isinstance(first["weight"], Fault)
    assert first["weight"].reason == "formula_without_value"
    assert second == {"order": 1001, "weight": Decimal("1.5")}


def test_several_sheets_are_refused_by_name_and_one_can_be_said(tmp_path: Path) -> None:
    book, path = spreadsheet(tmp_path)
    for name in ("Lunedì", "Martedì"):
        sheet = book.create_sheet(name)
        sheet.append(["order"])
        sheet.append([name])
    book.create_sheet("Note")
    hidden = book.create_sheet("Hidden")
    hidden.append(["order"])
    hidden.sheet_state = "hidden"
    book.save(path)
    refused = refusal(path)
    assert refused.reason == "ambiguous_sheet"
    assert "Lunedì, Martedì;" in str(refused)
    assert read(path, sheet="Martedì") == [{"order": "Martedì"}]


def test_damaged_and_open_spreadsheets_are_refused(tmp_path: Path) -> None:
    book, path = spreadsheet(tmp_path)
    assert book.active is not None
    book.active.append(["order"])
    book.save(path)
    cut = written(tmp_path, path.read_bytes()[:2000], name="cut.xlsx")
    assert refusal(cut).reason == "file_damaged"
    for lock in ("~$table.xlsx", ".~lock.table.xlsx#"):
        (tmp_path / lock).write_text("Anna", "utf-8")
        refused = refusal(path)
        assert refused.reason == "file_open"
        assert lock in str(refused)
        (tmp_path / lock).unlink()


def test_a_spreadsheet_whose_xml_is_broken_is_refused(tmp_path: Path) -> None:
    for name, part in (("a.ods", "content.xml"), ("a.xlsx", "xl/workbook.xml")):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            archive.writestr(part, "<a:b><table:table-row table:number-rows-repeated='2'")
        assert refusal(tmp_path / name).reason == "file_damaged"


def test_a_file_that_is_too_large_unpacked_is_refused_with_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "LARGEST", 1024 * 1024)
    packed = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (2 * 1024 * 1024))
    assert packed.stat().st_size < 10_000
    for path in (packed, written(tmp_path, "order\n" + "1001\n" * 300_000)):
        refused = refusal(path)
        assert refused.reason == "file_too_large"
        assert "1 MB" in str(refused)
