"""Asynchronous shipping: what was handed in waits until a consumer of the queue works it off."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable
from threading import Lock, Thread
from typing import Any
from uuid import uuid4

from fbridge_magento.sandbox.bulk_records import COMPLETE, FAILED, OPEN, SUCCESS, TOPIC, Bulk, Operation
from fbridge_magento.sandbox.dates import shown
from fbridge_magento.sandbox.errors import RestError
from fbridge_magento.sandbox.shipping import read_request, ship
from fbridge_magento.sandbox.state import Shop

PATIENCE = 0.25
"""Seconds for which a request waits for the consumer, so that a fast store is done when it is asked."""


class BulkQueue:
    """The queue with its consumer. One consumer works at a time."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._working = Lock()

    def hand_in(self, calls: Iterable[dict[str, Any]], store_id: int) -> dict[str, Any]:
        """Take calls of ``ship`` and answer with their receipt. Raises: RestError (400), for all of them."""
        operations = [
            Operation(number, given, store_id or 1)
            for number, given in enumerate(calls)
            if _checked(given, self._shop.most_entries)
        ]
        delay = self._shop.settings.consumer
        due = None if delay is None else time.monotonic() + delay
        with self._shop.lock:
            bulk = Bulk(str(uuid4()), self._shop.now(), due, operations)
            self._shop.bulks[bulk.uuid] = bulk
        return {
            "bulk_uuid": bulk.uuid,
            "request_items": [
                {"id": one.id, "data_hash": _hash(one.given), "status": "accepted"} for one in operations
            ],
            "errors": False,
        }

    def work_off_due(self) -> None:
        """Let a running consumer do what is due by now; it goes on by itself when that takes long."""
        now = time.monotonic()
        with self._shop.lock:
            due = [bulk for bulk in self._shop.bulks.values() if bulk.due is not None and bulk.due <= now]
            for bulk in due:
                bulk.due = None
        if due:
            consumer = Thread(target=self._work_off, args=(due,), name="sandbox-consumer", daemon=True)
            consumer.start()
            consumer.join(PATIENCE)

    def work_off_all(self) -> None:
        """Let a consumer run to its end now, whatever the settings say."""
        with self._shop.lock:
            bulks = list(self._shop.bulks.values())
        self._work_off(bulks)

    def _work_off(self, bulks: Iterable[Bulk]) -> None:
        with self._working:
            for bulk in bulks:
                for operation in bulk.operations:
                    if operation.status == OPEN:
                        self._execute(operation)

    def _execute(self, operation: Operation) -> None:
        try:
            order_id = int(operation.given.get("orderId") or operation.given.get("order_id") or 0)
            shipment_id = ship(self._shop, order_id, read_request(operation.given))
        except RestError as error:
            operation.status, operation.message, operation.error_code = FAILED, error.message, 0
        else:
            operation.result = json.dumps(str(shipment_id))
            operation.status, operation.message = COMPLETE, SUCCESS


def operation_json(operation: Operation, bulk: Bulk) -> dict[str, Any]:
    """An operation with its result: the id is JSON within JSON, and the call is dropped once it was done."""
    return {
        "id": operation.id,
        "bulk_uuid": bulk.uuid,
        "topic_name": TOPIC,
        "serialized_data": None if operation.status == COMPLETE else _serialized(operation),
        "result_serialized_data": operation.result,
        "status": operation.status,
        "result_message": operation.message,
        "error_code": operation.error_code,
    }


def bulk_json(bulk: Bulk, operations: list[dict[str, Any]]) -> dict[str, Any]:
    """A bulk with its operations."""
    return {
        "operations_list": operations,
        "user_type": 1,
        "bulk_id": bulk.uuid,
        "description": f"Topic {TOPIC}",
        "start_time": shown(bulk.started),
        "user_id": 1,
        "operation_count": len(bulk.operations),
    }


def _checked(given: dict[str, Any], most: int | None) -> bool:
    read_request(given, most)
    return True


def _serialized(operation: Operation) -> str:
    data = {
        "entity_id": None,
        "entity_link": "",
        "meta_information": json.dumps(operation.given, separators=(",", ":")),
        "store_id": str(operation.store_id),
    }
    return json.dumps(data, separators=(",", ":"))


def _hash(given: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(given).encode()).hexdigest()
