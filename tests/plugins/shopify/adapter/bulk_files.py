"""Files of bulk operations, as a store gives them."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO, cast

from fbridge_shopify import bulk_reading
from fbridge_shopify.bulk_reading import Operation
from fbridge_shopify.client import ShopifyClient

STARTED = datetime(2026, 11, 22, 12, tzinfo=UTC)


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
