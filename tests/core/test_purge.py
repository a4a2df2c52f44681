"""Forgetting personal data, and nothing that a push needs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from fbridge.history.purge import purge
from fbridge.models.orders import Address
from fbridge.storage.tables import exchanges, orders, shipments

OLD = timedelta(days=30)


def names(office: Any) -> dict[str, str]:
    with office.context.database.read() as connection:
        rows = connection.execute(sa.select(orders.c.number, orders.c.customer, orders.c.ship_to))
        return {row.number: f"{row.customer} {row.ship_to}" for row in rows}


@pytest.fixture
def aged(office: Any, make: Any, clock: Any) -> Any:
    office.keep(make.order("1001"), make.order("1002"), make.order("1003"))
    office.manifests.add("BRT", ["1001", "1002"])
    office.shipments.create_external(
        carrier="BRT", recipient=Address(name="Anna Verdi"), manifest="2026-0001"
    )
    office.leave("2026-0001")
    office.sent(office.shipments.get("1001"))
    clock.forward(days=60)
    office.keep(make.order("1004", changed_at=clock(), created_at=clock()))
    return office


def test_old_names_go_and_what_is_not_at_rest_keeps_its_own(aged: Any) -> None:
    purged = purge(aged.context, OLD)
    left = names(aged)
    assert "Rossi" not in left["1001"]
    assert "Rossi" not in left["1003"]
    assert "Rossi" in left["1002"]
    assert "Rossi" in left["1004"]
    assert (purged.orders, purged.external_parcels) == (2, 1)


def test_who_got_it_goes_from_what_its_document_told(aged: Any) -> None:
    said = {"recipient": {"name": "Anna Rossi"}, "tax_code": "RSS", "reason": "Vendita"}
    with aged.context.database.write() as connection:
        connection.execute(sa.update(shipments).values(particulars=said))
        connection.execute(sa.update(orders).values(extra={"tax_code": "RSS"}))
    purge(aged.context, OLD)
    kept = [one.particulars for one in aged.shipments.list()]
    assert [one.tax_code for one in kept] == ["", "RSS", ""]
    assert {one.reason for one in kept} == {"Vendita"}
    with aged.context.database.read() as connection:
        left = dict(connection.execute(sa.select(orders.c.number, orders.c.extra)).all())
    assert [bool(left[number]) for number in ("1001", "1002", "1003")] == [False, True, False]


def test_a_second_time_there_is_nothing_left(aged: Any) -> None:
    purge(aged.context, OLD)
    again = purge(aged.context, OLD)
    assert (again.orders, again.external_parcels, again.exchanges) == (0, 0, 0)


def test_external_recipients_go_and_their_parcel_stays(aged: Any) -> None:
    purge(aged.context, OLD)
    with aged.context.database.read() as connection:
        text = str(connection.execute(sa.select(shipments.c.recipient)).all())
    assert "Anna" not in text
    assert aged.manifests.get("2026-0001").parcels == 3


def test_old_exchanges_go(aged: Any, clock: Any) -> None:
    row = {"store": "shop", "method": "GET", "url": "/", "duration_ms": 1}
    with aged.context.database.write() as connection:
        connection.execute(sa.insert(exchanges), [{**row, "at": clock() - 2 * OLD}, {**row, "at": clock()}])
    assert purge(aged.context, OLD).exchanges == 1
