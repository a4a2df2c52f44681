"""``store check`` says what stands in the way, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fbridge.errors import UnreachableError
from fbridge.models.platforms import Store, StoreReport
from fbridge.models.states import MailBehaviour, Support
from fbridge.sandbox import ServedSandbox
from fbridge_shopify import plugin
from fbridge_shopify.detection import NEEDS, findings_of
from fbridge_shopify.sandbox.catalogue import TURIN
from fbridge_shopify.sandbox.settings import ALL_SCOPES

MakeSandbox = Callable[..., ServedSandbox]
StoreOf = Callable[..., Store]


def bad(report: StoreReport) -> dict[str, str]:
    return {finding.name: finding.words for finding in report.findings if not finding.ok}


def words(report: StoreReport, name: str) -> str:
    return next(finding.words for finding in report.findings if finding.name == name)


def check(store_of: StoreOf, served: ServedSandbox, **settings: Any) -> StoreReport:
    return plugin.check_store(store_of(served, checked=False, **settings))


def with_scopes(store_of: StoreOf, served: ServedSandbox, *lacking: str) -> StoreReport:
    token = served.control.new_token(set(ALL_SCOPES) - set(lacking))
    return check(store_of, served, access_token=token)


def test_a_good_store_tells_shop_version_scopes_and_places(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    report = check(store_of, sandbox)
    assert bad(report) == {}
    assert "Bottega fbridge" in words(report, "Admin API")
    assert "2026-10" in words(report, "API version")
    assert "Magazzino Milano" in words(report, "locations")
    assert "2000 points, 100 restored" in words(report, "rate limit")
    assert "Names and addresses are given" in words(report, "customer data")
    assert report.clock_offset is not None
    assert abs(report.clock_offset) < timedelta(seconds=5)
    assert report.mail is MailBehaviour.OPTIONAL
    assert report.capabilities is not None
    assert report.capabilities.ship_date is Support.NO
    assert {place.label for place in report.locations} == {"Magazzino Milano", "Negozio Torino"}


def test_nothing_is_sent_or_changed(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    before = [sandbox.control.order(order_id) for order_id in sandbox.control.order_ids()]
    check(store_of, sandbox)
    assert [sandbox.control.order(order_id) for order_id in sandbox.control.order_ids()] == before
    roots = {root for request in sandbox.control.requests() for root in request.path.split()[1:]}
    assert roots == {"shop", "publicApiVersions", "currentAppInstallation", "orders", "locations"}


def test_facts_are_json_for_the_next_run(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    facts = check(store_of, sandbox).facts
    assert facts["api_version"] == "2026-10"
    assert facts["restore_rate"] == 100
    assert "write_merchant_managed_fulfillment_orders" in facts["scopes"]
    assert "Negozio Torino" in facts["locations"].values()


WRITE_SCOPES = tuple(
    f"write_{kind}_fulfillment_orders" for kind in ("assigned", "merchant_managed", "third_party")
)
READ_SCOPES = tuple(scope.replace("write", "read") for scope in WRITE_SCOPES)


@pytest.mark.parametrize(
    ("lacking", "finding", "missing"),
    [
        (("read_orders", "write_orders"), "read orders", "read_orders"),
        (WRITE_SCOPES, "report shipments", "write_merchant_managed_fulfillment_orders"),
        ((*READ_SCOPES, *WRITE_SCOPES), "see fulfillment orders", "read_merchant_managed_fulfillment_orders"),
    ],
)
def test_a_missing_scope_is_named_with_what_it_is_for(
    sandbox: ServedSandbox, store_of: StoreOf, lacking: tuple[str, ...], finding: str, missing: str
) -> None:
    report = with_scopes(store_of, sandbox, *lacking)
    assert missing in bad(report)[finding]
    assert finding in bad(report)[finding]
    assert not report.ok


@pytest.mark.parametrize(
    ("lacking", "finding", "without"),
    [
        (("read_all_orders",), "read orders older than 60 days", "leaves them out without a word"),
        (("read_locations",), "read locations", "name places as the store does"),
        (
            ("write_merchant_managed_fulfillment_orders", "write_third_party_fulfillment_orders"),
            "divide fulfillment orders",
            "may need a person",
        ),
    ],
)
def test_what_one_can_do_without_is_told_and_no_fault(
    sandbox: ServedSandbox, store_of: StoreOf, lacking: tuple[str, ...], finding: str, without: str
) -> None:
    report = with_scopes(store_of, sandbox, *lacking)
    assert finding not in bad(report)
    assert without in words(report, finding)
    assert lacking[0] in words(report, finding)


def test_the_scope_to_write_includes_the_one_to_read() -> None:
    assert all(finding.ok for finding in findings_of({"write_orders", *WRITE_SCOPES}))
    assert [finding.ok for finding in findings_of(())] == [bool(need.without) for need in NEEDS]


def test_unfulfilled_orders_without_fulfillment_orders_are_missing_scopes(
    sandbox: ServedSandbox, store_of: StoreOf
) -> None:
    """The app sees those of fulfillment services only: the store leaves the others out without a word."""
    sandbox.control.new_order([("CAFFE-MOKA", 1)])
    order_id = sandbox.control.order_ids()[-1]
    report = with_scopes(
        store_of,
        sandbox,
        "read_merchant_managed_fulfillment_orders",
        "write_merchant_managed_fulfillment_orders",
    )
    said = bad(report)["fulfillment orders"]
    assert sandbox.control.order(order_id)["name"] in said
    assert "read_merchant_managed_fulfillment_orders" in said


def test_goods_of_fulfillment_services_stand_in_no_ones_way(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=0)
    served.control.new_order([("CAFFE-MOKA", 1), ("BOX-REGALO", 1)])
    own_locations = {scope for scope in ALL_SCOPES if "third_party" not in scope}
    unseen = check(store_of, served, access_token=served.control.new_token(own_locations))
    seen, ours = check(store_of, served), check(store_of, served, own_services="Logistica Terzi")
    assert bad(unseen) == bad(seen) == bad(ours) == {}
    assert "#" in words(unseen, "fulfillment orders")
    assert "Logistica Terzi" in words(seen, "fulfillment orders")
    assert "Logistica Terzi" not in words(ours, "fulfillment orders")


def test_an_order_with_long_lists_is_not_taken_for_one_with_something_left_out(
    sandbox: ServedSandbox, store_of: StoreOf
) -> None:
    order_id = sandbox.control.new_order([("CAFFE-MOKA", 14)])
    for _ in range(12):
        sandbox.control.move(order_id, 0, TURIN, 1)
    assert bad(check(store_of, sandbox)) == {}


def test_an_app_that_may_see_no_fulfillment_orders_is_told_so_once(
    sandbox: ServedSandbox, store_of: StoreOf
) -> None:
    assert set(bad(with_scopes(store_of, sandbox, *READ_SCOPES, *WRITE_SCOPES))) == {
        "see fulfillment orders",
        "report shipments",
    }


@pytest.mark.parametrize(
    "url", ["https://admin.shopify.com/store/bottega/settings", "https://bottega.myshopify.com/admin"]
)
def test_the_address_of_the_admin_is_not_the_stores(shop: Callable[..., Store], url: str) -> None:
    report = plugin.check_store(replace(shop(), url=url))
    assert "https://bottega.myshopify.com." in bad(report)["store URL"]


@pytest.mark.parametrize("cassette", ["web_page", "security_rejection"])
def test_another_domain_that_gives_no_answer_is_named_as_the_cause(
    shop: Callable[..., Store], played: Callable[[str], Any], cassette: str
) -> None:
    with played(cassette):
        report = plugin.check_store(replace(shop(), url="https://www.bottega.example"))
    assert "has to be its myshopify.com address" in bad(report)["Admin API"]


def test_a_version_that_is_no_longer_supported_is_told(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    report = check(store_of, sandbox, api_version="2025-01")
    said = words(report, "API version")
    assert report.ok
    assert "Asked for 2025-01, the Admin API of 2026-01 answers" in said
    assert "2026-07, 2026-10" in said


def test_withheld_names_and_addresses_are_told(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    report = check(store_of, make_sandbox(customer_data="no_names"))
    assert report.ok
    assert "protected customer data" in words(report, "customer data")


def test_orders_that_are_withheld_as_a_whole_are_told(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    report = check(store_of, make_sandbox(customer_data="none"))
    assert "protected customer data" in bad(report)["orders"]


@pytest.mark.parametrize(
    ("status", "said"), [(402, "frozen"), (403, "does not let this app in"), (423, "locked by Shopify")]
)
def test_a_shop_that_is_shut(sandbox: ServedSandbox, store_of: StoreOf, status: int, said: str) -> None:
    sandbox.control.shut(status)
    report = check(store_of, sandbox)
    assert said in bad(report)["Admin API"]
    assert len(report.findings) == 1


def test_an_unknown_token(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    said = bad(check(store_of, sandbox, access_token="shpat_wrong"))["Admin API"]
    assert "check it (or client_id and client_secret)" in said
    assert "shpat_wrong" not in said


def test_an_app_that_asks_for_its_token(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    tokens = sandbox.control.tokens
    app = {"access_token": None, "client_id": tokens.client_id, "client_secret": tokens.client_secret}
    assert check(store_of, sandbox, **app).ok
    said = bad(check(store_of, sandbox, **app | {"client_secret": "shpss_wrong"}))["Admin API"]
    assert "client_secret is wrong" in said
    assert "shpss_wrong" not in said


def test_a_place_where_no_store_is(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    sandbox.control.add_fault("login_page", method="any", times=9)
    with pytest.raises(UnreachableError, match="web page"):
        check(store_of, sandbox)
