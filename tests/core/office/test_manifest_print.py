"""What the driver signs: whole, readable, in the reader's language, and compared with what leaves."""

from __future__ import annotations

import ast
import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
import zxingcpp

import fbridge.office.paper
from fbridge.bridge import Bridge
from fbridge.models.orders import Address
from fbridge.models.shipments import Document
from fbridge.office.paper.figures import DITTO
from fbridge.office.paper.manifest_sheet import manifest_sheet
from fbridge.office.paper.pagination import paginate
from fbridge.office.paper.printing import Look, print_manifest
from fbridge.office.paper.wrapping import wrapped
from fbridge.phrases import phrases
from fbridge.settings.sender import Sender
from fbridge.shipping.document_wishes import DocumentWish, PartWish
from fbridge.shipping.manifest_prints import LastPrint
from fbridge.shipping.manifests import Paper

SENDER = {
    "company": "Bottega Ceramica S.r.l.",
    "address": ["Via Garibaldi 12", "48018 Faenza (RA)"],
    "vat_number": "IT01234567890",
}
NAMES = (
    "Σοφία Παπαδοπούλου",
    "Анна Кузнецова",
    "Łukasz Żółć",
    "Jürgen Groß",
    "Niccolò D'Angiò",
    "Ngô Thị Hạnh",
)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def bridge(context: Any, office: Any) -> Bridge:
    assert office
    return Bridge(replace(context, settings=replace(context.settings, sender=SENDER)))


@pytest.fixture
def pack(office: Any, make: Any) -> Any:
    """``pack(n)`` puts so many orders on a manifest of BRT and gives its number."""

    def pack(count: int, **more: Any) -> str:
        for at in range(count):
            to = Address(name=NAMES[at % len(NAMES)], street=("Via Roma 1",), postcode="20100", city="Milano")
            office.keep(make.order(f"{1001 + at}", ship_to=to))
            office.shipments.create(f"{1001 + at}", carrier="BRT", numbers=[f"BRT{at:09d}"], **more)
        added = office.manifests.add("BRT", [f"S{at + 1}" for at in range(count)])
        return str(added.manifest.number)

    return pack


def drawn(bridge: Bridge, number: str, *, language: str = "it", **more: Any) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(printed(bridge, number, language=language, **more).content)


def printed(bridge: Bridge, number: str, *, form: str = "pdf", language: str = "it", **more: Any) -> Any:
    return print_manifest(bridge, number, form=form, look=Look(language=language, **more))


def text_of(document: pypdfium2.PdfDocument) -> str:
    pages = [page.get_textpage().get_text_bounded() for page in document]
    return re.sub(r"\s+", " ", " ".join(pages))


@on_sqlite
def test_every_row_and_total_stands_on_both_copies_as_it_is(bridge: Bridge, pack: Any) -> None:
    number = pack(6, weight_grams=1250, parcels=2)
    document = drawn(bridge, number)
    assert len(document) == 2
    text = text_of(document)
    for name in NAMES:
        assert text.count(name) == 2
    for expected in ("Distinta di spedizione", number, "Bartolini", "P. IVA IT01234567890", "20100 Milano"):
        assert text.count(expected) >= 2, expected
    assert "Copia per il mittente" in text
    assert "Copia per il vettore" in text
    assert "BOZZA" in text
    assert "7,50 kg" in text
    assert "Firma" in text


@on_sqlite
def test_the_carriers_own_place_of_pick_up_stands_before_the_usual_one(
    bridge: Bridge, office: Any, pack: Any
) -> None:
    number = pack(1)
    office.carriers.change("BRT", pickup="Magazzino 3, cancello B")
    assert "Ritiro presso Magazzino 3, cancello B" in text_of(drawn(bridge, number))


@on_sqlite
def test_the_other_language_has_its_own_words_and_figures(bridge: Bridge, pack: Any) -> None:
    text = text_of(drawn(bridge, pack(1, weight_grams=1250), language="en"))
    assert "Carrier's copy" in text
    assert "1.25 kg" in text
    assert "DRAFT" in text


