"""The file of a bulk operation: no order is taken for all, none twice, and memory stays."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbridge_shopify import bulk_reading, reading
from fbridge_shopify.bulk_reading import BrokenFileError, BulkUnusableError, Operation, orders_in
from fbridge_shopify.client import ShopifyClient

from .bulk_files import STARTED, FileStore, file_of, line, no_wait, order_lines, pages_from, peak_of


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
