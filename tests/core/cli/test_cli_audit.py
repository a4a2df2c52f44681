"""``fbridge fetch --audit``, as somebody types it."""

from __future__ import annotations

import json
from typing import Any


def test_a_sweep_names_what_the_store_deleted_once_and_no_goods_leave_for_it(
    ready_user: Any, shop: Any
) -> None:
    assert ready_user.json("fetch", "--audit")["items"][0]["orders"] == []
    kept = [order for order in shop.orders() if order["number"] != "1002"]
    shop.file.write_text(json.dumps({"orders": kept}), "utf-8")
    (result,) = ready_user.json("fetch", "--audit", code=1)["items"]
    assert (result["listed"], result["stored"], result["told"]) == (2, 2, 2)
    assert [(one["number"], one["finding"]) for one in result["orders"]] == [("1002", "deleted")]
    ready = ready_user.json("orders", "list", "--ready")["items"]
    assert "1002" not in {order["number"] for order in ready}
    ready_user.run("fetch", "--audit", "shop")
    assert "no such order any more" in ready_user.run("explain", "1002").output


def test_a_sweep_tells_people_which_orders_and_why(ready_user: Any, shop: Any) -> None:
    shop.file.write_text(json.dumps({"orders": []}), "utf-8")
    told = ready_user.run("fetch", "--audit", code=1)
    assert "shop: order 1001: the store has no such order any more" in told.stderr
    assert "no store" in ready_user.run("fetch", "--audit", "shopp", code=2).stderr
    shop.file.unlink()
    ready_user.run("fetch", "--audit", code=6)
