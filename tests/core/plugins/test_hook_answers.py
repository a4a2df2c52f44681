"""What a plugin's hooks give and raise: handed on as it is, or named as the plugin's, and never a credential."""

from __future__ import annotations

import traceback
from base64 import b64encode
from typing import Any
from unittest.mock import Mock

import pytest

from fbridge.errors import FbridgeError, PluginError, UnreachableError
from fbridge.models.platforms import OrderPage, OrderQuery, Store
from fbridge.models.secrets import HIDDEN
from fbridge.plugins import load_platform

from .plugin_sources import CANARY, CODES, DESCRIBE, GOOD, HEADER, PUSH, Install

WRAPPED = f"{CANARY[:9]}\\n{CANARY[9:]}"
OWN_ERROR = "    class Own(Exception):\n        def __str__(self): return 'TOLD'\n"
ENCODED = b64encode(f"ck_1:{CANARY}".encode()).decode()


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
        ("    return None", "fetch_orders gave NoneType where an iterator is due"),
        ("    return 5", "fetch_orders gave int where an iterator is due"),
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


@pytest.mark.parametrize(
    ("part", "value", "cause"),
    [
        ("reason", "5", "reason is an int where str is due"),
        ("reason", "None", "reason is None where str is due"),
        ("reason", "'r' * 65", "reason is longer than 64 characters"),
        ("reason", "''", "reason is empty"),
        ("retry_after", "60", "retry_after is an int where timedelta is due"),
    ],
)
def test_a_wrong_value_of_an_error_is_the_plugins(
    install: Install, store: Store, part: str, value: str, cause: str
) -> None:
    adapter = fetching(
        install, f"    error = UnreachableError('down')\n    error.{part} = {value}\n    raise error"
    )
    with pytest.raises(PluginError, match=f"fetch_orders raised an UnreachableError whose {cause}"):
        list(adapter.fetch_orders(store, OrderQuery()))


def test_an_errors_words_are_told_as_far_as_they_can_be_kept(install: Install, store: Store) -> None:
    adapter = fetching(install, r"    raise UnreachableError('no \x00\ud83d', reason='a\x00' + 'b' * 99)")
    with pytest.raises(UnreachableError) as raised:
        list(adapter.fetch_orders(store, OrderQuery()))
    assert (str(raised.value), raised.value.reason) == ("no ?", "a" + "b" * 63)


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


@pytest.mark.parametrize("order_ids", [["7", "7"], ["8"]], ids=["twice", "of another order"])
def test_a_preview_that_nobody_asked_for_is_a_plugin_error(
    install: Install, store: Store, order_ids: list[str]
) -> None:
    """The plan counts one preview for each order: a second one would hide the mails of the first."""
    install(
        "alpha",
        f"{GOOD}from fbridge.models.fulfillments import Preview\n"
        "@hookimpl\ndef preview_push(store, fulfillments):\n"
        f"    return [Preview(order_id=one) for one in {order_ids}]\n",
    )
    with pytest.raises(
        PluginError, match=r"preview_push gave a Preview for order [78], which was not asked for"
    ):
        load_platform("alpha").preview_push(store, [Mock(order_id="7")])


@pytest.mark.parametrize(
    ("given", "cause"),
    [
        ("shipment_id='u2', outcome=Outcome.DONE", "a receipt for shipment u2"),
        ("shipment_id='u1', outcome=Outcome.PREPARED", "the outcome prepared, which is none of it"),
    ],
)
def test_a_receipt_of_an_undo_that_cannot_be_its_own_is_a_plugin_error(
    install: Install, store: Store, given: str, cause: str
) -> None:
    hook = f"@hookimpl\ndef undo_fulfillment(store, undo):\n    return UndoReceipt({given}, reason='x')\n"
    install("alpha", f"{GOOD}from fbridge.models.undo import UndoReceipt\n{hook}")
    with pytest.raises(PluginError, match=f"undo_fulfillment gave {cause}"):
        load_platform("alpha").undo_fulfillment(store, Mock(shipment=Mock(id="u1")))
