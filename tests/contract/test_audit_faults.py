"""A sweep names nothing by mistake, whatever stands before the store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
import stamina

from fbridge.errors import UnreachableError
from fbridge.models.states import OrderStatus
from fbridge.orders.audit import AuditFinding
from fbridge.orders.fetch import FetchProgress
from fbridge.sandbox import ServedSandbox
from fbridge.testing.faults import Answer, Fault, FaultProxy, On, StaleReplica, UrlCache
from fbridge.testing.office import SETTLE, STORE, Office
from fbridge.testing.store_under_test import StoreUnderTest


@pytest.fixture
def office(shop: StoreUnderTest, proxy: FaultProxy, tmp_path: Path) -> Iterator[Office]:
    with (
        stamina.set_testing(True, attempts=1, cap=True),
        Office(shop, tmp_path / "home", url=proxy.url) as office,
    ):
        yield office


def sold(office: Office, count: int) -> list[str]:
    return [office.store.new_order([(office.store.skus[0], 1)]) for _ in range(count)]


def test_orders_that_come_in_meanwhile_were_not_missed(office: Office) -> None:
    """Also where the store's clock is behind ours."""
    now = datetime.now(UTC)
    office.store.set_changed(sold(office, 2), now - timedelta(days=1))
    office.fetch()
    came_in: list[str] = []

    def sell(_: FetchProgress) -> None:
        if not came_in:  # the fetch before the sweep has just read its last page
            came_in.extend(sold(office, 1))
            office.store.set_changed(came_in, now - timedelta(minutes=1))

    (result,) = office.bridge.audit([STORE], progress=sell)
    assert (result.orders, result.error) == ((), None)
    assert came_in[0] in office.fetched()


@pytest.mark.parametrize("around", [UrlCache(), StaleReplica(seconds=SETTLE * 0.9)], ids=["cache", "replica"])
def test_what_a_cache_or_a_replica_does_not_show_yet_is_not_deleted(
    office: Office, proxy: FaultProxy, around: UrlCache | StaleReplica
) -> None:
    office.bridge.audit([STORE])
    proxy.put_between(around)
    orders = sold(office, 2)
    office.fetch()
    (result,) = office.bridge.audit([STORE])
    assert AuditFinding.DELETED not in {one.finding for one in result.orders}
    proxy.heal()
    office.fetch()
    assert {order: one.status for order, one in office.fetched().items()} == dict.fromkeys(
        orders, OrderStatus.OPEN
    )


@pytest.mark.parametrize("nth", [1, 2, 3, 4, 5])
def test_a_sweep_that_breaks_off_names_nothing_that_it_did_not_see(
    office: Office, proxy: FaultProxy, nth: int
) -> None:
    orders = sold(office, 3)
    office.fetch()
    office.store.delete(orders[0])
    fault = Fault(name="no_answer", answer=Answer.HANG_UP)
    proxy.strike(fault, on=On.READ, nth=nth, times=9)
    (result,) = office.bridge.audit([STORE])
    proxy.heal()
    assert isinstance(result.error, UnreachableError)
    assert result.orders == ()
    (result,) = office.bridge.audit([STORE])
    assert [(one.remote_id, one.finding) for one in result.orders] == [(orders[0], AuditFinding.DELETED)]


def test_what_one_look_does_not_show_is_looked_for_twice(
    office: Office, toy_shop: ServedSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A filter or a copy that lags hid it for a moment."""
    order, other = sold(office, 2)
    office.store.set_changed([order, other], datetime.now(UTC) - timedelta(days=1))
    office.fetch()
    kept = toy_shop.control.orders.pop(order)
    wait = Event.wait

    def shown_again(event: Event, seconds: float | None = None) -> bool:
        if seconds == SETTLE:
            toy_shop.control.orders[order] = kept
        return wait(event, seconds)

    monkeypatch.setattr(Event, "wait", shown_again)
    (result,) = office.bridge.audit([STORE])
    assert (result.orders, office.fetched()[order].status) == ((), OrderStatus.OPEN)


def test_an_order_that_comes_back_is_an_order_like_any_other(office: Office, toy_shop: ServedSandbox) -> None:
    order, other = sold(office, 2)
    office.store.set_changed([order, other], datetime.now(UTC) - timedelta(days=1))
    office.fetch()
    kept = toy_shop.control.orders[order]
    office.store.delete(order)
    office.bridge.audit([STORE])
    assert office.fetched()[order].status is OrderStatus.CANCELLED
    toy_shop.control.orders[order] = kept
    office.bridge.audit([STORE])
    assert office.fetched()[order].status is OrderStatus.OPEN


def test_a_store_that_shows_next_to_nothing_has_not_deleted_everything(
    office: Office, toy_shop: ServedSandbox
) -> None:
    orders = sold(office, 12)
    office.fetch()
    for order in orders[1:]:
        office.store.delete(order)
    (result,) = office.bridge.audit([STORE])
    assert (result.error and result.error.reason, result.orders) == ("orders_hidden", ())
    assert {order.status for order in office.fetched().values()} == {OrderStatus.OPEN}
