"""A short torture run: pushers that race, are killed and stopped, and a store that fails in every way."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.torture.run import Torture


@pytest.mark.slow
def test_nothing_is_lost_and_nothing_sent_twice(database_url: str, tmp_path: Path) -> None:
    _torture(Torture(tmp_path, platform="woocommerce", seed=7, kills=4, shipments=40, database=database_url))


@pytest.mark.slow
@pytest.mark.parametrize("platform", ["prestashop", "magento", "shopify"])
def test_nothing_is_lost_and_nothing_sent_twice_elsewhere(platform: str, tmp_path: Path) -> None:
    _torture(Torture(tmp_path, platform=platform, seed=7, kills=4, shipments=40))


def _torture(torture: Torture) -> None:
    account = torture.run()
    assert account.clean, account
    assert account.shipments == 40
    assert account.kills >= 4
