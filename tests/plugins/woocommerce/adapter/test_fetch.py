"""No order version is lost while the store goes on working (C1), and one bad order stops no other (C2)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fbridge.errors import CredentialsError, UnreachableError
from fbridge.models.orders import Order
from fbridge.models.platforms import OrderPage, OrderQuery, Store
from fbridge.models.states import OrderStatus
from fbridge.sandbox import ServedSandbox
from fbridge_woocommerce import plugin
from fbridge_woocommerce.client import WooClient

MakeSandbox = Callable[..., ServedSandbox]
StoreOf = Callable[..., Store]
TIE = 1_795_000_000


def pages_of(store: Store, cursor: Mapping[str, Any] | None = None, **query: Any) -> Iterator[OrderPage]:
    """As the core gets them: the cursor went through JSON."""
    kept = json.loads(json.dumps(cursor)) if cursor is not None else None
    return plugin.fetch_orders(store, OrderQuery(cursor=kept, **query))


def fetched(store: Store, **query: Any) -> dict[str, Order]:
    return {order.remote_id: order for page in pages_of(store, **query) for order in page.orders}


def shown_ids(served: ServedSandbox) -> set[str]:
    hidden = {*served.control.order_ids("trash"), *served.control.order_ids("checkout-draft")}
    return {str(order_id) for order_id in served.control.order_ids() if order_id not in hidden}


def test_all_orders_come_whatever_their_status(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    got = fetched(store_of(sandbox))
    assert set(got) == shown_ids(sandbox)
    assert {order.remote_status for order in got.values()} > {
        "processing",
        "completed",
        "cancelled",
        "on-hold",
    }


def test_pages_come_oldest_change_first_and_tell_what_remains(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=350)
    pages = list(pages_of(store_of(served)))
    changed = [order.changed_at for page in pages for order in page.orders]
    assert changed == sorted(changed)
    assert pages[0].remaining == 350 - len(pages[0].orders)
    assert pages[-1].remaining == 0


def test_only_what_changed_since_comes_the_second_included(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    store = store_of(sandbox)
    times = sorted(order.changed_at for order in fetched(store).values())
    since = times[len(times) // 2]
    got = fetched(store, since=since)
    assert len(got) == sum(moment >= since for moment in times)
    assert min(order.changed_at for order in got.values()) == since


def test_the_next_run_reads_what_changed_and_little_more(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=250)
    store = store_of(served)
    cursor = list(pages_of(store))[-1].cursor
    served.control.change(1100, customer_note="Please ring")
    got = {order.remote_id: order for page in pages_of(store, cursor) for order in page.orders}
    assert got["1100"].note == "Please ring"
    assert len(got) < 10
    again = list(pages_of(store, cursor))
    assert [page.cursor for page in again][-1] != {}


@pytest.mark.parametrize("tied", [100, 250, 300])
def test_hundreds_of_orders_that_share_a_second(
    make_sandbox: MakeSandbox, store_of: StoreOf, tied: int
) -> None:
    served = make_sandbox(orders=420)
    served.control.set_modified(served.control.order_ids()[30 : 30 + tied], TIE)
    assert set(fetched(store_of(served))) == shown_ids(served)


def test_a_tie_survives_orders_that_leave_it_meanwhile(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    served = make_sandbox(orders=400)
    ids = served.control.order_ids()
    served.control.set_modified(ids[:350], TIE)
    store, got = store_of(served), set[str]()
    for count, page in enumerate(pages_of(store)):
        got |= {order.remote_id for order in page.orders}
        for order_id in ids[count * 40 : count * 40 + 20]:
            served.control.change(order_id, status="completed")
    assert got == shown_ids(served)


def test_orders_that_change_while_pages_are_read_come_in_their_last_version(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=520)
    store, got = store_of(served), dict[str, Order]()
    for count, page in enumerate(pages_of(store)):
        got |= {order.remote_id: order for order in page.orders}
        if count < 3:
            for order_id in served.control.order_ids("processing")[:30]:
                served.control.change(order_id, status="completed")
    assert set(got) == shown_ids(served)
    last = fetched(store)
    assert {key: order.remote_status for key, order in got.items()} == {
        key: order.remote_status for key, order in last.items()
    }


def test_a_restart_from_any_cursor_loses_nothing(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    served = make_sandbox(orders=460)
    served.control.set_modified(served.control.order_ids()[50:300], TIE)
    store = store_of(served)
    pages = list(pages_of(store))
    before = set[str]()
    for page in pages:
        before |= {order.remote_id for order in page.orders}
        rest = {order.remote_id for later in pages_of(store, page.cursor) for order in later.orders}
        assert before | rest == shown_ids(served)


def test_times_are_asked_in_the_form_that_loses_no_order(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    """East of Greenwich a Z would make the store skip hours."""
    served = make_sandbox(orders=50, timezone="Pacific/Auckland")
    since = datetime.now(UTC) - timedelta(days=30)
    store = store_of(served)
    got = fetched(store, since=since)
    assert set(got) == {key for key, order in fetched(store).items() if order.changed_at >= since}
    assert got
    asked = [request.path for request in served.control.requests() if "modified_after" in request.path]
    assert all("Z" not in path and "dates_are_gmt=true" in path for path in asked)


def test_c3_refunds_are_taken_off_and_read_only_where_there_are_some(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=60)
    order_id = served.control.order_ids("processing")[0]
    line = served.control.order(order_id)["line_items"][0]
    served.control.refund(order_id, {line["id"]: line["quantity"]})
    store = store_of(served)
    got = fetched(store)[str(order_id)]
    refunded = got.line(str(line["id"]))
    assert refunded is not None
    assert (refunded.removed, refunded.due) == (line["quantity"], 0)
    reads = [request.path for request in served.control.requests() if "/refunds" in request.path]
    assert len(reads) == sum(bool(served.control.order(key)["refunds"]) for key in served.control.order_ids())


def test_c2_an_order_that_cannot_be_read_is_named_and_the_others_come(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=20)
    broken = served.control.order_ids()[3]
    served.control.shop.body_to_change(served.control.shop.orders[broken])["line_items"][0]["quantity"] = (
        "two"
    )
    pages = list(pages_of(store_of(served)))
    assert sum(len(page.orders) for page in pages) == 19
    (rejected,) = (entry for page in pages for entry in page.rejected)
    assert (rejected.remote_id, rejected.reason) == (
        str(broken),
        "bad_field: line_items.0.quantity: is not a number of pieces.",
    )


def test_orders_by_id_with_the_trashed_and_the_unknown(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    first, second = sandbox.control.order_ids("processing")[:2]
    sandbox.control.change(second, status="trash")
    store = store_of(sandbox)
    asked = (str(first), str(second), "99999999", "not-a-number")
    (page,) = pages_of(store, order_ids=asked)
    got = {order.remote_id: order for order in page.orders}
    assert set(page.absent) == {"99999999", "not-a-number"}
    assert (got[str(second)].status, got[str(second)].remote_status) == (OrderStatus.CANCELLED, "trash")
    assert got[str(first)].status is OrderStatus.OPEN


def test_an_order_that_is_gone_stops_no_other_where_a_plugin_words_the_stores_errors_anew(
    sandbox: ServedSandbox, store_of: StoreOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a plugin that guards the REST API answers 403 for each 404."""

    def guarded(*_: object) -> None:
        raise CredentialsError("turned away: Access denied.")

    monkeypatch.setattr(WooClient, "order", guarded)
    there = sandbox.control.order_ids("processing")[:2]
    wanted = (str(there[0]), "999999", str(there[1]))
    pages = [*pages_of(store_of(sandbox), order_ids=wanted)]
    assert {order.remote_id for page in pages for order in page.orders} == set(map(str, there))
    (rejected,) = (entry for page in pages for entry in page.rejected)
    assert (rejected.remote_id, "Access denied" in rejected.reason) == ("999999", True)


