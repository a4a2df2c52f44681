"""A plan is readable at five orders and at a thousand: by store and by what happens, exceptions first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from fbridge.cli.plan_views import GROUP_COLUMNS, in_one_line, plan_blocks
from fbridge.cli.tables import Table
from fbridge.models.orders import Money
from fbridge.push.decide import Action
from fbridge.push.plan import PlanEntry, PushPlan, StorePlan

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
EUR = Money(amount=Decimal("11.00"), currency="EUR")


def entry(number: int, action: Action = Action.SEND, **changes: Any) -> PlanEntry:
    goes = action is Action.SEND
    told: dict[str, Any] = {
        "shipment": f"S{number}",
        "order_number": str(number),
        "manifest": "2026-0001",
        "version": 0,
        "action": action,
        "carrier": "BRT Bartolini" if goes else "",
        "numbers": (f"T{number}",) if goes else (),
        "completes_order": goes,
        "mail": goes,
        "mails": ("Completed order",) if goes else (),
        "reason": "due",
        "words": "",
    }
    return PlanEntry(**(told | changes))


def plan_of(*entries: PlanEntry) -> PushPlan:
    going = [one for one in entries if one.action is Action.SEND]
    store = StorePlan(
        store="shop",
        platform="Plain",
        entries=entries,
        mails=len(going),
        mail_kinds=(("Completed order", len(going)),),
        cod_totals=(EUR,),
        orders=len(going),
        orders_read=(NOW - timedelta(days=2), NOW - timedelta(minutes=5)),
        codes_listed_at=NOW - timedelta(days=3),
    )
    return PushPlan(fingerprint="f" * 12, stores=(store,), names=("shop",), made_at=NOW)


LARGE = plan_of(
    *(entry(number) for number in range(1, 999)),
    entry(1000, Action.WAIT, reason="no_tracking_number", words="it waits for its tracking number"),
    entry(1001, Action.BLOCKED, reason="store_says_no", words="the store says no"),
)


def test_a_thousand_orders_are_few_lines_and_exceptions_stand_first() -> None:
    (table,) = [block for block in plan_blocks(LARGE) if isinstance(block, Table)]
    shown = [[column.value(row) for column in GROUP_COLUMNS] for row in table.rows]
    assert [line[0] for line in shown] == ["blocked", "waits", "send, order complete"]
    assert shown[0][-2:] == ["1001", "the store says no"]
    assert shown[2][1:5] == [998, "BRT Bartolini", 998, 998]
    assert shown[2][-2] == "1, 2, 3, 4 and 994 more"


def test_details_and_few_orders_have_a_line_for_each() -> None:
    for plan, details, lines in ((LARGE, True, 1000), (plan_of(*map(entry, range(5))), False, 5)):
        (table,) = [block for block in plan_blocks(plan, details=details) if isinstance(block, Table)]
        rows = list(table.rows)
        assert len(rows) == lines
        assert rows[0].action is (Action.BLOCKED if lines == 1000 else Action.SEND)


def test_what_it_rests_on_and_the_whole_in_one_line() -> None:
    told = [block for block in plan_blocks(LARGE) if isinstance(block, str)]
    assert told[0] == (
        "shop (Plain): 1 blocked, 1 waits, 998 send, 998 mails to customers "
        "(998 Completed order; asked for, cannot be seen), COD 11.00 EUR"
    )
    assert told[1] == "It rests on orders as read 5 min to 2 d ago, carriers as listed 3 d ago."
    assert told[-1] == "998 orders, 998 numbers, 998 mails, COD 11.00 EUR; not sent: 1 blocked, 1 waiting"
    assert in_one_line(plan_of(entry(1))) == "1 order, 1 number, 1 mail, COD 11.00 EUR"


@pytest.mark.parametrize("words", [("push", "--plan"), ("push", "--plan", "--details")])
def test_reading_the_same_order_once_more_makes_no_other_plan(
    ready_user: Any, shop: Any, words: tuple[str, ...]
) -> None:
    shop.sell(1001)
    ready_user.run("manifest", "add", "BRT", "1001")
    ready_user.run("tracking", "set", "1001", "T1")
    ready_user.run("manifest", "ship", "BRT")
    first = ready_user.run(*words).stdout
    ready_user.run("fetch")
    again = ready_user.run(*words).stdout
    assert "1 order, 1 number, 1 mail" in first.splitlines()[-1]
    (line,) = [one for one in first.splitlines() if one.startswith("Fingerprint")]
    assert line in again
