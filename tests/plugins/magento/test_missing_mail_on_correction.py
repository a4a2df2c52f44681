"""A planned mail about a corrected number whose answer is lost: it is missing, though the first one left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fbridge.models.states import MailEffect, PushState
from fbridge.sandbox import ServedSandbox
from fbridge.testing import Office, number
from fbridge.testing.faults import Answer, Fault, FaultProxy, On
from fbridge.testing.missing_mails import missing

from .conformance_store import MagentoUnderTest


def test_it_is_told_and_asked_for_although_the_store_notes_the_first_one(
    make_sandbox: Callable[..., ServedSandbox], tmp_path: Path
) -> None:
    shop = make_sandbox(orders=0)
    under_test = MagentoUnderTest(shop, mail_on_correction=True)
    with FaultProxy(shop.url) as proxy, Office(under_test, tmp_path / "home", url=proxy.url) as office:
        order = office.store.new_order([(office.store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        office.push()
        assert len(office.store.mails(order)) == 1

        office.bridge.shipments.set_tracking(shipment.label, [number(2), number(3)])
        assert office.planned_mails() == 1
        proxy.strike(Fault(name="lost", answer=Answer.HANG_UP, acts=False), on=On.ANY, path="emails")
        office.push()
        assert office.state(shipment) is PushState.SENT
        told = missing(office, shipment)
        assert told is not None
        assert told.reason == "mail_in_doubt"
        assert office.bridge.status().missing_mails

        office.bridge.shipments.set_tracking(shipment.label, [number(2)], parcels=1)
        assert office.planned_mails() == 0, "nothing that the customer does not know"
        office.push()
        assert missing(office, shipment) == told, "the store shows the first mail, and none about this"
        office.skip_time(office.platform.settle_time)
        (left,) = office.bridge.mail_again([shipment.label]).results
        assert (left.missing, len(office.store.mails(order))) == (True, 1), "a person confirms"
        (asked,) = office.bridge.mail_again([shipment.label], even_if_mailed=True).results
        assert asked.mail is MailEffect.UNKNOWABLE
        assert len(office.store.mails(order)) == 2
        assert missing(office, shipment) is None
