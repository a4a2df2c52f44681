"""C13: a planned mail that did not leave is told, and the store is asked for it once; nobody is mailed twice."""

from __future__ import annotations

import pytest

from fbridge.adapterkit.mails import NOT_POSSIBLE_HERE
from fbridge.models.shipments import MissingMail, Shipment
from fbridge.models.states import MailEffect, PushState
from fbridge.push.mail_again import MAY_HAVE_LEFT, MailItem
from fbridge.push.mails import MAIL_IN_DOUBT, MAIL_NOT_SENT
from fbridge.testing.faults import Answer, Fault, FaultProxy
from fbridge.testing.fixtures import KitFixtures
from fbridge.testing.office import Office, number
from fbridge.testing.store_under_test import StoreUnderTest


class MissingMailsConformance(KitFixtures):
    """What a plan promised the customer is not at rest until it is known."""

    @pytest.fixture
    def unmailed(
        self,
        store: StoreUnderTest,
        office: Office,
        lost_mails: None,  # noqa: ARG002 - it skips
    ) -> tuple[str, Shipment]:
        """An order that was shipped while the store's mail server was out of order, which is in order again."""
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        assert office.planned_mails() == 1
        store.lose_mails(lost=True)
        office.push_until_quiet()
        store.lose_mails(lost=False)
        assert (office.state(shipment), store.mails(order)) == (PushState.SENT, ())
        return order, shipment

    def test_C13_a_mail_that_did_not_leave_is_told_and_asked_for_once(
        self, store: StoreUnderTest, office: Office, unmailed: tuple[str, Shipment]
    ) -> None:
        order, shipment = unmailed
        assert_told(office, shipment)
        item = _ask(office, shipment)
        if item.reason == NOT_POSSIBLE_HERE:
            office.bridge.mailed_otherwise(shipment.label)
        else:
            mails = store.mails(order)
            assert len(mails) == 1, f"{len(mails)} mails left, and it is told: {item}"
            assert number(1) in mails[0].numbers or not store.mail_holds_number
            assert item.mail in {MailEffect.SENT, MailEffect.UNKNOWABLE}
        assert missing(office, shipment) is None
        assert not office.bridge.status().items
        left = len(store.mails(order))
        office.bridge.mail_again([shipment.label])
        office.push()
        assert len(store.mails(order)) == left

    @pytest.mark.parametrize("acts", [True, False], ids=["after_the_act", "before_the_act"])
    def test_C13_a_mail_whose_answer_was_lost_is_not_asked_for_again_on_a_guess(
        self,
        store: StoreUnderTest,
        office: Office,
        proxy: FaultProxy,
        unmailed: tuple[str, Shipment],
        *,
        acts: bool,
    ) -> None:
        order, shipment = unmailed
        proxy.strike(Fault(name="lost", answer=Answer.HANG_UP, acts=acts))
        (item,) = office.bridge.mail_again([shipment.label], even_if_mailed=True).results
        if item.reason == NOT_POSSIBLE_HERE:
            pytest.skip(f"this store of {office.platform.label} cannot be asked for a mail")
        assert (item.mail, item.missing) == (MailEffect.UNCONFIRMED, True), item
        assert_told(office, shipment)
        office.skip_time(office.platform.settle_time)
        (again,) = office.bridge.mail_again([shipment.label]).results
        if again.mail is MailEffect.UNCONFIRMED:
            assert again.reason == MAY_HAVE_LEFT
            assert len(store.mails(order)) == int(acts)
        else:  # the store's own trace told
            assert len(store.mails(order)) == 1

    def test_C13_a_correction_that_mails_covers_the_mail_that_did_not_leave(
        self, store: StoreUnderTest, office: Office, unmailed: tuple[str, Shipment]
    ) -> None:
        order, shipment = unmailed
        told = office.stands(shipment).missing_mail
        office.correct(shipment, [number(2)])
        planned = office.planned_mails()
        (item,) = office.bridge.mail_again([shipment.label]).results
        assert (item.reason, store.mails(order)) == ("not_sent_yet", ())
        office.push()
        assert len(store.mails(order)) <= planned
        assert (missing(office, shipment) is None) is bool(store.mails(order))
        if not store.mails(order):
            assert missing(office, shipment) == told, "and why it did not leave is still told"


def missing(office: Office, shipment: Shipment) -> MissingMail | None:
    """What is known of a mail that did not leave."""
    return office.stands(shipment).missing_mail


def assert_told(office: Office, shipment: Shipment) -> None:
    """Status and story say that the mail is missing, with an age, a stable code and commands that lead on."""
    report = office.bridge.status()
    (item,) = report.items
    assert (item.shipment, item.state) == (shipment.label, PushState.SENT)
    assert item.reason in {MAIL_NOT_SENT, MAIL_IN_DOUBT}
    assert item.overdue
    assert report.missing_mails is not None, "fbridge status tells of no mail that is missing"
    assert report.missing_mails.count == 1
    assert office.bridge.explain(shipment.label).next_steps == (
        f"fbridge push --mail-again {shipment.label}",
        f"fbridge shipment mailed {shipment.label}",
    )


def _ask(office: Office, shipment: Shipment) -> MailItem:
    """Ask for the mail, and with a person's consent where it may be a second one."""
    (item,) = office.bridge.mail_again([shipment.label]).results
    if item.reason == MAY_HAVE_LEFT:
        (item,) = office.bridge.mail_again([shipment.label], even_if_mailed=True).results
    return item
