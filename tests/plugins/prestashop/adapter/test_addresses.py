"""What people paste as the store's URL, what modules print, and what stands beside the street."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from fbridge.models.fulfillments import Fulfillment
from fbridge.models.platforms import Store
from fbridge.models.states import Outcome
from fbridge.sandbox import ServedSandbox
from fbridge_prestashop import plugin

NOTICE = (
    "<br />\n<b>Deprecated</b>:  Creation of dynamic property Foo::$bar is deprecated in "
    "<b>/var/www/modules/foo/foo.php</b> on line <b>12</b><br />\n"
)
DeskOf = Callable[..., Any]
FulfillmentOf = Callable[..., Fulfillment]


@pytest.mark.parametrize("ending", ["/api", "/api/"])
def test_the_address_of_the_webservice_is_taken_for_the_shops(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, ending: str
) -> None:
    behind = SimpleNamespace(
        url=f"{sandbox.url}{ending}", control=sandbox.control, store_settings=sandbox.store_settings
    )
    desk = desk_of(behind)
    assert plugin.check_store(desk.store).ok
    order = desk.order(sandbox.control.add_order([("demo_3", 1)]))
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"])).shipments
    assert entry.outcome is Outcome.DONE


def test_what_modules_print_before_an_answer_is_no_part_of_it(
    sandbox: ServedSandbox,
    store_of: Callable[..., Store],
    desk_of: DeskOf,
    fulfillment_of: FulfillmentOf,
) -> None:
    """Before XML as before JSON; over reads, writes and refusals."""
    sandbox.control.shop.printed = NOTICE
    report = plugin.check_store(store_of(sandbox, checked=False))
    assert report.ok, [finding.words for finding in report.findings if not finding.ok]
    desk = desk_of(sandbox)
    order = desk.order(sandbox.control.add_order([("demo_3", 1)]))
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"])).shipments
    assert entry.outcome is Outcome.DONE
    sandbox.control.keys["full"].active = False
    report = plugin.check_store(store_of(sandbox, checked=False))
    assert "Check api_key" in report.findings[0].words


def test_what_the_customer_says_of_the_address_is_a_part_of_it(
    sandbox: ServedSandbox, desk_of: DeskOf
) -> None:
    made = sandbox.control.add_order([("demo_3", 1)])
    address = int(sandbox.control.order(made)["id_address_delivery"])
    before = desk_of(sandbox).order(made).ship_to.street
    sandbox.control.shop.tables["addresses"].change(address, {"other": "Suonare Rossi\nsecondo piano"})
    assert desk_of(sandbox).order(made).ship_to.street == (*before, "Suonare Rossi", "secondo piano")


def test_an_address_that_the_customer_deleted_since_is_still_that_of_the_order(
    sandbox: ServedSandbox, desk_of: DeskOf
) -> None:
    """PrestaShop keeps what orders use, marked as deleted."""
    made = sandbox.control.add_order([("demo_3", 1)])
    address = int(sandbox.control.order(made)["id_address_delivery"])
    before = desk_of(sandbox).order(made)
    sandbox.control.shop.tables["addresses"].change(address, {"deleted": "1"})
    after = desk_of(sandbox).order(made)
    assert after.ship_to == before.ship_to
    assert after.doubts == ()
