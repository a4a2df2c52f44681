"""Faults of the network and of the store, two writers at once, and the routes that steer the store."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from fbridge.sandbox import ServedSandbox

ORDER = 20
Call = Any
Make = Any


def body(*orders: int, state: str = "4") -> str:
    rows = [
        f"<order_history><id_order>{order}</id_order><id_order_state>{state}</id_order_state></order_history>"
        for order in orders
    ]
    return f"<prestashop>{''.join(rows)}</prestashop>"


def ship(call: Call, *orders: int) -> httpx.Response:
    answer: httpx.Response = call("POST", "/order_histories", body(*orders or (ORDER,)), display="full")
    return answer


def state(sandbox: ServedSandbox, order: int = ORDER) -> str:
    return str(sandbox.control.order(order)["current_state"])


@pytest.mark.parametrize(("kind", "then"), [("drop_before", "2"), ("drop_after", "4")])
def test_a_dropped_connection_gives_no_answer(
    sandbox: ServedSandbox, call: Call, kind: str, then: str
) -> None:
    sandbox.control.add_fault(kind, path="order_histories")
    with pytest.raises(httpx.RemoteProtocolError, match="disconnected without sending"):
        ship(call)
    assert state(sandbox) == then


def test_a_crash_half_way_leaves_the_state_without_a_history_row(sandbox: ServedSandbox, call: Call) -> None:
    sandbox.control.crash_status_writes()
    answer = call("POST", "/order_histories", body(ORDER), sendemail="1")
    assert (answer.status_code, answer.text) == (500, "")
    assert state(sandbox) == "4"
    assert [row["id_order_state"] for row in sandbox.control.order(ORDER)["histories"]] == ["2"]
    assert sandbox.control.mails() == []
    assert ship(call).status_code == 201


def test_a_crash_in_the_middle_of_a_body_keeps_what_was_before(sandbox: ServedSandbox, call: Call) -> None:
    answer = ship(call, 20, 99_999, 21)
    assert (answer.status_code, answer.text) == (500, "")
    assert [state(sandbox, order) for order in (20, 21)] == ["4", "2"]


def test_a_gateway_that_gives_up_leaves_the_work_going_on(
    make_sandbox: Make, client_of: Callable[..., Call]
) -> None:
    served = make_sandbox(gateway_timeout=0.2, pace=5)
    answer = ship(client_of(served), 20, 21, 134, 135, 216, 217, 218)
    assert answer.status_code == 504
    done = [state(served, order) for order in (20, 218)]
    assert done == ["4", "2"]


def test_states_written_at_once_get_one_delivery_number(
    make_sandbox: Make, client_of: Callable[..., Call]
) -> None:
    served = make_sandbox(pace=10)
    call = client_of(served)
    orders = (20, 21, 134, 135)
    with ThreadPoolExecutor(len(orders)) as pool:
        assert [one.status_code for one in pool.map(lambda order: ship(call, order), orders)] == [201] * 4
    numbers = [served.control.order(order)["delivery_number"] for order in orders]
    assert len(set(numbers)) < len(orders)
    assert served.control.most_status_writers() > 1


def test_states_written_one_by_one_get_their_own_delivery_numbers(sandbox: ServedSandbox, call: Call) -> None:
    orders = (20, 21, 134, 135)
    ship(call, *orders)
    numbers = {sandbox.control.order(order)["delivery_number"] for order in orders}
    assert len(numbers) == len(orders)
    assert sandbox.control.most_status_writers() == 1


def test_another_process_steers_the_store_over_its_control_routes(sandbox: ServedSandbox, call: Call) -> None:
    with httpx.Client(base_url=f"{sandbox.url}/__sandbox__") as steer:
        assert steer.post("/faults", json={"kind": "drop_after", "path": "histories"}).json()["faults"] == 1
        with pytest.raises(httpx.RemoteProtocolError):
            call("POST", "/order_histories", body(ORDER), sendemail="1")
        (mail,) = steer.get("/mails").json()
        assert (mail["order_id"], mail["kind"], mail["has_tracking"]) == (ORDER, "shipped", False)
        assert steer.post("/orders/21", json={"state": "6"}).json()["current_state"] == "6"
        row = sandbox.control.order(134)["details"][0]["id"]
        partly = steer.post("/orders/134", json={"refund": {str(row): 1}}).json()
        assert partly["details"][0]["product_quantity_refunded"] == "1"
        whole = steer.post("/orders/135", json={"refund": True, "tracking": "B2", "note": "x"}).json()
        assert whole["details"][0]["product_quantity_refunded"] == whole["details"][0]["product_quantity"]
        assert (whole["carriers"][0]["tracking_number"], whole["note"]) == ("B2", "x")
        assert steer.post("/orders/999999", json={"state": "6"}).status_code == 400
        assert steer.post("/orders/135", json={"state": "999"}).status_code == 400
        assert steer.post("/faults", json={"kind": "earthquake"}).status_code == 400
        (seen,) = steer.get("/requests").json()
        assert seen == {
            "method": "POST",
            "path": "/api/order_histories?output_format=JSON&sendemail=1",
        }
        assert steer.post("/shop", json={"enabled": False}).status_code == 200
        assert call("GET", "/orders").status_code == 503
        assert steer.post("/shop", json={"open": True}).status_code == 400


def test_the_key_is_not_kept_with_the_requests(sandbox: ServedSandbox) -> None:
    key = sandbox.control.keys["full"].key
    assert httpx.get(f"{sandbox.url}/api/orders?ws_key={key}&limit=1").status_code == 200
    assert [request.path for request in sandbox.control.requests()] == ["/api/orders?limit=1"]
    assert key not in repr(sandbox.control.keys)


def test_the_shopkeeper_cancels_and_looks(sandbox: ServedSandbox, call: Call) -> None:
    keeper = sandbox.app.shopkeeper
    sandbox.control.set_tracking(ORDER, "A1")
    call("POST", "/order_histories", body(ORDER), sendemail="1")
    keeper.cancel("21")
    shown = keeper.shows(str(ORDER))
    assert (shown.status, shown.numbers, shown.mails) == ("Shipped", ("A1",), 1)
    assert keeper.shows("21").status == "Canceled"


def test_a_module_that_ends_the_program_answers_with_its_own_words(
    sandbox: ServedSandbox, call: Call
) -> None:
    sandbox.control.crash_status_writes(words="goodbye")
    answer = ship(call)
    assert (answer.status_code, answer.text) == (200, "goodbye")
    assert state(sandbox) == "4"
    assert [row["id_order_state"] for row in sandbox.control.order(ORDER)["histories"]] == ["2"]


@pytest.mark.parametrize(("before", "shipped", "mails"), [(False, ["4", "2"], 1), (True, ["2", "2"], 0)])
def test_a_warning_of_php_ends_a_body_after_the_entity_of_which_it_warned(
    sandbox: ServedSandbox, call: Call, *, before: bool, shipped: list[str], mails: int
) -> None:
    sandbox.control.warn_in_writes(before=before)
    answer = call("POST", "/order_histories", body(20, 21), display="full", sendemail="1")
    assert (answer.status_code, [error["code"] for error in answer.json()["errors"]]) == (500, [15])
    assert [state(sandbox, order) for order in (20, 21)] == shipped
    assert len(sandbox.control.mails()) == mails


def test_a_paid_state_books_cash_on_delivery_under_the_modules_own_name(
    sandbox: ServedSandbox, call: Call
) -> None:
    order = sandbox.control.add_order([("demo_1", 1)], state="13")
    call("POST", "/order_histories", body(order, state="3"))
    head = sandbox.control.order(order)
    (row,) = call.rows("order_payments", **{"filter[order_reference]": head["reference"]})
    assert (row["payment_method"], row["amount"]) == ("Cash on delivery (COD)", head["total_paid"])
    assert head["total_paid_real"] == head["total_paid"]
    assert head["payment"] == "Pagamento in contrassegno"


def test_the_configuration_has_the_rows_of_all_shops(
    make_sandbox: Make, client_of: Callable[..., Call]
) -> None:
    served = make_sandbox(orders=0, shops=2)
    served.control.configure("PS_TIMEZONE", "Europe/Athens", shop="2")
    rows = client_of(served).rows(
        "configurations", **{"filter[name]": "[PS_TIMEZONE]", "id_shop": "1", "display": "[value,id_shop]"}
    )
    assert [(row["value"], row["id_shop"]) for row in rows] == [
        ("Europe/Rome", None),
        ("Europe/Athens", "2"),
    ]
