"""The conformance suite on PrestaShop: as it is today, as it was before PATCH, and with the mail with the link."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from fbridge.models.states import MailEffect, PushState
from fbridge.sandbox import ServedSandbox
from fbridge.testing import AdapterConformance, StoreClock, StoreMail, StoreUnderTest
from fbridge.testing.corrected_numbers import CorrectedNumbersConformance
from fbridge.testing.faults import Answer, Fault, FaultProxy
from fbridge.testing.fetching import FetchingConformance
from fbridge.testing.fixtures import KitFixtures
from fbridge.testing.looking_back import LookingBackConformance
from fbridge.testing.lost_answers import LostAnswersConformance
from fbridge.testing.missing_mails import MissingMailsConformance
from fbridge.testing.office import Office, number
from fbridge.testing.planned_mails import PlannedMailsConformance, push_as_planned
from fbridge.testing.restoring import RestoringConformance
from fbridge.testing.shipping import ShippingConformance
from fbridge.testing.sold_orders import SoldOrdersConformance
from fbridge.testing.taking_back import TakingBackConformance

from .conformance_store import SHIPPED, PrestaShopUnderTest

MakeSandbox = Callable[..., ServedSandbox]


class TestPrestaShop8(AdapterConformance):
    @pytest.fixture
    def store(self, make_sandbox: MakeSandbox) -> StoreUnderTest:
        clock = StoreClock()
        return PrestaShopUnderTest(make_sandbox(orders=0, clock=clock)).with_clock(clock)


@pytest.mark.slow
class TestPrestaShop17WithoutMails(
    ShippingConformance, CorrectedNumbersConformance, RestoringConformance, LostAnswersConformance
):
    """The whole row is written by PUT, and nobody is mailed."""

    @pytest.fixture
    def store(self, make_sandbox: MakeSandbox) -> StoreUnderTest:
        return PrestaShopUnderTest(
            make_sandbox(orders=0, version="1.7.8.11", languages=1), customer_mail="none"
        )


@pytest.mark.slow
class TestPrestaShop9(
    FetchingConformance,
    SoldOrdersConformance,
    ShippingConformance,
    RestoringConformance,
    CorrectedNumbersConformance,
    LookingBackConformance,
    PlannedMailsConformance,
    TakingBackConformance,
):
    """Whole numbers are numbers in JSON there. How the adapter takes faults asks no version."""

    @pytest.fixture
    def store(self, make_sandbox: MakeSandbox) -> StoreUnderTest:
        clock = StoreClock()
        return PrestaShopUnderTest(make_sandbox(orders=0, clock=clock, version="9.0.3")).with_clock(clock)


@pytest.mark.slow
class TestInTransitMails(PlannedMailsConformance, MissingMailsConformance):
    """The mail goes out with the number, so one that comes late and a second shipment have a mail of their own."""

    test_c06 = ShippingConformance.test_C06_the_mail_leaves_after_the_number_was_written

    @pytest.fixture
    def store(self, make_sandbox: MakeSandbox) -> StoreUnderTest:
        return PrestaShopUnderTest(make_sandbox(orders=0), customer_mail="in_transit")

    def test_a_late_number_is_mailed_once_and_a_correction_is_not(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order)
        office.push()
        assert (store.truth(order).closed, store.mails(order)) == (True, ())
        office.correct(shipment, [number(1)])
        assert office.planned_mails() == 1
        office.push()
        assert store.mails(order) == (StoreMail(numbers=(number(1),)),)
        office.correct(shipment, [number(2)])
        assert office.planned_mails() == 0
        office.push()
        assert store.truth(order).numbers == (number(2),)
        assert len(store.mails(order)) == 1

    def test_a_second_shipment_is_mailed_with_both_numbers(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        order = store.new_order([(store.skus[0], 2)])
        office.fetch()
        for count in (1, 2):
            office.ship(order, [number(count)], [(0, 1)])
            assert office.planned_mails() == 1
            office.push()
        assert store.truth(order).closed
        assert [mail.numbers for mail in store.mails(order)] == [(number(1),), (number(1), number(2))]

    @pytest.mark.parametrize("saved", [False, True], ids=["not_saved", "saved"])
    def test_after_a_lost_answer_one_mail_leaves_in_all(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy, *, saved: bool
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        proxy.strike(Fault(name="dropped", answer=Answer.HANG_UP, acts=saved))
        office.push_until_quiet()
        assert office.state(shipment) is PushState.SENT
        assert store.mails(order) == (StoreMail(numbers=(number(1),)),)


class TestCashOnDelivery(KitFixtures):
    """A state that PrestaShop takes for paid books a payment by itself."""

    @pytest.fixture
    def served(self, make_sandbox: MakeSandbox) -> ServedSandbox:
        return make_sandbox(orders=0)

    @pytest.fixture
    def store(self, served: ServedSandbox) -> StoreUnderTest:
        return PrestaShopUnderTest(served)

    @pytest.mark.parametrize("reference", ["XKBKNABJK", "WEB-2026/000123"], ids=["own", "longer"])
    @pytest.mark.parametrize("paid_by", ["", "Bonifico bancario"], ids=["nobody", "transfer"])
    def test_what_the_courier_collects_stands_on_the_shipment_unless_somebody_paid(
        self,
        served: ServedSandbox,
        store: StoreUnderTest,
        make_office: Callable[..., Office],
        paid_by: str,
        reference: str,
    ) -> None:
        office = make_office()
        order = store.new_order([(store.skus[0], 1)], cod=True)
        served.control.change(int(order), reference=reference)
        total = Decimal(served.control.order(int(order))["total_paid"])
        if paid_by:
            served.control.book(int(order), str(total), paid_by, transaction="T1")
        served.control.set_state(int(order), "3")
        assert Decimal(served.control.order(int(order))["total_paid_real"]) == total
        office.fetch()
        shipment = office.ship(order, [number(1)])
        kept = office.bridge.shipments.get(shipment.label)
        assert (kept.cod.amount if kept.cod else Decimal(0)) == (Decimal(0) if paid_by else total)


class TestStatesOfTheShop(KitFixtures):
    """What the shop's people change of its states after fbridge last looked at them."""

    @pytest.fixture
    def served(self, make_sandbox: MakeSandbox) -> ServedSandbox:
        return make_sandbox(orders=0)

    @pytest.fixture
    def store(self, served: ServedSandbox) -> StoreUnderTest:
        return PrestaShopUnderTest(served)

    def test_a_state_that_mails_only_since_then_mails_nobody(
        self, served: ServedSandbox, store: StoreUnderTest, make_office: Callable[..., Office]
    ) -> None:
        state = served.control.shop.row("order_states", SHIPPED)
        assert state is not None
        state["send_email"] = "0"
        office = make_office()
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        office.ship(order, [number(1)])
        planned = office.planned_mails()
        state["send_email"] = "1"
        assert push_as_planned(office, order) == planned == 0
        assert store.truth(order).closed

    @pytest.mark.parametrize("words", ["", "goodbye"], ids=["died", "ended"])
    def test_a_module_that_ends_the_program_after_the_state_leaves_a_mail_that_is_told_as_not_sent(
        self, served: ServedSandbox, store: StoreUnderTest, make_office: Callable[..., Office], words: str
    ) -> None:
        office = make_office()
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        served.control.crash_status_writes(words=words)
        office.push_until_quiet()
        assert store.truth(order).closed
        assert store.mails(order) == ()
        assert office.state(shipment) is PushState.SENT
        told = office.bridge.shipments.get(shipment.label).push
        assert told is not None
        assert told.effects.mail is MailEffect.NOT_SENT
        assert "has no entry of it in the order's history, and sent no mail" in told.words
