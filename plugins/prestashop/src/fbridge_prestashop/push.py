"""What a push of one order wants, what has become of it, and the receipt. Pure.

A status is the order's, so its effect and that of the mail stand in the receipt of every shipment of the order.
"""

from __future__ import annotations

from dataclasses import dataclass

from fbridge.adapterkit.adopting import left_with, not_added, numbers_of_others, other_carrier
from fbridge.adapterkit.halting import is_untouched
from fbridge.adapterkit.mails import mail_after
from fbridge.adapterkit.receipts import (
    ALREADY_THERE,
    PARTIAL_STATUS_LEFT,
    SENT,
    SHIPPED_ELSEWHERE,
    Well,
    cancelled_or_held,
    shipment_receipt,
)
from fbridge.models.fulfillments import (
    Effects,
    Fulfillment,
    FulfillmentShipment,
    Receipt,
    ShipmentReceipt,
    StoreHolds,
)
from fbridge.models.orders import Order
from fbridge.models.problems import Problem, refused_as_it_stands
from fbridge.models.states import Effect, MadeBy, MailEffect, OrderStatus, Outcome
from fbridge_prestashop.mails import SWITCHED_OFF, mails_in_transit, mails_shipped
from fbridge_prestashop.mapping import SHOP_KEY
from fbridge_prestashop.shop import Shop, state_id_in
from fbridge_prestashop.tracking import TrackingPlan, plan_tracking

CARRIER_GONE = "carrier_gone"
HALF_SET = (
    "The store set the state and then broke off, as where a module dies: it has no entry of it in the order's "
    "history, and sent no mail."
)
WITHOUT_HISTORY = Well(reason="sent", words=f"{HALF_SET.partition(', and sent')[0]}.")


@dataclass(slots=True)
class Work:
    """One order while it is pushed.

    ``numbers``, ``carrier``, ``order_state`` (an id) and ``mail`` are what the store is known to hold and to have
    done. ``mail`` is None where this push asked for none. ``wrote``: something of it was sent.
    ``other_carrier``: somebody else shipped it with this one.
    """

    fulfillment: Fulfillment
    shop: Shop
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
    half_set: bool = False
    wrote: bool = False
    other_carrier: str = ""
    problem: Problem | None = None

    @property
    def order_id(self) -> str:
        """The platform's key of the order."""
        return self.fulfillment.order_id

    @property
    def is_suspect(self) -> bool:
        """Whether an earlier try was left without a proper answer: it may be what the store stumbles over."""
        return any(
            one.baseline
            and one.acknowledged is None
            and (one.remote_ids or one.mail is MailEffect.UNCONFIRMED)
            for one in self.fulfillment.outstanding
        )

    @property
    def untouched(self) -> bool:
        """Whether nothing of it was sent, because the chunk was stopped before it."""
        return is_untouched((self.problem,), wrote=self.wrote)

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
            self.mail = mail_after(Effect.DONE)
        if numbers != self.plan.numbers:
            words = (
                f"The store was asked to keep {self.plan.text!r} and shows {', '.join(numbers) or 'nothing'}."
            )
            self.problem = Problem(outcome=Outcome.REFUSED, reason="tracking_not_kept", words=words)

    @property
    def mails(self) -> bool:
        """Whether a write of it asks for a mail."""
        return self.mails_numbers or self.mails_status

    def leave_out_mail(self, words: str) -> None:
        """None is asked for, although the plan has one."""
        self.mails_numbers = self.mails_status = False
        self.mail_words = words

    @property
    def wanted_state(self) -> str:
        """The id of the state to set: the one of its own shop."""
        state = self.shop.shipped_state
        return state.id if state else ""

    def take_state(self, state_id: str) -> None:
        """Take over the state that the store's answer shows (C10)."""
        wanted = self.wanted_state
        self.wrote = True
        self.order_state = state_id
        if state_id == wanted:
            self.status = Effect.DONE
            if self.mails_status:
                self.mail = mail_after(Effect.DONE)
            return
        words = f"The store was asked for the state {wanted} and shows {state_id}."
        self.problem = Problem(outcome=Outcome.REFUSED, reason="status_not_taken", words=words)


def begin(fulfillment: Fulfillment, shop: Shop) -> Work:
    """Judge the order as it was read: one that must not ship is refused, a late state is never gone back from."""
    order = fulfillment.order
    shop = shop_of_order(shop, order)
    shipped = order.status is OrderStatus.CLOSED
    plan = plan_tracking(fulfillment)
    tried = any(one.unconfirmed_since or one.baseline for one in fulfillment.outstanding)
    elsewhere = shipped and not tried and not _is_ours(fulfillment, plan)
    strange = _other_carrier(fulfillment, plan, shop) if elsewhere else ""
    if strange:
        plan = TrackingPlan(row=plan.row, numbers=plan.held)
    problem = refusal_of(fulfillment, plan, shop)
    if shipped and not elsewhere and problem is None:
        problem = _under_others(fulfillment, plan, shop)
    wants_status = fulfillment.completes_order and not shipped
    return Work(
        fulfillment=fulfillment,
        shop=shop,
        plan=plan,
        wants_status=wants_status,
        mails_numbers=mails_in_transit(fulfillment, plan, shop),
        mails_status=wants_status and mails_shipped(fulfillment, shop),
        tried=tried,
        elsewhere=elsewhere,
        other_carrier=strange,
        numbers=plan.held,
        carrier=plan.row.carrier if plan.row else "",
        order_state=state_id_in(order.remote_status),
        status=Effect.DONE if shipped else Effect.NOT_DONE,
        problem=problem,
        mail_words=HALF_SET if shipped and any(one.mailed is False for one in order.shipments) else "",
    )


