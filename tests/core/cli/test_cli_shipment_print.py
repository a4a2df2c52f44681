"""The paper that goes with a parcel: a transport document only where the ERP numbered it and nothing is missing."""

from __future__ import annotations

import csv
import html
import re
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest
import sqlalchemy as sa

from fbridge.storage.tables import orders

SENDER = """
[sender]
company = "Bottega Ceramica S.r.l."
address = ["Via Garibaldi 12", "48018 Faenza (RA)"]
vat_number = "IT01234567890"
[document]
freight = "Franco"
appearance = "Scatole"
unit = "pz"
"""
HEAD = (
    "Numero DDT;Data DDT;Vettore;Ragione sociale;Indirizzo;CAP;Città;Prov;Nazione;Partita IVA;Cod. fiscale;"
    "Codice articolo;Descrizione;U.M.;Quantità;Colli;Peso;Causale del trasporto;Trasporto a cura di;"
    "Data e ora inizio trasporto;Destinazione;Indirizzo destinazione;CAP destinazione;Città destinazione;"
    "Annotazioni;Ubicazione"
)
ROW = (
    "125/A;28/11/2026;BRT;Rossi S.r.l.;Via Roma 1;47121;Forlì;FC;Italia;IT0987;RSSMRA80A01;{sku};{name};cf;{pieces};"
    "3;7,5;Conto visione;Mittente;28/11/2026 18:30;Magazzino Żółć;Via del Porto 99;48122;Ravenna;Al piano;{shelf}"
)
SLOW = pytest.mark.slow
GOODS = (("HAT", "Cappello – Σοφία"), ("MUG", "Чашка «Ромашка»"))