def test_every_phrase_of_the_code_has_its_words_in_italian() -> None:
    folder = Path(fbridge.office.paper.__file__).parent
    said = {
        call.args[0].value
        for file in folder.glob("*.py")
        for call in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "say"
        and isinstance(call.args[0], ast.Constant)
    }
    assert len(said) > 20
    same = {phrase for phrase in said if phrases("it")(phrase) == phrase}
    assert same <= {"Kg"}


@on_sqlite
@pytest.mark.parametrize("bar_codes", [False, True])
def test_bar_codes_are_read_back_from_the_page(bridge: Bridge, pack: Any, bar_codes: bool) -> None:
    number = pack(3)
    page = drawn(bridge, number, bar_codes=bar_codes)[0].render(scale=4).to_pil()
    found = {one.text for one in zxingcpp.read_barcodes(page)}
    rows = {f"BRT{at:09d}" for at in range(3)} if bar_codes else set()
    assert found == {number} | rows


@on_sqlite
def test_a_long_manifest_has_numbered_pages_and_one_place_to_sign(bridge: Bridge, pack: Any) -> None:
    document = drawn(bridge, pack(40), copies=1)
    text = text_of(document)
    assert f"Pagina 1 di {len(document)}" in text
    assert f"Pagina {len(document)} di {len(document)}" in text
    assert text.count("Targa") == 1
    assert all(f"BRT{at:09d}" in text for at in range(40))


@on_sqlite
def test_signs_that_no_font_has_are_told(bridge: Bridge, office: Any, make: Any) -> None:
    office.keep(make.order("1001", ship_to=Address(name="𒀀𒀁", city="Milano")))
    office.manifests.add("BRT", ["1001"])
    warnings = " ".join(printed(bridge, "BRT").warnings)
    assert "𒀀𒀁" in warnings
    assert "font in [sender]" in warnings
    assert "Without a weight: S1" in warnings


@on_sqlite
def test_the_page_for_a_browser_takes_nothing_of_a_store_for_its_own(
    bridge: Bridge, office: Any, make: Any
) -> None:
    office.keep(make.order("1001", ship_to=Address(name="<script>alert(1)</script>", city="Milano")))
    office.manifests.add("BRT", ["1001"])
    page = printed(bridge, "BRT", form="html").content.decode()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


class TestAsPrinted:
    def test_what_was_printed_leaves(self, bridge: Bridge, pack: Any) -> None:
        number = pack(2)
        printed(bridge, number)
        assert bridge.manifests.ship(number, check=False).shipped

    def test_what_never_was_printed_leaves_too(self, bridge: Bridge, pack: Any) -> None:
        assert bridge.manifests.ship(pack(1), check=False).shipped

    def test_other_rows_than_on_the_paper_are_stopped_and_named(
        self, bridge: Bridge, office: Any, make: Any, pack: Any, refused: Any
    ) -> None:
        number = pack(3)
        printed(bridge, number)
        bridge.manifests.remove(number, ["S1"])
        bridge.shipments.set_tracking("S2", ["OTHER1"])
        office.keep(make.order("2001"))
        bridge.manifests.add(number, ["2001"])
        words = "S2 was changed, S4 is not on it, S1 is on it and not on the manifest"
        with refused("not_as_printed", words):
            bridge.manifests.ship(number, check=False)
        assert "--not-as-printed" in str(_refusal(bridge, number))
        again = printed(bridge, number)
        assert (again.paper.revision, again.paper.is_reprint) == (2, False)
        assert bridge.manifests.ship(number, check=False).shipped

    def test_a_number_that_comes_after_the_paper_is_no_contradiction(
        self, bridge: Bridge, office: Any, make: Any
    ) -> None:
        office.keep(make.order("1001"))
        number = office.manifests.add("BRT", ["1001"]).manifest.number
        printed(bridge, number)
        bridge.shipments.set_tracking("S1", ["BRT1"])
        assert bridge.manifests.ship(number, check=False).shipped

    def test_the_same_again_is_a_reprint(self, bridge: Bridge, pack: Any) -> None:
        number = pack(1)
        printed(bridge, number)
        bridge.manifests.ship(number, check=False)
        text = text_of(drawn(bridge, number))
        assert "Ristampa" in text
        assert "BOZZA" not in text
        assert "Revisione" not in text

    def test_two_desks_at_once_never_print_two_papers_as_one_revision(
        self, bridge: Bridge, pack: Any
    ) -> None:
        number = pack(2)
        first = bridge.manifests.begin_print(number)
        bridge.manifests.remove(number, ["S1"])
        second, again = bridge.manifests.begin_print(number), bridge.manifests.begin_print(number)
        bridge.manifests.end_print(second)
        assert [one.revision for one in (first, second, again)] == [1, 2, 2]
        assert bridge.manifests.is_printed(number)

    def test_a_person_may_ship_all_the_same(self, bridge: Bridge, pack: Any) -> None:
        number = pack(2)
        printed(bridge, number)
        bridge.manifests.remove(number, ["S1"])
        assert bridge.manifests.ship(number, check=False, as_printed=False).shipped


