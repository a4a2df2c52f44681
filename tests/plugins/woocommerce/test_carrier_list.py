"""What a store calls its carriers changes while nobody looks: one is added, the tracking plugin is switched off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fbridge.errors import InputError
from fbridge.sandbox import ServedSandbox
from fbridge.testing import Office
from fbridge.testing.office import STORE

from .conformance_store import WooCommerceUnderTest


@pytest.fixture
def shop(make_sandbox: Callable[..., ServedSandbox]) -> ServedSandbox:
    return make_sandbox(orders=0, tracking="ast")


@pytest.fixture
def office(shop: ServedSandbox, tmp_path: Path) -> Iterator[Office]:
    with Office(WooCommerceUnderTest(shop), tmp_path / "home") as made:
        yield made


def test_a_carrier_that_the_store_has_got_since_can_be_mapped(office: Office, shop: ServedSandbox) -> None:
    office.bridge.carriers.codes(STORE)
    with pytest.raises(InputError, match="no carrier code Kurier"):
        office.bridge.carriers.map(STORE, "BRT", "Kurier")
    shop.control.set_providers(
        {"Italy": {"Kurier": {"slug": "kurier", "url": "https://kurier.example/%number%"}}}
    )
    assert office.bridge.carriers.map(STORE, "BRT", "Kurier").site_code == "kurier"


def test_where_the_place_of_numbers_has_changed_so_has_the_list(office: Office, shop: ServedSandbox) -> None:
    assert not office.bridge.carriers.codes(STORE).open
    shop.control.switch_off("tracking")
    office.bridge.stores.check(STORE)
    assert office.bridge.carriers.codes(STORE).open
