"""Expects the right tests of the kit to fail on a broken adapter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fbridge.sandbox import ServedSandbox
from fbridge.testing.faults import FaultProxy
from fbridge.testing.store_under_test import StoreUnderTest

RED = (AssertionError, pytest.fail.Exception)
TOY = Path(__file__).parent / "toy_platform"


@pytest.fixture(scope="session")
def toy_shop() -> Iterator[ServedSandbox]:
    """One served shop for all who clear it first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(TOY))
        from fbridge_toy.sandbox import ToySandbox
    with ServedSandbox(ToySandbox(), "127.0.0.1", 0) as served:
        yield served


@pytest.fixture
def shop(install_toy: Callable[[str], None], toy_shop: ServedSandbox) -> StoreUnderTest:
    """The toy platform's store, empty, with its adapter installed."""
    from .toy_store import ToyUnderTest

    install_toy("adapter:adapter")
    toy_shop.control.clear()
    return ToyUnderTest(toy_shop)


@pytest.fixture
def proxy(shop: StoreUnderTest) -> Iterator[FaultProxy]:
    """What stands before it."""
    with FaultProxy(shop.url, is_write=shop.is_write) as made:
        yield made


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On a broken adapter only its red tests and one more are run; the red ones must fail. Its first red one is
    quick, for it shows that the kit notices."""
    left_out = [item for item in items if not _is_wanted(item)]
    for item in items:
        red = getattr(_class_of(item), "red", ())
        if _base_name(item) in red:
            item.add_marker(pytest.mark.xfail(strict=True, raises=RED, reason="a broken adapter"))
        quick = red[:1] or getattr(_class_of(item), "quick", ())
        if quick and _base_name(item) not in quick:
            item.add_marker(pytest.mark.slow)
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _is_wanted(item: pytest.Item) -> bool:
    broken = _class_of(item)
    red = getattr(broken, "red", None)
    return red is None or _base_name(item) in (*red, *broken.green)


def _class_of(item: pytest.Item) -> type | None:
    return getattr(item, "cls", None)


def _base_name(item: pytest.Item) -> str:
    """A test is named with its parameters where only some of them are meant."""
    broken = _class_of(item)
    named = (*getattr(broken, "red", ()), *getattr(broken, "green", ()))
    return item.name if item.name in named else item.name.partition("[")[0]
