"""A red test of the kit teaches: clause, what was done, what the store held, what was expected, likely mistakes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from fbridge.sandbox import ServedSandbox
from fbridge.testing import AdapterConformance, Office
from fbridge.testing.clauses import CLAUSES, OF_CLAUSE, OF_TEST, mistakes_of
from fbridge.testing.direct import directly
from fbridge.testing.fixtures import KitFixtures
from fbridge.testing.journal import JOURNAL

from .test_broken_adapters import EVERYTHING
from .toy_store import ToyUnderTest

CONTRACT = Path(__file__).parents[2] / "docs" / "contract.md"
Told = Callable[[str, str], str]


@pytest.fixture
def told(toy_shop: ServedSandbox, install_toy: Callable[[str], None], tmp_path: Path) -> Told:
    """``told(adapter, test)``: what this test says of this adapter."""

    def run(adapter: str, test: str) -> str:
        install_toy(adapter)
        toy_shop.control.clear()
        toy_shop.control._ids = count(2)  # of wrong values each second order has one
        JOURNAL.clear()
        store, kit = ToyUnderTest(toy_shop), AdapterConformance()
        act = getattr(kit, test)
        with Office(store, tmp_path / "home") as office, directly(office) as direct:
            known: dict[str, Any] = {"store": store, "office": office, "direct": direct, "pieces": 1}
            wanted = {name: known[name] for name in inspect.signature(act).parameters}
            with pytest.raises(pytest.fail.Exception) as failure:
                act(**wanted)
        return str(failure.value)

    return run


@pytest.mark.parametrize(
    ("adapter", "test", "parts"),
    [
        (
            "broken_writing:never_finishes",
            "test_C03_the_last_part_completes_the_order",
            (
                "C3 is broken: the last part completes the order.",
                "Quantities are by line id.",
                "office: push -> S1 sent (sent), S2",
                "order 2: open; numbers FB000000001IT, FB000000002IT;",
                "store.truth(order).closed",
                "Fulfillment.completes_order",
            ),
        ),
        pytest.param(
            "broken_reading:loses_accents",
            "test_C01_an_order_goes_to_the_address_of_its_sale",
            ("Zoë D'Alì", "a name loses its accents"),
            marks=pytest.mark.slow,
        ),
        (
            "wrong_values:int_number",
            "test_C01_a_paid_order_owes_nothing",
            ("owes nothing. First of all: wrong_value: the plugin", "number is an int where str is due"),
        ),
        (
            "wrong_values:wrong_page",
            "test_C01_a_paid_order_owes_nothing",
            ("owes nothing. First of all: The plugin", "cursor", "order 2 did not arrive"),
        ),
        pytest.param(
            "broken_telling:tells_a_receipt_twice",
            "test_C10_the_receipt_holds_what_the_store_holds",
            ("one fulfillment, but 2 receipts",),
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_red_test_says_what_a_plugin_author_needs(
    told: Told, adapter: str, test: str, parts: tuple[str, ...]
) -> None:
    words = told(adapter, test)
    for part in (*parts, "Done: ", "Store holds: ", "Expected: ", "Seen: ", "Often it is: "):
        assert part in words
    assert not re.search(r"KeyError|None is not None|object at 0x", words)
    assert len(words.splitlines()) <= 30


def test_a_plugin_that_cannot_be_loaded_is_told_by_its_cause(
    install_toy: Callable[[str], None], toy_shop: ServedSandbox, tmp_path: Path
) -> None:
    install_toy("no_such_module_of_it:adapter")
    kit: Any = KitFixtures.make_office.__wrapped__  # type: ignore[attr-defined]
    offices = kit(KitFixtures(), ToyUnderTest(toy_shop), toy_shop, tmp_path)
    with pytest.raises(pytest.fail.Exception, match=r"no clause was tried: .*no_such_module_of_it"):
        next(offices)()


def test_every_test_of_the_kit_has_its_clause_and_likely_mistakes() -> None:
    headings = re.findall(r"^\*\*C(\d+)\. (.+?)\*\*", CONTRACT.read_text("utf-8"), re.MULTILINE)
    assert {f"C{int(clause):02d}": words for clause, words in headings} == CLAUSES
    assert set(OF_CLAUSE) == set(CLAUSES)
    assert {f"test_{name}" for name in OF_TEST} <= set(EVERYTHING)
    assert all(list(mistakes_of(test)) for test in EVERYTHING)
