"""Which carriers a store knows, and under which codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbridge.models.platforms import Store
from fbridge.sandbox import ServedSandbox
from fbridge_woocommerce import plugin
from fbridge_woocommerce.carriers import providers_as_codes
from fbridge_woocommerce.slugs import sanitize_title


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("BRT (Bartolini)", "brt-bartolini"),
        ("Poste Italiane", "poste-italiane"),
        ("post.at", "post-at"),
        ("DHL  Express", "dhl-express"),
        ("Corriere Lucà", "corriere-luca"),
        ("TNT / FedEx", "tnt-fedex"),
        ("Österreichische Post", "osterreichische-post"),
        ("A & B", "a-b"),
        ("顺丰", "%e9%a1%ba%e4%b8%b0"),
        ("Ship’it – 50%", "shipit-50"),
    ],
)
def test_slugs_are_those_of_wordpress(name: str, slug: str) -> None:
    assert sanitize_title(name) == slug


@given(st.text())
def test_a_slug_is_its_own_slug(name: str) -> None:
    assert sanitize_title(sanitize_title(name)) == sanitize_title(name)


def test_a_provider_under_two_countries_is_one_code() -> None:
    codes = providers_as_codes({"Italy": {"UPS": "https://u/%number%"}, "Global": {"UPS": "https://u/%1$s"}})
    assert [(code.code, code.label, code.tracking_url) for code in codes] == [
        ("ups", "UPS", "https://u/{number}")
    ]


def test_no_providers_come_as_an_empty_list_of_php() -> None:
    assert providers_as_codes([]) == ()


@pytest.mark.parametrize(
    ("options", "some_code", "count", "open_list"),
    [
        ({"tracking": "ast"}, "brt-bartolini", 3, False),
        ({"tracking": "wst", "wst_routes": True}, "brt-bartolini", 62, True),
        ({"tracking": "none", "fulfillments": True}, "poste-italiane", 77, True),
        ({"tracking": "wst"}, None, 0, True),
        ({"tracking": "none"}, None, 0, True),
    ],
)
def test_the_list_is_that_of_the_tracking_place(
    make_sandbox: Callable[..., ServedSandbox],
    store_of: Callable[..., Store],
    options: dict[str, Any],
    some_code: str | None,
    count: int,
    open_list: bool,
) -> None:
    codes = plugin.list_carrier_codes(store_of(make_sandbox(orders=0, **options)))
    assert (len(codes.codes), codes.open) == (count, open_list)
    assert some_code is None or some_code in {code.code for code in codes.codes}
