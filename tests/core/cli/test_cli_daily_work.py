"""The daily work as a user types it: fetch, gather, ship, push, look after the rest."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest


def ship(user: Any, *orders: str) -> None:
    """Gather these orders for BRT, each under its own number, and ship them."""
    user.run("manifest", "add", "BRT", *orders)
    for number in orders:
        user.run("tracking", "set", number, f"T{number}")
    user.run("manifest", "ship", "BRT")


def test_from_order_to_store(ready_user: Any, shop: Any) -> None:
    user = ready_user
    added = user.run("manifest", "add", "BRT", "1001", "1003")
    assert "S1 made of order shop:1001: 3 pieces." in added.stdout
    assert "2 shipments, 2 parcels, COD 30.00 EUR" in added.stdout
    assert "Next: fbridge manifest ship 2026-" in added.stderr
    number = user.json("manifest", "list")["items"][0]["number"]
    user.run("tracking", "set", "S1", "T1", "T2")
    user.run("tracking", "set", "S2", "T3")
    assert "Next: fbridge push --manifest" in user.run("manifest", "ship", number).stderr
    assert "shipments" not in shop.order(1001), "nothing is told before the push"

    plan = user.run("push", "--plan").stdout
    for told in (
        "BRT Bartolini",
        "T1, T2",
        "order complete",
        "2 mails to customers (2 order completed; asked for, cannot be seen)",
        "COD 30.00 EUR",
    ):
        assert told in plan
    pushed = user.run("push", "--yes")
    assert pushed.stdout.count("sent") == 2
    assert shop.order(1001)["shipments"][0]["numbers"] == ["T1", "T2"]
    assert (shop.order(1001)["status"], shop.order(1001)["mails"]) == ("closed", 1)
    assert shop.order(1002)["status"] == "open"
    assert "There is nothing to tell the stores now" in user.run("push", "--yes").stdout
    assert "Everything is at rest" in user.run("status").stdout


def test_push_asks_and_no_means_no(ready_user: Any, shop: Any) -> None:
    ship(ready_user, "1001")
    asked = ready_user.run("push", answers="n\n")
    assert "Push this? [y/N]" in asked.stderr
    assert "Nothing was sent." in asked.stderr
    assert "shipments" not in shop.order(1001)
    ready_user.run("push", answers="y\n")
    assert shop.order(1001)["shipments"][0]["numbers"] == ["T1001"]


def test_push_without_anybody_to_ask_is_a_usage_error(ready_user: Any, shop: Any) -> None:
    ship(ready_user, "1001")
    assert "say --yes" in ready_user.run("push", code=2).stderr
    assert ready_user.json("push", code=2)["error"]["reason"] == "usage"
    assert "shipments" not in shop.order(1001)


def test_push_only_if_nothing_changed(ready_user: Any, shop: Any) -> None:
    user = ready_user
    ship(user, "1001")
    first = user.json("push", "--plan")
    assert first["next"] == f"fbridge push --only-if {first['data']['fingerprint']}"
    user.run("tracking", "set", "S1", "CORRECTED")
    refused = user.json("push", "--only-if", first["data"]["fingerprint"], code=2)
    assert refused["error"]["reason"] == "plan_changed"
    assert "shipments" not in shop.order(1001)
    second = user.json("push", "--plan")["data"]["fingerprint"]
    done = user.json("push", "--only-if", second)["data"]
    assert [item["state"] for item in done["results"]] == ["sent"]
    assert shop.order(1001)["shipments"][0]["numbers"] == ["CORRECTED"]


def test_a_plan_of_one_manifest_is_repeated_as_such(ready_user: Any, shop: Any) -> None:
    ship(ready_user, "1001")
    ship(ready_user, "1002")
    number = ready_user.json("manifest", "list")["items"][0]["number"]
    plan = ready_user.json("push", "shop", "--manifest", number, "--plan")
    ready_user.run(*plan["next"].split()[1:])
    assert "shipments" not in shop.order(1001)
    assert shop.order(1002)["status"] == "closed"


def test_one_store_is_pushed_while_another_waits(ready_user: Any, shop: Any, tmp_path: Path) -> None:
    user, other = ready_user, type(shop)(tmp_path / "b2b.json")
    other.sell(2001)
    user.add_shop(other, name="b2b")
    user.run("fetch", "b2b")
    user.run("carrier", "map", "b2b", "BRT", "bartolini")
    ship(user, "1001", "2001")
    user.run("push", "shop", "--yes")
    assert shop.order(1001)["shipments"][0]["numbers"] == ["T1001"]
    assert "shipments" not in other.order(2001)
    user.run("push", answers="y\n")
    assert other.order(2001)["shipments"][0]["numbers"] == ["T2001"]


def test_a_refusal_of_the_store_fails_its_row_only(ready_user: Any, shop: Any) -> None:
    shop.sell(1001, refuses="the order is locked by the accountant")
    ship(ready_user, "1001", "1002")
    pushed = ready_user.run("push", "--yes", code=1)
    assert "the order is locked by the accountant" in pushed.stdout
    assert shop.order(1002)["status"] == "closed"
    status = ready_user.run("status", code=1)
    assert "fbridge explain S1" in status.stdout
    told = ready_user.run("explain", "S1")
    assert "the order is locked by the accountant" in told.stdout
    assert "fbridge push --resend S1, or fbridge shipment withdraw S1" in told.stderr
    assert ready_user.json("status", code=1)["data"]["items"][0]["reason"] == "store_says_no"
    shop.sell(1001)
    resent = ready_user.run("push", "--resend", "S1", "--yes")
    assert "S1 will be sent again." in resent.stderr
    assert shop.order(1001)["status"] == "closed"


def test_resending_is_asked_about_before_anything_changes(ready_user: Any, shop: Any) -> None:
    shop.sell(1001, refuses="no")
    ship(ready_user, "1001")
    ready_user.run("push", "--yes", code=1)
    asked = ready_user.run("push", "--resend", "S1", answers="n\n")
    assert "Is it certain" in asked.stderr
    assert ready_user.json("shipment", "show", "S1")["data"]["push"]["state"] == "refused"
    adopted = ready_user.run("shipment", "adopt", "S1").stdout
    assert "done elsewhere" in adopted


def test_a_late_number(ready_user: Any, shop: Any) -> None:
    user = ready_user
    user.run("manifest", "add", "BRT", "1001")
    user.run("manifest", "ship", "BRT")
    waits = user.run("push", "--yes").stdout
    assert "waits for its tracking number" in waits
    assert "fbridge tracking set S1 NUMBER" in user.run("status").stdout
    user.run("tracking", "set", "S1", "LATE")
    user.run("push", "--yes")
    assert shop.order(1001)["shipments"][0]["numbers"] == ["LATE"]


def test_an_order_cancelled_meanwhile_stops_the_manifest(ready_user: Any, shop: Any) -> None:
    user = ready_user
    user.run("manifest", "add", "BRT", "1001", "1002")
    shop.sell(1001, status="cancelled")
    stopped = user.run("manifest", "ship", "BRT", code=1)
    assert "cancelled" in stopped.stdout
    assert "--leave-out-bad" in stopped.stderr
    assert user.json("manifest", "show", "BRT")["data"]["state"] == "preparing"
    left = user.json("manifest", "ship", "BRT", "--leave-out-bad", code=1)["data"]
    assert left["shipped"] is True
    assert [(row["ref"], row["ok"], row["reason"]) for row in left["results"]] == [
        ("1001", False, "order_cancelled"),
        ("1002", True, "leaves"),
    ]


def test_what_could_not_be_prepared_any_more_stops_the_manifest(ready_user: Any, shop: Any) -> None:
    user = ready_user
    shop.sell(1004, payment="unpaid")
    shop.sell(1005)
    shop.sell(1006)
    user.run("fetch")
    user.run("shipment", "create", "1004", "--allow-unpaid")
    user.run("manifest", "add", "BRT", "1001", "1002", "1003", "S1", "1005", "1006")
    shop.sell(1001, payment="unpaid")
    shop.sell(1002, delivery="pickup")
    shop.sell(1003, payment="paid")
    shop.sell(1005, payment="cod")
    shop.sell(1006, delivery="none")
    stopped = user.json("manifest", "ship", "BRT", code=1)["data"]
    assert {row["ref"]: row["reason"] for row in stopped["results"]} == {
        "1001": "order_unpaid",
        "1002": "order_is_pickup",
        "1003": "cod_changed",
        "1004": "leaves",
        "1005": "cod_changed",
        "1006": "order_is_virtual",
    }
    assert not stopped["shipped"]
    assert user.json("manifest", "ship", "BRT", "--leave-out-bad", code=1)["data"]["shipped"]


def test_one_bad_row_stops_no_other(ready_user: Any) -> None:
    added = ready_user.json("manifest", "add", "BRT", "1001", "9999", "1002", code=1)["data"]
    assert [(row["ref"], row["ok"]) for row in added["results"]] == [
        ("1001", True),
        ("9999", False),
        ("1002", True),
    ]
    assert added["manifest"]["parcels"] == 2


def test_manifest_commands(ready_user: Any) -> None:
    user = ready_user
    number = user.json("manifest", "new", "BRT")["data"]["number"]
    assert "is empty" in user.run("manifest", "ship", number, code=2).stderr
    user.run("manifest", "add", number, "1001", "1002")
    assert "not done" in user.run("manifest", "remove", number, "S1", "S9", code=1).stdout
    user.run("manifest", "ship", number, "--no-check")
    assert "shipped already" in user.run("manifest", "ship", number, code=2).stderr
    assert user.json("manifest", "reopen", number)["data"]["state"] == "preparing"
    user.run("manifest", "add", number, "S1")
    user.run("manifest", "ship", number)
    user.run("manifest", "leave-behind", number, "S2")
    assert [one["label"] for one in user.json("manifest", "show", number)["data"]["shipments"]] == ["S1"]
    spare = user.json("manifest", "new", "BRT")["data"]["number"]
    assert user.json("manifest", "cancel", spare)["data"]["state"] == "cancelled"
    listed = user.json("manifest", "list", "--state", "cancelled")["items"]
    assert [one["number"] for one in listed] == [spare]


def test_shipments_of_some_lines(ready_user: Any) -> None:
    user = ready_user
    made = user.json(
        *(
            "shipment",
            "create",
            "1003",
            "--line",
            "HAT=1",
            "--line",
            "HAT=1",
            "--number",
            "A",
            "--number",
            "B",
        ),
        *("--weight", "1.5kg", "--document", "erp/A/77/2026"),
    )["data"]
    assert made["items"] == [{"line_id": "1", "quantity": 2}]
    assert (made["parcels"], made["weight_grams"], made["numbers"]) == (2, 1500, ["A", "B"])
    assert made["cod"] == {"amount": "30.00", "currency": "EUR"}
    too_many = user.run("shipment", "create", "1003", "--line", "SCARF=5", code=2)
    assert "SCARF" in too_many.stderr
    rest = user.json("shipment", "create", "shop:1003")["data"]
    assert (rest["items"], rest["cod"]) == ([{"line_id": "2", "quantity": 1}], None)
    assert user.json("shipment", "show", "erp/A/77/2026")["data"]["label"] == made["label"]
    user.run("shipment", "withdraw", rest["label"])
    assert "1.5 kg" in user.run("shipment", "show", made["label"]).stdout
    assert "withdrawn" in user.run("shipment", "list", "--store", "shop").stdout


def test_an_external_parcel_is_carried_and_never_pushed(ready_user: Any) -> None:
    user = ready_user
    assert "--name" in user.run("shipment", "external", "--carrier", "BRT", code=2).stderr
    words = ("shipment", "external", "--carrier", "BRT", "--name", "Officina Neri", "--city", "Padova")
    made = user.json(*words, "--cod", "12,50", "--number", "E1", "--number", "E2", "--manifest", "BRT")[
        "data"
    ]
    assert (made["origin"], made["parcels"], made["push"]) == ("external", 2, None)
    assert "COD 12.50 EUR" in user.run("manifest", "show", "BRT").stdout
    user.run("manifest", "ship", "BRT")
    assert "nothing to tell" in user.run("push", "--yes").stdout


def test_a_number_of_two_shipments_must_be_meant(ready_user: Any) -> None:
    user = ready_user
    user.run("shipment", "create", "1001", "--number", "SAME")
    user.run("shipment", "create", "1002")
    assert "S1" in user.run("tracking", "set", "S2", "SAME", code=2).stderr
    user.run("tracking", "set", "S2", "SAME", "--allow-shared")


def test_find(ready_user: Any) -> None:
    ship(ready_user, "1001")
    found = ready_user.run("find", "T1001")
    assert "order shop:1001" in found.stdout
    assert "Next: fbridge shipment show S1" in found.stderr
    assert {one["kind"] for one in ready_user.json("find", "BRT")["items"]} >= {"carrier"}
    assert "Nothing is like 'zebra'" in ready_user.run("find", "zebra").stdout


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ((), ["1003", "1002", "1001"]),
        (("--cod",), ["1003"]),
        (("--unpaid",), []),
        (("--ready", "--store", "shop"), ["1003", "1002", "1001"]),
        (("--since", "2026-11-03"), ["1003", "1002"]),
        (("--limit", "1"), ["1003"]),
        (("--limit", "1", "--sort", "oldest"), ["1001"]),
        (("--carrier", "brt", "--state", "unfulfilled"), ["1003", "1002", "1001"]),
        (("--older-than", "99999w"), []),
    ],
)
def test_orders_are_filtered(ready_user: Any, options: tuple[str, ...], numbers: list[str]) -> None:
    listed = ready_user.json("orders", "list", *options)
    assert [row["number"] for row in listed["items"]] == numbers


def test_an_order_is_shown_in_the_users_time(ready_user: Any) -> None:
    shown = ready_user.run("orders", "show", "shop:1003").stdout
    assert "2026-11-04 10:30" in shown, "09:30 UTC is 10:30 in Rome"
    assert "COD 30.00 EUR" in shown
    assert "HAT" in shown
    assert 'Did you mean "1003"' in ready_user.run("orders", "show", "10033", code=2).stderr


def test_two_stores_with_one_number(ready_user: Any, shop: Any) -> None:
    ready_user.add_shop(shop, name="b2b")
    ready_user.run("fetch", "b2b")
    asked = ready_user.run("orders", "show", "1001", code=2).stderr
    assert "b2b:1001" in asked
    assert "shop:1001" in asked
    assert ready_user.json("orders", "show", "1001", "--store", "b2b")["data"]["row"]["store"] == "b2b"


def test_export_as_csv(ready_user: Any, shop: Any) -> None:
    shop.sell(1002, name="=HYPERLINK(1)", note="two\nlines; “quoted”, è")
    ready_user.run("fetch")
    rows = list(csv.DictReader(io.StringIO(ready_user.run("orders", "export").stdout)))
    assert [(row["order"], row["sku"], row["quantity"]) for row in rows[:3]] == [
        ("1001", "HAT", "2"),
        ("1001", "SCARF", "1"),
        ("1002", "HAT", "2"),
    ]
    assert rows[2]["name"] == "'=HYPERLINK(1)"
    assert rows[2]["note"] == "two lines; “quoted”, è"
    assert (rows[4]["payment"], rows[4]["amount_due"], rows[4]["currency"]) == ("cod", "30.00", "EUR")
    assert rows[0]["created_at"] == "2026-11-02T09:30:00Z"


def test_export_into_a_file(ready_user: Any, tmp_path: Path) -> None:
    target = tmp_path / "orders.json"
    target.write_text("old", "utf-8")
    ready_user.run("orders", "export", "--format", "json", "-o", str(target), "--store", "nowhere", code=2)
    assert target.read_text("utf-8") == "old", "what fails leaves the old file"
    done = ready_user.run("orders", "export", "--format", "json", "-o", str(target))
    assert (done.stdout, "3 orders are in" in done.stderr) == ("", True)
    details = json.loads(target.read_text("utf-8"))["items"]
    assert [one["row"]["number"] for one in details] == ["1001", "1002", "1003"]
    assert details[0]["lines"][0]["line"]["sku"] == "HAT"
    assert [path.name for path in tmp_path.glob(".*")] == []
    gone = ready_user.run("orders", "export", "-o", str(tmp_path / "no" / "such.csv"), code=2)
    assert "cannot be written" in gone.stderr


def test_export_line_by_line(ready_user: Any) -> None:
    lines = ready_user.run("orders", "export", "--format", "ndjson", "--cod").stdout.splitlines()
    assert [json.loads(line)["row"]["number"] for line in lines] == ["1003"]
    assert ready_user.json("orders", "export")["command"] == "orders export"


def test_status_names_what_stayed_in_the_house(ready_user: Any) -> None:
    user = ready_user
    number = user.json("manifest", "add", "BRT", "1001", "1002")["data"]["manifest"]["number"]
    for label in ("S1", "S2"):
        user.run("tracking", "set", label, f"BRT{label}")
    user.run("manifest", "ship", number)
    user.run("push", "--yes")
    user.run("manifest", "leave-behind", number, "S1")
    said = user.run("status").stdout
    assert "Shipments in the house: 1, the oldest for" in said
    assert (
        "S1 (BRT, order 1001) was left behind, though its store was told that it left: fbridge manifest add BRT S1"
        in " ".join(said.split())
    )
    assert "Everything is at rest" not in said
    assert "Struck through, for they did not leave: S1 1001." in user.run("manifest", "show", number).stdout
    user.run("manifest", "add", "BRT", "S1")
    user.run("manifest", "ship", "BRT")
    assert "Everything is at rest" in user.run("status").stdout


def test_parcels_are_scanned_over_a_pipe(ready_user: Any) -> None:
    user = ready_user
    user.run("shipment", "create", "1001", "--carrier", "BRT", "--number", "BRT1")
    user.run("shipment", "create", "1002", "--carrier", "BRT", "--number", "BRT2")
    assert "--all" in user.run("manifest", "add", "BRT", code=2).stderr
    user.run("manifest", "add", "BRT", "--all")
    said = user.run("manifest", "scan", "BRT", answers="BRT1\nXX9\n", code=1).stdout
    assert "yes  BRT1  S1 (order 1001)" in said
    assert "NO   XX9  not on manifest 2026-0001\a" in said
    assert "Missing: S2 (order 1002): BRT2." in said
    assert "Too many: XX9." in said
    said = user.run("manifest", "scan", "BRT", answers="BRT1\nBRT2\n")
    assert "All of manifest 2026-0001 was scanned." in said.stdout
    assert "fbridge manifest ship 2026-0001" in said.output
