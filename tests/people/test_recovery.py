"""A merchant acts while a push looks: what was seen once is not believed, and no more is done than was shown."""

from __future__ import annotations

import pytest

from fbridge.models.states import PushState
from fbridge.push.next_steps import ways_out
from fbridge.push.run_state import PushProgress
from tests.people import evening
from tests.people.evening import Evenings
from tests.people.moments import Interruption, moments_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FIRST_READ_OF_THE_CHECK = 4


def test_an_order_that_changes_between_two_reads_is_read_again(evenings: Evenings) -> None:
    goods = evening.answer_lost(evenings)
    told: list[str] = []
    by_hand = Interruption(
        lambda: evenings.store.hold(goods.order),
        FIRST_READ_OF_THE_CHECK,
        "after a request",
    )

    def keep(progress: PushProgress) -> None:
        told.append(progress.words)

    with moments_of(by_hand, evenings.bridge.context.database, evenings.proxy):
        evenings.bridge.push(progress=keep)
    assert by_hand.done
    assert len([words for words in told if words.startswith("reading")]) == 2
    assert evenings.office.state(goods.shipment) is PushState.SENT


def test_an_order_that_would_mail_more_than_was_shown_waits_for_a_new_plan(evenings: Evenings) -> None:
    """The rest of the order is refunded after the plan, so that this shipment would complete it."""
    goods = evenings.goods()
    plan = evenings.bridge.plan()
    evenings.store.refund(goods.order, 1, 1)
    mails = len(evenings.store.mails(goods.order))
    evenings.push(goods, plan)
    assert evenings.office.reason(goods.shipment) == "plan_outgrown"
    assert evenings.store.truth(goods.order).shipments == 0
    assert evenings.office.state(goods.other) is PushState.SENT
    evenings.push(goods)
    assert evenings.office.state(goods.shipment) is PushState.SENT
    assert len(evenings.store.mails(goods.order)) == mails + 1


def test_every_way_out_that_is_named_of_a_refused_correction_works(evenings: Evenings) -> None:
    """The store has the first number; the second is refused, for the order was cancelled. It is not stuck."""
    goods = evening.correction(evenings)
    evenings.store.cancel(goods.order)
    evenings.push(goods)
    refused = evenings.bridge.shipments.get(goods.shipment.label)
    assert refused.push
    assert refused.push.state is PushState.REFUSED
    assert ways_out(refused, refused.push) == (f"fbridge shipment adopt {refused.label}",)
    assert evenings.desk.adopt(refused.label).push.state is PushState.DONE_ELSEWHERE  # type: ignore[union-attr]


def test_what_was_refused_as_a_whole_may_be_withdrawn(evenings: Evenings) -> None:
    goods = evening.cancelled_on_the_store(evenings)
    evenings.push(goods)
    refused = evenings.bridge.shipments.get(goods.shipment.label)
    assert refused.push
    assert ways_out(refused, refused.push) == (f"fbridge shipment withdraw {refused.label}",)
    evenings.desk.shipments.withdraw(refused.label)
