"""What an app may do to an order itself: change, close, open, cancel it, tag it, mark it as paid."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fbridge_shopify.sandbox.connections import View
from fbridge_shopify.sandbox.errors import invalid_id, user_error
from fbridge_shopify.sandbox.gids import gid, number_of
from fbridge_shopify.sandbox.order_changes import cancel_order
from fbridge_shopify.sandbox.order_views import order_view
from fbridge_shopify.sandbox.records import Order
from fbridge_shopify.sandbox.viewer import Viewer


def _find(viewer: Viewer, identity: str) -> Order:
    try:
        number = number_of(identity, "Order")
    except ValueError:
        raise invalid_id(identity) from None
    if viewer.order(number) is None:
        raise user_error("Order does not exist", "id")
    return viewer.shop.orders.keep(number)


def _update(viewer: Viewer, **args: Any) -> View:
    given = args["input"]
    order = _find(viewer, given["id"])
    if "note" in given:
        order.note = given["note"]
    if given.get("tags") is not None:
        order.tags = sorted(set(given["tags"]))
    if "poNumber" in given:
        order.po_number = given["poNumber"]
    if given.get("customAttributes") is not None:
        order.attributes = {one["key"]: one["value"] for one in given["customAttributes"]}
    viewer.shop.touch(order)
    return {"order": order_view(viewer, order)}


def _close(viewer: Viewer, **args: Any) -> View:
    order = _find(viewer, args["input"]["id"])
    order.closed = order.closed or viewer.shop.now()
    viewer.shop.touch(order)
    return {"order": order_view(viewer, order)}


def _open(viewer: Viewer, **args: Any) -> View:
    order = _find(viewer, args["input"]["id"])
    order.closed = None
    viewer.shop.touch(order)
    return {"order": order_view(viewer, order)}


def _mark_as_paid(viewer: Viewer, **args: Any) -> View:
    order = _find(viewer, args["input"]["id"])
    if order.financial != "PENDING":
        raise user_error("Order cannot be marked as paid.", "id")
    order.financial = "PAID"
    viewer.shop.after_change(order)
    return {"order": order_view(viewer, order)}


def _cancel(viewer: Viewer, **args: Any) -> View:
    order = _find(viewer, args["orderId"])
    problem = cancel_order(viewer.shop, order, args["reason"])
    errors = [{"field": ["orderId"], "message": problem, "code": "INVALID"}] if problem else []
    job = None if problem else {"id": gid("Job", f"sandbox-{order.id}"), "done": False}
    return {"job": job, "orderCancelUserErrors": errors}


def _tags(change: Callable[[set[str], set[str]], set[str]]) -> Callable[..., View]:
    def answer(viewer: Viewer, **args: Any) -> View:
        order = _find(viewer, args["id"])
        order.tags = sorted(change(set(order.tags), set(args["tags"])))
        viewer.shop.touch(order)
        return {"node": order_view(viewer, order)}

    return answer


ORDER_MUTATIONS: dict[str, tuple[tuple[str, ...], Callable[..., View]]] = {
    "orderUpdate": (("order",), _update),
    "orderClose": (("order",), _close),
    "orderOpen": (("order",), _open),
    "orderMarkAsPaid": (("order",), _mark_as_paid),
    "orderCancel": (("job",), _cancel),
    "tagsAdd": (("node",), _tags(set.union)),
    "tagsRemove": (("node",), _tags(set.difference)),
}
