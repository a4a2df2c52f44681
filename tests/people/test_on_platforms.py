"""A person's act during a push to each of the emulated platforms: at chosen moments, in the slow tests at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import stamina

from fbridge.sandbox import ServedSandbox
from fbridge.testing import StoreUnderTest
from fbridge_magento.sandbox import create_sandbox as create_magento
from fbridge_prestashop.sandbox import create_sandbox as create_prestashop
from fbridge_shopify.sandbox import create_sandbox as create_shopify
from fbridge_woocommerce.sandbox import create_sandbox as create_woocommerce
from tests.people import acts, evening
from tests.people.acts import ACTS
from tests.people.evening import Evenings, PersonsAct, Scenario, evenings_of, spend
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
    "magento-bulk": (create_magento, {}, MagentoUnderTest, {"push": "bulk"}),
    "shopify": (create_shopify, {}, ShopifyUnderTest, {}),
}
ON_EACH = ("woocommerce", "prestashop", "magento", "shopify")
CHOSEN = (
    (acts.leave_behind_and_withdraw, "after a request"),
    (acts.adopt, "told reading"),
    (acts.set_number, "told reading"),
)
"""Between read and claim; while the order whose answer was lost is read."""


@pytest.fixture
def evenings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Evenings]:
    create, options, under_test, own_settings = PLATFORMS[request.param]
    with (
        stamina.set_testing(True, attempts=4, cap=True),
        ServedSandbox(create(orders=0, **options), "127.0.0.1", 0) as served,
        evenings_of(under_test(served, **own_settings), tmp_path, without_tracking="wait:1h") as made,
    ):
        yield made


@pytest.mark.parametrize("evenings", ON_EACH, indirect=True)
def test_an_act_while_an_answer_is_lost(evenings: Evenings) -> None:
    for act, kind in CHOSEN:
        assert spend(evenings, evening.answer_lost, act, 1, kind).happened


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
@pytest.mark.parametrize(
    "scenario",
    [evening.all_well, evening.answer_lost, evening.request_lost, evening.correction_lost],
    ids=lambda scenario: scenario.__name__,
)
@pytest.mark.parametrize("evenings", PLATFORMS, indirect=True)
def test_every_act_at_every_moment(evenings: Evenings, scenario: Scenario, act: PersonsAct) -> None:
    for at in count(1):
        if not spend(evenings, scenario, act, at).happened:
            break
