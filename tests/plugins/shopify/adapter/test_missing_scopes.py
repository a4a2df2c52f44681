"""What an app may still do that lacks a scope: as much as can be, and never something wrong."""

from __future__ import annotations

from fbridge.models.states import Outcome
from fbridge.sandbox import ServedSandbox
from fbridge_shopify import plugin
from fbridge_shopify.sandbox.settings import ALL_SCOPES

from .push_calls import Make


def lacking(served: ServedSandbox, *scopes: str) -> dict[str, str]:
    return {"access_token": served.control.new_token(set(ALL_SCOPES) - set(scopes))}


def test_goods_at_two_places_leave_without_the_scope_for_locations(
    served: ServedSandbox, desk_of: Make, fulfillment_of: Make
) -> None:
    desk = desk_of(served, **lacking(served, "read_locations"))
    order = desk.order(served.control.new_order([("CAFFE-MOKA", 2), ("TAZZA-BLU", 1)]))
    fulfillment = fulfillment_of(order, ["N1"])
    (preview,) = plugin.preview_push(desk.store, [fulfillment])
    (entry,) = desk.push_one(fulfillment).shipments
    made = served.control.order(order.remote_id)["fulfillments"]
    assert (entry.outcome, len(made)) == (Outcome.DONE, 2)
    assert len(served.control.mails(order.remote_id)) == len(preview.mails) == 2


def test_the_scope_to_write_orders_is_enough_to_read_them(served: ServedSandbox, desk_of: Make) -> None:
    desk = desk_of(served, **lacking(served, "read_orders"))
    assert plugin.check_store(desk.store).ok
    assert desk.order(served.control.new_order([("CAFFE-MOKA", 1)])).lines
