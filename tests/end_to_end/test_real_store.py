"""``make real``, with sandboxes in the place of real stores."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from tests.real.__main__ import main
from tests.real.named import NotNamedError, named_stores

from fbridge.sandbox import ServedSandbox, create_sandbox, serve
from fbridge.settings.loading import variable

TODAY = date(2026, 11, 28)
URL = {"FBRIDGE_REAL_SHOPIFY_URL": "https://shop.example"}


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "No store is named"),
        ({"FBRIDGE_REAL_SHOPIFY_ORDERS": "1"}, "No store is named"),
        (URL, "FBRIDGE_REAL_SHOPIFY_ORDERS names no order of https://shop.example"),
        (URL | {"FBRIDGE_REAL_SHOPIFY_ORDERS": " , "}, "names no order"),
        (URL | {"FBRIDGE_REAL_SHOPIFY_ORDERS": "1", "FBRIDGE_REAL_SHOPIFY_ORDERS_FROM": "may"}, "no day"),
    ],
)
def test_without_named_orders_nothing_is_done(environment: dict[str, str], words: str) -> None:
    with pytest.raises(NotNamedError, match=words):
        list(named_stores(environment, TODAY))


def name(monkeypatch: pytest.MonkeyPatch, platform: str, served: ServedSandbox, **more: str) -> None:
    """Put the store into the environment."""
    said = {"url": served.url, "allow_http": "true", "accept_mail": "yes", **served.store_settings(), **more}
    for field, value in said.items():
        monkeypatch.setenv(variable(f"real-{platform}", field), str(value))


ORDERS: dict[str, Callable[[Any], list[Any]]] = {
    "woocommerce": lambda control: list(control.order_ids("processing")),
    "prestashop": lambda control: list(control.shippable_ids()),
    "magento": lambda control: list(control.order_ids("processing")),
    "shopify": lambda control: [control.new_order([("CAFFE-MOKA", 1)]) for _ in range(4)],
}


@pytest.mark.slow
@pytest.mark.parametrize("platform", ORDERS)
def test_only_the_named_orders_are_shipped_and_no_secret_is_shown(
    platform: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve(create_sandbox(platform, orders=12)) as served:
        orders = [str(key) for key in ORDERS[platform](served.control)]
        named, others = orders[:2], orders[2:4]
        before = [shown(served, one) for one in others]
        name(monkeypatch, platform, served, orders=",".join(named), orders_from="2020-01-01")
        code = main()
        said = capsys.readouterr()
        assert (code, said.err) == (0, "")
        assert "pushed again: nothing was sent" in said.out
        assert [shown(served, one) for one in others] == before
        assert others
        secrets = [str(value) for value in served.store_settings().values() if len(str(value)) > 12]
        assert not [one for one in secrets if one in said.out]


def shown(served: ServedSandbox, order: str) -> Any:
    return served.control.order(int(order) if order.isdigit() else order)
