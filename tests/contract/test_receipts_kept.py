"""When what an adapter tells is committed: before the store is asked again, at once for what came together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fbridge.models.states import PushState
from fbridge.push import receipt_keeping
from fbridge.sandbox import ServedSandbox
from fbridge.testing.office import Office, number

from .toy_store import ToyUnderTest

FOR_EVER = 600.0
PATIENCE = 30


@pytest.fixture
def office(install_toy: Callable[[str], None], toy_shop: ServedSandbox, tmp_path: Path) -> Iterator[Office]:
    install_toy("adapter:adapter")
    toy_shop.control.clear()
    with Office(ToyUnderTest(toy_shop), tmp_path / "home") as office:
        yield office


def pack(office: Office, count: int) -> list[Any]:
    orders = [office.store.new_order([(office.store.skus[0], 1)]) for _ in range(count)]
    office.fetch()
    first = len(office.shipments())
    packed = [office.pack(order, [number(place)]) for place, order in enumerate(orders, first)]
    office.hand_over()
    return packed


def tells(monkeypatch: pytest.MonkeyPatch, tell: Callable[[Any, Iterator[Any]], Iterator[Any]]) -> None:
    """The adapter sends all, and then tells of it by ``tell``, from the store and all its receipts."""
    from fbridge_toy.adapter import ToyAdapter

    send = ToyAdapter.push

    def push(adapter: Any, store: Any, fulfillments: Sequence[Any]) -> Iterator[Any]:
        return tell(store, iter(list(send(adapter, store, fulfillments))))

    monkeypatch.setattr(ToyAdapter, "push", push)


def written(office: Office) -> tuple[int, int]:
    """The write units of a push, and its statements that write."""
    units, statements = [], []
    engine = office.bridge.context.database.engine

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("BEGIN IMMEDIATE"):
            units.append(statement)
        elif statement.startswith(("INSERT", "UPDATE", "DELETE")):
            statements.append(statement)

    sa.event.listen(engine, "before_cursor_execute", count)
    assert {item.state for item in office.push().results} == {PushState.SENT}
    sa.event.remove(engine, "before_cursor_execute", count)
    return len(units), len(statements)


def test_answers_that_came_together_are_one_commit(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """An order costs two statements that write: its claim and its receipt; all others are made once for all."""
    monkeypatch.setattr(receipt_keeping, "LONGEST_KEPT_BACK", FOR_EVER)
    tells(monkeypatch, lambda _, receipts: receipts)
    pack(office, 2)
    of_two = written(office)
    pack(office, 9)
    units, statements = written(office)
    requests = 7  # more than of two: each is a row of its own among the exchanges
    assert (units, statements - 2 * 7 - requests) == of_two


def test_a_receipt_is_kept_before_the_store_is_asked_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receipt_keeping, "LONGEST_KEPT_BACK", FOR_EVER)
    first, second = pack(office, 2)
    seen: list[PushState] = []

    def ask_between(store: Any, receipts: Iterator[Any]) -> Iterator[Any]:
        yield next(receipts)
        monkeypatch.setattr(store.http, "_wait_for_turn", lambda: seen.append(office.state(first)))
        store.http.read("orders", params={"ids": "0"})
        yield from receipts

    tells(monkeypatch, ask_between)
    office.push()
    assert seen[0] is PushState.SENT
    assert office.state(second) is PushState.SENT


def test_a_receipt_is_kept_soon_though_nothing_is_asked(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = pack(office, 2)
    states = []

    def idle(_store: Any, receipts: Iterator[Any]) -> Iterator[Any]:
        yield next(receipts)
        deadline = time.monotonic() + PATIENCE
        while office.state(first) is PushState.SENDING and time.monotonic() < deadline:
            time.sleep(0.01)
        states.append(office.state(first))
        yield from receipts

    tells(monkeypatch, idle)
    office.push()
    assert states == [PushState.SENT]


def test_what_was_told_before_an_interruption_is_kept(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receipt_keeping, "LONGEST_KEPT_BACK", FOR_EVER)
    packed = pack(office, 2)

    def break_off(_store: Any, receipts: Iterator[Any]) -> Iterator[Any]:
        yield next(receipts)
        raise KeyboardInterrupt

    tells(monkeypatch, break_off)
    with pytest.raises(KeyboardInterrupt):
        office.push()
    assert [office.state(one) for one in packed] == [PushState.SENT, PushState.UNCONFIRMED]
