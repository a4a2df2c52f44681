"""The day on which a parcel left is the store's own day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fbridge.models.fulfillments import Fulfillment
from fbridge.sandbox import ServedSandbox

LATE = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
"""In Rome it is half past midnight of the next day, in New York still the evening of this one."""

MakeSandbox = Callable[..., ServedSandbox]


def day_shown(served: ServedSandbox, order_id: str) -> str:
    (row,) = served.control.trackings(int(order_id))
    return f"{datetime.fromtimestamp(int(row['date_shipped']), UTC):%Y-%m-%d %H:%M}"


def pushed(served: ServedSandbox, desk: Any, fulfillment_of: Callable[..., Fulfillment], at: datetime) -> str:
    orders = desk.orders(*served.control.order_ids("processing")[:40])
    order = next(one for one in orders if any(line.due for line in one.lines))
    desk.push_one(fulfillment_of(order, ["BX1"], shipped_at=at))
    return day_shown(served, order.remote_id)


@pytest.mark.parametrize("by_route", [False, True])
@pytest.mark.parametrize(
    ("zone", "day"),
    [("Europe/Rome", "2026-11-24"), ("America/New_York", "2026-11-23"), ("UTC", "2026-11-23")],
)
def test_it_is_the_day_in_the_stores_zone(
    make_sandbox: MakeSandbox,
    desk_of: Callable[..., Any],
    fulfillment_of: Callable[..., Fulfillment],
    zone: str,
    day: str,
    by_route: bool,
) -> None:
    served = make_sandbox(timezone=zone)
    desk = desk_of(served)
    desk.store = replace(desk.store, facts={**desk.store.facts, "rows_shown": not by_route})
    assert pushed(served, desk, fulfillment_of, LATE) == f"{day} 00:00"


@pytest.mark.parametrize(
    ("facts", "day"),
    [
        ({"timezone": "", "utc_offset": 5.5}, "2026-11-24"),
        ({"timezone": "", "utc_offset": -3}, "2026-11-23"),
        ({"timezone": "", "utc_offset": None}, "2026-11-24"),
        ({"timezone": "Nowhere/Else", "utc_offset": None}, "2026-11-24"),
    ],
)
def test_a_site_without_a_named_zone_has_its_hours_from_utc_else_the_users_zone_counts(
    sandbox: ServedSandbox,
    desk_of: Callable[..., Any],
    fulfillment_of: Callable[..., Fulfillment],
    facts: dict[str, Any],
    day: str,
) -> None:
    desk = desk_of(sandbox)
    desk.store = replace(desk.store, facts={**desk.store.facts, **facts}, timezone=ZoneInfo("Europe/Rome"))
    assert pushed(sandbox, desk, fulfillment_of, LATE) == f"{day} 00:00"


def test_a_day_in_summer(
    sandbox: ServedSandbox, desk_of: Callable[..., Any], fulfillment_of: Callable[..., Fulfillment]
) -> None:
    """Two hours ahead there, one in winter."""
    at = datetime(2026, 7, 1, 22, 15, tzinfo=UTC)
    assert pushed(sandbox, desk_of(sandbox), fulfillment_of, at) == "2026-07-02 00:00"
