"""What a push of one order wants, what has become of it, and the receipt. Pure.

A status is the order's, so its effect and that of the mail stand in the receipt of every shipment of the order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from fbridge.models.fulfillments import (
    Effects,
    Fulfillment,
    FulfillmentShipment,
    Receipt,
    ShipmentReceipt,
    StoreHolds,
)
from fbridge.models.problems import Problem, refused_as_it_stands
from fbridge.models.states import Effect, MadeBy, MailEffect, OrderStatus, Outcome
from fbridge_prestashop.mails import known_mail, mails_in_transit, mails_shipped
from fbridge_prestashop.shop import Shop, state_id_in
from fbridge_prestashop.tracking_plan import TrackingPlan, plan_tracking

PARTIAL_WORDS = "The store has no partial shipments: the order's status waits until all has left."


@dataclass(slots=True)
class Work:
    """One order while it is pushed.

    ``numbers``, ``carrier``, ``order_state`` (an id) and ``mail`` are what the store is known to hold and to have
    done. ``mail`` is None where this push asked for none. ``wrote``: something of it was sent; ``untouched``:
    nothing was, and the chunk was stopped before it.
    """

    fulfillment: Fulfillment
    plan: TrackingPlan
    wants_status: bool
    mails_numbers: bool
    mails_status: bool
    tried: bool
    elsewhere: bool
    numbers: tuple[str, ...]
    carrier: str
    order_state: str
    status: Effect
    tracking_tried: bool = False
    mail: MailEffect | None = None
    mail_words: str = ""
    wrote: bool = False
    untouched: bool = False
    problem: Problem | None = None

    @property
    def order_id(self) -> str:
        """The platform's key of the order."""
        return self.fulfillment.order_id

    @property
    def is_suspect(self) -> bool:
        """Whether an earlier try was left without a proper answer: it may be what the store stumbles over."""
        doubtful = (MailEffect.UNCONFIRMED, MailEffect.UNKNOWABLE)
        return any(
            one.baseline and one.acknowledged is None and (one.remote_ids or one.mail in doubtful)
            for one in self.fulfillment.outstanding
        )

    @property
    def wants_numbers(self) -> bool:
        """Whether its tracking field is to be written."""
        return self.plan.changes and self.problem is None

    def fail_numbers(self, problem: Problem) -> None:
        """Writing the numbers went wrong."""
        self.problem, self.tracking_tried = problem, problem.outcome is Outcome.UNCONFIRMED
        if self.mails_numbers and self.tracking_tried:
            self.mail = MailEffect.UNCONFIRMED

    def fail_status(self, problem: Problem) -> None:
        """Setting the state went wrong."""
        self.problem, self.status = problem, problem.effect
        if self.mails_status and problem.outcome is Outcome.UNCONFIRMED:
            self.mail = MailEffect.UNCONFIRMED

    def take_numbers(self, numbers: tuple[str, ...], carrier: str) -> None:
        """Take over what the store's answer shows of the field (C10)."""
        self.wrote = True
        self.numbers, self.carrier = numbers, carrier
        if self.mails_numbers:
            self.mail = MailEffect.SENT
        if numbers != self.plan.numbers:
            words = (
                f"The store was asked to keep {self.plan.text!r} and shows {', '.join(numbers) or 'nothing'}."
            )
            self.problem = Problem(outcome=Outcome.REFUSED, reason="tracking_not_kept", words=words)

    def take_state(self, state_id: str, wanted: str) -> None:
        """Take over the state that the store's answer shows (C10)."""
        self.wrote = True
        self.order_state = state_id
        if state_id == wanted:
            self.status = Effect.DONE
            if self.mails_status:
                self.mail = MailEffect.SENT
            return
        words = f"The store was asked for the state {wanted} and shows {state_id}."
        self.problem = Problem(outcome=Outcome.REFUSED, reason="status_not_taken", words=words)


def begin(fulfillment: Fulfillment, shop: Shop) -> Work:
    """Judge the order as it was read: one that must not ship is refused, a late state is never gone back from."""
    order = fulfillment.order
    shipped = order.status is OrderStatus.CLOSED
    plan = plan_tracking(fulfillment)
    tried = any(one.unconfirmed_since or one.baseline for one in fulfillment.outstanding)
    wants_status = fulfillment.completes_order and not shipped
    return Work(
        fulfillment=fulfillment,
        plan=plan,
        wants_status=wants_status,
        mails_numbers=mails_in_transit(fulfillment, plan, shop),
        mails_status=wants_status and mails_shipped(fulfillment, shop),
        tried=tried,
        elsewhere=shipped and not tried and not _is_ours(fulfillment, plan),
        numbers=plan.held,
        carrier=plan.row.carrier if plan.row else "",
        order_state=state_id_in(order.remote_status),
        status=Effect.DONE if shipped else Effect.NOT_DONE,
        problem=refusal_of(fulfillment, plan, shop),
    )


