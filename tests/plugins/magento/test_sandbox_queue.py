"""Asynchronous shipping, with a consumer that works at once, late, or not at all."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from fbridge.sandbox import ServedSandbox

    from .conftest import StoreClient

    MakeSandbox = Callable[..., ServedSandbox]
    ClientOf = Callable[[ServedSandbox], StoreClient]

BULK = "/rest/async/bulk/V1/order/byOrderId/ship"


def hand_in(call: StoreClient, *bodies: dict[str, Any]) -> str:
    answer = call("POST", BULK, json=list(bodies))
    assert answer.status_code == 202, answer.text
    return str(answer.json()["bulk_uuid"])


def operations(call: StoreClient, uuid: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = call("GET", f"bulk/{uuid}/detailed-status").json()["operations_list"]
    return listed


def test_a_running_consumer_ships_and_tells_the_id_as_json_within_json(
    sandbox: ServedSandbox, call: StoreClient
) -> None:
    first, second = (sandbox.control.new_order([("TAZZA-01", 2)]) for _ in range(2))
    uuid = hand_in(call, {"orderId": first}, {"orderId": second}, {"orderId": first})
    done = operations(call, uuid)
    shipments = [sandbox.control.shipments(one)[0]["entity_id"] for one in (first, second)]
    assert [json.loads(json.loads(one["result_serialized_data"])) for one in done[:2]] == shipments
    assert [one["status"] for one in done] == [1, 1, 3]
    assert done[0]["serialized_data"] is None
    assert "without products" in done[2]["result_message"]
    assert call("GET", f"bulk/{uuid}/operation-status/1").json() == 2


def test_a_dead_consumer_leaves_all_open_until_somebody_wakes_it(
    make_sandbox: MakeSandbox, client_of: ClientOf
) -> None:
    served = make_sandbox(orders=0, consumer=None)
    call = client_of(served)
    order_id = served.control.new_order([("TAZZA-01", 2)])
    uuid = hand_in(call, {"orderId": order_id, "notify": True})
    (operation,) = operations(call, uuid)
    assert (operation["status"], operation["result_serialized_data"]) == (4, None)
    wrapped = json.loads(operation["serialized_data"])
    assert json.loads(wrapped["meta_information"]) == {"orderId": order_id, "notify": True}
    assert served.control.shipments(order_id) == []
    served.control.run_consumer()
    assert operations(call, uuid)[0]["status"] == 1
    assert len(served.control.mails(order_id)) == 1


def test_a_late_consumer_comes_once_its_time_is_over(make_sandbox: MakeSandbox, client_of: ClientOf) -> None:
    served = make_sandbox(orders=0, consumer=0.3)
    call = client_of(served)
    order_id = served.control.new_order([("TAZZA-01", 2)])
    uuid = hand_in(call, {"orderId": order_id})
    assert operations(call, uuid)[0]["status"] == 4
    time.sleep(0.35)
    assert operations(call, uuid)[0]["status"] == 1


def test_the_consumer_does_nothing_twice(make_sandbox: MakeSandbox, client_of: ClientOf) -> None:
    served = make_sandbox(orders=0, consumer=None)
    call = client_of(served)
    order_id = served.control.new_order([("TAZZA-01", 3)])
    hand_in(call, {"orderId": order_id, "items": [{"order_item_id": order_id * 20, "qty": 1}]})
    served.control.run_consumer()
    served.control.run_consumer()
    assert len(served.control.shipments(order_id)) == 1


def test_one_bad_field_refuses_the_whole_bulk(sandbox: ServedSandbox, call: StoreClient) -> None:
    order_id = sandbox.control.new_order([("TAZZA-01", 2)])
    bodies = [{"orderId": order_id}, {"orderId": order_id, "tracks": [{"colour": "red"}]}]
    assert call("POST", BULK, json=bodies).status_code == 400
    assert sandbox.control.shipments(order_id) == []


def test_the_newest_bulk_is_listed_first_and_can_be_searched(
    sandbox: ServedSandbox, call: StoreClient
) -> None:
    older, newer = (
        hand_in(call, {"orderId": sandbox.control.new_order([("TAZZA-01", 1)])}) for _ in range(2)
    )
    assert [row["bulk_uuid"] for row in call.find("bulk")["items"]] == [newer, older]
    assert len(call.find("bulk", ("bulk_uuid", "eq", older))["items"]) == 1
    assert call.find("bulk", ("status", "eq", "4"))["total_count"] == 0


def test_a_slow_consumer_goes_on_while_it_is_asked(make_sandbox: MakeSandbox, client_of: ClientOf) -> None:
    served = make_sandbox(orders=0, pace=1)
    call = client_of(served)
    orders = [served.control.new_order([("TAZZA-01", 1)]) for _ in range(4)]
    uuid = hand_in(call, *({"orderId": order_id} for order_id in orders))
    seen = [call("GET", f"bulk/{uuid}/operation-status/4").json()]
    while seen[-1] and len(seen) < 50:
        seen.append(call("GET", f"bulk/{uuid}/operation-status/4").json())
    assert seen[0] > 0
    assert seen[-1] == 0
    assert seen == sorted(seen, reverse=True)
