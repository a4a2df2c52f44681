"""A shipment that somebody cancelled on the store counts as gone only where its goods would be shipped again."""

from __future__ import annotations

from typing import Any

import pytest

from fbridge.models.states import OrderStatus, PushState
from fbridge.push.undone import note_undone

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("status", "state"), [(OrderStatus.OPEN, PushState.REFUSED), (OrderStatus.CANCELLED, PushState.SENT)]
)
def test_of_a_cancelled_order_nothing_is_shipped_again_whatever_its_lines_show(
    office: Any, make: Any, status: OrderStatus, state: PushState
) -> None:
    office.keep(make.order("1001"))
    office.leave(office.manifests.add("BRT", ["1001"]).manifest.number)
    shipment = office.shipments.get("1001")
    office.pushed(shipment, PushState.SENT, acknowledged_revision=shipment.revision, remote_ids=["F1"])
    read = make.order("1001", status=status, undone=("F1",))
    assert any(line.remaining for line in read.lines)
    with office.context.database.write() as connection:
        note_undone(connection, "shop", [read], office.context.now())
    assert office.shipments.get("S1").push.state is state
