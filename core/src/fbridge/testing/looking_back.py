"""C4 where nothing is written: what fails or lags before a store is told neither as drift nor as a missed order."""

from __future__ import annotations

from fbridge.errors import PluginError
from fbridge.models.drift import Finding
from fbridge.orders.audit import AuditFinding
from fbridge.testing.faults import FaultProxy, On, confusing_read_faults, read_faults
from fbridge.testing.fixtures import KitFixtures
from fbridge.testing.office import STORE, Office, number
from fbridge.testing.store_under_test import StoreUnderTest
from fbridge.testing.taking_back import OLD_PAGES

UNREADABLE = 4
"""So many reads fail that the client gives up."""


class LookingBackConformance(KitFixtures):
    """``fbridge verify``, ``push --verify`` and ``fetch --audit``."""

    def test_C04_no_old_page_is_told_as_a_change_of_the_store(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy
    ) -> None:
        orders = []
        for count, (name, stand_in) in enumerate(OLD_PAGES.items(), 1):
            orders.append(_handed_over(store, office, count))
            proxy.put_between(stand_in())
            office.push_until_quiet()
            _assert_nothing_told(office, name)
            proxy.heal()
            office.push_until_quiet()
        _assert_the_truth_is_told(store, office, orders)

    def test_C04_no_broken_read_is_told_as_a_change_of_the_store(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy
    ) -> None:
        orders = [_handed_over(store, office, count) for count in (1, 2)]
        office.push_until_quiet()
        for fault in (*read_faults(), *confusing_read_faults()):
            for times in (1, UNREADABLE):
                proxy.strike(fault, on=On.READ, times=times)
                _assert_nothing_told(office, f"{fault} {times} times")
                proxy.heal()
        _assert_the_truth_is_told(store, office, orders)


def _handed_over(store: StoreUnderTest, office: Office, count: int) -> str:
    order = store.new_order([(store.skus[0], 2)])
    office.fetch()
    office.ship(order, [number(count)])
    return order


def _assert_nothing_told(office: Office, around: str) -> None:
    (looked,) = office.bridge.verify()
    assert {item.finding for item in looked.items} <= {Finding.NOT_CHECKED}, f"{around}: {looked.items}"
    assert office.bridge.status().drifted == 0, around
    assert not isinstance(looked.error, PluginError), f"{around}: {looked.error}"
    (swept,) = office.bridge.audit([STORE])
    assert AuditFinding.DELETED not in {one.finding for one in swept.orders}, f"{around}: {swept.orders}"


def _assert_the_truth_is_told(store: StoreUnderTest, office: Office, orders: list[str]) -> None:
    office.fetch()
    (looked,) = office.bridge.verify()
    assert (looked.error, looked.items, looked.verified) == (None, (), len(orders))
    store.cancel(orders[0])
    (looked,) = office.bridge.verify()
    (item,) = looked.items
    assert item.finding in (Finding.DRIFTED, Finding.NOT_STORED)
