"""``fbridge plugin check``: a plugin that cannot be used is told by its cause, one that can by a report card."""

from __future__ import annotations

import os
import re
import textwrap
from pathlib import Path

import pytest
from tests.installed_packages import write_dist_info

from fbridge.authoring.card import KitResult, Mark, ReportCard, by_clause
from fbridge.authoring.check import check_plugin
from fbridge.authoring.must_tests import MUST, clause_of, is_must
from fbridge.errors import FbridgeError, InputError, PluginError, PluginMissingError
from fbridge.testing import AdapterConformance

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs"


def test_each_clause_of_the_contract_is_on_the_card_and_has_a_test_that_must_be_passed() -> None:
    clauses = re.findall(r"(?m)^\*\*(C\d+)\. ", (DOCS / "contract.md").read_text("utf-8"))
    assert [one.clause for one in by_clause([])] == clauses
    assert {clause_of(test) for test in MUST} == set(clauses)
    assert {test.partition("[")[0] for test in MUST} <= set(dir(AdapterConformance))
    assert is_must("test_C04_the_same_again_does_nothing[whole]")
    assert not is_must("test_C05_all_arrives_once_after_a_lost_answer[clock_ahead-dropped_after]")


def test_a_clause_fails_with_its_first_failure_and_passes_whatever_was_left_out() -> None:
    card = {
        one.clause: one
        for one in by_clause(
            [
                KitResult(test="test_C01_one", result=Mark.PASSED),
                KitResult(test="test_C01_two", result=Mark.FAILED, why="lost order 7\nand more"),
                KitResult(test="test_C02_one", result=Mark.SKIPPED, why="it cannot"),
                KitResult(test="test_C03_one", result=Mark.SKIPPED, why="it cannot"),
                KitResult(test="test_C03_two", result=Mark.PASSED),
                KitResult(
                    test="test_C07_one",
                    result=Mark.FAILED,
                    why="C7 is broken: three arrive.\nDone:        this\nSeen:        only 2\nOften it is: that",
                ),
            ]
        )
    }
    assert (card["C1"].result, card["C1"].why, card["C1"].passed) == (Mark.FAILED, "lost order 7", 1)
    assert (card["C2"].result, card["C2"].why) == (Mark.SKIPPED, "it cannot")
    assert (card["C3"].result, card["C3"].why) == (Mark.PASSED, "")
    assert card["C4"].result is Mark.NOT_RUN
    assert card["C7"].why == "three arrive: only 2"


