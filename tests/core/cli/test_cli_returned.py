"""What came back: typed, scanned or from the courier's file; in status until somebody has dealt with it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

TODAY = datetime.now(ZoneInfo("Europe/Rome")).date()


@pytest.fixture
def clerk(ready_user: Any) -> Any:
    """S1 (order 1001, document ERP/A/125/2026, number BRT0001) and S2 (order 1002) have left; their store is told."""
    ready_user.run("shipment", "create", "1001", "--document", "ERP/A/125/2026", "--number", "BRT0001")
    ready_user.run("shipment", "create", "1002", "--number", "BRT0002")
    ready_user.run("manifest", "add", "BRT", "S1", "S2")
    ready_user.run("manifest", "ship", "BRT")
    ready_user.run("push", "--yes")
    return ready_user


def back(user: Any, code: int = 0) -> list[tuple[str, str, str]]:
    """What came back and waits for somebody."""
    found = user.json("status", code=code)["data"]["came_back"]
    return [(one["shipment"], one["kind"], one["reason"]) for one in found["items"]] if found else []


def test_it_is_known_by_any_of_its_names_and_no_store_is_told(clerk: Any, shop: Any) -> None:
    before = shop.orders()
    for ref in ("S1", "1001", "125/A", "BRT0001", "brt 0001"):
        words = ("returned", ref, "--kind", "refused", "--reason", "no money")
        (result,) = clerk.json("shipment", *words)["data"]
        assert (result["ok"], result["reason"], result["label"]) == (True, "taken", "S1"), ref
        assert back(clerk) == [("S1", "refused", "no money")]
        clerk.run("shipment", "returned", ref, "--undo")
    clerk.run("shipment", "returned", "S1", "--kind", "refused", "--reason", "no money")
    said = clerk.run("status").output
    assert "Came back: 1, the oldest for 0 min." in said
    assert "S1 (BRT, order 1001) came back, refused by the recipient (no money)" in said
    clerk.run("push", "--yes")
    assert shop.orders() == before


def test_one_that_is_unknown_stops_no_other(clerk: Any) -> None:
    good, bad = clerk.json("shipment", "returned", "S2", "S9", code=1)["data"]
    assert (good["ok"], bad["ok"], bad["reason"]) == (True, False, "unknown_shipment")
    assert back(clerk) == [("S2", "undelivered", "")]


def test_it_is_corrected_dealt_with_and_may_come_back_again(clerk: Any) -> None:
    clerk.run("shipment", "returned", "S1", "--kind", "held")
    assert "S1: now refused" in clerk.run("shipment", "returned", "S1", "--kind", "refused").output
    assert back(clerk) == [("S1", "refused", "")]
    assert [one["label"] for one in clerk.json("shipment", "list", "--returned")["items"]] == ["S1"]
    clerk.run("shipment", "returned", "S1", "--closed")
    assert back(clerk) == []
    again = clerk.json("shipment", "returned", "S1", "--closed")["data"]
    assert again[0]["reason"] == "already_there"
    assert clerk.json("shipment", "show", "S1")["data"]["returned"]["outcome"] == "closed"
    clerk.run("shipment", "returned", "BRT0001")
    assert back(clerk) == [("S1", "undelivered", "")]
    story = clerk.run("explain", "S1").output
    for words in ("held by the carrier", "refused by the recipient", "nothing more is sent"):
        assert words in story


def test_a_mistake_is_undone_and_told(clerk: Any) -> None:
    clerk.run("shipment", "returned", "S1")
    assert clerk.json("shipment", "show", "S1")["data"]["returned"]["kind"] == "undelivered"
    clerk.run("shipment", "returned", "S1", "--undo")
    assert back(clerk) == []
    assert clerk.json("shipment", "show", "S1")["data"]["returned"] is None
    assert "did not come back after all" in clerk.run("explain", "S1").output
    assert "did not come back" in clerk.run("shipment", "returned", "S2", "--undo", code=1).output


def test_a_replacement_deals_with_it(clerk: Any, shop: Any) -> None:
    before = shop.orders()
    clerk.run("shipment", "returned", "1001", "--kind", "refused")
    new = clerk.json(
        "shipment", "create", "1001", "--replacement", "--number", "BRT0009", "--manifest", "BRT"
    )
    assert (new["data"]["label"], new["data"]["origin"]) == ("S3", "external")
    assert new["data"]["recipient"]["name"] == "Anna Rossi"
    assert back(clerk) == []
    old = clerk.json("shipment", "show", "S1")["data"]["returned"]
    assert (old["outcome"], old["replacement"]) == ("replaced", "S3")
    assert "S3 sends goods of order shop:1001 once more instead of S1" in clerk.run("explain", "1001").output
    clerk.run("manifest", "ship", "BRT")
    clerk.run("push", "--yes")
    assert shop.orders() == before


def test_of_an_order_that_is_half_shipped_goods_go_once_more_only_if_they_came_back(
    ready_user: Any, tmp_path: Path
) -> None:
    ready_user.run("shipment", "create", "1001", "--line", "HAT=2")
    ready_user.run("manifest", "add", "BRT", "S1")
    ready_user.run("manifest", "ship", "BRT")
    file = tmp_path / "erp.csv"
    file.write_text("order;document;carrier\n1001;7/2026;BRT\n", "utf-8")
    words = ("shipment", "import", str(file), "--replacement")
    assert ready_user.json(*words, code=1)["data"]["rows"][0]["reason"] == "not_shipped_yet"
    ready_user.run("shipment", "returned", "S1")
    assert ready_user.json(*words)["data"]["rows"][0]["outcome"] == "taken"
    assert ready_user.json(*words)["data"]["rows"][0]["outcome"] == "already_there"
    assert back(ready_user) == []


def test_an_impossible_day_is_refused(clerk: Any) -> None:
    for days, reason in ((1, "in_the_future"), (-9, "before_it_left")):
        day = str(TODAY + timedelta(days=days))
        (result,) = clerk.json("shipment", "returned", "S1", "--date", day, code=1)["data"]
        assert result["reason"] == reason
    assert back(clerk) == []


def test_what_is_in_the_house_cannot_come_back_and_what_came_back_has_left(clerk: Any) -> None:
    clerk.run("shipment", "create", "1003")
    assert clerk.json("shipment", "returned", "S3", code=1)["data"][0]["reason"] == "not_left"
    clerk.run("shipment", "returned", "S1")
    assert "came back" in clerk.run("manifest", "leave-behind", "2026-0001", "S1", code=1).output


def test_the_scanner_answers_each_line(clerk: Any) -> None:
    said = clerk.run("shipment", "returned", "--scan", answers="BRT0001\n\nnope\n2\x80\nS2\n", code=1).output
    lines = said.splitlines()
    assert [line[:4] for line in lines if "  " in line] == ["yes ", "NO  ", "NO  ", "yes "]
    assert {label for label, _, _ in back(clerk)} == {"S1", "S2"}


def test_what_contradicts_itself_is_said(user: Any) -> None:
    for words, said in (
        ("returned", "Name what came back"),
        ("returned S1 --closed --undo", "one of"),
        ("returned S1 --scan", "Name what came back"),
        ("returned S1 --closed --kind held", "without --kind"),
        ("create 1001 --replacement --line HAT=1", "--replacement"),
    ):
        assert said in user.run("shipment", *words.split(), code=2).stderr


def rows(user: Any, file: Path, *more: str, code: int = 0) -> list[tuple[int, str, str]]:
    report = user.json("shipment", "returned", "--file", str(file), *more, code=code)["data"]
    return [(row["row"], row["outcome"], row["reason"]) for row in report["rows"]]


def test_the_couriers_file(clerk: Any, tmp_path: Path) -> None:
    file = tmp_path / "giacenze.csv"
    day = f"{TODAY:%d/%m/%Y}"
    lines = [
        "Lettera di vettura;DDT;Stato;Data;Motivo",
        f"BRT0001;;In giacenza;{day};Destinatario assente",
        f";125/A;GIACENZA;{day};Destinatario assente",
        f"BRT0002;;Respinto;{day};",
        f"BRT0002;;Consegnata;{day};",
        f"BRT9999;;Respinto;{day};",
        f"BRT0002;125/A;Respinto;{day};",
        ";;Respinto;;",
    ]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    planned = rows(clerk, file, "--plan", "--dates", "dmy", code=1)
    assert back(clerk) == []
    taken = rows(clerk, file, "--dates", "dmy", code=1)
    assert taken == planned
    assert [(row, reason) for row, _, reason in taken] == [
        (2, "taken"), (3, "already_there"), (4, "taken"), (5, "unknown_kind"),
        (6, "unknown_shipment"), (7, "keys_disagree"), (8, "no_key"),
    ]  # fmt: skip
    waiting = [("S1", "held", "Destinatario assente"), ("S2", "refused", "")]
    assert sorted(back(clerk)) == waiting
    clerk.run("shipment", "returned", "S1", "--closed")
    clerk.run("shipment", "returned", "S2", "--undo")
    again = rows(clerk, file, "--dates", "dmy", code=1)
    assert [outcome for _, outcome, _ in again[:3]] == ["already_there"] * 3
    assert back(clerk) == []


def test_a_file_without_a_kind_needs_one_and_a_day_for_what_was_dealt_with(
    clerk: Any, tmp_path: Path
) -> None:
    file = tmp_path / "resi.json"
    file.write_text(json.dumps([{"order": "1001"}]), "utf-8")
    assert rows(clerk, file, code=1) == [(1, "refused", "no_kind")]
    assert rows(clerk, file, "--kind", "undelivered") == [(1, "taken", "taken")]
    clerk.run("shipment", "returned", "S1", "--resent")
    assert rows(clerk, file, "--kind", "undelivered", code=1) == [(1, "refused", "dealt_with")]


def test_after_three_days_it_is_overdue(clerk: Any) -> None:
    clerk.run("shipment", "returned", "S1", "--kind", "held")
    with clerk.bridge() as bridge:
        now = bridge.context.now
        object.__setattr__(bridge.context, "now", lambda: now() + timedelta(days=3, hours=1))
        report = bridge.status()
    assert report.overdue
    assert report.came_back
    assert report.came_back.items[0].next_step == "fbridge shipment returned S1 --resent"
