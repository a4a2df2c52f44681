"""Which tests of the kit every plugin must pass first of all, and which clause a test is about."""

from __future__ import annotations

import re

MUST = frozenset(
    {
        "test_C01_every_order_arrives_and_nothing_arrives_again",
        "test_C01_a_later_version_arrives",
        "test_C01_times_are_aware_utc",
        "test_C01_orders_asked_for_by_id_come_and_others_are_named_absent",
        "test_C01_more_orders_than_a_page_holds_all_come_by_their_ids",
        "test_C01_orders_that_change_between_pages_arrive",
        "test_C01_the_last_cursor_leads_past_what_was_read",
        "test_C01_what_changed_before_since_is_left_out",
        "test_C01_a_page_is_handed_over_before_all_others_are_read",
        "test_C01_an_order_has_the_lines_and_the_total_of_its_sale",
        "test_C01_an_order_has_the_currency_of_its_sale",
        "test_C01_an_order_goes_to_the_address_of_its_sale",
        "test_C01_a_paid_order_owes_nothing",
        "test_C01_cash_on_delivery_comes_with_what_the_courier_collects",
        "test_C02_a_malformed_order_is_named_and_the_others_arrive",
        "test_C03_a_cancelled_order_ships_nothing",
        "test_C03_a_partial_push_leaves_the_rest_open",
        "test_C03_refunded_pieces_need_not_leave",
        "test_C03_the_last_part_completes_the_order",
        "test_C03_without_partial_shipments_the_number_is_written_and_the_status_left",
        "test_C04_the_same_fulfillment_again_changes_nothing",
        "test_C04_the_same_again_does_nothing",
        "test_C05_all_arrives_once_after_a_lost_answer[replica_of_a_moment_ago-dropped_after]",
        "test_C05_all_arrives_once_after_a_lost_answer[silent_cache-dropped_before]",
        "test_C05_a_refused_connection_sends_nothing",
        "test_C05_an_order_cancelled_meanwhile_is_not_revived",
        "test_C05_an_order_completed_by_hand_meanwhile_gets_its_number_and_no_second_mail",
        "test_C05_parts_without_a_number_are_never_doubled",
        "test_C06_the_mail_leaves_after_the_number_was_written",
        "test_C07_a_number_arrives_letter_by_letter",
        "test_C07_one_number_for_three_parcels_arrives_once",
        "test_C07_siblings_do_not_overwrite_each_other",
        "test_C07_the_carrier_is_written_with_its_number",
        "test_C07_three_numbers_arrive_as_three",
        "test_C07_with_one_field_three_numbers_are_joined_or_refused",
        "test_C08_a_corrected_number_replaces_the_old_one",
        "test_C08_a_correction_that_cannot_be_made_is_refused",
        "test_C08_a_late_number_arrives_without_a_second_shipment_or_mail",
        "test_C08_a_late_number_that_cannot_be_added_is_refused",
        "test_C09_a_lasting_no_is_refused_in_the_stores_words_and_others_are_done",
        "test_C09_each_fault_has_its_outcome",
        "test_C09_every_fulfillment_has_one_receipt_with_its_outstanding_shipments",
        "test_C09_wrong_credentials_stop_the_store",
        "test_C10_a_number_that_the_store_did_not_keep_is_not_done",
        "test_C10_another_status_than_asked_is_not_done",
        "test_C10_the_receipt_holds_what_the_store_holds",
        "test_C10_the_effects_of_a_whole_order_are_what_happened",
        "test_C11_a_direct_push_that_need_not_notify_mails_nobody",
        "test_C11_no_more_mails_leave_than_the_plan_showed",
        "test_C11_looking_at_a_store_changes_nothing",
        "test_C11_without_consent_nobody_is_mailed",
        "test_C12_no_personal_data_is_in_what_an_order_carries",
        "test_C12_no_secret_is_in_receipts_cursors_and_what_an_order_carries",
        "test_C12_no_secret_is_in_the_words_of_a_refused_key",
        "test_C13_a_mail_that_did_not_leave_is_told_and_asked_for_once",
        "test_C14_goods_that_somebody_ships_with_another_carrier_get_no_number_of_ours",
        "test_C15_a_shipment_is_taken_back_as_the_plan_shows_it",
    }
)
"""Some of each clause that take seconds. The others put the same promises under every fault that the kit knows."""

_NAMED = re.compile(r"test_C(\d+)_")


def clause_of(test: str) -> str:
    """``C1`` for ``test_C01_...``; "" for a test that is none of the kit's."""
    found = _NAMED.match(test)
    return f"C{int(found[1])}" if found else ""


def is_must(test: str) -> bool:
    """Whether every plugin must pass this test first of all; ``test`` may have parameters."""
    return bool({test, test.partition("[")[0]} & MUST)
