"""The courier's file, as a clerk hands it in: each row is taken once, or refused with what to mend."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from fbridge.storage.events import record


@pytest.fixture
def clerk(ready_user: Any, shop: Any) -> Any:
    """A user with S1 (order 1001, document ERP/A/125/2026, two boxes) and S2 (order 1002, document ERP//12/2025)."""
    ready_user.run("shipment", "create", "1001", "--document", "ERP/A/125/2026", "--parcels", "2")
    ready_user.run("shipment", "create", "1002", "--document", "ERP//12/2025")
    return ready_user


def numbers(user: Any, label: str) -> list[str]:
    found: list[str] = user.json("shipment", "show", label)["data"]["numbers"]
    return found


def outcomes(user: Any, file: Path, *more: str, code: int = 0) -> list[tuple[int, str, str]]:
    """Import a file; what became of each row: (row, outcome, reason)."""
    report = user.json("tracking", "import", str(file), *more, code=code)["data"]
    return [(row["row"], row["outcome"], row["reason"]) for row in report["rows"]]


def file(folder: Path, *lines: str, name: str = "courier.csv") -> Path:
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("order", "1001"), ("N. ordine", "#1001"), ("Ordine", "shop:1001"), ("shipment", "S1"),
        ("Rif. mittente", "1"), ("Riferimento", "S1"),
        ("DDT", "125/A"), ("Documento", "DDT 125/A del 28/11/2026"), ("Numero DDT", "125"),
    ],
)  # fmt: skip
def test_a_row_is_known_by_any_of_its_names(clerk: Any, tmp_path: Path, header: str, key: str) -> None:
    path = file(tmp_path, f"{header};LDV", f"{key};BRT0001")
    assert outcomes(clerk, path) == [(2, "taken", "taken")]
    assert numbers(clerk, "S1") == ["BRT0001"]
    assert outcomes(clerk, path) == [(2, "already_there", "already_there")]


def test_several_numbers_in_one_cell_in_columns_and_in_rows(clerk: Any, tmp_path: Path) -> None:
    rows = ["order,document,tracking 1,tracking 2", "1001,,A1;A2,", "1002,12,B1,B2", ",125/A,A3,"]
    path = file(tmp_path, *rows)
    assert [outcome for _, outcome, _ in outcomes(clerk, path)] == ["taken"] * 3
    assert (numbers(clerk, "S1"), numbers(clerk, "S2")) == (["A1", "A2", "A3"], ["B1", "B2"])
    assert {outcome for _, outcome, _ in outcomes(clerk, path)} == {"already_there"}
    assert clerk.json("shipment", "show", "S1")["data"]["revision"] == 3


def test_good_rows_go_in_and_bad_ones_are_mended_and_imported_again(clerk: Any, tmp_path: Path) -> None:
    path = file(
        tmp_path, "Ordine;Colli;Lettera di vettura", "1001;2;3.70123E+11", "1001;2;A2", "1002;x;B1", "999;1;C1",
        "1002;1;",
    )  # fmt: skip
    told = clerk.json("tracking", "import", str(path), code=1)["data"]
    assert [(row["row"], row["reason"], row["column"], row["value"]) for row in told["rows"]] == [
        (2, "spreadsheet_number", "Lettera di vettura", "3.70123E+11"),
        (3, "spreadsheet_number", "Lettera di vettura", "3.70123E+11"),
        (4, "not_a_number", "Colli", "x"),
        (5, "unknown_order", "", ""),
        (6, "no_number", "Lettera di vettura", ""),
    ]
    assert numbers(clerk, "S1") == numbers(clerk, "S2") == []
    refused = tmp_path / "courier.refused.csv"
    assert told["refused_file"] == str(refused)
    text = refused.read_text("utf-8-sig")
    refused.write_text(text.replace("3.70123E+11", "A1").replace("x;B1", "1;B1"), "utf-8")
    assert [row[:2] for row in outcomes(clerk, refused, code=1)] == [
        (2, "taken"), (3, "taken"), (4, "refused"), (5, "refused"), (6, "refused"),
    ]  # fmt: skip
    assert numbers(clerk, "S1") == ["A1", "A2"]


