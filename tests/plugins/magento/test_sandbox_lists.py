"""Searching orders and shipments, where the recordings do not reach: pages, ties, and a store of many orders."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from fbridge.sandbox import ServedSandbox

    from .conftest import StoreClient

BY_CHANGE = {
    "sortOrders][0][field": "updated_at",
    "sortOrders][0][direction": "ASC",
    "sortOrders][1][field": "entity_id",
    "sortOrders][1][direction": "ASC",
}


def ids(found: dict[str, Any]) -> list[int]:
    return [item["entity_id"] for item in found["items"]]


def test_pages_by_date_of_change_show_every_order_once(sandbox: ServedSandbox, call: StoreClient) -> None:
    seen: list[int] = []
    for page in range(1, 20):
        found = call.find("orders", pageSize=10, currentPage=page, **BY_CHANGE)
        if not found["items"]:
            break
        seen += ids(found)
    assert sorted(seen) == sandbox.control.order_ids()
    times = [sandbox.control.order(order_id)["updated_at"] for order_id in seen]
    assert times == sorted(times)


@pytest.mark.parametrize("condition", ["gt", "gteq"])
def test_a_bound_on_the_date_of_change_is_kept_to_the_second(
    sandbox: ServedSandbox, call: StoreClient, condition: str
) -> None:
    moment = 1795305600  # 2026-11-22 00:00:00
    sandbox.control.set_updated(sandbox.control.order_ids(), moment - 1)
    sandbox.control.set_updated([3, 5, 8], moment)
    sandbox.control.set_updated([13], moment + 1)
    found = call.find("orders", ("updated_at", condition, "2026-11-22 00:00:00"), **BY_CHANGE)
    assert ids(found) == ([13] if condition == "gt" else [3, 5, 8, 13])


def test_a_keyset_within_equal_seconds(sandbox: ServedSandbox, call: StoreClient) -> None:
    """``updated_at gteq X`` and (``updated_at gt X`` or ``entity_id gt N``), as a client goes on after a page."""
    sandbox.control.set_updated(sandbox.control.order_ids(), 1795305600)
    place = "searchCriteria[filter_groups]"
    answer = call(
        "GET",
        "orders",
        params={
            f"{place}[0][filters][0][field]": "updated_at",
            f"{place}[0][filters][0][condition_type]": "gteq",
            f"{place}[0][filters][0][value]": "2026-11-22 00:00:00",
            f"{place}[1][filters][0][field]": "updated_at",
            f"{place}[1][filters][0][condition_type]": "gt",
            f"{place}[1][filters][0][value]": "2026-11-22 00:00:00",
            f"{place}[1][filters][1][field]": "entity_id",
            f"{place}[1][filters][1][condition_type]": "gt",
            f"{place}[1][filters][1][value]": "50",
            **{f"searchCriteria[{name}]": value for name, value in BY_CHANGE.items()},
            "searchCriteria[pageSize]": 20,
        },
    ).json()
    assert ids(answer) == list(range(51, 71))
    assert answer["total_count"] == 34


def test_descending_is_the_other_way_round(call: StoreClient) -> None:
    down = {name: value.replace("ASC", "DESC") for name, value in BY_CHANGE.items()}
    since = ("updated_at", "gteq", "2000-01-01 00:00:00")
    upwards = ids(call.find("orders", since, **BY_CHANGE))
    assert ids(call.find("orders", since, **down)) == upwards[::-1]
    assert ids(call.find("orders", since, pageSize=5, currentPage=2, **down)) == upwards[::-1][5:10]


@pytest.mark.parametrize(
    ("condition", "value", "expected"),
    [
        ("eq", "7", [7]),
        ("neq", "7", [5, 6, 8]),
        ("in", "5,8,999", [5, 8]),
        ("nin", "5,8", [6, 7]),
        ("lt", "7", [5, 6]),
        ("lteq", "7", [5, 6, 7]),
        ("to", "6", [5, 6]),
        ("from", "7", [7, 8]),
        ("like", "_", [5, 6, 7, 8]),
        ("nlike", "5%", [6, 7, 8]),
        ("notnull", "", [5, 6, 7, 8]),
        ("null", "", []),
        ("soundslike", "7", []),
    ],
)
def test_conditions(call: StoreClient, condition: str, value: str, expected: list[int]) -> None:
    found = call.find("orders", ("entity_id", "in", "5,6,7,8"), ("entity_id", condition, value))
    assert ids(found) == expected


def test_text_is_compared_without_case_and_money_as_a_number(call: StoreClient) -> None:
    assert call.find("orders", ("status", "eq", "PROCESSING"))["total_count"] > 0
    some = call.find("orders", ("grand_total", "gt", "100"))["items"]
    assert some
    assert all(order["grand_total"] > 100 for order in some)


def test_shipments_of_several_orders_come_by_order(sandbox: ServedSandbox, call: StoreClient) -> None:
    first, second = (sandbox.control.new_order([("TAZZA-01", 2)]) for _ in range(2))
    for order_id in (second, first):
        sandbox.control.ship(order_id)
    found = call.find("shipments", ("order_id", "in", f"{second},{first}"))
    assert [one["order_id"] for one in found["items"]] == [first, second]


def test_an_empty_list_is_null_once_fields_are_asked_of_its_rows(call: StoreClient) -> None:
    filters = {"searchCriteria[filter_groups][0][filters][0][field]": "entity_id"}
    filters["searchCriteria[filter_groups][0][filters][0][value]"] = "999999"
    empty = {
        fields: call("GET", "orders", params={**filters, "fields": fields}).json()
        for fields in ("items[entity_id],total_count", "items,total_count", "nothing")
    }
    assert empty == {
        "items[entity_id],total_count": {"items": None, "total_count": 0},
        "items,total_count": {"items": [], "total_count": 0},
        "nothing": [],
    }


def test_a_hundred_thousand_orders_are_listed_quickly(
    make_sandbox: Callable[..., ServedSandbox], client_of: Callable[[ServedSandbox], StoreClient]
) -> None:
    call = client_of(make_sandbox(orders=100_000))
    begun = time.monotonic()
    for page in (1, 500, 1000):
        since = ("updated_at", "gteq", "2000-01-01 00:00:00")
        found = call.find("orders", since, pageSize=100, currentPage=page, **BY_CHANGE)
        assert (len(found["items"]), found["total_count"]) == (100, 100_000)
    assert time.monotonic() - begun < 5
