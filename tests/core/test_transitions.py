"""The one table of states: it leaves nobody stuck, and the ledger holds every move to it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import fbridge
from fbridge.models.push import Standing
from fbridge.models.states import PushState
from fbridge.models.transitions import TRANSITIONS, Mover
from fbridge.push import ledger

RESTS = {PushState.WITHDRAWN}


def test_every_state_can_be_reached_and_left() -> None:
    entered = {one.target for one in TRANSITIONS}
    left = {one.source for one in TRANSITIONS}
    assert entered == set(PushState)
    assert left == set(PushState) - RESTS


def test_nothing_is_sent_out_of_doubt_without_a_look_or_a_person() -> None:
    from_doubt = {one.target for one in TRANSITIONS if one.source is PushState.UNCONFIRMED}
    assert PushState.SENDING not in from_doubt
    by_person = [one.command for one in TRANSITIONS if one.source is PushState.NEEDS_ATTENTION]
    assert set(by_person) == {"push --resend", "shipment adopt", "shipment withdraw"}


def made(office: Any, make: Any) -> Any:
    office.keep(make.order("1001"))
    return office.shipments.create("1001")


def moved(office: Any, shipment: Any, **how: Any) -> Standing | None:
    what = {"reason": "tried", "words": "", "at": office.context.now(), **how}
    with office.context.database.write() as connection:
        return ledger.move(connection, shipment.id, **what)


@pytest.mark.parametrize(
    ("to", "by", "words"),
    [
        (PushState.SENT, Mover.RUN, "no run may move waiting to sent"),
        (PushState.SENDING, Mover.PERSON, "no person may move waiting to sending"),
        (PushState.WITHDRAWN, Mover.RUN, "no run may move waiting to withdrawn"),
    ],
)
def test_the_ledger_refuses_any_other_move(
    office: Any, make: Any, to: PushState, by: Mover, words: str
) -> None:
    shipment = made(office, make)
    with pytest.raises(RuntimeError, match=words):
        moved(office, shipment, expected=Standing(PushState.WAITING, 0), to=to, by=by)
    assert office.shipments.get(shipment.label).push.state is PushState.WAITING


def test_who_comes_second_is_told_what_stands_there_and_changes_nothing(office: Any, make: Any) -> None:
    shipment = made(office, make)
    seen = Standing(PushState.WAITING, 0)
    assert moved(office, shipment, expected=seen, to=PushState.READY, by=Mover.PERSON) is None
    now = Standing(PushState.READY, 1)
    assert moved(office, shipment, expected=seen, to=PushState.WITHDRAWN, by=Mover.PERSON) == now
    assert (
        moved(office, shipment, expected=Standing(PushState.READY, 0), to=PushState.SENDING, by=Mover.RUN)
        == now
    )
    assert office.shipments.get(shipment.label).push.state is PushState.READY


def test_a_runs_move_leaves_the_version_so_that_a_plan_goes_on_holding(office: Any, make: Any) -> None:
    shipment = made(office, make)
    moved(office, shipment, expected=Standing(PushState.WAITING, 0), to=PushState.SENDING, by=Mover.RUN)
    sending = Standing(PushState.SENDING, 0)
    assert moved(office, shipment, expected=sending, to=PushState.SENT, by=Mover.RUN) is None


def test_only_the_ledger_writes_where_a_shipment_stands() -> None:
    core = Path(fbridge.__file__).parent
    writers = {
        str(path.relative_to(core))
        for path in core.rglob("*.py")
        if re.search(r"update\(\s*pushes\b", path.read_text())
    }
    assert writers == {"push/ledger.py"}
