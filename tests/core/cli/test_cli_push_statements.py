"""How often a push looks at the whole ledger: with a million shipments each look takes seconds."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from fbridge.push.run import push_store


def test_a_push_loads_what_is_in_work_once_a_round(ready_user: Any) -> None:
    ready_user.run("manifest", "add", "BRT", "1001", "1002")
    ready_user.run("tracking", "set", "1001", "T1")
    ready_user.run("tracking", "set", "1002", "T2")
    ready_user.run("manifest", "ship", "BRT")
    loads: list[str] = []

    def count(*args: Any) -> None:
        statement = args[2]
        if "IN (SELECT pushes.shipment_id" in statement and "LIMIT" not in statement:
            loads.append(statement)

    with ready_user.bridge() as bridge:
        sa.event.listen(bridge.context.database.engine, "before_cursor_execute", count)
        pushed = push_store(bridge.context, "shop")
    assert [item.state for item in pushed.items] == ["sent", "sent"]
    assert len(loads) == 3, "for its plan, for its one round, and to see that nothing is left to wait for"
