"""The emulated store itself: its default orders, who may do what, its staff's hands, and its modes."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from fbridge_magento.sandbox import create_sandbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from fbridge.sandbox import ServedSandbox

    from .conftest import StoreClient


def all_orders(call: StoreClient) -> list[dict[str, Any]]:
    return list(call.find("orders")["items"])


def test_the_default_store_has_every_kind_of_order(call: StoreClient) -> None:
    orders = all_orders(call)
    states = Counter(order["state"] for order in orders)
    assert states.keys() == {"new", "processing", "complete", "canceled", "closed", "holded"}
    assert states["processing"] + states["new"] >= 40
    kinds = {row["product_type"] for order in orders for row in order["items"]}
    assert kinds == {"simple", "configurable", "bundle", "virtual", "grouped"}
    assert {order["store_id"] for order in orders} == {1, 2, 3, 4}
    due = [order for order in orders if order["total_due"] and order["state"] == "new"]
    assert {order["payment"]["method"] for order in due} == {"cashondelivery", "banktransfer"}
    assert any(order["status"] == "in_picking" for order in orders)
    assert any(order["state"] == "processing" and order.get("total_refunded") for order in orders)
    assert any(order["is_virtual"] for order in orders)
    assert any(history["is_visible_on_front"] for order in orders for history in order["status_histories"])
    methods = {
        order["extension_attributes"]["shipping_assignments"][0]["shipping"].get("method") for order in orders
    }
    assert methods == {"flatrate_flatrate", "instore_pickup", None}


def test_ids_are_unique_and_numbers_within_their_store_view(call: StoreClient) -> None:
    orders = all_orders(call)
    rows = [row["item_id"] for order in orders for row in order["items"]]
    assert len(set(rows)) == len(rows)
    numbers = [order["increment_id"] for order in orders]
    assert len(set(numbers)) == len(numbers)
    of_italy = sorted(order["increment_id"] for order in orders if order["store_id"] == 2)
    assert of_italy[:2] == ["2000000001", "2000000002"]


def test_every_total_is_the_sum_of_its_parts(call: StoreClient) -> None:
    for order in all_orders(call):
        rows = [row["row_total"] for row in order["items"] if "parent_item_id" not in row]
        assert round(sum(rows) + order["shipping_amount"], 2) == order["grand_total"]


def test_complete_orders_have_their_shipment(call: StoreClient) -> None:
    complete = [
        order for order in all_orders(call) if order["state"] == "complete" and not order["is_virtual"]
    ]
    ids = ",".join(str(order["entity_id"]) for order in complete)
    shipments = call.find("shipments", ("order_id", "in", ids))["items"]
    assert [one["order_id"] for one in shipments] == [order["entity_id"] for order in complete]
    for order, shipment in zip(complete, shipments, strict=True):
        shown = {row["item_id"]: row["qty_shipped"] for row in order["items"]}
        assert all(shown[item["order_item_id"]] == item["qty"] for item in shipment["items"])


def test_a_shipment_stays_as_it_was_when_its_order_is_refunded(
    sandbox: ServedSandbox, call: StoreClient
) -> None:
    shipment = call.find("shipments", pageSize=1)["items"][0]
    sandbox.control.refund(shipment["order_id"])
    assert sandbox.control.order(shipment["order_id"])["state"] == "closed"
    assert call("GET", f"shipment/{shipment['entity_id']}").json() == shipment


def test_no_order_is_younger_than_the_clock() -> None:
    then = datetime(2031, 3, 30, 10, 30, tzinfo=UTC)
    store = create_sandbox(clock=lambda: then)
    newest = max(record.updated for record in store.shop.orders.values())
    assert then.timestamp() - 3 * 3600 < newest < then.timestamp()


def test_the_same_seed_makes_the_same_orders() -> None:
    newest = datetime(2026, 11, 20, tzinfo=UTC)
    first, again, other = (create_sandbox(orders=50, seed=seed, newest=newest) for seed in (7, 7, 8))
    everything = [
        [store.control.order(one) for one in store.control.order_ids()] for store in (first, again, other)
    ]
    assert everything[0] == everything[1] != everything[2]


def test_looking_at_an_order_does_not_change_it_and_changing_keeps_the_rest(sandbox: ServedSandbox) -> None:
    order_id = sandbox.control.order_ids("processing")[0]
    before = sandbox.control.order(order_id)
    sandbox.control.comment(order_id, "chiamato")
    after = sandbox.control.order(order_id)
    assert after["status_histories"][0]["comment"] == "chiamato"
    assert {key for key in before if before[key] != after[key]} == {"status_histories", "updated_at"}


# Who may do what


@pytest.mark.parametrize(
    ("token", "allowed"),
    [
        ("full", ["orders", "ship", "shipments", "bulk", "sources", "stores", "modules"]),
        ("min", ["orders", "ship", "shipments", "modules"]),
        ("min_bulk", ["orders", "ship", "shipments", "bulk", "modules"]),
        ("no_ship", ["orders", "shipments", "modules"]),
        ("read_only", ["orders", "modules"]),
        ("nothing", ["modules"]),
        (None, []),
        ("wrong", []),
    ],
)
def test_rights(call: StoreClient, token: str | None, allowed: list[str]) -> None:
    everywhere = {"searchCriteria[pageSize]": 1}
    asked = {
        "orders": ("GET", "orders", everywhere),
        "ship": ("POST", "order/999999/ship", {}),
        "shipments": ("GET", "shipments", everywhere),
        "bulk": ("GET", "bulk", everywhere),
        "sources": ("GET", "inventory/sources", everywhere),
        "stores": ("GET", "store/storeViews", {}),
        "modules": ("GET", "modules", {}),
    }
    answers = {
        name: call(method, path, token, params=params) for name, (method, path, params) in asked.items()
    }
    refused = {name: answer for name, answer in answers.items() if answer.status_code == 401}
    assert sorted(answers.keys() - refused.keys()) == sorted(allowed)
    for answer in refused.values():
        assert answer.json()["message"] == "The consumer isn't authorized to access %resources."


def test_without_bearer_tokens_only_signatures_count(make_sandbox: Callable[..., ServedSandbox]) -> None:
    served = make_sandbox(bearer=False)
    assert served.store_settings().keys() == {
        "consumer_key",
        "consumer_secret",
        "access_token",
        "access_token_secret",
    }
    headers = {"Authorization": f"Bearer {served.store_settings()['access_token']}"}
    answer = httpx.get(f"{served.url}/rest/V1/modules", headers=headers)
    assert (answer.status_code, answer.json()["parameters"]) == (401, {"resources": "Magento_Backend::admin"})


# Modes


def test_maintenance_closes_everything_and_opens_again(sandbox: ServedSandbox, call: StoreClient) -> None:
    sandbox.control.maintain()
    for path in ("orders", "/magento_version"):
        answer = call("GET", path)
        assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html; charset=UTF-8")
        assert "retry-after" not in answer.headers
    sandbox.control.maintain(closed=False)
    assert call("GET", "modules").status_code == 200


def test_developer_mode_adds_a_trace_to_errors_only(sandbox: ServedSandbox, call: StoreClient) -> None:
    sandbox.control.develop()
    assert "OrderRepository" in call("GET", "orders/999999").json()["trace"]
    assert isinstance(call("GET", "modules").json(), list)
    sandbox.control.develop(on=False)
    assert "trace" not in call("GET", "orders/999999").json()


def test_a_module_that_is_off_is_not_listed(
    make_sandbox: Callable[..., ServedSandbox], client_of: Any
) -> None:
    call = client_of(make_sandbox(modules_without=("Magento_InventoryShipping", "Magento_InventoryApi")))
    modules = call("GET", "modules").json()
    assert "Magento_InventoryShipping" not in modules
    assert call("GET", "inventory/sources?searchCriteria").status_code == 404


@pytest.mark.parametrize(
    "option",
    [{"bearer": "no"}, {"consumer": "none"}, {"sources": "roma,torino"}, {"sources": ["milano"]}],
    ids=str,
)
def test_an_option_that_would_mean_something_else_is_refused(option: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(option))} is "):
        create_sandbox(**option)


def test_an_italian_store_view_speaks_italian(call: StoreClient) -> None:
    answer = call("GET", "/rest/it/V1/shipment/999999")
    assert answer.json() == {"message": "L'entità richiesta non esiste."}


# The staff


def test_a_paid_order_is_refunded_where_an_unpaid_one_is_canceled(sandbox: ServedSandbox) -> None:
    control = sandbox.control
    paid, cod = control.new_order([("TAZZA-01", 2)]), control.new_order([("TAZZA-01", 2)], cod=True)
    for order_id in (paid, cod):
        sandbox.app.shopkeeper.cancel(str(order_id))
        assert sandbox.app.shopkeeper.shows(str(order_id)).status in {"closed", "canceled"}
    assert (control.order(paid)["state"], control.order(cod)["state"]) == ("closed", "canceled")
    assert [row["qty_canceled"] for row in control.order(cod)["items"]] == [2]


def test_what_was_held_goes_on_as_it_was(sandbox: ServedSandbox) -> None:
    control = sandbox.control
    held = control.order_ids("holded")[0]
    before = control.order(held)
    control.unhold(held)
    assert control.order(held)["state"] in {"new", "processing"}
    control.hold(held)
    assert control.order(held) == before | {"updated_at": control.order(held)["updated_at"]}


def test_a_deleted_order_is_gone_with_its_shipments(sandbox: ServedSandbox, call: StoreClient) -> None:
    shipment = call.find("shipments", pageSize=1)["items"][0]
    sandbox.control.delete(shipment["order_id"])
    assert call("GET", f"orders/{shipment['order_id']}").status_code == 404
    assert call("GET", f"shipment/{shipment['entity_id']}").status_code == 404
    assert call.find("shipments", ("order_id", "eq", str(shipment["order_id"])))["items"] == []


def test_a_malformed_order_has_half_a_piece(sandbox: ServedSandbox, call: StoreClient) -> None:
    order_id = sandbox.control.new_order([("TAZZA-01", 2)])
    sandbox.control.malform(order_id)
    assert call("GET", f"orders/{order_id}").json()["items"][0]["qty_ordered"] == 2.5


# From another process


def test_the_control_routes_change_orders_and_modes(sandbox: ServedSandbox, call: StoreClient) -> None:
    order_id = sandbox.control.new_order([("TAZZA-01", 2)])
    there = f"{sandbox.url}/__sandbox__"

    def steer(path: str, given: dict[str, Any]) -> httpx.Response:
        return httpx.post(f"{there}/{path}", json=given)

    assert steer(f"orders/{order_id}", {"do": "hold"}).json()["state"] == "holded"
    assert steer(f"orders/{order_id}", {"do": "unhold"}).json()["state"] == "processing"
    tracks = [{"track_number": "N1", "title": "BRT", "carrier_code": "custom"}]
    body = {"notify": True, "tracks": tracks}
    assert steer(f"orders/{order_id}", {"do": "ship", "body": body}).json()["state"] == "complete"
    (mail,) = httpx.get(f"{there}/mails").json()
    assert (mail["numbers"], mail["has_tracking"]) == (["N1"], True)
    steer("store", {"maintenance": True})
    assert call("GET", "modules").status_code == 503
    steer("store", {"maintenance": False})
    shown = sandbox.app.shopkeeper.shows(str(order_id))
    assert (shown.status, shown.numbers, shown.mails) == ("complete", ("N1",), 1)


def test_an_unknown_act_is_refused_in_words(sandbox: ServedSandbox) -> None:
    answer = httpx.post(f"{sandbox.url}/__sandbox__/orders/1", json={"do": "explode"})
    assert answer.status_code == 400
    assert "hold" in json.loads(answer.text)["error"]
