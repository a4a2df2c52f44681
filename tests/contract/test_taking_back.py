"""A shipment is taken back: what the store refuses, who else acts, and a program that dies in the middle."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
import sqlalchemy as sa

from fbridge.bridge import Bridge
from fbridge.errors import BusyError, FbridgeError, InputError, RefusedError
from fbridge.models.shipments import Shipment
from fbridge.models.states import PushState
from fbridge.push import taking_back
from fbridge.push.receipt_keeping import ReceiptKeeper
from fbridge.sandbox import ServedSandbox
from fbridge.storage.restored import take_over
from fbridge.testing import Office, number
from fbridge.testing.faults import Answer, Fault, FaultProxy

from .toy_store import ToyUnderTest

SETTLED = timedelta(seconds=30)
LOST = Fault(name="lost", answer=Answer.HANG_UP, acts=True)
WRONG_KEY = b'{"error": "The key is unknown."}'


@pytest.fixture
def office(shop: ToyUnderTest, proxy: FaultProxy, tmp_path: Path) -> Iterator[Office]:
    with Office(shop, tmp_path / "home", url=proxy.url, settle="30s") as made:
        yield made


@pytest.fixture
def shared_office(
    shop: ToyUnderTest, proxy: FaultProxy, tmp_path: Path, database_url: str
) -> Iterator[Office]:
    """On every database that the tests know, for a colleague may sit at another desk."""
    with Office(shop, tmp_path / "home", url=proxy.url, database_url=database_url, settle="30s") as made:
        yield made


@pytest.fixture(autouse=True)
def _reads_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking_back, "LONGEST_GAP", timedelta(0))


def pushed(office: Office) -> tuple[str, Shipment]:
    order = office.store.new_order([(office.store.skus[0], 1)])
    office.fetch()
    shipment = office.ship(order, [number(1)])
    office.push()
    assert office.state(shipment) is PushState.SENT
    return order, shipment


def unplugged(proxy: FaultProxy) -> Callable[..., object]:
    """Asks the store when it cannot be reached any more."""
    ask = taking_back.TakingBack.ask

    def into_the_void(*given: object) -> object:
        proxy.stop_listening()
        return ask(*given)  # type: ignore[arg-type]

    return into_the_void


def test_what_the_plan_and_the_story_tell(office: Office) -> None:
    _, shipment = pushed(office)
    plan = office.bridge.plan_taking_back(shipment.label)
    (deleted, status) = plan.steps
    assert deleted.endswith("is deleted")
    assert (status, plan.stays, plan.mails) == ("the order is open again", (), ())
    assert plan.frees == (f"1 of {office.store.skus[0]}",)
    office.bridge.take_back(shipment.label, plan=plan)
    story = office.bridge.explain(shipment.label)
    words = [line.words for line in story.lines]
    assert f"{shipment.label}: the store is asked to take it back" in words
    assert any(
        line.http for line in story.lines if line.words.startswith(f"{shipment.label}: done (taken_back")
    )
    assert f"{shipment.label} withdrawn; taken back from its store." in words
    assert story.next_steps == ()
    assert not office.bridge.status().items


def test_what_the_store_refuses_stays_sent_and_is_told(office: Office, toy_shop: ServedSandbox) -> None:
    order, shipment = pushed(office)
    toy_shop.control.keeps_shipments = True
    with pytest.raises(RefusedError, match="This shop keeps every shipment"):
        office.bridge.take_back(shipment.label)
    assert office.state(shipment) is PushState.SENT
    assert "This shop keeps every shipment" in office.words(shipment)
    assert not office.bridge.status().items
    office.correct(shipment, [number(2)])
    office.push()
    assert office.store.truth(order).numbers == (number(2),)


def test_what_is_taken_back_in_part_needs_a_person_and_can_be_gone_on_with(
    office: Office, toy_shop: ServedSandbox
) -> None:
    order, shipment = pushed(office)
    toy_shop.control.keeps_status = True
    with pytest.raises(RefusedError, match="only a part"):
        office.bridge.take_back(shipment.label)
    assert (office.state(shipment), office.reason(shipment)) == (
        PushState.NEEDS_ATTENTION,
        "undone_in_part",
    )
    steps = office.bridge.explain(shipment.label).next_steps
    assert f"fbridge shipment withdraw {shipment.label}" in steps
    toy_shop.control.keeps_status = False
    office.bridge.take_back(shipment.label)
    assert office.state(shipment) is PushState.WITHDRAWN
    assert not office.store.truth(order).closed


def test_while_the_answer_is_lost_no_push_touches_the_order_and_the_same_command_goes_on(
    office: Office, proxy: FaultProxy
) -> None:
    order, shipment = pushed(office)
    plan = office.bridge.plan_taking_back(shipment.label)
    proxy.strike(LOST)
    taken = office.bridge.take_back(shipment.label, plan=plan)
    assert (taken.withdrawn_at, office.state(shipment)) == (None, PushState.UNDOING)
    writes = len(proxy.writes)
    (item,) = office.bridge.status().items
    assert item.next_step == f"fbridge shipment withdraw {shipment.label}"
    office.correct(shipment, [number(2)])
    office.push()
    with pytest.raises(InputError, match="try again in"):
        office.bridge.take_back(shipment.label, plan=plan)
    assert len(proxy.writes) == writes
    office.skip_time(SETTLED)
    assert office.bridge.take_back(shipment.label, plan=plan).withdrawn_at is not None
    assert office.store.truth(order).numbers == ()


def test_a_person_may_leave_what_was_begun_as_it_is(office: Office, proxy: FaultProxy) -> None:
    _, shipment = pushed(office)
    proxy.strike(Fault(name="lost", answer=Answer.HANG_UP, acts=False))
    office.bridge.take_back(shipment.label)
    office.bridge.adopt(shipment.label)
    assert office.state(shipment) is PushState.DONE_ELSEWHERE
    office.skip_time(SETTLED)
    assert office.bridge.take_back(shipment.label).withdrawn_at is not None


def test_what_was_begun_on_an_order_that_is_gone_can_be_let_stand(office: Office, proxy: FaultProxy) -> None:
    order, shipment = pushed(office)
    proxy.strike(LOST)
    office.bridge.take_back(shipment.label)
    office.store.delete(order)
    office.skip_time(SETTLED)
    with pytest.raises(InputError, match=f"fbridge explain {shipment.label}"):
        office.bridge.take_back(shipment.label)
    assert f"fbridge shipment adopt {shipment.label}" in office.bridge.explain(shipment.label).next_steps
    office.bridge.adopt(shipment.label)
    assert not office.bridge.status().items


def test_where_no_connection_was_made_it_is_as_it_was(
    office: Office, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, shipment = pushed(office)
    with monkeypatch.context() as patch:
        patch.setattr(taking_back.TakingBack, "ask", unplugged(proxy))
        with pytest.raises(Exception, match="connect"):
            office.bridge.take_back(shipment.label)
    proxy.listen_again()
    assert office.state(shipment) is PushState.SENT
    assert office.bridge.take_back(shipment.label).withdrawn_at is not None


@pytest.mark.parametrize(
    "then", ["refused", pytest.param("wrong_key", marks=pytest.mark.slow), "no_connection"]
)
def test_what_was_begun_and_is_then_turned_away_is_not_told_as_untouched(
    office: Office, proxy: FaultProxy, toy_shop: ServedSandbox, then: str
) -> None:
    """The first answer was lost, and the store had deleted the shipment: no later no makes that undone."""
    order, shipment = pushed(office)
    proxy.strike(LOST)
    office.bridge.take_back(shipment.label)
    office.skip_time(SETTLED)
    with pytest.MonkeyPatch.context() as patch:
        if then == "refused":
            patch.setattr(toy_shop.control, "keeps_status", True)
        elif then == "wrong_key":
            proxy.strike(Fault(name=then, answer=Answer.STATUS, status=401, body=WRONG_KEY))
        else:
            patch.setattr(taking_back.TakingBack, "ask", unplugged(proxy))
        with pytest.raises(FbridgeError):
            office.bridge.take_back(shipment.label)
    proxy.listen_again()
    assert office.store.truth(order).numbers == ()
    assert office.state(shipment) in (PushState.UNDOING, PushState.NEEDS_ATTENTION)
    withdraw = f"fbridge shipment withdraw {shipment.label}"
    assert withdraw in office.bridge.explain(shipment.label).next_steps
    office.skip_time(SETTLED)
    assert office.bridge.take_back(shipment.label).withdrawn_at is not None
    assert not office.store.truth(order).closed


def test_what_has_changed_since_the_plan_is_not_done(office: Office) -> None:
    order, shipment = pushed(office)
    plan = office.bridge.plan_taking_back(shipment.label)
    office.correct(shipment, [number(2)])
    with pytest.raises(InputError, match="has changed"):
        office.bridge.take_back(shipment.label, plan=plan)
    assert office.store.truth(order).numbers == (number(1),)


def test_a_status_that_somebody_has_changed_since_stays(office: Office, toy_shop: ServedSandbox) -> None:
    order, shipment = pushed(office)
    toy_shop.control.set_status(order, "held")
    plan = office.bridge.plan_taking_back(shipment.label)
    assert len(plan.steps) == 1
    assert "stays 'held'" in plan.stays[0]
    wished = office.bridge.plan_taking_back(shipment.label, status="open")
    assert wished.steps[1:] == ("the order is open again",)


def test_what_was_taken_away_in_the_shop_is_only_let_go(office: Office, toy_shop: ServedSandbox) -> None:
    order, shipment = pushed(office)
    kept = toy_shop.control.orders[order]
    kept.status, kept.changed = "open", kept.changed + 60
    kept.shipments.clear()
    assert office.bridge.plan_taking_back(shipment.label).steps == ()
    assert office.bridge.take_back(shipment.label).withdrawn_at is not None


def test_what_stayed_in_the_house_after_its_store_was_told_is_taken_back(office: Office) -> None:
    order, shipment = pushed(office)
    manifest = office.bridge.shipments.get(shipment.label).manifest
    assert manifest is not None
    office.bridge.manifests.leave_behind(manifest, [shipment.label])
    assert office.bridge.take_back(shipment.label).withdrawn_at is not None
    assert office.store.truth(order).numbers == ()


def test_nobody_takes_back_while_a_colleague_does(shared_office: Office, proxy: FaultProxy) -> None:
    office = shared_office
    _, shipment = pushed(office)
    colleague = office.another_desk()
    told: list[type[BaseException]] = []

    def at_their_desk() -> None:
        proxy.after_each = None
        try:
            colleague.take_back(shipment.label)
        except (BusyError, InputError) as error:
            told.append(type(error))

    proxy.after_each = at_their_desk
    assert office.bridge.take_back(shipment.label).withdrawn_at is not None
    colleague.close()
    assert told == [BusyError]


def after_the_first_step(office: Office, proxy: FaultProxy, order: str, act: Callable[[], object]) -> None:
    """Once, when the store has deleted the shipment and nobody has its answer yet."""

    def once() -> None:
        if office.store.truth(order).numbers == ():
            proxy.after_each = None
            act()

    proxy.after_each = once


def test_who_is_overtaken_in_the_middle_asks_nothing_more(office: Office, proxy: FaultProxy) -> None:
    """Another computer has taken the store's turn: it goes on with what was begun."""
    order, shipment = pushed(office)
    context = office.bridge.context

    def overtake() -> None:
        with context.database.write() as connection:
            take_over(connection, "shop", seen=None, at=context.now())

    after_the_first_step(office, proxy, order, overtake)
    with pytest.raises(BusyError):
        office.bridge.take_back(shipment.label)
    assert office.state(shipment) is PushState.UNDOING
    assert office.store.truth(order).closed, "the second step was not asked for"
    office.skip_time(SETTLED)
    assert office.bridge.take_back(shipment.label).withdrawn_at is not None
    assert not office.store.truth(order).closed


