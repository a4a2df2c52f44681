"""The plugin host, with real distributions: a module and a dist-info folder on ``sys.path``."""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fbridge.errors import PluginError, PluginMissingError
from fbridge.models.platforms import OrderQuery, Store
from fbridge.plugins import describe_all, installed_platforms, load_platform

from .plugin_sources import DESCRIBE, FETCH, GOOD, HEADER, Install, failure


def test_names_are_listed_without_importing_anything(install: Install) -> None:
    install("alpha", "raise SystemExit(3)")
    install("beta")
    assert [key for key in installed_platforms() if key in {"alpha", "beta"}] == ["alpha", "beta"]
    assert not {"fbridge_alpha", "fbridge_beta"} & set(sys.modules)


def test_only_the_asked_plugin_is_imported_and_called(install: Install, store: Store) -> None:
    install("alpha")
    install("beta")
    adapter = load_platform("beta")
    assert "fbridge_alpha" not in sys.modules
    load_platform("alpha")
    assert (adapter.platform.key, adapter.platform.batch_size) == ("beta", 5)
    pages = list(adapter.fetch_orders(store, OrderQuery(since=datetime(2026, 1, 1, tzinfo=UTC))))
    assert [page.cursor["page"] for page in pages] == [0, 1, 2]
    assert adapter.list_carrier_codes(store).open
    assert list(adapter.push_fulfillment(store, [])) == []


def test_optional_hooks_may_be_left_out_or_be_there(install: Install, store: Store) -> None:
    install("alpha")
    install(
        "beta",
        GOOD
        + "@hookimpl\ndef check_store(store):\n    return StoreReport(findings=(), facts={'a': store.name})\n"
        + "@hookimpl\ndef preview_push(store, fulfillments):\n    return []\n",
    )
    assert load_platform("alpha").check_store(store) is None
    assert load_platform("alpha").preview_push(store, []) is None
    report = load_platform("beta").check_store(store)
    assert report is not None
    assert report.facts == {"a": "shop"}
    assert load_platform("beta").preview_push(store, []) == ()


def test_an_unknown_platform_lists_the_installed(install: Install) -> None:
    install("alpha")
    with pytest.raises(PluginMissingError) as raised:
        load_platform("alpah")
    message = str(raised.value)
    assert message.startswith(
        'There is no plugin for the platform "alpah". Did you mean "alpha"? Installed: alpha'
    )
    assert "To install it" not in message


def test_only_packages_that_there_are_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fbridge.plugins._offers", dict)
    for key, offered in (("magento", True), ("amazon", False), ("a; rm -rf /", False)):
        with pytest.raises(PluginMissingError) as raised:
            load_platform(key)
        assert ("To install it: " in str(raised.value)) is offered


