"""No old page is taken for a change that somebody made on the store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import stamina

from fbridge.models.drift import Finding
from fbridge.models.platforms import OrderPage
from fbridge.models.states import OrderStatus
from fbridge.sandbox import ServedSandbox
from fbridge.stores.open_store import OpenStore
from fbridge.testing.faults import AddedHeaders, FaultProxy, StaleReplica, StandIn, UrlCache
from fbridge.testing.office import SETTLE, Office, number
from fbridge.testing.store_under_test import StoreUnderTest


@pytest.fixture
def office(shop: StoreUnderTest, proxy: FaultProxy, tmp_path: Path) -> Iterator[Office]:
    with (
        stamina.set_testing(True, attempts=2, cap=True),
        Office(shop, tmp_path / "home", url=proxy.url) as office,
    ):
        yield office


def sent(office: Office, count: int = 1) -> list[str]:
    orders = [office.store.new_order([(office.store.skus[0], 2)]) for _ in range(count)]
    office.fetch()
    for place, order in enumerate(orders, 1):
        office.pack(order, [number(place)])
    office.hand_over()
    return orders


@pytest.mark.parametrize(
    "around",
    [UrlCache(), StaleReplica(seconds=SETTLE * 0.9), StaleReplica(writes=1)],
    ids=["cache", "replica", "replica_without_our_write"],
)
def test_what_lags_behind_is_no_drift(office: Office, proxy: FaultProxy, around: StandIn) -> None:
    sent(office)
    proxy.put_between(around)
    office.push_until_quiet()
    (result,) = office.bridge.verify()
    assert {item.finding for item in result.items} <= {Finding.NOT_CHECKED}
    assert office.bridge.status().drifted == 0
    proxy.heal()
    (result,) = office.bridge.verify()
    assert (result.items, result.verified) == ((), 1)


def test_an_old_page_does_not_undo_what_a_push_has_made_of_an_order(
    office: Office, proxy: FaultProxy
) -> None:
    """The push tells it at once; a fetch whose pages are as old as the push, with the same time, is no news."""
    (order,) = sent(office)
    replica = StaleReplica(writes=1)
    proxy.put_between(replica)
    since = datetime.now(UTC) - timedelta(days=1)
    office.bridge.fetch(since=since)
    office.push()
    office.bridge.fetch(since=since)
    assert replica.old_answers
    kept = office.fetched()[order]
    assert (kept.status, kept.lines[0].shipped) == (OrderStatus.CLOSED, 2)
    proxy.heal()
    office.bridge.fetch(since=since)
    assert office.fetched()[order].status is OrderStatus.CLOSED


def test_an_answer_that_a_cache_gave_decides_nothing(office: Office, proxy: FaultProxy) -> None:
    (order,) = sent(office)
    office.push_until_quiet()
    office.store.cancel(order)
    proxy.put_between(AddedHeaders((("Age", "31"),)))
    (result,) = office.bridge.verify()
    assert (result.items, result.error and result.error.reason) == ((), "cached_answer")
    proxy.heal()
    (result,) = office.bridge.verify()
    assert [item.finding for item in result.items] == [Finding.DRIFTED]


def test_nothing_is_written_and_few_requests_are_made(office: Office, proxy: FaultProxy) -> None:
    sent(office, 12)
    office.push_until_quiet()
    before = len(proxy.writes)
    (result,) = office.bridge.verify()
    assert (result.verified, len(proxy.writes) - before) == (12, 0)
    assert result.requests <= 2


def test_a_store_that_shows_next_to_nothing_has_not_deleted_everything(office: Office) -> None:
    orders = sent(office, 12)
    office.push_until_quiet()
    for order in orders[1:]:
        office.store.delete(order)
    (result,) = office.bridge.verify()
    assert (result.items, result.error and result.error.reason) == ((), "orders_hidden")
    assert office.bridge.status().drifted == 0


def test_what_a_person_changes_meanwhile_tells_nothing(office: Office, toy_shop: ServedSandbox) -> None:
    """The order was loaded, then somebody gave it another number: the look at the store is no look at that."""
    sent(office)
    office.push_until_quiet()
    (shipment,) = office.shipments()
    read = OpenStore.read_orders

    def meanwhile(opened: OpenStore, order_ids: tuple[str, ...]) -> OrderPage:
        page = read(opened, order_ids)
        office.correct(shipment, [number(9)])
        return page

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OpenStore, "read_orders", meanwhile)
        (result,) = office.bridge.verify()
    assert (result.items, result.verified, office.bridge.status().drifted) == ((), 0, 0)
    office.push_until_quiet()
    (result,) = office.bridge.verify()
    assert (result.items, result.verified) == ((), 1)