ACTS: dict[str, Callable[[Bridge, str], object]] = {
    "corrects_the_number": lambda desk, label: desk.shipments.set_tracking(label, [number(2)]),
    "lets_it_stand": lambda desk, label: desk.adopt(label),
    "sends_it_again": lambda desk, label: desk.resend(label),
    "withdraws_it": lambda desk, label: desk.shipments.withdraw(label),
    "pushes": lambda desk, label: desk.push(),
}


@pytest.mark.parametrize(
    "acts", [True, pytest.param(False, marks=pytest.mark.slow)], ids=["answered", "lost"]
)
@pytest.mark.parametrize(
    "act",
    [act if act == "lets_it_stand" else pytest.param(act, marks=pytest.mark.slow) for act in ACTS],
)
def test_whatever_a_colleague_does_meanwhile_the_ledger_agrees_with_the_store(
    office: Office, proxy: FaultProxy, act: str, *, acts: bool
) -> None:
    order, shipment = pushed(office)
    colleague = office.another_desk()

    def at_their_desk() -> None:
        with contextlib.suppress(FbridgeError):
            ACTS[act](colleague, shipment.label)

    if not acts:
        proxy.strike(LOST)
    after_the_first_step(office, proxy, order, at_their_desk)
    office.bridge.take_back(shipment.label)
    colleague.close()
    for _ in range(2):
        office.skip_time(SETTLED)
        office.push()
        if office.state(shipment) is PushState.UNDOING:
            office.bridge.take_back(shipment.label)
    if office.state(shipment) is PushState.WITHDRAWN:
        assert office.store.truth(order).numbers == ()
        assert not office.store.truth(order).closed
    else:
        assert (act, office.state(shipment)) == ("lets_it_stand", PushState.DONE_ELSEWHERE)
    assert len(office.store.mails(order)) == 1


