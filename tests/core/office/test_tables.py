"""Tables as programs and people write them: each row is read right, or refused with what it could be."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import json
import tracemalloc
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fbridge.errors import InputError
from fbridge.office.imports.columns import KEYS
from fbridge.office.tables.cells import Fault, shown
from fbridge.office.tables.delimited import text_lines
from fbridge.office.tables.forms import TableForm
from fbridge.office.tables.reading import Wanted, open_table

from .tables_read import WANTED, opened, read, refusal, written

# Text files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_text_files_are_read_whatever_excel_and_erps_write(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    rows = [
        ["N. Ordine", "Corriere", "Località"],
        ["1001", "BRT", "Forlì"],
        ["1002", "GLS", 'L"Aquila, \n (AQ)'],
    ]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    assert read(written(tmp_path, text.getvalue(), encoding)) == [
        {"order": "1001", "carrier": "BRT", "city": "Forlì"},
        {"order": "1002", "carrier": "GLS", "city": 'L"Aquila, \n (AQ)'},
    ]


@pytest.mark.parametrize(
    ("word", "encoding"),
    [("Nicolò", "cp850"), ("Città", "mac_roman"), ("Kovačič", "cp1250"), ("Plzeň", "cp1250"), ("Иван", "cp1251"),
     ("Αθήνα", "cp1253"), ("Straße", "cp850"), ("Çanakkale", "cp850"), ("Dvořák", "cp1250")],
)  # fmt: skip
def test_a_code_page_that_cannot_be_told_is_refused_with_what_it_can_be(
    tmp_path: Path, word: str, encoding: str
) -> None:
    path = written(tmp_path, f"order;name\n1001;{word}\n", encoding)
    refused = refusal(path)
    assert refused.reason == "encoding_unknown"
    assert f"{word} ({encoding})" in str(refused)

    assert read(path, encoding=encoding) == [{"order": "1001", "name": word}]


@pytest.mark.parametrize(
    "word",
    ["Nicolò", "è", "perché", "Città", "CITTÀ", "Forlì", "più", "dell’acqua", "Müller", "n° 12", "12 €", "José"],
)  # fmt: skip
def test_what_only_windows_1252_can_be_is_read_as_that(tmp_path: Path, word: str) -> None:
    assert read(written(tmp_path, f"order;name\n1001;{word}\n", "cp1252")) == [
        {"order": "1001", "name": word}
    ]


def test_empty_lines_totals_titles_and_headers_that_come_again_are_no_rows(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "Spedizioni del 28/11/2026;;\n;;\nOrdine;Colli;Nome\n1001;1;Total Fitness srl\n\n;;\n"
        "Ordine;Colli;Nome\n1002;2;Bruno\n;;\nTotale;3;\n",
    )
    seen: list[object] = []
    table = opened(
        path, lambda table: seen.extend((one.row.number, one.cells["order"]) for one in table.records)
    )
    assert seen == [(4, "1001"), (8, "1002")]
    assert table.skipped == [(7, "header_again"), (10, "totals")]


def test_two_header_rows_are_read_together(tmp_path: Path) -> None:
    path = written(
        tmp_path, "Ordine;;Destinatario;\nNumero;Data;Nome;CAP\n1001;28/11/2026;Anna Rossi;20100\n"
    )
    assert read(path) == [
        {"order": "1001", "date": "28/11/2026", "name": "Anna Rossi", "postcode": "20100"},
    ]


def test_a_file_that_was_cut_loses_only_its_last_row(tmp_path: Path) -> None:
    found = read(written(tmp_path, "order;carrier;tracking\n1001;BRT;A1\n1002;GL"))
    assert found[0]["order"] == "1001"
    assert isinstance(found[1]["fault"], Fault)
    assert found[1]["fault"].reason == "cut_row"


def test_a_last_line_without_end_is_pointed_out(tmp_path: Path) -> None:
    table = opened(written(tmp_path, "order;tracking\n1001;A1\n1002;A"), lambda table: list(table.records))
    assert "whole" in " ".join(table.warnings)


@pytest.mark.parametrize(
    "broken",
    ['1001;"Rossi" Anna;x\n', '1001;"Rossi;x\n1002;Anna";x\n', '1001;"Rossi;x\n1002;Anna;x\n1003;"Bruno";x\n'],
)  # fmt: skip
def test_a_quote_too_many_is_a_refused_row_and_swallows_none(tmp_path: Path, broken: str) -> None:
    found = read(written(tmp_path, f"order;name;carrier\n1000;Ugo;BRT\n{broken}1009;Ada;BRT\n"))
    faults = [one["fault"].reason for one in found if isinstance(one.get("fault"), Fault)]
    assert faults[0] == "bad_quotes"
    assert found[0]["order"] == "1000"


def test_a_row_with_more_cells_than_columns_is_refused(tmp_path: Path) -> None:
    (row,) = read(written(tmp_path, "order,weight\n1001,1,5\n"))
    assert isinstance(row["fault"], Fault)
    assert row["fault"].reason == "too_many_cells"


def test_unknown_and_ambiguous_columns_are_named(tmp_path: Path) -> None:
    assert refusal(written(tmp_path, "alfa;beta\n1;2\n")).reason == "no_header"
    twice = refusal(written(tmp_path, "ordine;n. ordine\n1;2\n"))
    assert twice.reason == "ambiguous_column"
    assert "column 2" in str(twice)


def test_several_columns_of_numbers_are_read_together(tmp_path: Path) -> None:
    found = read(written(tmp_path, "order;tracking 1;tracking 2;ldv\n1001;A;;C\n"))
    assert found == [{"order": "1001", "tracking": "A;C"}]


def test_columns_of_a_map_by_name_by_number_and_of_fixed_width(tmp_path: Path) -> None:
    named = Wanted(recognise=WANTED.recognise, keys=KEYS, columns={"order": "Nostro n.", "carrier": 3})
    path = written(tmp_path, "Nostro n.;Ordine;X\n1001;77;BRT\n")
    assert read(path, named) == [{"order": "1001", "carrier": "BRT"}]
    numbered = Wanted(recognise=WANTED.recognise, keys=KEYS, columns={"order": 1, "tracking": 2})
    bare = written(tmp_path, "1001;A1\n1002;A2\n", name="bare.csv")
    assert [row["tracking"] for row in read(bare, numbered)] == ["A1", "A2"]
    fixed = written(tmp_path, "1001  A1\n1002  A2\n", name="fixed.txt")
    assert read(fixed, fixed={"order": (1, 6), "tracking": (7, 8)}) == [
        {"order": "1001", "tracking": "A1"},
        {"order": "1002", "tracking": "A2"},
    ]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"", "file_empty"),
        ("a.csv", b"\xef\xbb\xbf\r\n", "file_empty"),
        ("a.xls", b"<html><table><tr><td>order", "file_kind"),
        ("a.pdf", b"%PDF-1.7", "file_kind"),
        ("~$a.xlsx", b"Anna", "file_kind"),
        ("a.json", b'[{"order": "1001"}, {"order"', "file_damaged"),
        ("a.csv", codecs.BOM_UTF16_LE + "order;tracking\n1001;A".encode("utf-16-le")[:-1], "file_damaged"),
    ],
)  # fmt: skip
def test_what_is_no_whole_table_is_refused(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    assert refusal(written(tmp_path, content, name=name)).reason == reason


@settings(max_examples=40, deadline=None)
@given(
    base=st.sampled_from(
        [b'order;name\r\n1001;"A"\r\n', b'[{"order": "1", "weight": 1.5}]', b"PK\x03\x04abc"]
    ),
    place=st.integers(0, 30),
    junk=st.binary(min_size=1, max_size=6),
    wide=st.booleans(),
)
def test_whatever_bytes_come_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, base: bytes, place: int, junk: bytes, wide: bool
) -> None:
    text = base.decode("latin-1").encode("utf-16") if wide else base
    path = written(tmp_path_factory.mktemp("bytes"), text[:place] + junk + text[place:])
    with contextlib.suppress(InputError):
        read(path)


@pytest.mark.slow
def test_a_file_of_40_mb_is_read_row_by_row(tmp_path: Path) -> None:
    row = f"1001;BRT0001;{'x' * 780}\n"
    path = written(tmp_path, "order;tracking;name\n" + row * 52_000)
    assert path.stat().st_size > 40_000_000
    tracemalloc.start()
    try:
        with open_table(path, TableForm(), WANTED) as table:
            assert sum(1 for _ in table.records) == 52_000
        assert tracemalloc.get_traced_memory()[1] < 12_000_000
    finally:
        tracemalloc.stop()


# JSON


def test_json_in_its_forms(tmp_path: Path) -> None:
    rows = [{"order": "1001", "tracking": ["A", "B"], "weight": 1.5}, {"order": 1002, "note": None}]
    forms = [
        json.dumps(rows),
        json.dumps({"schema": 1, "items": rows}, indent=1),
        "\n".join(map(json.dumps, rows)),
    ]
    for text in forms:
        assert read(written(tmp_path, text, name="a.json")) == [
            {"order": "1001", "tracking": "A;B", "weight": Decimal("1.5")},
            {"order": 1002, "note": ""},
        ]
    lines = {"order": "1001", "lines": [{"sku": "HAT", "quantity": 2}, {"sku": "CAP", "quantity": 1}]}
    assert [row["sku"] for row in read(written(tmp_path, json.dumps(lines), name="a.json"))] == ["HAT", "CAP"]


def test_a_cut_line_of_ndjson_is_a_refused_row(tmp_path: Path) -> None:
    found = read(written(tmp_path, '{"order": "1001"}\n{"order": "10', name="a.ndjson"))
    assert found[0] == {"order": "1001"}
    assert isinstance(found[1]["fault"], Fault)


# Any table

_TEXT = st.text(st.characters(codec="cp1252", exclude_categories=["Cc", "Cs"]), max_size=12)
_ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(st.tuples(_TEXT.filter(str.strip), _TEXT, _TEXT), min_size=1, max_size=6),
    delimiter=st.sampled_from(";,\t|"),
    encoding=st.sampled_from(_ENCODINGS),
    told=st.booleans(),
)
def test_any_table_is_read_as_it_was_written_or_refused(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str, str]],
    delimiter: str,
    encoding: str,
    told: bool,
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([("order", "name", "note"), *rows])
    path = written(tmp_path_factory.mktemp("any"), text.getvalue(), encoding)
    form = {"encoding": encoding, "delimiter": delimiter} if told else {}
    try:
        with open_table(path, TableForm(**form), WANTED) as table:  # type: ignore[arg-type]
            found = [
                tuple(shown(one.cells[name]) for name in ("order", "name", "note")) for one in table.records
            ]
            left_out = len(table.skipped)
    except InputError as refused:
        assert (told, refused.reason) == (False, "encoding_unknown")  # noqa: PT017 - one of two ways to be right
    else:
        assert len(found) + left_out == len(rows)
        assert [row for row in found if row not in [tuple(map(str.strip, one)) for one in rows]] == []


def test_who_reads_no_further_may_close_the_file_first() -> None:
    file = io.BytesIO(b"order;number\n1;FB1\n")
    lines = text_lines("erp.csv", file, "utf-8")
    assert next(lines) == "order;number\n"
    file.close()
    lines.close()  # type: ignore[attr-defined]
