"""Asynchronous and bulk shipping (docs: Adobe Commerce Web APIs, Bulk endpoints)."""

from __future__ import annotations

from fbridge_magento.sandbox import integrations
from fbridge_magento.sandbox.bulk import BulkQueue, bulk_json, operation_json
from fbridge_magento.sandbox.bulk_records import Bulk
from fbridge_magento.sandbox.calls import Answer, Call
from fbridge_magento.sandbox.dates import shown
from fbridge_magento.sandbox.dispatch import Route
from fbridge_magento.sandbox.errors import RestError, broken_application
from fbridge_magento.sandbox.listing import find
from fbridge_magento.sandbox.search_criteria import read_criteria
from fbridge_magento.sandbox.state import Shop
from fbridge_magento.sandbox.tables import json_table

NUMBERS = frozenset({"id", "status", "error_code"})
TEXTS = frozenset({"bulk_uuid", "topic_name", "serialized_data", "result_serialized_data", "result_message"})
START_TIME = "start_time"


def bulk_routes(shop: Shop, queue: BulkQueue) -> list[Route]:
    """Handing in, and asking what became of it."""
    routes = _Bulks(shop, queue)
    ask = integrations.BULKS
    return [
        Route("POST", "async/bulk/V1/order/byOrderId/ship", routes.ship_many, integrations.SHIP),
        Route("POST", "async/V1/order/<order_id>/ship", routes.ship_one, integrations.SHIP),
        Route("GET", "V1/bulk", routes.list, ask),
        Route("GET", "V1/bulk/<uuid>/detailed-status", routes.detailed_status, ask),
        Route("GET", "V1/bulk/<uuid>/status", routes.status, ask),
        Route("GET", "V1/bulk/<uuid>/operation-status/<status>", routes.count, ask),
    ]


class _Bulks:
    def __init__(self, shop: Shop, queue: BulkQueue) -> None:
        self._shop = shop
        self._queue = queue

    def ship_many(self, call: Call) -> Answer:
        """An object in place of the array breaks Magento itself."""
        if not isinstance(call.body, list):
            raise broken_application()
        calls = [given if isinstance(given, dict) else {} for given in call.body]
        return Answer(self._queue.hand_in(calls, call.store_id), 202)

    def ship_one(self, call: Call) -> Answer:
        body = call.body if isinstance(call.body, dict) else {}
        given = body | {"orderId": call.number("order_id")}
        return Answer(self._queue.hand_in([given], call.store_id), 202)

    def list(self, call: Call) -> Answer:
        criteria = read_criteria(call.query, most=self._shop.most_on_a_page)
        with self._shop.lock:
            rows = [
                {"extension_attributes": {START_TIME: shown(bulk.started)}} | operation_json(one, bulk)
                for bulk in reversed(self._shop.bulks.values())
                for one in bulk.operations
            ]
            found = find(json_table("magento_operation", rows, NUMBERS, TEXTS), criteria)
        body = {"items": found.rows, "search_criteria": criteria.json(), "total_count": found.total}
        return Answer(body)

    def detailed_status(self, call: Call) -> Answer:
        with self._shop.lock:
            bulk = self._bulk(call)
            return Answer(bulk_json(bulk, [operation_json(one, bulk) for one in bulk.operations]))

    def status(self, call: Call) -> Answer:
        shown_keys = ("id", "status", "result_message", "error_code")
        with self._shop.lock:
            bulk = self._bulk(call)
            rows = [operation_json(one, bulk) for one in bulk.operations]
        return Answer(bulk_json(bulk, [{key: row[key] for key in shown_keys} for row in rows]))

    def count(self, call: Call) -> Answer:
        status = call.number("status")
        with self._shop.lock:
            return Answer(sum(one.status == status for one in self._bulk(call).operations))

    def _bulk(self, call: Call) -> Bulk:
        uuid = call.in_path["uuid"]
        if uuid not in self._shop.bulks:
            raise RestError(404, "Bulk uuid %bulkUuid not exist", {"bulkUuid": uuid})
        return self._shop.bulks[uuid]
