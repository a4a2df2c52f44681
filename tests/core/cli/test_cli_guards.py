"""What stops a push, what lets it through, and a push of a few first."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

ROME = ZoneInfo("Europe/Rome")
"""Where the user is."""


@pytest.fixture
def shipped(ready_user: Any) -> Any:
    """Three orders have left, and no store was told."""
    ready_user.run("manifest", "add", "BRT", "1001", "1002", "1003")
    for number in ("1001", "1002", "1003"):
        ready_user.run("tracking", "set", number, f"T{number}")
    ready_user.run("manifest", "ship", "BRT")
    return ready_user


def configure(user: Any, setting: str) -> None:
    config = Path(user.home) / "config.toml"
    config.write_text(config.read_text().replace("[stores.shop]", f"[stores.shop]\n{setting}"))


def told(shop: Any) -> int:
    """How many orders the store shows a shipment of."""
    return sum(bool(order.get("shipments")) for order in shop.orders())


@pytest.mark.parametrize(
    ("guard", "words"),
    [("most_mails", "3 mails to customers would leave"), ("most_pushes", "3 shipments would go out")],
)
def test_a_guard_stops_a_push_and_names_what_lets_it_through(
    shipped: Any, shop: Any, guard: str, words: str
) -> None:
    configure(shipped, f"{guard} = 2")
    plan = shipped.json("push", "--plan")
    (stop,) = plan["data"]["stores"][0]["stops"]
    assert (stop["guard"], stop["value"]) == (guard, 2)
    assert words in shipped.run("push", "--plan").output
    answer = shipped.json("push", "--yes", code=1)["data"]
    (error,) = answer["errors"]
    assert (error["error"]["reason"], told(shop)) == (guard, 0)
    command = f"fbridge push shop --guard {guard}=3"
    assert f"{words}; {guard} is 2. To let it through once: {command}" in error["error"]["message"]
    shipped.run(*command.split()[1:], "--yes")
    assert told(shop) == 3


def test_a_guard_in_the_settings_lets_through_what_it_counts(shipped: Any, shop: Any) -> None:
    configure(shipped, "most_mails = 3\nmost_pushes = 3")
    shipped.run("push", "--yes")
    assert told(shop) == 3


def test_an_order_that_is_older_than_it_may_be_waits_and_the_others_go(
    shipped: Any, shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    today, made = datetime.now(ROME), datetime.fromisoformat(shop.order(1002)["created_at"]).astimezone(ROME)
    monkeypatch.setenv("FBRIDGE_SHOP_OLDEST_ORDER", str((today.date() - made.date()).days))
    shipped.run("push", "--yes", code=1)
    assert [bool(shop.order(number).get("shipments")) for number in (1001, 1002, 1003)] == [False, True, True]
    (item,) = shipped.json("status")["data"]["items"]
    assert item["reason"] == "order_too_old"
    (command,) = [part for part in item["words"].split(": ") if part.startswith("fbridge push")]
    shipped.run(*command.split()[1:], "--yes")
    assert told(shop) == 3


def test_the_first_sync_of_an_old_store_mails_nobody(
    shipped: Any, shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FBRIDGE_SHOP_OLDEST_ORDER")
    with shipped.bridge() as bridge, bridge.context.database.write() as connection:
        connection.exec_driver_sql("UPDATE orders SET created_at = '2026-01-02 09:30:00.000000'")
    (store,) = shipped.json("push", "--plan")["data"]["stores"]
    assert (store["mails"], {entry["reason"] for entry in store["entries"]}) == (0, {"order_too_old"})
    shipped.run("push", "--yes", code=1)
    assert told(shop) == 0


def test_a_run_stops_where_too_many_orders_have_changed_since_they_were_fetched(
    shipped: Any, shop: Any
) -> None:
    for number in (1001, 1002, 1003):
        shop.sell(number, note="call first", created_at=shop.order(number)["created_at"])
    configure(shipped, "most_changed = 0")
    (error,) = shipped.json("push", "--yes", code=1)["data"]["errors"]
    assert (error["error"]["reason"], told(shop)) == ("most_changed", 0)
    assert "fbridge push shop --guard most_changed=1" in error["error"]["message"]
    shipped.run("push", "--yes", "--guard", "most_changed=1")
    assert told(shop) == 3


def test_a_limit_leaves_the_rest_to_the_next_push(shipped: Any, shop: Any) -> None:
    answer = shipped.json("push", "--plan", "--limit", "2")
    (store,) = answer["data"]["stores"]
    assert (len(store["entries"]), store["mails"], store["left_for_later"]) == (2, 2, 1)
    assert answer["next"].startswith("fbridge push --limit 2 --only-if ")
    shipped.run(*answer["next"].split()[1:])
    assert told(shop) == 2
    shipped.run("push", "--yes", "--limit", "2")
    assert told(shop) == 3


def test_the_first_one_is_read_back_and_then_the_others_go(shipped: Any, shop: Any) -> None:
    shipped.run("push", "--first-one", answers="n\n")
    assert told(shop) == 0
    shipped.run("push", "--first-one", answers="y\nn\n")
    assert told(shop) == 1
    data = shipped.json("push", "--first-one", "--yes")["data"]
    assert (data["first"]["verified"]["stores"][0]["verified"], told(shop)) == (1, 3)


def test_where_the_first_one_is_refused_nothing_more_is_sent(shipped: Any, shop: Any) -> None:
    shop.sell(1001, refuses="no")
    shipped.run("push", "--first-one", "--yes", code=1)
    assert told(shop) == 0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("--guard", "most_mail=3"), 'Did you mean "most_mails"?'),
        (("--guard", "most_mails=many"), "most_mails must be a whole number"),
        (("--guard", "most_mails=-1"), "most_mails must be a whole number"),
        (("--guard", "most_changed=50%"), "most_changed must be a number"),
        (("--guard", "most_changed=nan"), "most_changed"),
        (("--guard", "most_mails=1", "--guard", "most_mails=2"), "is given 2 times"),
        (("--limit", "0"), "0"),
        (("--first-one", "--limit", "3"), "--first-one without"),
    ],
)
def test_what_is_typed_wrong_is_said(ready_user: Any, given: tuple[str, ...], words: str) -> None:
    assert words in ready_user.run("push", "--yes", *given, code=2).stderr
