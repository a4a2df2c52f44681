"""The ledger: one way to change a state, and every act of a person shows in the version."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from fbridge.models.push import Standing
from fbridge.models.states import PushState
from fbridge.models.transitions import Mover
from fbridge.push import ledger
from fbridge.push.ways_out import adopt, resend
from fbridge.storage.tables import pushes


def standing(office: Any, shipment: Any) -> Standing:
    with office.context.database.write() as connection:
        return ledger.standings(connection, [shipment.id])[shipment.id]


@pytest.fixture
def left(office: Any, make: Any) -> Any:
    """A shipment that has left with manifest 2026-0001."""
    office.keep(make.order("1001"), make.order("1002"))
    shipment = office.shipments.create("1001", carrier="BRT", numbers=["BX1"], manifest="BRT")
    office.leave(shipment.manifest)
    return office.shipments.get(shipment.label)


@pytest.fixture
def packed(office: Any, make: Any) -> Any:
    """A shipment on manifest 2026-0001, which is in preparation."""
    office.keep(make.order("1001"), make.order("1002"))
    return office.shipments.create("1001", carrier="BRT", numbers=["BX1"], manifest="BRT")


@pytest.mark.parametrize(
    "expected",
    [
        Standing(PushState.WAITING, 0),
        Standing(PushState.WAITING, 1),
        Standing(PushState.READY, 0),
        Standing(PushState.READY, 7),
    ],
)
def test_who_comes_second_writes_nothing_and_is_told_what_stands_there(
    office: Any, left: Any, expected: Standing
) -> None:
    before = standing(office, left)
    assert before == Standing(PushState.READY, 1)
    with office.context.database.write() as connection:
        found = ledger.move(
            connection, left.id, expected=expected, to=PushState.SENDING, by=Mover.RUN,
            reason="r", words="w", at=office.context.now(),
        )  # fmt: skip
    assert found == before
    assert standing(office, left) == before


def test_a_run_leaves_the_version(office: Any, left: Any) -> None:
    before = standing(office, left)
    with office.context.database.write() as connection:
        moved = ledger.move(
            connection, left.id, expected=before, to=PushState.SENDING, by=Mover.RUN,
            reason="r", words="w", at=office.context.now(),
        )  # fmt: skip
    assert moved is None
    assert standing(office, left) == Standing(PushState.SENDING, before.version)


Act = Callable[[Any, Any], object]
OF_WHAT_LEFT: dict[str, Act] = {
    "number": lambda office, one: office.shipments.set_tracking(one.label, ["BX2"]),
    "carrier": lambda office, one: office.shipments.set_tracking(one.label, [], carrier="GLS"),
    "parcels": lambda office, one: office.shipments.set_tracking(one.label, [], parcels=3),
    "leave_behind": lambda office, one: office.manifests.leave_behind(one.manifest, [one.label]),
    "reopen": lambda office, one: office.manifests.reopen(one.manifest),
}
OF_WHAT_IS_PACKED: dict[str, Act] = {
    "ship": lambda office, one: office.leave(one.manifest),
    "remove": lambda office, one: office.manifests.remove(one.manifest, [one.label]),
    "cancel": lambda office, one: office.manifests.cancel(one.manifest),
    "withdraw": lambda office, one: office.shipments.withdraw(one.label),
}


@pytest.mark.parametrize("act", OF_WHAT_LEFT.values(), ids=OF_WHAT_LEFT)
def test_an_act_on_what_has_left_raises_the_version(office: Any, left: Any, act: Act) -> None:
    before = standing(office, left)
    act(office, left)
    assert standing(office, left).version == before.version + 1


@pytest.mark.parametrize("act", OF_WHAT_IS_PACKED.values(), ids=OF_WHAT_IS_PACKED)
def test_an_act_on_what_is_packed_raises_the_version(office: Any, packed: Any, act: Act) -> None:
    before = standing(office, packed)
    act(office, packed)
    assert standing(office, packed).version == before.version + 1


def test_a_shipment_put_on_a_manifest_has_another_version(office: Any, packed: Any) -> None:
    loose = office.shipments.create("1002", carrier="BRT")
    before = standing(office, loose)
    office.manifests.add(packed.manifest, [loose.label])
    assert standing(office, loose).version == before.version + 1


@pytest.mark.parametrize("state", [PushState.SENDING, PushState.UNCONFIRMED, PushState.NEEDS_ATTENTION])
def test_a_number_that_comes_while_all_is_in_doubt_raises_the_version_and_leaves_the_doubt(
    office: Any, left: Any, state: PushState
) -> None:
    office.pushed(left, state)
    before = standing(office, left)
    office.shipments.set_tracking(left.label, ["BX2"])
    assert standing(office, left) == Standing(state, before.version + 1)


@pytest.mark.parametrize(
    ("decide", "after"),
    [(adopt, PushState.DONE_ELSEWHERE), (resend, PushState.READY)],
    ids=["adopt", "resend"],
)
def test_a_persons_decision_raises_the_version(
    office: Any, left: Any, decide: Callable[..., object], after: PushState
) -> None:
    office.pushed(left, PushState.NEEDS_ATTENTION)
    before = standing(office, left)
    decide(office.context, left)
    assert standing(office, left) == Standing(after, before.version + 1)


@pytest.mark.parametrize("decide", [adopt, resend], ids=["adopt", "resend"])
def test_nobody_decides_about_what_is_on_its_way(
    office: Any, left: Any, refused: Any, decide: Callable[..., object]
) -> None:
    office.pushed(left, PushState.SENDING)
    with refused("being_pushed", "'fbridge push'"):
        decide(office.context, left)


def test_a_refusal_that_stays_keeps_its_age(office: Any, left: Any, clock: Any) -> None:
    before = standing(office, left)
    with office.context.database.read() as connection:
        since = connection.execute(sa.select(pushes.c.since)).scalar_one()
    clock.forward(hours=2)
    with office.context.database.write() as connection:
        ledger.move(
            connection, left.id, expected=before, to=PushState.READY, by=Mover.RUN,
            reason="other", words="w", at=office.context.now(),
        )  # fmt: skip
        assert connection.execute(sa.select(pushes.c.since)).scalar_one() == since