def _is_ours(fulfillment: Fulfillment, plan: TrackingPlan) -> bool:
    """Whether an order that the store shows as shipped looks as if fbridge had done it."""
    numbers = {number for shipment in fulfillment.outstanding for number in shipment.numbers}
    return any(one.acknowledged is not None for one in fulfillment.shipments) or (
        bool(numbers) and numbers <= set(plan.held)
    )


def refusal_of(fulfillment: Fulfillment, plan: TrackingPlan, shop: Shop) -> Problem | None:
    """Why nothing is sent for the order; None where something may be."""
    order = fulfillment.order
    reasons = {OrderStatus.CANCELLED: "order_cancelled", OrderStatus.ON_HOLD: "on_hold"}
    if order.status in reasons:
        words = f"Order {order.number} is {order.remote_status} on the store; it is left as it is."
        return refused_as_it_stands(reasons[order.status], words)
    if plan.fault:
        return refused_as_it_stands(plan.reason, plan.fault)
    if plan.changes and plan.carrier and shop.facts.usable_carrier(plan.carrier) is None:
        words = f"The store has no active carrier {plan.carrier} any more; map the carrier again."
        return refused_as_it_stands("carrier_gone", words)
    if fulfillment.completes_order and order.status is OrderStatus.OPEN and shop.shipped_state is None:
        words = "The store does not tell which of its states is Shipped; set shipped_state to its id."
        return refused_as_it_stands("no_shipped_state", words)
    return None


def receipt_of(work: Work, shop: Shop) -> Receipt:
    """The receipt: one entry for each outstanding shipment."""
    entries = (_shipment_receipt(work, one, shop) for one in work.fulfillment.outstanding)
    return Receipt(order_id=work.order_id, shipments=tuple(entries))


def _shipment_receipt(work: Work, shipment: FulfillmentShipment, shop: Shop) -> ShipmentReceipt:
    problem = work.problem
    held = tuple(number for number in shipment.numbers if number in work.numbers)
    tracking = _tracking(work, shipment, held)
    reason, words = _good_reason(work)
    good = Outcome.DONE_ELSEWHERE if work.elsewhere else Outcome.DONE
    return ShipmentReceipt(
        shipment_id=shipment.id,
        revision=shipment.revision,
        outcome=problem.outcome if problem else good,
        reason=problem.reason if problem else reason,
        words=problem.words if problem else words,
        remote_ids=_remote_ids(work, tracking),
        holds=StoreHolds(
            numbers=held, carrier=work.carrier if held else "", order_status=shop.label_of(work.order_state)
        ),
        effects=Effects(
            shipment=work.status, tracking=tracking, status=work.status, mail=_mail(work, shipment)
        ),
        made_by=MadeBy.FOUND if work.elsewhere or not (work.wrote or work.tried) else MadeBy.US,
        not_before=problem.not_before if problem else None,
        rests_on=problem.rests_on if problem else "",
    )


def _tracking(work: Work, shipment: FulfillmentShipment, held: tuple[str, ...]) -> Effect:
    if shipment.numbers and held == shipment.numbers:
        return Effect.DONE
    return Effect.UNCONFIRMED if shipment.numbers and work.tracking_tried else Effect.NOT_DONE


def _remote_ids(work: Work, tracking: Effect) -> tuple[str, ...]:
    """The row is the shipment's once its number is there, or may be."""
    return (work.plan.row.remote_id,) if work.plan.row and tracking is not Effect.NOT_DONE else ()


def _mail(work: Work, shipment: FulfillmentShipment) -> MailEffect:
    return known_mail(shipment) if work.mail is None else work.mail


def _good_reason(work: Work) -> tuple[str, str]:
    if work.mail_words:
        return "mail_failed", work.mail_words
    if work.elsewhere:
        return "shipped_elsewhere", "Somebody marked the order as shipped on the store."
    if work.status is not Effect.DONE:
        return "partial_status_left", PARTIAL_WORDS
    return ("sent", "") if work.wrote else ("already_there", "The store shows it already; nothing was sent.")


def held_back(work: Work, problem: Problem) -> None:
    """Nothing more is sent of it now: untouched, or half done."""
    work.untouched = not work.wrote
    if work.wrote and work.problem is None:
        work.problem = replace(problem, reason="held_back")
