"""A plugin and a core of different ages: what works, and what is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fbridge.models.platforms import OrderQuery, Store
from fbridge.plugins import describe_all, load_platform

from .plugin_sources import DESCRIBE, FETCH, GOOD, HEADER, PUSH, Install, failure

OF_CONTRACT_1 = (HEADER + DESCRIBE + FETCH + PUSH).replace("batch_size=5", "batch_size=5, contract=1")
"""As it was written when one of today's hooks was not yet required."""


@pytest.fixture
def contracts(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], None]:
    """A core of another age, which requires a hook that the first contract did not have."""

    def take(oldest: int, newest: int) -> None:
        monkeypatch.setattr("fbridge.hookspecs.CAME_WITH", {"list_carrier_codes": 2})
        for module in ("fbridge.plugin_versions", "fbridge.models.platforms"):
            monkeypatch.setattr(f"{module}.OLDEST_CONTRACT", oldest)
            monkeypatch.setattr(f"{module}.CONTRACT_VERSION", newest)
        monkeypatch.setattr("fbridge.plugins.OLDEST_CONTRACT", oldest)

    return take


def test_a_plugin_for_contract_1_works_on_a_core_of_contract_2(
    install: Install, store: Store, contracts: Callable[[int, int], None]
) -> None:
    contracts(1, 2)
    install("older", OF_CONTRACT_1)
    install("unstated", HEADER + DESCRIBE + FETCH + PUSH)
    for key in ("older", "unstated"):
        loaded = load_platform(key)
        assert len(list(loaded.fetch_orders(store, OrderQuery()))) == 3
        assert list(loaded.push_fulfillment(store, [])) == []
    (told,) = (one.ageing for one in describe_all() if one.key == "older")
    assert told.startswith("fbridge-older 0.3 is built for contract 1, which is still taken by this fbridge")


def test_a_plugin_for_contract_2_owes_what_came_with_it(
    install: Install, contracts: Callable[[int, int], None]
) -> None:
    contracts(1, 2)
    install("alpha", OF_CONTRACT_1.replace("contract=1", "contract=2"))
    assert failure("alpha") == "it lacks the hook list_carrier_codes"
    install("beta", GOOD.replace("batch_size=5", "batch_size=5, contract=2"))
    assert [one.ageing for one in describe_all() if one.key == "beta"] == [""]


def test_a_contract_that_is_no_longer_taken_is_named_with_those_that_are(
    install: Install, contracts: Callable[[int, int], None]
) -> None:
    contracts(2, 3)
    install("alpha", OF_CONTRACT_1)
    cause = (
        "it is built for contract 1 and this fbridge takes contracts 2 to 3; install a newer fbridge-alpha"
    )
    assert failure("alpha") == cause