def test_an_excel_file_as_it_comes(clerk: Any, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [["Export BRT", None, None], ["DDT", "Data DDT", "LDV"], ["125/A", date(2026, 11, 28), 370123456789],
                [None, None, "370123456790"], [None, None, None], [12.0, "31/12/2025", 1234567890123456],
                ["Totale", None, 3]]:  # fmt: skip
        sheet.append(row)
    sheet.merge_cells("A3:A4")
    path = tmp_path / "Export BRT.xlsx"
    book.save(path)
    assert outcomes(clerk, path, code=1) == [
        (3, "taken", "taken"), (4, "taken", "taken"), (6, "refused", "digits_lost"),
    ]  # fmt: skip
    assert numbers(clerk, "S1") == ["370123456789", "370123456790"]
    assert "12;31/12/2025;1234567890123456;" in (tmp_path / "Export BRT.refused.csv").read_text("utf-8-sig")


def test_a_plan_writes_nothing(clerk: Any, tmp_path: Path) -> None:
    path = file(tmp_path, "order;tracking", "1001;A1", "1001;A2", "999;B1")
    assert [row[1] for row in outcomes(clerk, path, "--plan", code=1)] == ["taken", "taken", "refused"]
    assert numbers(clerk, "S1") == []
    assert list(tmp_path.glob("*refused*")) == []


def test_an_old_file_does_not_undo_what_a_person_corrected(clerk: Any, tmp_path: Path) -> None:
    path = file(tmp_path, "order;tracking", "1001;A1")
    outcomes(clerk, path)
    clerk.run("tracking", "set", "S1", "RIGHT", "--parcels", "2")
    assert outcomes(clerk, path, code=1) == [(2, "refused", "was_replaced")]
    assert numbers(clerk, "S1") == ["RIGHT"]
    assert outcomes(clerk, file(tmp_path, "order;tracking", "1001;A9")) == [(2, "changed", "changed")]
    assert outcomes(clerk, file(tmp_path, "order;tracking", "1001;A10"), "--add") == [(2, "taken", "taken")]
    assert numbers(clerk, "S1") == ["A9", "A10"]


def test_a_document_of_last_year_is_not_corrected_without_its_year(clerk: Any, tmp_path: Path) -> None:
    clerk.run("tracking", "set", "S2", "OLD")
    path = file(tmp_path, "ddt;tracking", "12;NEW")
    assert outcomes(clerk, path, code=1) == [(2, "refused", "year_missing")]
    assert outcomes(clerk, path, "--year", "2026", code=1) == [(2, "refused", "unknown_shipment")]
    assert numbers(clerk, "S2") == ["OLD"]
    assert outcomes(clerk, path, "--year", "2025") == [(2, "changed", "changed")]


def test_what_can_mean_several_is_refused_with_the_candidates(
    clerk: Any, shop: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk.add_shop(shop, name="other")
    clerk.run("fetch")
    path = file(tmp_path, "order;tracking", "1001;A1", "OT-1002;B1")
    report = clerk.json("tracking", "import", str(path), code=1)["data"]["rows"]
    assert report[0]["reason"] == "ambiguous_order"
    assert "shop:1001, other:1001" in report[0]["words"]
    monkeypatch.setenv("FBRIDGE_OTHER_NUMBER_PREFIX", "OT-")
    clerk.run("carrier", "map", "other", "BRT", "bartolini")
    clerk.run("shipment", "create", "other:1002", "--carrier", "BRT")
    assert [row[1] for row in outcomes(clerk, path, code=1)] == ["refused", "taken"]
    assert numbers(clerk, "S3") == ["B1"]
    assert outcomes(clerk, file(tmp_path, "order;tracking", "1001;A1"), "--store", "shop")[0][1] == "taken"


def test_a_crash_in_the_middle_is_gone_on_with(
    clerk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file(tmp_path, "order;tracking", "1001;A1", "1002;B1")
    monkeypatch.setattr("fbridge.shipping.taking.AT_ONCE", 1)
    calls = []

    def dies(connection: Any, kind: str, words: str, **more: Any) -> None:
        if kind == "tracking.set" and calls:
            raise KeyboardInterrupt
        calls.append(kind)
        record(connection, kind, words, **more)

    monkeypatch.setattr("fbridge.shipping.shipments.record", dies)
    clerk.run("tracking", "import", str(path), code=130)
    assert (numbers(clerk, "S1"), numbers(clerk, "S2")) == (["A1"], [])
    monkeypatch.undo()
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "plain_platform"))
    monkeypatch.setenv("FBRIDGE_HOME", str(clerk.home))
    assert [row[1] for row in outcomes(clerk, path)] == ["already_there", "taken"]


def test_json_and_standard_input(clerk: Any, tmp_path: Path) -> None:
    text = json.dumps([{"order": "1001", "tracking": ["A1", "A2"]}, {"order": "1002", "tracking": "n/a"}])
    path = file(tmp_path, text, name="courier.json")
    assert outcomes(clerk, path, code=1) == [(1, "taken", "taken"), (2, "refused", "placeholder")]
    refused = (tmp_path / "courier.refused.ndjson").read_text("utf-8")
    assert json.loads(refused)["tracking"] == "n/a"
    result = clerk.process("tracking", "import", "-", "--json")
    assert result.returncode == 2
    assert b"standard input is empty" in result.stdout


def test_a_report_for_people(clerk: Any, tmp_path: Path) -> None:
    path = file(tmp_path, "order;weird;tracking", "1001;x;A1", "1002;x;-")
    shown = clerk.run("tracking", "import", str(path), code=1).output
    assert "1 taken, 1 refused" in shown
    assert "Columns that nothing was read from: weird." in shown
    assert "courier.refused.csv" in shown
    assert "Next: fbridge push --plan" in shown


@pytest.mark.parametrize(
    ("reference", "outcome", "label"),
    [
        ("", "ambiguous_shipment", ""),
        ("shipment", "taken", "S2"),
        ("document", "taken", "S3"),
        ("order", "taken", "S4"),
    ],
)
def test_a_map_says_what_our_reference_is(
    clerk: Any, shop: Any, tmp_path: Path, home: Path, reference: str, outcome: str, label: str
) -> None:
    shop.sell(2)
    clerk.run("fetch")
    clerk.run("shipment", "create", "1003", "--document", "ERP//2/2026")
    clerk.run("shipment", "create", "2")
    (home / "maps").mkdir()
    (home / "maps" / "brt.toml").write_text(f'reference = "{reference}"\n' if reference else "", "utf-8")
    path = file(tmp_path, "Rif. mittente;LDV", "0002;A1" if reference == "shipment" else "2;A1")
    code = 0 if label else 1
    (told,) = outcomes(clerk, path, "--map", "brt", code=code)
    assert told[2] == outcome
    if label:
        assert numbers(clerk, label) == ["A1"]
