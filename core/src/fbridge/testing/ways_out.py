"""From every state that a shipment can end in there is a way out, and each command that ``explain`` names works."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from fbridge.models.shipments import Shipment
from fbridge.models.states import PushState
from fbridge.push.decide import TAKEN_BY_STORE
from fbridge.push.send import LONGEST_OLD
from fbridge.testing.faults import Answer, Fault, FaultProxy
from fbridge.testing.fetching import skip_unless_mended
from fbridge.testing.fixtures import KitFixtures
from fbridge.testing.office import Office, number
from fbridge.testing.proofs import assert_nothing_doubled
from fbridge.testing.store_under_test import StoreUnderTest

AT_REST = TAKEN_BY_STORE | {PushState.WITHDRAWN}
MOST_STEPS = 3
A_SECOND = 1.1
"""Stores count whole ones: what a person did since is told from an old read by its time."""
LOST = Fault(name="lost", answer=Answer.HANG_UP, acts=True)

End = Callable[[StoreUnderTest, Office, FaultProxy, str, Shipment], None]


def _undone_then_corrected(
    store: StoreUnderTest, office: Office, _: FaultProxy, order: str, shipment: Shipment
) -> None:
    office.push()
    time.sleep(A_SECOND)
    store.undo_shipments(order)
    store.touch(order)
    office.correct(shipment, [number(2)])
    office.push_until_quiet()


def _cancelled_before(store: StoreUnderTest, office: Office, _: FaultProxy, order: str, __: Shipment) -> None:
    store.cancel(order)
    office.push_until_quiet()


def _cancelled_then_corrected(
    store: StoreUnderTest, office: Office, _: FaultProxy, order: str, shipment: Shipment
) -> None:
    office.push()
    time.sleep(A_SECOND)
    store.cancel(order)
    office.correct(shipment, [number(2)])
    office.push_until_quiet()


def _deleted_before(store: StoreUnderTest, office: Office, _: FaultProxy, order: str, __: Shipment) -> None:
    store.delete(order)
    office.push_until_quiet()


def _deleted_then_corrected(
    store: StoreUnderTest, office: Office, _: FaultProxy, order: str, shipment: Shipment
) -> None:
    office.push()
    store.delete(order)
    office.correct(shipment, [number(2)])
    office.push_until_quiet()


def _deleted_after_a_lost_answer(
    store: StoreUnderTest, office: Office, proxy: FaultProxy, order: str, _: Shipment
) -> None:
    proxy.strike(LOST)
    office.push(meanwhile=lambda: store.delete(order))
    office.push_until_quiet()


def _malformed_before(store: StoreUnderTest, office: Office, _: FaultProxy, order: str, __: Shipment) -> None:
    """The way out is the merchant's: nothing was sent, and each push reads the order again."""
    skip_unless_mended(store)
    store.malform(order)
    office.push_until_quiet()
    store.mend(order)


ENDS: tuple[End, ...] = (
    _undone_then_corrected,
    _cancelled_before,
    _cancelled_then_corrected,
    _deleted_before,
    _deleted_then_corrected,
    _deleted_after_a_lost_answer,
    _malformed_before,
)


def settle(office: Office, shipment: Shipment) -> None:
    """Push until a person is needed: a read that may be an old one is waited for, an hour at most."""
    office.push_until_quiet()
    if office.state(shipment) is PushState.RETRY:
        office.skip_time(LONGEST_OLD)
        office.push_until_quiet()


def follow(office: Office, command: str) -> None:
    """Do what a command line says. Raises what the command would tell as an error."""
    acts: dict[str, Callable[[str], object]] = {
        "push --resend": office.bridge.resend,
        "shipment withdraw": office.bridge.shipments.withdraw,
        "shipment adopt": office.bridge.adopt,
    }
    act, _, label = command.removeprefix("fbridge ").rpartition(" ")
    acts[act](label)


class WaysOutConformance(KitFixtures):
    """A person who follows the advice gets on."""

    @pytest.mark.parametrize(
        ("end", "choice"),
        [*((end, 0) for end in ENDS), (_undone_then_corrected, 1)],
        ids=lambda one: one.__name__.strip("_") if callable(one) else str(one),
    )
    def test_C05_every_way_out_that_is_named_works(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy, end: End, choice: int
    ) -> None:
        if end is _undone_then_corrected and not store.undoes_shipments:
            pytest.skip(f"nobody takes back what was shipped on {office.platform.label}")
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        end(store, office, proxy, order, shipment)
        settle(office, shipment)
        if office.state(shipment) in AT_REST:
            return
        for _ in range(MOST_STEPS):
            steps = office.bridge.explain(shipment.label).next_steps
            assert steps, f"nothing leads on from {office.state(shipment)} ({office.reason(shipment)})"
            follow(office, steps[choice % len(steps)])
            settle(office, shipment)
            if office.state(shipment) in AT_REST:
                break
            choice = choice if end is _undone_then_corrected else -1
        assert office.state(shipment) in AT_REST, f"{steps}: {office.words(shipment)}"
        if end is _undone_then_corrected and office.state(shipment) is PushState.SENT:
            assert store.truth(order).numbers == (number(2),)
            assert_nothing_doubled(office, [order])
