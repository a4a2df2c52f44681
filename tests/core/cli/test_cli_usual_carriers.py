"""Usual carriers are known by their code, and sure mappings are taken at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fbridge.storage.tables import site_carriers


def test_a_usual_carrier_is_added_by_its_code_alone(user: Any) -> None:
    added = user.json("carrier", "add", "brt")["data"]
    assert (added["code"], added["name"]) == ("BRT", "BRT Corriere Espresso")
    assert "{number}" in added["tracking_url"]
    own = user.json("carrier", "add", "GLS", "Our GLS")["data"]
    assert (own["name"], own["tracking_url"]) == ("Our GLS", "")
    assert user.json("carrier", "add", "ZZTOP")["data"]["name"] == "ZZTOP"


def test_sure_suggestions_are_taken_and_others_left(user: Any, shop: Any, tmp_path: Path) -> None:
    user.add_shop(shop)
    user.run("fetch")
    user.run("carrier", "add", "BARTOLINI", "Our courier")
    user.run("carrier", "add", "OTHER", "Something else")
    shown = user.json("carrier", "suggest", "shop")["items"]
    assert [(one["carrier"], one["sure"]) for one in shown][:1] == [("BARTOLINI", True)]
    rows = user.json("carrier", "suggest", "shop", "--accept")["items"]
    assert [(one["carrier"], one["site_code"]) for one in rows] == [("BARTOLINI", "bartolini")]


def test_odd_numbers_are_shown_kept_and_refused_where_that_is_wanted(ready_user: Any, tmp_path: Path) -> None:
    ready_user.run("carrier", "add", "UPS")
    ready_user.run("shipment", "create", "1001", "--carrier", "UPS", "--number", "1Z5R89390357567128")
    assert "check digit" in ready_user.run("shipment", "show", "S1").output
    ready_user.run("shipment", "create", "1002", "--carrier", "UPS")
    path = tmp_path / "courier.csv"
    path.write_text("order;tracking\n1002;1Z999AA10123456785\n", "utf-8")
    words = ("tracking", "import", str(path))
    (refused,) = ready_user.json(*words, "--strict", code=1)["data"]["rows"]
    assert refused["reason"] == "check_digit"
    (taken,) = ready_user.json(*words)["data"]["rows"]
    assert (taken["outcome"], len(taken["warnings"])) == ("taken", 1)


def test_lost_leading_zeros_of_a_file_are_refused(ready_user: Any, tmp_path: Path) -> None:
    ready_user.run("carrier", "add", "FEDEX")
    ready_user.run("shipment", "create", "1001", "--carrier", "FEDEX")
    path = tmp_path / "courier.csv"
    path.write_text("order;tracking\n1001;12345678983\n", "utf-8")
    (row,) = ready_user.json("tracking", "import", str(path), code=1)["data"]["rows"]
    assert row["reason"] == "lost_zeros"
    assert "012345678983" in row["words"]


def test_a_tracking_page_may_need_depot_reference_and_date(ready_user: Any) -> None:
    page = "https://dpd.example/{number}?d={depot}&c={customer_code}&r={reference}&p={postcode}&t={date}"
    ready_user.run("carrier", "set", "BRT", "--tracking-url", page, "--depot", "045", "--customer-code", "77")
    shown = ready_user.run("carrier", "set", "BRT", "--pickup", "Via Roma 1, Forlì").output
    assert "045" in shown
    assert "Via Roma 1" in shown
    ready_user.run("shipment", "create", "1001", "--number", "A1", "--manifest", "BRT")
    ready_user.run("manifest", "ship", "BRT", "--no-check")
    left = ready_user.json("shipment", "show", "S1")["data"]["shipped_at"][:10]
    assert (
        f"https://dpd.example/A1?d=045&c=77&r=1&p=37121&t={left}"
        in ready_user.run("shipment", "show", "S1").output
    )
    assert (
        "{place}"
        in ready_user.run("carrier", "set", "BRT", "--tracking-url", "https://x/{place}", code=2).output
    )
    ready_user.run("carrier", "set", "BRT", code=2)


def test_odd_numbers_are_refused_wherever_they_come_in_where_the_settings_say_so(
    ready_user: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready_user.run("carrier", "add", "UPS")
    ready_user.run("shipment", "create", "1002", "--carrier", "UPS")
    path = tmp_path / "courier.csv"
    path.write_text("order;tracking\n1002;1Z999AA10123456785\n", "utf-8")
    monkeypatch.setenv("FBRIDGE_ODD_NUMBERS", "refuse")
    odd = "1Z5R89390357567128"
    assert (
        "check digit"
        in ready_user.run("shipment", "create", "1001", "--carrier", "UPS", "--number", odd, code=2).output
    )
    ready_user.run("shipment", "external", "--carrier", "UPS", "--name", "Anna", "--number", odd, code=2)
    ready_user.run("tracking", "set", "S1", odd, code=2)
    assert (
        ready_user.json("tracking", "import", str(path), code=1)["data"]["rows"][0]["reason"] == "check_digit"
    )
    assert [one["label"] for one in ready_user.json("shipment", "list")["items"]] == ["S1"]
    ready_user.run("tracking", "set", "S1", "1Z999AA10123456784")
    monkeypatch.setenv("FBRIDGE_ODD_NUMBERS", "loud")
    assert "must be warn or refuse" in ready_user.run("shipment", "list", code=3).output


def test_how_each_carrier_stands_on_each_store(ready_user: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ready_user.run("carrier", "add", "OTHER")
    shown = ready_user.json("carrier", "coverage", "--carriers")
    assert [(one["carrier"], one["standing"], one["site_code"]) for one in shown["items"]] == [
        ("BRT", "mapped", "bartolini"), ("OTHER", "unmapped", ""),
    ]  # fmt: skip
    assert shown["next"] == "fbridge carrier map shop OTHER SITE_CODE"
    with ready_user.bridge() as bridge, bridge.context.database.write() as connection:
        connection.execute(sa.delete(site_carriers).where(site_carriers.c.code == "bartolini"))
    assert "gone" in ready_user.run("carrier", "coverage", "--carriers", "shop").output
