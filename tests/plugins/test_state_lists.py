"""The meaning of an order is the merchant's: states made by a shop or its plugins, on three real-like stores.

Shopify has no such words: its statuses are fixed, and what a merchant adds there are tags.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.plugins.magento.conformance_store import MagentoUnderTest
from tests.plugins.prestashop.conformance_store import PrestaShopUnderTest
from tests.plugins.woocommerce.conformance_store import WooCommerceUnderTest

from fbridge.errors import InputError
from fbridge.models.orders import UNKNOWN_STATUS
from fbridge.models.states import FulfillmentState, OrderStatus, PaymentKind, PushState
from fbridge.orders.listing import OrderFilter
from fbridge.push.decide import Action
from fbridge.sandbox import ServedSandbox
from fbridge.stores.open_store import open_store
from fbridge.testing.office import STORE, Office, number
from fbridge.testing.store_under_test import StoreClock, StoreUnderTest
from fbridge_magento.sandbox import create_sandbox as create_magento
from fbridge_prestashop.sandbox import create_sandbox as create_prestashop
from fbridge_woocommerce.sandbox import create_sandbox as create_woocommerce

STATES = {"delivered": "Consegnato", "fraud-review": "Fraud review", "picking": "In picking"}


@dataclass(frozen=True, slots=True)
class Shop:
    """A store whose merchant has made three states. ``put`` moves an order, ``shown`` tells where it is."""

    store: StoreUnderTest
    put: Callable[[str, str], None]
    shown: Callable[[str], str]
    requests: Callable[[], list[Any]]
    word: Callable[[str], str] = str


def woocommerce(served: ServedSandbox) -> Shop:
    control = served.control
    return Shop(
        WooCommerceUnderTest(served),
        put=lambda order, state: control.change(int(order), status=state),
        shown=lambda order: str(control.order(int(order))["status"]),
        requests=control.requests,
    )


def magento(served: ServedSandbox) -> Shop:
    control = served.control
    return Shop(
        MagentoUnderTest(served),
        put=lambda order, state: control.comment(int(order), "", status=state),
        shown=lambda order: str(control.order(int(order))["status"]),
        requests=control.requests,
    )


def prestashop(served: ServedSandbox) -> Shop:
    control = served.control
    bare = dict(control.shop.row("order_states", "12"), unremovable="0", module_name="", template="")
    ids = {
        state: str(control.shop.tables["order_states"].add({**bare, "name": name}))
        for state, name in STATES.items()
    }
    names = {state_id: state for state, state_id in ids.items()}

    def shown(order: str) -> str:
        state = str(control.order(int(order))["current_state"])
        return names.get(state, state)

    return Shop(
        PrestaShopUnderTest(served),
        put=lambda order, state: control.set_state(int(order), ids[state]),
        shown=shown,
        requests=control.requests,
        word=lambda state: STATES[state] if state == "picking" else ids[state],
    )


SHOPS: dict[str, Callable[[StoreClock], tuple[Any, Callable[[ServedSandbox], Shop]]]] = {
    "woocommerce": lambda clock: (
        create_woocommerce(orders=0, tracking="ast", extra_statuses=STATES, clock=clock),
        woocommerce,
    ),
    "prestashop": lambda clock: (create_prestashop(orders=0, languages=1, clock=clock), prestashop),
    "magento": lambda clock: (
        create_magento(
            orders=0,
            clock=clock,
            extra_statuses=dict.fromkeys(STATES, "processing") | {"delivered": "complete"},
        ),
        magento,
    ),
}
OPEN_WORDS = ["woocommerce", "prestashop"]
"""Magento itself tells what each status means, by the state that it belongs to."""


@pytest.fixture
def clock() -> StoreClock:
    """The store's."""
    return StoreClock()


@pytest.fixture
def shop(request: pytest.FixtureRequest, clock: StoreClock) -> Iterator[Shop]:
    create, make = SHOPS[getattr(request, "param", "woocommerce")](clock)
    with ServedSandbox(create, "127.0.0.1", 0) as served:
        yield make(served)


@pytest.fixture
def office_of(shop: Shop, tmp_path: Path) -> Iterator[Callable[..., Office]]:
    """``office_of(shipped_states=["delivered"])``: an office whose settings name these states."""
    with ExitStack() as stack:

        def make(**lists: list[str]) -> Office:
            named = {name: [shop.word(state) for state in states] for name, states in lists.items()}
            return stack.enter_context(Office(shop.store, tmp_path, **named))

        yield make


def say(office: Office, shop: Shop, name: str, state: str) -> None:
    """The merchant changes a list later."""
    file = office.home.config_file
    text = re.sub(rf"(?m)^{name} = .*\n", "", file.read_text("utf-8"))
    file.write_text(text.replace("[stores.shop]", f'[stores.shop]\n{name} = ["{shop.word(state)}"]'), "utf-8")
    office.bridge.context.reload_settings()


def ready(office: Office) -> list[str]:
    return [row.remote_id for row in office.bridge.orders.list(OrderFilter(store=STORE, ready=True))]


