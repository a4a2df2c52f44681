"""What an adapter keeps to beside its work: the connection of its store, its own words, and what a check may say."""

from __future__ import annotations

import logging
from datetime import date

import pytest

from fbridge.errors import FbridgeError
from fbridge.models.platforms import StoreReport
from fbridge.settings.resolving import secret_names
from fbridge.testing.faults import Answer, Fault, FaultProxy, On
from fbridge.testing.fixtures import KitFixtures
from fbridge.testing.office import STORE, Office, number
from fbridge.testing.sold_orders import personal_data_in, sale_of
from fbridge.testing.store_under_test import StoreUnderTest


class MannersConformance(KitFixtures):
    """Nothing goes past the core: no request, no word, and nothing from one store to another."""

    def test_C01_an_order_has_what_its_customer_chose_and_wrote(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        key = store.new_order([(store.skus[0], 3), (store.skus[1], 1)])
        sale = sale_of(store, key)
        if not (sale.note or sale.shipping or sale.line_totals):
            pytest.skip(
                "the store under test tells no more of a sale (StoreSale.note, shipping, line_totals)"
            )
        office.fetch()
        order = office.fetched()[key]
        assert order.note == sale.note or not sale.note
        assert (order.shipping_method and order.shipping_method.title) == sale.shipping or not sale.shipping
        assert tuple(line.total for line in order.lines) == sale.line_totals or not sale.line_totals

    def test_C09_the_check_of_a_store_finds_a_key_that_is_refused(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy
    ) -> None:
        office.fetch()
        refused = Fault(name="wrong key", answer=Answer.STATUS, status=401, body=store.wrong_key)
        proxy.strike(refused, on=On.ANY, times=100)
        try:
            report: StoreReport | None = office.bridge.stores.check(STORE)
        except FbridgeError:
            report = None
        proxy.heal()
        assert report is None or not all(one.ok for one in report.findings), "a check that finds all well"

    def test_C12_what_is_known_of_one_store_is_not_used_for_another(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy
    ) -> None:
        office.fetch()
        secret = min(secret_names(office.platform.settings()))
        settings = {**store.settings, secret: str(store.settings[secret])[::-1], "allow_http": True}
        with pytest.raises(FbridgeError):
            office.bridge.stores.add(
                "other",
                store.platform,
                proxy.url,
                settings,
                orders_from=date(2000, 1, 1),
                accept_mail=True,
            )

    def test_C12_requests_words_and_logs_go_by_the_core(
        self,
        store: StoreUnderTest,
        office: Office,
        proxy: FaultProxy,
        capfd: pytest.CaptureFixture[str],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        personal = personal_data_in(sale_of(store, key := store.new_order([(store.skus[0], 1)])).ship_to)
        capfd.readouterr()
        with caplog.at_level(logging.DEBUG):
            office.fetch()
            office.bridge.stores.check(STORE)
            office.ship(key, [number(1)])
            office.push()
        logged = "\n".join(record.getMessage() for record in caplog.records)
        assert capfd.readouterr().out == "", "an adapter that prints spoils what programs read"
        assert [text for text in personal if text in logged] == [], "the log holds personal data"
        agents = {one.user_agent for one in proxy.passed}
        assert len(agents) == 1, f"not all requests went by store.http: {sorted(agents)}"