def test_a_chunk_of_25_is_re_read_by_one_request(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    served = make_sandbox(orders=40)
    store = store_of(served)
    ids = tuple(map(str, served.control.order_ids()[:25]))
    list(pages_of(store, order_ids=ids[:1]))  # once in a run it is asked whether any order has parts
    served.control.forget_requests()
    (page,) = pages_of(store, order_ids=ids, shipments=True)
    assert {order.remote_id for order in page.orders} == set(ids)
    refunds = [request for request in served.control.requests() if "/refunds" in request.path]
    assert len(served.control.requests()) - len(refunds) == 1


def test_more_than_a_hundred_ids_are_asked_in_several_requests(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=230)
    ids = tuple(map(str, served.control.order_ids()))
    pages = list(pages_of(store_of(served), order_ids=ids))
    assert len(pages) == 3
    assert {order.remote_id for page in pages for order in page.orders} | {
        absent for page in pages for absent in page.absent
    } == set(ids)


def test_a_wrong_secret_stops_the_fetch(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    store = store_of(sandbox, checked=False, consumer_secret="cs_wrong")
    with pytest.raises(CredentialsError, match="Check consumer_secret"):
        fetched(store)


def test_a_fault_in_the_middle_comes_out_after_the_pages_before_it(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=350)
    store = store_of(served)
    pages = pages_of(store)
    assert next(pages).orders
    served.control.add_fault("server_error", method="read", times=99)
    with pytest.raises(UnreachableError):
        list(pages)


def test_leaving_early_ends_the_thread(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    served = make_sandbox(orders=350)
    pages = pages_of(store_of(served))
    next(pages)
    pages.close()  # type: ignore[attr-defined] # the core closes it too
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("fbridge-read-ahead")]


@pytest.mark.parametrize("legacy", [False, True], ids=["11.0.1", "8.9.3"])
def test_the_refunds_of_a_page_come_in_one_request_where_the_store_has_the_route(
    make_sandbox: MakeSandbox, store_of: StoreOf, legacy: bool
) -> None:
    """The older store is asked once whether it has the route, and then order by order."""
    served = make_sandbox(orders=60, legacy=legacy)
    ids = served.control.order_ids("processing")[:20]
    for order_id in ids:
        first = served.control.order(order_id)["line_items"][0]
        served.control.refund(order_id, {first["id"]: 1})
    partly = [one for one in ids if served.control.order(one)["status"] != "refunded"]
    store = store_of(served)
    found = fetched(store)
    assert len(partly) > 10
    assert all(found[str(one)].lines[0].removed == 1 for one in partly)
    assert not any(order.doubts for order in found.values())
    asked = [seen.path for seen in served.control.requests() if "/refunds" in seen.path]
    assert len(asked) == (1 + len(partly) if legacy else 1)
    if not legacy:
        served.control.break_off_at(partly[0])
        pages = list(pages_of(store))
        assert {one.remote_id for page in pages for one in page.rejected} == {str(partly[0])}
