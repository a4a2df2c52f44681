"""The kit on adapters that keep every promise, one of them on a shop that seals what was shipped."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fbridge.sandbox import ServedSandbox
from fbridge.testing import AdapterConformance, StoreUnderTest

from .toy_store import ToyUnderTest


class TestToy(AdapterConformance):
    @pytest.fixture
    def store(self, install_toy: Callable[[str], None], toy_shop: ServedSandbox) -> StoreUnderTest:
        install_toy("adapter:adapter")
        toy_shop.control.clear()
        return ToyUnderTest(toy_shop)


class TestSealedToy(AdapterConformance):
    """What it cannot do it declares; the tests of that are left out, and those of how it says no are run."""

    red = ()
    green = (
        "test_C03_the_last_part_completes_the_order",
        "test_C04_the_same_fulfillment_again_changes_nothing",
        "test_C05_an_order_cancelled_meanwhile_is_not_revived",
        "test_C05_an_order_completed_by_hand_meanwhile_gets_its_number_and_no_second_mail",
        "test_C08_a_correction_that_cannot_be_made_is_refused",
        "test_C08_a_late_number_arrives_without_a_second_shipment_or_mail",
        "test_C08_a_late_number_that_cannot_be_added_is_refused",
        "test_C08_an_order_completed_by_hand_stays_without_its_number",
        "test_C10_the_effects_of_a_whole_order_are_what_happened",
    )

    @pytest.fixture
    def store(self, install_toy: Callable[[str], None], toy_shop: ServedSandbox) -> StoreUnderTest:
        install_toy("honest:seals_its_shipments")
        toy_shop.control.clear()
        return ToyUnderTest(toy_shop)
