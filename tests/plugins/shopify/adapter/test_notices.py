"""What Shopify says beside its data: a version ends, something goes; and which orders it keeps from an app."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from tests.plugins.shopify.conformance_store import ShopifyUnderTest

from fbridge.models.states import PushState
from fbridge.sandbox import ServedSandbox
from fbridge.testing import StoreClock, StoreUnderTest
from fbridge.testing.fixtures import KitFixtures
from fbridge.testing.office import CARRIER, STORE, Office, number
from fbridge_shopify.api_versions import end_of
from fbridge_shopify.sandbox.settings import ALL_SCOPES
from fbridge_shopify.settings import NEWEST_STABLE

END = end_of(NEWEST_STABLE)


def told(office: Office) -> list[str]:
    return [notice.words for notice in office.bridge.status().notices]


class TestVersions(KitFixtures):
    @pytest.fixture
    def served(self, make_sandbox: Callable[..., ServedSandbox]) -> ServedSandbox:
        return make_sandbox(orders=1)

    @pytest.fixture
    def store(self, served: ServedSandbox) -> StoreUnderTest:
        return ShopifyUnderTest(served)

    def test_status_tells_of_the_end_of_a_version_from_90_days_before(self, office: Office) -> None:
        office.fetch()
        office.skip_time(END - timedelta(days=91) - datetime.now(UTC))
        assert told(office) == []
        office.skip_time(timedelta(days=2))
        (words,) = told(office)
        assert NEWEST_STABLE in words
        assert f"{END:%Y-%m-%d}" in words

    def test_the_check_names_the_day(self, office: Office) -> None:
        report = office.bridge.stores.check(STORE)
        said = next(finding.words for finding in report.findings if finding.name == "API version")
        assert f"{END:%Y-%m-%d}" in said

    def test_a_warning_on_any_answer_is_told_until_it_ends(
        self, served: ServedSandbox, store: StoreUnderTest, office: Office
    ) -> None:
        served.control.deprecate("https://shopify.dev/api/usage/versioning#gone")
        office.fetch()
        (words,) = told(office)
        assert "versioning#gone" in words
        assert "versioning#gone" in str(office.bridge.stores.check(STORE).findings)
        served.control.deprecate("")
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        assert told(office) == []
        office.ship(order, [number(1)])
        served.control.deprecate("fulfillmentCreate goes")
        office.push()
        assert "fulfillmentCreate goes" in told(office)[0], "a push hears it as well"
        served.control.deprecate("")
        office.fetch()
        assert told(office) == []

    def test_another_version_than_was_asked_for_is_told(self, make_office: Callable[..., Office]) -> None:
        office = make_office(api_version="2025-01")
        office.fetch()
        assert any("2026-01" in words and "2025-01" in words for words in told(office))


class TestOldOrders(KitFixtures):
    """Without read_all_orders Shopify shows no order that is older than 60 days, as if it were gone."""

    @pytest.fixture
    def clock(self) -> StoreClock:
        return StoreClock()

    @pytest.fixture
    def served(self, make_sandbox: Callable[..., ServedSandbox], clock: StoreClock) -> ServedSandbox:
        return make_sandbox(orders=0, clock=clock)

    @pytest.fixture
    def store(self, served: ServedSandbox) -> StoreUnderTest:
        token = served.control.new_token(set(ALL_SCOPES) - {"read_all_orders"})
        return ShopifyUnderTest(served, access_token=token)

    def test_an_old_order_is_not_gone_and_a_new_one_is(
        self, clock: StoreClock, store: StoreUnderTest, office: Office
    ) -> None:
        clock.span = timedelta(days=-61)
        old = store.new_order([(store.skus[0], 1)])
        office.fetch()
        waiting, packed = office.ship(old, [number(1)]), store.new_order([(store.skus[1], 1)])
        office.fetch()
        office.pack(packed, [number(2)])
        clock.span = timedelta(0)
        result = office.bridge.manifests.ship(CARRIER)
        assert [one.reason for one in result.results] == ["order_unreadable"]
        assert "read_all_orders" in result.results[0].words
        new = store.new_order([(store.skus[0], 1)])
        office.fetch()
        office.bridge.manifests.remove(CARRIER, [office.shipments()[-1].label])
        gone = office.ship(new, [number(3)])
        store.delete(new)
        office.push_until_quiet()
        assert (office.state(waiting), office.reason(waiting)) == (PushState.RETRY, "order_unreadable")
        assert "read_all_orders" in office.words(waiting)
        assert (office.state(gone), office.reason(gone)) == (PushState.REFUSED, "order_missing")
