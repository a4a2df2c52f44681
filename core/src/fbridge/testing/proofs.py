"""What must hold whatever happened: nothing lost, nothing doubled, one mail, the ledger as the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from fbridge.models.shipments import Shipment
from fbridge.models.states import PushState
from fbridge.push.decide import TAKEN_BY_STORE
from fbridge.testing.office import Office


def assert_nothing_doubled(office: Office, orders: Sequence[str]) -> None:
    """No number stands twice on the store, no more pieces are shown than left, nobody was mailed twice."""
    for order in orders:
        truth = office.store.truth(order)
        twice = [number for number, times in Counter(truth.numbers).items() if times > 1]
        assert not twice, f"order {order} shows these numbers twice: {twice}"
        if truth.shipped is not None:
            due = tuple(line.quantity for line in office.fetched()[order].lines)
            assert all(has <= most for has, most in zip(truth.shipped, due, strict=True)), (
                f"order {order} shows more pieces than were ordered: {truth.shipped} of {due}"
            )
        mails = [mail.numbers for mail in office.store.mails(order)]
        assert len(mails) <= _most_mails(office, order), f"order {order} was mailed too often: {mails}"


def assert_ledger_agrees(office: Office, orders: Sequence[str]) -> None:
    """What the ledger calls sent is on the store, number by number; a finished order is closed."""
    for order in orders:
        truth, own = office.store.truth(order), _shipments_of(office, order)
        sent = [one for one in own if _state(one) in TAKEN_BY_STORE]
        missing = [number for one in sent for number in one.numbers if number not in truth.numbers]
        assert not missing, f"the ledger says that order {order} shows {missing}; it shows {truth.numbers}"
        pieces = sum(item.quantity for one in sent for item in one.items)
        if (
            own
            and len(sent) == len(own)
            and pieces == sum(line.due for line in office.fetched()[order].lines)
        ):
            assert truth.closed, f"all of order {order} was sent, but the store does not show it as finished"


def assert_all_arrived_once(office: Office, orders: Sequence[str]) -> None:
    """Every shipment was sent, and is on the store once."""
    own = [one for order in orders for one in _shipments_of(office, order)]
    states = {one.label: (str(_state(one)), one.push.reason) for one in own if one.push}
    assert all(state == PushState.SENT for state, _ in states.values()), f"not everything was sent: {states}"
    assert_nothing_doubled(office, orders)
    assert_ledger_agrees(office, orders)


def assert_safe(office: Office, orders: Sequence[str]) -> None:
    """Every shipment is on the store once, or waits for a person; none was doubled."""
    allowed = {PushState.SENT, PushState.DONE_ELSEWHERE, PushState.NEEDS_ATTENTION, PushState.REFUSED}
    states = {one.label: str(_state(one)) for order in orders for one in _shipments_of(office, order)}
    assert all(state in allowed for state in states.values()), f"something moves for ever: {states}"
    assert_nothing_doubled(office, orders)
    assert_ledger_agrees(office, orders)


def _shipments_of(office: Office, order: str) -> list[Shipment]:
    number = office.fetched()[order].number
    return [shipment for shipment in office.shipments() if shipment.order_number == number]


def _state(shipment: Shipment) -> PushState:
    assert shipment.push is not None, f"{shipment.label} is not on its way to a store"
    return shipment.push.state


def _most_mails(office: Office, order: str) -> int:
    """One for the order; where the store knows shipments, one for each that has left."""
    if office.store.truth(order).shipped is None:
        return 1
    return max(1, len(_shipments_of(office, order)))
