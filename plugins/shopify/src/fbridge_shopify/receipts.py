"""What the answers made of a push, and its receipts. Pure."""

from __future__ import annotations

from fbridge.models.fulfillments import Effects, Item, Receipt, ShipmentReceipt, StoreHolds
from fbridge.models.orders import StoreShipment
from fbridge.models.problems import Problem
from fbridge.models.states import Effect, MadeBy, MailEffect, Outcome
from fbridge_shopify.claims import shown
from fbridge_shopify.mutation_documents import Kind
from fbridge_shopify.push import Part, Step, Work
from fbridge_shopify.write_answers import Made

_FULFILLED = "FULFILLED"

NOT_KEPT = Problem(
    outcome=Outcome.REFUSED,
    reason="tracking_not_kept",
    words="The store did not keep the tracking numbers as they were sent; another app may interfere.",
)

CUT_OFF = Problem(
    outcome=Outcome.UNCONFIRMED,
    reason="not_in_answer",
    words="The store's answer does not show all lines of the fulfillment; the order has to be read.",
)


def take_result(work: Work, step: Step, result: Made | Problem) -> None:
    """Take over what became of one mutation (C10)."""
    step.answered = True
    if isinstance(result, Problem):
        _take_problem(work, step, result)
        return
    work.wrote = True
    work.order_status = result.order_status or work.order_status
    for part in step.parts:
        part.made = part.made or step.mutation.kind is Kind.CREATE
        part.corrected = part.corrected or step.mutation.kind is Kind.UPDATE
        if step.notify:
            part.mail = MailEffect.SENT
        if result.fulfillment is not None:
            _take_fulfillment(part, step, result.fulfillment)
        if not result.whole:
            part.fail(CUT_OFF)


def _take_problem(work: Work, step: Step, problem: Problem) -> None:
    unknown = problem.outcome is Outcome.UNCONFIRMED
    work.wrote = work.wrote or unknown
    for part in step.parts:
        part.bound = False
        part.fail(problem)
        if step.notify and unknown:
            part.mail = MailEffect.UNCONFIRMED


def _take_fulfillment(part: Part, step: Step, entry: StoreShipment) -> None:
    part.held = [one for one in part.held if one.remote_id != entry.remote_id] + [entry]
    if set(entry.numbers) != set(step.numbers):
        part.fail(NOT_KEPT)


def receipt_of(work: Work) -> Receipt:
    """The receipt: one entry for each outstanding shipment."""
    return Receipt(
        order_id=work.order_id, shipments=tuple(_shipment_receipt(work, part) for part in work.parts)
    )


def _shipment_receipt(work: Work, part: Part) -> ShipmentReceipt:
    outcome, reason, words = _told(part)
    return ShipmentReceipt(
        shipment_id=part.shipment.id,
        revision=part.shipment.revision,
        outcome=outcome,
        reason=reason,
        words=words,
        remote_ids=tuple(entry.remote_id for entry in part.held),
        holds=_holds(work, part),
        effects=_effects(work, part),
        made_by=_made_by(part),
        not_before=part.problem.not_before if part.problem else None,
        rests_on=part.problem.rests_on if part.problem else "",
        fences=part.fences,
    )


def _told(part: Part) -> tuple[Outcome, str, str]:
    """Outcome, reason and words."""
    if part.problem:
        return part.problem.outcome, part.problem.reason, part.problem.words
    if part.bound:
        return Outcome.PREPARED, "fence_set_up", "Fulfillment orders of its own were set apart for it."
    if part.adopted and not part.made and part.shipment.acknowledged is None:
        return Outcome.DONE_ELSEWHERE, "fulfilled_elsewhere", "Somebody fulfilled it on the store."
    if part.made or part.corrected:
        return Outcome.DONE, "sent", ""
    return Outcome.DONE, "already_there", "The store shows it already; nothing was sent."


def _holds(work: Work, part: Part) -> StoreHolds:
    pieces = shown(part.held)
    return StoreHolds(
        numbers=tuple(dict.fromkeys(number for entry in part.held for number in entry.numbers)),
        carrier=next((entry.carrier for entry in part.held if entry.carrier), ""),
        items=tuple(Item(line_id=line_id, quantity=quantity) for line_id, quantity in pieces.items()),
        order_status=work.order_status,
    )


def _effects(work: Work, part: Part) -> Effects:
    unknown = part.problem is not None and part.problem.outcome is Outcome.UNCONFIRMED
    open_end = Effect.UNCONFIRMED if unknown else Effect.NOT_DONE
    there = bool(part.held) and not part.lacking
    fulfilled = work.order_status == _FULFILLED
    without = open_end if part.shipment.numbers else Effect.NOT_DONE
    return Effects(
        shipment=Effect.DONE if there else open_end,
        tracking=Effect.DONE if _has_numbers(part) else without,
        status=Effect.DONE if fulfilled else open_end,
        mail=_mail(part),
    )


def _has_numbers(part: Part) -> bool:
    """Whether every fulfillment of the shipment shows all its numbers."""
    numbers = set(part.shipment.numbers)
    there = bool(part.held) and (not part.lacking or part.shipment.acknowledged is not None)
    return bool(numbers) and there and all(numbers <= set(entry.numbers) for entry in part.held)


def _mail(part: Part) -> MailEffect:
    """Shopify leaves no trace of a mail: what was unconfirmed before is never known any more."""
    known = part.mail or part.shipment.mail
    if part.mail is None and known is MailEffect.UNCONFIRMED:
        return MailEffect.UNKNOWABLE
    return known


def _made_by(part: Part) -> MadeBy:
    tried = part.shipment.baseline is not None or part.shipment.acknowledged is not None
    return MadeBy.US if part.made or (tried and not part.adopted) else MadeBy.FOUND
