"""A fulfillment's own mail asked for once more: the fulfillment is written again as it is, with that wish."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fbridge.models.states import MailEffect
from fbridge.sandbox import ServedSandbox
from fbridge.testing import Office, number

from .conformance_store import WooCommerceUnderTest


@pytest.fixture
def shop(make_sandbox: Callable[..., ServedSandbox]) -> ServedSandbox:
    served = make_sandbox(orders=0, tracking="none", fulfillments=True)
    served.control.switch_mail("customer_completed_order", on=False)
    return served


@pytest.fixture
def office(shop: ServedSandbox, tmp_path: Path) -> Iterator[Office]:
    store = WooCommerceUnderTest(shop, customer_mail="fulfillment")
    with Office(store, tmp_path / "home") as made:
        yield made


def test_each_has_the_number_and_nothing_else_changes(office: Office, shop: ServedSandbox) -> None:
    order, *others = (office.store.new_order([(office.store.skus[0], 1)]) for _ in range(3))
    office.fetch()
    shipment = office.ship(order, [number(1)])
    # The store's note about the last one's mail is looked at for all: of the others nobody knows whether it left.
    second, _ = (office.ship(one, [number(place)]) for place, one in enumerate(others, 2))
    office.push()
    assert [mail.numbers for mail in office.store.mails(order)] == [(number(1),)]
    before = office.store.truth(order)
    (item,) = office.bridge.mail_again([shipment.label], even_if_mailed=True).results
    assert item.mail is MailEffect.SENT
    assert [mail.numbers for mail in office.store.mails(order)] == [(number(1),)] * 2
    after = office.store.truth(order)
    assert (after.numbers, after.shipments, after.closed) == (before.numbers, before.shipments, before.closed)
    shop.control.switch_mail("customer_fulfillment_updated", on=False)
    (item,) = office.bridge.mail_again([second.label], even_if_mailed=True).results
    assert item.reason == "mail_switched_off"
    assert len(office.store.mails(others[0])) == 1
