"""No order version is lost while the store goes on working (C1), and one bad order stops no other (C2)."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fbridge.errors import ConfigError, CredentialsError, UnreachableError
from fbridge.models.orders import Order
from fbridge.models.platforms import OrderPage, OrderQuery, Store
from fbridge.models.states import Delivery, FulfillmentState, OrderStatus
from fbridge.sandbox import ServedSandbox
from fbridge_prestashop import plugin

MakeSandbox = Callable[..., ServedSandbox]
StoreOf = Callable[..., Store]
TIE = datetime(2026, 11, 3, 8, 30, tzinfo=UTC)


def pages_of(store: Store, cursor: Mapping[str, Any] | None = None, **query: Any) -> Iterator[OrderPage]:
    """As the core gets them: the cursor went through JSON."""
    kept = json.loads(json.dumps(cursor)) if cursor is not None else None
    return plugin.fetch_orders(store, OrderQuery(cursor=kept, **query))


def fetched(store: Store, cursor: Mapping[str, Any] | None = None, **query: Any) -> dict[str, Order]:
    return {order.remote_id: order for page in pages_of(store, cursor, **query) for order in page.orders}


def all_ids(served: ServedSandbox) -> set[str]:
    return set(map(str, served.control.order_ids()))


def test_all_orders_come_whatever_their_state(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    got = fetched(store_of(sandbox))
    assert set(got) == all_ids(sandbox)
    assert {order.status for order in got.values()} > {OrderStatus.OPEN, OrderStatus.CLOSED}


def test_pages_come_oldest_change_first(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    pages = list(pages_of(store_of(make_sandbox(orders=350))))
    changed = [order.changed_at for page in pages for order in page.orders]
    assert changed == sorted(changed)
    assert len(changed) == 350
    assert {page.remaining for page in pages} == {None}


def test_a_page_of_a_hundred_orders_costs_ten_requests_at_most(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=99)
    assert len(fetched(store_of(served))) == 99
    assert len(served.control.requests()) <= 0.1 * 99


def test_passwords_are_never_asked_for(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    fetched(store_of(sandbox))
    paths = [request.path for request in sandbox.control.requests()]
    assert any("/customers?" in path for path in paths)
    assert all("display=[id,email]" in path for path in paths if "/customers?" in path)
    assert max(map(len, paths)) < 4000


def test_only_what_changed_since_comes(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    store = store_of(sandbox)
    times = sorted(order.changed_at for order in fetched(store).values())
    since = times[len(times) // 2]
    got = fetched(store, since=since)
    assert {order.changed_at for order in got.values()} == {moment for moment in times if moment >= since}


def test_the_next_run_reads_what_changed_and_little_more(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=250)
    store = store_of(served)
    cursor = list(pages_of(store))[-1].cursor
    served.control.change(1100, note="Please ring")
    got = fetched(store, cursor)
    assert got["1100"].note == "Please ring"
    assert len(got) < 20


@pytest.mark.parametrize("tied", [100, 250, 300])
def test_hundreds_of_orders_that_share_a_second(
    make_sandbox: MakeSandbox, store_of: StoreOf, tied: int
) -> None:
    served = make_sandbox(orders=420)
    served.control.set_modified(served.control.order_ids()[30 : 30 + tied], TIE)
    pages = list(pages_of(store_of(served)))
    got = [order.remote_id for page in pages for order in page.orders]
    assert set(got) == all_ids(served)
    assert len(got) == len(set(got))


def test_a_tie_survives_orders_that_leave_it_meanwhile(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    served = make_sandbox(orders=400)
    ids = served.control.order_ids()
    served.control.set_modified(ids[:350], TIE)
    got = set[str]()
    for count, page in enumerate(pages_of(store_of(served))):
        got |= {order.remote_id for order in page.orders}
        for order_id in ids[count * 40 : count * 40 + 20]:
            served.control.change(order_id, note="moved")
    assert got == all_ids(served)


def test_orders_that_change_while_pages_are_read_come_in_their_last_version(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=520)
    store, got = store_of(served), dict[str, Order]()
    cursor: Mapping[str, Any] = {}
    for count, page in enumerate(pages_of(store)):
        got |= {order.remote_id: order for order in page.orders}
        cursor = page.cursor
        if count < 3:
            for order_id in served.control.order_ids("2")[:30]:
                served.control.complete(order_id)
    got |= fetched(store, cursor)
    last = fetched(store)
    assert {key: one.remote_status for key, one in got.items()} == {
        key: one.remote_status for key, one in last.items()
    }


def test_a_restart_from_any_cursor_loses_nothing(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    served = make_sandbox(orders=460)
    served.control.set_modified(served.control.order_ids()[50:300], TIE)
    store = store_of(served)
    before = set[str]()
    for page in pages_of(store):
        before |= {order.remote_id for order in page.orders}
        assert before | set(fetched(store, page.cursor)) == all_ids(served)


@pytest.mark.parametrize("zone", ["Europe/Rome", "Pacific/Auckland", "America/New_York", "UTC"])
def test_times_are_utc_whatever_the_shops_zone(
    make_sandbox: MakeSandbox, store_of: StoreOf, zone: str
) -> None:
    served = make_sandbox(orders=3, timezone=zone)
    moment = datetime(2026, 7, 3, 12, 0, 30, tzinfo=UTC)
    served.control.set_modified([1001], moment)
    store = store_of(served)
    order = fetched(store)["1001"]
    assert (order.changed_at, order.ambiguous_time) == (moment, False)
    assert "1001" in fetched(store, since=moment)
    assert "1001" not in fetched(store, since=moment + timedelta(seconds=1))


def test_the_night_when_an_hour_comes_twice_loses_no_order(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    """Rome, 25 October 2026: at 01:00 UTC the clock goes from 03:00 back to 02:00."""
    served = make_sandbox(orders=0)
    store = store_of(served)
    ids = [served.control.add_order([("demo_3", 1)]) for _ in range(8)]
    night = datetime(2026, 10, 25, 0, 10, tzinfo=UTC)
    served.control.set_modified(ids, night - timedelta(hours=2))
    cursor = list(pages_of(store))[-1].cursor
    for count, order_id in enumerate(ids):
        moment = night + timedelta(minutes=20 * count)
        served.control.set_state(order_id, "3")
        served.control.set_modified([order_id], moment)
        pages = list(pages_of(store, cursor))
        cursor = pages[-1].cursor
        got = {order.remote_id: order for page in pages for order in page.orders}[str(order_id)]
        repeated = night - timedelta(minutes=10) <= moment < night + timedelta(minutes=110)
        assert got.ambiguous_time is repeated
        assert got.changed_at in ({moment, moment + timedelta(hours=1)} if repeated else {moment})


@pytest.mark.parametrize("month", [3, 10])
def test_on_the_night_of_a_change_of_clocks_the_next_run_steps_back_hours(
    make_sandbox: MakeSandbox, store_of: StoreOf, month: int
) -> None:
    served = make_sandbox(orders=0)
    order_id = served.control.add_order([("demo_3", 1)])
    day = 29 if month == 3 else 25
    served.control.set_modified([order_id], datetime(2026, month, day, 1, 30, tzinfo=UTC))
    store = store_of(served)
    cursor = list(pages_of(store))[-1].cursor
    served.control.forget_requests()
    assert set(fetched(store, cursor)) == {str(order_id)}
    clock = "03:30" if month == 3 else "02:30"
    shown = datetime.fromisoformat(f"2026-{month:02}-{day} {clock}")
    paths = " ".join(request.path for request in served.control.requests())
    asked = re.findall(r"filter\[date_upd\]=\[([^,]+),", paths)[0]
    assert shown - datetime.fromisoformat(asked) > timedelta(hours=1)


def test_a_cursor_of_another_shop_or_zone_is_none(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    served = make_sandbox(orders=30)
    cursor = list(pages_of(store_of(served)))[-1].cursor
    assert len(fetched(store_of(served), cursor)) < 30
    assert len(fetched(store_of(served, timezone="Asia/Tokyo"), cursor)) == 30
    assert len(fetched(store_of(served, id_shop="1"), cursor)) == 30


def test_one_shop_of_several(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    served = make_sandbox(orders=30, shops=2)
    first, second = (fetched(store_of(served, id_shop=shop)) for shop in (1, 2))
    assert first
    assert second
    assert set(first) | set(second) == all_ids(served)
    assert not set(first) & set(second)
    with pytest.raises(UnreachableError, match="id_shop"):
        fetched(store_of(served, checked=False, id_shop=9))


def test_c3_refunded_pieces_are_taken_off(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    order_id = sandbox.control.add_order([("demo_3", 3)])
    detail = sandbox.control.order(order_id)["details"][0]
    sandbox.control.refund(order_id, {detail["id"]: 2})
    line = fetched(store_of(sandbox))[str(order_id)].lines[0]
    assert (line.id, line.quantity, line.removed, line.due) == (str(detail["id"]), 3, 2, 1)


def test_c3_an_order_of_virtual_goods_needs_no_carrier(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    order_id = sandbox.control.add_order([("demo_3", 1)], carrier="0")
    sandbox.control.shop.orders.to_change(order_id).carriers.clear()
    order = fetched(store_of(sandbox))[str(order_id)]
    assert (order.delivery, order.fulfillment_state) == (Delivery.NONE, FulfillmentState.FULFILLED)


def test_c2_an_order_that_cannot_be_read_is_named_and_the_others_come(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=20)
    broken = served.control.order_ids()[3]
    served.control.malform(broken)
    pages = list(pages_of(store_of(served)))
    assert sum(len(page.orders) for page in pages) == 19
    (rejected,) = (entry for page in pages for entry in page.rejected)
    assert rejected.remote_id == str(broken)
    assert "product_quantity" in rejected.reason


def test_orders_by_id_with_their_rows_and_the_unknown(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    order_id = sandbox.control.add_order([("demo_3", 1)])
    sandbox.control.set_tracking(order_id, "A1, B2")
    (page,) = pages_of(
        store_of(sandbox), order_ids=(str(order_id), "99999999", "not-a-number"), shipments=True
    )
    assert set(page.absent) == {"99999999", "not-a-number"}
    (order,) = page.orders
    (held,) = order.shipments
    row = sandbox.control.order(order_id)["carriers"][0]
    assert (held.remote_id, held.numbers, held.carrier) == (str(row["id"]), ("A1", "B2"), "5")
    assert order.adapter_data["order_carriers"][0]["weight"] == row["weight"]
    assert not order.marks


def test_more_than_a_hundred_ids_are_asked_in_several_pages(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=230)
    ids = tuple(map(str, served.control.order_ids()))
    pages = list(pages_of(store_of(served), order_ids=ids))
    assert len(pages) == 3
    assert {order.remote_id for page in pages for order in page.orders} == set(ids)


def test_one_language_gives_plain_names(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    served = make_sandbox(orders=0, languages=1)
    order_id = served.control.add_order([("demo_3", 1)])
    assert fetched(store_of(served))[str(order_id)].remote_status == "2 Payment accepted"


def test_old_and_new_versions_are_read(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    for version in ("1.7.8.11", "9.0.3"):
        served = make_sandbox(orders=5, version=version)
        assert set(fetched(store_of(served))) == all_ids(served)


def test_a_carrier_edited_since_the_check_is_known_by_its_reference(
    sandbox: ServedSandbox, store_of: StoreOf
) -> None:
    store = store_of(sandbox)
    new_id = sandbox.control.edit_carrier(5, name="BRT 2027")
    order_id = sandbox.control.add_order([("demo_3", 1)], carrier=str(new_id))
    method = fetched(store)[str(order_id)].shipping_method
    assert method is not None
    assert (method.code, method.title) == ("5", "BRT 2027")


def test_without_the_permission_for_customers_only_the_address_of_mail_is_missing(
    sandbox: ServedSandbox, store_of: StoreOf
) -> None:
    del sandbox.control.keys["full"].permissions["customers"]
    order_id = str(sandbox.control.add_order([("demo_3", 1)]))
    order = fetched(store_of(sandbox))[order_id]
    assert (order.ship_to.email, bool(order.ship_to.city)) == ("", True)
    asked = [request for request in sandbox.control.requests() if "/customers" in request.path]
    assert len(asked) == 1


def test_without_the_configuration_the_setting_tells_the_time_zone(
    sandbox: ServedSandbox, store_of: StoreOf
) -> None:
    del sandbox.control.keys["full"].permissions["configurations"]
    with pytest.raises(CredentialsError, match="configurations"):
        fetched(store_of(sandbox, checked=False))
    order_id = sandbox.control.add_order([("demo_3", 1)])
    sandbox.control.complete(order_id)
    got = fetched(store_of(sandbox, checked=False, timezone="Europe/Rome"))
    assert got[str(order_id)].status is OrderStatus.CLOSED


def test_a_shop_that_tells_no_time_zone_needs_the_setting(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    table = sandbox.control.shop.tables["configurations"]
    names = {(table.get(key) or {}).get("name"): key for key in table.candidates(())}
    table.change(names["PS_TIMEZONE"], {"value": ""})
    with pytest.raises(ConfigError, match="set timezone"):
        fetched(store_of(sandbox, checked=False))


def test_a_wrong_key_stops_the_fetch(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    with pytest.raises(CredentialsError, match="Check api_key") as stop:
        fetched(store_of(sandbox, checked=False, api_key="A" * 32))
    assert "A" * 32 not in str(stop.value)


def test_a_fault_in_the_middle_comes_out_after_the_pages_before_it(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=350)
    pages = pages_of(store_of(served))
    assert next(pages).orders
    served.control.add_fault("server_error", method="read", times=99)
    with pytest.raises(UnreachableError):
        list(pages)


def test_leaving_early_ends_the_thread(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    pages = pages_of(store_of(make_sandbox(orders=350)))
    next(pages)
    pages.close()  # type: ignore[attr-defined] # the core closes it too
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("fbridge-read-ahead")]
