"""A first sync of many orders by a bulk operation: nothing is lost, whatever ends it, and memory stays flat."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from fbridge.errors import UnreachableError
from fbridge.models.orders import Order
from fbridge.models.platforms import OrderPage, OrderQuery, Store
from fbridge.sandbox import ServedSandbox
from fbridge_shopify import bulk_reading, plugin, reading
from fbridge_shopify.bulk_reading import Operation
from fbridge_shopify.client import ShopifyClient
from fbridge_shopify.run_memory import memory_of

from .bulk_files import STARTED, FileStore

MakeSandbox = Callable[..., ServedSandbox]
StoreOf = Callable[..., Store]


@pytest.fixture
def many(make_sandbox: MakeSandbox, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ServedSandbox]:
    """``many(**options)``: 130 orders, which count as many and come 50 a page."""
    monkeypatch.setattr(reading, "BULK_THRESHOLD", 100)
    monkeypatch.setattr(bulk_reading, "PAGE", 50)
    monkeypatch.setattr(bulk_reading, "FIRST_WAIT", 0.01)
    return lambda **options: make_sandbox(**{"orders": 130, **options})


def pages_of(store: Store, cursor: Mapping[str, Any] | None = None, **query: Any) -> Iterator[OrderPage]:
    """As the core gets them: the cursor went through JSON."""
    kept = json.loads(json.dumps(cursor)) if cursor is not None else None
    return plugin.fetch_orders(store, OrderQuery(cursor=kept, **query))


def fetched(store: Store, cursor: Mapping[str, Any] | None = None, **query: Any) -> dict[str, Order]:
    return {order.remote_id: order for page in pages_of(store, cursor, **query) for order in page.orders}


def asked(served: ServedSandbox, root: str) -> int:
    return sum(request.path.endswith(f" {root}") for request in served.control.requests())


def is_bulk(page: OrderPage) -> bool:
    return "bulk" in page.cursor


@pytest.mark.slow
def test_from_two_thousand_orders_on_it_is_chosen_by_itself(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=bulk_reading.BULK_THRESHOLD)
    got = fetched(store_of(served))
    assert len(got) == 2000
    assert asked(served, "bulkOperationRunQuery") == 1
    assert asked(served, "orders") == 1


def test_below_that_pages_are_read(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    served = make_sandbox(orders=bulk_reading.BULK_THRESHOLD)
    since = datetime.now(UTC) - timedelta(days=30)
    assert 0 < len(fetched(store_of(served), since=since)) < 2000
    assert asked(served, "bulkOperationRunQuery") == 0


def test_orders_are_the_same_as_in_pages(
    many: MakeSandbox, store_of: StoreOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = many()
    order_id = served.control.new_order([("CAFFE-MOKA", 1), ("OLIO-EVO-5L", 2)] * 35)
    served.control.move(order_id, 1, 70_000_000_002, 1)
    store = store_of(served)
    by_bulk = fetched(store)
    monkeypatch.setattr(reading, "BULK_THRESHOLD", 10_000)
    assert by_bulk == fetched(store)
    assert len(by_bulk[order_id].lines) == 70
    assert asked(served, "bulkOperationRunQuery") == 1


def test_only_what_changed_since_comes(many: MakeSandbox, store_of: StoreOf) -> None:
    served = many(orders=260)
    store = store_of(served)
    since = datetime.now(UTC) - timedelta(days=20)
    got = fetched(store, since=since)
    assert asked(served, "bulkOperationRunQuery") == 1
    assert 100 < len(got) < 260
    assert min(order.changed_at for order in got.values()) >= since.replace(microsecond=0)


def test_a_run_that_goes_on_and_a_read_by_id_use_pages(many: MakeSandbox, store_of: StoreOf) -> None:
    served = many()
    store = store_of(served)
    cursor = list(pages_of(store))[-1].cursor
    served.control.forget_requests()
    fetched(store, cursor)
    fetched(store, order_ids=tuple(served.control.order_ids()), shipments=True)
    assert asked(served, "bulkOperationRunQuery") == asked(served, "ordersCount") == 0


def test_what_changes_while_the_operation_runs_is_read_after_it(many: MakeSandbox, store_of: StoreOf) -> None:
    served = many()
    store, got = store_of(served), dict[str, Order]()
    changed = served.control.order_ids("UNFULFILLED")[0]
    for page in pages_of(store):
        if is_bulk(page) and not page.orders:
            served.control.ship_by_hand(changed, number="N1")
        got |= {order.remote_id: order for order in page.orders}
    assert got[changed].remote_status == "FULFILLED"
    new = served.control.new_order([("CAFFE-MOKA", 1)])
    assert new in fetched(store, page.cursor)


def test_while_it_runs_empty_pages_let_the_caller_stop(many: MakeSandbox, store_of: StoreOf) -> None:
    served = many(bulk_seconds=600)
    store = store_of(served)
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            (operation,) = served.control.shop.bulk._operations.values()
            operation.seconds = 0

    memory_of(store).sleep = wait
    pages = list(pages_of(store))
    empty = [page for page in pages if is_bulk(page) and not page.orders]
    assert waits == pytest.approx([0.01, 0.015, 0.0225])
    assert [page.cursor["bulk"]["read"] for page in empty] == [0, 0, 0, 0]
    assert len({order.remote_id for page in pages for order in page.orders}) == 130


def test_the_wait_between_two_looks_does_not_grow_for_ever() -> None:
    waits = list[float]()
    client = FileStore(lambda: iter(()), 0, url=None)
    states = iter([*["RUNNING", "A_STATUS_OF_2028"] * 6, "COMPLETED"])
    client.status = lambda: next(states)
    operation = Operation(id="gid://shopify/BulkOperation/1", started=STARTED)
    list(bulk_reading.pages(cast(ShopifyClient, client), operation, waits.append))
    assert waits[:3] == [1.0, 1.5, 2.25]
    assert waits[-1] == bulk_reading.LONGEST_WAIT


@pytest.mark.parametrize("finds", [True, False], ids=["it goes on", "it stands still"])
def test_an_operation_that_finds_nothing_more_for_long_is_replaced_by_pages(*, finds: bool) -> None:
    """Shopify has let some wait for hours: the first sync waited with them."""
    waits = list[float]()
    client = FileStore(lambda: iter(()), 7, url=None)
    client.status = lambda: "RUNNING" if sum(waits) < 2 * bulk_reading.LONGEST_STANDSTILL else "COMPLETED"

    def wait(seconds: float) -> None:
        waits.append(seconds)
        client.total += finds

    operation = Operation(id="gid://shopify/BulkOperation/1", started=STARTED)
    with pytest.raises(bulk_reading.BulkUnusableError, match="for long" if not finds else "kept"):
        list(bulk_reading.pages(cast(ShopifyClient, client), operation, wait))
    assert (sum(waits) >= 2 * bulk_reading.LONGEST_STANDSTILL) is finds


def test_progress_is_told(many: MakeSandbox, store_of: StoreOf) -> None:
    pages = [page for page in pages_of(store_of(many())) if is_bulk(page) and page.orders]
    assert [(len(page.orders), page.remaining) for page in pages] == [(50, 80), (50, 30), (30, 0)]


def test_a_restart_after_any_page_loses_nothing_and_starts_no_second_operation(
    many: MakeSandbox, store_of: StoreOf
) -> None:
    served = many(bulk_seconds=0.05)
    store, before = store_of(served), set[str]()
    everything = set(served.control.order_ids())
    for page in pages_of(store):
        before |= {order.remote_id for order in page.orders}
        rest = list(pages_of(store, page.cursor))
        again = {order.remote_id for one in rest for order in one.orders}
        assert before | again == everything
        if is_bulk(page):
            bulk = [order.remote_id for one in rest if is_bulk(one) for order in one.orders]
            assert len(bulk) == 130 - page.cursor["bulk"]["read"]
    assert asked(served, "bulkOperationRunQuery") == 1


@pytest.mark.parametrize("code", ["INTERNAL_SERVER_ERROR", "TIMEOUT", "ACCESS_DENIED"])
def test_an_operation_that_fails_is_replaced_by_pages(
    many: MakeSandbox, store_of: StoreOf, caplog: pytest.LogCaptureFixture, code: str
) -> None:
    served = many()
    served.control.shop.bulk.fails = code
    pages = list(pages_of(store_of(served)))
    got = [order.remote_id for page in pages for order in page.orders]
    assert set(got) == set(served.control.order_ids())
    assert code in caplog.text
    assert not is_bulk(pages[-1])


def test_a_cancelled_operation_is_replaced_by_pages(many: MakeSandbox, store_of: StoreOf) -> None:
    served = many(bulk_seconds=60)
    pages = pages_of(store_of(served))
    operation_id = next(pages).cursor["bulk"]["id"]
    served.control.shop.bulk.cancel(int(operation_id.rpartition("/")[2]))
    got = {order.remote_id for page in pages for order in page.orders}
    assert got == set(served.control.order_ids())


def test_an_operation_that_the_store_forgot_is_replaced_by_pages(
    many: MakeSandbox, store_of: StoreOf
) -> None:
    served = many()
    cursor = Operation(id="gid://shopify/BulkOperation/1", started=STARTED, read=40).to_cursor()
    assert set(fetched(store_of(served), cursor)) == set(served.control.order_ids())


def test_a_file_that_is_gone_after_seven_days_is_replaced_by_pages(
    many: MakeSandbox, store_of: StoreOf
) -> None:
    served = many()
    store = store_of(served)
    cursor = next(page for page in pages_of(store) if page.orders).cursor
    bulk = served.control.shop.bulk
    view = bulk.view

    def expired(number: int) -> Any:
        return {**(view(number) or {}), "url": f"{served.url}/bulk/0.jsonl"}

    bulk.view = expired
    assert set(fetched(store, cursor)) == set(served.control.order_ids())


def test_where_the_store_starts_no_operation_pages_are_read(many: MakeSandbox, store_of: StoreOf) -> None:
    served = many(bulk_seconds=600)
    store = store_of(served)
    client = ShopifyClient(store)
    for _ in range(5):
        bulk_reading.start(client, None, STARTED)
    pages = list(pages_of(store))
    assert not any(map(is_bulk, pages))
    assert {order.remote_id for page in pages for order in page.orders} == set(served.control.order_ids())


def test_a_fault_while_it_runs_ends_the_run_and_the_next_goes_on(
    many: MakeSandbox, store_of: StoreOf
) -> None:
    served = many()
    store = store_of(served)
    pages = pages_of(store)
    cursor = next(pages).cursor
    served.control.add_fault("server_error", method="read", times=99)
    with pytest.raises(UnreachableError):
        list(pages)
    served.control.faults.clear()
    assert set(fetched(store, cursor)) == set(served.control.order_ids())
    assert asked(served, "bulkOperationRunQuery") == 1


def test_a_cut_download_is_tried_again(many: MakeSandbox, store_of: StoreOf) -> None:
    served = many()
    served.control.add_fault("drop_before", method="read", path=r"^/bulk/")
    assert set(fetched(store_of(served))) == set(served.control.order_ids())
    assert asked(served, "orders") == 1


def test_our_token_does_not_go_where_the_file_is(many: MakeSandbox, store_of: StoreOf) -> None:
    served = many()
    store = store_of(served)
    files: list[Any] = []
    send = store.http._send

    def watched(call: Any, *args: Any) -> Any:
        if "/bulk/" in call.url:
            files.append(call.headers)
        return send(call, *args)

    store.http._send = watched  # type: ignore[method-assign]
    assert len(fetched(store)) == 130
    assert len(files) == 1
    assert not any("token" in name.lower() for headers in files for name in headers)