def test_the_environment_restricts_the_set(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("alpha")
    install("beta")
    monkeypatch.setenv("FBRIDGE_PLATFORMS", " beta ,gamma")
    assert list(installed_platforms()) == ["beta"]
    with pytest.raises(PluginMissingError, match=r"left out by FBRIDGE_PLATFORMS. Installed: beta"):
        load_platform("alpha")


BROKEN = {
    "syntax": ("def", "fails at import: SyntaxError"),
    "raises": ("1 / 0", "fails at import: ZeroDivisionError: division by zero"),
    "exits": ("raise SystemExit(3)", "fails at import: SystemExit: 3"),
    "dependency": ("import lostlibrary", "needs the module lostlibrary, which is not installed"),
    "submodule": (
        "import fbridge.lostmodule",
        "needs the module fbridge.lostmodule, which is not there (this fbridge is ",
    ),
    "name": ("from fbridge.errors import Lost", "fails at import: ImportError: cannot import name 'Lost'"),
    "field": (
        GOOD.replace("batch_size=5", "batch_size=5, contract=2, colour='red'"),
        "unexpected keyword argument 'colour' (this fbridge is ",
    ),
    "member": (GOOD.replace("Support.YES", "Support.OFTEN"), "contract 1: is the plugin built for another?)"),
    "misspelt": (
        GOOD.replace("def fetch_orders", "def fetch_order"),
        'has a hook "fetch_order", which fbridge does not know. Did you mean "fetch_orders"?',
    ),
    "foreign": (GOOD + "@hookimpl\ndef zzz():\n    pass\n", 'has a hook "zzz", which fbridge does not know.'),
    "missing": (HEADER + DESCRIBE + FETCH, "lacks the hooks push_fulfillment, list_carrier_codes"),
    "nothing": ("x = 1", "lacks the hooks describe_platform, fetch_orders"),
    "unmarked": (
        GOOD.replace("@hookimpl\ndef list_carrier_codes", "def list_carrier_codes"),
        "lacks the hook list_carrier_codes (list_carrier_codes is not marked with @hookimpl)",
    ),
    "arguments": (
        GOOD.replace("push_fulfillment(store, fulfillments)", "push_fulfillment(store, orders)"),
        "has arguments that fbridge does not give: orders (it gives store, fulfillments)",
    ),
    "wrapper": (
        GOOD.replace("@hookimpl\ndef fetch_orders", "@hookimpl(wrapper=True)\ndef fetch_orders"),
        "lacks the hook fetch_orders",
    ),
    "describing": (GOOD.replace("yes = Support.YES", "1 / 0"), "describe_platform fails: ZeroDivisionError"),
    "described": (
        GOOD.replace("yes = Support.YES", "return {'key': 'KEY'}"),
        "describe_platform gave dict where Platform is due",
    ),
    "silent": (
        GOOD.replace("yes = Support.YES", "return None"),
        "describe_platform gave NoneType where Platform is due",
    ),
    "contract": (
        GOOD.replace("batch_size=5", "batch_size=5, contract=2"),
        "is built for contract 2 and this fbridge has contract 1; install a newer fbridge",
    ),
    "worded": (
        GOOD.replace("batch_size=5", "batch_size=5, contract='1'"),
        "its contract is a str where the number that it was built for is due",
    ),
    "older": (
        GOOD.replace("batch_size=5", "batch_size=5, contract=0").replace("fetch_orders", "get_orders"),
        "is built for contract 0 and this fbridge has contract 1; install a newer fbridge-older",
    ),
    "renamed": (GOOD.replace("KEY", "other"), 'describes the platform "other" under another name'),
    "batch": (GOOD.replace("batch_size=5", "batch_size=0"), "batch_size must be 1 or more"),
    "settle": (GOOD.replace("timedelta(seconds=1)", "1"), "settle_time must be a timedelta"),
    "schema": (
        GOOD.replace("settings=Schema", "settings=Schema()"),
        "settings must be a marshmallow schema class",
    ),
}


@pytest.mark.parametrize("key", BROKEN)
def test_a_broken_plugin_is_named_with_its_cause_and_breaks_no_other(install: Install, key: str) -> None:
    source, cause = BROKEN[key]
    install(key, source)
    install("sound")
    assert cause in failure(key)
    statuses = {status.key: status for status in describe_all()}
    assert cause in statuses[key].cause
    assert (statuses[key].ok, statuses["sound"].ok) == (False, True)
    assert statuses["sound"].package == "fbridge-sound 0.3"
    assert load_platform("sound").platform.label == "Key"


@pytest.mark.parametrize(
    ("asks", "cause"),
    [
        ("fbridge<9.0,>=8.1", "its package asks for fbridge<9.0,>=8.1 and this is fbridge "),
        ("fbridge[sandbox]<0.0.5", "; install a newer fbridge-alpha ("),
        ("FBridge~=8.1 ; python_version > '3'", "; install a newer fbridge ("),
    ],
)
def test_the_fbridge_that_a_broken_plugin_asks_for_comes_first(
    install: Install, asks: str, cause: str
) -> None:
    install("alpha", "from fbridge.errors import Lost", asks=asks)
    told = failure("alpha")
    assert told.startswith("its package asks for fbridge")
    assert cause in told
    assert "(it fails at import: ImportError: cannot import name 'Lost'" in told


def test_what_a_plugin_asks_for_breaks_none_that_works(install: Install) -> None:
    install("alpha", asks="fbridge>=8")
    assert load_platform("alpha").platform.label == "Key"
    install("beta", "import lostlibrary", asks="fbridge>=0.0.1")
    assert failure("beta").startswith("it needs the module lostlibrary")


@pytest.mark.parametrize(
    ("entry", "cause"),
    [
        ("lost.plugin", "its module lost.plugin is not there; install it again"),
        ("fbridge_entry:lost", "fails at import: AttributeError"),
        ("???", 'its entry point "???" names no module'),
    ],
)
def test_a_wrong_entry_point_is_told_from_a_missing_dependency(
    install: Install, entry: str, cause: str
) -> None:
    install("entry", entry=entry)
    assert cause in failure("entry")
    assert [status.ok for status in describe_all() if status.key == "entry"] == [False]


def test_two_distributions_with_one_key_are_both_named(install: Install) -> None:
    install("alpha")
    install("alpha", name="rival-alpha")
    install("sound")
    with pytest.raises(PluginError, match=r"fbridge-alpha 0\.3.*Uninstall one") as raised:
        load_platform("alpha")
    assert "rival-alpha 0.3" in str(raised.value)
    assert {status.key: status.ok for status in describe_all()} | {"alpha": False, "sound": True} == {
        status.key: status.ok for status in describe_all()
    }


def test_a_copy_shadowed_on_the_path_is_no_rival(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("alpha")
    older = tmp_path / "older"
    shutil.copytree(tmp_path / "fbridge_alpha-0.3.dist-info", older / "fbridge_alpha-0.1.dist-info")
    monkeypatch.setattr(sys, "path", [*sys.path, str(older)])
    assert load_platform("alpha").distribution == "fbridge-alpha 0.3"


def test_a_damaged_distribution_hides_no_other(install: Install, tmp_path: Path) -> None:
    install("alpha")
    damaged = tmp_path / "aaa-1.dist-info"
    damaged.mkdir()
    (damaged / "entry_points.txt").write_bytes(b"[fbridge.platforms]\n\xff\xfe = \xff\n")
    assert "alpha" in installed_platforms()


def test_ctrl_c_at_import_passes_through(install: Install) -> None:
    install("alpha", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        describe_all()
