"""The carriers that Shopify links by itself, and all others by name."""

from __future__ import annotations

from typing import Any, cast

from fbridge_shopify import plugin

NO_STORE = cast(Any, None)


def test_any_carrier_is_taken() -> None:
    assert plugin.list_carrier_codes(NO_STORE).open


def test_italian_carriers_come_first_in_shopifys_own_spelling() -> None:
    codes = [entry.code for entry in plugin.list_carrier_codes(NO_STORE).codes]
    assert codes[:2] == ["BRT", "GLS Italy"]
    assert {"Poste Italiane", "DHL Express", "TNT", "UPS", "FedEx", "DPD", "GLS"} < set(codes)


def test_a_carrier_that_shopify_does_not_link_is_not_on_the_list() -> None:
    codes = {entry.code.casefold() for entry in plugin.list_carrier_codes(NO_STORE).codes}
    assert codes.isdisjoint({"sda", "nexive", "fercam", "brt corriere espresso"})


def test_each_name_is_there_once_and_is_its_own_label() -> None:
    listed = plugin.list_carrier_codes(NO_STORE).codes
    assert len({entry.code for entry in listed}) == len(listed) > 150
    assert all(entry.code == entry.label and not entry.tracking_url for entry in listed)
    # Case matters to Shopify: these two are not one.
    assert {"Inpost", "Österreichische Post", "エコ配"} < {entry.code for entry in listed}
