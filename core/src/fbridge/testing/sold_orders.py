"""C1: an order arrives as it was sold: its lines, money, payment and address; and C12: only where it has to be."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from fbridge.models.orders import Address, Order
from fbridge.models.states import OrderStatus, PaymentKind, PushState
from fbridge.storage.tables import exchanges
from fbridge.testing.direct import DirectPush
from fbridge.testing.fixtures import KitFixtures
from fbridge.testing.office import Office, number
from fbridge.testing.store_under_test import StoreSale, StoreUnderTest

LEAST = 4
"""A shorter name or number may occur by chance."""


def sale_of(store: StoreUnderTest, order: str) -> StoreSale:
    """What was sold, as the store's own books have it."""
    try:
        return store.sale(order)
    except NotImplementedError:
        pytest.skip("the store under test does not tell what it sold (StoreUnderTest.sale)")


def personal_data_in(address: Address) -> list[str]:
    """The texts by which a customer could be known."""
    found = (address.name, address.company, *address.street, address.phone, address.email)
    return [text for text in found if len(text) >= LEAST]


class SoldOrdersConformance(KitFixtures):
    """What the office reads of an order is what the customer bought, and personal data goes nowhere else."""

    def fetched_sale(self, store: StoreUnderTest, office: Office, order: str) -> tuple[Order, StoreSale]:
        """The order as it is kept, and as it was sold."""
        sale = sale_of(store, order)
        office.fetch()
        return office.fetched()[order], sale

    @pytest.mark.parametrize("pieces", [1, 3])
    def test_C01_an_order_has_the_lines_and_the_total_of_its_sale(
        self, store: StoreUnderTest, office: Office, pieces: int
    ) -> None:
        lines = [(store.skus[0], pieces), (store.skus[1], 2), (store.skus[2], 1)]
        order, sale = self.fetched_sale(store, office, store.new_order(lines))
        assert [(line.sku, line.quantity) for line in order.lines] == lines
        if sale.names:
            assert _plain([line.name for line in order.lines]) == _plain(sale.names)
        assert order.total == sale.total
        assert order.total
        assert order.number == (sale.number or order.number)

    def test_C01_an_order_was_made_when_it_was_sold(self, store: StoreUnderTest, office: Office) -> None:
        key, now = store.new_order([(store.skus[0], 1)]), datetime.now(UTC).replace(microsecond=0)
        store.set_changed([key], now + timedelta(hours=-2))
        office.fetch()
        order = office.fetched()[key]
        assert abs(order.created_at - now) < timedelta(minutes=5)
        assert abs(order.changed_at - now) > timedelta(minutes=5)

    def test_C01_an_order_has_the_currency_of_its_sale(self, store: StoreUnderTest, office: Office) -> None:
        key = store.new_order([(store.skus[0], 1)])
        if store.other_currency:
            store.sell_in(key, store.other_currency)
        order, sale = self.fetched_sale(store, office, key)
        assert order.currency == sale.currency

    def test_C01_cash_on_delivery_comes_with_what_the_courier_collects(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        order, sale = self.fetched_sale(store, office, store.new_order([(store.skus[0], 2)], cod=True))
        assert order.payment.kind is PaymentKind.COD
        assert order.payment.amount_due == sale.amount_due
        assert order.payment.amount_due > 0

    def test_C01_a_paid_order_owes_nothing(self, store: StoreUnderTest, office: Office) -> None:
        key = store.new_order([(store.skus[0], 2)])
        office.fetch()
        payment = office.fetched()[key].payment
        assert (payment.kind, payment.amount_due) == (PaymentKind.PAID, Decimal(0))

    def test_C01_an_order_goes_to_the_address_of_its_sale(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        order, sale = self.fetched_sale(store, office, store.new_order([(store.skus[0], 1)]))
        assert _told(order.ship_to, by=sale.ship_to) == _told(sale.ship_to, by=sale.ship_to)
        assert personal_data_in(sale.ship_to), "the store under test sells to nobody"

    def test_C01_the_bill_of_an_order_goes_to_who_pays(self, store: StoreUnderTest, office: Office) -> None:
        order, sale = self.fetched_sale(store, office, store.new_order([(store.skus[0], 1)]))
        if sale.bill_to is None:
            pytest.skip("the store under test does not tell who pays (StoreSale.bill_to)")
        assert _told(order.bill_to, by=sale.bill_to) == _told(sale.bill_to, by=sale.bill_to)
        assert sale.bill_to != sale.ship_to, "the store under test bills whom it sends to"

    def test_C03_a_cancelled_order_ships_nothing(self, store: StoreUnderTest, office: Office) -> None:
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        store.cancel(order)
        truth = store.truth(order)
        office.push()
        assert office.fetched()[order].status is OrderStatus.CANCELLED
        assert (office.state(shipment), office.reason(shipment)) == (PushState.REFUSED, "order_cancelled")
        assert store.truth(order) == truth
        assert store.mails(order) == ()

    def test_C12_no_personal_data_is_in_what_an_order_carries(
        self, store: StoreUnderTest, direct: DirectPush
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        personal = personal_data_in(sale_of(store, order).ship_to)
        carried = json.dumps(direct.read(order)[0].adapter_data, ensure_ascii=False)
        assert [text for text in personal if text in carried] == [], "adapter_data holds personal data"

    def test_C12_no_personal_data_is_in_the_record_of_exchanges(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        personal = personal_data_in(sale_of(store, order).ship_to)
        office.fetch()
        office.ship(order, [number(1)])
        office.push()
        with office.bridge.context.database.read() as connection:
            rows = connection.execute(sa.select(exchanges)).all()
        assert rows, "no exchange was kept"
        kept = "\n".join(str(value) for row in rows for value in row)
        assert [text for text in personal if text in kept] == [], "exchange_fields names personal data"


def _told(address: Address, *, by: Address) -> dict[str, str]:
    """The fields of an address that ``by`` tells."""
    found, wanted = asdict(address), asdict(by)
    return {name: _plain([_line(found[name])])[0] for name, told in wanted.items() if _line(told)}


def _line(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else " ".join(value)


def _plain(texts: Iterable[str]) -> list[str]:
    """However many blanks stand in them, and however their accents are coded."""
    return [" ".join(unicodedata.normalize("NFC", text).split()) for text in texts]
