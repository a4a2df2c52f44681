"""The roots of mutations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, wraps
from typing import Any

from fbridge_shopify.sandbox import fulfilling, pace, rerouting
from fbridge_shopify.sandbox.bulk_mutations import BULK_MUTATIONS
from fbridge_shopify.sandbox.connections import View
from fbridge_shopify.sandbox.errors import UserErrors, broken_root
from fbridge_shopify.sandbox.event_mutations import create_event
from fbridge_shopify.sandbox.fulfillment_views import fulfillment_order_view, fulfillment_view, hold_view
from fbridge_shopify.sandbox.order_mutations import ORDER_MUTATIONS
from fbridge_shopify.sandbox.viewer import Info, Viewer

Answer = Callable[..., View]


def mutation(*empty: str) -> Callable[[Answer], Callable[..., View]]:
    """Turn refusals into the payload's ``userErrors``; the fields in ``empty`` are then null."""

    def wrap(answer: Answer) -> Callable[..., View]:
        @wraps(answer)
        def resolve(_source: Any, info: Info, **args: Any) -> View:
            viewer: Viewer = info.context
            viewer.shop.take_time(pace.MUTATION)
            with viewer.shop.lock:
                broken = viewer.shop.broken_roots.pop(info.field_name, None)
                if broken == "before":
                    raise broken_root()
                payload = _answered(partial(answer, viewer, **args), empty)
                if broken == "after":
                    raise broken_root()
                return payload

        return resolve

    return wrap


def _answered(answer: Callable[[], View], empty: Sequence[str]) -> View:
    try:
        return {**answer(), "userErrors": []}
    except UserErrors as refused:
        return {**dict.fromkeys(empty), "userErrors": refused.errors}


@mutation("fulfillment")
def _fulfillment_create(viewer: Viewer, fulfillment: dict[str, Any], message: str | None = None) -> View:
    order, made = fulfilling.fulfil(viewer, fulfillment, message)
    return {"fulfillment": fulfillment_view(viewer, order, made)}


@mutation("fulfillment")
def _tracking_update(viewer: Viewer, **args: Any) -> View:
    order, made = fulfilling.update_tracking(
        viewer, args["fulfillmentId"], args["trackingInfoInput"], notify=args.get("notifyCustomer")
    )
    return {"fulfillment": fulfillment_view(viewer, order, made)}


@mutation("fulfillment")
def _fulfillment_cancel(viewer: Viewer, **args: Any) -> View:
    order, made = fulfilling.take_back(viewer, args["id"])
    return {"fulfillment": fulfillment_view(viewer, order, made)}


@mutation("fulfillmentEvent")
def _event_create(viewer: Viewer, **args: Any) -> View:
    return {"fulfillmentEvent": create_event(viewer, args["fulfillmentEvent"])}


@mutation("fulfillmentHold", "fulfillmentOrder", "remainingFulfillmentOrder")
def _hold(viewer: Viewer, **args: Any) -> View:
    order, one, made, rest = rerouting.hold(viewer, args["id"], args["fulfillmentHold"])
    return {
        "fulfillmentHold": hold_view(made),
        "fulfillmentOrder": fulfillment_order_view(viewer, order, one),
        "remainingFulfillmentOrder": None if rest is None else fulfillment_order_view(viewer, order, rest),
    }


@mutation("fulfillmentOrder")
def _release(viewer: Viewer, **args: Any) -> View:
    order, one = rerouting.release(viewer, args["id"], args.get("holdIds"))
    return {"fulfillmentOrder": fulfillment_order_view(viewer, order, one)}


@mutation()
def _split(viewer: Viewer, **args: Any) -> View:
    rerouting.split(viewer, args["fulfillmentOrderSplits"])
    return {}


@mutation("movedFulfillmentOrder", "originalFulfillmentOrder", "remainingFulfillmentOrder")
def _move(viewer: Viewer, **args: Any) -> View:
    order, moved, original, rest = rerouting.move(
        viewer, args["id"], args["newLocationId"], args.get("fulfillmentOrderLineItems")
    )
    return {
        "movedFulfillmentOrder": fulfillment_order_view(viewer, order, moved),
        "originalFulfillmentOrder": fulfillment_order_view(viewer, order, original),
        "remainingFulfillmentOrder": None if rest is None else fulfillment_order_view(viewer, order, rest),
    }


@mutation("fulfillmentOrder")
def _open(viewer: Viewer, **args: Any) -> View:
    order, one = rerouting.reopen(viewer, args["id"])
    return {"fulfillmentOrder": fulfillment_order_view(viewer, order, one)}


@mutation("fulfillmentOrder")
def _report_progress(viewer: Viewer, **args: Any) -> View:
    order, one = rerouting.report_progress(viewer, args["id"])
    return {"fulfillmentOrder": fulfillment_order_view(viewer, order, one)}


@mutation("fulfillmentOrder", "replacementFulfillmentOrder")
def _cancel(viewer: Viewer, **args: Any) -> View:
    order, one, new = rerouting.cancel(viewer, args["id"])
    return {
        "fulfillmentOrder": fulfillment_order_view(viewer, order, one),
        "replacementFulfillmentOrder": fulfillment_order_view(viewer, order, new),
    }


MUTATIONS: dict[str, Callable[..., Any]] = {
    "fulfillmentCreate": _fulfillment_create,
    "fulfillmentCreateV2": _fulfillment_create,
    "fulfillmentTrackingInfoUpdate": _tracking_update,
    "fulfillmentTrackingInfoUpdateV2": _tracking_update,
    "fulfillmentCancel": _fulfillment_cancel,
    "fulfillmentEventCreate": _event_create,
    "fulfillmentOrderHold": _hold,
    "fulfillmentOrderReleaseHold": _release,
    "fulfillmentOrderSplit": _split,
    "fulfillmentOrderMove": _move,
    "fulfillmentOrderOpen": _open,
    "fulfillmentOrderReportProgress": _report_progress,
    "fulfillmentOrderCancel": _cancel,
    **{
        name: mutation(*empty)(answer)
        for name, (empty, answer) in {**ORDER_MUTATIONS, **BULK_MUTATIONS}.items()
    },
}
