"""``store check`` says what stands in the way, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from fbridge.errors import UnreachableError
from fbridge.http import StoreHttp
from fbridge.models.platforms import Store, StoreReport
from fbridge.models.states import MailBehaviour
from fbridge.sandbox import ServedSandbox
from fbridge_magento import plugin
from fbridge_magento.client import MagentoClient
from fbridge_magento.detection import inventory_of

MakeSandbox = Callable[..., ServedSandbox]
StoreOf = Callable[..., Store]


SOURCES = ("default", "roma", "torino")


@pytest.fixture
def spread(make_sandbox: MakeSandbox) -> ServedSandbox:
    """A store whose goods lie in several sources."""
    return make_sandbox(sources=SOURCES)


def bad(report: StoreReport) -> dict[str, str]:
    return {finding.name: finding.words for finding in report.findings if not finding.ok}


def words(report: StoreReport, name: str) -> str:
    return next(finding.words for finding in report.findings if finding.name == name)


def check(store_of: StoreOf, served: ServedSandbox, *, key: str = "full", **settings: Any) -> StoreReport:
    chosen = {**served.control.credentials(key), **settings}
    return plugin.check_store(store_of(served, checked=False, **chosen))


def test_a_good_store_tells_version_views_sources_and_clock(spread: ServedSandbox, store_of: StoreOf) -> None:
    report = check(store_of, spread)
    assert report.ok
    assert "Magento 2.4 (Community)" in words(report, "REST API")
    assert "by the token alone" in words(report, "REST API")
    assert "1 default, 2 it, 3 b2b_it, 4 de. All are read" in words(report, "store views")
    assert "default, roma, torino" in words(report, "inventory")
    assert "may make shipments" in words(report, "make shipments")
    assert "comments" in words(report, "marks")
    assert [location.id for location in report.locations] == ["default", "roma", "torino"]
    assert report.mail is MailBehaviour.OPTIONAL
    assert report.clock_offset is not None
    assert abs(report.clock_offset) < timedelta(seconds=5)


@pytest.mark.parametrize("most", [50, 2])
def test_a_store_that_allows_small_pages_only_is_told_and_checked_all_the_same(
    spread: ServedSandbox, store_of: StoreOf, most: int
) -> None:
    spread.control.limit_lists(page=most)
    report = check(store_of, spread)
    assert report.ok
    assert f"at most {most} rows" in words(report, "pages")
    assert "default, roma, torino" in words(report, "inventory")


def test_nothing_is_changed_by_looking(spread: ServedSandbox, store_of: StoreOf) -> None:
    control = spread.control

    def all_there_is() -> Any:
        ids = control.order_ids()
        return [(control.order(order_id), control.shipments(order_id)) for order_id in ids], control.mails()

    before = all_there_is()
    check(store_of, spread)
    assert all_there_is() == before
    asked = {(one.method, one.path) for one in control.requests() if one.method != "GET"}
    assert asked == {("POST", "/rest/V1/order/none/ship")}


def test_the_facts_are_those_that_the_push_rests_on(spread: ServedSandbox, store_of: StoreOf) -> None:
    facts = check(store_of, spread).facts
    assert (facts["version"], facts["msi"]) == ("2.4", True)
    assert facts["sources"] == list(SOURCES)
    assert facts["store_views"]["2"] == "it"
    assert set(facts["weight_units"]) >= {"1", "2", "3", "4"}


class TestCredentials:
    def test_a_wrong_token_is_told_from_a_missing_permission(
        self, sandbox: ServedSandbox, store_of: StoreOf
    ) -> None:
        report = check(store_of, sandbox, access_token="n0t-the-t0ken")
        assert list(bad(report)) == ["REST API"]
        assert "does not take the access token" in bad(report)["REST API"]
        assert "n0t-the-t0ken" not in str(report)

    def test_a_store_that_takes_no_token_alone_says_what_to_do(
        self, make_sandbox: MakeSandbox, store_of: StoreOf
    ) -> None:
        served = make_sandbox(bearer=False)
        token = served.control.credentials("full")["access_token"]
        report = plugin.check_store(
            store_of(
                served,
                checked=False,
                access_token=token,
                consumer_key="",
                consumer_secret="",
                access_token_secret="",
            )
        )
        assert "standalone Bearer tokens" in bad(report)["REST API"]
        assert "consumer_key" in bad(report)["REST API"]
        assert token not in str(report)

    def test_with_all_four_credentials_it_is_known(
        self, make_sandbox: MakeSandbox, store_of: StoreOf
    ) -> None:
        report = check(store_of, make_sandbox(bearer=False))
        assert report.ok
        assert "by OAuth" in words(report, "REST API")

    @pytest.mark.parametrize(
        "wrong", ["consumer_key", "consumer_secret", "access_token", "access_token_secret"]
    )
    def test_any_wrong_credential_is_a_finding(
        self, make_sandbox: MakeSandbox, store_of: StoreOf, wrong: str
    ) -> None:
        report = check(store_of, make_sandbox(bearer=False), **{wrong: "wr0ng" * 6})
        assert list(bad(report)) == ["REST API"]
        assert "credentials" in bad(report)["REST API"] or "token" in bad(report)["REST API"]
        assert ".." not in bad(report)["REST API"]
        assert "wr0ng" * 6 not in str(report)

    @pytest.mark.parametrize(
        ("key", "finding", "missing"),
        [
            ("nothing", "see orders", "Magento_Sales::actions_view"),
            ("nothing", "see shipments", "Magento_Sales::shipment"),
            ("nothing", "make shipments", "Magento_Sales::ship"),
            ("read_only", "see shipments", "Magento_Sales::shipment"),
            ("no_ship", "make shipments", "Magento_Sales::ship"),
        ],
    )
    def test_a_missing_permission_is_named_with_the_way_to_it(
        self, sandbox: ServedSandbox, store_of: StoreOf, key: str, finding: str, missing: str
    ) -> None:
        report = check(store_of, sandbox, key=key)
        assert f"no permission {missing}:" in bad(report)[finding]
        assert "Integrations" in bad(report)[finding]
        assert "REST API" not in bad(report)


class TestInventory:
    def test_sources_that_cannot_be_seen_want_a_permission_or_a_setting(
        self, sandbox: ServedSandbox, store_of: StoreOf
    ) -> None:
        report = check(store_of, sandbox, key="min")
        assert list(bad(report)) == ["inventory"]
        assert "Magento_InventoryApi::source" in bad(report)["inventory"]
        assert report.facts["sources"] is None
        assert check(store_of, sandbox, key="min", source="roma").ok
        assert "source selection" in bad(check(store_of, sandbox, key="min", source="auto"))

    @pytest.mark.parametrize(
        "missing",
        [
            "Magento_Backend::store",
            "Magento_InventorySalesApi::stock",
            "Magento_InventorySourceSelectionApi::source_selection_algorithm_post",
        ],
    )
    def test_a_right_that_auto_needs_is_missed_before_the_first_push(
        self, spread: ServedSandbox, store_of: StoreOf, missing: str
    ) -> None:
        spread.control.take_right(missing)
        assert f"no permission {missing}:" in bad(check(store_of, spread, source="auto"))["source selection"]
        assert check(store_of, spread, source="roma").ok

    def test_auto_with_all_its_rights_is_told_so(self, spread: ServedSandbox, store_of: StoreOf) -> None:
        report = check(store_of, spread, source="auto")
        assert report.ok
        assert "may be asked" in words(report, "source selection")

    def test_auto_needs_not_see_the_sources(self, spread: ServedSandbox, store_of: StoreOf) -> None:
        spread.control.take_right("Magento_InventoryApi::source")
        assert check(store_of, spread, source="auto").ok

    def test_a_source_of_the_settings_must_exist(self, spread: ServedSandbox, store_of: StoreOf) -> None:
        assert "names milano" in bad(check(store_of, spread, source="milano"))["inventory"]
        assert check(store_of, spread, source="torino").ok
        assert check(store_of, spread, source="auto").ok

    def test_one_source_needs_no_choice(self, sandbox: ServedSandbox, store_of: StoreOf) -> None:
        assert words(check(store_of, sandbox), "inventory") == "Multi-source inventory with default."

    def test_a_store_without_multi_source_inventory(
        self, make_sandbox: MakeSandbox, store_of: StoreOf
    ) -> None:
        report = check(store_of, make_sandbox(modules_without=("Magento_InventoryShipping",)))
        assert report.ok
        assert (report.facts["msi"], report.facts["sources"], report.locations) == (False, [], ())

    @pytest.mark.parametrize("checked", [True, False])
    def test_it_is_known_to_a_push_with_and_without_a_check(
        self, spread: ServedSandbox, store_of: StoreOf, checked: bool
    ) -> None:
        store = store_of(spread, checked=checked)
        client = MagentoClient(store)
        assert inventory_of(store, client) == (True, SOURCES)
        asked = len(spread.control.requests())
        assert asked == (1 if checked else 2)
        inventory_of(store, client)
        assert len(spread.control.requests()) == asked

    def test_a_push_learns_that_sources_cannot_be_seen(
        self, sandbox: ServedSandbox, store_of: StoreOf
    ) -> None:
        store = store_of(sandbox, checked=False, **sandbox.control.credentials("min"))
        assert inventory_of(store, MagentoClient(store)) == (True, None)


class TestStoreViews:
    def test_those_of_the_settings_must_exist(self, sandbox: ServedSandbox, store_of: StoreOf) -> None:
        assert "no fr" in bad(check(store_of, sandbox, store_views=["fr"]))["store views"]
        assert "names 9" in bad(check(store_of, sandbox, store_views=["9"]))["store views"]
        report = check(store_of, sandbox, store_views=["it", "4"])
        assert "Orders of it, de are read" in words(report, "store views")

    def test_codes_need_the_permission_to_look_them_up(
        self, sandbox: ServedSandbox, store_of: StoreOf
    ) -> None:
        report = check(store_of, sandbox, key="min", source="roma", store_views=["it"])
        assert "Magento_Backend::store" in bad(report)["store views"]
        assert "by id" in bad(report)["store views"]
        by_id = check(store_of, sandbox, key="min", source="roma", store_views=["2"])
        assert by_id.ok
        assert words(by_id, "store views").startswith("Orders of 2 are read.")
        assert words(check(store_of, sandbox, key="min"), "store views").startswith("All are read.")


def test_maintenance_is_a_finding(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    sandbox.control.maintain()
    assert "maintenance" in bad(check(store_of, sandbox))["REST API"]


@pytest.mark.parametrize("fault", ["login_page", "server_error"])
def test_what_is_no_api_is_a_finding(sandbox: ServedSandbox, store_of: StoreOf, fault: str) -> None:
    sandbox.control.add_fault(fault, method="read", times=99)
    report = check(store_of, sandbox)
    assert list(bad(report)) == ["REST API"]


@pytest.mark.parametrize("below", ["/rest", "/rest/V1", "/it"])
def test_a_url_that_is_not_the_stores_own_says_so(
    sandbox: ServedSandbox, store_of: StoreOf, below: str
) -> None:
    right = store_of(sandbox, checked=False)
    with StoreHttp(f"{sandbox.url}{below}") as http:
        report = plugin.check_store(Store(right.name, f"{sandbox.url}{below}", right.settings, http))
    assert list(bad(report)) == ["REST API"]
    assert any(way in bad(report)["REST API"] for way in ("without /rest", "take /rest off it"))


def test_a_store_that_cannot_tell_whether_it_may_ship_is_no_fault(
    sandbox: ServedSandbox, store_of: StoreOf
) -> None:
    sandbox.control.add_fault("server_error", path="/ship", times=9)
    report = check(store_of, sandbox)
    assert report.ok
    assert "first push" in words(report, "make shipments")


def test_a_hidden_version_is_no_fault(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    sandbox.control.add_fault("login_page", method="read", path="magento_version")
    report = check(store_of, sandbox)
    assert report.ok
    assert "version not told" in words(report, "REST API")


def test_a_store_that_is_not_there_raises(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    store = store_of(sandbox, checked=False)
    sandbox.close()
    with pytest.raises(UnreachableError):
        plugin.check_store(store)
