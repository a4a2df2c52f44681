"""Another process takes over the pushes of a store, at every moment of a push: nothing more is sent or written."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from fbridge.storage.tables import attempts, orders, pushes, stores
from fbridge.testing.office import STORE
from tests.people import evening
from tests.people.evening import Evenings, Scenario
from tests.people.moments import Interruption, moments_of


def _written(evenings: Evenings) -> dict[str, list[Any]]:
    with evenings.desk.context.database.read() as connection:
        return {
            table.name: [
                tuple(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key))
            ]
            for table in (attempts, orders, pushes)
        }


def _epoch(evenings: Evenings) -> int:
    with evenings.desk.context.database.read() as connection:
        return int(connection.execute(sa.select(stores.c.push_epoch)).scalar_one())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("scenario", "last"),
    [
        pytest.param(evening.answer_lost, 27, marks=pytest.mark.slow),
        (evening.cancelled_on_the_store, 16),
    ],
    ids=["answer_lost", "cancelled"],
)
def test_who_was_overtaken_writes_nothing_more_anywhere(
    evenings: Evenings, scenario: Scenario, last: int
) -> None:
    """``last``: so many moments, all of them or up to the last judgement."""
    for at in range(1, last):
        seen: dict[str, Any] = {}
        goods = scenario(evenings)

        before = _epoch(evenings)

        def overtake(seen: dict[str, Any] = seen, before: int = before) -> None:
            if _epoch(evenings) == before:
                return
            with evenings.desk.context.database.write() as connection:
                connection.execute(sa.update(stores).values(push_epoch=stores.c.push_epoch + 1))
            seen["rows"], seen["writes"] = _written(evenings), len(evenings.proxy.writes)

        interruption = Interruption(overtake, at)
        with moments_of(interruption, evenings.bridge.context.database, evenings.proxy):
            interruption.pass_by("after the plan")
            result = evenings.bridge.push(stores=[STORE], progress=interruption.told)
        assert not interruption.broke, interruption.broke
        if not seen:
            continue
        where = interruption.moment
        assert _written(evenings) == seen["rows"], f"written by who was overtaken, at {where}"
        under_way = "a request" in where
        assert len(evenings.proxy.writes) - seen["writes"] <= under_way, (
            f"sent by who was overtaken, at {where}"
        )
        if at < last - 3:
            assert [error.reason for _, error in result.errors] == ["overtaken"], where
        evenings.proxy.heal()
        if at % 5 == 0 and scenario is evening.answer_lost:
            evenings.work_on(goods)
            evenings.check_nothing_doubled(goods)
