"""A look at the store tells in words what stands in the way, and changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from werkzeug import Request, Response
from werkzeug.serving import make_server

from fbridge.errors import UnreachableError
from fbridge.http import BasicAuth, RetryPolicy, StoreHttp, WayThrough
from fbridge.http.way_through import CredentialsIn
from fbridge.models.platforms import Finding, OrderQuery, Store, StoreReport
from fbridge.models.secrets import Secret
from fbridge.models.states import MailBehaviour, Support
from fbridge.sandbox import ServedSandbox
from fbridge_woocommerce import plugin
from fbridge_woocommerce.client import auth_for

MakeSandbox = Callable[..., ServedSandbox]
StoreOf = Callable[..., Store]


def check(store: Store) -> tuple[StoreReport, dict[str, Finding]]:
    report = plugin.check_store(store)
    return report, {finding.name: finding for finding in report.findings}


@pytest.mark.parametrize(
    ("options", "words", "partial", "free_text"),
    [
        ({"tracking": "ast"}, "Advanced Shipment Tracking", Support.NO, Support.NO),
        ({"tracking": "ast", "fulfillments": True}, "Advanced Shipment Tracking", Support.NO, Support.NO),
        ({"tracking": "wst", "wst_routes": True}, "rows of Shipment Tracking", Support.NO, Support.YES),
        ({"tracking": "wst"}, "order meta that Shipment Tracking reads", Support.NO, Support.YES),
        ({"tracking": "none", "fulfillments": True}, "own fulfillments", Support.YES, Support.YES),
        ({"tracking": "none"}, "private order notes", Support.NO, Support.YES),
    ],
)
def test_where_numbers_will_be_kept(
    make_sandbox: MakeSandbox,
    store_of: StoreOf,
    options: dict[str, Any],
    words: str,
    partial: Support,
    free_text: Support,
) -> None:
    report, findings = check(store_of(make_sandbox(**options), checked=False))
    assert report.ok
    assert words in findings["tracking"].words
    assert report.capabilities is not None
    assert (report.capabilities.partial_shipments, report.capabilities.carrier_free_text) == (
        partial,
        free_text,
    )


def test_a_good_store_is_described(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    report, findings = check(store_of(sandbox, checked=False))
    assert report.mail is MailBehaviour.ALWAYS
    assert "always" in findings["mail"].words
    assert "WooCommerce 11.0.1" in findings["versions"].words
    assert report.clock_offset is not None
    assert abs(report.clock_offset) < timedelta(seconds=5)


def test_nothing_is_changed_and_nobody_is_mailed(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    before = [sandbox.control.order(order_id) for order_id in sandbox.control.order_ids()]
    check(store_of(sandbox, checked=False))
    assert [sandbox.control.order(order_id) for order_id in sandbox.control.order_ids()] == before
    assert sandbox.control.mails() == []


@pytest.mark.parametrize(("right", "lacking"), [("read", "write orders"), ("write", "read orders")])
def test_a_key_without_a_right_is_named(
    sandbox: ServedSandbox, store_of: StoreOf, right: str, lacking: str
) -> None:
    key = sandbox.control.keys[right]
    _, findings = check(
        store_of(sandbox, checked=False, consumer_key=key.consumer_key, consumer_secret=key.consumer_secret)
    )
    assert [name for name, finding in findings.items() if not finding.ok] == [lacking]
    assert "Read/Write" in findings[lacking].words


def test_a_wrong_secret_is_a_finding_that_does_not_show_it(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    report, findings = check(store_of(sandbox, checked=False, consumer_secret="cs_canary"))
    assert not findings["read orders"].ok
    assert not findings["write orders"].ok
    assert "cs_canary" not in repr(report)


def test_a_setting_that_the_store_cannot_fulfil_is_said(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    report, findings = check(store_of(sandbox, checked=False, tracking="fulfillments"))
    assert not report.ok
    assert "set it to auto" in findings["tracking"].words


def test_rows_that_the_plugin_shows_are_a_fact_for_later(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    order_id = sandbox.control.order_ids("processing")[0]
    sandbox.control.set_trackings(order_id, [{"tracking_id": "a" * 32, "tracking_number": "N1"}])
    sandbox.control.change(order_id, status="completed")
    report, _ = check(store_of(sandbox, checked=False))
    assert report.facts["rows_shown"] is True


def test_over_http_a_clock_far_off_is_a_finding(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    served = make_sandbox(clock=lambda: datetime.now(UTC) + timedelta(hours=1))
    _, findings = check(store_of(served, checked=False))
    assert "clock" in findings["read orders"].words


@pytest.fixture
def site() -> Iterator[Callable[[Callable[[Request], Response]], Store]]:
    """``site(answer)``: a store whose web server answers like that."""
    import threading

    opened: list[Any] = []

    def make(answer: Callable[[Request], Response]) -> Store:
        server = make_server("127.0.0.1", 0, Request.application(answer))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        http = StoreHttp(url, retry_policy=RetryPolicy(tries=1))
        opened.append((server, thread, http))
        settings = {"consumer_key": "ck", "consumer_secret": Secret("cs"), "tracking": "auto"}
        return Store("lab", url, settings, http)

    yield make
    for server, thread, http in opened:
        http.close()
        server.shutdown()
        thread.join()
        server.server_close()


def only_finding(store: Store) -> str:
    (finding,) = plugin.check_store(store).findings
    assert not finding.ok
    return finding.words


PAGE = Response("<html>a page</html>", mimetype="text/html")
INDEX = '{"namespaces": ["wp/v2", "wc/v3"]}'


def test_plain_permalinks_are_told_from_no_wordpress(site: Callable[..., Store]) -> None:
    def plain(request: Request) -> Response:
        if "rest_route" in request.args:
            return Response(INDEX, mimetype="application/json")
        return Response("<html>not found</html>", 404, mimetype="text/html")

    assert "Settings > Permalinks is Plain" in only_finding(site(plain))
    words = only_finding(site(lambda _: Response("<html>not found</html>", 404, mimetype="text/html")))
    assert "check the store's URL" in words


def test_a_web_page_instead_of_the_api(site: Callable[..., Store]) -> None:
    assert "check the store's URL" in only_finding(site(lambda _: PAGE))


def test_wordpress_without_woocommerce(site: Callable[..., Store]) -> None:
    words = only_finding(site(lambda _: Response('{"namespaces": ["wp/v2"]}', mimetype="application/json")))
    assert "WooCommerce (REST API v3) is not active" in words


def test_a_firewall_is_not_taken_for_a_wrong_key(site: Callable[..., Store]) -> None:
    words = only_finding(site(lambda _: Response("<html>blocked</html>", 403, mimetype="text/html")))
    assert "firewall" in words


def test_an_error_of_wordpress_with_status_200_is_a_passing_fault(site: Callable[..., Store]) -> None:
    broken = (
        '{"code": "internal_server_error", "message": "<p>There has been a critical error.</p>", "data": {}}'
    )
    store = site(lambda _: Response(broken, mimetype="application/json"))
    for query in (OrderQuery(), OrderQuery(order_ids=("7",), shipments=True)):
        with pytest.raises(UnreachableError, match="There has been a critical error") as raised:
            list(plugin.fetch_orders(store, query))
        assert raised.value.reason == "unavailable"


def test_a_header_that_the_web_server_keeps_is_found_out(site: Callable[..., Store]) -> None:
    """Over https; here the client is told to use the header all the same."""
    unseen = {"code": "woocommerce_rest_cannot_view", "message": "Sorry, you cannot list resources."}

    def lossy(request: Request) -> Response:
        if request.path.endswith("/orders") and "consumer_key" not in request.args:
            return Response(json.dumps(unseen), 401, mimetype="application/json")
        return Response(INDEX if request.path.endswith("wp-json/") else "[]", mimetype="application/json")

    store = site(lossy)
    store.http.auth = BasicAuth("ck", Secret("cs"))
    found = {finding.name: finding for finding in plugin.check_store(store).findings}
    assert not found["read orders"].ok
    assert 'credentials_in = "query"' in found["read orders"].words


@pytest.mark.parametrize(
    "way", [WayThrough(credentials_in=CredentialsIn.QUERY), WayThrough(http_user="staging")]
)
def test_the_key_goes_into_the_query_where_the_header_is_not_free(way: WayThrough) -> None:
    settings = {"consumer_key": "ck", "consumer_secret": Secret("cs"), "tracking": "auto"}
    for given, signed in ((way, "https://a.b/x?consumer_key=ck&consumer_secret=cs"), (None, "https://a.b/x")):
        with StoreHttp("https://shop.example", way_through=given) as http:
            url, headers = auth_for(Store("lab", http.base_url, settings, http)).sign("GET", "https://a.b/x")
        assert (url, "Authorization" in headers) == (signed, given is None)


@pytest.mark.parametrize(
    ("status", "page", "name"),
    [
        (406, "<h1>Not Acceptable!</h1>", "ModSecurity"),
        (455, "<html>blocked</html>", "firewall"),
        (503, "<title>Just a moment...</title>", "Cloudflare challenge"),
        (200, "<form id='loginform' action='/wp-login.php'></form>", "login page of WordPress"),
    ],
)
def test_what_stands_before_the_store_is_not_blamed_on_permalinks(
    site: Callable[..., Store], status: int, page: str, name: str
) -> None:
    words = only_finding(site(lambda _: Response(page, status, mimetype="text/html")))
    assert name in words
    assert "Permalinks" not in words


def test_a_redirect_names_the_right_url(site: Callable[..., Store]) -> None:
    moved = Response(status=301, headers={"Location": "https://www.shop.example/wp-json/"})
    assert "https://www.shop.example/wp-json/" in only_finding(site(lambda _: moved))


def test_a_store_that_is_not_there_is_no_finding(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    store = store_of(sandbox, checked=False)
    sandbox.close()
    with pytest.raises(UnreachableError):
        plugin.check_store(store)


@pytest.mark.parametrize("end", ["/wp-json", "/wp-json/wc/v3", "/wp-admin", "/index.php"])
def test_an_address_copied_with_too_much_is_told_what_to_leave_out(
    sandbox: ServedSandbox, store_of: StoreOf, end: str
) -> None:
    copied = SimpleNamespace(url=f"{sandbox.url}{end}", store_settings=sandbox.store_settings)
    (finding,) = plugin.check_store(store_of(copied, checked=False)).findings
    assert finding.words.endswith(f"check the store's URL, and take {end} off it.")
