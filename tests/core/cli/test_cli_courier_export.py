"""The file for the courier's program: whole or not at all, and what changes afterwards is not forgotten."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

FIXED = """
for = "courier"
form = "fixed"
encoding = "cp1252"
line_end = "lf"
dates = "YYMMDD"
collections = { courier_cheque = "cheque" }
head = [{ text = "H", width = 1 }, { field = "customer_code", width = 5, align = "right", pad = "0" }]
tail = [
  { text = "T", width = 1 },
  { field = "count", width = 3, pad = "0" },
  { field = "cod", width = 9, decimals = 2, implied = true, pad = "0" },
]
fields = [
  { text = "D", width = 1 },
  { field = "reference", width = 6, pad = "0" },
  { field = "recipient", width = 12, required = true },
  { field = "recipient", width = 8, continues = true },
  { field = "weight", width = 6, decimals = 2, implied = true, pad = "0" },
  { field = "cod", width = 9, decimals = 2, implied = true, pad = "0" },
  { field = "cod_kind", width = 1, values = { cash = "C", cheque = "A" } },
  { field = "porto_cod", width = 1, values = { franco = "1", franco_cod = "4" } },
]
"""


def save(home: Path, text: str, name: str = "way") -> None:
    folder = home / "maps" / "out"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.toml").write_text(text, "utf-8")


@pytest.fixture
def packed(ready_user: Any) -> Any:
    """Three shipments on the manifest of BRT; the third is cash on delivery."""
    ready_user.run("carrier", "set", "BRT", "--customer-code", "4711", "--depot", "12")
    ready_user.run("shipment", "create", "1001", "--weight", "1250g", "--parcels", "2")
    ready_user.run("manifest", "add", "BRT", "1001", "1002", "1003")
    return ready_user


def changes(user: Any, code: int = 1) -> list[tuple[str, str, str]]:
    report = user.json("status", code=code)["data"]
    return [(one["shipment"], one["what"], one["next_step"]) for one in report["courier_changes"]]


def test_records_of_fixed_width_hold_what_the_map_says(packed: Any, home: Path, tmp_path: Path) -> None:
    save(home, FIXED)
    file = tmp_path / "out.dat"
    assert "D000001Anna Rossi" in packed.run("manifest", "export", "BRT", "--for", "way", "--plan").stdout
    packed.run(
        "manifest", "export", "BRT", "--for", "way", "--only-changed", code=2
    )  # nobody was told anything
    answer = packed.json("manifest", "export", "BRT", "--for", "way", "-o", str(file))["data"]
    assert (answer["rows"], answer["shipments"]) == (3, 3)
    assert file.read_bytes().decode("cp1252").split("\n") == [
        "H04711",
        "D000001Anna Rossi          000125000000000 1",
        "D000002Bruno       Bianchi 000000000000000 1",
        "D000003Anna Rossi          000000000003000C4",
        "T003000003000",
        "",
    ]
    assert changes(packed, code=0) == []


def test_the_example_of_brt_is_read_back_by_the_reference(packed: Any, tmp_path: Path) -> None:
    packed.run("export", "map", "brt", "--like", "brt")
    assert "VABRMN" in packed.run("export", "map", "brt").output
    file = tmp_path / "FNVAB00R.csv"
    packed.run("manifest", "export", "BRT", "--for", "brt", "-o", str(file))
    rows = list(csv.DictReader(file.read_text("cp1252").splitlines(), delimiter=";"))
    assert [(row["VABRMN"], row["VABCBO"], row["VABCAS"], row["VABPKB"]) for row in rows] == [
        ("1", "1", "", "1,3"),
        ("2", "1", "", ""),
        ("3", "4", "30,00", ""),
    ]
    answer = tmp_path / "answer.csv"
    answer.write_text("rif. mittente;LDV\n2;08001234567\n", "utf-8")
    packed.run("tracking", "import", str(answer))
    assert packed.json("shipment", "show", "S2")["data"]["numbers"] == ["08001234567"]
    assert changes(packed, code=0) == []  # the number came from the courier


def test_what_does_not_fit_is_told_all_at_once_and_nothing_is_written(
    packed: Any, shop: Any, home: Path, tmp_path: Path
) -> None:
    shop.sell(1001, name="Łucja Wałęsa")
    shop.sell(1002, name="Maria Antonietta Castellani Bonaventura")
    packed.run("fetch")
    save(home, FIXED)
    file = tmp_path / "out.dat"
    file.write_text("before", "utf-8")
    words = packed.json("manifest", "export", "BRT", "--for", "way", "-o", str(file), code=2)["error"]
    assert words["reason"] == "does_not_fit"
    assert "S1, recipient (width 20): 'Łucja Wałęsa' holds 'Ł', which is not in cp1252" in words["message"]
    assert (
        "S2, recipient (width 20): 'Maria Antonietta Castellani Bonaventura' has 27 characters"
        in words["message"]
    )
    assert file.read_text("utf-8") == "before"
    assert changes(packed, code=0) == []  # nobody was told anything
    save(home, FIXED.replace("continues = true", "continues = true, cut = true").replace("cp1252", "utf-8"))
    packed.run("manifest", "export", "BRT", "--for", "way", "-o", str(file))
    assert "Antonie" not in file.read_text("utf-8").split("\n")[2][:19]
    assert "Łucja Wałęsa" in file.read_text("utf-8")


def test_what_changes_after_the_export_stays_in_status_until_the_courier_knows(
    packed: Any, shop: Any, home: Path, tmp_path: Path
) -> None:
    save(home, FIXED)
    file = str(tmp_path / "out.dat")
    packed.run("manifest", "export", "BRT", "--for", "way", "-o", file)
    shop.sell(1001, name="Anna Verdi")
    packed.run("fetch")
    packed.run("manifest", "remove", "BRT", "S2")
    packed.run("shipment", "withdraw", "S3")
    shop.sell(1004)
    packed.run("fetch")
    packed.run("manifest", "add", "BRT", "1004")
    again = "fbridge manifest export 2026-0001 --for way --only-changed -o FILE"
    told = "fbridge manifest courier-told"
    assert sorted(changes(packed)) == [
        ("S1", "recipient changed", again),
        ("S2", "on no manifest any more", f"{told} S2"),
        ("S3", "withdrawn", f"{told} S3"),
        ("S4", "added", again),
    ]
    text = packed.run("status", code=1).output
    assert "Not as the courier's program was told: 4." in text
    packed.run("manifest", "export", "BRT", "--for", "way", "--only-changed", "-o", file)
    assert [line[1:7] for line in Path(file).read_text("cp1252").split("\n")[1:-2]] == ["000001", "000004"]
    assert [one[0] for one in changes(packed)] == ["S2", "S3"]
    packed.run("manifest", "courier-told", "S2", "S3")
    assert changes(packed, code=0) == []
    again_told = packed.json("manifest", "courier-told", "S3", code=2)["error"]
    assert again_told["reason"] == "courier_knows"
    packed.run("manifest", "add", "BRT", "S2")  # its courier was told that it does not come
    assert [one[:2] for one in changes(packed)] == [("S2", "added")]


def test_a_change_before_the_driver_came_is_not_forgotten_when_he_has_left(
    packed: Any, shop: Any, home: Path, tmp_path: Path
) -> None:
    save(home, FIXED)
    packed.run("manifest", "export", "BRT", "--for", "way", "-o", str(tmp_path / "out.dat"))
    packed.run("tracking", "set", "S1", "370123", "--parcels", "5")
    packed.run("manifest", "ship", "BRT", "--no-check")
    shop.sell(1002, name="Carla Neri")  # the customer moves after the parcel has left: nobody's business
    packed.run("fetch")
    (one,) = changes(packed)
    assert one == ("S1", "parcels changed", "fbridge manifest courier-told S1")


def test_unknown_maps_and_examples_lead_to_what_there_is(packed: Any, home: Path) -> None:
    packed.run("export", "map", "brt", "--like", "fixed")
    assert 'Did you mean "brt"?' in packed.run("manifest", "export", "BRT", "--for", "btr", code=2).output
    assert 'Did you mean "fixed"?' in packed.run("export", "map", "x", "--like", "fixd", code=2).output
    assert "There is a map brt already" in packed.run("export", "map", "brt", "--like", "brt", code=2).output
    save(home, FIXED.replace("count", "cout"), "wrong")
    error = packed.json("export", "map", "wrong", code=3)["error"]["message"]
    assert str(home / "maps" / "out" / "wrong.toml") in error
    assert 'field "tail" number 2: there is no cout. Did you mean "count"?' in error
    listed = {(one["name"], one["kind"]) for one in packed.json("export", "list")["items"]}
    assert {("brt", "map"), ("brt", "example"), ("fixed", "example")} <= listed
    for example in (name for name, kind in listed if kind == "example"):
        packed.run("export", "map", f"a-{example}", "--like", example)


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        (["A1234567", "A1234568"], ["A1234567", "A1234568"]),
        pytest.param(["A1234567"], ["A1234567", "A1234567"], marks=pytest.mark.slow),
        pytest.param([], ["", ""], marks=pytest.mark.slow),
    ],
)
def test_a_row_for_each_parcel_collects_the_cash_once(
    ready_user: Any, shop: Any, home: Path, tmp_path: Path, numbers: list[str], told: list[str]
) -> None:
    shop.sell(1003, payment="cod")
    save(
        home,
        'for = "courier"\nrows = "parcels"\n'
        + "".join(
            f'[[fields]]\nfield = "{name}"\n'
            for name in ("reference", "parcel", "parcels", "parcel_tracking", "weight", "cod", "porto_cod")
        )
        + '[[tail]]\nfield = "count"\n[[tail]]\nfield = "parcels"\n[[tail]]\nfield = "weight"\n',
    )
    ready_user.run("shipment", "create", "1003", "--weight", "3kg", "--parcels", "2")
    if numbers:
        ready_user.run("tracking", "set", "S1", *numbers, "--parcels", "2")
    ready_user.run("manifest", "add", "BRT", "S1")
    ready_user.run("manifest", "export", "BRT", "--for", "way", "-o", str(tmp_path / "out.csv"))
    head, *rows, tail = (tmp_path / "out.csv").read_text("utf-8").splitlines()
    assert head == "reference;parcel;parcels;parcel_tracking;weight;cod;porto_cod"
    assert rows == [f"1;1;2;{told[0]};3.000;30.00;franco_cod", f"1;2;2;{told[1]};;;franco"]
    assert tail == "2;2;3.000"


def test_records_of_two_kinds_and_fields_of_a_parcel_where_there_is_none(packed: Any, home: Path) -> None:
    save(home, FIXED + 'parcel = [{ text = "P", width = 1 }, { field = "parcel", width = 3, pad = "0" }]\n')
    lines = packed.run("manifest", "export", "BRT", "--for", "way", "--plan").stdout.splitlines()
    assert [line[:4] for line in lines if line[0] in "DP"] == [
        "D000",
        "P001",
        "P002",
        "D000",
        "P001",
        "D000",
        "P001",
    ]
    save(home, 'for = "courier"\nfields = [{ field = "parcel" }]\n')
    refused = packed.run("export", "map", "way", code=3).stderr
    assert 'parcel is told in rows = "parcels", or in [[parcel]] records' in refused
