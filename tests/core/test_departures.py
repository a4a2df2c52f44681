"""Friday's parcels, shipped on Monday: the time that somebody says is the one that stores and papers are told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from fbridge.cli.when import time_of_day
from fbridge.push.rows import load_orders_in_work

FRIDAY = datetime(2026, 3, 2, 17, 30, tzinfo=UTC)
"""The day on which the office's clock stands, after the driver has come."""


@pytest.fixture
def number(office: Any, make: Any, clock: Any) -> str:
    """A manifest of an order that was placed on 1 March at 10:00 in Rome; it is Monday now."""
    office.keep(make.order("1001"))
    opened: str = office.manifests.add("BRT", ["1001"]).manifest.number
    clock.moment = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
    return opened


def test_the_time_that_was_said_is_the_one_of_manifest_shipment_and_push(office: Any, number: str) -> None:
    at = time_of_day("2026-03-02 18:30").moment(office.context.now(), office.context.timezone)
    shipped = office.manifests.ship(number, check=False, at=at)
    assert shipped.manifest.shipped_at == FRIDAY
    assert office.shipments.get("S1").shipped_at == FRIDAY
    with office.context.database.read() as connection:
        ((row,),) = load_orders_in_work(connection, "shop").values()
    assert row.shipped_at == FRIDAY
    assert row.since == office.context.now()
    assert any("they left on 2026-03-02 18:30" in words for _, words in office.history())


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (datetime(2026, 3, 5, 8, 1, tzinfo=UTC), "in_the_future"),
        (datetime(2026, 3, 1, 8, 59, tzinfo=UTC), "before_the_order"),
        (datetime(2025, 3, 2, 17, 30, tzinfo=UTC), "too_long_ago"),
    ],
)
def test_a_time_at_which_it_cannot_have_left_is_refused(
    office: Any, number: str, refused: Any, at: datetime, reason: str
) -> None:
    with refused(reason, "20"):
        office.manifests.ship(number, check=False, at=at)
    assert office.shipments.get("S1").shipped_at is None
