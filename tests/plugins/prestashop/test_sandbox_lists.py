"""Lists of the emulated store: filters, order, shops, languages, and 100 000 orders."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from fbridge.sandbox import ServedSandbox

Call = Any
Make = Any


def test_a_hundred_thousand_orders_are_read_by_keyset(
    make_sandbox: Make, client_of: Callable[..., Call]
) -> None:
    served = make_sandbox(orders=100_000)
    call = client_of(served)
    last = str(served.control.order(20_000)["date_upd"])
    served.control.change(1500, note="changed")
    seen: list[int] = []
    for _ in range(5):
        page = call.rows(
            "orders",
            display="[id,date_upd]",
            **{"filter[date_upd]": f"[{last},2099-01-01 00:00:00]"},
            date="1",
            sort="[date_upd_ASC,id_ASC]",
            limit="0,100",
        )
        keys = [(row["date_upd"], row["id"]) for row in page]
        assert keys == sorted(keys)
        seen += [row["id"] for row in page if row["id"] not in seen]
        last = page[-1]["date_upd"]
    assert len(seen) > 400
    newest = call.rows("orders", display="[id]", sort="[date_upd_DESC,id_DESC]", limit="1", date="1")
    assert newest == [{"id": 1500}]
    ids = "|".join(map(str, seen[:100]))
    assert {row["id_order"] for row in call.rows("order_details", **{"filter[id_order]": f"[{ids}]"})} == {
        str(one) for one in seen[:100]
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[20|21]", [20, 21]),
        ("20", [20]),
        ("[20,34]", [20, 21]),
        ("<[21]", [1, 20]),
        (">[471]", []),
        ("![20|21]", [1, 35]),
        ("%[40]%", [140, 240]),
        (">=[400]", [1, 20]),
        ("!20", []),
        ("[20", []),
    ],
)
def test_the_forms_of_a_filter(sandbox: ServedSandbox, call: Call, text: str, found: list[int]) -> None:
    for order_id in (140, 240):
        record = sandbox.control.shop.orders.get(134)
        copy = type(record)({**record.head, "id": order_id}, [], [], [])
        sandbox.control.shop.orders.add(copy)
    rows = call.rows("orders", display="[id]", sort="[id_ASC]", limit="2", **{"filter[id]": text})
    assert [row["id"] for row in rows] == found


def test_a_day_is_its_first_second(sandbox: ServedSandbox, call: Call) -> None:
    sandbox.control.change(20, date_upd="2026-10-02 00:00:00")
    query = {"date": "1", "display": "[id]"}
    assert call.rows("orders", **query, **{"filter[date_upd]": "[2026-10-01,2026-10-02]"}) == [{"id": 20}]
    assert call.rows("orders", **query, **{"filter[date_upd]": "<[2026-10-02]"}) == []


def test_without_sort_the_database_chooses(call: Call) -> None:
    assert call.rows("order_states", display="[id]", limit="1") == [{"id": 2}]
    orders = call.rows("orders", display="[id,current_state]", **{"filter[current_state]": "[13|2]"})
    states, ids = [row["current_state"] for row in orders], [row["id"] for row in orders]
    assert states == sorted(states, key=int)
    assert ids != sorted(ids)


def test_a_long_address_is_too_long(call: Call) -> None:
    ids = "|".join(str(one) for one in range(1000, 3000))
    answer = call("GET", "/orders", **{"filter[id]": f"[{ids}]"})
    assert answer.status_code == 414
    assert "nginx" in answer.text


def test_a_date_that_the_table_lacks_crashes(call: Call) -> None:
    answer = call("GET", "/order_carriers", date="1", **{"filter[date_upd]": ">[2026-01-01]"})
    assert (answer.status_code, answer.text) == (500, "")
    assert call("GET", "/order_carriers", **{"filter[date_upd]": ">[2026-01-01]"}).status_code == 400


def test_names_are_plain_texts_in_a_shop_of_one_language(
    make_sandbox: Make, client_of: Callable[..., Call]
) -> None:
    call = client_of(make_sandbox(languages=1))
    assert call.rows("order_states", display="[id,name]")[2] == {"id": 4, "name": "Shipped"}
    assert call("GET", "/order_states", language="2", display="full").json()["errors"][0]["code"] == 81


def test_orders_of_several_shops(make_sandbox: Make, client_of: Callable[..., Call]) -> None:
    call = client_of(make_sandbox(orders=10, shops=2))
    counts = [len(call.rows("orders", **query)) for query in ({}, {"id_shop": "2"}, {"id_shop": "all"})]
    assert counts == [5, 5, 10]
    elsewhere = call("GET", "/orders", id_shop="9")
    assert elsewhere.status_code == 302
    assert elsewhere.headers["Location"] == f"{call.served.url}/?url=orders&output_format=JSON"
    assert call("GET", "/orders", id_shop_group="7").json()["errors"][0]["code"] == 999


def test_a_night_when_the_clocks_go_back(make_sandbox: Make, client_of: Callable[..., Call]) -> None:
    moments = [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 15, tzinfo=UTC)]
    now = moments[0]
    served = make_sandbox(orders=2, clock=lambda: now)
    for order_id, moment in zip((1001, 1002), moments, strict=True):
        now = moment
        served.control.change(order_id, note="x")
    rows = client_of(served).rows("orders", display="[id,date_upd]", sort="[date_upd_ASC]", date="1")
    assert rows == [
        {"id": 1002, "date_upd": "2026-10-25 02:15:00"},
        {"id": 1001, "date_upd": "2026-10-25 02:30:00"},
    ]


@pytest.mark.parametrize(
    ("text", "found"), [("%[rt]", ["RT"]), ("[rt]%", ["RTA"]), ("%[RT]%", ["RT", "RTA"])]
)
def test_texts_are_found_without_regard_to_case(
    sandbox: ServedSandbox, call: Call, text: str, found: list[str]
) -> None:
    sandbox.control.change(20, note="aRT")
    sandbox.control.change(21, note="RTA")
    rows = call.rows("orders", display="[id,note]", sort="[id_ASC]", **{"filter[note]": text})
    assert [row["note"].removeprefix("a") for row in rows] == found
