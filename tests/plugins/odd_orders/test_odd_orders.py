"""What does not prevent shipping never rejects an order; what makes it doubtful marks it; the rest is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from tests.plugins.odd_orders.plain_orders import MORE, PLATFORMS, Json, Read, is_ready

from fbridge.models.orders import Order, RejectedOrder
from fbridge.models.platforms import OrderPage
from fbridge.orders.storage import upsert_page
from fbridge.orders.unreadable import keep_unread
from fbridge.plugin_values import order_fault
from fbridge.storage.database import Database
from fbridge.storage.tables import orders
from fbridge.stores.rows import ensure_store

FORMS: dict[str, list[dict[str, Any]]] = json.loads(Path(__file__).with_name("forms.json").read_text("utf-8"))
CASES = [(platform, form) for platform in PLATFORMS for form in FORMS[platform]]
NOTHINGS: list[Any] = [None, "", " ", [], {}, False, "0000-00-00 00:00:00"]
ODDITIES: list[Any] = [*NOTHINGS, True, 0, -1, 0.5, "2.0", "abc", "1,234.50", [None], [[]], {"0": None}]
BIG = [10**30, -(10**30), 1e300, float("nan"), float("inf"), "9" * 400, "x" * 5000, "\x00", "\ud800"]
MISSING = object()


def paths_in(value: Any, prefix: str = "") -> Iterator[str]:
    """The paths of all fields of a payload, of objects and lists too."""
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, inner in entries:
        path = f"{prefix}{key}"
        yield path
        yield from paths_in(inner, f"{path}.")


def bent(order: Json, path: str, value: Any) -> Json:
    """The order with another value at the path, or without the field."""
    *parents, last = path.split(".")
    place: Any = order
    for key in parents:
        place = place[int(key) if isinstance(place, list) else key]
    name: Any = int(last) if isinstance(place, list) else last
    if value is MISSING:
        del place[name]
    else:
        place[name] = deepcopy(value)
    return order


def read(platform: str, changes: dict[str, Any]) -> Read:
    order = PLATFORMS[platform].plain()
    for path, value in changes.items():
        bent(order, path, value)
    return PLATFORMS[platform].read(order)


def verdict(got: Read) -> str:
    if isinstance(got, RejectedOrder):
        return "rejected"
    return "marked" if got.doubts else "taken" if is_ready(got) else "not ready"


def reasons(got: Read) -> str:
    return got.reason if isinstance(got, RejectedOrder) else " ".join(doubt.code for doubt in got.doubts)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_plain_order_is_ready(platform: str) -> None:
    got = read(platform, {})
    assert isinstance(got, Order)
    assert is_ready(got), got
    assert [(line.sku, line.quantity, line.remaining) for line in got.lines] == [("MUG", 2, 2)]
    assert got.total == Decimal("25.00")


@pytest.mark.parametrize(("platform", "form"), CASES, ids=lambda value: str(value)[:60])
def test_forms_that_stores_were_reported_to_send(platform: str, form: dict[str, Any]) -> None:
    got = read(platform, form["set"])
    assert verdict(got) == form["wanted"], got
    if form["wanted"] in {"marked", "rejected"}:
        assert form["why"] in reasons(got)
    if isinstance(got, Order) and got.lines:
        assert got.lines[0].quantity == 2 or form["wanted"] == "marked"


@pytest.mark.parametrize("platform", PLATFORMS)
def test_left_out(platform: str, capsys: pytest.CaptureFixture[str]) -> None:
    left_out = [
        (form["set"], got) for form in FORMS[platform] if not_taken(got := read(platform, form["set"]))
    ]
    wanted = sum(form["wanted"] == "rejected" for form in FORMS[platform])
    with capsys.disabled():
        print(f"\n{platform}: left out {len(left_out)} of {len(FORMS[platform])}")  # noqa: T201
        for changes, got in left_out:
            print(f"  {json.dumps(changes)[:70]}: {reasons(got)}")  # noqa: T201
    assert len(left_out) == wanted


def not_taken(got: Read) -> bool:
    return isinstance(got, RejectedOrder)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_any_field_in_any_odd_form(platform: str) -> None:
    plain = PLATFORMS[platform]
    for path in paths_in(plain.order):
        for value in [MISSING, *ODDITIES, *BIG]:
            got = plain.read(bent(plain.plain(), path, value))
            assert holds_the_rules(got), (path, value, got)
            if isinstance(got, RejectedOrder):
                assert is_about(path, plain.needed), (path, value, got)


def is_about(path: str, needed: frozenset[str]) -> bool:
    """Whether a needed field stands at this path, or within it."""
    return any(one == path or one.startswith(f"{path}.") for one in needed)


def holds_the_rules(got: Read) -> bool:
    """A rejection names its field; a ready order has what shipping needs; false is no text; nothing is not all."""
    if isinstance(got, RejectedOrder):
        return got.reason.startswith(("bad_field: ", "fractional_quantity: ")) and len(got.remote_id) <= 128
    if order_fault(got):
        return False
    said = repr(
        (got.ship_to, got.bill_to, got.note, got.number, [(line.sku, line.name) for line in got.lines])
    )
    if any(word in said for word in ("False", "True", "None", "nan", "inf")):
        return False
    if not got.lines and got.fulfillment_state == "fulfilled":
        return False
    if not is_ready(got):
        return True
    return got.ship_to.is_place and all(line.id and line.quantity >= 0 for line in got.lines)


rubbish = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(BIG),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["0", "1", "id", "key", "value", "x"]) | st.text(max_size=3), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("platform", PLATFORMS)
@given(data=st.data())
def test_rubbish_in_any_fields(platform: str, data: st.DataObject) -> None:
    plain = PLATFORMS[platform]
    order = plain.plain()
    for path in data.draw(st.lists(st.sampled_from(list(paths_in(plain.order))), max_size=3, unique=True)):
        try:
            bent(order, path, data.draw(rubbish))
        except (IndexError, KeyError, TypeError, ValueError):
            continue  # a parent was bent before
    assert holds_the_rules(plain.read(order))


@pytest.mark.slow
@pytest.mark.parametrize("platform", PLATFORMS)
def test_any_part_of_what_stands_beside_in_any_odd_form(platform: str) -> None:
    plain = PLATFORMS[platform]
    full = {**plain.plain(), **MORE[platform]}
    for path in paths_in(MORE[platform]):
        for value in [MISSING, *ODDITIES, *BIG, "a\ud83d", {"x": 1}, -5]:
            got = plain.read(bent(deepcopy(full), path, value))
            assert holds_the_rules(got), (path, value, got)


@pytest.mark.parametrize("platform", PLATFORMS)
@given(whole=rubbish)
def test_rubbish_instead_of_an_order(platform: str, whole: Any) -> None:
    order = {"order": whole} if platform == "prestashop" else whole
    assert not is_ready(PLATFORMS[platform].read(order))


FIRST, *OTHERS = PLATFORMS
"""What the types of the contract let through is the same on all platforms (``order_fault``), so one is enough."""


@pytest.mark.parametrize(
    ("database_url", "platform"),
    [
        ("sqlite", FIRST),
        pytest.param("postgresql", FIRST, marks=pytest.mark.postgres),
        *(pytest.param("sqlite", one, marks=pytest.mark.slow) for one in OTHERS),
        *(pytest.param("postgresql", one, marks=[pytest.mark.postgres, pytest.mark.slow]) for one in OTHERS),
    ],
    indirect=["database_url"],
)
def test_whatever_is_understood_can_be_stored(platform: str, database: Database) -> None:
    plain, now = PLATFORMS[platform], datetime(2026, 11, 28, tzinfo=UTC)
    with database.write() as connection:
        ensure_store(connection, "shop", platform, at=now)
    for path in paths_in(plain.order):
        page = [plain.read(bent(plain.plain(), path, value)) for value in [*BIG, *NOTHINGS, -1]]
        with database.write() as connection:
            for got in page:
                if isinstance(got, Order):
                    upsert_page(
                        connection, "shop", [got], orders_from=None, timezone=ZoneInfo("UTC"), now=now
                    )
                else:
                    keep_unread(connection, "shop", OrderPage(orders=(), rejected=(got,)), now)
    with database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(orders)).scalar_one()