def why_none_leaves(now: Shop, state_id: str = "") -> str:
    """Why the shop, as it is ``now``, sends no mail that is asked for; "" where it does.

    ``state_id``: the state whose mail it is, if it is one's.
    """
    if now.facts.mails_off:
        return SWITCHED_OFF
    state = now.facts.state(state_id)
    if state is not None and not state.mails:
        return f"The store's state {state.name} is not set to mail the customer any more, so no mail left."
    return ""


def shop_of_order(shop: Shop, order: Order) -> Shop:
    """Which of the shops it belongs to."""
    return shop.of(*order.adapter_data.get(SHOP_KEY, ("", "")))


def _other_carrier(fulfillment: Fulfillment, plan: TrackingPlan, shop: Shop) -> str:
    """The other carrier under which somebody else's number stands in the one field (C14)."""
    if plan.row is None or not plan.row.numbers:
        return ""
    strange = [
        other_carrier(one.carrier, [plan.row.carrier]) for one in fulfillment.outstanding if one.numbers
    ]
    reference = next(filter(None, strange), "")
    known = shop.facts.usable_carrier(reference)
    return shop.facts.name_of(known) if known else reference


def _under_others(fulfillment: Fulfillment, plan: TrackingPlan, shop: Shop) -> Problem | None:
    """A correction of what shares the one field with somebody else's number, which would stand under our carrier."""
    corrected = any(one.acknowledged is not None for one in fulfillment.outstanding)
    if not corrected or plan.row is None or not numbers_of_others(plan.row, fulfillment.shipments):
        return None
    strange = _other_carrier(fulfillment, plan, shop)
    return not_added(strange) if strange else None


def _is_ours(fulfillment: Fulfillment, plan: TrackingPlan) -> bool:
    """Whether an order that the store shows as shipped looks as if fbridge had done it."""
    numbers = {number for shipment in fulfillment.outstanding for number in shipment.numbers}
    return any(one.acknowledged is not None for one in fulfillment.shipments) or (
        bool(numbers) and numbers <= set(plan.held)
    )


def refusal_of(fulfillment: Fulfillment, plan: TrackingPlan, shop: Shop) -> Problem | None:
    """Why nothing is sent for the order; None where something may be."""
    order = fulfillment.order
    if (refusal := cancelled_or_held(order)) is not None:
        return refusal
    if plan.fault:
        return refused_as_it_stands(plan.reason, plan.fault)
    if plan.changes and plan.carrier and shop.facts.usable_carrier(plan.carrier) is None:
        words = f"The store has no active carrier {plan.carrier} any more; map the carrier again."
        return refused_as_it_stands(CARRIER_GONE, words)
    if fulfillment.completes_order and order.status is OrderStatus.OPEN and shop.shipped_state is None:
        words = "The store does not tell which of its states is Shipped; set shipped_state to its id."
        return refused_as_it_stands("no_shipped_state", words)
    return None


def receipt_of(work: Work, shop: Shop) -> Receipt:
    """The receipt: one entry for each outstanding shipment."""
    entries = (_shipment_receipt(work, one, shop) for one in work.fulfillment.outstanding)
    return Receipt(order_id=work.order_id, shipments=tuple(entries))


def _shipment_receipt(work: Work, shipment: FulfillmentShipment, shop: Shop) -> ShipmentReceipt:
    held = tuple(number for number in shipment.numbers if number in work.numbers)
    tracking = _tracking(work, shipment, held)
    return shipment_receipt(
        shipment,
        work.problem,
        _well(work),
        remote_ids=_remote_ids(work, tracking),
        holds=StoreHolds(
            numbers=held, carrier=work.carrier if held else "", order_status=shop.label_of(work.order_state)
        ),
        effects=Effects(
            shipment=work.status,
            tracking=tracking,
            status=work.status,
            mail=work.mail or shipment.mail,
        ),
        made_by=MadeBy.FOUND if work.elsewhere or not (work.wrote or work.tried) else MadeBy.US,
    )


def _tracking(work: Work, shipment: FulfillmentShipment, held: tuple[str, ...]) -> Effect:
    if shipment.numbers and held == shipment.numbers:
        return Effect.DONE
    return Effect.UNCONFIRMED if shipment.numbers and work.tracking_tried else Effect.NOT_DONE


def _remote_ids(work: Work, tracking: Effect) -> tuple[str, ...]:
    """The row is the shipment's once its number is there, or may be."""
    return (work.plan.row.remote_id,) if work.plan.row and tracking is not Effect.NOT_DONE else ()


def _well(work: Work) -> Well:
    if work.mail_words:
        outcome = SHIPPED_ELSEWHERE.outcome if work.elsewhere else Outcome.DONE
        return Well(reason="mail_failed", words=work.mail_words, outcome=outcome)
    if work.other_carrier:
        return left_with(work.other_carrier)
    if work.elsewhere:
        return SHIPPED_ELSEWHERE
    if work.status is not Effect.DONE:
        return PARTIAL_STATUS_LEFT
    if work.half_set:
        return WITHOUT_HISTORY
    return SENT if work.wrote else ALREADY_THERE
