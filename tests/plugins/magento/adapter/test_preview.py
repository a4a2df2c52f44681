"""What the plan shows, without asking the store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fbridge.models.fulfillments import Fulfillment, FulfillmentShipment, Preview, ResolvedCarrier
from fbridge.models.platforms import Store
from fbridge.models.states import MailEffect
from fbridge.sandbox import ServedSandbox
from fbridge_magento.preview import preview_of

MakeSandbox = Callable[..., ServedSandbox]
DeskOf = Callable[..., Any]
FulfillmentOf = Callable[..., Fulfillment]
ShipmentOf = Callable[..., FulfillmentShipment]


def previewed(served: ServedSandbox, desk: Any, fulfillment: Fulfillment) -> Preview:
    """As the plan does it: with the order as it is kept, without ``adapter_data``."""
    served.control.forget_requests()
    kept = replace(fulfillment, order=replace(fulfillment.order, adapter_data={}))
    preview = preview_of(desk.store, kept)
    assert served.control.requests() == []
    return preview


@pytest.fixture
def order_in(desk_of: DeskOf) -> Callable[..., tuple[Any, Any]]:
    def make(served: ServedSandbox, **settings: Any) -> tuple[Any, Any]:
        desk = desk_of(served, **settings)
        return desk, desk.order(served.control.new_order([("TAZZA-01", 2)]))

    return make


def test_a_mail_for_each_shipment_that_has_none(
    sandbox: ServedSandbox, order_in: Any, shipment_of: ShipmentOf
) -> None:
    desk, order = order_in(sandbox)
    line = order.lines[0].id
    parts = tuple(shipment_of(order, [name], items=[(line, 1)], name=name) for name in ("A", "B"))
    one = Fulfillment(order=order, shipments=parts, completes_order=True, notify=True)
    assert previewed(sandbox, desk, one).mails == ("Shipment", "Shipment")
    assert previewed(sandbox, desk, replace(one, notify=False)).mails == ()
    mailed = (parts[0], replace(parts[1], mail=MailEffect.UNCONFIRMED))
    assert previewed(sandbox, desk, replace(one, shipments=mailed)).mails == ("Shipment",)


def test_one_of_two_shipments_that_is_refused_blocks_the_other_neither_in_the_plan_nor_in_the_push(
    sandbox: ServedSandbox, order_in: Any, shipment_of: ShipmentOf
) -> None:
    desk, order = order_in(sandbox)
    line = order.lines[0].id
    parts = tuple(shipment_of(order, [number], items=[(line, 1)], name=number) for number in ("A", "9" * 256))
    one = Fulfillment(order=order, shipments=parts, completes_order=True, notify=True)
    shown = previewed(sandbox, desk, one)
    assert (shown.refused, shown.mails) == ("", ("Shipment",))
    assert ["255 characters" in words for words in shown.warnings] == [True]
    assert [entry.reason for entry in desk.push_one(one).shipments] == ["sent", "bad_tracking_number"]


@pytest.mark.parametrize(("wanted", "mails"), [(["B"], ("Shipment",)), (["A"], ()), ([], ())])
def test_a_correction_is_mailed_only_with_the_setting_and_a_new_number(
    sandbox: ServedSandbox, order_in: Any, fulfillment_of: FulfillmentOf, wanted: list[str], mails: tuple[str]
) -> None:
    desk, order = order_in(sandbox, mail_on_correction=True)
    known = {"revision": 2, "acknowledged": 1, "acknowledged_numbers": ("A",), "mail": MailEffect.SENT}
    one = fulfillment_of(order, wanted, **known)
    assert previewed(sandbox, desk, one).mails == mails
    quiet, _ = order_in(sandbox)
    assert previewed(sandbox, quiet, one).mails == ()


def test_refusals_that_need_no_store(
    make_sandbox: MakeSandbox, order_in: Any, fulfillment_of: FulfillmentOf
) -> None:
    served = make_sandbox(orders=0, sources=("default", "roma"))
    desk, order = order_in(served)
    plain = fulfillment_of(order, ["A"])
    refused = previewed(served, desk, plain)
    assert "several sources (default, roma)" in refused.refused
    assert refused.mails == ()
    placed = replace(plain, shipments=(replace(plain.shipments[0], location="roma"),))
    assert previewed(served, desk, placed).refused == ""
    assert previewed(served, desk, placed).places == ("source roma",)
    long = ResolvedCarrier(code="X", label="X", site_code="x" * 33)
    coded = replace(plain, shipments=(replace(placed.shipments[0], carrier=long),))
    assert "more than 32 characters" in previewed(served, desk, coded).refused


def test_what_is_there_already_needs_no_source(
    make_sandbox: MakeSandbox, order_in: Any, fulfillment_of: FulfillmentOf
) -> None:
    served = make_sandbox(orders=0, sources=("default", "roma"))
    desk, order = order_in(served)
    there = fulfillment_of(order, ["B"], revision=2, acknowledged=1, remote_ids=("7",))
    assert previewed(served, desk, there).refused == ""


def test_before_the_first_check_nothing_is_refused_for_its_source(
    make_sandbox: MakeSandbox, order_in: Any, fulfillment_of: FulfillmentOf
) -> None:
    served = make_sandbox(orders=0, sources=("default", "roma"))
    desk, order = order_in(served)
    unchecked = Store(desk.store.name, desk.store.url, desk.store.settings, desk.store.http)
    assert preview_of(unchecked, fulfillment_of(order, ["A"])).refused == ""


def test_a_carrier_is_shown_as_the_store_keeps_its_name(
    sandbox: ServedSandbox, order_in: Any, fulfillment_of: FulfillmentOf
) -> None:
    desk, order = order_in(sandbox)
    fast = ResolvedCarrier(code="V", label="Veloce \U0001f69a")
    odd = fulfillment_of(order, ["A"], carrier=fast)
    assert previewed(sandbox, desk, odd).carrier == "Veloce ????"
    assert previewed(sandbox, desk, fulfillment_of(order, ["A"])).carrier == ""


def test_on_hold_is_refused(sandbox: ServedSandbox, order_in: Any, fulfillment_of: FulfillmentOf) -> None:
    desk, order = order_in(sandbox)
    sandbox.control.hold(int(order.remote_id))
    one = fulfillment_of(desk.order(order.remote_id), ["A"])
    assert "holded" in previewed(sandbox, desk, one).refused
