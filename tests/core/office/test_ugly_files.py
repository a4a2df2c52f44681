"""Files as they lie around in an office: each row is read right, or refused with one sentence."""

from __future__ import annotations

import codecs
import io
import os
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from fbridge.errors import InputError
from fbridge.office.imports.columns import KEYS, SHIPMENT_FIELDS, recogniser
from fbridge.office.imports.maps import ImportMap
from fbridge.office.imports.row_schemas import ShipmentRowSchema, read_row
from fbridge.office.tables.forms import TableForm
from fbridge.office.tables.reading import Wanted, open_table

WANTED = Wanted(recognise=recogniser(SHIPMENT_FIELDS), keys=KEYS, repeated=("tracking",))
Write = Callable[[Path], object]


def rows_of(path: Path) -> tuple[list[dict[str, str] | str], list[str]]:
    """What each row tells, or the reason why it is refused; and what is said of the whole file."""
    found: list[dict[str, str] | str] = []
    with open_table(path, TableForm(), WANTED) as table:
        for record in table.records:
            values, problem = read_row(ShipmentRowSchema(ImportMap()), record.cells)
            fault = record.row.fault or problem
            found.append(fault.reason if fault else {name: str(value) for name, value in values.items()})
        return found, table.warnings


def written(folder: Path, content: str | bytes, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        rows_of(path)
    return caught.value


ONE, TWO = {"order": "1001", "carrier": "BRT"}, {"order": "1002", "carrier": "GLS"}


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ("sep=;\r\nOrdine;Corriere\r\n1001;BRT\r\n", [ONE]),
        ("\ufeffsep=,\r\nOrdine,Corriere\r\n1001,BRT\r\n", [ONE]),
        ("Ordine;Corriere\r\n1001;BRT\r1002;GLS\n", [ONE, TWO]),
        ("Ordine;Corriere\r1001;BRT\r1002;GLS\r", [ONE, TWO]),
        ("Ordine;Corriere\n10\x0001;BRT\n1002;GLS\n", ["zero_byte", TWO]),
        ("Ordine;Corriere\n1001;BRT\n" + "\x00" * 600, [ONE, "zero_byte"]),
        (f"Ordine;Corriere\n1001;{'x' * 140_000}\n1002;GLS\n", ["cell_too_long", TWO]),
        ("Ordine;;Corriere;\n1001;x;BRT;y\n", [ONE]),
        ("Ordine;Corriere\r\n1001;BRT\r\n\x1a", [ONE]),
        ("Ordine;Corriere\r\n1001;BRT\x1a", [ONE]),
        ("Ordine;Corriere\n1001;BRT\nTotale colli: 12\nTOTALE 12 pz;\n", [ONE, {"order": "TOTALE 12 pz"}]),
        ("Ordine;Colli\n1001;1000000000000\n", ["number_too_large"]),
        ("Ordine;Colli\n1001;\u22121\n", ["negative"]),
        ('[{"order": "1001", "quantity": 1e400}]', ["number_too_large"]),
        ('{"order": "1001", "carrier": "BRT", "x": ' + "9" * 5000 + '}\n{"order": 1002}', [ONE, {"order": "1002"}]),
    ],
)  # fmt: skip
def test_odd_text_files(tmp_path: Path, content: str, rows: list[object]) -> None:
    assert rows_of(written(tmp_path, content))[0] == rows


@pytest.mark.parametrize(
    ("day", "read"),
    [
        ("28-nov-26", "ambiguous_date"), ("Nov 28, 2026", "2026-11-28"), ("sabato 28 novembre 2026", "2026-11-28"),
        ("sab. 28/11/2026", "2026-11-28"), ("28-nov-45", "2045-11-28"), ("46354", "not_a_date"),
        ("November 31st, 2026", "not_a_date"), ("mercurio 28/11/2026", "2026-11-28"),
    ],
)  # fmt: skip
def test_odd_dates(tmp_path: Path, day: str, read: str) -> None:
    (row,), _ = rows_of(written(tmp_path, f"DDT;Data DDT\n1;{day}\n"))
    assert (row if isinstance(row, str) else row["document_date"]) == read


@pytest.mark.parametrize(
    ("cells", "amount"),
    [
        ("€ 1.234,56;", "1234.56 EUR"), ("1'234.50 CHF;", "1234.50 CHF"), ("£12.00;", "12.00 GBP"),
        ("12,50;usd", "12.50 usd"), ("EUR 12,00;CHF", "currency_disagrees"), ("$ 12.00;", "not_a_number"),
        ("10%;", "not_a_number"), ("(12,00);", "not_a_number"), ("1\u202f234,50 €;", "1234.50 EUR"),
        ("EUR -3;", "negative"),
    ],
)  # fmt: skip
def test_amounts_with_their_currency(tmp_path: Path, cells: str, amount: str) -> None:
    (row,), _ = rows_of(written(tmp_path, f"Ordine;Contrassegno;Valuta\n1;{cells}\n"))
    assert (row if isinstance(row, str) else f"{row['cod']} {row['currency']}") == amount


