"""A piece that somebody ships on the store, and the rest that we ship: no piece is free again before it is read."""

from __future__ import annotations

import pytest

from fbridge.models.states import PushState
from fbridge.testing.office import CARRIER, STORE
from tests.people.evening import Evenings


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_of_it_can_be_shipped_again(evenings: Evenings) -> None:
    skus = evenings.store.skus
    order = evenings.store.new_order([(skus[0], 2), (skus[1], 1)])
    evenings.store.add_number_by_hand(order, "HAND")
    evenings.office.fetch()
    found = evenings.office.fetched()[order]
    ours = evenings.office.ship(order, ["OURS"], [(0, 1)])
    evenings.office.push()
    assert evenings.office.state(ours) is PushState.SENT
    evenings.office.correct(ours, ["SECOND"])
    assert evenings.desk.orders.get(ours.order_number).row.open_quantity == 1
    evenings.desk.manifests.add(CARRIER, [ours.order_number])
    (rest,) = (one for one in evenings.desk.shipments.list(store=STORE) if one.label != ours.label)
    assert [(item.line_id, item.quantity) for item in rest.items] == [(found.lines[1].id, 1)]
