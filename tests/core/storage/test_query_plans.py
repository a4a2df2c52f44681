"""Daily commands go through no large table: what the database means to do, whatever a table holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from fbridge.cli.shipment_export import print_of
from fbridge.find import find
from fbridge.history.event_feed import follow
from fbridge.history.explain import explain
from fbridge.history.export_batches import claim_orders, claim_shipments
from fbridge.history.purge import drop_old_exchanges
from fbridge.jobs.jobs import Jobs
from fbridge.models.shipments import Document
from fbridge.models.states import FulfillmentState, OrderSort, PushState
from fbridge.orders.filters import OrderFilter
from fbridge.orders.kept_back import kept_back
from fbridge.push import ledger
from fbridge.push.concerns import concerns_of
from fbridge.push.not_at_rest import Shown
from fbridge.push.plan_grounds import grounds_in_time
from fbridge.push.rows import has_orders_in_work, load_orders_in_work
from fbridge.push.status import read_status
from fbridge.push.verify_scope import Scope, orders_in
from fbridge.storage.database import Database
from fbridge.stores.rows import fetch_times

SMALL = (
    "stores",
    "carriers",
    "carrier_routes",
    "manifests",
    "rejected_orders",
    "exports",
    "jobs",
    "listeners",
    "CONSTANT",
)
"""Tables that stay small, and what a statement brings along."""
FEW_ROWS = (
    "ix_orders_marked",
    "ix_shipments_in_the_house",
    "ix_pushes_mail_missing",
    "ix_pushes_drifted",
    "ix_returns_not_dealt_with",
)
"""Indexes of rows that somebody has still to do something about."""
COUNTED = ("SCAN pushes USING COVERING INDEX ix_pushes_state", "SCAN pushes USING INDEX ix_pushes_state")
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
    "the page of the day": lambda office: read_status(office.context, Shown(9)),
    "the page of the day, a state of a store": lambda office: read_status(
        office.context, Shown(9, "shop", "ready")
    ),
    "shipment list --returned": shipments(returned=True),
    "orders list --ready": orders(ready=True),
    "orders list --ready --store": orders(ready=True, store="shop"),
    "orders list --ready --carrier": orders(ready=True, carrier="BRT"),
    "the page of a manifest": lambda office: office.orders.count(OrderFilter(ready=True, carrier="BRT")),
    "the page of jobs": lambda office: Jobs(office.context).list(running=True),
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
    "orders show STORE:NUMBER": lambda office: office.orders.get("shop:1001"),
    "orders show STORE:id=ID": lambda office: office.orders.get("shop:id=r1001"),
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
    "orders export --cursor": lambda office: list(office.orders.changed(1, limit=9)),
    "orders export --cursor --store": lambda office: list(office.orders.changed(1, store="shop", limit=9)),
    "events": lambda office: list(follow(office.context, 1)),
    "push": read(lambda connection: load_orders_in_work(connection, "shop")),
    "push --manifest": read(lambda connection: load_orders_in_work(connection, "shop", manifest="2026-0001")),
    "push: anything to do": read(lambda connection: has_orders_in_work(connection, "shop")),
    "push: what a dead one left": mend,
    "push: old exchanges": lambda office: drop_old_exchanges(office.context, timedelta(days=30)),
    "push --plan: what it rests on": read(lambda connection: grounds_in_time(connection, "shop", [1, 2])),
    "push --plan: doubts": read(lambda connection: concerns_of(connection, [1, 2])),
    "verify": read(lambda connection: orders_in(connection, "shop", Scope(since=SINCE))),
    "verify SHIPMENT": read(lambda connection: orders_in(connection, "shop", Scope(shipment_ids=[1]))),
    "explain": lambda office: explain(office.context, "1001"),
    "fetch: held orders": read(lambda connection: kept_back(connection, "shop", started=SINCE)),
    "fetch: known orders": lambda office: office.keep(*office.made),
    "shipment list --carrier": shipments(carrier="BRT"),
    "API: a page of shipments": shipments(after=1, limit=50),
    "API: a page of shipments of a store": shipments(after=1, limit=50, store="shop"),
    "API: a page of shipments in a state": shipments(after=1, limit=50, state=PushState.REFUSED),
    "tracking add": lambda office: office.shipments.add_tracking("1001", ["T10"]),
    "how many orders --cod": lambda office: office.orders.count(OrderFilter(cod=True)),
    "API: a page of orders": orders(after=(SINCE, 1), limit=50),
    "API: a page of orders of a store": orders(
        after=(SINCE, 1), limit=50, store="shop", sort=OrderSort.NEWEST
    ),
    "manifest page": lambda office: office.manifests.page("2026-0001", limit=50),
    "manifest fingerprint": lambda office: office.manifests.fingerprint("2026-0001"),
    "worker status: whether a fault still counts": read(lambda connection: fetch_times(connection, ["shop"])),
}


OF_A_WHOLE_STORE = {
    "orders list --store --limit": "read as far as its limit",
    "shipment list --store": "shows them all",
    "verify": "is typed seldom",
}
Explained = Callable[[Work], list[str]]


@pytest.fixture
def plans(office: Any, make: Any) -> Explained:
    """What the database would do for every statement of some work.

    PostgreSQL plans by what a table holds, and reads a small one through. Told to do so only where there is no other
    way, it shows what it would do with a large one.
    """
    office.made = [make.order(number) for number in ("1001", "1002", "1003")]
    office.keep(*office.made)
    office.shipments.create("1001", numbers=["T1"], document=Document(number="D1"), manifest="BRT")
    if office.context.database.is_sqlite:
        return partial(explained, office, through_sqlite)
    forget_what_was_counted(office.context.database)
    return partial(explained, office, through_postgresql)


def forget_what_was_counted(database: Database) -> None:
    """Other tests leave the same tables empty, and PostgreSQL may have counted them just then."""
    ours = "relnamespace = 'public'::regnamespace AND relkind = 'r'"
    with database.write() as connection:
        connection.exec_driver_sql(f"UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE {ours}")
        connection.exec_driver_sql(
            f"DELETE FROM pg_statistic WHERE starelid IN (SELECT oid FROM pg_class WHERE {ours})"
        )


def explained(office: Any, explain: Callable[[Any, str, Any], list[str]], work: Work) -> list[str]:
    engine, seen = office.context.database.engine, list[tuple[str, Any]]()

    def remember(
        _connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool
    ) -> None:
        if statement.startswith(("SELECT", "UPDATE", "INSERT", "DELETE", "WITH")):
            seen.append((statement, values[0] if many else values))

    sa.event.listen(engine, "before_cursor_execute", remember)
    try:
        work(office)
    finally:
        sa.event.remove(engine, "before_cursor_execute", remember)
    with office.context.database.read() as connection:
        cursor = connection.connection.cursor()
        return [step for statement, values in seen for step in explain(cursor, statement, values)]


def through_sqlite(cursor: Any, statement: str, values: Any) -> list[str]:
    return [step[3] for step in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()]


def through_postgresql(cursor: Any, statement: str, values: Any) -> list[str]:
    for setting in ("enable_seqscan", "enable_mergejoin", "enable_hashjoin"):
        cursor.execute(f"SET LOCAL {setting} = off")
    cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", values)
    return list(postgresql_steps(cursor.fetchone()[0][0]["Plan"]))


def postgresql_steps(plan: Any) -> Iterator[str]:
    """In the words of SQLite: an index without a condition is gone through as its table would be."""
    table, index = plan.get("Relation Name"), plan.get("Index Name")
    condition = plan.get("Index Cond") or plan.get("Recheck Cond")
    if plan["Node Type"] in ("Seq Scan", "Index Scan", "Index Only Scan"):
        yield f"{'SEARCH' if condition else 'SCAN'} {table} USING INDEX {index} {condition}"
    for step in plan.get("Plans", ()):
        yield from postgresql_steps(step)


ON_SQLITE = pytest.param("sqlite")
ON_BOTH = (ON_SQLITE, pytest.param("postgresql", marks=(pytest.mark.postgres, pytest.mark.slow)))


@pytest.mark.parametrize("database_url", ON_BOTH, indirect=True)
def test_no_daily_command_goes_through_a_large_table(plans: Explained) -> None:
    through = {}
    for name, work in DAILY.items():
        whole = name in OF_A_WHOLE_STORE
        steps = [
            step
            for step in plans(work)
            if goes_through_large_table(step) or (goes_through_store(step) and not whole)
        ]
        if steps:
            through[name] = steps
    assert not through
    assert any(map(goes_through_large_table, plans(shipments()))), "all shipments are gone through"


def goes_through_large_table(step: str) -> bool:
    words = step.split()
    few = any(index in words for index in FEW_ROWS)
    made_here = words[1].startswith(("(subquery", "anon_", "told"))  # of rows that were found before
    counted = step.startswith(COUNTED)
    return words[0] == "SCAN" and words[1] not in SMALL and not (few or made_here) and not counted


def goes_through_store(step: str) -> bool:
    """One store may have all rows."""
    return step.startswith(("SEARCH orders ", "SEARCH twin ", "SEARCH shipments ")) and "(store=?)" in step


@pytest.mark.parametrize(
    "database_url", [ON_SQLITE], indirect=True
)  # PostgreSQL chooses by what a table holds
def test_lists_are_found_by_the_index_that_holds_the_fewest(plans: Explained) -> None:
    """That a table is searched says little: most orders are paid, and a store may have them all."""
    for store, begins in ((None, ""), ("shop", "store=? AND ")):
        assert uses(plans(orders(ready=True, store=store)), "ix_orders_open (historic=? AND status=?")
        assert uses(plans(orders(since=SINCE, store=store)), f"({begins}created_at>?)")
        assert uses(plans(orders(changed_since=SINCE, store=store)), f"({begins}changed_at>?)")


def uses(steps: list[str], index: str) -> bool:
    return any(step.startswith("SEARCH") and index in step for step in steps)
