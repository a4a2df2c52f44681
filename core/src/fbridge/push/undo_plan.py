"""What taking a shipment back from its store would do, shown before the store is asked; who may (docs/states.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from fbridge.errors import InputError
from fbridge.models.orders import Order
from fbridge.models.problems import UNDONE_IN_PART
from fbridge.models.push import LedgerRow
from fbridge.models.states import PushState
from fbridge.models.undo import Undo, UndoPreview
from fbridge.push.decide import PushPolicy, build_fulfillment, fingerprint
from fbridge.push.drifted import made_by_others
from fbridge.stores.open_store import OpenStore


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoPlan:
    """What taking one shipment back does. ``frees`` are the pieces that can be shipped again, in words;
    none where the store goes on showing them as shipped.

    ``steps``, ``stays``, ``mails`` and ``refused`` are those of the preview; ``version`` is that of what it rests on.
    """

    store: str
    platform: str
    shipment: str
    order_number: str
    state: PushState
    version: int
    frees: tuple[str, ...]
    steps: tuple[str, ...]
    stays: tuple[str, ...]
    mails: tuple[str, ...]
    refused: str = ""

    @property
    def fingerprint(self) -> str:
        """Equal where nothing that it rests on has changed."""
        return fingerprint(asdict(self))

    def covers(self, other: UndoPlan) -> bool:
        """Whether the other does nothing that this one does not show: less of it may be left to do after a lost
        answer, and what has changed while the store was asked is no other wish."""
        return (
            set(other.steps) <= set(self.steps)
            and set(other.mails) <= set(self.mails)
            and set(other.stays) <= set(self.stays)
        )


def refuse_undo(row: LedgerRow, rows: Sequence[LedgerRow]) -> None:
    """Raises InputError where it cannot be told what the store has of the shipment, or of the order's other ones
    (``rows``), or where it is somebody else's."""
    explained = f"What can be done: fbridge explain {row.label}"
    unknown = next((one for one in (row, *rows) if one.in_doubt), None)
    if unknown is not None:
        of_order = "" if unknown is row else f", and {row.label} is of the same order"
        raise InputError(
            f"{unknown.label} is {unknown.state}: nobody knows yet what its store has of it{of_order}. Run "
            "'fbridge push' to find out, then try again.",
            reason="in_doubt",
        )
    if row.state is PushState.NEEDS_ATTENTION and row.reason != UNDONE_IN_PART:
        raise InputError(
            f"{row.label} needs attention: whether its store has it cannot be proven. Decide that first. {explained}",
            reason="needs_attention",
        )
    if made_by_others(row):
        raise InputError(
            f"{row.label} was shipped on its store by somebody else, and what others made is not taken back here. "
            f"Take it back in the shop's own pages. {explained}",
            reason="made_by_others",
        )


def undo_of(
    row: LedgerRow, rows: Sequence[LedgerRow], order: Order, policy: PushPolicy, *, status: str
) -> Undo:
    """What is asked of the store; of the order's ``rows`` those count that it may show something of.

    ``status`` is the order's own word afterwards, where a person says it ("": as it was before).
    """
    rows = [one for one in rows if one is row or one.claimed_at or one.acknowledged_revision is not None]
    told = build_fulfillment(order, [one.as_tried() for one in rows], {}, policy).shipments
    sent = {one.id: one for one in told}
    kept = [word for one in rows for word in (one.holds.order_status if one.holds else "", one.status_before)]
    return Undo(
        order=order,
        shipment=sent.pop(row.uuid),
        siblings=tuple(sent.values()),
        status_before=status or status_before(row, rows),
        status_left=(order.remote_status,) if status else tuple(dict.fromkeys(filter(None, kept))),
    )


def status_before(row: LedgerRow, rows: Sequence[LedgerRow]) -> str:
    """The order's status without this shipment: where others stay, the one before the last of them all was shown;
    else the one before the first."""
    known = [one.status_before for one in rows if one.status_before]
    others = any(one is not row and one.acknowledged_revision is not None for one in rows)
    return (known[-1] if others else known[0]) if known else ""


def plan_of(opened: OpenStore, row: LedgerRow, undo: Undo) -> UndoPlan:
    """What the plugin says of it; where it has no such hook, what the order as read shows."""
    preview = _preview(opened, row, undo)
    return UndoPlan(
        store=row.store,
        platform=opened.adapter.platform.label,
        shipment=row.label,
        order_number=row.order_number,
        state=row.state,
        version=row.version,
        frees=tuple(_goods(row, undo.order)) if preview.frees_goods else (),
        steps=preview.steps,
        stays=tuple(one.replace("SHIPMENT", row.label) for one in preview.stays),
        mails=preview.mails,
        refused=preview.refused,
    )


def _preview(opened: OpenStore, row: LedgerRow, undo: Undo) -> UndoPreview:
    if opened.adapter.takes_back:
        return opened.adapter.preview_undo(opened.store, undo)
    shown = any(one.mark == row.uuid or undo.numbers & set(one.numbers) for one in undo.own)
    if not shown and undo.numbers:
        return UndoPreview()
    return UndoPreview(
        refused=f"fbridge cannot take a shipment back from {opened.adapter.platform.label}. Take it back in the"
        f" shop's own pages, then run again: fbridge shipment withdraw {row.label}"
    )


def _goods(row: LedgerRow, order: Order) -> list[str]:
    names: Mapping[str, str] = {line.id: line.sku or line.name or line.id for line in order.lines}
    return [f"{item.quantity} of {names.get(item.line_id, item.line_id)}" for item in row.items]