def zipped(**parts: str | bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("_", "/").replace("0", "."), content)
    return file.getvalue()


ENCRYPTED = {"META-INF_manifest0xml": "<manifest><encryption-data/></manifest>"}
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (OLD + "EncryptedPackage".encode("utf-16-le") + bytes(600), "file_password"),
        (OLD + "WordDocument".encode("utf-16-le") + bytes(600), "file_kind"),
        (zipped(content0xml=b"\x8f\x01\x02", **ENCRYPTED), "file_password"),
        (zipped(encryptedpackage=b"\x8f\x01\x02", **ENCRYPTED), "file_password"),
        (zipped(word_document0xml="<x/>"), "file_kind"),
        (b"<!-- x --><html><table></table></html>", "file_kind"),
        (b"\r\n <div><table><tr><td>Ordine;Corriere</td></tr></table></div>", "file_kind"),
        (b"{\\rtf1\\ansi Ordine;Corriere}", "file_kind"),
        (b'ID;PWXL;N;E\r\nC;Y1;X1;K"Ordine"\r\nE\r\n', "file_kind"),
        (b"7z\xbc\xaf'\x1c" + bytes(range(256)) * 4, "file_kind"),
        (b'[{"order": "1001"}, {"order"', "file_damaged"),
        (b'[{"order": "1001"}] x', "file_damaged"),
    ],
)
def test_what_is_no_table(tmp_path: Path, content: bytes, reason: str) -> None:
    assert refused(written(tmp_path, content)).reason == reason


def test_a_header_that_looks_like_another_format_is_read(tmp_path: Path) -> None:
    assert rows_of(written(tmp_path, "ID;Paese;Ordine\n1;IT;1001\n"))[0] == [
        {"country": "IT", "order": "1001"}
    ]
    wide = codecs.BOM_UTF16_LE + "Ordine;Nome\n1001;Čeňek Ćosić ĈĉĊċ\n".encode("utf-16-le")
    assert rows_of(written(tmp_path, wide))[0] == [{"order": "1001", "name": "Čeňek Ćosić ĈĉĊċ"}]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system with named pipes")
def test_a_pipe_is_read_and_nobody_waits_for_one_that_nobody_fills(tmp_path: Path) -> None:
    nobody = tmp_path / "pipe.csv"
    os.mkfifo(nobody)
    assert refused(nobody).reason == "file_empty"
    read, write = os.pipe()
    os.write(write, b"Ordine;Corriere\n1001;BRT\n")
    os.close(write)
    assert rows_of(Path(f"/dev/fd/{read}"))[0] == [ONE]
    os.close(read)


# Spreadsheets


def xlsx(rows: Sequence[Sequence[object]], change: Callable[[openpyxl.Workbook], object]) -> Write:
    def write(path: Path) -> None:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        change(book)
        book.save(path)

    return write


def test_hidden_rows_are_read_and_told(tmp_path: Path) -> None:
    def hide(book: openpyxl.Workbook) -> None:
        book.active.row_dimensions[3].hidden = True

    path = tmp_path / "filtered.xlsx"
    xlsx([["Ordine", "Corriere"], [1001, "BRT"], [1002, "GLS"]], hide)(path)
    rows, warnings = rows_of(path)
    assert rows == [ONE, TWO]
    assert len(warnings) == 1
    assert "1 hidden rows" in warnings[0]
    assert "row 3" in warnings[0]


def stray_xlsx(path: Path) -> None:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Ordine", "Corriere"])
    sheet.write_row(1, 0, [1001, "BRT"])
    sheet.write(1_048_575, 16_383, " .")
    book.close()


def repeated_ods(path: Path, text: str) -> None:
    document, table = OpenDocumentSpreadsheet(), Table(name="Foglio1")
    for cells, times in ((("Ordine", "Corriere"), 1), (("1001", "BRT"), 1), (("", ""), 1_048_574)):
        row = TableRow(numberrowsrepeated=times)
        for cell in cells:
            here = TableCell(valuetype="string", stringvalue=cell) if cell else TableCell()
            if cell:
                here.addElement(P(text=cell))
            row.addElement(here)
        rest = TableCell(numbercolumnsrepeated=16_382)
        if text and times > 1:
            rest.addElement(P(text=text))
        row.addElement(rest)
        table.addElement(row)
    document.spreadsheet.addElement(table)
    document.save(str(path))


@pytest.mark.parametrize("write", [stray_xlsx, lambda path: repeated_ods(path, "x")])
def test_a_value_far_out_is_refused_before_it_fills_the_memory(tmp_path: Path, write: Write) -> None:
    path = tmp_path / "far.table"
    write(path)
    error = refused(path)
    assert error.reason == "file_too_large"
    assert "row 1048576 and column 16384" in str(error)


def test_empty_rows_repeated_to_the_end_of_a_sheet_are_none(tmp_path: Path) -> None:
    path = tmp_path / "long.ods"
    repeated_ods(path, "")
    assert rows_of(path)[0] == [ONE]
