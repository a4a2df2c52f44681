"""An evening in Italian: people read Italian, programs read English, and the commands keep their names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fbridge.cli.spoken import speak

ENGLISH = re.compile(
    r"\b(the|is|has|have|shipped|shipments?|orders?|manifest|store|waits?|for|was|of|by|and|now|not)\b"
)
"""Words that no Italian sentence holds; commands apart."""


@pytest.fixture(autouse=True)
def _english_afterwards() -> Iterator[None]:
    """The language is that of the last command of a process, and other tests look at what is said in this one."""
    yield
    speak("en")


@pytest.fixture
def clerk(ready_user: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """S1 (order 1001) with a number and S2 (order 1002) without one, for BRT, on no manifest."""
    monkeypatch.chdir(tmp_path)
    ready_user.run("shipment", "create", "1001", "--number", "BRT1001")
    ready_user.run("shipment", "create", "1002")
    monkeypatch.setenv("FBRIDGE_LANG", "it")
    return ready_user


def english_in(said: str) -> list[str]:
    said = re.sub(r"`[^`]*`|fbridge( [\w:.-]+)+|--[\w-]+|\b[\w.-]+\.(pdf|toml)\b|https?://\S+", "", said)
    return [line for line in said.splitlines() if ENGLISH.search(line)]


def test_an_evening_is_told_in_italian_and_answered_with_si(clerk: Any, shop: Any) -> None:
    said = clerk.run("orders", "list").output
    said += clerk.run("shipment", "list").output
    said += clerk.run("status").output
    assert "Spedizioni in casa: 2" in said
    evening = clerk.run("evening", "--no-print", answers="sì\nforse\nS\n").output
    assert "L'autista di Bartolini" in evening
    assert "[s/N]" in evening
    assert "Rispondi sì o no." in evening
    assert "La distinta 2026-0001 è spedita." in evening
    assert shop.order(1001)["shipments"]
    said += clerk.run("status").output
    said += clerk.run("manifest", "show", "2026-0001").output
    said += clerk.run("shipment", "create", "1001", code=2).output
    said += clerk.run("manifest", "ship", "2026-0001", code=2).output
    assert english_in(said + evening) == []


def test_programs_are_told_in_english(clerk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    italian = [
        clerk.json("status"),
        clerk.json("shipment", "list"),
        clerk.json("shipment", "show", "S9", code=2),
    ]
    monkeypatch.setenv("FBRIDGE_LANG", "en")
    english = [
        clerk.json("status"),
        clerk.json("shipment", "list"),
        clerk.json("shipment", "show", "S9", code=2),
    ]
    ages = re.compile(r"'(fetch_)?age': \d+")
    assert ages.sub("", str(italian)) == ages.sub("", str(english))


def test_the_setting_decides_where_no_variable_does(
    ready_user: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FBRIDGE_LANG", raising=False)
    monkeypatch.setenv("LC_ALL", "C")
    assert "Everything is at rest." in ready_user.run("status").output
    config = home / "config.toml"
    config.write_text(f'language = "it"\n{config.read_text("utf-8")}', "utf-8")
    assert "Non c'è niente in sospeso." in ready_user.run("status").output
    assert "Nessuna spedizione." in ready_user.run("shipment", "list").output
    assert "Non c'è nessun ordine 7" in ready_user.run("orders", "show", "7", code=2).stderr


@pytest.mark.slow
def test_files_stores_carriers_and_the_doctor_are_told_in_italian(clerk: Any, tmp_path: Path) -> None:
    file = tmp_path / "erp.csv"
    file.write_text(
        "DDT;Data DDT;Ordine;Corriere;Colli;Contrassegno\n1;03/04/2026;1003;BRT;1;\n2;28/11/2026;1003;BRT;1,5;\n"
        '3;;1003;BRT;1;\n4;28/11/2026;1003;BRT;-1;\n5;28/11/2026;9999;BRT;1;1.234\n6;28/11/2026;1003;"B"RT;1;\n'
    )
    said = clerk.run("shipment", "import", str(file), code=1).output
    said += clerk.run("tracking", "import", str(file), code=1).output
    (tmp_path / "page.csv").write_text("<p>Ordine</p>")
    for words in (("shipment", "import", "page.csv"), ("shipment", "import", "nowhere.csv")):
        said += clerk.run(*words, code=2).output.replace("No such file or directory", "")
    for words in (
        ("carrier", "list"), ("carrier", "coverage"), ("store", "list"), ("verify",), ("find", "Rossi"),
        ("import", "list"), ("store", "show", "shop"), ("store", "check", "shop"), ("carrier", "codes", "shop"),
        ("carrier", "suggest", "shop"), ("carrier", "map", "shop"), ("carrier", "route", "shop"), ("platforms",),
        ("db", "check"), ("orders", "show", "1001"), ("shipment", "show", "S1"),
        ("push", "--plan"), ("manifest", "list"), ("export", "batches"),
    ):  # fmt: skip
        said += clerk.run(*words).output
    said += clerk.run("doctor", "--no-stores", code=1).output
    assert "1,5 non è un numero intero." in said
    assert english_in(said.replace(str(tmp_path), "")) == []
