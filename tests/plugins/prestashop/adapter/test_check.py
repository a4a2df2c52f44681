"""``store check`` says what stands in the way, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from fbridge.errors import UnreachableError
from fbridge.http import Response
from fbridge.models.platforms import Store, StoreReport
from fbridge.sandbox import ServedSandbox
from fbridge_prestashop import plugin
from fbridge_prestashop.answers import no_api

MakeSandbox = Callable[..., ServedSandbox]
StoreOf = Callable[..., Store]


def bad(report: StoreReport) -> dict[str, str]:
    return {finding.name: finding.words for finding in report.findings if not finding.ok}


def words(report: StoreReport, name: str) -> str:
    return next(finding.words for finding in report.findings if finding.name == name)


def check(store_of: StoreOf, served: ServedSandbox, **settings: Any) -> StoreReport:
    return plugin.check_store(store_of(served, checked=False, **settings))


@pytest.mark.parametrize("end", ["/index.php", "/api/orders", "/admin42/index.php"])
def test_an_address_copied_with_too_much_is_told_what_to_leave_out(
    sandbox: ServedSandbox, store_of: Callable[..., Store], end: str
) -> None:
    copied = SimpleNamespace(url=f"{sandbox.url}{end}", store_settings=sandbox.store_settings)
    (finding,) = plugin.check_store(store_of(copied, checked=False)).findings
    assert finding.words.endswith(f"check the store's URL, and take {end} off it.")


def test_a_good_store_tells_version_zone_languages_and_states(
    sandbox: ServedSandbox, store_of: StoreOf
) -> None:
    report = check(store_of, sandbox)
    assert report.ok
    assert "PrestaShop 8.2.1" in words(report, "Webservice")
    assert "Europe/Rome" in words(report, "time zone")
    assert "en, it" in words(report, "languages")
    assert "Shipped = 4 Shipped" in words(report, "shipped state")
    assert "PATCH" in words(report, "tracking")
    assert report.clock_offset is not None
    assert abs(report.clock_offset) < timedelta(seconds=5)
    assert {request.method for request in sandbox.control.requests()} == {"GET"}


@pytest.mark.parametrize(
    ("resource", "methods", "finding", "missing"),
    [
        ("order_details", [], "read orders", "GET on order_details"),
        ("carriers", ["PUT"], "read orders", "GET on carriers"),
        ("configurations", [], "read the shop's settings", "GET on configurations"),
        ("order_carriers", ["GET"], "write tracking numbers", "PATCH (or PUT) on order_carriers"),
        ("order_histories", ["GET"], "set the status", "POST on order_histories"),
    ],
)
def test_a_missing_permission_is_named_with_what_it_is_for(
    sandbox: ServedSandbox, store_of: StoreOf, resource: str, methods: list[str], finding: str, missing: str
) -> None:
    sandbox.control.keys["full"].permissions[resource] = frozenset(methods)
    report = check(store_of, sandbox)
    assert list(bad(report)) == [finding]
    assert missing in bad(report)[finding]


def test_permissions_that_only_help_are_told_and_forgiven(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    del sandbox.control.keys["full"].permissions["customers"]
    report = check(store_of, sandbox)
    assert report.ok
    assert "customers (orders come without e-mail addresses)" in words(report, "optional permissions")


@pytest.mark.parametrize(
    ("settings", "told"),
    [({"api_key": "A" * 32}, "the key is enabled"), ({"api_key": "short"}, "32 characters")],
)
def test_a_wrong_key_is_a_finding(
    sandbox: ServedSandbox, store_of: StoreOf, settings: dict[str, str], told: str
) -> None:
    report = check(store_of, sandbox, **settings)
    assert list(bad(report)) == ["Webservice"]
    assert told in bad(report)["Webservice"]
    assert settings["api_key"] not in repr(report)


def test_a_webservice_that_is_off_is_a_finding(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    report = check(store_of, make_sandbox(enabled=False))
    assert "Switch it on under Advanced Parameters > Webservice" in bad(report)["Webservice"]


def test_the_domain_of_another_shop_is_explained_and_not_followed(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(domain="www.shop.example")
    report = check(store_of, served)
    assert "use the shop's own domain" in bad(report)["Webservice"]
    assert "www.shop.example" in bad(report)["Webservice"]
    assert len(served.control.requests()) == 1


def test_a_shop_that_does_not_exist_is_a_finding(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    report = check(store_of, make_sandbox(shops=2), id_shop=9)
    assert "id_shop" in bad(report)["Webservice"]


def test_states_of_the_settings_must_exist(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    faults = bad(check(store_of, sandbox, shipped_state="77", on_hold_states="9,78"))
    assert ("77" in faults["shipped state"], "78" in faults["order states"]) == (True, True)


def test_an_old_version_writes_by_put(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    report = check(store_of, make_sandbox(version="1.7.8.11"))
    assert report.ok
    assert "PUT of the whole row" in words(report, "tracking")


def test_the_mail_is_told_as_the_setting_has_it(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    assert "no mail" in words(check(store_of, sandbox, customer_mail="none"), "mail")
    assert "Package in transit" in words(check(store_of, sandbox, customer_mail="in_transit"), "mail")


def test_a_store_that_cannot_be_reached_raises(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    store = store_of(sandbox, checked=False)
    sandbox.close()
    with pytest.raises(UnreachableError):
        plugin.check_store(store)


def test_carriers_are_listed_by_reference_with_their_pages(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    new_id = sandbox.control.edit_carrier(7, name="Poste Crono 2026")
    codes = {code.code: code for code in plugin.list_carrier_codes(store_of(sandbox)).codes}
    assert str(new_id) not in codes
    assert codes["7"].label == "Poste Crono 2026"
    assert codes["7"].tracking_url.endswith("{number}")
    assert codes["9"].label == "Negozio Prova"
    assert not {"3", "4"} & set(codes), "switched off"
    assert not plugin.list_carrier_codes(store_of(sandbox)).open


LIST = b'<?xml version="1.0"?><prestashop><api shopName="A"/></prestashop>'
NOTICE = b"<br /><b>Notice</b>:  No index in <b>/srv/modules/foo/foo.php</b> on line <b>3</b><br />"


@pytest.mark.parametrize(
    ("content", "cause"),
    [(LIST + LIST, ""), (LIST + b"1", ""), (NOTICE + LIST[:-5], "PHP notice: No index, module foo")],
    ids=["two documents", "other text", "cut after a notice"],
)
def test_a_list_that_is_spoilt_is_not_told_as_another_site(content: bytes, cause: str) -> None:
    answer = Response(
        status=200,
        headers={},
        url="https://shop.example/api",
        content=content,
        elapsed=timedelta(0),
        on_noise=print,
    )
    told = str(no_api(answer))
    assert "something else than one whole XML document" in told
    assert cause in told
