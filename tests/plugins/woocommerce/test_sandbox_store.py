"""The emulated store itself: its orders, its listings, what it mails."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from fbridge_woocommerce.sandbox import create_sandbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from fbridge.sandbox import ServedSandbox

Call = Any
ROW = {
    "tracking_provider": "brt-bartolini",
    "custom_tracking_provider": "",
    "custom_tracking_link": "",
    "tracking_number": "BX1",
    "date_shipped": "1795305600",
    "tracking_id": "fb00000000000000000000000000004c",
}


def tracking_meta(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": "_wc_shipment_tracking_items", "value": list(rows)}]


def all_orders(call: Call) -> list[dict[str, Any]]:
    return list(call("GET", "/wc/v3/orders?per_page=100").json())


def test_the_default_store_has_every_kind_of_order(call: Call) -> None:
    orders = all_orders(call)
    to_ship = [
        order
        for order in orders
        if order["status"] == "processing"
        and [s["method_id"] for s in order["shipping_lines"]] == ["flat_rate"]
    ]
    assert len(to_ship) >= 30
    assert any(order["payment_method"] == "cod" and order["fee_lines"] for order in to_ship)
    assert any(order["payment_method"] == "bacs" and order["status"] == "on-hold" for order in orders)
    assert any(s["method_id"] == "local_pickup" for order in orders for s in order["shipping_lines"])
    assert any(order["shipping_lines"] == [] and order["shipping"]["city"] == "" for order in orders)
    assert any(order["refunds"] and order["status"] == "processing" for order in orders)
    assert any(order["refunds"] and order["status"] == "refunded" for order in orders)
    assert any(line["variation_id"] for order in orders for line in order["line_items"])
    assert any("🎁" in order["customer_note"] for order in orders)
    assert len({order["id"] for order in orders}) == len(orders)
    lines = [line["id"] for order in orders for line in order["line_items"]]
    assert len(set(lines)) == len(lines)


def test_every_total_is_the_sum_of_its_parts(call: Call) -> None:
    for order in all_orders(call):
        parts = [*order["line_items"], *order["shipping_lines"], *order["fee_lines"]]
        cents = sum(
            round(float(part["total"]) * 100) + round(float(part["total_tax"]) * 100) for part in parts
        )
        assert abs(cents - round(float(order["total"]) * 100)) <= len(parts), order["id"]


def test_no_order_is_younger_than_the_clock() -> None:
    then = datetime(2031, 3, 30, 10, 30, tzinfo=UTC)
    store = create_sandbox(clock=lambda: then)
    newest = max(record.modified for record in store.shop.orders.values())
    assert then.timestamp() - 3 * 3600 < newest < then.timestamp()


def test_the_same_seed_makes_the_same_orders() -> None:
    newest = datetime(2026, 11, 20, tzinfo=UTC)
    first, again, other = (create_sandbox(orders=50, seed=seed, newest=newest) for seed in (7, 7, 8))
    everything = [
        [store.control.order(one) for one in store.control.order_ids()] for store in (first, again, other)
    ]
    assert everything[0] == everything[1] != everything[2]


def test_a_hundred_thousand_orders_are_read_by_keyset(
    make_sandbox: Callable[..., ServedSandbox], client_of: Callable[[ServedSandbox], Call]
) -> None:
    served = make_sandbox(orders=100_000)
    call = client_of(served)
    since = str(served.control.order(2000)["date_modified_gmt"])
    served.control.change(1500, status="on-hold")
    query = "dates_are_gmt=true&orderby=modified&order=asc&per_page=100&page=1&_fields=id,date_modified_gmt"
    seen: list[int] = []
    for _ in range(5):
        page = call("GET", f"/wc/v3/orders?modified_after={since}&{query}")
        dates = [order["date_modified_gmt"] for order in page.json()]
        assert dates == sorted(dates)
        assert min(dates) > since
        seen += [order["id"] for order in page.json()]
        since = dates[-1]
    assert len(set(seen)) == 500
    last = call("GET", "/wc/v3/orders?orderby=modified&order=desc&per_page=1&_fields=id").json()
    assert last == [{"id": 1500}], "a change moves the order to the end of the index"


@pytest.mark.parametrize(("zone", "skipped"), [("Europe/Rome", True), ("America/New_York", False)])
def test_a_zoned_date_with_dates_are_gmt_is_shifted_by_the_sites_offset(
    make_sandbox: Callable[..., ServedSandbox],
    client_of: Callable[[ServedSandbox], Call],
    zone: str,
    skipped: bool,
) -> None:
    served = make_sandbox(orders=1, timezone=zone, newest=datetime(2026, 11, 20, 10, tzinfo=UTC))
    call = client_of(served)
    order_id = served.control.order_ids()[0]
    served.control.set_modified([order_id], int(datetime(2026, 11, 20, 10, 30, tzinfo=UTC).timestamp()))

    def found(query: str) -> int:
        return len(call("GET", f"/wc/v3/orders?_fields=id&{query}").json())

    assert found("modified_after=2026-11-20T10:00:00&dates_are_gmt=true") == 1
    assert found("modified_after=2026-11-20T10:00:00Z") == 1
    assert found("modified_after=2026-11-20T10:00:00Z&dates_are_gmt=true") == (0 if skipped else 1)
    assert found("modified_after=2026-11-20T10:30:00&dates_are_gmt=true") == 0, "the limit is exclusive"


def test_tracking_written_with_the_status_stands_in_the_one_mail(sandbox: ServedSandbox, call: Call) -> None:
    item = {"id": 29, "status": "completed", "meta_data": tracking_meta(ROW)}
    for _ in range(2):
        assert call("POST", "/wc/v3/orders/batch", json={"update": [item]}).status_code == 200
    (mail,) = sandbox.control.mails(29)
    assert (mail.kind, mail.tracking_numbers) == ("customer_completed_order", ("BX1",))
    (shown,) = call("GET", "/wc-shipment-tracking/v3/orders/29/shipment-trackings").json()
    assert (shown["tracking_provider"], shown["tracking_number"]) == ("BRT Bartolini", "BX1")
    assert shown["tracking_link"].endswith("Nspediz=BX1")


def test_tracking_after_the_status_misses_the_mail(sandbox: ServedSandbox, call: Call) -> None:
    call("PUT", "/wc/v3/orders/29", json={"status": "completed"})
    call("PUT", "/wc/v3/orders/29", json={"meta_data": tracking_meta(ROW)})
    (mail,) = sandbox.control.mails(29)
    assert not mail.has_tracking


def test_without_a_tracking_plugin_the_rows_are_only_meta_data(
    make_sandbox: Callable[..., ServedSandbox], client_of: Callable[[ServedSandbox], Call]
) -> None:
    served = make_sandbox(tracking="none")
    call = client_of(served)
    call("PUT", "/wc/v3/orders/29", json={"status": "completed", "meta_data": tracking_meta(ROW)})
    assert not served.control.mails(29)[0].has_tracking
    assert call("GET", "/wc/v3/orders/29/shipment-trackings").json()["code"] == "rest_no_route"


def test_a_trashed_order_is_read_but_not_listed_and_comes_back_with_a_status(
    sandbox: ServedSandbox, call: Call
) -> None:
    sandbox.control.change(29, status="trash")
    assert call("GET", "/wc/v3/orders/29?_fields=status").json()["status"] == "trash"
    assert call("GET", "/wc/v3/orders?include=29").json() == []
    call("PUT", "/wc/v3/orders/29", json={"status": "completed"})
    assert [order["id"] for order in call("GET", "/wc/v3/orders?include=29").json()] == [29]


def test_a_refund_of_some_pieces_names_their_line(sandbox: ServedSandbox, call: Call) -> None:
    line = sandbox.control.order(26)["line_items"][0]
    sandbox.control.refund(26, {line["id"]: 1}, reason="Rotto")
    (refund,) = call("GET", "/wc/v3/orders/26/refunds").json()
    (taken_back,) = refund["line_items"]
    assert taken_back["quantity"] == -1
    assert taken_back["meta_data"][0]["value"] == str(line["id"])
    order = call("GET", "/wc/v3/orders/26").json()
    assert order["line_items"][0]["quantity"] == line["quantity"], "the line itself does not change"
    assert order["refunds"][0]["total"] == f"-{refund['amount']}"


def test_a_status_of_another_plugin_is_one_of_the_stores_own(
    make_sandbox: Callable[..., ServedSandbox], client_of: Callable[[ServedSandbox], Call]
) -> None:
    call = client_of(make_sandbox(extra_statuses={"spedito": "Spedito"}))
    assert call("PUT", "/wc/v3/orders/29", json={"status": "spedito"}).json()["status"] == "spedito"
    assert {"slug": "spedito", "name": "Spedito"} in call("GET", "/wc/v3/orders/statuses").json()


def test_the_settings_open_the_store_over_https_only(
    make_sandbox: Callable[..., ServedSandbox],
) -> None:
    def status(served: ServedSandbox) -> int:
        pair = served.store_settings()
        return httpx.get(
            f"{served.url}/wp-json/wc/v3/orders?per_page=1",
            auth=(pair["consumer_key"], pair["consumer_secret"]),
            headers={"X-Forwarded-Proto": "https"},
        ).status_code

    assert status(make_sandbox(trust_forwarded_proto=True)) == 200
    assert status(make_sandbox()) == 401


def test_a_signature_counts_for_the_stores_own_address_only(
    make_sandbox: Callable[..., ServedSandbox], client_of: Callable[[ServedSandbox], Call]
) -> None:
    served = make_sandbox(home_url="http://shop.example")
    answer = client_of(served)("GET", "/wc/v3/orders")
    assert answer.json()["message"] == "Invalid signature - provided signature does not match."


def test_a_write_key_writes_and_does_not_read(call: Call) -> None:
    assert call("POST", "/wc/v3/orders/batch", key="write", json={}).json() == []
    assert call("GET", "/wc/v3/orders/29", key="write").status_code == 401
    assert call("POST", "/wc/v3/orders/batch", key="read", json={}).status_code == 401


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(ValueError, match="tracking is 'dhl'"):
        create_sandbox(tracking="dhl")


FULFILLMENT = {
    "status": "fulfilled",
    "meta_data": [
        {"key": "_items", "value": [{"item_id": 41, "qty": 1}]},
        {"key": "_tracking_number", "value": "BX1"},
    ],
}
TRACKING = {"tracking_provider": "UPS", "tracking_number": "1Z1"}


@pytest.mark.parametrize(
    ("method", "path", "body", "moves"),
    [
        ("PUT", "", {}, True),
        ("PUT", "", {"status": "processing"}, True),
        ("PUT", "", {"meta_data": [{"key": "_mark", "value": "1"}]}, True),
        ("POST", "/fulfillments", FULFILLMENT, True),
        ("POST", "/shipment-trackings", TRACKING, True),
        ("POST", "/notes", {"note": "interna"}, False),
        ("GET", "", None, False),
    ],
)
def test_what_moves_the_date_of_change(
    make_sandbox: Callable[..., ServedSandbox],
    client_of: Callable[[ServedSandbox], Call],
    method: str,
    path: str,
    body: dict[str, Any] | None,
    moves: bool,
) -> None:
    served = make_sandbox(fulfillments=True)
    before = served.control.order(29)["date_modified_gmt"]
    assert client_of(served)(method, f"/wc/v3/orders/29{path}", json=body).is_success
    assert (served.control.order(29)["date_modified_gmt"] > before) is moves


@pytest.mark.parametrize(
    ("method", "path", "bodies", "kinds"),
    [
        ("PUT", "", [{"status": "completed"}] * 2, ["completed_order"]),
        (
            "PUT",
            "",
            [{"status": one} for one in ("completed", "processing", "completed")],
            ["completed_order"] * 2,
        ),
        ("PUT", "", [{"status": "on-hold"}, {"status": "processing"}], ["processing_order"]),
        ("PUT", "", [{"status": "cancelled"}], []),
        ("POST", "/fulfillments", [FULFILLMENT], []),
        ("POST", "/fulfillments", [FULFILLMENT | {"notify_customer": True}] * 2, ["fulfillment_created"] * 2),
        ("POST", "/shipment-trackings", [TRACKING], []),
        ("POST", "/shipment-trackings", [TRACKING | {"status_shipped": 1}], ["completed_order"]),
        ("POST", "/notes", [{"note": "BX1", "customer_note": True}] * 2, ["note"] * 2),
        ("POST", "/notes", [{"note": "BX1"}], []),
    ],
)
def test_what_mails_the_customer(
    make_sandbox: Callable[..., ServedSandbox],
    client_of: Callable[[ServedSandbox], Call],
    method: str,
    path: str,
    bodies: list[dict[str, Any]],
    kinds: list[str],
) -> None:
    served = make_sandbox(fulfillments=True)
    for body in bodies:
        assert client_of(served)(method, f"/wc/v3/orders/29{path}", json=body).is_success
    assert [mail.kind for mail in served.control.mails(29)] == [f"customer_{kind}" for kind in kinds]


def test_a_fulfillment_mail_and_a_plugins_completed_mail_carry_the_number(
    make_sandbox: Callable[..., ServedSandbox], client_of: Callable[[ServedSandbox], Call]
) -> None:
    served = make_sandbox(fulfillments=True)
    call = client_of(served)
    call("POST", "/wc/v3/orders/29/fulfillments", json=FULFILLMENT | {"notify_customer": True})
    call("POST", "/wc/v3/orders/29/shipment-trackings", json=TRACKING | {"status_shipped": 1})
    assert [mail.tracking_numbers for mail in served.control.mails(29)] == [("BX1",), ("1Z1",)]


@pytest.mark.parametrize(("legacy", "listed"), [(True, True), (False, False)], ids=["8.9.3", "11.0.1"])
def test_drafts_of_the_checkout_are_listed_on_the_old_tables_only(
    make_sandbox: Callable[..., ServedSandbox],
    client_of: Callable[[ServedSandbox], Any],
    legacy: bool,
    listed: bool,
) -> None:
    served = make_sandbox(orders=5, legacy=legacy)
    draft = served.control.order_ids()[0]
    served.control.change(draft, status="checkout-draft")
    rows = client_of(served)("GET", "/wc/v3/orders?status=any&per_page=100&_fields=id").json()
    assert (draft in {row["id"] for row in rows}) is listed
    assert client_of(served)("GET", "/wc/v3/refunds").status_code == (404 if legacy else 200)