@pytest.fixture
def desk(user: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings have a sender; the folder is empty."""
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    user.home.mkdir(parents=True, exist_ok=True)
    (user.home / "config.toml").write_text(SENDER, "utf-8")


@pytest.fixture
def clerk(user: Any, desk: None) -> Any:
    """Somebody with the carrier BRT."""
    user.run("carrier", "add", "BRT", "Bartolini", "--address", "Via Mattei 42, Bologna")
    return user


def take(user: Any, *rows: str, head: str = HEAD) -> None:
    Path("erp.csv").write_text("\r\n".join([head, *rows, ""]), "utf-8")
    user.run("shipment", "import", "erp.csv", "--unknown-order", "external", "--manifest", "--year", "2026")


def rows(*goods: tuple[str, str]) -> list[str]:
    return [
        ROW.format(sku=sku, name=name, pieces=at, shelf=f"B-{9 - at}")
        for at, (sku, name) in enumerate(goods, 2)
    ]


def pages(file: str) -> list[str]:
    with pypdfium2.PdfDocument(file) as document:
        texts = [page.get_textpage().get_text_bounded() for page in document]
    return [re.sub(r"\s+", " ", text) for text in texts]


def test_a_numbered_document_tells_all_that_its_file_said(clerk: Any) -> None:
    take(clerk, *rows(*GOODS))
    told = clerk.json("shipment", "print", "125/A", "--language", "it")["data"]
    assert told["file"] == "delivery-S1.pdf"
    (text,) = pages("delivery-S1.pdf")
    for expected in (
        "Documento di trasporto", "n. 125/A del 28/11/2026", "Pagina 1 di 1", "Bottega Ceramica S.r.l.",
        "P. IVA IT01234567890", "Rossi S.r.l.", "47121 Forlì (FC)", "P. IVA IT0987", "C.F. RSSMRA80A01",
        "Luogo di destinazione Magazzino Żółć Via del Porto 99 48122 Ravenna", "HAT Cappello – Σοφία cf 2",
        "MUG Чашка «Ромашка» cf 3", "Conto visione", "Porto Franco", "Scatole", "Trasporto a cura di Mittente",
        "Colli 3", "7,50 kg", "28/11/2026 18:30", "Bartolini Via Mattei 42, Bologna", "Firma del vettore", "Al piano",
    ):  # fmt: skip
        assert expected in text or expected in " ".join(text.split()[::1]), (expected, text)
    english = clerk.run("shipment", "print", "S1", "--language", "en", "-o", "en.pdf").output
    assert "Transport document no. 125/A dated 2026-11-28" in pages("en.pdf")[0]
    assert "transport document" in english


@pytest.mark.parametrize(
    ("cells", "missing"),
    [
        pytest.param({"Descrizione": ""}, "description in the file", marks=SLOW),
        ({"Quantità": "", "Codice articolo": "", "Descrizione": ""}, "the goods"),
        ({"Indirizzo": "", "CAP": "", "Città": "", "Destinazione": "", "Indirizzo destinazione": "",
          "CAP destinazione": "", "Città destinazione": ""}, "the recipient"),
        ({"Trasporto a cura di": ""}, "fbridge carrier set GLS --address ADDRESS"),
        pytest.param({"sender": ""}, "[sender] of config.toml", marks=SLOW),
    ],
)  # fmt: skip
def test_no_transport_document_without_parties_carrier_or_goods(
    clerk: Any, cells: dict[str, str], missing: str
) -> None:
    if "sender" in cells:
        config = clerk.home / "config.toml"
        config.write_text(config.read_text("utf-8").replace("Bottega Ceramica S.r.l.", ""), "utf-8")
    clerk.run("carrier", "add", "GLS")
    named = dict(zip(HEAD.split(";"), rows(("HAT", "Hat"))[0].split(";"), strict=True)) | cells
    named = named | {"Vettore": "GLS"}
    named.pop("sender", None)
    take(clerk, ";".join(named.values()))
    answer = clerk.json("shipment", "print", "--manifest", "GLS", code=1)["data"]
    assert answer["file"] is None
    assert answer["results"][0]["reason"] == "document_incomplete"
    assert missing in answer["results"][0]["words"]
    assert [one.name for one in Path().iterdir()] == ["erp.csv"]
    clerk.run("shipment", "print", "S1", "--as-delivery-note", "--language", "it")
    assert "Nota di consegna" in pages("delivery-S1.pdf")[0]


def test_what_the_erp_did_not_date_is_a_delivery_note_until_it_does(clerk: Any) -> None:
    head, (row,) = HEAD.replace("Data e ora inizio trasporto", "x"), rows(("HAT", "Hat"))
    take(clerk, row.replace("125/A;28/11/2026", "125/A;"), head=head)
    said = clerk.run("shipment", "print", "S1", "--language", "it").output
    assert "its document has no date" in said
    assert "Documento di trasporto" not in pages("delivery-S1.pdf")[0]
    take(clerk, row, head=head)
    clerk.run("shipment", "print", "S1", "--language", "it")
    assert "Documento di trasporto n. 125/A del 28/11/2026" in pages("delivery-S1.pdf")[0]


def test_a_file_that_says_less_later_takes_nothing_away(clerk: Any) -> None:
    take(clerk, *rows(*GOODS))
    take(clerk, "125/A;28/11/2026;BRT;Rossi S.r.l.;Vendita", head="DDT;Data DDT;Vettore;Destinatario;Causale")
    clerk.run("shipment", "print", "S1", "--language", "it")
    (text,) = pages("delivery-S1.pdf")
    assert "Vendita" in text
    assert "Чашка «Ромашка»" in text


def test_sixty_goods_go_over_numbered_pages_and_are_signed_once(clerk: Any) -> None:
    goods = [(f"ART-{at:03}", f"Tazza «Ромашка» {at}") for at in range(60)]
    take(clerk, *rows(*goods))
    clerk.run("shipment", "print", "125/A", "--language", "it", "--copies", "2")
    texts = pages("delivery-S1.pdf")
    half = texts[: len(texts) // 2]
    assert len(half) > 1
    assert texts == half * 2
    assert all(f"Pagina {at} di {len(half)}" in text for at, text in enumerate(half, 1))
    assert "".join(half).count("Firma del destinatario") == 1
    assert all(name in " ".join(half) for _, name in goods)


@pytest.mark.usefixtures("desk")
def test_a_document_over_several_orders_is_one_paper(ready_user: Any) -> None:
    take(ready_user, "12;28/11/2026;1001;BRT;HAT;1;Cappello;Anna Rossi;Via Po 1;10121;Torino",
         "12;28/11/2026;1002;BRT;SCARF;1;;;;;",
         head="DDT;Data DDT;Ordine;Corriere;SKU;Quantità;Descrizione;Destinatario;Indirizzo;CAP;Città")  # fmt: skip
    ready_user.run("carrier", "set", "BRT", "--address", "Via Mattei 42, Bologna")
    alone = ready_user.json("shipment", "print", "S2")["data"]
    assert [one["label"] for one in alone["results"]] == ["S1, S2"]
    answer = ready_user.json("shipment", "print", "12", "S2", "--manifest", "BRT", "--language", "it")["data"]
    assert [one["label"] for one in answer["results"]] == ["S1, S2"]
    (text,) = pages(answer["file"])
    assert "Ordine 1001 HAT Cappello pz 1 Ordine 1002 SCARF" in text
    assert "Anna Rossi Via Po 1 10121 Torino" in text
    assert "S2 printed: transport document." in ready_user.run("explain", "1002").output


def test_the_pick_list_is_by_article_and_by_document(clerk: Any) -> None:
    take(clerk, *rows(*GOODS), rows(("HAT", "Cappello – Σοφία"))[0].replace("125/A", "126/A"))
    told = clerk.json("manifest", "print", "BRT", "--pick", "--language", "it")["data"]
    by_article, by_document = pages(told["file"])
    assert (
        "MUG Чашка «Ромашка» B-6 3 cf 125/A ×3 HAT Cappello – Σοφία B-7 4 cf 125/A ×2, 126/A ×2" in by_article
    )
    assert "126/A S2 Magazzino Żółć HAT Cappello – Σοφία B-7 2 cf Al piano" in by_document
    assert clerk.json("manifest", "print", "BRT")["data"]["reprint"] is False, "a pick list is nobody's paper"


@pytest.mark.usefixtures("desk")
def test_what_no_file_says_is_the_orders(ready_user: Any) -> None:
    payer = {"name": "Ufficio Acquisti", "street": ["Via Larga 1"], "postcode": "20122", "city": "Milano"}
    extra = {"codice_fiscale": "RSSMRA80A01"}
    ready_user.run("carrier", "set", "BRT", "--address", "Via Mattei 42, Bologna")
    ready_user.run("shipment", "create", "1001", "--document", "ERP/A/9/2026", "--line", "HAT=1")
    with ready_user.bridge() as bridge, bridge.context.database.write() as connection:
        connection.execute(sa.update(orders).values(extra=extra, bill_to=payer))
    take(
        ready_user, "ERP;A;9;28/11/2026;1001;HAT;1", head="Gestionale;Serie;DDT;Data DDT;Ordine;SKU;Quantità"
    )
    ready_user.run("shipment", "print", "9/A", "--language", "it")
    (text,) = pages("delivery-S1.pdf")
    assert "Documento di trasporto n. 9/A del 28/11/2026" in text
    assert "Destinatario Ufficio Acquisti Via Larga 1 20122 Milano C.F. RSSMRA80A01" in text
    assert "Luogo di destinazione Anna Rossi Via Roma 1 37121 Verona" in text
    assert "HAT Hat pz 1" in text


@pytest.mark.parametrize(
    ("number", "reason"), [(743110157, "lost_zeros"), pytest.param(12345678, "taken", marks=SLOW)]
)
def test_a_vat_number_that_lost_its_zeros_is_refused(clerk: Any, number: object, reason: str) -> None:
    book = openpyxl.Workbook()
    book.active.append(["DDT", "Data DDT", "Vettore", "Destinatario", "Partita IVA"])
    book.active.append(["1", "28/11/2026", "BRT", "Rossi", number])
    book.save("erp.xlsx")
    code = 1 if reason == "lost_zeros" else 0
    told = clerk.json("shipment", "import", "erp.xlsx", "--unknown-order", "external", code=code)["data"][
        "rows"
    ]
    assert told[0]["reason"] == reason


def test_tables_for_the_depot_hold_what_the_paper_holds_and_are_none(clerk: Any) -> None:
    take(clerk, *rows(*GOODS), rows(("=HAT", "+1"))[0].replace("125/A", "126/A"))
    answer = clerk.json("manifest", "print", "BRT", "--format", "xlsx")["data"]
    (head, first, second) = openpyxl.load_workbook(answer["file"]).active.values
    told = dict(zip(head, first, strict=True))
    assert (told["document"], told["postcode"], told["parcels"], told["weight_grams"]) == (
        "125",
        "48122",
        3,
        7500,
    )
    assert told["note"] == "Al piano"
    clerk.run("manifest", "print", "BRT", "--pick", "--format", "csv", "-o", "pick.csv")
    with Path("pick.csv").open(encoding="utf-8", newline="") as file:
        picks = list(csv.DictReader(file))
    assert {(one["sku"], one["quantity"], one["place"], one["document"]) for one in picks} == {
        ("HAT", "2", "B-7", "A/125/2026"), ("MUG", "3", "B-6", "A/125/2026"), ("'=HAT", "2", "B-7", "A/126/2026"),
    }  # fmt: skip
    assert second[head.index("shipment")] == "S2"
    assert clerk.json("manifest", "print", "BRT")["data"]["reprint"] is False


def test_what_cannot_be_printed_is_said(clerk: Any) -> None:
    assert "Name shipments or documents" in clerk.run("shipment", "print", code=2).output
    take(clerk, *rows(*GOODS))
    clerk.run("shipment", "withdraw", "S1")
    assert "S1 is withdrawn; it has no paper any more." in clerk.run("shipment", "print", "S1", code=2).output


def test_the_page_for_a_browser_says_what_the_pdf_says(clerk: Any) -> None:
    take(clerk, *rows(*GOODS, ("X", "<b>Vaso & figli</b>")))
    clerk.run("shipment", "print", "125/A", "--language", "it")
    told = clerk.json("shipment", "print", "125/A", "--language", "it", "--format", "html", "--copies", "2")
    assert told["data"]["file"] == "delivery-S1.html"
    page = Path("delivery-S1.html").read_text("utf-8")
    assert page.count("<section") == 2
    assert "<b>Vaso" not in page
    shown = set(html.unescape(re.sub(r"<[^>]+>", " ", page.partition("<body>")[2])).split())
    of_pdf = pages("delivery-S1.pdf")[0].replace("Pagina 1 di 1", "").replace("·", "").split()
    assert [word for word in of_pdf if word not in shown] == []
