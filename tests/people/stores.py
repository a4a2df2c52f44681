"""The emulated stores of the platforms, each as the kit knows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import stamina

from fbridge.sandbox import ServedSandbox
from fbridge.testing import StoreUnderTest
from fbridge_magento.sandbox import create_sandbox as create_magento
from fbridge_prestashop.sandbox import create_sandbox as create_prestashop
from fbridge_shopify.sandbox import create_sandbox as create_shopify
from fbridge_woocommerce.sandbox import create_sandbox as create_woocommerce
from tests.people.evening import Evenings, evenings_of
from tests.plugins.magento.conformance_store import MagentoUnderTest
from tests.plugins.prestashop.conformance_store import PrestaShopUnderTest
from tests.plugins.shopify.conformance_store import ShopifyUnderTest
from tests.plugins.woocommerce.conformance_store import WooCommerceUnderTest

Create = Callable[..., Any]
PLATFORMS: dict[str, tuple[Create, dict[str, Any], Callable[..., StoreUnderTest], dict[str, Any]]] = {
    "woocommerce": (create_woocommerce, {"tracking": "ast"}, WooCommerceUnderTest, {}),
    "woocommerce-fulfillments": (
        create_woocommerce,
        {"tracking": "none", "fulfillments": True},
        WooCommerceUnderTest,
        {},
    ),
    "prestashop": (create_prestashop, {}, PrestaShopUnderTest, {}),
    "magento": (create_magento, {}, MagentoUnderTest, {}),
    "shopify": (create_shopify, {}, ShopifyUnderTest, {}),
}


@contextmanager
def evenings_on(platform: str, folder: Path) -> Iterator[Evenings]:
    """The office before such a store."""
    create, options, under_test, own_settings = PLATFORMS[platform]
    with (
        stamina.set_testing(True, attempts=4, cap=True),
        ServedSandbox(create(orders=0, **options), "127.0.0.1", 0) as served,
        evenings_of(under_test(served, **own_settings), folder, without_tracking="wait:1h") as made,
    ):
        yield made
