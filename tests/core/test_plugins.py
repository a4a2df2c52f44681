"""The plugin host, with real distributions: a module and a dist-info folder on ``sys.path``."""

from __future__ import annotations

import shutil
import sys
import textwrap
import traceback
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.installed_packages import write_dist_info

from fbridge.errors import FbridgeError, PluginError, PluginMissingError, UnreachableError
from fbridge.http import StoreHttp
from fbridge.models.platforms import OrderPage, OrderQuery, Store
from fbridge.models.secrets import HIDDEN, Secret
from fbridge.plugins import describe_all, installed_platforms, load_platform

HEADER = """
from datetime import timedelta
from marshmallow import Schema
from fbridge.errors import UnreachableError
from fbridge.hookspecs import hookimpl
from fbridge.models.platforms import *
from fbridge.models.states import *
"""
DESCRIBE = """
@hookimpl
def describe_platform():
    yes = Support.YES
    return Platform(
        key="KEY", label="Key", settings=Schema, batch_size=5, settle_time=timedelta(seconds=1),
        capabilities=Capabilities(partial_shipments=yes, several_numbers=yes, tracking_update=yes,
                                  carrier_free_text=yes, ship_date=yes),
        mail=MailBehaviour.NEVER,
    )
"""
FETCH = """
@hookimpl
def fetch_orders(store, query):
    for number in range(3):
        yield OrderPage(orders=(), cursor={"page": number})
"""
PUSH = """
@hookimpl
def push_fulfillment(store, fulfillments):
    return iter(())
"""
CODES = """
@hookimpl
def list_carrier_codes(store):
    return CarrierCodes(codes=(), open=True)
"""
GOOD = HEADER + DESCRIBE + FETCH + PUSH + CODES

Install = Callable[..., None]

CANARY = "cs_canary9f8e7d6c5b4a39281706"
WRAPPED = f"{CANARY[:9]}\\n{CANARY[9:]}"
OWN_ERROR = "    class Own(Exception):\n        def __str__(self): return 'TOLD'\n"
ENCODED = b64encode(f"ck_1:{CANARY}".encode()).decode()


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Puts a distribution ``fbridge-<key>`` with this source into a folder that stands on ``sys.path``."""
    monkeypatch.syspath_prepend(str(tmp_path))
    modules = set(sys.modules)

    def installed(
        key: str,
        source: str | None = GOOD,
        *,
        entry: str | None = None,
        name: str | None = None,
        asks: str = "",
    ) -> None:
        name = name or f"fbridge-{key}"
        module = name.replace("-", "_")
        if source is not None:
            (tmp_path / f"{module}.py").write_text(textwrap.dedent(source).replace("KEY", key), "utf-8")
        offered = {"fbridge.platforms": {key: module if entry is None else entry}}
        write_dist_info(tmp_path, name, offered, version="0.3", requires=asks)

    yield installed
    for module in set(sys.modules) - modules:
        if module.startswith(("fbridge_", "lost")):
            del sys.modules[module]


@pytest.fixture
def store() -> Iterator[Store]:
    with StoreHttp("http://127.0.0.1:1") as http:
        yield Store("shop", http.base_url, {"consumer_secret": Secret(CANARY)}, http)


def failure(key: str) -> str:
    with pytest.raises(PluginError) as raised:
        load_platform(key)
    message = str(raised.value)
    assert message.startswith(f'The plugin "{key}" (fbridge-{key} 0.3) is broken: ')
    return message.partition("is broken: ")[2]


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


def fetching(install: Install, body: str) -> Any:
    install(
        "alpha", HEADER + DESCRIBE + f"@hookimpl\ndef fetch_orders(store, query):\n{body}\n" + PUSH + CODES
    )
    return load_platform("alpha")


def test_a_bug_in_the_middle_names_the_plugin_and_keeps_what_came_before(
    install: Install, store: Store
) -> None:
    adapter = fetching(install, "    yield OrderPage(orders=())\n    {}['secret " + CANARY + "']")
    pages = adapter.fetch_orders(store, OrderQuery())
    assert isinstance(next(pages), OrderPage)
    with pytest.raises(
        PluginError, match=r'"alpha" \(fbridge-alpha 0.3\).*fetch_orders failed on store "shop"'
    ) as raised:
        next(pages)
    assert isinstance(raised.value.__cause__, KeyError)
    assert "KeyError" in str(raised.value)
    assert "canary" not in str(raised.value)


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("    yield {'orders': []}", "fetch_orders gave dict where OrderPage is due"),
        ("    yield None", "fetch_orders gave NoneType where OrderPage is due"),
        ("    return None", "fetch_orders failed on store \"shop\": TypeError: 'NoneType'"),
        ("    return 5", "TypeError"),
        ("    raise ValueError('no')", "ValueError: no"),
        ("    import sys\n    sys.exit(0)", "SystemExit: 0"),
        ("    raise StopIteration", "StopIteration"),
    ],
)
def test_what_is_not_a_page_is_a_plugin_error(install: Install, store: Store, body: str, cause: str) -> None:
    adapter = fetching(install, body)
    with pytest.raises(PluginError) as raised:
        list(adapter.fetch_orders(store, OrderQuery()))
    assert cause in str(raised.value)


def test_expected_errors_pass_as_they_are(install: Install, store: Store) -> None:
    adapter = fetching(
        install, "    yield OrderPage(orders=())\n    raise UnreachableError('down', reason='x')"
    )
    with pytest.raises(UnreachableError, match="down") as raised:
        list(adapter.fetch_orders(store, OrderQuery()))
    assert raised.value.reason == "x"


@pytest.mark.parametrize("told", [CANARY, CANARY.upper(), WRAPPED, ENCODED, ENCODED[:30]])
@pytest.mark.parametrize(
    "body",
    [
        "    raise UnreachableError('the store says: TOLD', reason='TOLD')",
        "    raise ValueError('TOLD')",
        "    {}['TOLD']",
        OWN_ERROR + "    raise Own",
        OWN_ERROR
        + "    try:\n        raise Own\n    except Own as error:\n        raise UnreachableError('down') from error",
        "    try:\n        {}['TOLD']\n    except KeyError:\n        raise UnreachableError('down')",
        "    error = UnreachableError('down')\n    error.add_note('TOLD')\n    raise error",
        "    raise ExceptionGroup('TOLD', [ValueError('TOLD')])",
        "    open('TOLD')",
    ],
)
def test_no_error_of_a_plugin_repeats_a_credential(
    install: Install, store: Store, body: str, told: str
) -> None:
    adapter = fetching(install, body.replace("TOLD", told) + "\n    yield")
    with pytest.raises(FbridgeError) as raised:
        list(adapter.fetch_orders(store, OrderQuery()))
    words = "".join(
        line
        for line in traceback.format_exception(raised.value)
        if not line.startswith("  File")  # shows the plugin's source, in which this test wrote it down
    )
    for form in (CANARY, ENCODED[:20]):
        assert form.lower() not in "".join((words + raised.value.reason).lower().split())
    assert isinstance(raised.value, PluginError | UnreachableError)


@pytest.mark.parametrize("told", [CANARY, CANARY.upper(), WRAPPED, ENCODED, ENCODED[:30]])
def test_nothing_that_a_plugin_gives_repeats_a_credential(install: Install, store: Store, told: str) -> None:
    source = """
    address = Address(name="Anna", city="TOLD")
    order = Order(remote_id="7", number="1007", status=OrderStatus.OPEN, remote_status="TOLD",
                  created_at=store.now(), changed_at=store.now(), currency="EUR", total=Decimal(1),
                  payment=Payment(kind=PaymentKind.PAID), lines=(), ship_to=address, note="Thanks. TOLD",
                  adapter_data={"seen": ["TOLD", 3]})
    clean = replace(order, remote_id="8", ship_to=Address(city="Roma"), remote_status="new", note="Hi",
                    adapter_data={"seen": [3]})
    rejected = RejectedOrder(remote_id="9", reason="The store says TOLD.")
    yield OrderPage(orders=(order, clean), rejected=(rejected,), cursor={"after": "TOLD"})
