"""What the store shows after writing, against what it was asked for, and the receipts of it (C10). Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from fbridge.adapterkit.adopting import left_with
from fbridge.adapterkit.receipts import ALREADY_THERE, SENT, Well, not_shown, shipment_receipt
from fbridge.models.fulfillments import Effects, Item, Receipt, ShipmentReceipt, StoreHolds
from fbridge.models.problems import Problem
from fbridge.models.states import Effect, MadeBy, MailEffect, Outcome
from fbridge_magento.push import Part, Way, Work
from fbridge_magento.refusals import capped, refused
from fbridge_magento.store_shipments import ShownShipment
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
    """An earlier try, of which only its mark was known, was made with the numbers of its time."""
    return any(part.shipment.replaces(one.id, number) for one in part.shown for number in one.numbers)


def is_unmarked(part: Part) -> bool:
    """Whether the store made the shipment and did not keep our mark."""
    return bool(part.sent_pieces) and bool(part.shown) and part.shown[0].mark != part.shipment.id


UNMARKED = Well(
    reason="sent",
    words="The store did not keep the comment that marks the shipment as fbridge's; after a lost answer it could not "
    "be told from others.",
)
ONLY_MAILED = Well(
    reason="already_there",
    words="The store shows it already; only the customer's mail was still to be sent.",
)


def receipt_of(work: Work) -> Receipt:
    """What became of each outstanding shipment."""
    return Receipt(order_id=work.order_id, shipments=tuple(_entry(work, part) for part in work.parts))


def _entry(work: Work, part: Part) -> ShipmentReceipt:
    return shipment_receipt(
        part.shipment,
        part.problem,
        _well(part),
        remote_ids=part.remote_ids,
        holds=_holds(work, part),
        effects=Effects(
            shipment=part.made, tracking=_tracking(part), status=_status(work, part), mail=known_mail(part)
        ),
        made_by=MadeBy.FOUND if part.way is Way.ADOPT else MadeBy.US,
    )


def _holds(work: Work, part: Part) -> StoreHolds | None:
    if not part.shown:
        return None
    lines: Counter[str] = Counter()
    for one in part.shown:
        lines.update(one.lines)
    wanted = [item.line_id for item in part.shipment.items]
    held = part.held_numbers
    titles = [track.title for one in part.shown for track in one.tracks if track.number in held]
    return StoreHolds(
        numbers=held,
        carrier=titles[0] if titles else "",
        items=tuple(Item(line_id=key, quantity=lines[key]) for key in wanted if lines[key]),
        order_status=work.order_status,
        closed=bool(work.order_status) and _status(work, part) is Effect.DONE,
    )


def _status(work: Work, part: Part) -> Effect:
    """The order is finished, whatever Magento calls it, once all of it has been shipped."""
    if part.made is Effect.DONE and not (work.fulfillment.completes_order and _all_made(work)):
        return Effect.NOT_DONE
    return part.made


def _all_made(work: Work) -> bool:
    return all(part.made is Effect.DONE or not part.items for part in work.parts)


def _tracking(part: Part) -> Effect:
    if part.shipment.numbers and part.held_numbers == part.shipment.numbers:
        return Effect.DONE
    return Effect.UNCONFIRMED if part.tracking_lost else Effect.NOT_DONE


def known_mail(part: Part) -> MailEffect:
    """What this push did, else what the store tells, else what was known before."""
    if part.mail is not None:
        return part.mail
    if any(one.emailed for one in part.shown):
        return MailEffect.SENT
    return part.shipment.mail


def _well(part: Part) -> Well:
    outcome = Outcome.DONE_ELSEWHERE if part.way is Way.ADOPT else Outcome.DONE
    if part.mail_words:
        reason = "mail_failed" if part.mail is MailEffect.NOT_SENT else "mail_unconfirmed"
        return Well(reason=reason, words=part.mail_words, outcome=outcome)
    if part.other_carrier:
        return left_with(part.other_carrier)
    if part.way is Way.ADOPT:
        return Well(reason="shipped_elsewhere", words=_adopted_words(part), outcome=outcome)
    if is_unmarked(part):
        return UNMARKED
    if part.wrote:
        return replace(SENT, words=not_shown(part.refunded.total())) if part.refunded else SENT
    return ONLY_MAILED if part.mail is MailEffect.SENT else ALREADY_THERE


def _adopted_words(part: Part) -> str:
    if part.shipment.numbers and part.held_numbers != part.shipment.numbers:
        return (
            "Somebody shipped these goods on the store, and none of the shipments there fits alone; add the number "
            "there by hand."
        )
    return "Somebody shipped these goods on the store."
