"""What a real PrestaShop 8.2.1 answered, and what the adapter makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import vcr  # type: ignore[import-untyped] # it has no types

from fbridge.errors import CredentialsError, FbridgeError, NotSentError, RefusedError, UnreachableError
from fbridge.http import Response, RetryPolicy, StoreHttp
from fbridge.models.platforms import Store
from fbridge.models.problems import WriteFault
from fbridge.models.secrets import Secret
from fbridge.models.states import Outcome
from fbridge_prestashop import plugin
from fbridge_prestashop.answers import (
    End,
    Interrupted,
    codes_of,
    entities_of,
    error_of,
    rows_of,
    server_time,
    version_of,
)
from fbridge_prestashop.client import PrestaShopClient
from fbridge_prestashop.schemas import CARRIER_FIELDS, STATE_FIELDS
from fbridge_prestashop.settings import PrestaShopSettings
from fbridge_prestashop.shop_facts import CONFIGURATION, configuration_from
from fbridge_prestashop.xml_bodies import permissions_in

CASSETTES = Path(__file__).parent.parent / "cassettes"
KEY = "K" * 32


@pytest.fixture
def store() -> Iterator[Store]:
    settings = {**PrestaShopSettings().load({"api_key": KEY}), "api_key": Secret(KEY)}
    policy = RetryPolicy(tries=1, first_wait=0, jitter=0)
    with StoreHttp("https://shop.example", retry_policy=policy) as http:
        yield Store("lab", "https://shop.example", settings, http)


def played(name: str) -> Any:
    """Every request is answered by the cassette's next answer to its method."""
    return vcr.use_cassette(
        str(CASSETTES / f"{name}.yaml"), record_mode=vcr.mode.NONE, match_on=["method", "host"]
    )


def read(store: Store, name: str) -> Response:
    with played(name):
        return PrestaShopClient(store).changed_orders(None, None, 100, "[id]")


def write(store: Store, name: str, method: str = "PATCH", *, mail: bool = False) -> list[dict[str, Any]]:
    client = PrestaShopClient(store)
    send: Callable[[], Response] = lambda: client.write_numbers(method, [{"id": "1"}], mail=mail)  # noqa: E731
    if method == "POST":
        send = lambda: client.add_states([{"id_order": "1"}], mail=mail)  # noqa: E731
    resource = "order_histories" if method == "POST" else "order_carriers"
    with played(name):
        return entities_of(send, resource, store.now, mail=mail)


@pytest.mark.parametrize(
    ("name", "kind", "reason", "words"),
    [
        ("key_of_wrong_length", CredentialsError, "bad_credentials", "32 characters"),
        ("key_unknown", CredentialsError, "bad_credentials", "key is enabled"),
        ("key_without_permission", CredentialsError, "missing_permission", '"customers" is not allowed'),
        ("key_not_seen", CredentialsError, "bad_credentials", "Authorization header"),
        ("unknown_resource", RefusedError, "prestashop_27", "does not exists"),
        ("webservice_off", UnreachableError, "webservice_off", "Switch it on"),
        ("wrong_host", UnreachableError, "redirected", "use the shop's own domain"),
    ],
)
def test_each_no_is_told_apart(
    store: Store, name: str, kind: type[FbridgeError], reason: str, words: str
) -> None:
    error = error_of(read(store, name))
    assert isinstance(error, kind)
    assert error.reason == reason
    assert words in str(error)
    assert KEY not in str(error)


def test_a_missing_method_is_named(store: Store) -> None:
    with pytest.raises(CredentialsError, match="Method PUT is not allowed for the resource order_carriers"):
        write(store, "key_without_method", "PUT")


def test_an_empty_list_is_a_list_without_name(store: Store) -> None:
    assert rows_of(read(store, "orders_none"), "orders") == []


def test_a_page_tells_version_and_clock(store: Store) -> None:
    response = read(store, "orders_page")
    assert [row["id"] for row in rows_of(response, "orders")] == [289, 290, 292]
    assert version_of(response) == "8.2.1"
    told = server_time(response)
    assert told is not None
    assert abs(told - datetime(2026, 11, 23, 0, 52, tzinfo=UTC)) < timedelta(minutes=5)


