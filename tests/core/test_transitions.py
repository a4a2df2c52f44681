"""The one table of states: it leaves nobody stuck, and the ledger holds every move to it."""

from __future__ import annotations

from typing import Any

import pytest

from fbridge.models.states import PushState
from fbridge.models.transitions import ALLOWED, TRANSITIONS, mermaid
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


def test_the_picture_shows_every_move() -> None:
    picture = mermaid()
    for source, target in ALLOWED:
        if source is not target:
            assert f"    {source} --> {target}: " in picture


def test_the_ledger_refuses_any_other_move(office: Any, make: Any) -> None:
    office.keep(make.order("1001"))
    shipment = office.shipments.create("1001")
    now = office.context.now()
    with (
        pytest.raises(RuntimeError, match="from waiting to sent"),
        office.context.database.write() as connection,
    ):
        ledger.settle(connection, shipment.id, PushState.SENT, reason="guess", words="", at=now)
    assert office.shipments.get(shipment.label).push.state is PushState.WAITING
