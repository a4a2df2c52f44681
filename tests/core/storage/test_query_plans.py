"""Daily commands go through no large table: what SQLite means to do, whatever a table holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from fbridge.cli.shipment_export import print_of
from fbridge.find import find
from fbridge.history.event_feed import follow
from fbridge.history.export_batches import claim_orders, claim_shipments
from fbridge.models.shipments import Document
from fbridge.models.states import FulfillmentState, OrderSort, PushState
from fbridge.orders.filters import OrderFilter
from fbridge.push import ledger
from fbridge.push.rows import has_orders_in_work, load_orders_in_work
from fbridge.push.status import read_status

SMALL = ("stores", "carriers", "carrier_routes", "manifests", "rejected_orders", "exports", "CONSTANT")
"""Tables that stay small, and what a statement brings along."""
FEW_ROWS = (
    "ix_orders_marked",
    "ix_shipments_in_the_house",
    "ix_pushes_mail_missing",
    "ix_pushes_drifted",
    "ix_returns_not_dealt_with",
)
"""Indexes of rows that somebody has still to do something about."""
COUNTED = "SCAN pushes USING COVERING INDEX ix_pushes_state"
"""How many shipments stand in each state: counted in the index alone."""

Work = Callable[[Any], object]


def orders(**chosen: Any) -> Work:
    return lambda office: list(office.orders.details(OrderFilter(**chosen)))


def shipments(**chosen: Any) -> Work:
    return lambda office: office.shipments.list(**chosen)


def read(work: Callable[[Any], object]) -> Work:
    def with_connection(office: Any) -> None:
        with office.context.database.read() as connection:
            work(connection)

    return with_connection


def mend(office: Any) -> None:
    now = office.context.now()
    with office.context.database.write() as connection:
        ledger.mend_times(connection, "shop", at=now, longest=timedelta(days=1))
        ledger.adopt_dead_claims(connection, "shop", at=now)


SINCE = datetime(2026, 3, 1, tzinfo=UTC)
DAILY: dict[str, Work] = {
    "status": lambda office: read_status(office.context),
    "shipment list --returned": shipments(returned=True),
    "orders list --ready": orders(ready=True),
    "orders list --ready --store": orders(ready=True, store="shop"),
    "orders list --ready --carrier": orders(ready=True, carrier="BRT"),
    "orders list --ready --cod": orders(ready=True, cod=True),
    "orders list --ready --limit": orders(ready=True, sort=OrderSort.NEWEST, limit=50),
    "orders list --marked": orders(marked=True),
    "orders list --cod": orders(cod=True),
    "orders list --unpaid": orders(unpaid=True),
    "orders list --state": orders(state=FulfillmentState.PARTIAL),
    "orders list --since": orders(since=SINCE),
    "orders list --changed-since": orders(changed_since=SINCE),
    "orders list --changed-since --store": orders(changed_since=SINCE, store="shop"),
    "orders list --store --limit": orders(store="shop", limit=9),
    "find NAME": lambda office: find(office.context, "ada rossi"),
    "find NUMBER": lambda office: find(office.context, "1002"),
    "orders show": lambda office: office.orders.get("1001"),
    "shipment list --state": shipments(state=PushState.REFUSED),
    "shipment list --store": shipments(store="shop"),
    "shipment list --manifest": shipments(manifest="2026-0001"),
    "shipment show": lambda office: office.shipments.get("S1"),
    "shipment show ORDER": lambda office: office.shipments.get("1001"),
    "manifest list": lambda office: office.manifests.list(),
    "manifest show": lambda office: office.manifests.get("BRT"),
    "manifest add": lambda office: office.manifests.add("BRT", ["1002", "shop:1003"]),
    "manifest add --all": lambda office: office.manifests.add("BRT", [], every=True),
    "tracking set": lambda office: office.shipments.set_tracking("1001", ["T9"]),
    "manifest ship": lambda office: office.manifests.ship("BRT", check=False),
    "orders export --new": lambda office: claim_orders(office.context, OrderFilter()),
    "orders export --new --ready": lambda office: claim_orders(office.context, OrderFilter(ready=True)),
    "orders export --again": lambda office: list(office.orders.of_batch(1)),
    "shipment export --new": lambda office: claim_shipments(office.context, print_of),
    "events": lambda office: list(follow(office.context, 1)),
    "push": read(lambda connection: load_orders_in_work(connection, "shop")),
    "push --manifest": read(lambda connection: load_orders_in_work(connection, "shop", manifest="2026-0001")),
    "push: anything to do": read(lambda connection: has_orders_in_work(connection, "shop")),
    "push: what a dead one left": mend,
}


@pytest.fixture
def plans(office: Any, make: Any) -> Callable[[Work], list[str]]:
    """What SQLite would do for every statement of some work."""
    if not office.context.database.is_sqlite:
        pytest.skip("PostgreSQL plans by what a table holds")
    office.keep(*(make.order(number) for number in ("1001", "1002", "1003")))
    office.shipments.create("1001", numbers=["T1"], document=Document(number="D1"), manifest="BRT")
    engine = office.context.database.engine
    seen: list[tuple[str, Any]] = []

    def remember(
        _connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool
    ) -> None:
        if not statement.startswith("BEGIN"):
            seen.append((statement, values[0] if many else values))

    def explained(work: Work) -> list[str]:
        seen.clear()
        sa.event.listen(engine, "before_cursor_execute", remember)
        try:
            work(office)
        finally:
            sa.event.remove(engine, "before_cursor_execute", remember)
        with office.context.database.read() as connection:
            cursor = connection.connection.cursor()
            return [
                step[3]
                for statement, values in seen
                for step in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
            ]

    return explained


def test_no_daily_command_goes_through_a_large_table(plans: Any) -> None:
    through = {}
    for name, work in DAILY.items():
        steps = [step for step in plans(work) if goes_through_large_table(step)]
        if steps:
            through[name] = steps
    assert not through


def goes_through_large_table(step: str) -> bool:
    words = step.split()
    few = any(index in words for index in FEW_ROWS)
    made_here = words[1].startswith(("(subquery", "anon_"))  # of rows that were found before
    return words[0] == "SCAN" and words[1] not in SMALL and not (few or made_here) and step != COUNTED


def test_lists_are_found_by_the_index_that_holds_the_fewest(plans: Any) -> None:
    """That a table is searched says little: most orders are paid, and a store may have them all."""
    for store, begins in ((None, ""), ("shop", "store=? AND ")):
        assert uses(plans(orders(ready=True, store=store)), "ix_orders_open (historic=? AND status=?")
        assert uses(plans(orders(since=SINCE, store=store)), f"({begins}created_at>?)")
        assert uses(plans(orders(changed_since=SINCE, store=store)), f"({begins}changed_at>?)")


def uses(steps: list[str], index: str) -> bool:
    return any(step.startswith("SEARCH") and index in step for step in steps)
