"""C4 and C5 where caches, lagging replicas and other clocks stand before the store: no old page decides a write."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from fbridge.adapterkit.caches import NAME
from fbridge.http.fresh_reads import READ_MARK
from fbridge.models.platforms import Finding
from fbridge.models.states import PushState
from fbridge.testing.direct import directly
from fbridge.testing.faults import (
    AddedHeaders,
    Fault,
    FaultProxy,
    ShiftedClock,
    StaleReplica,
    StandIn,
    UrlCache,
    answers_of_a_cache,
)
from fbridge.testing.fixtures import KitFixtures
from fbridge.testing.lost_answers import DROPPED_AFTER, DROPPED_BEFORE, LATE, two_orders_on_their_way
from fbridge.testing.office import CARRIER, SETTLE, STORE, Office, number
from fbridge.testing.proofs import assert_all_arrived_once, assert_nothing_doubled, assert_safe
from fbridge.testing.store_under_test import StoreUnderTest

LATER = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
BEFORE = LATER - timedelta(hours=3)
CACHES: dict[str, Callable[[], StandIn]] = {
    "silent_cache": UrlCache,
    "cache_with_age": lambda: UrlCache(("Age", "31")),
    "cache_with_a_hit": lambda: UrlCache(("X-Cache", "HIT"), ("Via", "1.1 varnish")),
}
AROUND: dict[str, Callable[[], StandIn]] = {
    **CACHES,
    "replica_of_a_moment_ago": lambda: StaleReplica(seconds=SETTLE / 2),
    "clock_behind": lambda: ShiftedClock(timedelta(minutes=-9)),
    "clock_ahead": lambda: ShiftedClock(timedelta(minutes=9)),
}


def cache_in_the_way() -> UrlCache:
    """One that takes a URL with our parameter for the same URL, so that no read gets past it; it shows itself."""
    return UrlCache(("X-Cache", "HIT"), ignored=READ_MARK)


class StaleReadsConformance(KitFixtures):
    """What stands before the store does not make a push double, lose or mail anything."""

    @pytest.fixture(params=AROUND)
    def around(self, request: pytest.FixtureRequest, proxy: FaultProxy) -> StandIn:
        """Each of them in turn, there from the beginning."""
        stand_in = AROUND[request.param]()
        proxy.put_between(stand_in)
        return stand_in

    @pytest.mark.usefixtures("around")
    def test_C04_the_same_again_does_nothing(self, store: StoreUnderTest, office: Office) -> None:
        orders = two_orders_on_their_way(store, office)
        office.push_until_quiet()
        assert_all_arrived_once(office, orders)
        before = [(store.truth(order), store.mails(order)) for order in orders]
        for shipment in office.shipments():
            office.correct(shipment, shipment.numbers)
        office.push_until_quiet()
        assert [(store.truth(order), store.mails(order)) for order in orders] == before

    @pytest.mark.usefixtures("around")
    @pytest.mark.parametrize("fault", [DROPPED_BEFORE, DROPPED_AFTER], ids=str)
    def test_C05_all_arrives_once_after_a_lost_answer(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy, fault: Fault
    ) -> None:
        orders = two_orders_on_their_way(store, office)
        proxy.strike(fault)
        office.push_until_quiet()
        assert proxy.struck == 1
        assert_all_arrived_once(office, orders)

    @pytest.mark.parametrize("cache", CACHES)
    def test_C05_an_order_cancelled_after_it_was_shipped_is_not_pushed(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy, cache: str
    ) -> None:
        proxy.put_between(CACHES[cache]())
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        store.cancel(order)
        truth, mails = store.truth(order), store.mails(order)
        office.push_until_quiet()
        assert (store.truth(order), store.mails(order)) == (truth, mails)
        assert (office.state(shipment), office.reason(shipment)) == (PushState.REFUSED, "order_cancelled")

    @pytest.mark.parametrize("fault", [DROPPED_BEFORE, DROPPED_AFTER], ids=str)
    def test_C05_an_order_cancelled_after_a_lost_answer_is_not_revived(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy, fault: Fault
    ) -> None:
        proxy.put_between(UrlCache())
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        office.ship(order, [number(1)])
        proxy.strike(fault)
        office.push(meanwhile=lambda: store.cancel(order))
        office.push_until_quiet()
        assert store.truth(order).cancelled
        assert_nothing_doubled(office, [order])

    def test_C05_nothing_is_pushed_through_a_cache_that_answers_everything(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy
    ) -> None:
        """A platform that reads by POST has no such cache."""
        cache = cache_in_the_way()
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.pack(order, [number(1)])
        office.hand_over()
        proxy.put_between(cache)
        _read_by_hand(office, order)
        truth = store.truth(order)
        result = office.push()
        if not cache.hits:
            assert office.state(shipment) is PushState.SENT
            return
        assert store.truth(order) == truth
        assert [error.reason for _, error in result.errors] == ["cached_answer"]
        assert "X-Cache: HIT" in str(result.errors[0][1])
        proxy.heal()
        office.push_until_quiet()
        assert_all_arrived_once(office, [order])

    def test_C05_nothing_is_pushed_where_every_answer_looks_like_one_of_a_cache(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        office.ship(order, [number(1)])
        truth = store.truth(order)
        proxy.put_between(AddedHeaders((("Age", "31"),)))
        result = office.push()
        assert store.truth(order) == truth
        assert [error.reason for _, error in result.errors] == ["cached_answer"]
        finding = _finding_on_caches(office)
        assert not finding.ok
        assert "Age: 31" in finding.words

    def test_C05_the_check_of_a_store_tells_of_a_cache(self, office: Office, proxy: FaultProxy) -> None:
        finding = _finding_on_caches(office)
        assert (finding.ok, finding.words) == (True, "No cache shows itself before the API.")
        cache = UrlCache(("X-Cache", "HIT from edge"))
        proxy.put_between(cache)
        finding = _finding_on_caches(office)
        assert finding.ok
        if cache.hits:
            assert "A cache stands before the API" in finding.words
            assert "X-Cache: HIT from edge" in finding.words
        else:
            assert all(one.method != "GET" for one in proxy.passed), "the same was not asked twice"

    def test_C05_a_replica_that_lags_longer_than_one_look_makes_nothing_twice(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy
    ) -> None:
        """The first look after a lost answer sees nothing; the second, a settle time later, sees it."""
        orders = two_orders_on_their_way(store, office)
        proxy.put_between(StaleReplica(seconds=1.4 * SETTLE))
        proxy.strike(DROPPED_AFTER)
        office.push_until_quiet()
        assert_all_arrived_once(office, orders)

    def test_C05_a_sibling_is_not_sent_by_an_order_that_is_older_than_the_last_receipt(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy
    ) -> None:
        replica = StaleReplica()
        proxy.put_between(replica)
        order = store.new_order([(store.skus[0], 2)])
        office.fetch()
        office.ship(order, [number(1)], [(0, 1)])
        office.push_until_quiet()
        truth = store.truth(order)
        replica.seconds = 600.0
        second = office.pack(order, [number(2)])
        stopped = office.bridge.manifests.ship(CARRIER)
        assert [one.reason for one in stopped.results if not one.ok] == ["read_too_old"]
        assert office.bridge.manifests.ship(CARRIER, force=[second.label]).shipped
        office.push()
        assert (office.state(second), office.reason(second)) == (PushState.RETRY, "read_too_old")
        assert store.truth(order) == truth
        proxy.heal()
        office.push_until_quiet()
        assert_all_arrived_once(office, [order])

    def test_C05_who_sees_nothing_but_old_pages_is_asked_and_may_send_all_the_same(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        """The store itself was put back: what it shows is old for good, and a person says so."""
        order = store.new_order([(store.skus[0], 1)])
        store.set_changed([order], LATER)
        office.fetch()
        shipment = office.ship(order, [number(1)])
        store.set_changed([order], BEFORE)
        office.push()
        assert (office.state(shipment), office.reason(shipment)) == (PushState.RETRY, "read_too_old")
        office.skip_time(timedelta(hours=2))
        office.push()
        assert (office.state(shipment), office.reason(shipment)) == (
            PushState.NEEDS_ATTENTION,
            "read_too_old",
        )
        assert store.truth(order).numbers == ()
        office.bridge.resend(shipment.label)
        office.push_until_quiet()
        assert_all_arrived_once(office, [order])

    @pytest.mark.parametrize("fault", answers_of_a_cache(late=LATE), ids=str)
    def test_C05_all_arrives_once_after_a_503_that_asks_to_wait(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy, fault: Fault
    ) -> None:
        orders = two_orders_on_their_way(store, office)
        proxy.strike(fault)
        office.push_until_quiet()
        proxy.wait_for_late_acts()
        assert proxy.struck == 1
        assert_safe(office, orders)

    @pytest.mark.parametrize("fault", [DROPPED_BEFORE, DROPPED_AFTER], ids=str)
    @pytest.mark.parametrize("minutes", [-9, 9])
    def test_C05_a_clock_that_is_put_back_or_forth_loses_and_doubles_nothing(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy, minutes: int, fault: Fault
    ) -> None:
        orders = two_orders_on_their_way(store, office)
        if store.clock is None:
            proxy.put_between(ShiftedClock(timedelta(minutes=minutes)))
        else:
            store.clock.span = timedelta(minutes=minutes)
        proxy.strike(fault)
        office.push_until_quiet()
        assert_nothing_doubled(office, orders)
        _decide_about_old_pages(office)
        assert_all_arrived_once(office, orders)


def _decide_about_old_pages(office: Office) -> None:
    """A clock that was put back makes a page look old for good; after an hour a person is asked, and says so."""
    old = [one for one in office.shipments() if office.reason(one) == "read_too_old"]
    office.skip_time(timedelta(hours=2))
    office.push()
    for shipment in old:
        assert office.state(shipment) is PushState.NEEDS_ATTENTION
        office.bridge.resend(shipment.label)
    office.push_until_quiet()


def _read_by_hand(office: Office, order: str) -> None:
    """Let a cache learn what a push will ask for."""
    with directly(office) as direct:
        direct.read(order)


def _finding_on_caches(office: Office) -> Finding:
    findings = office.bridge.stores.check(STORE).findings
    found = [one for one in findings if one.name == NAME]
    assert found, f"store check says nothing of caches, only of {[one.name for one in findings]}"
    return found[0]
