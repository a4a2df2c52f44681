"""A shipment is taken back as far as Magento can: its tracks are deleted. No API, and no page, cancels a shipment.

Deleting a track mails nobody, and doing it again changes nothing. Recorded: track_delete, track_delete_again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from fbridge.adapterkit.undoing import undo_receipt
from fbridge.models.platforms import Store
from fbridge.models.problems import WriteFault
from fbridge.models.undo import Undo, UndoPreview, UndoReceipt
from fbridge_magento.answers import Rejected, answer_to, not_understood
from fbridge_magento.client import MagentoClient


def preview_of(undo: Undo) -> UndoPreview:
    """Which tracks are deleted, and that the shipment stays."""
    stays = [
        f"shipment {one.remote_id} stays and its goods count as shipped, for Magento cannot take a shipment back. "
        "Where they go once more, give it the new number instead: fbridge tracking set SHIPMENT NUMBER"
        for one in undo.own
    ]
    return UndoPreview(
        steps=tuple(
            f"track {number} is deleted from shipment {shipment}" for shipment, _, number in _tracks(undo)
        ),
        stays=tuple(stays),
        frees_goods=not stays,
    )


def take_back(store: Store, undo: Undo) -> UndoReceipt:
    """Delete one track after another. Raises: NotSent."""
    return undo_receipt(undo, _writes(store, MagentoClient(store), undo))


def _tracks(undo: Undo) -> Iterator[tuple[str, str, str]]:
    """(shipment, track, number) of each track that is ours: others may have entered some beside them."""
    kept: dict[str, Any] = undo.order.adapter_data.get("shipments") or {}
    for one in undo.own:
        for track_id, number, *_ in (kept.get(one.remote_id) or {}).get("tracks") or ():
            if number in undo.numbers:
                yield one.remote_id, track_id, number


def _writes(store: Store, client: MagentoClient, undo: Undo) -> Iterator[Callable[[], object]]:
    for _, track_id, _ in _tracks(undo):
        yield partial(_delete, store, client, undo.order.remote_id, track_id)


def _delete(store: Store, client: MagentoClient, order_id: str, track_id: str) -> None:
    try:
        answer = answer_to(lambda: client.delete_track(order_id, track_id), client, store.now)
    except Rejected as no:
        raise WriteFault(no.problem) from None
    if answer is not True:
        raise not_understood("the track")
