"""What the answers made of a push, and its receipts. Pure."""

from __future__ import annotations

from dataclasses import replace

from fbridge.adapterkit.adopting import left_with
from fbridge.adapterkit.mails import mail_after
from fbridge.adapterkit.receipts import ALREADY_THERE, SENT, Well, not_shown, shipment_receipt
from fbridge.models.fulfillments import Effects, Item, Receipt, ShipmentReceipt, StoreHolds
from fbridge.models.orders import StoreShipment
from fbridge.models.problems import Problem
from fbridge.models.states import Effect, MadeBy, MailEffect, Outcome
from fbridge_shopify.claims import shown
from fbridge_shopify.documents import Kind
from fbridge_shopify.mapping import BY_SERVICES
from fbridge_shopify.push import Part, Step, Work
from fbridge_shopify.write_answers import Made

_FULFILLED = "FULFILLED"

FENCE_SET_UP = Well(
    reason="fence_set_up",
    words="Fulfillment orders of its own were set apart for it.",
    outcome=Outcome.PREPARED,
)
FULFILLED_ELSEWHERE = Well(
    reason="fulfilled_elsewhere",
    words="Somebody fulfilled it on the store.",
    outcome=Outcome.DONE_ELSEWHERE,
)

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
    if step.beside:
        return
    for part in step.parts:
        part.made = part.made or step.mutation.kind is Kind.CREATE
        part.corrected = part.corrected or step.mutation.kind is Kind.UPDATE
        if step.notify:
            part.mail = mail_after(Effect.DONE)
        if result.fulfillment is not None:
            _take_fulfillment(part, step, result.fulfillment)
        if not result.whole:
            part.fail(CUT_OFF)


def _take_problem(work: Work, step: Step, problem: Problem) -> None:
    unknown = problem.outcome is Outcome.UNCONFIRMED
    work.wrote = work.wrote or unknown
    work.outdated = work.outdated or bool(problem.rests_on)
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
    return shipment_receipt(
        part.shipment,
        part.problem,
        _well(work, part),
        remote_ids=tuple(entry.remote_id for entry in part.held),
        holds=_holds(work, part),
        effects=_effects(work, part),
        made_by=_made_by(part),
        fences=part.fences,
    )


def _well(work: Work, part: Part) -> Well:
    if part.bound:
        return FENCE_SET_UP
    if part.other_carrier:
        return left_with(part.other_carrier)
    if part.adopted and not part.made and part.shipment.acknowledged is None:
        services = work.fulfillment.order.adapter_data.get(BY_SERVICES, {})
        names = dict.fromkeys(services[one.remote_id] for one in part.held if one.remote_id in services)
        return _shipped_by(", ".join(names)) if names else FULFILLED_ELSEWHERE
    well = SENT if part.made or part.corrected else ALREADY_THERE
    return replace(well, words=not_shown(part.refunded.total())) if part.refunded and part.made else well


def _shipped_by(service: str) -> Well:
    words = f"{service}, a fulfillment service, has shipped it; no number of ours is written there."
    return Well(reason=FULFILLED_ELSEWHERE.reason, words=words, outcome=Outcome.DONE_ELSEWHERE)


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
        mail=part.mail or part.shipment.mail,
    )


def _has_numbers(part: Part) -> bool:
    """Whether every fulfillment of the shipment shows all its numbers."""
    numbers = set(part.shipment.numbers)
    there = bool(part.held) and (not part.lacking or part.shipment.acknowledged is not None)
    return bool(numbers) and there and all(numbers <= set(entry.numbers) for entry in part.held)


def _made_by(part: Part) -> MadeBy:
    tried = part.shipment.baseline is not None or part.shipment.acknowledged is not None
    return MadeBy.US if part.made or (tried and not part.adopted) else MadeBy.FOUND
