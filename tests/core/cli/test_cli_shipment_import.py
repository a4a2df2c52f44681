"""The ERP's file of shipping documents: each document is taken once and whole, or refused with what to mend."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest


def file(folder: Path, *lines: str, name: str = "erp.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode(encoding))
    return path


def rows(user: Any, path: Path, *more: str, code: int = 0) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = user.json("shipment", "import", str(path), *more, code=code)["data"]["rows"]
    return found


def outcomes(user: Any, path: Path, *more: str, code: int = 0) -> list[str]:
    """Import a file; the reason of each row (its outcome where it was not refused)."""
    return [row["reason"] for row in rows(user, path, *more, code=code)]


def shipments(user: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = user.json("shipment", "list")["items"]
    return found


def test_a_file_of_documents_makes_shipments_on_their_carriers_manifests_once(
    ready_user: Any, tmp_path: Path
) -> None:
    ready_user.run("carrier", "add", "GLS", "GLS Italy")
    path = file(
        tmp_path,
        "Documento;Data;Ordine;Corriere;Cod. articolo;Quantità;Colli;Peso;Contrassegno;LDV",
        "125/A;28/11/2026;1001;BRT;HAT;1;2;1,5;;BRT1",
        "125/A;28/11/2026;1001;BRT;SCARF;1;2;1,5;;BRT2",
        "126/A;28/11/2026;1002;Gls Italy;;;;;;",
        "127/A;28/11/2026;#1003;;;;;0,75;30,00;",
    )
    assert set(outcomes(ready_user, path, "--manifest")) == {"taken"}
    first, second, third = shipments(ready_user)
    assert [(one["line_id"], one["quantity"]) for one in first["items"]] == [("1", 1), ("2", 1)]
    assert (first["parcels"], first["weight_grams"], first["numbers"]) == (2, 1500, ["BRT1", "BRT2"])
    document = {"number": "125", "series": "A", "source": "", "year": 2026, "date": "2026-11-28"}
    assert first["document"] == document
    assert [one["carrier"]["code"] for one in (first, second, third)] == ["BRT", "GLS", "BRT"]
    assert Decimal(third["cod"]["amount"]) == 30
    assert (first["manifest"], third["manifest"]) == (first["manifest"], first["manifest"])
    assert second["manifest"] not in {None, first["manifest"]}
    assert set(outcomes(ready_user, path, "--manifest")) == {"already_there"}
    assert len(shipments(ready_user)) == 3


def test_a_document_over_several_orders_is_one_delivery(ready_user: Any, tmp_path: Path) -> None:
    path = file(tmp_path, "ddt,data ddt,order,parcels,weight,tracking,cod",
                "12,2026-11-28,1001,3,5.5,X1,30", "12,2026-11-28,1003,3,5.5,X1,30")  # fmt: skip
    assert outcomes(ready_user, path, "--manifest") == ["taken", "taken"]
    labels = [
        (one["order_number"], one["document"]["number"], one["numbers"]) for one in shipments(ready_user)
    ]
    assert labels == [("1001", "12", ["X1"]), ("1003", "12", ["X1"])]
    manifest = ready_user.json("manifest", "show", "BRT")["data"]
    assert (manifest["parcels"], manifest["weight_grams"]) == (3, 5500)
    assert [Decimal(one["amount"]) for one in manifest["cod_totals"]] == [30]
    assert outcomes(ready_user, path) == ["already_there", "already_there"]
    courier = file(tmp_path, "ddt;tracking", "12;X2", name="courier.csv")
    ready_user.run("tracking", "import", str(courier), "--add", "--year", "2026")
    assert [one["numbers"] for one in shipments(ready_user)] == [["X1", "X2"]] * 2


@pytest.mark.parametrize("amount", ["29,99", "60", "0"])
def test_a_cod_that_is_not_what_is_due_is_refused(ready_user: Any, tmp_path: Path, amount: str) -> None:
    path = file(tmp_path, "ddt;anno;order;cod", f"12;2026;1001;{amount}", f"12;2026;1003;{amount}")
    assert outcomes(ready_user, path, code=1) == ["cod_differs"] * 2
    assert shipments(ready_user) == []


def test_document_12_of_this_year_is_not_that_of_last_year(ready_user: Any, tmp_path: Path) -> None:
    last = file(tmp_path, "source;document;document date;order", "ERP;12;31/12/2025;1001", name="last.csv")
    assert outcomes(ready_user, last) == ["taken"]
    path = file(tmp_path, "source;document;order", "ERP;12;1002")
    (told,) = rows(ready_user, path, code=1)
    assert (told["reason"], told["value"]) == ("year_missing", "12")
    assert "--year" in told["words"]
    assert outcomes(ready_user, path, "--year", "2026") == ["taken"]
    assert [one["document"]["year"] for one in shipments(ready_user)] == [2025, 2026]


def test_good_documents_go_in_and_bad_ones_are_mended_and_imported_again(
    ready_user: Any, tmp_path: Path
) -> None:
    path = file(
        tmp_path,
        "Spedizioni di oggi;;;;",
        "Documento;Data documento;Ordine;Peso;Località",
        "1;28/11/2026;1001;1,5;Forlì",
        "2;03/04/2026;1002;1,5;Nicolò",
        "3;28/11/2026;1003;1.234;è",
        "4;28/11/2026;;1;",
        ";;;;",
        "Totale;;;5,5;",
        encoding="cp1252",
    )
    told = rows(ready_user, path, code=1)
    assert [(row["row"], row["reason"], row["column"], row["value"]) for row in told] == [
        (3, "taken", "", ""),
        (4, "ambiguous_date", "Data documento", "03/04/2026"),
        (5, "ambiguous_number", "Peso", "1.234"),
        (6, "no_order", "", ""),
    ]
    assert "2026-03-04 or 2026-04-03" in told[1]["words"]
    assert "1.234 or 1234" in told[2]["words"]
    refused = tmp_path / "erp.refused.csv"
    text = refused.read_text("cp1252")
    assert "Nicolò" in text
    refused.write_text(text.replace("03/04/2026", "3 aprile 2026").replace("1.234;", "1,234;"), "cp1252")
    assert outcomes(ready_user, refused, code=1) == ["taken", "ambiguous_number", "no_order"]
    assert outcomes(ready_user, tmp_path / "erp.refused.refused.csv", "--decimal", ",", code=1)[0] == "taken"
    assert [one["weight_grams"] for one in shipments(ready_user)] == [1500, 1500, 1234]


def test_a_bad_row_keeps_its_whole_document_out(ready_user: Any, tmp_path: Path) -> None:
    path = file(tmp_path, "document;year;order;sku;quantity", "1;2026;1001;HAT;1", "1;2026;1001;SCARF;x",
                "2;2026;1002;HAT;5", "3;2026;1003;HOSE;1")  # fmt: skip
    assert outcomes(ready_user, path, code=1) == [
        "not_a_number", "not_a_number", "more_than_remains", "unknown_line",
    ]  # fmt: skip
    assert shipments(ready_user) == []


def test_the_same_document_with_other_goods_is_refused_and_with_numbers_completed(
    ready_user: Any, tmp_path: Path
) -> None:
    head = "document;year;order;sku;quantity;tracking"
    assert outcomes(ready_user, file(tmp_path, head, "1;2026;1001;HAT;1;")) == ["taken"]
    (told,) = rows(ready_user, file(tmp_path, head, "1;2026;1001;HAT;2;"), code=1)
    assert told["reason"] == "document_differs"
    assert "fbridge shipment withdraw S1" in told["words"]
    assert outcomes(ready_user, file(tmp_path, head, "1;2026;1001;HAT;1;A1")) == ["changed"]
    (one,) = shipments(ready_user)
    assert (one["numbers"], one["items"][0]["quantity"]) == (["A1"], 1)


def test_goods_without_a_document_are_known_again(ready_user: Any, tmp_path: Path) -> None:
    whole, some = file(tmp_path, "order", "1001"), file(tmp_path, "order;sku;qty", "1002;HAT;1", name="b.csv")
    for expected in ("taken", "already_there"):
        assert outcomes(ready_user, whole) == outcomes(ready_user, some) == [expected]
    assert [sum(item["quantity"] for item in one["items"]) for one in shipments(ready_user)] == [3, 1]


def test_what_belongs_to_no_order_is_refused_or_becomes_an_external_parcel(
    ready_user: Any, tmp_path: Path
) -> None:
    head = "DDT;Data DDT;Ordine;Vettore;Destinatario;Indirizzo;CAP;Città;Prov;Nazione;Contrassegno"
    path = file(tmp_path, head, "9;28/11/2026;B2B-1;BRT;Rossi srl;Via Roma 1;47121;Forlì;FC;Italia;12,50",
                "10;28/11/2026;;BRT;;;;;;;")  # fmt: skip
    assert outcomes(ready_user, path, code=1) == ["unknown_order", "no_order"]
    for expected in ("taken", "already_there"):
        assert outcomes(ready_user, path, "--unknown-order", "external", code=1) == [expected, "no_recipient"]
    (one,) = shipments(ready_user)
    assert (one["origin"], one["recipient"]["city"], one["recipient"]["country"]) == (
        "external",
        "Forlì",
        "IT",
    )
    assert Decimal(one["cod"]["amount"]) == Decimal("12.5")


def test_a_replacement_goes_once_to_the_address_of_the_order(ready_user: Any, tmp_path: Path) -> None:
    first = file(tmp_path, "document;year;order", "1;2026;1001", name="first.csv")
    again = file(tmp_path, "document;year;order", "2;2026;1001", name="again.csv")
    assert outcomes(ready_user, again, "--replacement", code=1) == ["not_shipped_yet"]
    assert outcomes(ready_user, first) == ["taken"]
    assert outcomes(ready_user, again, code=1) == ["nothing_left"]
    for expected in ("taken", "already_there"):
        assert outcomes(ready_user, again, "--replacement") == [expected]
    assert [(one["origin"], one["document"]["number"]) for one in shipments(ready_user)] == [
        ("store", "1"), ("external", "2"),
    ]  # fmt: skip
    assert shipments(ready_user)[1]["recipient"]["name"] == "Anna Rossi"
    assert "once more" in ready_user.run("explain", "1001").output


def test_an_order_number_of_several_stores_is_refused_with_the_candidates(
    ready_user: Any, shop: Any, tmp_path: Path
) -> None:
    ready_user.add_shop(shop, name="other")
    ready_user.run("fetch")
    ready_user.run("carrier", "route", "other", "*", "BRT")
    (told,) = rows(ready_user, file(tmp_path, "order", "1001"), code=1)
    assert told["reason"] == "ambiguous_order"
    assert "shop:1001, other:1001" in told["words"]
    assert outcomes(ready_user, file(tmp_path, "order;sito", "1001;other")) == ["taken"]
    assert outcomes(ready_user, file(tmp_path, "order", "1001"), "--store", "shop") == ["taken"]


def test_a_plan_shows_what_would_come_and_writes_nothing(ready_user: Any, tmp_path: Path) -> None:
    path = file(tmp_path, "document;year;order", "1;2026;1001", "2;2026;1001", "3;2026;77")
    assert outcomes(ready_user, path, "--plan", "--manifest", code=1) == [
        "taken",
        "nothing_left",
        "unknown_order",
    ]
    assert shipments(ready_user) == []
    assert ready_user.json("manifest", "list")["items"] == []


def test_a_map_tells_how_the_erp_writes(ready_user: Any, tmp_path: Path, home: Path) -> None:
    (home / "maps").mkdir(parents=True)
    (home / "maps" / "erp.toml").write_text(
        'source = "ERP"\nencoding = "cp850"\ndecimal = ","\ndates = "mdy"\nheader_row = 2\n'
        'document_form = "Bolla nr {number} serie {series} del {date}"\n'
        '[columns]\ndocument = "Rif"\norder = 2\n[carriers]\n"BARTOLINI SPA" = "BRT"\n',
        "utf-8",
    )
    path = file(
        tmp_path, "Elenco è", "Rif;N;Vettore;Peso", "Bolla nr 125 serie A del 03/04/2026;1001;Bartolini S.p.a.;1.234",
        "Bolla nr 126 serie B del 11/28/2026;1002;Bartolini SPA;2,5", encoding="cp850",
    )  # fmt: skip
    told = rows(ready_user, path, "--map", "erp", code=1)
    assert [row["reason"] for row in told] == ["bad_weight", "taken"]
    assert told[1]["document"] == "ERP/B/126/2026"
    ready_user.run("shipment", "import", str(path), "--map", "erq", code=2)


def test_an_excel_file_of_two_couriers_as_it_comes(ready_user: Any, tmp_path: Path) -> None:
    ready_user.run("carrier", "add", "GLS", "GLS")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [
        ["Documento", None, "Ordine", None, "Corriere", "Colli"],
        ["Numero", "Data", "Numero", "Articolo", None, None],
        [1.0, date(2026, 11, 28), 1001, "HAT", "BRT", 1],
        [None, None, None, "SCARF", None, None],
        [2, date(2026, 11, 28), 1002, None, "GLS", "=A1"],
        ["Totale", None, None, None, None, 3],
    ]:
        sheet.append(
            [*row, *([1] if row[3] in {"HAT", "SCARF"} else ["Qta" if row[0] == "Numero" else None])]
        )
    for merged in ("A1:B1", "C1:D1", "A3:A4", "B3:B4", "C3:C4", "E3:E4"):
        sheet.merge_cells(merged)
    path = tmp_path / "erp.xlsx"
    book.save(path)
    assert outcomes(ready_user, path, code=1) == ["taken", "taken", "formula_without_value"]
    (one,) = shipments(ready_user)
    assert (one["order_number"], len(one["items"]), one["document"]["date"]) == ("1001", 2, "2026-11-28")


@pytest.mark.parametrize(
    ("country", "email", "reason"),
    [("Germania", "", "taken"), ("de", "a@b.it", "taken"), ("Atlantis", "", "bad_country"), ("QQ", "", "bad_country"),
     ("IT", "a.b.it", "bad_email")],
)  # fmt: skip
def test_recipients_are_checked(
    ready_user: Any, tmp_path: Path, country: str, email: str, reason: str
) -> None:
    head = "ddt;anno;corriere;destinatario;nazione;email"
    path = file(tmp_path, head, f"9;2026;BRT;Rossi srl;{country};{email}")
    code = 0 if reason == "taken" else 1
    assert outcomes(ready_user, path, "--unknown-order", "external", code=code) == [reason]
    typed = ("shipment", "external", "--carrier", "BRT", "--name", "Rossi", "--country", country)
    if reason != "taken":
        ready_user.run(*typed, *(["--email", email] if email else []), code=2)


def test_rows_of_json_are_known_by_their_names(ready_user: Any, tmp_path: Path) -> None:
    path = file(
        tmp_path, '[{"document": "1", "year": 2026, "order": 1001, "colour": "red"}]', name="erp.json"
    )
    report = ready_user.json("shipment", "import", str(path))["data"]
    assert (report["ignored"], report["counts"]["taken"]) == (["colour"], 1)
