"""The kit on adapters that break one promise each: precisely the tests that guard the promise must fail.

``red`` are the tests that must fail (all of them, see ``conftest.py``); of the others one of each number is run, and
must pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from fbridge.sandbox import ServedSandbox
from fbridge.testing import AdapterConformance, StoreUnderTest

from .toy_store import ToyUnderTest


class BrokenAdapter(AdapterConformance):
    broken = ""
    red: tuple[str, ...] = ()
    green = (
        "test_C01_every_order_arrives_and_nothing_arrives_again",
        "test_C02_a_malformed_order_is_named_and_the_others_arrive",
        "test_C03_a_partial_push_leaves_the_rest_open",
        "test_C03_refunded_pieces_need_not_leave",
        "test_C04_the_same_fulfillment_again_changes_nothing",
        "test_C05_parts_without_a_number_are_never_doubled[dropped_after]",
        "test_C06_the_mail_leaves_after_the_number_was_written",
        "test_C07_three_numbers_arrive_as_three",
        "test_C08_a_corrected_number_replaces_the_old_one",
        "test_C09_every_fulfillment_has_one_receipt_with_its_outstanding_shipments",
        "test_C10_a_number_that_the_store_did_not_keep_is_not_done",
        "test_C11_without_consent_nobody_is_mailed",
        "test_C12_no_secret_is_in_receipts_cursors_and_what_an_order_carries",
    )

    @pytest.fixture
    def store(self, install_toy: Callable[[str], None]) -> Iterator[StoreUnderTest]:
        install_toy(f"broken:{self.broken}")
        from fbridge_toy.sandbox import ToySandbox

        with ServedSandbox(ToySandbox(), "127.0.0.1", 0) as served:
            yield ToyUnderTest(served)


class TestLosesEqualTimestamps(BrokenAdapter):
    broken = "loses_equal_timestamps"
    red = ("test_C01_hundreds_of_orders_in_one_second_arrive",)


class TestCursorAheadOfItsPage(BrokenAdapter):
    broken = "cursor_ahead_of_its_page"
    red = (
        "test_C01_a_killed_fetch_goes_on",
        "test_C01_each_cursor_is_json_and_goes_on_after_its_page",
    )


class TestStopsAtABadOrder(BrokenAdapter):
    broken = "stops_at_a_bad_order"
    red = (
        "test_C02_a_malformed_order_is_named_and_the_others_arrive",
        "test_C02_the_next_fetch_goes_past_a_malformed_order",
    )


class TestShipsRefundedPieces(BrokenAdapter):
    broken = "ships_refunded_pieces"
    red = ("test_C03_refunded_pieces_need_not_leave",)


class TestShipsAgain(BrokenAdapter):
    broken = "ships_again"
    red = (
        "test_C04_the_same_fulfillment_again_changes_nothing",
        "test_C04_a_partial_again_changes_nothing",
    )


class TestDoublesOnRecheck(BrokenAdapter):
    broken = "doubles_on_recheck"
    red = ("test_C05_parts_without_a_number_are_never_doubled[dropped_after]",)


class TestBelievesACache(BrokenAdapter):
    broken = "believes_a_cache"
    red = (
        "test_C05_an_order_cancelled_after_it_was_shipped_is_not_pushed",
        "test_C05_nothing_is_pushed_through_a_cache_that_answers_everything",
        "test_C05_nothing_is_pushed_where_every_answer_looks_like_one_of_a_cache",
    )


class TestMailsBeforeTheNumber(BrokenAdapter):
    broken = "mails_before_the_number"
    red = ("test_C06_the_mail_leaves_after_the_number_was_written",)


class TestKeepsOnlyTheFirstNumber(BrokenAdapter):
    broken = "keeps_only_the_first_number"
    red = (
        "test_C07_three_numbers_arrive_as_three",
        "test_C08_the_numbers_of_a_shipment_that_grows_and_shrinks_are_the_last_ones",
    )


class TestKeepsTheOldNumber(BrokenAdapter):
    broken = "keeps_the_old_number"
    red = (
        "test_C08_a_corrected_number_replaces_the_old_one",
        "test_C08_the_numbers_of_a_shipment_that_grows_and_shrinks_are_the_last_ones",
        "test_C05_a_correction_is_recovered_too",
    )


class TestDropsAReceipt(BrokenAdapter):
    broken = "drops_a_receipt"
    red = (
        "test_C09_every_fulfillment_has_one_receipt_with_its_outstanding_shipments",
        "test_C09_a_lasting_no_is_refused_in_the_stores_words_and_others_are_done",
    )


class TestCallsEveryNoALostAnswer(BrokenAdapter):
    broken = "calls_every_no_a_lost_answer"
    red = ("test_C09_a_lasting_no_is_refused_in_the_stores_words_and_others_are_done",)


class TestKnocksTooEarly(BrokenAdapter):
    broken = "knocks_too_early"
    red = ("test_C09_retry_after_is_heeded",)


class TestGuessesWhatTheStoreHolds(BrokenAdapter):
    broken = "guesses_what_the_store_holds"
    red = (
        "test_C10_a_number_that_the_store_did_not_keep_is_not_done",
        "test_C10_another_status_than_asked_is_not_done",
    )


class TestMailsUnasked(BrokenAdapter):
    broken = "mails_unasked"
    red = (
        "test_C11_without_consent_nobody_is_mailed",
        "test_C11_a_direct_push_that_need_not_notify_mails_nobody",
    )


class TestMailsTwice(BrokenAdapter):
    broken = "mails_twice"
    red = (
        "test_C06_the_mail_leaves_after_the_number_was_written",
        "test_C11_no_more_mails_leave_than_the_plan_showed",
    )


class TestLeaksItsKey(BrokenAdapter):
    broken = "leaks_its_key"
    red = (
        "test_C12_no_secret_is_said_or_kept_with_every_fault_of_a_read",
        "test_C12_no_secret_is_in_receipts_cursors_and_what_an_order_carries",
    )


class TestCarriesItsKey(BrokenAdapter):
    broken = "carries_its_key"
    red = ("test_C12_no_secret_is_in_receipts_cursors_and_what_an_order_carries",)
