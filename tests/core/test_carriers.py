"""Carriers, what the stores call them, and which orders go with whom."""

from __future__ import annotations

from typing import Any

import pytest

from fbridge.errors import InputError, NotFoundError
from fbridge.models.orders import ShippingMethod
from fbridge.models.platforms import CarrierCode, CarrierCodes
from fbridge.models.states import Delivery, OrderStatus
from fbridge.shipping.carrier_rows import replace_codes

CLOSED = CarrierCodes(
    codes=(
        CarrierCode(code="5", label="Bartolini"),
        CarrierCode(code="9", label="GLS Italy"),
        CarrierCode(code="11", label="Poste Italiane"),
    ),
    open=False,
)


def listed(office: Any, codes: CarrierCodes, store: str = "shop") -> None:
    """The store told its carrier codes some time ago."""
    with office.context.database.write() as connection:
        replace_codes(connection, store, codes, office.context.now())


class TestOwn:
    def test_codes_are_capitals_and_found_whatever_their_case(self, office: Any) -> None:
        added = office.carriers.add(" dhl-x ", " DHL Express ", customer_code="C1")
        assert (added.code, added.name) == ("DHL-X", "DHL Express")
        assert office.carriers.get("Dhl-x") == added
        assert [one.code for one in office.carriers.list()] == ["BRT", "DHL-X", "GLS"]

    def test_a_code_is_there_once(self, office: Any, refused: Any) -> None:
        with refused("carrier_exists", "There is a carrier BRT already."):
            office.carriers.add("brt", "Again")

    @pytest.mark.parametrize("code", ["", "A B", "x" * 33, "pickup", "none", "*"])
    def test_codes_that_cannot_be(self, office: Any, code: str) -> None:
        with pytest.raises(InputError, match="code"):
            office.carriers.add(code, "Name")

    @pytest.mark.parametrize(
        ("url", "words"),
        [
            (
                "https://x.example/{numbr}",
                "unknown placeholder; there are {number}, {customer_code}, {depot},",
            ),
            ("ftp://x.example/{number}", "does not begin with https://"),
            ("https://x.example/\n", ""),
        ],
    )
    def test_templates_that_cannot_be(self, office: Any, refused: Any, url: str, words: str) -> None:
        if url.endswith("\n"):
            assert office.carriers.add("DHL", "DHL", tracking_url=url).tracking_url == url.strip()
            return
        with refused("bad_tracking_url", words):
            office.carriers.add("DHL", "DHL", tracking_url=url)

    def test_an_unknown_one_names_a_near_code_or_the_one_of_that_name(self, office: Any) -> None:
        with pytest.raises(NotFoundError, match=r'no carrier BRTT\. Did you mean "BRT"\?'):
            office.carriers.get("BRTT")
        with pytest.raises(NotFoundError, match=r'no carrier bartolini\. Did you mean "BRT"\?'):
            office.carriers.get("bartolini")

    def test_one_that_nothing_uses_can_be_removed(self, office: Any) -> None:
        office.carriers.add("DHL", "DHL")
        office.carriers.remove("dhl")
        assert [one.code for one in office.carriers.list()] == ["BRT", "GLS"]

    def test_one_in_use_stays(self, office: Any, make: Any, refused: Any) -> None:
        office.keep(make.order("1001"))
        office.shipments.create("1001", manifest="BRT")
        with refused(
            "carrier_in_use", "Carrier BRT is used by 1 shipments, 1 manifests, 1 routes; it stays."
        ):
            office.carriers.remove("BRT")


class TestMapping:
    @pytest.mark.parametrize("wanted", ["9", "gls italy"])
    def test_a_carrier_is_mapped_by_code_or_by_label(self, office: Any, wanted: str) -> None:
        listed(office, CLOSED)
        row = office.carriers.map("shop", "gls", wanted)
        assert (row.store, row.carrier, row.site_code, row.site_label) == ("shop", "GLS", "9", "GLS Italy")
        assert office.carriers.mappings() == office.carriers.mappings("shop") == (row,)

    def test_mapped_again_the_last_word_counts(self, office: Any) -> None:
        listed(office, CLOSED)
        office.carriers.map("shop", "BRT", "9")
        office.carriers.map("shop", "BRT", "5")
        assert [row.site_code for row in office.carriers.mappings("shop")] == ["5"]

    def test_a_closed_list_takes_no_other_code(self, office: Any, refused: Any) -> None:
        listed(office, CLOSED)
        words = 'Store shop has no carrier code Bartolino. Did you mean "Bartolini"? See: fbridge carrier codes shop'
        with refused("unknown_site_code", words):
            office.carriers.map("shop", "BRT", "Bartolino")
        assert office.carriers.mappings() == ()

    def test_an_open_list_takes_a_name_of_ours(self, office: Any) -> None:
        listed(office, CarrierCodes(codes=CLOSED.codes, open=True))
        assert office.carriers.map("shop", "BRT", "Corriere BRT").site_label == "Corriere BRT"

    def test_forgotten(self, office: Any) -> None:
        listed(office, CLOSED)
        office.carriers.map("shop", "BRT", "5")
        office.carriers.unmap("shop", "brt")
        assert office.carriers.mappings() == ()
        with pytest.raises(NotFoundError, match="BRT is not mapped on shop"):
            office.carriers.unmap("shop", "BRT")

    def test_codes_come_from_the_last_listing(self, office: Any) -> None:
        listed(office, CLOSED)
        assert set(office.carriers.codes("shop").codes) == set(CLOSED.codes)
        listed(office, CarrierCodes(codes=CLOSED.codes[:1], open=True))
        assert office.carriers.codes("shop") == CarrierCodes(codes=CLOSED.codes[:1], open=True)

    def test_names_that_are_alike_are_suggested(self, office: Any) -> None:
        listed(office, CLOSED)
        office.carriers.add("PT", "Poste-italiane")
        office.carriers.add("ZZZ", "Qwx")
        found = [(one.carrier, one.site_code, one.score) for one in office.carriers.suggest("shop")]
        assert found[:2] == [("BRT", "5", 1.0), ("PT", "11", 1.0)]
        assert [row[0] for row in found] == ["BRT", "PT", "GLS"]

    def test_a_mapped_carrier_needs_no_suggestion(self, office: Any) -> None:
        listed(office, CLOSED)
        office.carriers.map("shop", "BRT", "5")
        assert [one.carrier for one in office.carriers.suggest("shop")] == ["GLS"]


