"""What a real Magento 2.4.7 answered, and what the adapter makes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import vcr  # type: ignore[import-untyped] # it has no types
import yaml

from fbridge.errors import CredentialsError, FbridgeError, NotSentError, RefusedError, UnreachableError
from fbridge.http import Response
from fbridge.models.platforms import OrderQuery, Store
from fbridge.models.problems import WriteFault
from fbridge_magento import plugin
from fbridge_magento.answers import (
    Rejected,
    answer_to,
    error_of,
    filled,
    list_of,
    rows_of,
    total_of,
    words_of,
)
from fbridge_magento.client import MagentoClient
from fbridge_magento.detection import read_store_views, weight_units_in
from fbridge_magento.search_criteria import Since

CASSETTES = Path(__file__).parent.parent / "cassettes"
OpenStore = Callable[..., Store]


def played(name: str) -> Any:
    """Every request is answered by the cassette's next answer to its method."""
    return vcr.use_cassette(
        str(CASSETTES / f"{name}.yaml"), record_mode=vcr.mode.NONE, match_on=["method", "host"]
    )


def answer(open_store: OpenStore, name: str, *, tries: int = 2) -> Response:
    with played(name):
        return MagentoClient(open_store(tries=tries)).newest_order()


def fault(open_store: OpenStore, name: str) -> FbridgeError:
    """What a read of orders ends with."""
    with played(name), pytest.raises(FbridgeError) as stop:
        MagentoClient(open_store(tries=1)).changed_orders(Since(None), 100)
    return stop.value


@pytest.mark.parametrize(
    ("name", "kind", "reason", "words"),
    [
        ("token_unknown", CredentialsError, "bad_credentials", "does not take the access token"),
        ("token_alone_not_taken", CredentialsError, "bad_credentials", "standalone Bearer tokens"),
        (
            "permission_missing",
            CredentialsError,
            "missing_permission",
            "no permission Magento_Backend::store",
        ),
        ("oauth_bad_signature", CredentialsError, "bad_credentials", "signature is invalid"),
        ("oauth_nonce_replay", CredentialsError, "bad_credentials", "consumer with ID 1"),
        ("maintenance", UnreachableError, "unavailable", "maintenance"),
        ("unknown_field", RefusedError, "store_error", "Report ID: webapi-6b03904376f77"),
        ("page_size_limit", RefusedError, "refused", "Maximum SearchCriteria pageSize is 300"),
        ("unknown_route", RefusedError, "no_route", "does not match any route"),
        ("unknown_store_view", RefusedError, "refused", "cannot be processed"),
        ("fields_not_understood", UnreachableError, "unexpected_answer", "something else"),
    ],
)
def test_each_no_is_told_apart(
    open_store: OpenStore, name: str, kind: type[FbridgeError], reason: str, words: str
) -> None:
    if name == "fields_not_understood":
        with pytest.raises(UnreachableError) as stop:
            rows_of(answer(open_store, name))
        error: FbridgeError = stop.value
    else:
        error = fault(open_store, name)
    assert type(error) is kind
    assert error.reason == reason
    assert words in str(error)


def test_a_500_that_magento_words_itself_is_not_asked_again(open_store: OpenStore) -> None:
    """The cassette has one answer; a second request would find none."""
    assert answer(open_store, "unknown_field").status == 500


def test_what_developer_mode_tells_stays_with_the_store(
    open_store: OpenStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="fbridge")
    error = fault(open_store, "unknown_field_developer_mode")
    for shown in (str(error), caplog.text):
        assert "SQLSTATE" not in shown
        assert "/var/www" not in shown
        assert "sales_order" not in shown
    assert "HTTP 500" in str(error)


def test_a_list_past_its_end_is_null_and_still_a_list(open_store: OpenStore) -> None:
    response = answer(open_store, "list_past_its_end")
    assert (rows_of(response), total_of(response)) == ([], 507)
    assert rows_of(answer(open_store, "list_without_fields")) == []


def test_a_web_page_in_place_of_an_answer_is_a_passing_fault(open_store: OpenStore) -> None:
    error = fault(open_store, "web_page")
    assert isinstance(error, UnreachableError)
    assert error.reason == "server_error"


def test_the_stores_clock(open_store: OpenStore) -> None:
    clock = answer(open_store, "token_unknown").date
    assert clock == datetime(2026, 11, 23, 1, 0, 48, tzinfo=UTC)
    assert clock.utcoffset() == timedelta(0)


def test_store_views_come_by_id_without_the_back_office(open_store: OpenStore) -> None:
    with played("store_views"):
        views = read_store_views(MagentoClient(open_store()))
    assert views == {"1": "default", "2": "it", "3": "b2b_it", "4": "de"}


def test_weight_units_come_by_store_view(open_store: OpenStore) -> None:
    assert weight_units_in(list_of(answer(open_store, "store_configs")))["2"] == "lbs"


