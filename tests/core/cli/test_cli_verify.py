"""``fbridge verify`` and ``push --verify``, as somebody types them."""

from __future__ import annotations

import json
from typing import Any

import pytest


def sent(user: Any, *orders: str) -> None:
    user.run("manifest", "add", "BRT", *orders)
    for number in orders:
        user.run("tracking", "set", number, f"T{number}")
    user.run("manifest", "ship", "BRT")
    user.run("push", "--yes")


def change(shop: Any, number: int, **shipment: Any) -> None:
    """Somebody edits the order's shipment in the shop."""
    orders = shop.orders()
    (order,) = [one for one in orders if one["number"] == str(number)]
    order["shipments"] = [{**one, **shipment} for one in order["shipments"]]
    shop.file.write_text(json.dumps({"orders": orders}), "utf-8")


def verified(user: Any, *words: str, code: int = 0) -> dict[str, Any]:
    data: dict[str, Any] = user.json("verify", *words, code=code)["data"]
    return data


def test_what_is_as_it_was_is_counted_and_what_is_not_has_a_row(ready_user: Any, shop: Any) -> None:
    sent(ready_user, "1001", "1002")
    assert verified(ready_user)["stores"][0]["verified"] == 2
    change(shop, 1002, numbers=["THEIRS"])
    data = verified(ready_user, code=1)
    (row,) = data["results"]
    (store,) = data["stores"]
    assert (store["verified"], store["drifted"], store["not_stored"]) == (1, 1, 0)
    assert (row["shipment"], row["finding"], row["aspects"]) == ("S2", "drifted", ["number"])
    assert row["words"] == "the store shows THEIRS instead of T1002"
    status = ready_user.json("status", code=1)["data"]
    assert (status["drifted"], status["items"][0]["next_step"]) == (1, "fbridge push --resend S2")
    assert "THEIRS instead of T1002" in ready_user.run("explain", "S2").output


@pytest.mark.parametrize("way", [0, 1, 2], ids=["ours", "theirs", "accepted"])
def test_every_way_out_that_is_named_mends_it(ready_user: Any, shop: Any, way: int) -> None:
    sent(ready_user, "1001")
    change(shop, 1001, numbers=["THEIRS"])
    (row,) = verified(ready_user, code=1)["results"]
    words = row["ways"][way].split()[1:]
    ready_user.run(*words, *(["--yes"] if words[0] == "push" else []))
    ready_user.run("push", "--yes")
    assert verified(ready_user)["results"] == []
    assert ready_user.json("status")["data"]["drifted"] == 0
    assert shop.order(1001)["shipments"][0]["numbers"] == [["T1001"], ["THEIRS"], ["THEIRS"]][way]


def test_what_was_accepted_is_told_again_when_it_changes_again(ready_user: Any, shop: Any) -> None:
    sent(ready_user, "1001")
    change(shop, 1001, numbers=["THEIRS"])
    verified(ready_user, code=1)
    ready_user.run("verify", "--accept", "S1")
    assert verified(ready_user)["stores"][0]["accepted"] == 1
    change(shop, 1001, numbers=["ANOTHER"])
    assert verified(ready_user, code=1)["results"][0]["shown"] == ["ANOTHER"]
    change(shop, 1001, numbers=["T1001"])
    assert verified(ready_user)["stores"][0]["verified"] == 1
    refused = ready_user.run("verify", "--accept", "S1", code=2)
    assert "could be accepted" in refused.stderr


def test_what_the_store_shows_nothing_of_is_made_anew_and_mailed_once(ready_user: Any, shop: Any) -> None:
    sent(ready_user, "1001")
    shop.sell(1001, created_at="2026-11-27T12:00:00+00:00", mails=1)
    (row,) = verified(ready_user, code=1)["results"]
    assert (row["finding"], row["ways"][0]) == ("not_stored", "fbridge push --resend S1")
    ready_user.run("push", "--resend", "S1", "--yes", "--verify")
    assert [one["numbers"] for one in shop.order(1001)["shipments"]] == [["T1001"]]
    assert verified(ready_user)["results"] == []


def test_an_order_just_as_it_was_before_the_push_may_be_an_old_page(ready_user: Any, shop: Any) -> None:
    """The same time of change, and nothing of what was written: no drift is told, and nothing is kept."""
    sent(ready_user, "1001")
    shop.sell(1001)
    (row,) = verified(ready_user, code=1)["results"]
    assert (row["finding"], row["ways"]) == ("not_checked", [])
    assert ready_user.json("status")["data"]["drifted"] == 0


def test_a_push_reads_back_what_it_has_written(ready_user: Any, shop: Any) -> None:
    ready_user.run("manifest", "add", "BRT", "1001")
    ready_user.run("tracking", "set", "1001", "T1001")
    ready_user.run("manifest", "ship", "BRT")
    answer = ready_user.json("push", "--yes", "--verify")["data"]
    assert answer["verified"]["stores"][0]["verified"] == 1
    assert ready_user.json("push", "--yes", "--verify")["data"]["verified"]["stores"] == []


def test_what_was_found_is_found_again(ready_user: Any, shop: Any) -> None:
    """Also when the order was read and kept as it is now, by verify itself or by a fetch."""
    sent(ready_user, "1001", "1002")
    moved = {"created_at": "2026-11-27T12:00:00+00:00", "shipments": []}
    shop.sell(1001, status="cancelled", **moved)
    shop.sell(1002, **moved)
    before = verified(ready_user, code=1)["results"]
    ready_user.run("fetch")
    assert verified(ready_user, code=1)["results"] == before
    assert [row["finding"] for row in before] == ["not_stored", "not_stored"]


def test_only_what_was_asked_for_is_looked_at(ready_user: Any, shop: Any) -> None:
    sent(ready_user, "1001")
    sent(ready_user, "1002")
    assert verified(ready_user, "--manifest", "2026-0002")["stores"][0]["verified"] == 1
    assert verified(ready_user, "shop", "--since", "2026-01-01")["stores"][0]["verified"] == 2
    assert verified(ready_user, "--since", "2026-12-31")["stores"][0]["verified"] == 0
    assert "no store" in ready_user.run("verify", "shopp", code=2).stderr
    ready_user.run("verify", "--accept", "S1", "--since", "1d", code=2)


def test_a_store_that_does_not_answer_is_named(ready_user: Any, shop: Any) -> None:
    sent(ready_user, "1001")
    shop.file.unlink()
    data = verified(ready_user, code=6)
    assert (data["results"], data["errors"][0]["store"]) == ([], "shop")
