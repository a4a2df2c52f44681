"""The kit on adapters that break one promise each: precisely the tests that guard the promise must fail.

Of each only those tests are run, all of which must fail (see ``conftest.py``), and one more, which must pass. They
share one served shop, which is cleared before each test.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fbridge.sandbox import ServedSandbox
from fbridge.testing import AdapterConformance, StoreUnderTest

from .toy_store import ToyUnderTest

EVERYTHING = tuple(name for name in dir(AdapterConformance) if name.startswith("test_"))
SMOKE = "test_C01_orders_asked_for_by_id_come_and_others_are_named_absent"
OTHER_SMOKE = "test_C02_the_next_fetch_goes_past_a_malformed_order"

READING = {
    "calls_orders_by_their_ids": ("test_C01_an_order_has_the_lines_and_the_total_of_its_sale",),
    "makes_orders_when_they_change": ("test_C01_an_order_was_made_when_it_was_sold",),
    "ends_quietly": ("test_C01_a_fetch_that_could_not_read_says_so",),
    "loses_equal_timestamps": ("test_C01_hundreds_of_orders_in_one_second_arrive",),
    "cursor_ahead_of_its_page": (
        "test_C01_a_killed_fetch_goes_on",
        "test_C01_each_cursor_is_json_and_goes_on_after_its_page",
    ),
    "ignores_since": ("test_C01_what_changed_before_since_is_left_out",),
    "cursor_never_moves": ("test_C01_the_last_cursor_leads_past_what_was_read",),
    "reads_everything_first": ("test_C01_a_page_is_handed_over_before_all_others_are_read",),
    "forgets_the_absent": ("test_C01_orders_asked_for_by_id_come_and_others_are_named_absent",),
    "asks_for_all_ids_at_once": ("test_C01_more_orders_than_a_page_holds_all_come_by_their_ids",),
    "takes_local_time_for_utc": ("test_C01_times_are_aware_utc",),
    "never_sees_a_hold": ("test_C01_a_later_version_arrives",),
    "has_one_price": ("test_C01_an_order_has_the_lines_and_the_total_of_its_sale",),
    "loses_the_note": ("test_C01_an_order_has_what_its_customer_chose_and_wrote",),
    "forgets_the_way_of_shipping": ("test_C01_an_order_has_what_its_customer_chose_and_wrote",),
    "prices_a_piece_for_a_line": ("test_C01_an_order_has_what_its_customer_chose_and_wrote",),
    "sells_in_euro_only": ("test_C01_an_order_has_the_currency_of_its_sale",),
    "sends_to_the_payer": ("test_C01_an_order_goes_to_the_address_of_its_sale",),
    "loses_the_street": ("test_C01_an_order_goes_to_the_address_of_its_sale",),
    "swaps_the_addresses": (
        "test_C01_an_order_goes_to_the_address_of_its_sale",
        "test_C01_the_bill_of_an_order_goes_to_who_pays",
    ),
    "bills_the_recipient": ("test_C01_the_bill_of_an_order_goes_to_who_pays",),
    "loses_the_phone": ("test_C01_an_order_goes_to_the_address_of_its_sale",),
    "takes_the_phone_of_the_payer": ("test_C01_an_order_goes_to_the_address_of_its_sale",),
    "loses_accents": ("test_C01_an_order_goes_to_the_address_of_its_sale",),
    "reads_utf8_as_latin1": ("test_C01_an_order_has_the_lines_and_the_total_of_its_sale",),
    "names_lines_by_their_sku": ("test_C01_an_order_has_the_lines_and_the_total_of_its_sale",),
    "shuffles_lines": ("test_C01_an_order_has_the_lines_and_the_total_of_its_sale",),
    "takes_cod_for_paid": ("test_C01_cash_on_delivery_comes_with_what_the_courier_collects",),
    "collects_nothing": ("test_C01_cash_on_delivery_comes_with_what_the_courier_collects",),
    "collects_twice": ("test_C01_a_paid_order_owes_nothing",),
    "stops_at_a_bad_order": (
        "test_C02_a_malformed_order_is_named_and_the_others_arrive",
        "test_C02_the_next_fetch_goes_past_a_malformed_order",
    ),
    "hides_a_bad_order": ("test_C02_a_malformed_order_is_named_and_the_others_arrive",),
    "names_no_bad_order": ("test_C02_a_malformed_order_is_named_and_the_others_arrive",),
    "ships_refunded_pieces": ("test_C03_refunded_pieces_need_not_leave",),
    "ships_cancelled_orders": ("test_C03_a_cancelled_order_ships_nothing",),
    "wants_a_carrier_for_downloads": ("test_C03_virtual_goods_need_no_carrier",),
    "doubles_on_recheck": ("test_C05_parts_without_a_number_are_never_doubled[dropped_after]",),
    "believes_a_cache": (
        "test_C05_an_order_cancelled_after_it_was_shipped_is_not_pushed",
        "test_C05_nothing_is_pushed_through_a_cache_that_answers_everything",
        "test_C05_nothing_is_pushed_where_every_answer_looks_like_one_of_a_cache",
    ),
}
WRITING = {
    "ships_the_first_line_of_a_sku": (
        "test_C03_of_two_lines_that_look_alike_the_named_one_ships[1]",
        "test_C03_a_line_of_the_same_article_is_another_line",
    ),
    "finishes_with_the_first_part": ("test_C03_a_partial_push_leaves_the_rest_open",),
    "never_finishes": ("test_C03_the_last_part_completes_the_order",),
    "forgets_the_place": ("test_C03_goods_leave_from_the_place_that_the_shipment_names",),
    "ships_again": (
        "test_C04_the_same_fulfillment_again_changes_nothing",
        "test_C04_a_partial_again_changes_nothing",
    ),
    "writes_at_every_push": ("test_C04_the_same_fulfillment_again_changes_nothing",),
    "repeats_a_lost_write": ("test_C05_parts_without_a_number_are_never_doubled[dropped_after]",),
    "mails_before_the_number": ("test_C06_the_mail_leaves_after_the_number_was_written",),
    "takes_numbers_for_numerals": ("test_C07_a_number_arrives_letter_by_letter",),
    "keeps_only_the_first_number": (
        "test_C07_three_numbers_arrive_as_three",
        "test_C08_the_numbers_of_a_shipment_that_grows_and_shrinks_are_the_last_ones",
    ),
    "sends_a_number_for_each_parcel": ("test_C07_one_number_for_three_parcels_arrives_once",),
    "never_writes_the_carrier": ("test_C07_the_carrier_is_written_with_its_number",),
    "writes_one_carrier_for_all": ("test_C07_the_carrier_is_written_with_its_number",),
    "drops_the_tracking_url": ("test_C07_the_public_page_of_a_number_is_written_with_it",),
    "takes_the_first_shipment_for_its_own": (
        "test_C07_siblings_do_not_overwrite_each_other",
        "test_C07_numbers_of_other_people_stay",
    ),
    "keeps_the_old_number": (
        "test_C08_a_corrected_number_replaces_the_old_one",
        "test_C08_the_numbers_of_a_shipment_that_grows_and_shrinks_are_the_last_ones",
        "test_C05_a_correction_is_recovered_too",
    ),
    "corrects_by_another_shipment": ("test_C08_a_corrected_number_replaces_the_old_one",),
    "keeps_a_late_number_back": ("test_C08_a_late_number_arrives_without_a_second_shipment_or_mail",),
    "writes_under_another_carrier": (
        "test_C14_goods_that_somebody_ships_with_another_carrier_get_no_number_of_ours",
    ),
    "mails_a_late_number": ("test_C08_a_late_number_arrives_without_a_second_shipment_or_mail",),
}
TELLING = {
    "drops_a_receipt": (
        "test_C09_every_fulfillment_has_one_receipt_with_its_outstanding_shipments",
        "test_C09_a_lasting_no_is_refused_in_the_stores_words_and_others_are_done",
    ),
    "calls_every_no_a_lost_answer": (
        "test_C09_a_lasting_no_is_refused_in_the_stores_words_and_others_are_done",
    ),
    "knocks_too_early": ("test_C09_retry_after_is_heeded",),
    "tells_a_receipt_twice": ("test_C10_the_receipt_holds_what_the_store_holds",),
    "tells_of_another_revision": (
        "test_C09_every_fulfillment_has_one_receipt_with_its_outstanding_shipments",
    ),
    "calls_a_lost_answer_a_no": ("test_C09_a_time_out_is_unconfirmed",),
    "tries_a_lost_write_again": ("test_C09_a_time_out_is_unconfirmed", "test_C09_each_fault_has_its_outcome"),
    "has_words_of_its_own": ("test_C09_a_lasting_no_is_refused_in_the_stores_words_and_others_are_done",),
    "takes_a_wrong_key_for_a_lost_answer": ("test_C09_wrong_credentials_stop_the_store",),
    "guesses_what_the_store_holds": (
        "test_C10_a_number_that_the_store_did_not_keep_is_not_done",
        "test_C10_another_status_than_asked_is_not_done",
    ),
    "says_nothing_of_the_store": ("test_C10_the_effects_of_a_whole_order_are_what_happened",),
    "calls_every_order_finished": ("test_C10_the_effects_of_a_part_are_what_happened",),
    "calls_no_order_finished": ("test_C10_the_effects_of_a_whole_order_are_what_happened",),
    "calls_every_mail_sent": (
        "test_C10_the_effects_of_a_whole_order_are_what_happened[silent]",
        "test_C10_the_effects_of_a_part_are_what_happened",
    ),
    "calls_no_mail_sent": ("test_C10_the_effects_of_a_whole_order_are_what_happened[mailed]",),
    "calls_no_number_written": ("test_C10_the_effects_of_a_whole_order_are_what_happened",),
    "mails_unasked": (
        "test_C11_without_consent_nobody_is_mailed",
        "test_C11_a_direct_push_that_need_not_notify_mails_nobody",
    ),
    "mails_twice": (
        "test_C06_the_mail_leaves_after_the_number_was_written",
        "test_C11_no_more_mails_leave_than_the_plan_showed",
    ),
    "hides_mails_from_the_plan": ("test_C11_no_more_mails_leave_than_the_plan_showed",),
    "calls_every_mail_again_sent": (
        "test_C13_a_mail_whose_answer_was_lost_is_not_asked_for_again_on_a_guess",
    ),
    "calls_every_mail_again_failed": ("test_C13_a_mail_that_did_not_leave_is_told_and_asked_for_once",),
    "writes_to_check": ("test_C11_looking_at_a_store_changes_nothing",),
    "writes_to_fetch": ("test_C11_looking_at_a_store_changes_nothing",),
    "claims_what_others_did": ("test_C10_what_somebody_else_did_is_told_as_found",),
    "names_no_record": ("test_C10_the_receipt_holds_what_the_store_holds",),
    "names_the_order_for_the_record": ("test_C10_the_receipt_holds_what_the_store_holds",),
    "finds_every_store_well": ("test_C09_the_check_of_a_store_finds_a_key_that_is_refused",),
}
SECRECY = {
    "leaks_its_key": (
        "test_C12_no_secret_is_said_or_kept_with_every_fault_of_a_read",
        "test_C12_no_secret_is_in_receipts_cursors_and_what_an_order_carries",
    ),
    "carries_its_key": ("test_C12_no_secret_is_in_receipts_cursors_and_what_an_order_carries",),
    "puts_its_key_into_the_cursor": ("test_C12_no_secret_is_in_receipts_cursors_and_what_an_order_carries",),
    "shows_a_refused_key": ("test_C12_no_secret_is_in_the_words_of_a_refused_key",),
    "carries_the_customer": ("test_C12_no_personal_data_is_in_what_an_order_carries",),
    "knows_one_store": ("test_C12_what_is_known_of_one_store_is_not_used_for_another",),
    "has_a_connection_of_its_own": ("test_C12_requests_words_and_logs_go_by_the_core",),
    "prints_what_it_does": ("test_C12_requests_words_and_logs_go_by_the_core",),
    "logs_the_customer": ("test_C12_requests_words_and_logs_go_by_the_core",),
    "records_the_customer": ("test_C12_no_personal_data_is_in_the_record_of_exchanges",),
}
UNDOING = {
    "leaves_the_order_finished": ("test_C15_a_shipment_is_taken_back_as_the_plan_shows_it",),
    "takes_siblings_back_too": ("test_C15_a_sibling_stays_as_it_is",),
    "calls_a_lost_answer_done": ("test_C15_killed_at_every_step_nothing_is_half_told[before_the_act]",),
}
BROKEN = {
    f"broken_{part}:{name}": red
    for part, adapters in {
        "reading": READING,
        "writing": WRITING,
        "telling": TELLING,
        "secrecy": SECRECY,
        "undoing": UNDOING,
    }.items()
    for name, red in adapters.items()
}


class BrokenAdapter(AdapterConformance):
    broken = ""
    red: tuple[str, ...] = ()
    green: tuple[str, ...] = ()

    @pytest.fixture
    def store(self, install_toy: Callable[[str], None], toy_shop: ServedSandbox) -> StoreUnderTest:
        install_toy(self.broken)
        toy_shop.control.clear()
        return ToyUnderTest(toy_shop)


def _class_for(broken: str, red: tuple[str, ...]) -> type[BrokenAdapter]:
    """The kit with no other tests than those: all tests on all adapters would take longer to collect than to run."""
    smoke = OTHER_SMOKE if SMOKE in red else SMOKE
    wanted = {name.partition("[")[0] for name in (*red, smoke)}
    left_out = dict.fromkeys(name for name in EVERYTHING if name not in wanted)
    name = "".join(word.title() for word in broken.partition(":")[2].split("_"))
    return type(
        f"Test{name}", (BrokenAdapter,), {"broken": broken, "red": red, "green": (smoke,), **left_out}
    )


globals().update({made.__name__: made for made in (_class_for(*pair) for pair in BROKEN.items())})


def test_every_behaviour_has_adapters_that_break_it_and_each_is_caught_by_a_test_that_exists() -> None:
    reds = [name.partition("[")[0] for red in BROKEN.values() for name in red]
    assert {name[5:8] for name in reds} == {f"C{count:02d}" for count in range(1, 16)}
    assert set(reds) <= set(EVERYTHING)
    assert len(BROKEN) >= 45
