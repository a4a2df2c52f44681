"""The plugin of the tutorial (docs/example-plugin) is installed as its pyproject.toml says, and works."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.installed_packages import loaded_file, write_dist_info_of

from fbridge.models.states import MailEffect, PushState
from fbridge.plugins import describe_all
from fbridge.sandbox import ServedSandbox, create_sandbox
from fbridge.testing import AdapterConformance, Office, StoreUnderTest, number

EXAMPLE = Path(__file__).parents[2] / "docs" / "example-plugin"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = write_dist_info_of((EXAMPLE / "pyproject.toml").read_text("utf-8"), tmp_path / "site")
    monkeypatch.syspath_prepend(str(EXAMPLE / "src"))
    monkeypatch.syspath_prepend(str(info.parent))


@pytest.fixture
def store(installed: None) -> Iterator[StoreUnderTest]:
    with ServedSandbox(create_sandbox("kiosk", orders=0), "127.0.0.1", 0) as served:
        yield _store_of_the_page().KioskUnderTest(served)


def _store_of_the_page() -> Any:
    """The module that the tutorial shows."""
    return loaded_file(EXAMPLE / "tests" / "test_kiosk_conformance.py")


@pytest.mark.usefixtures("installed")
def test_the_plugin_host_finds_it() -> None:
    found = {status.key: status for status in describe_all()}["kiosk"]
    assert (found.distribution, found.version, found.cause, found.ok) == ("fbridge-kiosk", "0.1.0", "", True)


def test_an_order_is_fetched_and_told_as_shipped(store: StoreUnderTest, tmp_path: Path) -> None:
    whole, part = store.new_order([("CUP", 2)]), store.new_order([("CUP", 1), ("POT", 3)], cod=True)
    with Office(store, tmp_path) as office:
        assert office.fetch().error is None
        sent = office.ship(whole, [number(1), number(2)])
        office.ship(part, [number(3)], [(1, 2)])
        assert office.planned_mails() == 1
        office.push()
        assert office.state(sent) is PushState.SENT
        push = office.bridge.shipments.get(sent.label).push
        assert push is not None
        assert push.effects.mail is MailEffect.SENT
    assert store.truth(whole).closed
    assert store.truth(whole).numbers == (number(1), number(2))
    assert [mail.numbers for mail in store.mails(whole)] == [(number(1), number(2))]
    assert not store.truth(part).closed
    assert store.truth(part).shipped == (0, 2)
    assert store.mails(part) == ()


def test_the_key_stands_among_the_secrets_only(store: StoreUnderTest, tmp_path: Path) -> None:
    with Office(store, tmp_path) as office:
        key = str(store.settings["api_key"])
        assert key in office.home.secrets_file.read_text("utf-8")
        assert key not in office.home.config_file.read_text("utf-8")


class TestKioskKit(AdapterConformance):
    """Some of the kit's tests for each behaviour; the example's own tests run all of them."""

    red = ()
    quick = (
        "test_C01_orders_that_change_between_pages_arrive",
        "test_C01_an_order_goes_to_the_address_of_its_sale",
        "test_C02_a_malformed_order_is_named_and_the_others_arrive",
        "test_C03_the_last_part_completes_the_order",
        "test_C04_the_same_fulfillment_again_changes_nothing",
        "test_C05_a_correction_is_recovered_too",
        "test_C06_the_mail_leaves_after_the_number_was_written",
        "test_C09_each_fault_has_its_outcome",
        "test_C10_a_number_that_the_store_did_not_keep_is_not_done",
        "test_C11_without_consent_nobody_is_mailed",
        "test_C12_a_wrong_credential_is_not_shown_either",
        "test_C14_goods_that_somebody_ships_with_another_carrier_get_no_number_of_ours",
    )
    green = (
        "test_C01_orders_that_change_between_pages_arrive",
        "test_C01_what_changed_before_since_is_left_out",
        "test_C01_the_last_cursor_leads_past_what_was_read",
        "test_C01_a_page_is_handed_over_before_all_others_are_read",
        "test_C01_an_order_has_the_lines_and_the_total_of_its_sale",
        "test_C01_an_order_has_the_currency_of_its_sale",
        "test_C01_cash_on_delivery_comes_with_what_the_courier_collects",
        "test_C01_a_paid_order_owes_nothing",
        "test_C01_an_order_goes_to_the_address_of_its_sale",
        "test_C03_a_cancelled_order_ships_nothing",
        "test_C03_of_two_lines_that_look_alike_the_named_one_ships",
        "test_C07_the_carrier_is_written_with_its_number",
        "test_C10_the_effects_of_a_whole_order_are_what_happened",
        "test_C10_the_effects_of_a_part_are_what_happened",
        "test_C11_looking_at_a_store_changes_nothing",
        "test_C12_no_secret_is_in_the_words_of_a_refused_key",
        "test_C12_no_personal_data_is_in_what_an_order_carries",
        "test_C12_no_personal_data_is_in_the_record_of_exchanges",
        "test_C02_a_malformed_order_is_named_and_the_others_arrive",
        "test_C03_the_last_part_completes_the_order",
        "test_C04_the_same_fulfillment_again_changes_nothing",
        "test_C05_a_correction_is_recovered_too",
        "test_C05_an_order_completed_by_hand_meanwhile_gets_its_number_and_no_second_mail",
        "test_C06_the_mail_leaves_after_the_number_was_written",
        "test_C09_each_fault_has_its_outcome",
        "test_C09_retry_after_is_heeded",
        "test_C09_wrong_credentials_stop_the_store",
        "test_C10_a_number_that_the_store_did_not_keep_is_not_done",
        "test_C10_another_status_than_asked_is_not_done",
        "test_C11_without_consent_nobody_is_mailed",
        "test_C12_a_wrong_credential_is_not_shown_either",
        "test_C14_goods_that_somebody_ships_with_another_carrier_get_no_number_of_ours",
    )

    @pytest.fixture
    def store(self, store: StoreUnderTest) -> StoreUnderTest:
        return store
