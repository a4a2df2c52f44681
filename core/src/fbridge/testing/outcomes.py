"""C9 and C10: what receipts say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fbridge.errors import CredentialsError, NotSent
from fbridge.models.fulfillments import ShipmentReceipt
from fbridge.models.shipments import Shipment
from fbridge.models.states import Effect, MadeBy, MailBehaviour, MailEffect, Outcome, PushState
from fbridge.testing.direct import DirectPush, directly
from fbridge.testing.faults import (
    Answer,
    Fault,
    FaultProxy,
    On,
    strangers,
    unlucky_write_faults,
    write_faults,
)
from fbridge.testing.fixtures import HASTE, KitFixtures
from fbridge.testing.office import Office, number
from fbridge.testing.store_under_test import StoreUnderTest

NOT_SENT = "not_sent"


def outcome_of(receipt: ShipmentReceipt | None) -> str:
    """The outcome, or that the adapter said by ``NotSent`` that nothing was sent."""
    return NOT_SENT if receipt is None else str(receipt.outcome)


def allowed_outcomes(fault: Fault) -> frozenset[str]:
    """What an adapter may say after a fault on its only or first write."""
    if fault.answer is Answer.WRONG_TYPE:
        return frozenset({Outcome.DONE, Outcome.UNCONFIRMED})
    return frozenset({Outcome.UNCONFIRMED})


class OutcomesConformance(KitFixtures):
    """A remote "no", a passing fault and a missing answer are three things; a receipt tells what the store holds."""

    # C9

    def test_C09_each_fault_has_its_outcome(
        self, store: StoreUnderTest, direct: DirectPush, proxy: FaultProxy
    ) -> None:
        wrong = {}
        for count, fault in enumerate(write_faults()):
            fulfillment = direct.whole(store.new_order([(store.skus[0], 1)]), number(count))
            proxy.strike(fault)
            outcome = outcome_of(direct.push_one(fulfillment))
            there = store.truth(fulfillment.order_id).numbers == (number(count),)
            if outcome not in allowed_outcomes(fault) and not (there and outcome == Outcome.DONE):
                wrong[fault.name] = outcome
        assert not wrong, f"outcomes that say something else than what happened: {wrong}"
        assert proxy.struck == len(write_faults())

    @pytest.mark.parametrize("acts", [True, False], ids=["after_the_act", "before_the_act"])
    def test_C09_what_something_before_the_store_says_proves_nothing(
        self, store: StoreUnderTest, direct: DirectPush, proxy: FaultProxy, *, acts: bool
    ) -> None:
        wrong = {}
        for count, fault in enumerate(strangers(acts=acts)):
            fulfillment = direct.whole(store.new_order([(store.skus[0], 1)]), number(count))
            proxy.strike(fault)
            outcome = outcome_of(direct.push_one(fulfillment))
            there = store.truth(fulfillment.order_id).numbers == (number(count),)
            if not (outcome == Outcome.UNCONFIRMED or (there and outcome == Outcome.DONE)):
                wrong[fault.name] = outcome
        assert not wrong, f"a stranger's answer was taken for the store's: {wrong}"

    def test_C09_a_time_out_is_unconfirmed(
        self, store: StoreUnderTest, hasty: Office, proxy: FaultProxy
    ) -> None:
        outcomes = {}
        with directly(hasty) as direct:
            for count, fault in enumerate(unlucky_write_faults(timeout=HASTE, late=0.01)):
                fulfillment = direct.whole(store.new_order([(store.skus[0], 1)]), number(count))
                proxy.strike(fault)
                outcomes[fault.name] = outcome_of(direct.push_one(fulfillment))
        assert set(outcomes.values()) == {Outcome.UNCONFIRMED}, outcomes

    def test_C09_retry_after_is_heeded(
        self, store: StoreUnderTest, direct: DirectPush, proxy: FaultProxy
    ) -> None:
        fault = Fault(name="429_with_wait", answer=Answer.STATUS, status=429, headers=(("Retry-After", "7"),))
        fulfillment = direct.whole(store.new_order([(store.skus[0], 1)]), number(1))
        proxy.strike(fault)
        receipt = direct.receipt(fulfillment)
        assert receipt.not_before is not None, "the receipt has no not_before, and the store asked to wait"
        wait = receipt.not_before - datetime.now(UTC)
        assert timedelta(seconds=5) <= wait <= timedelta(seconds=9)

    def test_C09_no_connection_is_not_sent(
        self, store: StoreUnderTest, direct: DirectPush, proxy: FaultProxy
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        fulfillment = direct.whole(order, number(1))
        truth = store.truth(order)
        proxy.stop_listening()
        outcome = outcome_of(direct.push_one(fulfillment))
        assert outcome in {Outcome.RETRY, NOT_SENT}
        assert store.truth(order) == truth

    def test_C09_a_lasting_no_is_refused_in_the_stores_words_and_others_are_done(
        self, store: StoreUnderTest, direct: DirectPush, proxy: FaultProxy
    ) -> None:
        orders = [store.new_order([(store.skus[0], 1)]) for _ in range(3)]
        fulfillments = [direct.whole(order, number(count)) for count, order in enumerate(orders)]
        store.delete(orders[1])
        receipts = {receipt.order_id: receipt.shipments[0] for receipt in direct.push(*fulfillments)}
        outcomes = {order: receipt.outcome for order, receipt in receipts.items()}
        expected = (Outcome.DONE, Outcome.REFUSED, Outcome.DONE)
        assert outcomes == dict(zip(orders, expected, strict=True))
        words = receipts[orders[1]].words
        assert words
        assert any(words in told or told in words for told in _words_of_the_store(proxy) if len(told) > 8), (
            f"these are not the store's words: {words!r}"
        )

    def test_C09_every_fulfillment_has_one_receipt_with_its_outstanding_shipments(
        self, store: StoreUnderTest, direct: DirectPush
    ) -> None:
        orders = [store.new_order([(store.skus[0], 2)]) for _ in range(2)]
        wanted, fulfillments = {}, []
        for count, order in enumerate(direct.read(*orders)):
            parts = [
                direct.shipment(order, [number(2 * count + part)], [(0, 1)])
                for part in range(2 if count else 1)
            ]
            wanted[order.remote_id] = sorted((part.id, part.revision) for part in parts)
            fulfillments.append(direct.fulfillment(order, *parts, completes=bool(count)))
        given = {
            receipt.order_id: sorted((one.shipment_id, one.revision) for one in receipt.shipments)
            for receipt in direct.push(*fulfillments)
        }
        assert given == wanted

    def test_C09_a_refusal_for_a_state_of_the_order_is_lifted_with_it(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        if type(store).release is StoreUnderTest.release:
            pytest.skip("how the merchant takes an order off hold is not given")
        order = store.new_order([(store.skus[0], 1)])
        office.fetch()
        shipment = office.ship(order, [number(1)])
        store.hold(order)
        for _ in range(2):
            office.push()
            assert office.state(shipment) is PushState.REFUSED
            office.fetch()
        tries = _attempts(office, shipment)
        office.push()
        assert _attempts(office, shipment) == tries, "a refusal was tried again without a cause"
        store.release(order)
        office.fetch()
        planned = office.planned_mails()
        office.push()
        assert office.state(shipment) is PushState.SENT
        assert store.truth(order).numbers == (number(1),)
        assert len(store.mails(order)) <= planned

    def test_C09_wrong_credentials_stop_the_store(
        self, store: StoreUnderTest, direct: DirectPush, proxy: FaultProxy
    ) -> None:
        if store.wrong_key is None:
            pytest.skip("the platform's own answer to a wrong key is not given")
        orders = [store.new_order([(store.skus[0], 1)]) for _ in range(2)]
        fulfillments = [direct.whole(order, number(count)) for count, order in enumerate(orders)]
        truths = [store.truth(order) for order in orders]
        fault = Fault(name="wrong key", answer=Answer.STATUS, status=401, body=store.wrong_key)
        proxy.strike(fault, times=10)
        proxy.strike(fault, on=On.READ, times=10)
        receipts = direct.opened.adapter.push_fulfillment(direct.opened.store, fulfillments)
        told: dict[str, ShipmentReceipt] = {}
        with pytest.raises(NotSent) as stop:
            told.update((receipt.order_id, receipt.shipments[0]) for receipt in receipts)
        assert isinstance(stop.value.__cause__, CredentialsError)
        assert {one.outcome for one in told.values()} <= {Outcome.RETRY}
        assert stop.value.order_ids | set(told) == set(orders)
        assert [store.truth(order) for order in orders] == truths

    # C10

    def test_C10_the_receipt_holds_what_the_store_holds(
        self, store: StoreUnderTest, direct: DirectPush
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        receipt = direct.receipt(direct.whole(order, number(1)))
        truth = store.truth(order)
        assert receipt.holds is not None, "the receipt does not say what the store holds"
        assert (receipt.outcome, truth.closed) == (Outcome.DONE, True)
        assert receipt.holds.numbers == truth.numbers == (number(1),)
        assert receipt.holds.carrier in truth.carriers
        assert receipt.effects.tracking is Effect.DONE
        assert receipt.effects.status is Effect.DONE
        shown = {one.remote_id for one in direct.read(order)[0].shipments}
        assert receipt.remote_ids, "the receipt does not name what was made"
        assert set(receipt.remote_ids) <= shown, "the receipt names what the order does not show"
        assert receipt.made_by is MadeBy.US

    def test_C10_what_somebody_else_did_is_told_as_found(
        self, store: StoreUnderTest, direct: DirectPush
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        fulfillment = direct.whole(order, number(1))
        store.complete_by_hand(order)
        receipt = direct.receipt(direct.again(fulfillment))
        if receipt.outcome is not Outcome.DONE_ELSEWHERE:
            pytest.skip(f"{direct.office.platform.label} tells it as {receipt.outcome.value}")
        assert receipt.made_by is MadeBy.FOUND

    @pytest.mark.parametrize("notify", [True, False], ids=["mailed", "silent"])
    def test_C10_the_effects_of_a_whole_order_are_what_happened(
        self, store: StoreUnderTest, direct: DirectPush, notify: bool
    ) -> None:
        if not notify and direct.office.platform.mail is MailBehaviour.ALWAYS:
            pytest.skip(f"{direct.office.platform.label} declares mail = always")
        order = store.new_order([(store.skus[0], 1)])
        receipt = direct.push_one(direct.whole(order, number(1), notify=notify))
        _assert_told_truly(store, order, receipt)

    def test_C10_the_effects_of_a_part_are_what_happened(
        self, store: StoreUnderTest, direct: DirectPush
    ) -> None:
        order = direct.read(store.new_order([(store.skus[0], 2), (store.skus[1], 1)]))[0]
        part = direct.shipment(order, [number(1)], [(0, 1)])
        receipt = direct.push_one(direct.fulfillment(order, part, completes=False, notify=False))
        while receipt and receipt.outcome is Outcome.PREPARED:
            part = replace(part, fences=receipt.fences)
            again = direct.read(order.remote_id)[0]
            receipt = direct.push_one(direct.fulfillment(again, part, completes=False, notify=False))
        _assert_told_truly(store, order.remote_id, receipt)

    def test_C10_of_every_order_the_exchange_is_kept_that_its_receipt_rests_on(
        self, store: StoreUnderTest, office: Office
    ) -> None:
        orders = [store.new_order([(store.skus[0], 1)]) for _ in range(3)]
        office.fetch()
        shipments = [office.pack(order, [number(count)]) for count, order in enumerate(orders)]
        office.hand_over()
        office.push()
        for shipment in shipments:
            told = [
                line.http for line in office.bridge.explain(shipment.label).lines if line.what == "answer"
            ]
            assert told, "no answer is told"
            assert all(told), f"no exchange explains {shipment.label}"

    def test_C10_a_number_that_the_store_did_not_keep_is_not_done(
        self, store: StoreUnderTest, direct: DirectPush, proxy: FaultProxy
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        fulfillment = direct.whole(order, number(1))
        proxy.swap(number(1).encode(), number(7).encode())
        receipt = direct.receipt(fulfillment)
        assert store.truth(order).numbers == (number(7),)
        assert receipt.outcome is not Outcome.DONE
        assert receipt.holds is None or number(1) not in receipt.holds.numbers
        assert receipt.effects.tracking is not Effect.DONE

    def test_C10_another_status_than_asked_is_not_done(
        self, store: StoreUnderTest, direct: DirectPush, proxy: FaultProxy
    ) -> None:
        if store.status_swap is None:
            pytest.skip("a write to this platform names no status")
        order = store.new_order([(store.skus[0], 1)])
        fulfillment = direct.whole(order, number(1))
        proxy.swap(*store.status_swap)
        receipt = direct.receipt(fulfillment)
        assert not store.truth(order).closed
        assert receipt.outcome is not Outcome.DONE
        assert receipt.effects.status is not Effect.DONE
        assert receipt.effects.mail is not MailEffect.SENT


def _attempts(office: Office, shipment: Shipment) -> int:
    return sum(line.what == "answer" for line in office.bridge.explain(shipment.label).lines)


def _assert_told_truly(store: StoreUnderTest, order: str, receipt: ShipmentReceipt | None) -> None:
    """What the receipt says of number, status, lines and mail is what the store shows and its mail server sent."""
    truth, mails = store.truth(order), store.mails(order)
    assert receipt is not None, "the adapter says by NotSent that nothing was sent"
    assert receipt.outcome is Outcome.DONE
    assert receipt.holds is not None, "the receipt does not say what the store holds"
    effects = receipt.effects
    assert (effects.status is Effect.DONE) == truth.closed, f"status {effects.status}, closed: {truth.closed}"
    assert truth.closed or not receipt.holds.closed
    assert (effects.tracking is Effect.DONE) == (number(1) in truth.numbers)
    assert set(receipt.holds.numbers) <= set(truth.numbers)
    if truth.shipped is not None and receipt.holds.items:
        assert sum(item.quantity for item in receipt.holds.items) == sum(truth.shipped)
    told = f"mail {effects.mail}, and {len(mails)} left"
    assert effects.mail is not (MailEffect.NOT_SENT if mails else MailEffect.SENT), told


def _words_of_the_store(proxy: FaultProxy) -> Iterator[str]:
    for one in proxy.passed:
        if one.answer is not None:
            try:
                yield from _texts(json.loads(one.answer.body))
            except ValueError:
                yield one.answer.body.decode("utf-8", errors="replace")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
