"""Another process takes over the pushes of a store, at every moment of a push: nothing more is sent or written."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from fbridge.storage.tables import attempts, orders, pushes, stores
from fbridge.testing.office import STORE
from tests.people import evening
from tests.people.evening import Evenings
from tests.people.moments import Interruption, moments_of

LAST = 27
"""So many moments has a push whose first answer is lost: up to the last judgement."""


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
def test_who_was_overtaken_writes_nothing_more_anywhere(evenings: Evenings) -> None:
    for at in range(1, LAST):
        seen: dict[str, Any] = {}
        goods = evening.answer_lost(evenings)

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
        under_way = "a request" in where or "commit" in where
        assert len(evenings.proxy.writes) - seen["writes"] <= under_way, (
            f"sent by who was overtaken, at {where}"
        )
        if where != f"{LAST - 1}: after a commit":
            assert [error.reason for _, error in result.errors] == ["overtaken"], where
        evenings.proxy.heal()
        if at % 5 == 0:
            evenings.work_on(goods)
            evenings.check_nothing_doubled(goods)
