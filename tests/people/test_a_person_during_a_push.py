"""Every act at every moment of a push, over the toy platform, on both databases.

The short tests take the moments at which the most can go wrong.
"""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from fbridge.models.states import PushState
from fbridge.push.run_state import PushProgress
from tests.people import acts, evening
from tests.people.acts import ACTS
from tests.people.evening import Evenings, Goods, PersonsAct, Scenario, spend

SCENARIOS: tuple[Scenario, ...] = (
    evening.all_well,
    evening.answer_lost,
    evening.request_lost,
    evening.waited,
    evening.refused_before,
    evening.correction,
    evening.correction_lost,
)


BETWEEN_READ_AND_CLAIM, AT_THE_STORE, BETWEEN_TWO_READS, BEFORE_THE_JUDGEMENT = 1, 2, 4, 5
"""After which request the store has acted on: the read, two writes, and the two reads of the check."""

ONE_COMMITTED_FIRST = (acts.adopt, acts.leave_behind_and_withdraw, acts.reopen, acts.set_number)
"""Acts that a READ COMMITTED database would let a run overwrite."""


def _on(kind: str, act: PersonsAct, *moments: int) -> list[Any]:
    """The quick tests take every moment of the acts that are overwritten most easily, and one of each other act."""
    marks = [pytest.mark.postgres] if kind == "postgresql" else []
    quick = moments if act in ONE_COMMITTED_FIRST else {moments[ACTS.index(act) % len(moments)]}
    return [
        pytest.param(
            kind,
            act,
            at,
            id=f"{kind}-{act.__name__}-{at}",
            marks=marks if at in quick else [*marks, pytest.mark.slow],
        )
        for at in moments
    ]


@pytest.mark.parametrize(
    ("database_url", "act", "at"),
    [
        *(
            case
            for act in ACTS
            for case in _on("sqlite", act, BETWEEN_READ_AND_CLAIM, AT_THE_STORE, BEFORE_THE_JUDGEMENT)
        ),
        *(
            case
            for act in ONE_COMMITTED_FIRST
            for case in _on("postgresql", act, BETWEEN_READ_AND_CLAIM, BETWEEN_TWO_READS)
        ),
    ],
    indirect=["database_url"],
)
def test_an_act_while_an_answer_is_lost(evenings: Evenings, act: PersonsAct, at: int) -> None:
    assert spend(evenings, evening.answer_lost, act, at, kind="after a request").happened


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_act_while_all_goes_well(evenings: Evenings) -> None:
    """A number that comes while the store writes the former one; goods left behind before the run comes to them."""
    assert spend(evenings, evening.all_well, acts.set_number, AT_THE_STORE, "after a request").happened
    for at in (3, 4):
        assert spend(evenings, evening.all_well, acts.leave_behind, at, "after a commit").happened


def test_a_manifest_shipped_while_an_approved_push_waits_is_not_sent_with_it(evenings: Evenings) -> None:
    """The push has its fingerprint and waits for the store; the other desk ships meanwhile.

    On a busy machine the store has settled before the push begins, and is read at once.
    """
    goods = evening.answer_lost(evenings)
    fingerprint = evenings.bridge.plan().fingerprint
    late: list[Goods] = []

    def ship_more(told: PushProgress) -> None:
        if told.words.startswith(("waiting", "reading")) and not late:
            late.append(evenings.goods())

    evenings.bridge.push(only_if=fingerprint, progress=ship_more)
    (meanwhile,) = late
    assert evenings.office.state(goods.shipment) is PushState.SENT
    assert evenings.office.state(meanwhile.shipment) is PushState.READY
    assert evenings.store.truth(meanwhile.order).shipments == 0
    assert evenings.mails(meanwhile) == 0


def test_a_correction_while_a_lost_answer_is_checked_is_due_afterwards(evenings: Evenings) -> None:
    """Never at rest with the former number on the store and an empty plan."""
    goods = evening.answer_lost(evenings)

    def correct(told: PushProgress) -> None:
        if told.words.startswith("reading"):
            evenings.desk.shipments.set_tracking(goods.shipment.label, ["CORRECTED"])

    evenings.bridge.push(progress=correct)
    assert [entry.numbers for store in evenings.bridge.plan().stores for entry in store.entries] == [
        ("CORRECTED",)
    ]
    evenings.bridge.push()
    assert evenings.store.truth(goods.order).numbers == ("CORRECTED",)


@pytest.mark.exhaustive
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_every_act_at_every_moment(evenings: Evenings, scenario: Scenario, act: PersonsAct) -> None:
    for at in count(1):
        if not spend(evenings, scenario, act, at).happened:
            break
