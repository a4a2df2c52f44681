"""A first sync of many orders by a bulk operation: nothing is lost, whatever ends it, and memory stays flat."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbridge.errors import UnreachableError
from fbridge.models.orders import Order
from fbridge.models.platforms import OrderPage, OrderQuery, Store
from fbridge.sandbox import ServedSandbox
from fbridge_shopify import bulk_reading, plugin, reading
from fbridge_shopify.bulk_reading import BrokenFileError, BulkUnusableError, Operation, orders_in
from fbridge_shopify.client import ShopifyClient
from fbridge_shopify.run_memory import memory_of

MakeSandbox = Callable[..., ServedSandbox]
StoreOf = Callable[..., Store]
STARTED = datetime(2026, 11, 22, 12, tzinfo=UTC)


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


class FileStore:
    """Stands for the client: its operation is done, and its file is this."""

    def __init__(
        self, lines: Callable[[], Iterator[bytes]], total: int, url: str | None = "https://x"
    ) -> None:
        self.lines = lines
        self.total = total
        self.url = url
        self.status: Callable[[], str] = lambda: "COMPLETED"

    def bulk_operation(self, operation_id: str) -> Mapping[str, Any]:
        return {
            "id": operation_id,
            "status": self.status(),
            "url": self.url,
            "rootObjectCount": str(self.total),
        }

    def download(self, url: str, into: BinaryIO) -> None:
        assert url == "https://x"
        into.writelines(self.lines())


def no_wait(seconds: float) -> None:
    raise AssertionError(f"waited {seconds} s for an operation that is done")


def pages_from(lines: Callable[[], Iterator[bytes]], total: int, read: int = 0) -> Iterator[Any]:
    operation = Operation(id="gid://shopify/BulkOperation/1", started=STARTED, read=read)
    client = cast(ShopifyClient, FileStore(lines, total))
    return bulk_reading.pages(client, operation, no_wait)


def line(**values: Any) -> bytes:
    return json.dumps(values).encode() + b"\n"


def order_lines(number: int) -> Iterator[bytes]:
    order_id = f"gid://shopify/Order/{number}"
    goods_id = f"gid://shopify/FulfillmentOrder/{number}"
    yield line(id=order_id, name=f"#{number}", note="x" * 300)
    yield line(id=f"gid://shopify/LineItem/{number}", __parentId=order_id, quantity=1)
    yield line(id=goods_id, __parentId=order_id, status="OPEN")
    yield line(id=f"gid://shopify/FulfillmentOrderLineItem/{number}", __parentId=goods_id)


def file_of(count: int) -> Iterator[bytes]:
    for number in range(1, count + 1):
        yield from order_lines(number)


def peak_of(count: int) -> int:
    tracemalloc.start()
    try:
        assert sum(len(page.orders) for page in pages_from(lambda: file_of(count), count)) == count
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_file() -> None:
    peak_of(500)
    small, large = peak_of(1_000), peak_of(12_000)
    assert large < small * 1.2


def test_a_file_with_too_few_orders_is_not_taken_for_all() -> None:
    with pytest.raises(BulkUnusableError, match="holds 300 of 301"):
        list(pages_from(lambda: file_of(300), 301))


def test_a_cut_file_is_not_taken_for_all() -> None:
    whole = b"".join(file_of(300))
    with pytest.raises(BulkUnusableError, match="broken or cut"):
        list(pages_from(lambda: iter([whole[:-7]]), 300))


@pytest.mark.parametrize("read", [0, 1, 100, 299, 300])
def test_what_was_read_before_is_skipped(read: int) -> None:
    got = [raw.order["name"] for page in pages_from(lambda: file_of(300), 300, read) for raw in page.orders]
    assert got == [f"#{number}" for number in range(read + 1, 301)]


def test_a_file_that_is_not_named_any_more_is_not_taken_for_none() -> None:
    operation = Operation(id="gid://shopify/BulkOperation/1", started=STARTED, read=100)
    client = cast(ShopifyClient, FileStore(lambda: iter(()), 300, url=None))
    with pytest.raises(BulkUnusableError, match="not kept any more"):
        list(bulk_reading.pages(client, operation, no_wait))


def test_while_it_runs_it_tells_how_many_orders_it_found() -> None:
    client = FileStore(lambda: file_of(300), 300)
    states = iter(["CREATED", "RUNNING", "COMPLETED"])
    client.status = lambda: next(states)
    operation = Operation(id="gid://shopify/BulkOperation/1", started=STARTED)
    pages = list(bulk_reading.pages(cast(ShopifyClient, client), operation, lambda _: None))
    assert [page.remaining for page in pages if not page.orders] == [None, 300, 300]


def test_an_operation_that_found_nothing_has_no_file() -> None:
    client = FileStore(lambda: iter(()), 0, url=None)
    operation = Operation(id="gid://shopify/BulkOperation/1", started=STARTED)
    (page,) = bulk_reading.pages(cast(ShopifyClient, client), operation, no_wait)
    assert page.orders == ()


def test_the_next_run_begins_before_the_operation_did() -> None:
    operation = Operation(id="x", started=STARTED, since=STARTED - timedelta(days=9))
    assert operation.end["orders"]["since"] == (STARTED - reading.OVERLAP).isoformat()
    late = Operation(id="x", started=STARTED, since=STARTED)
    assert late.end["orders"]["since"] == STARTED.isoformat()


class TestLines:
    def test_objects_stand_below_what_they_belong_to(self) -> None:
        (order,) = orders_in(order_lines(7))
        assert order["lineItems"]["nodes"] == [{"id": "gid://shopify/LineItem/7", "quantity": 1}]
        (goods,) = order["fulfillmentOrders"]["nodes"]
        assert [piece["id"] for piece in goods["lineItems"]["nodes"]] == [
            "gid://shopify/FulfillmentOrderLineItem/7"
        ]

    @given(counts=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=8), data=st.data())
    def test_children_may_come_in_any_order_within_their_order(
        self, counts: list[tuple[int, int]], data: st.DataObject
    ) -> None:
        rows: list[bytes] = []
        for number, (lines, goods) in enumerate(counts):
            order_id = f"gid://shopify/Order/{number}"
            children = [
                line(id=f"gid://shopify/LineItem/{number}{place}", __parentId=order_id)
                for place in range(lines)
            ] + [
                line(id=f"gid://shopify/FulfillmentOrder/{number}{place}", __parentId=order_id)
                for place in range(goods)
            ]
            rows += [line(id=order_id), *data.draw(st.permutations(children))]
        got = list(orders_in(rows))
        assert [
            (len(order["lineItems"]["nodes"]), len(order["fulfillmentOrders"]["nodes"])) for order in got
        ] == counts

    def test_a_child_of_another_order_is_not_put_anywhere(self) -> None:
        rows = [
            *order_lines(1),
            *order_lines(2),
            line(id="gid://shopify/LineItem/9", __parentId="gid://shopify/Order/1"),
        ]
        with pytest.raises(BrokenFileError, match="line 9"):
            list(orders_in(rows))

    @pytest.mark.parametrize("row", [b"{", b"[]", b"7", b'{"id": "gid://shopify/LineItem/1"', b"\xff\xfe"])
    def test_a_broken_line_is_named(self, row: bytes) -> None:
        with pytest.raises(BrokenFileError, match="line 5"):
            list(orders_in([*order_lines(1), row]))

    def test_something_that_was_not_asked_for_is_a_fault(self) -> None:
        rows = [
            line(id="gid://shopify/Order/1"),
            line(id="gid://shopify/Refund/1", __parentId="gid://shopify/Order/1"),
        ]
        with pytest.raises(BrokenFileError, match="line 2"):
            list(orders_in(rows))

    def test_empty_lines_and_an_empty_file(self) -> None:
        assert list(orders_in(io.BytesIO(b"\n\n"))) == []
        assert len(list(orders_in([*order_lines(1), b"\n"]))) == 1