def test_the_permission_list_of_the_root(store: Store) -> None:
    with played("permissions"):
        permissions = permissions_in(PrestaShopClient(store).root().content)
    assert permissions is not None
    assert permissions.shop_name == "Negozio Prova"
    assert permissions.may("PATCH", "order_carriers")
    assert not permissions.may("GET", "nonsense")


def test_a_bomb_in_place_of_the_list_is_no_list() -> None:
    bomb = (
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><prestashop><api shopName="&b;"/></prestashop>'
    )
    assert permissions_in(bomb) is None
    assert permissions_in(b"<html></html>") is None
    assert permissions_in(b"not xml") is None


def test_carriers_states_and_settings_of_the_shop(store: Store) -> None:
    from fbridge_prestashop.shop_facts import carriers_from, states_from

    client = PrestaShopClient(store)
    with played("carriers"):
        carriers = carriers_from(client.all_rows("carriers", CARRIER_FIELDS))
    with played("order_states"):
        states = states_from(client.all_rows("order_states", STATE_FIELDS))
    with played("configuration"):
        configuration = configuration_from(rows_of(client.configuration(CONFIGURATION), "configurations"))
    assert [carrier.name for carrier in carriers if not carrier.usable] == [
        "My cheap carrier",
        "My light carrier",
    ]
    shipped = next(state for state in states if state.id == "4")
    assert (shipped.name, shipped.template, shipped.shipped, shipped.mails) == (
        "Shipped",
        "shipped",
        True,
        True,
    )
    assert configuration["PS_TIMEZONE"] == "Europe/Rome"


def test_all_entities_of_a_body_are_in_the_answer_only_when_asked_for(store: Store) -> None:
    rows = write(store, "numbers_of_three")
    assert [(row["id"], row["tracking_number"]) for row in rows] == [
        ("201", "MULTI-A3"),
        ("202", "MULTI-B3"),
        ("203", "MULTI-C3"),
    ]
    with pytest.raises(WriteFault) as fault:
        write(store, "numbers_without_display")
    assert fault.value.problem.outcome is Outcome.UNCONFIRMED
    assert [row["id_order"] for row in write(store, "states_of_three", "POST")] == ["205", "206", "207"]


@pytest.mark.parametrize(
    ("name", "reason", "words"),
    [
        ("number_refused", "prestashop_85", '"Property OrderCarrier->tracking_number is not valid"'),
        ("number_refused_xml", "prestashop_85", '"Property OrderCarrier->tracking_number is not valid"'),
        ("numbers_second_unknown", "prestashop_92", "Invalid ID"),
        ("broken_xml", "prestashop_127", "XML error : String could not be parsed as XML"),
    ],
)
def test_a_refusal_carries_the_stores_words_and_nothing_of_ours(
    store: Store, name: str, reason: str, words: str
) -> None:
    with pytest.raises(Interrupted) as end:
        write(store, name)
    assert (end.value.end, end.value.problem.outcome) == (End.REFUSED, Outcome.REFUSED)
    assert (end.value.problem.reason, "Original XML" in end.value.problem.words) == (reason, False)
    assert words in end.value.problem.words


def test_a_mail_that_failed_is_not_a_save_that_failed(store: Store) -> None:
    with pytest.raises(Interrupted) as end:
        write(store, "mail_refused", "POST", mail=True)
    assert end.value.end is End.MAIL_FAILED


def test_a_crash_without_a_word_proves_nothing(store: Store) -> None:
    with pytest.raises(Interrupted) as end:
        write(store, "unknown_order_of_a_state", "POST")
    assert (end.value.end, end.value.problem.outcome) == (End.CRASHED, Outcome.UNCONFIRMED)


def test_a_redirected_write_was_not_sent(store: Store) -> None:
    with pytest.raises(NotSentError, match="use the shop's own domain") as error:
        write(store, "wrong_host_of_a_write", "POST")
    assert error.value.reason == "redirected"


def test_a_check_at_the_wrong_host_says_what_to_do(store: Store) -> None:
    with played("wrong_host"):
        report = plugin.check_store(store)
    assert not report.ok
    (finding,) = report.findings
    assert "use the shop's own domain" in finding.words


def test_codes_are_read_from_both_formats(store: Store) -> None:
    assert codes_of(read(store, "key_unknown")) == (20, 21)
