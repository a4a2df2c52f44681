"""A store that answers late, little, or not at all: the fetch says so, and keeps what came."""

from __future__ import annotations

import re
import threading

import pytest

from fbridge.errors import CredentialsError, UnreachableError
from fbridge.sandbox import ServedSandbox

from .fetch_calls import (
    MakeSandbox,
    StoreOf,
    all_ids,
    fetched,
    pages_of,
)


def test_a_store_with_a_limit_for_pages_is_no_hindrance(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    served = make_sandbox(orders=150, input_limit=True)
    assert set(fetched(store_of(served))) == all_ids(served)


@pytest.mark.parametrize("most", [1, 7, 99])
def test_a_store_with_small_pages_is_read_whole(
    make_sandbox: MakeSandbox, store_of: StoreOf, most: int
) -> None:
    """Also by ids, with all shipments, and without asking each time for more than the store gives."""
    served = make_sandbox(orders=24 if most == 1 else 150)
    store = store_of(served)
    wanted = tuple(map(str, sorted(all_ids(served))[:100]))
    before = fetched(store, order_ids=wanted, shipments=True)
    served.control.limit_lists(page=most)
    served.control.forget_requests()
    assert set(fetched(store)) == all_ids(served)
    assert fetched(store, order_ids=wanted, shipments=True) == before
    too_much = [one for one in served.control.requests() if re.search(r"pageSize(%5D|\])=100", one.path)]
    assert len(too_much) == 1


def test_a_wrong_token_stops_the_fetch(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    with pytest.raises(CredentialsError, match="does not take the access token") as stop:
        fetched(store_of(sandbox, checked=False, access_token="n0t-the-t0ken"))
    assert "n0t-the-t0ken" not in str(stop.value)


def test_a_missing_permission_is_named(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    token = sandbox.control.credentials("read_only")
    with pytest.raises(CredentialsError, match="no permission Magento_Sales::shipment"):
        fetched(store_of(sandbox, checked=False, **token))


def test_maintenance_is_a_passing_fault(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    store = store_of(sandbox)
    sandbox.control.maintain()
    with pytest.raises(UnreachableError, match="maintenance") as stop:
        fetched(store)
    assert stop.value.reason == "unavailable"
    sandbox.control.maintain(closed=False)
    assert fetched(store)


def test_a_fault_in_the_middle_comes_out_after_the_pages_before_it(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=350)
    pages = pages_of(store_of(served))
    assert next(pages).orders
    served.control.add_fault("server_error", method="read", times=99)
    with pytest.raises(UnreachableError):
        list(pages)


def test_one_fault_is_read_over(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    store = store_of(sandbox)
    sandbox.control.add_fault("server_error", method="read")
    assert set(fetched(store)) == all_ids(sandbox)


def test_leaving_early_ends_the_thread(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    pages = pages_of(store_of(make_sandbox(orders=350)))
    next(pages)
    pages.close()  # type: ignore[attr-defined] # the core closes it too
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("fbridge-read-ahead")]