def test_all_shipments_of_an_order_with_their_tracks(open_store: OpenStore) -> None:
    with played("shipments_of_four"):
        rows = MagentoClient(open_store()).shipments_of(["1", "2", "3", "5"])
    assert [row["order_id"] for row in rows] == [1, 2, 3, 5, 5, 5]


@pytest.mark.parametrize(
    "name", ["order_simple", "order_configurable", "order_bundle_separately", "order_virtual", "order_mixed"]
)
def test_recorded_orders_come_through_the_hook(
    open_store: OpenStore, recorded: Callable[[str], Any], name: str, tmp_path: Path
) -> None:
    """A single order as recorded, in the list that the adapter asks for."""
    order = recorded(name)
    cassette = tmp_path / "list.yaml"
    cassette.write_text(_listing(order), "utf-8")
    replay = vcr.use_cassette(str(cassette), record_mode=vcr.mode.NONE, match_on=["method", "host"])
    with replay:
        (page,) = plugin.fetch_orders(open_store(), OrderQuery(order_ids=(str(order["entity_id"]), "999")))
    assert [(one.remote_id, one.number) for one in page.orders] == [
        (str(order["entity_id"]), order["increment_id"])
    ]
    assert page.absent == ("999",)
    assert page.rejected == ()


def _listing(order: dict[str, Any]) -> str:
    body = json.dumps({"items": [order], "total_count": 1})
    interaction = {
        "request": {"method": "GET", "uri": "https://shop.example/rest/V1/orders", "body": "", "headers": {}},
        "response": {
            "status": {"code": 200, "message": ""},
            "headers": {"content-type": ["application/json"]},
            "body": {"string": body},
        },
    }
    return yaml.safe_dump({"interactions": [interaction], "version": 1})


@pytest.mark.parametrize(
    ("message", "parameters", "told"),
    [
        ("The order with ID %1 has %2 %1", ["7", 3], "The order with ID 7 has 3 7"),
        ('"%fieldName" is not %what', {"fieldName": "qty"}, '"qty" is not %what'),
        ("100% of %1", None, "100% of %1"),
        ("Errors:\nThe first.\nThe second.", [], "Errors: The first. The second."),
        ("%1", [["a", "list"]], "%1"),
        (None, ["7"], ""),
        ("x" * 2000, [], "x" * 500),
    ],
)
def test_parameters_are_filled_in_from_both_forms(message: Any, parameters: Any, told: str) -> None:
    assert filled(message, parameters) == told


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, b'{"message": "SQLSTATE[42S22]: no column in /var/www/shop"}'),
        (500, b'{"message": "Warning in /var/www/shop/app.php on line 7", "trace": "#0"}'),
    ],
    ids=["SQL alone", "trace alone"],
)
def test_the_insides_of_a_store_are_not_repeated(status: int, body: bytes) -> None:
    url = "https://shop.example/rest/V1/orders"
    response = Response(status=status, headers={}, url=url, content=body, elapsed=timedelta(0))
    assert words_of(response) == f"HTTP {status} from {url}"


def test_a_firewalls_no_is_not_taken_for_magentos() -> None:
    """Magento itself has no 403."""
    response = Response(
        status=403,
        headers={},
        url="https://shop.example/rest/V1/orders",
        content=b'{"message": "Request blocked", "ray": "7"}',
        elapsed=timedelta(0),
    )
    error = error_of(response)
    assert isinstance(error, UnreachableError)
    assert (error.reason, "firewall" in str(error)) == ("blocked", True)


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (403, b"<html>Blocked</html>", WriteFault),
        (403, b'{"message": "Request blocked", "ray": "7"}', WriteFault),
        (302, b"", WriteFault),
        (404, b"<html>Not found</html>", WriteFault),
        (404, b'{"message": "No such entity."}', Rejected),
        (400, b'{"message": "No products."}', Rejected),
        (404, b'{"message": "Request does not match any route."}', NotSentError),
        (401, b'{"message": "Log in first."}', WriteFault),
        (401, b'{"message": "The nonce is already being used by the consumer with ID %1"}', WriteFault),
        (401, b'{"message": "The signature is invalid. Verify and try again."}', CredentialsError),
        (429, b"<html>Slow down</html>", WriteFault),
        (503, b"<html>Maintenance</html>", WriteFault),
        (500, b'{"message": "Report ID: x"}', WriteFault),
        (200, b"<html>Login</html>", WriteFault),
    ],
)
def test_what_an_answer_to_a_write_means(
    open_store: OpenStore, status: int, body: bytes, meaning: type[Exception]
) -> None:
    """Nothing was sent, Magento's own no, or nobody knows yet."""
    url = "https://shop.example/rest/V1/order/7/ship"
    response = Response(status=status, headers={}, url=url, content=body, elapsed=timedelta(0))
    store = open_store()
    with pytest.raises(meaning):
        answer_to(lambda: response, MagentoClient(store), store.now)


def test_a_permission_is_named_in_the_stores_own_words(open_store: OpenStore) -> None:
    words = words_of(answer(open_store, "token_unknown"))
    assert words == "The consumer isn't authorized to access Magento_Sales::actions_view."
