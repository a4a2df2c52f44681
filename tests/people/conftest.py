"""The office and its second desk, before the toy platform."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import stamina

from fbridge.sandbox import ServedSandbox
from tests.contract.toy_store import ToyUnderTest
from tests.people.evening import Evenings, evenings_of


@pytest.fixture
def evenings(install_toy: Callable[[str], None], database_url: str, tmp_path: Path) -> Iterator[Evenings]:
    install_toy("adapter:adapter")
    from fbridge_toy.sandbox import ToySandbox

    with (
        stamina.set_testing(True, attempts=4, cap=True),
        ServedSandbox(ToySandbox(), "127.0.0.1", 0) as served,
        evenings_of(
            ToyUnderTest(served), tmp_path, database_url=database_url, without_tracking="wait:1h"
        ) as made,
    ):
        yield made
