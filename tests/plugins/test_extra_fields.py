"""A path in the platform's own order becomes a column of the export, on every platform; nothing else is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.people.stores import PLATFORMS

from fbridge.sandbox import ServedSandbox
from fbridge.testing import StoreUnderTest
from fbridge.testing.office import Office
from fbridge_magento.field_filter import parsed, with_extra_fields, written
from fbridge_magento.schemas import ORDER_FIELDS
from fbridge_shopify.extra_selection import needs_a_list, selections, with_metafields
from fbridge_woocommerce.sandbox.records import MetaRow

ASKED: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "woocommerce": (
        {"vat": "meta_data[_billing_vat]", "mail": "billing.email", "key": "order_key"},
        {"vat": "IT0001", "mail": "cliente1001@example.test"},
    ),
    "prestashop": (
        {"dni": "invoice.dni", "vat": "delivery.vat_number", "name": "customer.lastname", "mod": "module"},
        {"dni": "RSSMRA80A01H501U", "vat": "IT01234567897", "name": "Castán", "mod": "ps_checkpayment"},
    ),
    "magento": (
        {
            "vat": "billing_address.vat_id",
            "mail": "customer_email",
            "shop": "store_name",
            "none": "items[99].x",
        },
        {"vat": "IT01234567897", "mail": "cliente1@example.test"},
    ),
    "shopify": (
        {
            "vat": "customAttributes[Partita IVA]",
            "zip": "billingAddress.zip",
            "tag": "tags[0]",
            "po": "poNumber",
        },
        {"vat": "IT0001", "zip": "00184", "tag": "B2B"},
    ),
}


def fill_in(platform: str, control: Any, store: StoreUnderTest) -> None:
    """What a customer of this shop has filled in."""
    if platform == "woocommerce":
        next(iter(control.shop.orders.values())).meta.append(MetaRow(9001, "_billing_vat", "IT0001"))
    elif platform == "shopify":
        order = store.new_order([(store.skus[0], 1)])
        control.record(order).attributes["Partita IVA"] = "IT0001"


@pytest.mark.parametrize("platform", [pytest.param(one, marks=pytest.mark.slow) for one in ASKED])
def test_what_is_asked_for_is_read(platform: str, tmp_path: Path) -> None:
    asked, wanted = ASKED[platform]
    create, options, under_test, own = PLATFORMS[platform]
    with (
        ServedSandbox(create(orders=24, **options), "127.0.0.1", 0) as served,
        Office(under_test(served, **own), tmp_path / "home", extra_fields=asked) as office,
    ):
        fill_in(platform, served.control, office.store)
        result = office.fetch()
        assert result.error is None
        assert not result.rejected
        kept = [one.extra for one in office.fetched().values()]
    told = {(name, value) for one in kept for name, value in one.items()}
    assert set(wanted.items()) <= told
    assert {name for name, _ in told} <= set(asked)


def test_magentos_filter_asks_for_the_extra_fields_within_its_own() -> None:
    assert written(parsed(ORDER_FIELDS)) == ORDER_FIELDS
    asked = {
        "a": "billing_address.vat_id",
        "b": "remote_ip",
        "c": "extension_attributes.x.y",
        "d": "items[0].sku",
    }
    tree = parsed(with_extra_fields(ORDER_FIELDS, asked))["items"]
    assert {"vat_id", "firstname"} <= set(tree["billing_address"])
    assert tree["remote_ip"] == {}
    assert tree["extension_attributes"]["x"] == {"y": {}}
    assert tree["items"] == {}  # an entry of a list may be any: all of it


def test_shopify_is_asked_for_what_a_path_means_there() -> None:
    asked = {
        "a": "localizedFields[TAX_CREDENTIAL_IT]",
        "b": 'metafields[custom."x.vat]',
        "c": "customer.note",
        "d": "localizedFields[TAX_EMAIL_IT]",
    }
    assert selections(asked) == [
        "localizedFields(first: 25) { nodes { key title value } }",
        "customer { note }",
        'metafield0: metafield(namespace: "custom.\\"x", key: "vat") { value }',
    ]
    assert needs_a_list(asked)
    order = with_metafields({"metafield0": {"value": "7"}}, asked)
    assert order["metafields"] == [{"key": 'custom."x.vat', "value": "7"}]
