"""Multi-source inventory: the shipment's own source, or one that was chosen; never the silent default."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from fbridge.errors import CredentialsError, NotSent
from fbridge.models.fulfillments import Fulfillment, FulfillmentShipment
from fbridge.models.states import Outcome
from fbridge.sandbox import ServedSandbox
from fbridge.testing.faults import Answer, Fault, FaultProxy, On
from fbridge_magento.preview import preview_of
from fbridge_magento.sources import Inventory, choose_source, proposed_source

MakeSandbox = Callable[..., ServedSandbox]
DeskOf = Callable[..., Any]
FulfillmentOf = Callable[..., Fulfillment]

SEVERAL = ("default", "roma", "torino")
B2B = 3
OWN_FAULT = b'{"message": "Internal Error. Details are available in Magento log file. Report ID: webapi-1"}'


@pytest.fixture
def several(make_sandbox: MakeSandbox) -> ServedSandbox:
    """A store whose website b2b sells from roma and torino."""
    return make_sandbox(orders=0, sources=SEVERAL)


def source_of(served: ServedSandbox, order: Any) -> str:
    (made,) = served.control.shipments(int(order.remote_id))
    return str(made["extension_attributes"]["source_code"])


def ships(served: ServedSandbox) -> bool:
    return any(one.path.endswith("/ship") for one in served.control.requests())


def test_several_sources_and_none_chosen_is_refused_before_anything_is_sent(
    several: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(several)
    order = desk.order(several.control.new_order([("TAZZA-01", 1)], store_id=B2B))
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"])).shipments
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "no_source")
    assert "default, roma, torino" in entry.words
    assert not ships(several)


@pytest.mark.parametrize(
    ("setting", "location", "expected"),
    [("", "torino", "torino"), ("roma", None, "roma"), ("roma", "torino", "torino"), ("auto", None, "roma")],
    ids=["warehouse", "setting", "warehouse before setting", "auto"],
)
def test_the_source_is_the_warehouses_else_the_settings_else_the_stores_own(
    several: ServedSandbox,
    desk_of: DeskOf,
    fulfillment_of: FulfillmentOf,
    setting: str,
    location: str | None,
    expected: str,
) -> None:
    desk = desk_of(several, source=setting)
    order = desk.order(several.control.new_order([("TAZZA-01", 1)], store_id=B2B))
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"], location=location)).shipments
    assert entry.outcome is Outcome.DONE
    assert source_of(several, order) == expected


@pytest.mark.parametrize("setting", ["", "roma"], ids=["the only one", "named"])
def test_a_source_that_has_too_few_of_the_goods_is_named_and_tried_again(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, setting: str
) -> None:
    """Magento says what it says of a deadlock; an ERP that takes the goods off the stock first is enough for it."""
    shop = make_sandbox(orders=0, sources=SEVERAL if setting else ("default",))
    desk, source = desk_of(shop, source=setting), setting or "default"
    order = desk.order(shop.control.new_order([("TAZZA-01", 2), ("MOKA-03", 1)]))
    shop.control.stock(source, "TAZZA-01", 1)
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"])).shipments
    assert (entry.outcome, entry.reason) == (Outcome.RETRY, "not_saved")
    assert f"source {source} has too few of these goods (TAZZA-01: 1 of 2)" in entry.words
    shop.control.stock(source, "TAZZA-01", 2)
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"])).shipments
    assert entry.outcome is Outcome.DONE


def test_auto_asks_for_the_children_of_a_bundle_and_for_the_stock_of_the_store_view(
    several: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(several, source="auto")
    bundle = desk.order(several.control.new_order([("CESTO-SEPARATO", 1)], store_id=B2B))
    plain = desk.order(several.control.new_order([("TAZZA-01", 1)], store_id=1))
    desk.push(fulfillment_of(bundle, ["BX1"]), fulfillment_of(plain, ["BX2"]))
    assert (source_of(several, bundle), source_of(several, plain)) == ("roma", "default")


def test_what_the_store_sells_from_is_asked_once_a_run(
    several: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(several, source="auto", connections=4)
    for _ in range(2):
        orders = [desk.order(several.control.new_order([("TAZZA-01", 1)], store_id=1)) for _ in range(8)]
        several.control.forget_requests()
        desk.push(*(fulfillment_of(order, [f"BX{order.remote_id}"]) for order in orders))
        asked = [one.path for one in several.control.requests()]
        about_the_site = [path for path in asked if "/store/" in path or "stock-resolver" in path]
        assert len(about_the_site) == len(set(about_the_site))
    assert not about_the_site


@pytest.mark.parametrize("path", ["storeViews", "websites", "stock-resolver", "source-selection"])
@pytest.mark.parametrize(
    "fault",
    [
        Fault(name="redirect", answer=Answer.REDIRECT, status=302),
        Fault(name="deadlock", answer=Answer.STATUS, status=500, body=OWN_FAULT),
        Fault(name="page", answer=Answer.STATUS, status=404, body=b"<html>not found</html>"),
    ],
    ids=lambda fault: fault.name,
)
def test_what_passes_refuses_no_shipment_for_good(
    several: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, fault: Fault, path: str
) -> None:
    with FaultProxy(several.url) as proxy:
        behind = SimpleNamespace(
            url=proxy.url, store_settings=several.store_settings, control=several.control
        )
        desk = desk_of(behind, source="auto")
        order = desk.order(several.control.new_order([("TAZZA-01", 1)], store_id=1))
        proxy.strike(fault, on=On.ANY, path=path, times=9)
        (entry,) = desk.push_one(fulfillment_of(order, ["BX1"])).shipments
        assert (entry.outcome, ships(several)) == (Outcome.RETRY, False)
        proxy.heal()
        (entry,) = desk.push_one(fulfillment_of(order, ["BX1"])).shipments
        assert entry.outcome is Outcome.DONE


def test_an_unknown_source_is_refused_by_name(
    several: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(several, source="milano")
    order = desk.order(several.control.new_order([("TAZZA-01", 1)]))
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"])).shipments
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "no_source")
    assert "milano" in entry.words
    assert not ships(several)


def test_a_source_that_was_added_since_the_last_check_is_never_overlooked(
    several: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    several.control.switch_sources("roma")
    desk = desk_of(several)
    order = desk.order(several.control.new_order([("TAZZA-01", 1)], store_id=B2B))
    several.control.switch_sources("roma", "torino")
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"])).shipments
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "no_source")
    assert "roma, torino" in entry.words
    assert not ships(several)


@pytest.mark.parametrize(
    ("setting", "before", "now"),
    [("torino", ["default"], ["default", "torino"]), ("", ["default", "roma"], ["default"])],
    ids=["switched on", "the other one switched off"],
)
def test_what_the_plan_showed_as_refused_for_its_source_goes_out_with_no_push_before_another_plan(
    several: ServedSandbox,
    desk_of: DeskOf,
    fulfillment_of: FulfillmentOf,
    setting: str,
    before: list[str],
    now: list[str],
) -> None:
    several.control.switch_sources(*before)
    desk = desk_of(several, source=setting)
    order = desk.order(several.control.new_order([("TAZZA-01", 1)]))
    fulfillment = fulfillment_of(order, ["BX1"])
    assert preview_of(desk.store, fulfillment).refused
    several.control.switch_sources(*now)
    (entry,) = desk.push_one(fulfillment).shipments
    assert (entry.outcome, entry.reason) == (Outcome.RETRY, "sources_changed")
    assert not ships(several)
    checked = desk_of(several, source=setting)
    assert not preview_of(checked.store, fulfillment).refused
    assert checked.push_one(fulfillment).shipments[0].outcome is Outcome.DONE


def test_a_source_that_was_switched_off_meanwhile_is_named(
    several: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(several, source="torino")
    order = desk.order(several.control.new_order([("TAZZA-01", 1)], store_id=B2B))
    several.control.switch_sources("default", "roma")
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"])).shipments
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "no_source")
    assert "'torino' in use" in entry.words
    assert not ships(several)


@pytest.mark.parametrize("status", [500, 403])
def test_where_the_sources_cannot_be_asked_the_last_check_counts(
    several: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, status: int
) -> None:
    with FaultProxy(several.url) as proxy:
        behind = SimpleNamespace(
            url=proxy.url, store_settings=several.store_settings, control=several.control
        )
        desk = desk_of(behind, source="torino")
        order = desk.order(several.control.new_order([("TAZZA-01", 1)], store_id=B2B))
        fault = Fault(name="blocked", answer=Answer.STATUS, status=status, body=OWN_FAULT)
        proxy.strike(fault, on=On.ANY, path="inventory/sources", times=9)
        (entry,) = desk.push_one(fulfillment_of(order, ["BX1"])).shipments
    assert entry.outcome is Outcome.DONE
    assert source_of(several, order) == "torino"


def test_with_one_source_none_is_named(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = desk.order(sandbox.control.new_order([("TAZZA-01", 1)]))
    sandbox.control.forget_requests()
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"], notify=False)).shipments
    assert entry.outcome is Outcome.DONE
    assert len(sandbox.control.requests()) == 3


def test_without_the_right_to_see_sources_a_source_must_be_set(
    several: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    rights = several.control.credentials("min")
    order_id = several.control.new_order([("TAZZA-01", 1)])
    desk = desk_of(several, **rights)
    (entry,) = desk.push_one(fulfillment_of(desk.order(order_id), ["BX1"])).shipments
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "no_source")
    assert "Magento_InventoryApi::source" in entry.words
    auto = desk_of(several, **rights, source="auto")
    with pytest.raises(NotSent, match="Magento_Backend::store") as stop:
        auto.push_one(fulfillment_of(auto.order(order_id), ["BX1"]))
    assert isinstance(stop.value.__cause__, CredentialsError)
    named = desk_of(several, **rights, source="default")
    (entry,) = named.push_one(fulfillment_of(named.order(order_id), ["BX1"])).shipments
    assert entry.outcome is Outcome.DONE


def test_a_store_without_the_module_is_told_no_source(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    served = make_sandbox(orders=0, modules_without=("Magento_InventoryShipping",))
    desk = desk_of(served)
    order = desk.order(served.control.new_order([("TAZZA-01", 1)]))
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"], location="torino")).shipments
    assert entry.outcome is Outcome.DONE


@pytest.mark.parametrize(
    ("rows", "code", "words"),
    [
        ([("roma", 2), ("torino", 0)], "roma", ""),
        ([("roma", 1), ("torino", 1)], None, "a shipment for each"),
        ([("roma", 1), ("torino", 0)], None, "no source that has all"),
        ([], None, "no source that has all"),
    ],
    ids=["one", "two", "too few", "none"],
)
def test_one_source_must_have_all(rows: list[tuple[str, int]], code: str | None, words: str) -> None:
    items = [{"source_code": source, "sku": "A", "qty_to_deduct": taken} for source, taken in rows]
    choice = proposed_source(items, {"A": 2})
    assert choice.code == code
    assert (choice.problem is None) is (code is not None)
    assert words in (choice.problem.words if choice.problem else "")


@pytest.mark.parametrize("known", [None, ("default", "roma")], ids=["unknown", "several"])
def test_the_default_source_is_never_taken_in_silence(
    known: tuple[str, ...] | None,
    shipment_of: Callable[..., FulfillmentShipment],
    desk_of: DeskOf,
    sandbox: ServedSandbox,
) -> None:
    order = desk_of(sandbox).order(sandbox.control.new_order([("TAZZA-01", 1)]))
    choice = choose_source(shipment_of(order, []), "", Inventory(msi=True, sources=known))
    assert (choice.code, choice.ask) == (None, False)
    assert choice.problem is not None
    assert choice.problem.reason == "no_source"
