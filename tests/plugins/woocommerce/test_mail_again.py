"""A mail whose answer was lost: in doubt until a person has it asked for again, where WooCommerce can be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fbridge.cli.plan_views import ITEM_COLUMNS
from fbridge.models.shipments import Shipment
from fbridge.models.states import MailEffect, PushState
from fbridge.push.mail_again import MailItem
from fbridge.sandbox import ServedSandbox
from fbridge.testing import Office, number
from fbridge.testing.faults import Answer, Fault, FaultProxy
from fbridge.testing.missing_mails import missing
from fbridge.testing.office import STORE

from .conformance_store import WooCommerceUnderTest

MAIL = "customer_completed_order"


@pytest.fixture
def shop(make_sandbox: Callable[..., ServedSandbox]) -> ServedSandbox:
    return make_sandbox(orders=0, tracking="ast")


@pytest.fixture
def proxy(shop: ServedSandbox) -> Iterator[FaultProxy]:
    store = WooCommerceUnderTest(shop)
    with FaultProxy(shop.url, is_write=store.is_write) as made:
        yield made


@pytest.fixture
def office(shop: ServedSandbox, proxy: FaultProxy, tmp_path: Path) -> Iterator[Office]:
    with Office(WooCommerceUnderTest(shop), tmp_path / "home", url=proxy.url) as made:
        yield made


def in_doubt(office: Office, proxy: FaultProxy) -> tuple[str, Shipment]:
    """An order that was completed, and mailed about, by a request whose answer was lost."""
    order = office.store.new_order([(office.store.skus[0], 1)])
    office.fetch()
    shipment = office.ship(order, [number(1)])
    # The first write tries how the plugin shows the carrier, and mails nobody.
    proxy.strike(Fault(name="lost", answer=Answer.HANG_UP, acts=True), nth=2)
    office.push()
    assert office.state(shipment) is PushState.SENT
    assert len(office.store.mails(order)) == 1
    office.skip_time(office.platform.settle_time)
    return order, shipment


def ask(office: Office, shipment: Shipment, *, even_if_mailed: bool = True) -> MailItem:
    (item,) = office.bridge.mail_again([shipment.label], even_if_mailed=even_if_mailed).results
    return item


def test_a_mail_that_is_off_since_the_last_check_is_told_as_missing(
    office: Office, shop: ServedSandbox
) -> None:
    order = office.store.new_order([(office.store.skus[0], 1)])
    office.fetch()
    shipment = office.ship(order, [number(1)])
    shop.control.switch_mail(MAIL, on=False)
    assert office.planned_mails() == 1
    (item,) = office.push().results
    shown = " ".join(str(column.value(item)) for column in ITEM_COLUMNS)
    assert shown.count("has switched its mail") == 1, "said once"
    told = missing(office, shipment)
    assert told is not None
    assert (told.reason, "has switched its mail" in told.words) == ("mail_not_sent", True)
    assert office.store.mails(order) == ()


def test_no_mail_is_planned_that_the_shop_has_off_and_none_leaves_that_was_not(
    office: Office, shop: ServedSandbox
) -> None:
    shop.control.switch_mail(MAIL, on=False)
    office.bridge.stores.check(STORE)
    first, second = (office.store.new_order([(office.store.skus[0], 1)]) for _ in range(2))
    office.fetch()
    shipment = office.ship(first, [number(1)])
    assert office.planned_mails() == 0
    office.push()
    assert (office.state(shipment), missing(office, shipment)) == (PushState.SENT, None)
    shop.control.switch_mail(MAIL, on=True)
    shipment = office.ship(second, [number(2)])
    ((_, error),) = office.push().errors
    assert error.reason == "mails_changed"
    assert (office.state(shipment), office.store.mails(second)) == (PushState.READY, ())


def without_notes(shop: ServedSandbox, order: str) -> None:
    """As a shop that is older, speaks another language or mails by a queue."""
    shop.control.shop.orders[int(order)].notes.clear()


def test_no_second_mail_is_asked_for_where_the_store_notes_that_the_first_left(
    office: Office, proxy: FaultProxy
) -> None:
    order, shipment = in_doubt(office, proxy)
    assert ask(office, shipment).mail is MailEffect.SENT
    assert (missing(office, shipment), len(office.store.mails(order))) == (None, 1)


@pytest.mark.slow
def test_a_note_of_an_earlier_completion_proves_nothing(
    office: Office, proxy: FaultProxy, shop: ServedSandbox
) -> None:
    order, shipment = in_doubt(office, proxy)
    notes = shop.control.shop.orders[int(order)].notes
    notes[:] = [replace(note, created=note.created - 60) for note in notes]
    assert ask(office, shipment).mail is MailEffect.SENT
    assert len(office.store.mails(order)) == 2


def test_it_is_asked_for_where_a_person_accepts_a_second_mail(
    office: Office, proxy: FaultProxy, shop: ServedSandbox
) -> None:
    order, shipment = in_doubt(office, proxy)
    without_notes(shop, order)
    told = missing(office, shipment)
    assert told is not None
    assert told.reason == "mail_in_doubt"
    assert ask(office, shipment, even_if_mailed=False).reason == "mail_may_have_left"
    assert len(office.store.mails(order)) == 1
    assert ask(office, shipment).mail is MailEffect.SENT
    assert [mail.numbers for mail in office.store.mails(order)] == [(number(1),)] * 2
    assert missing(office, shipment) is None


def test_a_mail_that_the_shop_has_switched_off_is_not_asked_for(
    office: Office, proxy: FaultProxy, shop: ServedSandbox
) -> None:
    """Its route would say that it was sent."""
    order, shipment = in_doubt(office, proxy)
    without_notes(shop, order)
    shop.control.switch_mail(MAIL, on=False)
    assert ask(office, shipment).reason == "mail_switched_off"
    assert missing(office, shipment) is not None
    assert len(office.store.mails(order)) == 1


@pytest.mark.slow
def test_a_version_without_the_route_is_told(office: Office, proxy: FaultProxy, shop: ServedSandbox) -> None:
    order, shipment = in_doubt(office, proxy)
    without_notes(shop, order)
    no_route = (
        b'{"code":"rest_no_route","message":"No route was found matching the URL.","data":{"status":404}}'
    )
    proxy.strike(Fault(name="older", answer=Answer.STATUS, status=404, body=no_route))
    item = ask(office, shipment)
    assert (item.reason, item.missing) == ("not_possible_here", True)
    assert len(office.store.mails(order)) == 1
    office.bridge.mailed_otherwise(shipment.label)
    assert missing(office, shipment) is None


def pushed(office: Office, count: int) -> tuple[list[str], list[Shipment]]:
    """Orders that were completed in one push."""
    orders = [office.store.new_order([(office.store.skus[0], 1)]) for _ in range(count)]
    office.fetch()
    shipments = [office.ship(order, [number(place)]) for place, order in enumerate(orders, 1)]
    office.push()
    return orders, shipments


def effects(office: Office, shipments: list[Shipment]) -> list[MailEffect]:
    pushes = [office.bridge.shipments.get(one.label).push for one in shipments]
    return [push.effects.mail for push in pushes if push is not None]


def test_mails_that_the_shop_could_not_send_are_missing_and_asked_for_freely(
    office: Office, shop: ServedSandbox
) -> None:
    """WooCommerce completes the order all the same, and notes it there (observed on 11.0.1, with a refusing SMTP)."""
    shop.control.refuse_mails("SMTP Error: Could not connect")
    orders, shipments = pushed(office, 3)
    for shipment in shipments:
        told = missing(office, shipment)
        assert told is not None
        assert told.reason == "mail_not_sent"
        assert 'Email "Completed order" failed to send: SMTP Error: Could not connect.' in told.words
    item = ask(office, shipments[0], even_if_mailed=False)
    assert (item.reason, item.missing) == ("mail_failed", True)
    shop.control.refuse_mails("")
    for order, shipment in zip(orders, shipments, strict=True):
        assert ask(office, shipment, even_if_mailed=False).mail is MailEffect.SENT
        assert (missing(office, shipment), len(office.store.mails(order))) == (None, 1)


def test_one_order_is_looked_at_for_all_while_mails_leave(office: Office, shop: ServedSandbox) -> None:
    orders, shipments = pushed(office, 3)
    assert effects(office, shipments) == [MailEffect.UNKNOWABLE, MailEffect.UNKNOWABLE, MailEffect.SENT]
    assert [len(office.store.mails(order)) for order in orders] == [1, 1, 1]
    looks = [one for one in shop.control.requests() if "/notes" in one.path]
    assert len(looks) == 1


@pytest.mark.slow
def test_an_older_version_tells_nothing_of_its_mails(
    make_sandbox: Callable[..., ServedSandbox], tmp_path: Path
) -> None:
    older = make_sandbox(orders=0, tracking="ast", legacy=True)
    older.control.refuse_mails()
    with Office(WooCommerceUnderTest(older), tmp_path / "home") as office:
        _, shipments = pushed(office, 2)
        assert effects(office, shipments) == [MailEffect.UNKNOWABLE] * 2
        assert len([one for one in older.control.requests() if "/notes" in one.path]) == 1
