"""A map from a sample: what it would read is shown, and files of that source are read by it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any


def written(folder: Path, text: str, encoding: str = "utf-8", name: str = "sample.csv") -> str:
    (folder / name).write_bytes(text.encode(encoding))
    return str(folder / name)


def test_a_map_is_made_of_a_sample_and_reads_files_like_it(
    ready_user: Any, home: Path, tmp_path: Path
) -> None:
    sample = written(
        tmp_path,
        "Rif;Web;Peso;Data;Ragione sociale;Agente\r\nDDT 7/B;1001;2,5;03/04/2026;Nicola;x\r\n"
        "DDT 8/B;1002;1.250;28/04/2026;Kovačič;y\r\n",
        "cp1250",
    )
    words = (
        "import",
        "map",
        "erp",
        sample,
        "--column",
        "document=Rif",
        "--column",
        "order=2",
        "--source",
        "ERP",
    )
    form = ("--document-form", "DDT {number}/{series}", "--encoding", "cp1250")
    shown = ready_user.json(*words, *form, "--plan")["data"]
    assert shown["ignored"] == ["Agente"]
    assert shown["rows"][0]["values"]["weight"] == "2500"
    assert "1.250 kg is too much" in shown["rows"][1]["problem"]
    assert not (home / "maps").exists()
    assert "Saved as" in ready_user.run(*words, *form).output
    saved = tomllib.loads((home / "maps" / "erp.toml").read_text("utf-8"))
    assert (saved["encoding"], saved["delimiter"], saved["decimal"], saved["dates"]) == (
        "cp1250",
        ";",
        ",",
        "dmy",
    )
    assert saved["columns"]["order"] == 2
    assert ready_user.json("import", "list")["items"][0]["name"] == "erp"
    report = ready_user.json("shipment", "import", sample, "--map", "erp", code=1)["data"]
    assert [row["reason"] for row in report["rows"]] == ["taken", "bad_weight"]
    assert report["rows"][0]["document"] == "ERP/B/7/2026"


def test_a_map_of_fixed_width_reads_and_its_refused_rows_are_read_again(
    ready_user: Any, tmp_path: Path
) -> None:
    ready_user.run("shipment", "create", "1001", "--document", "125")
    sample = written(tmp_path, "125    BRT00001   2\n126    BRT00002   1\n", name="courier.txt")
    fixed = ("--fixed", "document=1,7", "--fixed", "tracking=8,11", "--fixed", "parcels=19,3")
    shown = ready_user.json("import", "map", "brt", sample, "--for", "tracking", *fixed)["data"]
    assert shown["rows"][0]["values"] == {"document": "125", "tracking": "BRT00001", "parcels": "2"}
    words = ("tracking", "import", "--map", "brt")
    assert [row["outcome"] for row in ready_user.json(*words, sample, code=1)["data"]["rows"]] == [
        "taken",
        "refused",
    ]
    refused = str(tmp_path / "courier.refused.txt")
    ready_user.run("shipment", "create", "1002", "--document", "126")
    assert ready_user.json(*words, refused)["data"]["counts"]["taken"] == 1


def test_what_is_wrong_with_a_map_is_said(ready_user: Any, home: Path, tmp_path: Path) -> None:
    sample = written(tmp_path, "a;b\n1;2\n")
    assert "small letters" in ready_user.run("import", "map", "A B", sample, code=2).output
    assert "START,WIDTH" in ready_user.run("import", "map", "x", sample, "--fixed", "order=1", code=2).output
    (home / "maps").mkdir()
    for text, words in [
        ('decimals = ","', 'Did you mean "decimal"'),
        ('document_form = "{nr}"', "{number} once"),
        ('encoding = "latin9000"', "there is no encoding"),
        ("[columns]\norder = 0", "number from 1 on"),
    ]:
        (home / "maps" / "bad.toml").write_text(text, "utf-8")
        output = ready_user.run("shipment", "import", sample, "--map", "bad", code=3).output
        assert words in output
        assert "bad.toml" in output