HOOKS = """
from datetime import timedelta
from marshmallow import Schema
from fbridge.hookspecs import hookimpl
from fbridge.models.platforms import *
from fbridge.models.states import *

@hookimpl
def describe_platform():
    yes = Support.YES
    return Platform(key="lone", label="Lone", settings=Schema, batch_size=5, settle_time=timedelta(seconds=1),
        capabilities=Capabilities(partial_shipments=yes, several_numbers=yes, tracking_update=yes,
                                  carrier_free_text=yes, ship_date=yes), mail=MailBehaviour.NEVER, contract=1)
@hookimpl
def fetch_orders(store, query): yield OrderPage(orders=())
@hookimpl
def push_fulfillment(store, fulfillments): return iter(())
@hookimpl
def list_carrier_codes(store): return CarrierCodes(codes=(), open=True)
"""
BROKEN: dict[str, tuple[str, type[FbridgeError], str]] = {
    "syntax": ("def", PluginError, "it fails at import: SyntaxError"),
    "raises": ("print('noise'); 1 / 0", PluginError, "it fails at import: ZeroDivisionError"),
    "leaves": ("raise SystemExit(0)", PluginError, "it fails at import: SystemExit: 0"),
    "ends": ("import os; os._exit(0)", PluginError, "its import ends the whole process (with 0)"),
    "hangs": (
        "import time\ndef wait(): time.sleep(60)\nwait()",
        PluginError,
        "its import hangs: nothing came of it for 2 s, at lone_plugin.py line 2, in wait",
    ),
    "asks": ("input()", PluginError, "it fails at import: EOFError"),
    "empty": ("", PluginError, "it lacks the hooks describe_platform, fetch_orders"),
    "needs": ("import lostlibrary", PluginError, "needs the module lostlibrary, which is not installed"),
    "types": (HOOKS.replace("batch_size=5", "batch_size='5'"), PluginError, "batch_size must be 1 or more"),
    "none": (HOOKS.replace("    return Platform", "    Platform"), PluginError, "NoneType where Platform"),
    "later": (HOOKS.replace("contract=1", "contract=7"), PluginError, "it is built for contract 7"),
    "untested": (HOOKS, InputError, "can be loaded, but no tests of the kit were found"),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", BROKEN)
def test_a_module_that_cannot_be_checked_is_told_by_its_own_cause(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, error, words = BROKEN[kind]
    (tmp_path / "lone_plugin.py").write_text(source, "utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error) as raised:
        check_plugin("lone_plugin", patience=2 if kind == "hangs" else 60)
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)
    assert list(tmp_path.glob("[!_]*")) == [tmp_path / "lone_plugin.py"]


@pytest.mark.slow
def test_what_is_neither_a_platform_nor_a_module_is_missing() -> None:
    with pytest.raises(
        PluginMissingError, match=r'"shopfy"\. Did you mean "shopify"\?.*Nor is there a module shopfy'
    ):
        check_plugin("shopfy")


IMPORTS = """
import pytest
from fbridge.sandbox import ServedSandbox
from fbridge.testing import AdapterConformance
from fbridge_toy.sandbox import ToySandbox
from toy_store import ToyUnderTest
"""


def test_without_the_kit_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fbridge.authoring.check.find_spec", lambda name: None)
    with pytest.raises(PluginMissingError, match=r"needs one more package \(pytest\); run: .*testing"):
        check_plugin("shopify")


SOME = """
    class TestToy(AdapterConformance):
        @pytest.fixture
        def store(self):
            with ServedSandbox(ToySandbox(), "127.0.0.1", 0) as served:
                yield ToyUnderTest(served)

    for name in set(dir(TestToy)) - {WANTED}:
        if name.startswith("test_"):
            setattr(TestToy, name, None)
"""


def checked(
    folder: Path, monkeypatch: pytest.MonkeyPatch, entry: str, wanted: str, tests: str = SOME
) -> ReportCard:
    """The card of this adapter of the toy platform, from so many tests of the kit."""
    offered = {"fbridge.platforms": {"toy": f"fbridge_toy.{entry}"}}
    info = write_dist_info(folder / "site", "fbridge-toy", offered)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, (info.parent, HERE / "toy_platform", HERE))))
    file = folder / "test_toy.py"
    file.write_text(IMPORTS + textwrap.dedent(tests).replace("WANTED", wanted), "utf-8")
    return check_plugin("toy", tests=[file], patience=10)


@pytest.mark.slow
def test_a_broken_adapter_has_a_card_that_says_which_clause_and_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = '"test_C04_the_same_again_does_nothing", "test_C07_three_numbers_arrive_as_three"'
    card = checked(tmp_path, monkeypatch, "broken_writing:keeps_only_the_first_number", wanted)
    results = {one.clause: one for one in card.clauses}
    assert (card.platform, card.distribution, card.contract, card.ok) == ("toy", "fbridge-toy 1.0", 1, False)
    assert results["C4"].result is Mark.PASSED
    assert results["C7"].result is Mark.FAILED
    assert results["C7"].why.startswith("three numbers arrive as three")
    assert card.notes == ("toy offers no sandbox (entry point fbridge.sandboxes), so it has no demo.",)
    assert results["C1"].result is Mark.NOT_RUN


@pytest.mark.slow
@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("import time; time.sleep(60)", "hangs: nothing came of it for 10 s, at test_toy.py line"),
        ("import os; os._exit(3)", "ends the whole process (with 3)"),
    ],
)
def test_a_test_that_hangs_or_ends_the_process_is_named_and_the_rest_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: str, words: str
) -> None:
    wanted = '"test_C04_the_same_again_does_nothing", "test_C07_three_numbers_arrive_as_three"'
    tests = SOME.replace("with ServedSandbox", f"{act}\n            with ServedSandbox")
    card = checked(tmp_path, monkeypatch, "adapter:adapter", wanted, tests)
    assert words in card.stopped
    assert not card.ok
    assert sorted(one.result for one in card.clauses if one.clause in {"C4", "C7"}) == [
        Mark.FAILED,
        Mark.NOT_RUN,
    ]


@pytest.mark.slow
def test_tests_that_cannot_be_read_are_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PluginError, match=r"tests of toy cannot be read \(.*test_toy.py\): .*lostlibrary"):
        checked(tmp_path, monkeypatch, "adapter:adapter", "", "\n    import lostlibrary")
