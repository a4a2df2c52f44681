"""C1 and C2: what is fetched."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from fbridge.models.platforms import OrderPage, OrderQuery
from fbridge.models.states import OrderStatus, PushState
from fbridge.orders.fetch import FetchProgress
from fbridge.storage.tables import rejected_orders
from fbridge.testing.direct import DirectPush
from fbridge.testing.faults import (
    NOTICE,
    Answer,
    Fault,
    FaultProxy,
    Noisy,
    On,
    confusing_read_faults,
    read_faults,
)
from fbridge.testing.fixtures import KitFixtures
from fbridge.testing.office import CARRIER, STORE, Office, number
from fbridge.testing.store_under_test import StoreUnderTest

AN_HOUR = timedelta(hours=1)
A_MONTH = timedelta(days=30)
_AUTUMN = datetime(2024, 10, 27, 0, 20, tzinfo=UTC)
_SPRING = datetime(2025, 3, 30, 0, 20, tzinfo=UTC)


NOISE = {
    "notice": Noisy(before=NOTICE),
    "byte order marks": Noisy(before=b"\xef\xbb\xbf\xef\xbb\xbf"),
    "comment": Noisy(after=b"\n<!-- Page generated in 0.31 seconds. -->\n"),
    "encoding": Noisy(encoding="none"),
}


class _KilledError(BaseException):
    """The end of a process, as far as a fetch can see it."""


def make_orders(store: StoreUnderTest, count: int) -> list[str]:
    """So many small orders."""
    return [store.new_order([(store.skus[0], 1)]) for _ in range(count)]


def more_than_two_pages(store: StoreUnderTest) -> int:
    """So many orders."""
    return 2 * store.page_size + store.page_size // 2


def spread_out(store: StoreUnderTest, orders: Sequence[str], start: datetime | None = None) -> None:
    """Each order changed in a second of its own, beginning an hour ago."""
    first = (start or datetime.now(UTC) - AN_HOUR).replace(microsecond=0)
    for count, order in enumerate(orders):
        store.set_changed([order], first + timedelta(seconds=count))


def _ids(pages: Iterable[OrderPage]) -> set[str]:
    return {order.remote_id for page in pages for order in page.orders}


def skip_unless_mended(store: StoreUnderTest) -> None:
    """A test needs that a malformed order makes sense again."""
    if type(store).mend is StoreUnderTest.mend:
        pytest.skip("how a malformed order makes sense again is not given")


class FetchingConformance(KitFixtures):
    """No order version is lost, none is applied twice, and a bad order stops no other."""

    def test_C01_every_order_arrives_and_nothing_arrives_again(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        orders = make_orders(store, 5)
        first, second = office.fetch(), office.fetch()
        assert first.error is None
        assert set(office.fetched()) >= set(orders)
        assert (second.new, second.changed) == (0, 0)

    @pytest.mark.parametrize("name", NOISE)
    def test_C01_what_other_software_prints_around_an_answer_hides_no_order(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy, name: str
    ) -> None:
        orders = make_orders(store, 3)
        proxy.put_between(NOISE[name])
        assert office.fetch().error is None
        assert set(office.fetched()) >= set(orders)
        findings = {finding.name: finding for finding in office.bridge.stores.check(STORE).findings}
        assert [finding for finding in findings.values() if not finding.ok] == []
        assert "noise" in findings

    def test_C01_hundreds_of_orders_in_one_second_arrive(self, store: StoreUnderTest, office: Office) -> None:
        orders = make_orders(store, more_than_two_pages(store))
        store.set_changed(orders, (datetime.now(UTC) - AN_HOUR).replace(microsecond=0))
        result = office.fetch()
        assert result.error is None
        assert set(orders) - set(office.fetched()) == set()

    def test_C01_a_later_version_arrives(self, store: StoreUnderTest, office: Office) -> None:
        first, second = make_orders(store, 2)
        office.fetch()
        store.hold(first)
        result = office.fetch()
        assert result.changed == 1
        assert office.fetched()[first].status is OrderStatus.ON_HOLD
        assert office.fetched()[second].status is OrderStatus.OPEN

    def test_C01_orders_that_change_between_pages_arrive(self, store: StoreUnderTest, office: Office) -> None:
        orders = make_orders(store, more_than_two_pages(store))
        spread_out(store, orders)
        late: list[str] = []

        def merchant(_: FetchProgress) -> None:
            if len(late) < 3:
                late.append(store.new_order([(store.skus[1], 2)]))
                for place in (0, len(orders) // 3, len(orders) // 2, len(orders) - 1):
                    store.touch(orders[place])
                store.hold(orders[-2])

        result = office.bridge.fetch([STORE], progress=merchant)[0]
        assert result.error is None
        office.fetch()
        fetched = office.fetched()
        assert {*orders, *late} - set(fetched) == set()
        assert fetched[orders[-2]].status is OrderStatus.ON_HOLD

    @pytest.mark.parametrize("page", [1, 2])
    def test_C01_a_killed_fetch_goes_on(self, store: StoreUnderTest, office: Office, page: int) -> None:
        orders = make_orders(store, more_than_two_pages(store))
        spread_out(store, orders)
        pages = 0

        def kill(_: FetchProgress) -> None:
            nonlocal pages
            pages += 1
            if pages == page:
                raise _KilledError

        with pytest.raises(_KilledError):
            office.bridge.fetch([STORE], progress=kill)
        kept = len(office.fetched())
        result = office.fetch()
        assert 0 < kept < len(orders)
        assert set(orders) - set(office.fetched()) == set()
        assert result.changed == 0

    def test_C01_each_cursor_is_json_and_goes_on_after_its_page(
        self, store: StoreUnderTest, direct: DirectPush
    ) -> None:
        orders = make_orders(store, more_than_two_pages(store))
        spread_out(store, orders)
        pages = list(direct.pages(OrderQuery()))
        for count, page in enumerate(pages):
            cursor = json.loads(json.dumps(dict(page.cursor)))
            after = {
                order.remote_id for later in direct.pages(OrderQuery(cursor=cursor)) for order in later.orders
            }
            missing = {order.remote_id for later in pages[count + 1 :] for order in later.orders} - after
            assert not missing, f"the cursor of page {count + 1} goes past {len(missing)} orders"

    @pytest.mark.parametrize("start", [_AUTUMN, _SPRING], ids=["autumn", "spring"])
    def test_C01_nothing_is_lost_in_a_night_when_the_clocks_change(
        self, store: StoreUnderTest, office: Office, start: datetime
    ) -> None:
        orders = make_orders(store, 5)
        store.set_changed(orders, start - AN_HOUR)
        office.fetch()
        for count, order in enumerate(orders):
            moment = start + timedelta(minutes=30 * count)
            store.hold(order)
            store.set_changed([order], moment)
            office.fetch()
            kept = office.fetched()[order]
            # A store's wall clock shows this hour twice, and does not tell which one is meant.
            doubt = AN_HOUR if kept.ambiguous_time else timedelta(0)
            assert kept.status is OrderStatus.ON_HOLD
            assert abs(kept.changed_at - moment) in {timedelta(0), doubt}

    def test_C01_what_changed_before_since_is_left_out(
        self, store: StoreUnderTest, direct: DirectPush
    ) -> None:
        old, new = make_orders(store, 2)
        now = datetime.now(UTC).replace(microsecond=0)
        store.set_changed([old], now - A_MONTH)
        store.set_changed([new], now - AN_HOUR)
        found = _ids(direct.pages(OrderQuery(since=now - A_MONTH / 2)))
        assert new in found
        assert old not in found

    def test_C01_the_last_cursor_leads_past_what_was_read(
        self, store: StoreUnderTest, direct: DirectPush
    ) -> None:
        old, new = make_orders(store, 2)
        now = datetime.now(UTC).replace(microsecond=0)
        store.set_changed([old], now - A_MONTH)
        store.set_changed([new], now - AN_HOUR)
        cursor = [page.cursor for page in direct.pages(OrderQuery())][-1]
        later = store.new_order([(store.skus[0], 1)])
        found = _ids(direct.pages(OrderQuery(cursor=json.loads(json.dumps(dict(cursor))))))
        assert later in found
        assert old not in found, "what changed a month ago is read again and again"

    def test_C01_a_page_is_handed_over_before_all_others_are_read(
        self, store: StoreUnderTest, direct: DirectPush, proxy: FaultProxy
    ) -> None:
        # One page is read ahead of the one that is given, and one more to see that the store knows the way.
        orders = make_orders(store, more_than_two_pages(store) + store.page_size)
        spread_out(store, orders)
        pages = direct.pages(OrderQuery())
        next(pages)
        early = len(proxy.passed)
        assert len(list(pages)) >= 2
        assert early < len(proxy.passed), "all pages were read before the first was handed over"

    def test_C01_times_are_aware_utc(self, store: StoreUnderTest, direct: DirectPush) -> None:
        before = datetime.now(UTC).replace(microsecond=0)
        order = direct.read(store.new_order([(store.skus[0], 1)]))[0]
        for moment in (order.created_at, order.changed_at):
            assert moment.utcoffset() == timedelta(0)
            assert before - timedelta(seconds=2) <= moment <= datetime.now(UTC) + timedelta(seconds=2)

    @pytest.mark.parametrize("fault", confusing_read_faults(), ids=str)
    def test_C01_nothing_is_lost_when_pages_are_confused(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy, fault: Fault
    ) -> None:
        orders = make_orders(store, store.page_size + 20)
        spread_out(store, orders)
        proxy.strike(fault, on=On.READ, nth=2)
        results = [office.fetch(), office.fetch()]
        assert proxy.struck == 1
        assert results[-1].error is None
        assert set(orders) - set(office.fetched()) == set()
        assert [result.changed for result in results] == [0, 0]

    def test_C01_nothing_is_lost_when_a_read_fails(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy
    ) -> None:
        wrong, start = {}, datetime.now(UTC) - AN_HOUR
        for count, fault in enumerate(read_faults()):
            orders = make_orders(store, 3)
            store.set_changed(orders, (start + timedelta(minutes=count)).replace(microsecond=0))
            proxy.strike(fault, on=On.READ, times=count % 5 + 1)
            results = [office.fetch()]
            proxy.heal()
            results.append(office.fetch())
            missing = set(orders) - set(office.fetched())
            if missing or results[-1].error or any(result.changed for result in results):
                wrong[fault.name] = (missing, results)
        assert not wrong, f"orders were lost or came twice: {wrong}"
        assert proxy.struck >= len(read_faults())

    def test_C01_a_fetch_that_could_not_read_says_so(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy
    ) -> None:
        make_orders(store, 1)
        proxy.strike(Fault(name="login_page", answer=Answer.STATUS, status=200), on=On.READ, times=1000)
        assert office.fetch().error is not None, "nothing was read, and the fetch is told as whole"

    def test_C01_orders_asked_for_by_id_come_and_others_are_named_absent(
        self, store: StoreUnderTest, direct: DirectPush
    ) -> None:
        here, gone = make_orders(store, 2)
        store.delete(gone)
        pages = list(direct.pages(OrderQuery(order_ids=(here, gone), shipments=True)))
        assert [order.remote_id for page in pages for order in page.orders] == [here]
        assert [absent for page in pages for absent in page.absent] == [gone]

    def test_C01_more_orders_than_a_page_holds_all_come_by_their_ids(
        self, store: StoreUnderTest, direct: DirectPush
    ) -> None:
        # A platform shows the first page of a longer list, and leaves the others out without a word.
        orders = make_orders(store, store.page_size + store.page_size // 2)
        gone = {orders[0], orders[-1]}
        for order in gone:
            store.delete(order)
        pages = list(direct.pages(OrderQuery(order_ids=tuple(orders), shipments=True)))
        absent = [order for page in pages for order in page.absent]
        assert sorted(absent) == sorted(gone), "what is not on the first page is no absent order"
        assert sorted(order.remote_id for page in pages for order in page.orders) == sorted(orders[1:-1])

    def test_C02_a_malformed_order_is_named_and_the_others_arrive(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        first, bad, last = make_orders(store, 3)
        store.malform(bad)
        result = office.fetch()
        assert result.error is None
        assert {first, last} <= set(office.fetched())
        assert [one.remote_id for one in result.rejected] == [bad]
        assert result.rejected[0].reason

    def test_C02_the_next_fetch_goes_past_a_malformed_order(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        bad = store.new_order([(store.skus[0], 1)])
        store.malform(bad)
        office.fetch()
        later = store.new_order([(store.skus[0], 1)])
        assert office.fetch().error is None
        assert later in office.fetched()

    def test_C02_a_malformed_order_is_read_again_by_its_id_until_it_makes_sense(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        skip_unless_mended(store)
        bad, good = _a_bad_order_of_long_ago(store)
        assert [office.fetch().unreadable for _ in range(2)] == [1, 1]
        assert set(office.fetched()) >= {good}
        store.mend(bad)
        _let_time_pass(office)
        assert office.fetch().unreadable == 0
        assert bad in office.fetched()

    def test_C02_a_malformed_order_that_is_deleted_is_at_rest_after_two_looks(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        bad, _ = _a_bad_order_of_long_ago(store)
        assert office.fetch().unreadable == 1
        store.delete(bad)
        assert office.fetch().unreadable == 1
        _let_time_pass(office)
        result = office.fetch()
        assert (result.error, result.unreadable) == (None, 0)

    def test_C02_a_push_waits_for_a_malformed_order_and_sends_the_others(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        skip_unless_mended(store)
        bad, good = make_orders(store, 2)
        office.fetch()
        shipments = [office.pack(order, [number(count)]) for count, order in enumerate((bad, good))]
        store.malform(bad)
        stopped = office.bridge.manifests.ship(CARRIER)
        assert [one.reason for one in stopped.results] == ["order_unreadable", "leaves"]
        store.mend(bad)
        office.hand_over()
        store.malform(bad)
        office.push()
        assert [office.state(one) for one in shipments] == [PushState.RETRY, PushState.SENT]
        assert office.reason(shipments[0]) == "order_unreadable"
        store.mend(bad)
        office.push_until_quiet()
        assert office.state(shipments[0]) is PushState.SENT
        assert store.truth(bad).numbers == (number(0),)


def _a_bad_order_of_long_ago(store: StoreUnderTest) -> tuple[str, str]:
    """A malformed order so old that no later page holds it, and one of now."""
    bad, good = make_orders(store, 2)
    store.malform(bad)
    store.set_changed([bad], (datetime.now(UTC) - timedelta(days=9)).replace(microsecond=0))
    return bad, good


def _let_time_pass(office: Office) -> None:
    """What could not be read was looked at an hour ago."""
    with office.bridge.context.database.write() as connection:
        looked = datetime.now(UTC) - AN_HOUR
        connection.execute(sa.update(rejected_orders).values(tried_at=looked, next_at=looked))
