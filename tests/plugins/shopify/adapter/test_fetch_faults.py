"""A store that withholds, breaks off, or answers late: the fetch says so, and keeps what came."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import stamina

from fbridge.errors import CredentialsError, UnreachableError
from fbridge.models.platforms import OrderQuery
from fbridge.models.states import OrderStatus
from fbridge.sandbox import ServedSandbox
from fbridge_shopify import plugin

from .fetch_calls import PLUS, MakeSandbox, StoreOf, all_ids, fetched, pages_of


def test_c2_an_order_that_cannot_be_read_is_named_and_the_others_come(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=20)
    broken = served.control.order_ids()[3]
    served.control.malform(broken)
    pages = list(pages_of(store_of(served)))
    assert sum(len(page.orders) for page in pages) == 19
    (rejected,) = (entry for page in pages for entry in page.rejected)
    assert rejected.remote_id == broken
    assert rejected.number == "#1004"
    assert "Quantity" in rejected.reason


def test_fulfillment_orders_that_the_app_may_not_see_are_not_taken_for_none(
    sandbox: ServedSandbox, store_of: StoreOf
) -> None:
    """It sees those of fulfillment services only; the store leaves the others out without a word."""
    order_id = sandbox.control.new_order([("CAFFE-MOKA", 1)])
    scopes = {"read_orders", "read_all_orders", "read_locations", "read_third_party_fulfillment_orders"}
    store = store_of(sandbox, checked=False, access_token=sandbox.control.new_token(scopes))
    for order in (fetched(store)[order_id], fetched(store, order_ids=(order_id,))[order_id]):
        assert order.adapter_data["fulfillment_orders"] == []
        assert order.adapter_data["unseen_fulfillment_orders"] is True
        assert (order.status, order.lines[0].remaining) == (OrderStatus.OPEN, 1)


def test_without_the_scope_for_orders_nothing_is_called_absent(
    sandbox: ServedSandbox, store_of: StoreOf
) -> None:
    token = sandbox.control.new_token({"read_locations"})
    store = store_of(sandbox, checked=False, access_token=token)
    ids = tuple(sandbox.control.order_ids()[:2])
    for query in (OrderQuery(), OrderQuery(order_ids=ids)):
        with pytest.raises(CredentialsError, match="read_orders"):
            list(plugin.fetch_orders(store, query))


def test_without_the_scope_for_locations_places_go_by_their_names(
    sandbox: ServedSandbox, store_of: StoreOf
) -> None:
    order_id = sandbox.control.new_order([("CAFFE-MOKA", 1)])
    scopes = {"read_orders", "read_all_orders", "read_merchant_managed_fulfillment_orders"}
    token = sandbox.control.new_token(scopes)
    order = fetched(store_of(sandbox, checked=False, access_token=token))[order_id]
    assert order.lines[0].locations == (("Magazzino Milano", 1),)
    assert order.adapter_data["fulfillment_orders"][0]["location"] == "Magazzino Milano"


def test_names_and_addresses_that_are_withheld_reject_nothing(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(customer_data="no_names")
    pages = list(pages_of(store_of(served)))
    assert not any(page.rejected for page in pages)
    orders = [order for page in pages for order in page.orders]
    assert {order.remote_id for order in orders} == all_ids(served)
    assert not any(order.ship_to.name or order.ship_to.email or order.ship_to.street for order in orders)


def test_orders_that_are_withheld_as_a_whole_are_told(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    served = make_sandbox(customer_data="none")
    with pytest.raises(CredentialsError, match="protected customer data"):
        fetched(store_of(served, checked=False), since=datetime(2026, 1, 1, tzinfo=UTC))


def test_an_unknown_token_stops_the_fetch(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    with pytest.raises(CredentialsError, match="does not know the access token") as stop:
        fetched(store_of(sandbox, checked=False, access_token="shpat_" + "a" * 32))
    assert "a" * 32 not in str(stop.value)


def test_a_token_of_the_grant_that_ends_while_orders_are_read(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=300, **PLUS)
    tokens = served.control.tokens
    app = {"access_token": None, "client_id": tokens.client_id, "client_secret": tokens.client_secret}
    pages = pages_of(store_of(served, checked=False, **app))
    got = {order.remote_id for order in next(pages).orders}
    tokens.revoke()
    got |= {order.remote_id for page in pages for order in page.orders}
    assert got == all_ids(served)


@pytest.mark.parametrize("kind", ["drop_before", "server_error", "internal_error", "too_many_requests"])
def test_a_passing_fault_is_outlasted(
    make_sandbox: MakeSandbox, store_of: StoreOf, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fbridge_shopify.client._SHORT_WAIT", 0.0)
    served = make_sandbox(orders=30)
    store = store_of(served)
    served.control.add_fault(kind, method="read", path=" orders$")
    assert set(fetched(store)) == all_ids(served)


def test_points_that_another_program_spent_are_waited_for(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=30, bucket=2000, restore_rate=2000)
    store = store_of(served)
    served.control.drain()
    started = datetime.now(UTC)
    assert set(fetched(store)) == all_ids(served)
    assert datetime.now(UTC) - started > timedelta(seconds=0.3)


@pytest.mark.slow  # it waits for each retry
def test_a_fault_in_the_middle_comes_out_after_the_pages_before_it(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=350)
    pages = pages_of(store_of(served))
    assert next(pages).orders
    served.control.add_fault("server_error", method="read", times=99)
    with stamina.set_testing(True, attempts=3, cap=True), pytest.raises(UnreachableError):
        list(pages)


def test_leaving_early_ends_the_thread(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    pages = pages_of(store_of(make_sandbox(orders=350)))
    next(pages)
    pages.close()  # type: ignore[attr-defined] # the core closes it too
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("fbridge-read-ahead")]