@pytest.mark.parametrize("when", [pytest.param("before", marks=pytest.mark.slow), "after"])
def test_a_full_disk_loses_nothing_of_it(
    office: Office, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    order, shipment = pushed(office)
    writes = len(proxy.writes)
    full = sa.exc.OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))
    with monkeypatch.context() as patch:
        patch.setattr(
            taking_back, "begin_attempt" if when == "before" else "set_free", Mock(side_effect=full)
        )
        with pytest.raises(FbridgeError, match="disk"):
            office.bridge.take_back(shipment.label)
    asked = len(proxy.writes) - writes
    assert (office.state(shipment), asked) == (
        (PushState.SENT, 0) if when == "before" else (PushState.UNDOING, 2)
    )
    office.skip_time(SETTLED)
    assert office.bridge.take_back(shipment.label).withdrawn_at is not None
    assert office.store.truth(order).numbers == ()


@pytest.mark.parametrize("by", ["lost", "elsewhere", "untold"])
def test_what_may_not_be_taken_back_is_told_with_the_way_out(
    office: Office, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    order = office.store.new_order([(office.store.skus[0], 1)])
    office.fetch()
    shipment = office.ship(order, [number(1)])
    if by == "lost":
        monkeypatch.setattr(ReceiptKeeper, "take", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            office.push()
        assert office.state(shipment) is PushState.UNCONFIRMED
    elif by == "elsewhere":
        office.store.complete_by_hand(order)
        office.push()
        assert office.state(shipment) is PushState.DONE_ELSEWHERE
    with pytest.raises(InputError, match=r"fbridge push|shop's own pages|fbridge shipment withdraw"):
        office.bridge.take_back(shipment.label)
