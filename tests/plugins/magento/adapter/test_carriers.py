"""Magento lists no carriers and takes any code."""

from __future__ import annotations

from collections.abc import Callable

from fbridge.models.platforms import Store
from fbridge_magento import plugin


def test_the_stock_codes_and_an_open_list(open_store: Callable[..., Store]) -> None:
    got = plugin.list_carrier_codes(open_store())
    assert [code.code for code in got.codes] == ["custom", "ups", "usps", "fedex", "dhl"]
    assert got.open


def test_the_users_own_codes_come_first_and_may_rename_a_stock_one(open_store: Callable[..., Store]) -> None:
    got = plugin.list_carrier_codes(
        open_store(carriers=["brtitaly = BRT Corriere", "dhl=DHL Express Italia"])
    )
    assert [(code.code, code.label) for code in got.codes][:2] == [
        ("brtitaly", "BRT Corriere"),
        ("dhl", "DHL Express Italia"),
    ]
    assert [code.code for code in got.codes].count("dhl") == 1
