"""Adapters that break C15 each, caught by the conformance kit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from fbridge.adapterkit.undoing import undo_receipt
from fbridge.hookspecs import hookimpl
from fbridge.models.platforms import Store
from fbridge.models.states import Outcome
from fbridge.models.undo import Undo, UndoReceipt
from fbridge_toy.adapter import ToyAdapter


class _LeavesTheOrderFinished(ToyAdapter):
    """The shipment is gone, and the customer sees an order that was shipped; the plan says otherwise."""

    def undo_writes(self, store: Store, undo: Undo) -> Iterator[Callable[[], object]]:
        yield from list(super().undo_writes(store, replace(undo, status_before="")))


class _TakesSiblingsBackToo(ToyAdapter):
    """Everything that the order shows is deleted."""

    def undo_writes(self, store: Store, undo: Undo) -> Iterator[Callable[[], object]]:
        ids = tuple(one.remote_id for one in undo.order.shipments)
        return super().undo_writes(store, replace(undo, shipment=replace(undo.shipment, remote_ids=ids)))


class _CallsALostAnswerDone(ToyAdapter):
    """Whatever becomes of a write, it tells that all was done."""

    @hookimpl
    def undo_fulfillment(self, store: Store, undo: Undo) -> UndoReceipt:
        receipt = undo_receipt(undo, self.undo_writes(store, undo))
        return replace(receipt, outcome=Outcome.DONE)


leaves_the_order_finished = _LeavesTheOrderFinished()
takes_siblings_back_too = _TakesSiblingsBackToo()
calls_a_lost_answer_done = _CallsALostAnswerDone()
