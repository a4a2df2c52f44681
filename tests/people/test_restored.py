"""A person acts after a backup was put back, and before a push has looked: the store was told more than is known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fbridge.bridge import Bridge
from fbridge.errors import InputError
from fbridge.models.states import PushState
from fbridge.push.run_state import PushProgress
from tests.people import acts, evening
from tests.people.evening import Evenings, Goods
from tests.people.schedules import leave_in_doubt
from tests.people.stores import evenings_on

ON_EACH = ("woocommerce", "prestashop", "magento", "shopify")


@pytest.fixture
def evenings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Evenings]:
    with evenings_on(request.param, tmp_path) as made:
        yield made


def sent_and_forgotten(evenings: Evenings, folder: Path) -> Goods:
    """All is on the store, and the database is that of before."""
    goods = evenings.goods()
    put_back(evenings, goods, folder)
    return goods


def put_back(evenings: Evenings, goods: Goods, folder: Path) -> None:
    """A push, and then the database of before it."""
    evenings.bridge.backup(folder / "before.db")
    evenings.push(goods)
    evenings.desk.close()
    evenings.bridge.close()
    Bridge.maintenance(evenings.office.home).restore(folder / "before.db")


@pytest.mark.parametrize("evenings", ON_EACH, indirect=True)
def test_a_number_that_a_lost_database_sent_is_replaced(evenings: Evenings, tmp_path: Path) -> None:
    goods = sent_and_forgotten(evenings, tmp_path)
    mails = evenings.mails(goods)
    evenings.desk.shipments.set_tracking(goods.shipment.label, ["CORRECTED"])
    evenings.work_on(goods)
    assert evenings.store.truth(goods.order).numbers == ("CORRECTED",)
    assert evenings.office.state(goods.shipment) in (PushState.SENT, PushState.DONE_ELSEWHERE)
    evenings.check_nothing_doubled(goods)
    assert evenings.mails(goods) <= mails + 1


@pytest.mark.parametrize("evenings", ["prestashop"], indirect=True)
@pytest.mark.parametrize(
    "act",
    [acts.leave_behind, acts.leave_behind_and_withdraw, acts.reopen],
    ids=lambda act: act.__name__,
)
def test_what_a_lost_database_may_have_sent_is_not_taken_back(
    evenings: Evenings, tmp_path: Path, act: acts.Act
) -> None:
    goods = sent_and_forgotten(evenings, tmp_path)
    with pytest.raises(InputError, match="fbridge push") as refused:
        act(evenings.target(goods))
    assert refused.value.reason == "already_pushed"
    evenings.work_on(goods)
    assert evenings.office.state(goods.shipment) is PushState.SENT
    evenings.check_nothing_doubled(goods)


@pytest.mark.parametrize("evenings", ["prestashop", "shopify"], indirect=True)
def test_a_number_that_a_lost_database_sent_is_replaced_by_one_that_comes_while_it_is_looked_for(
    evenings: Evenings, tmp_path: Path
) -> None:
    goods = sent_and_forgotten(evenings, tmp_path)
    late = ["CORRECTED"]

    def correct(told: PushProgress) -> None:
        if told.words.startswith("reading") and late:
            evenings.desk.shipments.set_tracking(goods.shipment.label, [late.pop()])

    evenings.bridge.push(progress=correct)
    assert not late
    evenings.work_on(goods)
    assert evenings.store.truth(goods.order).numbers == ("CORRECTED",)
    evenings.check_nothing_doubled(goods)


@pytest.mark.parametrize("evenings", ["shopify"], indirect=True)
def test_a_correction_that_a_lost_database_sent_is_replaced_by_one_that_comes_while_it_is_looked_for(
    evenings: Evenings, tmp_path: Path
) -> None:
    goods = evenings.goods()
    evenings.push(goods)
    evenings.office.correct(goods.shipment, ["SENT-AND-FORGOTTEN"])
    put_back(evenings, goods, tmp_path)
    late = ["CORRECTED"]

    def correct(told: PushProgress) -> None:
        if told.words.startswith("reading") and late:
            evenings.desk.shipments.set_tracking(goods.shipment.label, [late.pop()])

    evenings.bridge.push(progress=correct)
    assert not late
    evenings.work_on(goods)
    assert evenings.store.truth(goods.order).numbers == ("CORRECTED",)


@pytest.mark.parametrize("evenings", ["prestashop", "shopify"], indirect=True)
def test_a_number_that_a_lost_database_sent_after_a_doubt_is_replaced(
    evenings: Evenings, tmp_path: Path
) -> None:
    """In doubt when the backup was made, with another number wanted meanwhile; looked up, sent, and forgotten."""
    goods = evening.answer_lost(evenings)
    leave_in_doubt(evenings.bridge)
    assert evenings.office.state(goods.shipment) is PushState.UNCONFIRMED
    evenings.office.correct(goods.shipment, ["SENT-AND-FORGOTTEN"])
    put_back(evenings, goods, tmp_path)
    evenings.desk.shipments.set_tracking(goods.shipment.label, ["CORRECTED"])
    evenings.work_on(goods)
    assert evenings.store.truth(goods.order).numbers == ("CORRECTED",)
    evenings.check_nothing_doubled(goods)
