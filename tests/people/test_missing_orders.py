"""An order that a read does not show: a lagging replica or a filter may hide it, or a merchant has deleted it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from fbridge.models.states import PushState
from fbridge.testing.faults.answers import HttpAnswer
from fbridge.testing.faults.stand_ins import Asked
from tests.people import evening
from tests.people.evening import Evenings

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Hiding:
    """Shows all but one order in so many reads."""

    def __init__(self, order: str, reads: int) -> None:
        self._order = order
        self._left = reads

    def given(self, asked: Asked) -> HttpAnswer | None:
        return None

    def passed(self, asked: Asked, answer: HttpAnswer) -> HttpAnswer:
        body = None if asked.write else _decoded(answer.body)
        if self._left == 0 or not _is_shown(body, self._order):
            return answer
        self._left -= 1
        return replace(answer, body=json.dumps(_without(body, self._order)).encode())


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _is_shown(body: Any, order: str) -> bool:
    return body != _without(body, order)


def _without(body: Any, order: str) -> Any:
    if isinstance(body, dict):
        return {key: _without(value, order) for key, value in body.items()}
    if isinstance(body, list):
        return [one for one in body if not (isinstance(one, dict) and str(one.get("id")) == order)]
    return body


def test_what_one_read_does_not_show_is_sent_when_the_next_one_does(evenings: Evenings) -> None:
    goods = evenings.goods()
    evenings.proxy.put_between(Hiding(goods.order, reads=1))
    evenings.push(goods)
    assert evenings.office.state(goods.shipment) is PushState.SENT
    evenings.check_nothing_doubled(goods)


def test_what_is_gone_is_refused_at_the_second_look_and_stops_no_other(evenings: Evenings) -> None:
    goods = evenings.goods()
    evenings.store.delete(goods.order)
    evenings.office.push_until_quiet()
    entry = evenings.office.state(goods.shipment), evenings.office.reason(goods.shipment)
    assert entry == (PushState.REFUSED, "order_missing")
    assert evenings.office.state(goods.other) is PushState.SENT


def test_a_lost_answer_about_an_order_that_one_look_does_not_show_is_looked_up_again(
    evenings: Evenings,
) -> None:
    goods = evening.answer_lost(evenings)
    evenings.proxy.put_between(Hiding(goods.order, reads=3))
    evenings.push(goods)
    assert evenings.office.state(goods.shipment) is not PushState.NEEDS_ATTENTION
    evenings.work_on(goods)
    assert evenings.office.state(goods.shipment) is PushState.SENT
    evenings.check_nothing_doubled(goods)
