"""Orders: lists, one order, its comments, hold, cancel, refund."""

from __future__ import annotations

from typing import Any

from fbridge_magento.sandbox import integrations, pace
from fbridge_magento.sandbox.calls import Answer, Call
from fbridge_magento.sandbox.data_objects import COMMENT, REFUND_ITEM
from fbridge_magento.sandbox.dispatch import Route
from fbridge_magento.sandbox.errors import RestError, broken_entity, no_entity, required
from fbridge_magento.sandbox.listing import find
from fbridge_magento.sandbox.order_rendering import comment_json
from fbridge_magento.sandbox.order_status import add_comment, cancel, hold, refund, unhold
from fbridge_magento.sandbox.records import OrderRecord
from fbridge_magento.sandbox.search_criteria import read_criteria
from fbridge_magento.sandbox.state import Shop, stored
from fbridge_magento.sandbox.tables import orders_table

NOT_OF_THIS_STATE = (
    'Unable to add comment: The status "%1" is not part of the order\n                 status history.'
)


def order_routes(shop: Shop) -> list[Route]:
    """Those of ``/V1/orders`` and ``/V1/order``, without shipping."""
    routes = _Orders(shop)
    return [
        Route("GET", "V1/orders", routes.list, integrations.ORDERS),
        Route("GET", "V1/orders/<order_id>", routes.get, integrations.ORDERS),
        Route("GET", "V1/orders/<order_id>/comments", routes.comments, integrations.ORDERS),
        Route("POST", "V1/orders/<order_id>/comments", routes.comment, integrations.ORDER_COMMENTS),
        Route("POST", "V1/orders/<order_id>/cancel", routes.cancel, integrations.CANCEL),
        Route("POST", "V1/orders/<order_id>/hold", routes.hold, integrations.HOLD),
        Route("POST", "V1/orders/<order_id>/unhold", routes.unhold, integrations.UNHOLD),
        Route("POST", "V1/order/<order_id>/refund", routes.refund, integrations.REFUND),
    ]


class _Orders:
    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._table = orders_table(shop)

    def list(self, call: Call) -> Answer:
        criteria = read_criteria(call.query, most=self._shop.most_on_a_page)
        with self._shop.lock:
            found = find(self._table, criteria)
            items = [self._json(record) for record in found.rows]
        self._shop.pace.wait(pace.ORDER_READ * len(items))
        body = {"items": items, "search_criteria": criteria.json(), "total_count": found.total}
        return Answer(body)

    def get(self, call: Call) -> Answer:
        with self._shop.lock:
            return Answer(self._json(self._order(call)))

    def _json(self, record: OrderRecord) -> dict[str, Any]:
        if record.id in self._shop.broken:
            raise broken_entity()
        return self._shop.order_json(record)

    def comments(self, call: Call) -> Answer:
        order_id = call.number("order_id")
        with self._shop.lock:
            record = self._shop.orders.get(order_id)
            comments = self._shop.parts(record).comments if record is not None else []
            items = [comment_json(comment, order_id) for comment in comments]
        filters = [{"field": "parent_id", "value": str(order_id), "condition_type": "eq"}]
        criteria = {"filter_groups": [{"filters": filters}]}
        return Answer({"items": items, "search_criteria": criteria, "total_count": len(items)})

    def comment(self, call: Call) -> Answer:
        given = call.given("statusHistory")
        if given is None:
            raise required("statusHistory")
        history = COMMENT.read(given)
        status = history.get("status")
        with self._shop.lock:
            record = self._order(call)
            if status is not None and self._shop.state_of(status) != record.state:
                raise RestError(400, NOT_OF_THIS_STATE, [status])
            self._shop.parts_to_change(record)
            record.status = status or record.status
            add_comment(
                self._shop,
                record,
                stored(history.get("comment") or ""),
                notified=history.get("is_customer_notified") or 0,
                visible=history.get("is_visible_on_front") or 0,
            )
            self._shop.touch(record)
        return Answer(True)

    def cancel(self, call: Call) -> Answer:
        with self._shop.row_lock(call.number("order_id")), self._shop.lock:
            return Answer(cancel(self._shop, self._order(call)))

    def hold(self, call: Call) -> Answer:
        with self._shop.row_lock(call.number("order_id")), self._shop.lock:
            hold(self._shop, self._order(call))
        return Answer(True)

    def unhold(self, call: Call) -> Answer:
        with self._shop.row_lock(call.number("order_id")), self._shop.lock:
            unhold(self._shop, self._order(call))
        return Answer(True)

    def refund(self, call: Call) -> Answer:
        items = REFUND_ITEM.read_list(call.given("items"))
        quantities = {int(item["order_item_id"]): int(item["qty"]) for item in items}
        with self._shop.row_lock(call.number("order_id")), self._shop.lock:
            return Answer(str(refund(self._shop, self._order(call), quantities or None)))

    def _order(self, call: Call) -> OrderRecord:
        record = self._shop.orders.get(call.number("order_id"))
        if record is None:
            raise no_entity()
        return record
