"""Orders to the ERP and shipments back to it, in numbered batches and in the form that the ERP reads."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from tests.core.cli.conftest import FBRIDGE


def rows(file: Path, encoding: str = "utf-8", delimiter: str = ",") -> list[dict[str, str]]:
    with file.open(encoding=encoding, newline="") as text:
        return list(csv.DictReader(text, delimiter=delimiter))


def test_new_orders_go_out_in_numbered_batches(ready_user: Any, shop: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    told = ready_user.run("orders", "export", "--new", "-o", str(out)).stderr
    first = out / "orders-0001.csv"
    assert f"Batch 1: 3 orders are in {first}." in told
    assert {(row["batch"], row["order"]) for row in rows(first)} == {
        ("1", n) for n in ("1001", "1002", "1003")
    }
    assert {"phone", "note"} <= set(rows(first)[0])
    assert "No new orders." in ready_user.run("orders", "export", "--new", "-o", str(out)).stderr
    assert ready_user.json("orders", "export", "--new")["items"] == []
    shop.sell(1004)
    ready_user.run("fetch")
    ready_user.run(
        "orders", "export", "--new", "-o", str(tmp_path / "new-{batch}.ndjson"), "--format", "ndjson"
    )
    (only,) = (tmp_path / "new-0002.ndjson").read_text("utf-8").splitlines()
    assert (json.loads(only)["batch"], json.loads(only)["row"]["number"]) == (2, "1004")
    before = first.read_bytes()
    ready_user.run("orders", "export", "--again", "orders-0001", "-o", str(out))
    assert first.read_bytes() == before
    assert sorted(path.name for path in out.iterdir()) == ["orders-0001.csv"]
    assert [one["number"] for one in ready_user.json("export", "batches")["items"]] == [2, 1]
    shop.sell(1005)
    ready_user.run("fetch")
    (out / "orders-0003.csv").write_text("of a database that was restored", "utf-8")
    told = ready_user.run("orders", "export", "--new", "-o", str(out), code=2).output
    assert "orders-0003.csv is there already, and batch 3 is a new one." in told
    (out / "orders-0003.csv").unlink()
    ready_user.run("orders", "export", "--new", "-o", str(out))
    assert {row["order"] for row in rows(out / "orders-0003.csv")} == {"1005"}
    changed = ready_user.json("orders", "export", "--changed-since", "2026-11-05")["items"]
    assert {one["row"]["number"] for one in changed} == {"1004", "1005"}
    assert "no batch 7 of orders" in ready_user.run("orders", "export", "--again", "7", code=2).output
    assert "leave out --ready" in ready_user.run("orders", "export", "--again", "1", "--ready", code=2).output
    assert "names no file" in ready_user.run("orders", "export", "-o", str(out), code=2).output


def test_a_batch_whose_file_was_not_written_is_repeated_under_its_name(
    ready_user: Any, shop: Any, tmp_path: Path
) -> None:
    ready_user.run("orders", "export", "--new", "-o", str(tmp_path / "none" / "x-{batch}.csv"), code=2)
    shop.sell(1004)
    ready_user.run("fetch")
    told = ready_user.run("orders", "export", "--new", "-o", str(tmp_path / "x-{batch}.csv")).stderr
    assert "Batch 1 was begun before and not finished" in told
    assert "1004" not in {row["order"] for row in rows(tmp_path / "x-0001.csv")}
    ready_user.run("orders", "export", "--new", "-o", str(tmp_path / "x-{batch}.csv"))
    assert {row["order"] for row in rows(tmp_path / "x-0002.csv")} == {"1004"}


@pytest.mark.slow
def test_a_killed_export_is_repeated_under_its_name(ready_user: Any, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)  # nobody reads: the batch is claimed, and its file never there
    words = [*FBRIDGE, "orders", "export", "--new", "-o", str(pipe)]
    killed = subprocess.Popen(words, env=ready_user.environment())
    deadline = time.monotonic() + 30
    while not ready_user.json("export", "batches")["items"] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert ready_user.run("orders", "export", "--new", code=7)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    ready_user.run("orders", "export", "--new", "-o", str(tmp_path))
    assert len(rows(tmp_path / "orders-0001.csv")) == 6


def test_a_file_of_a_fixed_name_does_not_keep_what_was_new_before(ready_user: Any, tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    ready_user.run("orders", "export", "--new", "-o", str(file))
    assert len(rows(file)) == 6
    ready_user.run("orders", "export", "--new", "-o", str(file))
    assert rows(file) == []
    assert file.read_text("utf-8").startswith("store,order,")
    file.unlink()
    ready_user.run("orders", "export", "--new", "-o", str(file))
    assert not file.exists()


def test_the_way_back_to_the_erp(ready_user: Any, tmp_path: Path) -> None:
    ready_user.run("shipment", "create", "1001", "--document", "ERP/A/007/2026", "--manifest", "BRT")
    ready_user.run("tracking", "set", "S1", "0080", "0081", "--parcels", "2")
    ready_user.run("manifest", "ship", "BRT", "--no-check")
    ready_user.run("push", "--yes")
    ready_user.run("shipment", "export", "--new", "-o", str(tmp_path))
    (row,) = rows(tmp_path / "shipments-0001.csv")
    known = (
        "batch",
        "document",
        "document_series",
        "order",
        "goods",
        "state",
        "carrier",
        "tracking",
        "manifest",
    )
    assert [row[name] for name in known] == [
        "1", "007", "A", "1001", "left", "sent", "BRT", "0080;0081", "2026-0001",
    ]  # fmt: skip
    assert row["sent_at"]
    ready_user.run("shipment", "export", "--new", "-o", str(tmp_path))
    assert not (tmp_path / "shipments-0002.csv").exists()
    book = tmp_path / "all.xlsx"
    ready_user.run("shipment", "export", "--format", "xlsx", "-o", str(book))
    heading, line = load_workbook(book).active.iter_rows(values_only=True)
    told = dict(zip(heading, line, strict=True))
    assert (told["document"], told["parcels"], told["tracking"]) == ("007", 2, "0080;0081")
    assert told["shipped_at"].year >= 2026


def test_cells_are_armoured_for_spreadsheets_and_plain_for_programs(
    ready_user: Any, shop: Any, tmp_path: Path
) -> None:
    shop.sell(1001, name="=HYPERLINK(1)")
    ready_user.run("fetch")
    file, book = tmp_path / "o.csv", tmp_path / "o.xlsx"
    ready_user.run("orders", "export", "-o", str(file))
    assert "'=HYPERLINK(1)" in {row["name"] for row in rows(file)}
    ready_user.run("orders", "export", "--plain", "-o", str(file))
    assert "=HYPERLINK(1)" in {row["name"] for row in rows(file)}
    ready_user.run("manifest", "add", "BRT", "1001")
    for more, name in ((), "'=HYPERLINK(1)"), (("--plain",), "=HYPERLINK(1)"):
        table = ready_user.run("manifest", "print", "BRT", "--format", "csv", "-o", "-", *more).stdout
        assert name in next(csv.reader(table.splitlines()[1:]))
    assert "--format csv" in ready_user.run("manifest", "print", "BRT", "--plain", code=2).output
    ready_user.run("orders", "export", "--format", "xlsx", "-o", str(book))
    cells = {cell.value: cell.data_type for row in load_workbook(book).active.iter_rows() for cell in row}
    assert cells["=HYPERLINK(1)"] == "s"  # a text, no formula
    assert (
        "Plain cells are those of CSV"
        in ready_user.run("orders", "export", "--plain", "--json", code=2).output
    )


def test_an_erp_reads_orders_by_its_own_map(ready_user: Any, home: Path, tmp_path: Path) -> None:
    ready_user.run("export", "map", "erp", "--like", "erp-orders")
    file = tmp_path / "o.csv"
    ready_user.run("orders", "export", "--map", "erp", "-o", str(file))
    first, *_ = rows(file, "cp1252", ";")
    assert (first["Ordine"], first["Codice articolo"], first["Pagamento"]) == ("1001", "HAT", "PAGATO")
    assert first["Data"] == "02/11/2026"
    items = ready_user.json("orders", "export", "--map", "erp")["items"]
    assert items[0]["Ordine"] == "1001"
    path = home / "maps" / "out" / "erp.toml"
    path.write_text(path.read_text("utf-8").replace('"sku"', '"skuu"'), "utf-8")
    error = ready_user.json("orders", "export", "--map", "erp", code=3)["error"]["message"]
    assert 'there is no skuu. Did you mean "sku"?' in error
    ready_user.run("export", "map", "other", "--like", "erp-orders")
    error = ready_user.json("shipment", "export", "--map", "other", code=2)["error"]["message"]
    assert 'Map other is for "orders", not for "shipments".' in error


def test_extra_fields_of_a_store_are_columns(ready_user: Any, shop: Any, home: Path, tmp_path: Path) -> None:
    shop.sell(1001, billing={"meta": [{"key": "_cf", "value": "=RSSMRA"}]})
    config = home / "config.toml"
    before = config.read_text("utf-8")

    def ask(field: str) -> None:
        config.write_text(
            before.replace("[stores.shop]", f"[stores.shop]\nextra_fields = {{ {field} }}"), "utf-8"
        )

    ask('codice_fiscale = "billing.meta[_cf]"')
    ready_user.run("fetch")  # the orders did not change: it reads them again all the same
    file = tmp_path / "o.csv"
    ready_user.run("orders", "export", "--plain", "-o", str(file))
    assert {row["order"]: row["codice_fiscale"] for row in rows(file)} == {
        "1001": "=RSSMRA",
        "1002": "",
        "1003": "",
    }
    told = {one["row"]["number"]: one["extra"] for one in ready_user.json("orders", "export")["items"]}
    assert told == {"1001": {"codice_fiscale": "=RSSMRA"}, "1002": {}, "1003": {}}
    ready_user.run("export", "map", "erp", "--like", "erp-orders")
    map_file = home / "maps" / "out" / "erp.toml"
    map_file.write_text(map_file.read_text("utf-8").replace('"note"', '"codice_fiscale"'), "utf-8")
    assert ready_user.json("orders", "export", "--map", "erp")["items"][0]["Note"] == "=RSSMRA"
    ready_user.run("purge", "--older-than", "0d", "--yes")
    assert not any(one["extra"] for one in ready_user.json("orders", "export")["items"])
    for field, words in {
        'note = "billing.x"': '"note" is a column of all orders',
        'x = "billing..x"': "must be a path in the platform's order",
        '"Codice Fiscale" = "x"': "must have names of small letters",
        'x = "customer.passwd"': "they are kept nowhere",
    }.items():
        ask(field)
        command = ("orders", "export") if field.startswith("note") else ("fetch",)
        assert words in ready_user.run(*command, code=3).output