@pytest.mark.parametrize("shop", SHOPS, indirect=True)
def test_a_later_state_is_never_set_back(shop: Shop, office_of: Callable[..., Office]) -> None:
    """Seen: a delivered order went back to completed, with a second number and a second mail."""
    office = office_of(shipped_states=["delivered"])
    order = shop.store.new_order([(shop.store.skus[0], 2)])
    office.fetch()
    shipment = office.ship(order, [number(1)])
    office.push_until_quiet()
    mails = shop.store.mails(order)
    shop.put(order, "delivered")
    office.fetch()
    office.correct(shipment, [number(2)])
    office.push_until_quiet()
    assert shop.shown(order) == "delivered"
    assert shop.store.mails(order) == mails
    assert set(shop.store.truth(order).numbers) == {number(2)}
    assert office.state(shipment) is PushState.SENT


@pytest.mark.parametrize("shop", SHOPS, indirect=True)
def test_what_somebody_delivered_by_hand_is_left_and_nobody_is_mailed(
    shop: Shop, office_of: Callable[..., Office]
) -> None:
    office = office_of(shipped_states=["delivered"])
    order = shop.store.new_order([(shop.store.skus[0], 1)])
    office.fetch()
    shipment = office.ship(order, [number(1)])
    shop.put(order, "delivered")
    office.push_until_quiet()
    assert (shop.shown(order), shop.store.mails(order)) == ("delivered", ())
    assert office.state(shipment) in (PushState.DONE_ELSEWHERE, PushState.SENT)


@pytest.mark.parametrize("shop", OPEN_WORDS, indirect=True)
def test_an_unknown_state_is_never_ready_and_never_written_over(
    shop: Shop, office_of: Callable[..., Office]
) -> None:
    office = office_of()
    waiting, packed = (shop.store.new_order([(shop.store.skus[0], 1)]) for _ in range(2))
    shop.put(waiting, "fraud-review")
    office.fetch()
    assert ready(office) == [packed]
    with pytest.raises(InputError, match="ready_states"):
        office.pack(waiting)
    shipment = office.ship(packed, [number(1)])
    shop.put(packed, "picking")
    office.push_until_quiet()
    assert (shop.shown(packed), shop.store.mails(packed)) == ("picking", ())
    assert (office.state(shipment), office.reason(shipment)) == (PushState.WAITING, UNKNOWN_STATUS)
    office.fetch()
    (planned,) = office.bridge.plan([STORE]).stores[0].entries
    assert (planned.action, planned.reason, planned.mail) == (Action.WAIT, UNKNOWN_STATUS, False)
    assert "ready_states" in planned.words
    say(office, shop, "ready_states", "picking")
    office.fetch()
    office.push_until_quiet()
    assert office.state(shipment) is PushState.SENT
    assert shop.store.truth(packed).closed


@pytest.mark.parametrize("shop", SHOPS, indirect=True)
def test_a_list_that_is_changed_later_holds_for_orders_that_were_read_before(
    shop: Shop, clock: StoreClock, office_of: Callable[..., Office]
) -> None:
    office = office_of()
    clock.span = -timedelta(days=3)
    order = shop.store.new_order([(shop.store.skus[0], 1)])
    shop.put(order, "picking")
    clock.span = timedelta(0)
    shop.store.new_order([(shop.store.skus[0], 1)])
    office.fetch()
    for name, status, payment in (
        ("on_hold_states", OrderStatus.ON_HOLD, PaymentKind.PAID),
        ("unpaid_states", OrderStatus.OPEN, PaymentKind.UNPAID),
        ("cancelled_states", OrderStatus.CANCELLED, PaymentKind.PAID),
        ("shipped_states", OrderStatus.CLOSED, PaymentKind.PAID),
        ("ready_states", OrderStatus.OPEN, PaymentKind.PAID),
    ):
        before = office.home.config_file.read_text("utf-8")
        say(office, shop, name, "picking")
        assert office.fetch().error is None
        found = office.fetched()[order]
        assert (found.status, found.doubts) == (status, ())
        # PrestaShop tells by the state alone what is paid, and this one tells nothing.
        assert found.payment.kind is payment or shop.store.platform == "prestashop"
        fulfilled = found.fulfillment_state is FulfillmentState.FULFILLED
        assert fulfilled is (name == "shipped_states")
        assert (order in ready(office)) is (name == "ready_states")
        office.home.config_file.write_text(before, "utf-8")


@pytest.mark.parametrize("shop", SHOPS, indirect=True)
def test_the_check_lists_the_states_in_use_and_changes_nothing(
    shop: Shop, office_of: Callable[..., Office]
) -> None:
    for state in ("delivered", "fraud-review", "picking"):
        shop.put(shop.store.new_order([(shop.store.skus[0], 1)]), state)
    office = office_of(shipped_states=["delivered"], ready_states=["picking"])
    before = len(shop.requests())
    report = office.bridge.stores.check(STORE)
    found = {finding.name: finding for finding in report.findings}["order states"]
    told = {"woocommerce": "delivered (1 order,", "prestashop": "Consegnato (by", "magento": "delivered"}
    assert report.ok
    assert told[shop.store.platform] in found.words.partition("has left:")[2].partition(";")[0]
    assert "by the settings" in found.words
    unknown = found.words.partition("not known, so never ready and never written over:")[2]
    assert ("raud" in unknown) is (shop.store.platform != "magento")
    assert "name a state in ready_states, unpaid_states" in found.words
    assert len(shop.requests()) - before < 25


@pytest.mark.parametrize("shop", ["woocommerce", "magento"], indirect=True)
def test_with_the_settings_as_they_are_by_default_nothing_is_read_twice(
    office_of: Callable[..., Office],
) -> None:
    with open_store(office_of().bridge.context, STORE) as opened:
        assert opened.meaning_print == ""
