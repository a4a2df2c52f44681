"""What the plan rests on is looked at before each chunk of a run: a plugin that is gone mails nobody."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from fbridge.errors import NotSent, RefusedError
from fbridge.models.fulfillments import Fulfillment, ResolvedCarrier
from fbridge.models.states import Effect, Outcome
from fbridge.sandbox import ServedSandbox
from fbridge.testing.faults import Answer, Fault, FaultProxy, On
from fbridge_woocommerce.run_memory import memory_of

DeskOf = Callable[..., Any]
FulfillmentOf = Callable[..., Fulfillment]
MakeSandbox = Callable[..., ServedSandbox]

GONE = [
    ({"tracking": "ast"}, {}, "tracking", "Advanced Shipment Tracking"),
    ({"tracking": "wst", "wst_routes": True}, {}, "tracking", "Shipment Tracking"),
    ({"tracking": "wst", "wst_routes": False}, {}, "tracking", "Shipment Tracking"),
    ({"tracking": "ast"}, {"tracking": "ast"}, "tracking", "Advanced Shipment Tracking"),
]


def due(served: ServedSandbox, desk: Any, count: int) -> list[Any]:
    orders = desk.orders(*served.control.order_ids("processing"))
    return [order for order in orders if any(line.due for line in order.lines)][:count]


@pytest.mark.parametrize(("options", "settings", "part", "name"), GONE)
def test_nothing_is_sent_where_the_place_of_numbers_is_gone(
    options: dict[str, Any],
    settings: dict[str, Any],
    part: str,
    name: str,
    make_sandbox: MakeSandbox,
    desk_of: DeskOf,
    fulfillment_of: FulfillmentOf,
) -> None:
    served = make_sandbox(**options)
    desk = desk_of(served, **settings)
    before = len(served.control.mails())
    served.control.switch_off(part)
    orders = due(served, desk, 3)
    with pytest.raises(NotSent) as stopped:
        desk.push(*(fulfillment_of(order, [f"N{order.remote_id}"]) for order in orders))
    assert set(stopped.value.order_ids) == {order.remote_id for order in orders}
    assert name in str(stopped.value)
    assert "fbridge store check lab" in str(stopped.value)
    assert len(served.control.mails()) == before
    assert {served.control.order(int(order.remote_id))["status"] for order in orders} == {"processing"}
    assert not [seen for seen in served.control.requests() if seen.method != "GET"]


def test_once_it_is_back_the_same_goes_out(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    served = make_sandbox(tracking="ast")
    desk = desk_of(served)
    served.control.switch_off("tracking")
    (order,) = due(served, desk, 1)
    with pytest.raises(NotSent):
        desk.push_one(fulfillment_of(order, ["N1"]))
    served.control.switch_on("tracking")
    desk.push_one(fulfillment_of(order, ["N1"]))
    (mail,) = served.control.mails(int(order.remote_id))[-1:]
    assert mail.tracking_numbers == ("N1",)


def test_a_place_that_the_store_never_had_is_not_written_to(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    served = make_sandbox(tracking="none")
    desk = desk_of(served, tracking="ast")
    (order,) = due(served, desk, 1)
    with pytest.raises(NotSent, match="Advanced Shipment Tracking"):
        desk.push_one(fulfillment_of(order, ["N1"]))
    assert served.control.order(int(order.remote_id))["status"] == "processing"


def test_a_plugin_is_not_needed_for_what_has_no_number(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    """The setting none keeps numbers from the store, so nothing is rested on."""
    served = make_sandbox(tracking="ast")
    desk = desk_of(served, tracking="none")
    served.control.switch_off("tracking")
    (order,) = due(served, desk, 1)
    (entry,) = desk.push_one(fulfillment_of(order, ["N1"])).shipments
    assert entry.effects.status is Effect.DONE


def test_a_plugin_that_goes_in_the_middle_of_a_run_ends_it(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, carrier: ResolvedCarrier
) -> None:
    """It is looked at before each chunk, by one request."""
    served = make_sandbox(orders=60, tracking="ast")
    desk = desk_of(served)
    chunks = [due(served, desk, 20)[:10], due(served, desk, 20)[10:]]
    desk.push(*(fulfillment_of(order, ["A"], carrier=carrier) for order in chunks[0]))
    served.control.forget_requests()
    mails = len(served.control.mails())
    served.control.switch_off("tracking")
    with pytest.raises(NotSent, match="Advanced Shipment Tracking"):
        desk.push(*(fulfillment_of(order, ["B"], carrier=carrier) for order in chunks[1]))
    assert [seen.method for seen in served.control.requests()] == ["GET"]
    assert len(served.control.mails()) == mails


GLS = {"Italy": {"GLS Italy": {"url": "https://gls-italy.com/?t=%number%"}}}


@pytest.mark.parametrize("plugin", ["ast", "wst"])
def test_a_carrier_that_the_plugin_lost_since_the_last_check_gets_its_own_name_and_link(
    make_sandbox: MakeSandbox,
    desk_of: DeskOf,
    fulfillment_of: FulfillmentOf,
    carrier: ResolvedCarrier,
    plugin: str,
) -> None:
    """Renamed, switched off or deleted in the shop: the mails would show a bare slug, and no link."""
    served = make_sandbox(orders=30, tracking=plugin, wst_routes=True)
    first, *others = due(served, desk_of(served), 3)
    desk_of(served).push_one(fulfillment_of(first, ["A1"], carrier=carrier))
    desk = desk_of(served)
    memory_of(desk.store).spellings.clear()
    served.control.set_providers(GLS)
    url = "https://own.example/N"
    desk.push(*(fulfillment_of(one, ["N"], carrier=carrier, url=url) for one in others))
    for one in others:
        (mail,) = served.control.mails(int(one.remote_id))
        assert (mail.carriers, mail.links) == (("BRT",), (url,))


def vars_of(served: ServedSandbox) -> dict[str, Any]:
    return {"store_settings": served.store_settings, "control": served.control}


NO_ROUTE = Fault(
    name="no route",
    answer=Answer.STATUS,
    status=404,
    body=b'{"code":"rest_no_route","message":"No route was found.","data":{"status":404}}',
)


@pytest.mark.parametrize("times", [1, 4], ids=["once", "for longer"])
def test_a_route_that_is_away_for_a_moment_hides_no_fulfillment(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, *, times: int
) -> None:
    """As while WooCommerce is updated: what is there already is neither made again nor mailed again."""
    served = make_sandbox(orders=20, tracking="none", fulfillments=True)
    with FaultProxy(served.url) as proxy:
        desk = desk_of(SimpleNamespace(**vars_of(served), url=proxy.url))
        orders = due(served, desk, 2)
        desk.push(
            *(fulfillment_of(order, [f"N{order.remote_id}"], completes_order=False) for order in orders)
        )
        sent = {order.remote_id: order for order in orders}
        proxy.strike(NO_ROUTE, on=On.READ, path=f"{orders[0].remote_id}/fulfillments", times=times)
        if times > 1:
            with pytest.raises(RefusedError, match="fulfillments") as away:
                desk.orders(*sent)
            assert away.value.reason == "rest_no_route"
            proxy.heal()
        again = [fulfillment_of(order, [f"N{order.remote_id}"]) for order in desk.orders(*sent)]
        assert {one.shipments[0].outcome for one in desk.push(*again).values()} == {Outcome.DONE}
        assert [len(order.shipments) for order in desk.orders(*sent)] == [1, 1]


def test_where_fulfillments_are_switched_off_nothing_is_read_as_unshipped(
    make_sandbox: MakeSandbox, desk_of: DeskOf
) -> None:
    served = make_sandbox(orders=20, tracking="none", fulfillments=True)
    desk = desk_of(served)
    served.control.switch_off("fulfillments")
    with pytest.raises(RefusedError, match="fbridge store check lab") as gone:
        due(served, desk, 1)
    assert gone.value.reason == "rest_no_route"


def test_an_order_of_which_a_part_has_left_waits_where_nothing_tells_which(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    """The feature was switched off since: its mark stays with the order, its fulfillments are shown nowhere."""
    served = make_sandbox(orders=20, tracking="none", fulfillments=True)
    order = next(one for one in due(served, desk_of(served), 20) if sum(line.due for line in one.lines) > 1)
    line = next(line for line in order.lines if line.due)
    part = fulfillment_of(order, ["N1"], items=[(line.id, 1)], completes_order=False)
    desk_of(served).push_one(part)
    served.control.switch_off("fulfillments")
    (doubt,) = desk_of(served, checked=False).order(order.remote_id).doubts
    assert doubt.code == "shipped_unread"
