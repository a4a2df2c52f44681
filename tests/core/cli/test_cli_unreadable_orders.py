"""What a person sees of orders that cannot be read, from the first fetch to the evening's push."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from fbridge.context import Context
from fbridge.storage.tables import rejected_orders


@pytest.fixture
def later(user: Any) -> Any:
    """Let the orders that cannot be read be so for longer."""

    def age(**span: float) -> None:
        with user.bridge() as bridge, bridge.context.database.write() as connection:
            first = datetime.now(UTC) - timedelta(**span)
            connection.execute(
                sa.update(rejected_orders).values(first_seen_at=first, tried_at=first, next_at=first)
            )

    return age


def test_it_is_in_every_place_until_it_is_mended(ready_user: Any, shop: Any) -> None:
    shop.sell(1004, broken=True)
    fetched = ready_user.run("fetch", code=1)
    assert "order 1004 was left out: it has no lines" in fetched.stderr
    assert "Next: fbridge orders list --unreadable" in fetched.stderr
    listed = ready_user.run("orders", "list", "--unreadable").stdout
    assert "shop:1004" in listed
    assert "it has no lines" in listed
    status = ready_user.run("status")
    assert "Orders of shop that cannot be read: 1, the oldest for 0 min." in status.stdout
    assert "Everything is at rest" not in status.stdout
    assert "the order cannot be read: it has no lines" in ready_user.run("find", "1004").stdout
    assert "cannot be read: it has no lines" in ready_user.run("explain", "1004").stdout
    shown = ready_user.run("orders", "show", "1004", code=2).stderr
    assert "the order cannot be read: it has no lines" in shown
    shop.sell(1004)
    assert ready_user.json("fetch")["items"][0]["unreadable"] == 0
    assert "Every order can be read." in ready_user.run("orders", "list", "--unreadable").stdout
    assert "Everything is at rest." in ready_user.run("status").stdout


def test_for_programs_it_has_stable_names(ready_user: Any, shop: Any) -> None:
    shop.sell(1004, broken=True)
    item = ready_user.json("fetch", code=1)["items"][0]
    assert (item["unreadable"], item["rejected"][0]["remote_id"]) == (1, "id1004")
    (order,) = ready_user.json("orders", "list", "--unreadable", "--store", "shop")["items"]
    assert (order["ref"], order["reason"], order["tries"], order["known"]) == (
        "shop:1004",
        "it has no lines",
        1,
        False,
    )
    assert ready_user.json("status")["data"]["unreadable"][0]["count"] == 1


def test_after_half_a_day_status_is_overdue(ready_user: Any, shop: Any, later: Any) -> None:
    shop.sell(1004, broken=True)
    ready_user.run("fetch", code=1)
    later(hours=13)
    status = ready_user.run("status", code=1)
    assert "1, the oldest for 13 h (overdue)." in status.stdout
    assert "Next: fbridge orders list --unreadable --store shop" in status.stderr


def test_set_aside_and_back(ready_user: Any, shop: Any, later: Any) -> None:
    shop.sell(1004, broken=True)
    ready_user.run("fetch", code=1)
    later(hours=13)
    aside = ready_user.run("orders", "set-aside", "shop:1004", "--reason", "sold by mistake")
    assert "sold by mistake" in aside.stdout
    assert "was left out" not in ready_user.run("fetch").stderr
    status = ready_user.run("status").stdout
    assert "cannot be read: 0; set aside: 1." in status
    assert "sold by mistake" in ready_user.run("explain", "shop:1004").stdout
    ready_user.run("orders", "bring-back", "1004")
    assert ready_user.json("fetch", code=1)["items"][0]["unreadable"] == 1


def test_what_is_misspelt_is_named(ready_user: Any, shop: Any) -> None:
    shop.sell(1004, broken=True)
    ready_user.run("fetch", code=1)
    assert 'Did you mean "1004"?' in ready_user.run("orders", "set-aside", "1044", code=2).stderr
    assert "1001 can be read" in ready_user.run("orders", "set-aside", "1001", code=2).stderr
    assert "--cod" in ready_user.run("orders", "list", "--unreadable", "--cod", code=2).stderr


def test_many_orders_at_which_the_store_breaks_off_are_read_by_and_by(ready_user: Any, shop: Any) -> None:
    for number in range(1101, 1113):
        shop.sell(number, broken="breaks off")
    ready_user.run("fetch", "--since", "2026-11-01", code=1)
    item = ready_user.json("fetch", code=1)["items"][0]
    assert (item["error"], item["unreadable"]) == (None, 12)
    with ready_user.bridge() as bridge:
        first = {one.ref for one in bridge.orders.unreadable() if one.tries == 2}
        bridge.fetch()
        second = {one.ref for one in bridge.orders.unreadable() if one.tries == 2} - first
    assert (len(first), len(second)) == (5, 5)
    for number in range(1101, 1113):
        shop.sell(number, broken="")
    assert ready_user.json("fetch")["items"][0]["unreadable"] == 0


def test_an_order_that_is_gone_is_at_rest_and_still_has_a_name(
    ready_user: Any, shop: Any, later: Any
) -> None:
    kept = shop.file.read_text("utf-8")
    shop.sell(1004, broken=True)
    ready_user.run("fetch", code=1)
    shop.file.write_text(kept, "utf-8")
    assert ready_user.json("fetch", code=1)["items"][0]["unreadable"] == 1
    assert "looked for once more" in ready_user.run("find", "1004").stdout
    later(hours=1)
    assert ready_user.json("fetch")["items"][0]["unreadable"] == 0
    gone = "the store has no such order any more"
    for told in (("find", "1004"), ("explain", "1004"), ("orders", "list", "--unreadable")):
        assert gone in " ".join(ready_user.run(*told).stdout.split())
    assert gone in ready_user.run("orders", "show", "1004", code=2).stderr
    assert "Everything is at rest." in ready_user.run("status").stdout
    shop.sell(1004)
    ready_user.run("fetch")
    assert "1004" in ready_user.run("orders", "list", "--ready").stdout


def test_a_known_order_that_cannot_be_read_now_is_seen_as_that_everywhere(ready_user: Any, shop: Any) -> None:
    ready_user.run("manifest", "add", "BRT", "1001")
    ready_user.run("tracking", "set", "1001", "BX1")
    ready_user.run("manifest", "ship", "BRT")
    shop.sell(1001, broken=True)
    shop.sell(1002, broken=True)
    ready_user.run("fetch", code=1)
    said = "the order cannot be read: it has no lines"
    (entry,) = ready_user.json("push", "--plan")["data"]["stores"][0]["entries"]
    assert entry["warnings"] == [said]
    assert "Cannot be read it has no lines" in " ".join(
        ready_user.run("orders", "show", "1001").stdout.split()
    )
    assert "cannot be read" in " ".join(ready_user.run("orders", "list").stdout.split())
    assert "1002" not in ready_user.run("orders", "list", "--ready").stdout


def test_a_manifest_stops_an_order_that_cannot_be_read_and_says_why(ready_user: Any, shop: Any) -> None:
    ready_user.run("manifest", "add", "BRT", "1001", "1002")
    shop.sell(1001, broken=True)
    stopped = ready_user.json("manifest", "ship", "BRT", code=1)["data"]["results"]
    assert [(one["ref"], one["reason"]) for one in stopped if not one["ok"]] == [("1001", "order_unreadable")]
    assert stopped[0]["words"] == "the order cannot be read: it has no lines"
    assert "shop:1001" in ready_user.run("orders", "list", "--unreadable").stdout


def test_a_push_waits_for_an_order_that_cannot_be_read_and_sends_the_others(
    ready_user: Any, shop: Any
) -> None:
    ready_user.run("manifest", "add", "BRT", "1001", "1002")
    ready_user.run("tracking", "set", "1001", "BX1")
    ready_user.run("tracking", "set", "1002", "BX2")
    ready_user.run("manifest", "ship", "BRT")
    shop.sell(1001, broken=True)
    pushed = ready_user.json("push", "--yes", code=1)["data"]["results"]
    assert {one["order_number"]: (one["state"], one["reason"]) for one in pushed} == {
        "1001": ("retry", "order_unreadable"),
        "1002": ("sent", "sent"),
    }
    assert "the order cannot be read: it has no lines" in ready_user.run("status").stdout
    shop.sell(1001, broken=False)
    ready_user.run("push", "--yes")
    assert shop.order(1001)["shipments"][0]["numbers"] == ["BX1"]
    assert len(shop.order(1002)["shipments"]) == 1


def test_ten_orders_that_cannot_be_read_do_not_stop_a_push(ready_user: Any, shop: Any) -> None:
    numbers = [str(number) for number in range(1101, 1113)]
    for number in numbers:
        shop.sell(int(number))
    ready_user.run("fetch")
    ready_user.run("manifest", "add", "BRT", *numbers)
    for number in numbers:
        ready_user.run("tracking", "set", number, f"BX{number}")
    ready_user.run("manifest", "ship", "BRT")
    for number in numbers[:11]:
        shop.sell(int(number), broken=True)
    result = ready_user.json("push", "--yes", code=1)["data"]
    assert {one["state"] for one in result["results"]} == {"retry", "sent"}
    assert not result["errors"]


def test_a_crash_before_the_reading_again_loses_nothing(
    ready_user: Any, shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.sell(1004, broken=True)
    with monkeypatch.context() as patch:
        patch.setattr("fbridge.orders.fetch._read_again", _dies)
        with ready_user.bridge() as bridge, pytest.raises(KeyboardInterrupt):
            bridge.fetch()
    with ready_user.bridge() as bridge:
        assert [one.ref for one in bridge.orders.unreadable()] == ["shop:1004"]
        assert isinstance(bridge.context, Context)


def _dies(*_: object) -> None:
    raise KeyboardInterrupt