def _refusal(bridge: Bridge, number: str) -> Exception:
    with pytest.raises(Exception) as told:  # noqa: PT011 - the sentence is what is looked at
        bridge.manifests.ship(number, check=False)
    return told.value


class TestPages:
    def test_the_closing_part_takes_the_last_rows_along(self) -> None:
        assert paginate([1.0] * 10, body=10, closing=3) == [[0, 1, 2, 3, 4, 5, 6], [7, 8, 9]]

    def test_nothing_still_makes_a_page(self) -> None:
        assert paginate([], body=10, closing=3) == [[]]

    def test_every_row_stands_once_in_order(self) -> None:
        for count in range(1, 40):
            pages = paginate([1.5] * count, body=14, closing=5)
            assert [row for page in pages for row in page] == list(range(count))
            assert all(pages)
            assert len(pages[-1]) * 1.5 + 5 <= 14


def test_a_word_wider_than_its_column_is_broken_not_cut() -> None:
    lines = wrapped("Wolfeschlegelsteinhausen am See", 10, lambda text: float(len(text)))
    assert "".join(lines).replace(" ", "") == "WolfeschlegelsteinhausenamSee"
    assert all(len(line) <= 10 for line in lines)


@on_sqlite
def test_a_picture_of_the_page_is_not_empty(bridge: Bridge, pack: Any) -> None:
    picture = drawn(bridge, pack(1))[0].render(scale=1).to_pil().convert("L")
    file = io.BytesIO()
    picture.save(file, "PNG")
    dark = sum(picture.histogram()[:100])
    assert 0.002 < dark / (picture.width * picture.height) < 0.2


@on_sqlite
def test_what_a_document_of_several_orders_has_in_common_stands_once(
    bridge: Bridge, office: Any, make: Any
) -> None:
    office.keep(*(make.order(number, payment=make.cod("10.25")) for number in ("1001", "1002")))
    parts = tuple(PartWish(order=number) for number in ("1001", "1002"))
    wish = DocumentWish(document=Document(number="7", year=2026), parts=parts, carrier="BRT", parcels=3,
                        weight_grams=5500, numbers=("X1",))  # fmt: skip
    bridge.intake.documents([wish], on_manifest=True)
    office.keep(make.order("1003"))
    late = replace(
        wish, parts=(PartWish(order="1003"),), document=Document(number="8", year=2026), numbers=("X2",)
    )
    bridge.intake.documents([late], on_manifest=True)
    office.keep(make.order("1004"))
    bridge.intake.documents([replace(wish, parts=(*parts, PartWish(order="1004")))], on_manifest=True)
    manifest = office.manifests.get("BRT")
    told = LastPrint(id=1, revision=1, printed_at=manifest.created_at, rows={})
    paper = Paper(manifest=manifest, told=told, is_reprint=False)
    sheet = manifest_sheet(paper, Sender(), language="en", zone=ZoneInfo("Europe/Rome"))
    assert [(row[5], row[6], row[8], row[7]) for row in sheet.tables[0].rows] == [
        ("3", "5.50", "X1", "20.50 EUR"), (DITTO,) * 4, (DITTO, DITTO, DITTO, ""), ("3", "5.50", "X2", ""),
    ]  # fmt: skip
    totals = dict(sheet.totals)
    assert (totals["Parcels"], totals["Weight"], totals["COD"]) == ("6", "11.00 kg", "1: 20.50 EUR")
