"""What the store shows after writing, against what it was asked for (C10). Pure."""

from __future__ import annotations

from collections.abc import Mapping

from fbridge.models.problems import Problem
from fbridge.models.states import Effect, Outcome
from fbridge_magento.push_parts import Part
from fbridge_magento.refusals import capped, refused
from fbridge_magento.shown_shipments import ShownShipment
from fbridge_magento.tracks import wanted_tracks


def take_shown(part: Part, shown: Mapping[str, ShownShipment]) -> None:
    """Take over what the store shows after writing: pieces, numbers, mark (C10)."""
    found = tuple(shown[key] for key in part.remote_ids if key in shown)
    if not found:
        words = "The store answered that it made the shipment, but does not show it."
        part.fail(Problem(outcome=Outcome.UNCONFIRMED, reason="not_shown", words=words))
        return
    part.shown = found
    part.made = Effect.DONE
    short = [key for key, count in part.sent_pieces.items() if found[0].pieces.get(key, 0) < count]
    if part.problem is None and short:
        part.problem = capped(short, found[0].id, Outcome.UNCONFIRMED)
    if part.problem is None and part.sent_pieces and _shows_former(part):
        words = "The store has it as an earlier try left it; its numbers are corrected once that is settled."
        part.fail(Problem(outcome=Outcome.UNCONFIRMED, reason="earlier_try", words=words))
    if part.problem is None and not _tracks_kept(part):
        words = "The store did not keep the tracking numbers as they were sent; a module of it may interfere."
        part.problem = refused("tracking_not_kept", words)


def _tracks_kept(part: Part) -> bool:
    shown = {number for one in part.shown for number in one.numbers}
    wanted = [track.number for track in wanted_tracks(part.shipment)]
    gone = {track.number for track in part.changes.deleted} - set(wanted)
    return all(number in shown for number in wanted) and shown.isdisjoint(gone)


def _shows_former(part: Part) -> bool:
    """An operation of the store's queue that was not withdrawn ran with the numbers of its time."""
    return any(part.shipment.replaces(one.id, number) for one in part.shown for number in one.numbers)


def is_unmarked(part: Part) -> bool:
    """Whether the store made the shipment and did not keep our mark."""
    return bool(part.sent_pieces) and bool(part.shown) and part.shown[0].mark != part.shipment.id