class TestRoutes:
    def test_the_methods_own_route_comes_before_the_default(self, office: Any, make: Any) -> None:
        office.carriers.route("shop", "*", "gls")
        office.keep(
            make.order("1"), make.order("2", shipping_method=ShippingMethod(code="x")), make.order("3")
        )
        assert [row.carrier for row in office.orders.list()] == ["BRT", "GLS", "BRT"]

    @pytest.mark.parametrize(("target", "delivery"), [("pickup", Delivery.PICKUP), ("none", Delivery.NONE)])
    def test_a_method_may_need_no_carrier(
        self, office: Any, make: Any, target: str, delivery: Delivery
    ) -> None:
        office.keep(make.order("1001"))
        office.carriers.route("shop", "*", "GLS")
        assert office.carriers.route("shop", "flat_rate:1", target).target == target
        row = office.orders.get("1001").row
        assert (row.delivery, row.carrier) == (delivery, None)

    def test_listed_and_forgotten(self, office: Any) -> None:
        office.carriers.route("shop", "express", "GLS")
        rows = [(row.shipping_method, row.target) for row in office.carriers.routes("shop")]
        assert rows == [("express", "GLS"), ("flat_rate:1", "BRT")]
        office.carriers.unroute("shop", "express")
        assert len(office.carriers.routes()) == 2
        with pytest.raises(
            NotFoundError, match=r'shop has no route for flat_rate\. Did you mean "flat_rate:1"\?'
        ):
            office.carriers.unroute("shop", "flat_rate")

    @pytest.mark.parametrize(
        ("store", "target", "words"),
        [("shp", "BRT", 'no store shp. Did you mean "shop"?'), ("shop", "BTR", 'Did you mean "BRT"?')],
    )
    def test_what_is_unknown_names_near_ones(
        self, office: Any, refused: Any, store: str, target: str, words: str
    ) -> None:
        with refused("unknown_store" if store == "shp" else "unknown_carrier", words):
            office.carriers.route(store, "x", target)


def test_coverage_counts_open_orders_by_shipping_method(office: Any, make: Any) -> None:
    listed(office, CLOSED)
    express = ShippingMethod(code="express", title="Express 24h")
    pickup = ShippingMethod(code="local", title="In the shop")
    office.keep(
        make.order("1"),
        make.order("2"),
        make.order("3", status=OrderStatus.CANCELLED),
        make.order("4", shipping_method=express),
        make.order("5", shipping_method=pickup),
    )
    office.keep(make.order("6"), store="b2b")
    office.carriers.route("shop", "local", "pickup")

    def covered(store: str | None = None) -> list[tuple[Any, ...]]:
        rows = office.carriers.coverage(store)
        return [
            (row.store, row.shipping_method, row.title, row.orders, row.carrier, row.mapped) for row in rows
        ]

    assert covered("shop") == [
        ("shop", "flat_rate:1", "Courier", 2, "BRT", False),
        ("shop", "express", "Express 24h", 1, None, None),
        ("shop", "local", "In the shop", 1, "pickup", None),
    ]
    office.carriers.map("shop", "BRT", "5")
    assert covered()[:2] == [
        ("b2b", "flat_rate:1", "Courier", 1, "GLS", False),
        ("shop", "flat_rate:1", "Courier", 2, "BRT", True),
    ]


def test_every_act_is_told_in_words(office: Any) -> None:
    listed(office, CLOSED)
    office.carriers.map("shop", "BRT", "5")
    assert office.history()[-5:] == [
        ("carrier.added", "Carrier BRT (Bartolini) added."),
        ("carrier.added", "Carrier GLS (General Logistics) added."),
        ("carrier.routed", "Shipping method flat_rate:1 of shop goes to BRT."),
        ("carrier.routed", "Shipping method * of b2b goes to GLS."),
        ("carrier.mapped", "Carrier BRT is 5 (Bartolini) on shop."),
    ]
