"""The emulated store itself: its orders, its listings, what other versions and set-ups do otherwise."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from fbridge.sandbox import create_sandbox as create_by_name
from fbridge_prestashop.sandbox import create_sandbox
from fbridge_prestashop.settings import PrestaShopSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from fbridge.sandbox import ServedSandbox

Call = Any
Make = Any


def carrier_xml(*rows: tuple[int, str]) -> str:
    inside = "".join(
        f"<order_carrier><id>{row}</id><tracking_number>{number}</tracking_number></order_carrier>"
        for row, number in rows
    )
    return f"<prestashop>{inside}</prestashop>"


def history_xml(*rows: tuple[int, str]) -> str:
    inside = "".join(
        f"<order_history><id_order>{order}</id_order><id_order_state>{state}</id_order_state></order_history>"
        for order, state in rows
    )
    return f"<prestashop>{inside}</prestashop>"


def test_the_default_store_has_every_kind_of_order(sandbox: ServedSandbox, call: Call) -> None:
    orders = call.rows("orders")
    states = Counter(order["current_state"] for order in orders)
    assert {"1", "2", "3", "4", "5", "6", "7", "10", "13"} <= set(states)
    assert len(sandbox.control.shippable_ids()) >= 35
    assert any(
        order["module"] == "ps_cashondelivery" and order["total_paid_real"] == "0.000000" for order in orders
    )
    assert any(order["current_state"] == "10" and order["valid"] == "0" for order in orders)
    references = Counter(order["reference"] for order in orders)
    assert max(references.values()) == 2
    details = call.rows("order_details")
    assert any(0 < int(row["product_quantity_refunded"]) < int(row["product_quantity"]) for row in details)
    with_carrier = {row["id_order"] for row in call.rows("order_carriers")}
    virtual = [order for order in orders if str(order["id"]) not in with_carrier]
    assert virtual
    assert all(order["id_carrier"] == "0" for order in virtual)
    assert len({row["id"] for row in details}) == len(details)


def test_the_default_carriers_are_those_that_make_trouble(call: Call) -> None:
    carriers = {row["id"]: row for row in call.rows("carriers")}
    used = {order["id_carrier"] for order in call.rows("orders")}
    assert carriers[6]["deleted"] == "1"
    assert carriers[6]["id_reference"] == carriers[10]["id_reference"] == "6"
    assert carriers[8]["url"] == ""
    assert carriers[9]["name"] == "0"
    assert carriers[11]["external_module_name"] == "mondialrelay"
    assert {"6", "8", "9", "10", "11"} <= used


def test_what_an_order_names_is_there(call: Call) -> None:
    known = {
        table: {str(row["id"]) for row in call.rows(table)}
        for table in ("addresses", "customers", "carriers", "countries", "states", "languages", "currencies")
    }
    for order in call.rows("orders"):
        assert {order["id_address_delivery"], order["id_address_invoice"]} <= known["addresses"]
        assert order["id_customer"] in known["customers"]
        assert order["id_carrier"] in known["carriers"] | {"0"}
        assert order["id_lang"] in known["languages"]
        assert order["id_currency"] in known["currencies"]
    for address in call.rows("addresses"):
        assert address["id_country"] in known["countries"]
        assert address["id_state"] in known["states"] | {"0"}


def test_every_total_is_the_sum_of_its_rows(call: Call) -> None:
    for order in call.rows("orders", **{"filter[id]": "[400,471]"}):
        rows = order["associations"]["order_rows"]
        goods = sum(
            round(float(row["unit_price_tax_incl"]) * int(row["product_quantity"]), 2) for row in rows
        )
        total = goods + float(order["total_shipping_tax_incl"])
        assert total == pytest.approx(float(order["total_paid"]), abs=0.02), order["id"]


def test_the_settings_are_those_of_the_adapter(sandbox: ServedSandbox) -> None:
    assert PrestaShopSettings().load(sandbox.store_settings())


def test_the_store_is_found_by_its_platform() -> None:
    assert create_by_name("prestashop", orders=3).control.order_ids() == [1001, 1002, 1003]


def test_the_same_seed_makes_the_same_orders() -> None:
    newest = datetime(2026, 11, 20, tzinfo=UTC)
    stores = [create_sandbox(orders=50, seed=seed, newest=newest) for seed in (7, 7, 8)]
    first, again, other = ([store.control.order(one) for one in range(1001, 1051)] for store in stores)
    assert first == again != other


def test_no_order_is_younger_than_the_clock() -> None:
    store = create_sandbox(clock=lambda: datetime(2031, 3, 30, 10, 30, tzinfo=UTC))
    dates = [str(store.control.order(one)["date_upd"]) for one in store.control.order_ids()]
    assert "2031-03-30 09" < max(dates) < "2031-03-30 12:30:00"


def test_before_8_there_is_no_patch_and_falsy_fields_stay(
    make_sandbox: Make, client_of: Callable[..., Call]
) -> None:
    call = client_of(make_sandbox(version="1.7.8.11"))
    answer = call("PATCH", "/order_carriers", carrier_xml((20, "A")))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (405, 23)
    assert call("GET", "/order_carriers/20").json()["order_carrier"]["tracking_number"] == ""
    assert answer.headers["PSWS-Version"] == "1.7.8.11"
    root = call.http.get("/", auth=(call.served.store_settings()["api_key"], "")).text
    assert 'put="true"' in root
    assert "patch=" not in root


def test_since_9_a_long_number_is_refused(make_sandbox: Make, client_of: Callable[..., Call]) -> None:
    call = client_of(make_sandbox(version="9.0.3"))
    answer = call("PATCH", "/order_carriers", carrier_xml((20, "A" * 65)))
    assert answer.status_code == 400
    assert "currently 65 chars. It must be between 0 and 64 chars." in answer.json()["errors"][0]["message"]
    assert call("PATCH", "/order_carriers", carrier_xml((20, "A" * 64))).status_code == 200


def test_in_8_a_long_number_is_cut_without_a_word(sandbox: ServedSandbox, call: Call) -> None:
    answer = call("PATCH", "/order_carriers", carrier_xml((20, "A" * 65)), display="full")
    assert answer.json()["order_carriers"][0]["tracking_number"] == "A" * 65
    assert sandbox.control.tracking(20) == ["A" * 64]


def test_put_resets_what_it_is_not_given(sandbox: ServedSandbox, call: Call) -> None:
    row = "<id>20</id><id_order>20</id_order><id_carrier>6</id_carrier><tracking_number>A</tracking_number>"
    call("PUT", "/order_carriers/20", f"<prestashop><order_carrier>{row}</order_carrier></prestashop>")
    (kept,) = sandbox.control.order(20)["carriers"]
    assert (kept["weight"], kept["id_order_invoice"], kept["tracking_number"]) == ("0.000000", "0", "A")
    assert kept["date_add"] > sandbox.control.order(20)["date_upd"]


def test_put_of_a_whole_order_keeps_its_number(sandbox: ServedSandbox, call: Call) -> None:
    sandbox.control.set_tracking(20, "A1")
    order = call.rows("orders", **{"filter[id]": "[20]"})[0]
    fields = "".join(
        f"<{name}><![CDATA[{value}]]></{name}>"
        for name, value in order.items()
        if name not in {"associations", "shipping_number"}
    )
    answer = call("PUT", "/orders/20", f"<prestashop><order>{fields}</order></prestashop>")
    assert answer.status_code == 200
    after = call.rows("orders", **{"filter[id]": "[20]"})[0]
    assert after == order | {"date_upd": after["date_upd"]}


def test_a_permission_may_be_missing(make_sandbox: Make, client_of: Callable[..., Call]) -> None:
    call = client_of(make_sandbox(patch=False))
    assert call("PATCH", "/order_carriers", carrier_xml((20, "A"))).json()["errors"][0]["code"] == 25
    call = client_of(make_sandbox(permissions={"orders": ["GET"]}))
    assert call("GET", "/orders", limit="1").status_code == 200
    assert call("POST", "/orders", "<prestashop/>").json()["errors"][0]["code"] == 25
    assert call("GET", "/carriers").json()["errors"][0]["code"] == 26


@pytest.mark.parametrize(
    "body",
    [
        '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><prestashop>&b;</prestashop>',
        '<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/passwd">]><prestashop><x><id>&a;</id></x></prestashop>',
        '{"order_carrier": {"id": 20}}',
    ],
)
def test_what_is_not_plain_xml_is_refused(call: Call, body: str) -> None:
    answer = call("PATCH", "/order_carriers", body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (500, 127)


def test_a_customer_gives_away_more_than_is_needed(call: Call) -> None:
    assert len(call.rows("customers", limit="1")[0]["passwd"]) == 32


def test_a_back_office_edit_gives_a_carrier_a_new_id(sandbox: ServedSandbox, call: Call) -> None:
    new_id = sandbox.control.edit_carrier(5, name="BRT 2026")
    rows = call.rows("carriers", display="[id,deleted,name]", **{"filter[id_reference]": "[5]"})
    assert rows == [
        {"id": new_id, "deleted": "0", "name": "BRT 2026"},
        {"id": 5, "deleted": "1", "name": "BRT Corriere Espresso"},
    ]


def test_a_refund_is_seen_in_the_details(sandbox: ServedSandbox, call: Call) -> None:
    row = call.rows("order_details", **{"filter[id_order]": "[20]"})[1]
    sandbox.control.refund(20, {row["id"]: 1})
    after = call.rows("order_details", **{"filter[id]": f"[{row['id']}]"})[0]
    assert (after["product_quantity"], after["product_quantity_refunded"]) == (row["product_quantity"], "1")


def test_a_new_order_of_the_shop(sandbox: ServedSandbox, call: Call) -> None:
    order_id = sandbox.control.add_order([("demo_3", 2), ("demo_12", 1)], state="13")
    (order,) = call.rows("orders", **{"filter[id]": f"[{order_id}]"})
    assert (order["module"], order["total_paid_real"]) == ("ps_cashondelivery", "0.000000")
    rows = order["associations"]["order_rows"]
    assert [(row["product_reference"], row["product_quantity"]) for row in rows] == [
        ("demo_3", "2"),
        ("demo_12", "1"),
    ]
    assert order_id in sandbox.control.shippable_ids()
    sandbox.control.delete(order_id)
    assert call("GET", f"/orders/{order_id}").status_code == 404
    assert call.rows("order_carriers", **{"filter[id_order]": f"[{order_id}]"}) == []


def test_no_two_rows_have_one_id(sandbox: ServedSandbox, call: Call) -> None:
    for _ in range(12):
        assert call("POST", "/order_histories", history_xml((20, "3"))).status_code == 201
        sandbox.control.add_order([("demo_3", 1)])
    ids = [row["id"] for row in call.rows("order_histories")]
    assert len(set(ids)) == len(ids)


def test_a_number_moved_to_another_order_by_mistake_is_found_there(
    sandbox: ServedSandbox, call: Call
) -> None:
    row = "<id>20</id><id_order>21</id_order><tracking_number>A</tracking_number>"
    call("PATCH", "/order_carriers", f"<prestashop><order_carrier>{row}</order_carrier></prestashop>")
    assert sandbox.control.order(20)["carriers"] == []
    rows = call.rows("order_carriers", display="[id]", **{"filter[id_order]": "[21]"})
    assert [row["id"] for row in rows] == [20, 21]


def test_the_root_tells_what_the_key_may_do(call: Call) -> None:
    root = call.http.get("/", auth=(call.served.control.keys["readonly"].key, "")).text
    assert "<customers" not in root
    rights = 'get="true" put="false" post="false" patch="false" delete="false" head="true"'
    assert f'<orders xlink:href="{call.served.url}/api/orders" {rights}>' in root


def test_what_the_hand_behind_the_store_does(sandbox: ServedSandbox, call: Call) -> None:
    control = sandbox.control
    control.set_modified([20, 21], datetime(2026, 11, 20, 10, tzinfo=UTC))
    control.complete(134)
    control.malform(135)
    rows = {row["id"]: row for row in call.rows("orders", **{"filter[id]": "[20|21|134|135]"})}
    assert rows[20]["date_upd"] == rows[21]["date_upd"] == "2026-11-20 11:00:00"
    assert (rows[134]["current_state"], rows[134]["shipping_number"]) == ("4", "")
    assert rows[135]["associations"]["order_rows"][0]["product_quantity"] == "1.5"


def test_a_host_that_blocks_patch_is_served_with_post(sandbox: ServedSandbox, call: Call) -> None:
    assert call("POST", "/order_carriers", carrier_xml((20, "A")), ps_method="PATCH").status_code == 200
    assert sandbox.control.tracking(20) == ["A"]


def test_an_order_is_not_made_through_the_webservice(sandbox: ServedSandbox, call: Call) -> None:
    order = call.rows("orders", **{"filter[id]": "[20]"})[0]
    fields = "".join(
        f"<{name}>{order[name]}</{name}>" for name in order if name not in {"id", "associations"}
    )
    answer = call("POST", "/orders", f"<prestashop><order>{fields}</order></prestashop>")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (500, 46)


def test_history_rows_can_be_deleted(sandbox: ServedSandbox, call: Call) -> None:
    (row,) = sandbox.control.order(20)["histories"]
    answer = call("DELETE", f"/order_histories/{row['id']}")
    assert (answer.status_code, answer.text) == (200, "")
    assert sandbox.control.order(20)["histories"] == []


@pytest.mark.parametrize("options", [{"version": "8.3"}, {"mail": "sendmail"}, {"languages": 3}])
def test_an_option_that_is_not_there_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not one of"):
        create_sandbox(**options)


def test_another_host_name_leads_to_the_front_page(
    make_sandbox: Make, client_of: Callable[..., Call]
) -> None:
    served = make_sandbox(domain="shop.example")
    answer = client_of(served)("POST", "/order_histories", history_xml((20, "4")))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("http://shop.example:")
    assert served.control.order(20)["current_state"] == "2"
    assert httpx.get(f"{served.url}/?url=orders").headers["content-type"].startswith("text/html")
