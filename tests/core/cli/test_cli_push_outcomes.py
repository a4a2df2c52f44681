"""What becomes of a push, told to who typed it: fences, lost answers, late mappings, many cancellations."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fbridge.push.run_state import PushRun
from fbridge.storage.tables import pushes


def ship(user: Any, *orders: str) -> None:
    user.run("manifest", "add", "BRT", *orders)
    for number in orders:
        user.run("tracking", "set", number, f"T{number}")
    user.run("manifest", "ship", "BRT")


def pushed(user: Any, *words: str, code: int = 0) -> dict[str, Any]:
    answer = user.json("push", "--yes", *words, code=code)
    return {item["order_number"]: item for item in answer.get("items") or answer["data"]["results"]}


def test_a_fence_is_set_first_and_the_shipment_follows_in_the_same_push(ready_user: Any, shop: Any) -> None:
    shop.sell(1001, fences=True)
    ship(ready_user, "1001")
    assert pushed(ready_user)["1001"]["state"] == "sent"
    assert len(shop.order(1001)["shipments"]) == 1


def test_an_answer_that_never_came_is_looked_up_and_nothing_is_doubled(ready_user: Any, shop: Any) -> None:
    """Its mail stays in doubt, for the plain store leaves no trace of one: a person sets that at rest."""
    shop.sell(1001, answer="never")
    ship(ready_user, "1001")
    result = pushed(ready_user, code=1)["1001"]
    assert (result["state"], result["reason"]) == ("sent", "found_on_store")
    assert (len(shop.order(1001)["shipments"]), shop.order(1001)["mails"]) == (1, 1)


def test_what_was_provably_not_done_is_sent_again(ready_user: Any, shop: Any) -> None:
    shop.sell(1001, answer="never, and nothing was done")
    ship(ready_user, "1001")
    assert pushed(ready_user)["1001"]["state"] == "sent"
    assert (len(shop.order(1001)["shipments"]), shop.order(1001)["mails"]) == (1, 1)


def test_what_is_looked_up_first_shows_the_mail_that_may_follow(ready_user: Any, shop: Any) -> None:
    ship(ready_user, "1001")
    with ready_user.bridge() as bridge, bridge.context.database.write() as connection:
        long_ago = bridge.context.now() - timedelta(hours=1)
        connection.execute(
            sa.update(pushes).values(state="unconfirmed", tries=1, since=long_ago, unconfirmed_since=long_ago)
        )
    (store,) = ready_user.json("push", "--plan")["data"]["stores"]
    assert [(entry["action"], entry["mail"]) for entry in store["entries"]] == [("check", True)]
    assert store["mails"] == 1
    assert pushed(ready_user)["1001"]["state"] == "sent"
    assert shop.order(1001)["mails"] == 1


def test_a_warehouse_that_the_settings_do_not_know_is_told_in_the_plan(ready_user: Any) -> None:
    user = ready_user
    config = Path(user.home) / "config.toml"
    text = config.read_text().replace("[stores.shop]", '[stores.shop]\nwarehouses = { rome = "1" }')
    config.write_text(text)
    user.run("shipment", "create", "1001", "--number", "T1", "--warehouse", "roma", "--manifest", "BRT")
    user.run("shipment", "create", "1002", "--number", "T2", "--warehouse", "rome", "--manifest", "BRT")
    user.run("manifest", "ship", "BRT")
    (store,) = user.json("push", "--plan")["data"]["stores"]
    told = {entry["order_number"]: " ".join(entry["warnings"]) for entry in store["entries"]}
    assert "has no place for the warehouse roma" in told["1001"]
    assert told["1002"] == ""


def test_a_number_kept_back_for_want_of_a_mapping_is_sent_once_it_is_there(
    ready_user: Any, shop: Any
) -> None:
    user = ready_user
    user.run("carrier", "unmap", "shop", "BRT")
    config = Path(user.home) / "config.toml"
    config.write_text(config.read_text().replace("[stores.shop]", '[stores.shop]\nunmapped_carrier = "send"'))
    ship(user, "1001")
    assert pushed(user)["1001"]["reason"] == "sent_without_number"
    assert shop.order(1001)["shipments"][0]["numbers"] == []
    user.run("carrier", "map", "shop", "BRT", "bartolini")
    assert pushed(user)["1001"]["state"] == "sent"
    assert [one["numbers"] for one in shop.order(1001)["shipments"]] == [["T1001"]]


@pytest.fixture
def many(ready_user: Any, shop: Any) -> list[str]:
    numbers = [str(number) for number in range(1010, 1030)]
    for number in numbers:
        shop.sell(int(number))
    ready_user.run("fetch")
    ship(ready_user, *numbers)
    return numbers


def test_many_cancelled_orders_do_not_stop_the_others(ready_user: Any, shop: Any, many: list[str]) -> None:
    for number in many[:-2]:
        shop.sell(int(number), status="cancelled")
    results = pushed(ready_user, code=1)
    assert [results[number]["state"] for number in many] == ["refused"] * 18 + ["sent"] * 2


def test_the_same_answer_again_and_again_stops_the_store(ready_user: Any, shop: Any, many: list[str]) -> None:
    for number in many:
        shop.sell(int(number), refuses="the licence has expired")
    told = ready_user.run("push", "--yes", code=1)
    assert "gave the same answer 10 times in a row (the licence has expired)" in told.output
    counts = ready_user.json("status", code=1)["data"]["counts"]
    assert counts["ready"] >= 8


def test_what_happened_is_in_the_log_file_too(ready_user: Any, shop: Any) -> None:
    ship(ready_user, "1001")
    pushed(ready_user)
    log = (Path(ready_user.home) / "log" / "fbridge.log").read_text()
    assert "fetch from shop: 3 orders, 3 new" in log
    assert "push to shop: 1 shipments" in log
    assert "right" not in json.dumps(log)


def test_what_a_dead_program_left_is_in_doubt_from_now_on_and_the_story_says_so(
    ready_user: Any, shop: Any
) -> None:
    ship(ready_user, "1001")
    with ready_user.bridge() as bridge, bridge.context.database.write() as connection:
        long_ago = bridge.context.now() - timedelta(hours=1)
        connection.execute(
            sa.update(pushes).values(state="sending", since=long_ago, claimed_at=long_ago, tries=1)
        )
    assert pushed(ready_user)["1001"]["state"] == "sent"
    story = ready_user.json("explain", "S1")["data"]["lines"]
    assert "S1: the program ended while it was being sent" in [line["words"] for line in story]


def test_a_number_corrected_while_the_order_is_read_is_the_only_one_that_is_sent(
    ready_user: Any, shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ship(ready_user, "1001")
    read = PushRun.read
    corrections = iter(["CORRECTED"])

    def read_and_be_corrected(run: PushRun, groups: Any) -> Any:
        page = read(run, groups)
        for number in corrections:
            with ready_user.bridge() as bridge:
                bridge.shipments.set_tracking("S1", [number])
        return page

    monkeypatch.setattr(PushRun, "read", read_and_be_corrected)
    ready_user.run("push", "--yes")
    assert shop.order(1001).get("shipments", []) == []
    assert pushed(ready_user)["1001"]["state"] == "sent"
    tried = [line for line in ready_user.json("explain", "S1")["data"]["lines"] if line["what"] == "attempt"]
    assert [one["numbers"] for one in shop.order(1001)["shipments"]] == [["CORRECTED"]]
    assert len(tried) == 1
