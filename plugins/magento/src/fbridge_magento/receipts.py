"""The receipt of an order: one entry for each outstanding shipment. Pure."""

from __future__ import annotations

from collections import Counter

from fbridge.models.fulfillments import Effects, Item, Receipt, ShipmentReceipt, StoreHolds
from fbridge.models.states import Effect, MadeBy, MailEffect, Outcome
from fbridge_magento.push_parts import Part, Way, Work
from fbridge_magento.read_back import is_unmarked

_UNMARKED = (
    "The store did not keep the comment that marks the shipment as fbridge's; after a lost answer it could not be "
    "told from others."
)


def receipt_of(work: Work) -> Receipt:
    """What became of each outstanding shipment."""
    return Receipt(order_id=work.order_id, shipments=tuple(_entry(work, part) for part in work.parts))


def _entry(work: Work, part: Part) -> ShipmentReceipt:
    problem = part.problem
    elsewhere = part.way is Way.ADOPT
    reason, words = _good_reason(part)
    good = Outcome.DONE_ELSEWHERE if elsewhere else Outcome.DONE
    return ShipmentReceipt(
        shipment_id=part.shipment.id,
        revision=part.shipment.revision,
        outcome=problem.outcome if problem else good,
        reason=problem.reason if problem else reason,
        words=problem.words if problem else words,
        remote_ids=part.remote_ids,
        holds=_holds(work, part),
        effects=Effects(
            shipment=part.made, tracking=_tracking(part), status=_status(work, part), mail=known_mail(part)
        ),
        made_by=MadeBy.FOUND if elsewhere else MadeBy.US,
        not_before=problem.not_before if problem else None,
        rests_on=problem.rests_on if problem else "",
        fences=part.fences,
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
    return all(part.made is Effect.DONE for part in work.parts)


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


def _good_reason(part: Part) -> tuple[str, str]:
    if part.mail_words:
        return ("mail_failed" if part.mail is MailEffect.NOT_SENT else "mail_unconfirmed"), part.mail_words
    if part.way is Way.ADOPT:
        return "shipped_elsewhere", _adopted_words(part)
    if is_unmarked(part):
        return "sent", _UNMARKED
    return ("sent", "") if part.wrote else ("already_there", _already_words(part))


def _already_words(part: Part) -> str:
    if part.mail is MailEffect.SENT:
        return "The store shows it already; only the customer's mail was still to be sent."
    return "The store shows it already; nothing was sent."


def _adopted_words(part: Part) -> str:
    if part.shipment.numbers and part.held_numbers != part.shipment.numbers:
        return (
            "Somebody shipped these goods on the store, and none of the shipments there fits alone; add the number "
            "there by hand."
        )
    return "Somebody shipped these goods on the store."
