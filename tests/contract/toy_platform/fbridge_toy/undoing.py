"""The toy adapter takes shipments back: the shipment is deleted, then the order's status is put back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fbridge.adapterkit.undoing import status_stays, undo_receipt
from fbridge.hookspecs import hookimpl
from fbridge.models.platforms import Store
from fbridge.models.undo import Undo, UndoPreview, UndoReceipt

if TYPE_CHECKING:
    from fbridge_toy.adapter import ToyAdapter


class Undoing:
    """The two hooks of C15."""

    @hookimpl
    def preview_undo(self: ToyAdapter, store: Store, undo: Undo) -> UndoPreview:  # type: ignore[misc]
        deleted = [f"shipment {one.remote_id} is deleted" for one in undo.own]
        status = [f"the order is {word} again"] if (word := self.status_after(undo)) else []
        stays = status_stays(undo)
        return UndoPreview(steps=(*deleted, *status), stays=stays, frees_goods=not stays)

    @hookimpl
    def undo_fulfillment(self: ToyAdapter, store: Store, undo: Undo) -> UndoReceipt:  # type: ignore[misc]
        return undo_receipt(undo, self.undo_writes(store, undo))

    def status_after(self, undo: Undo) -> str:
        """The status that the order is given; "" for none."""
        return undo.restored_status

    def undo_writes(self: ToyAdapter, store: Store, undo: Undo) -> Iterator[Callable[[], object]]:  # type: ignore[misc]
        """One for each step of the preview."""
        order = f"orders/{undo.order.remote_id}"
        for one in undo.own:
            yield lambda one=one: self.undo_write(store, "DELETE", f"{order}/shipments/{one.remote_id}", {})  # type: ignore[misc]
        if word := self.status_after(undo):
            yield lambda: self.undo_write(store, "PUT", order, {"status": word})

    def undo_write(self: ToyAdapter, store: Store, method: str, path: str, body: dict[str, str]) -> None:  # type: ignore[misc]
        """Raises: as every write, and what the answer proves."""
        from fbridge_toy.adapter import ANSWERS

        answer = self.http(store).write(method, path, json=body)
        if not answer.ok:
            raise ANSWERS.fault(self.said_by(answer), self.error_of(answer), datetime.now(UTC))
        answer.json()