"""
    imports = (
        "    from dataclasses import replace\n    from decimal import Decimal\n"
        "    from fbridge.models.orders import Address, Order, Payment, RejectedOrder"
    )
    adapter = fetching(install, imports + source.replace("TOLD", told))
    (page,) = adapter.fetch_orders(store, OrderQuery())
    assert told.replace("\\n", "\n") not in repr(page)
    assert CANARY[10:] not in repr(page)
    order, clean = page.orders
    assert (order.remote_id, order.ship_to.name, order.ship_to.city) == ("7", "Anna", HIDDEN)
    assert (clean.ship_to.city, clean.note, clean.adapter_data) == ("Roma", "Hi", {"seen": [3]})


def test_a_page_without_credentials_is_handed_on_as_it_is(install: Install, store: Store) -> None:
    adapter = fetching(install, "    page = query.cursor['page'] = OrderPage(orders=())\n    yield page")
    cursor: dict[str, Any] = {}
    (page,) = adapter.fetch_orders(store, OrderQuery(cursor=cursor))
    assert page is cursor["page"]


def test_ctrl_c_in_a_plugin_passes_through(install: Install, store: Store) -> None:
    adapter = fetching(install, "    yield OrderPage(orders=())\n    raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        list(adapter.fetch_orders(store, OrderQuery()))


def test_an_iterator_that_is_left_is_closed(install: Install, store: Store) -> None:
    adapter = fetching(
        install,
        "    class Pages:\n        def __iter__(self): return self\n"
        "        def __next__(self): return OrderPage(orders=())\n"
        "        def close(self): query.cursor['closed'] = True\n"
        "    return Pages()",
    )
    cursor: dict[str, bool] = {}
    pages = adapter.fetch_orders(store, OrderQuery(cursor=cursor))
    next(pages)
    assert cursor == {}
    pages.close()
    assert cursor == {"closed": True}


def test_pages_are_made_one_by_one(install: Install, store: Store) -> None:
    adapter = fetching(
        install,
        "    for number in range(3):\n        query.cursor[number] = 1\n        yield OrderPage(orders=())",
    )
    cursor: dict[int, int] = {}
    pages = adapter.fetch_orders(store, OrderQuery(cursor=cursor))  # type: ignore[arg-type]
    next(pages)
    assert cursor == {0: 1}
    assert len(list(pages)) == 2


def test_a_wrong_single_answer_is_a_plugin_error(install: Install, store: Store) -> None:
    install(
        "alpha",
        GOOD.replace("return CarrierCodes(codes=(), open=True)", "return []")
        + "@hookimpl\ndef check_store(store):\n    return None\n",
    )
    adapter = load_platform("alpha")
    with pytest.raises(PluginError, match="list_carrier_codes gave list where CarrierCodes is due"):
        adapter.list_carrier_codes(store)
    with pytest.raises(PluginError, match="check_store gave NoneType where StoreReport is due"):
        adapter.check_store(store)
