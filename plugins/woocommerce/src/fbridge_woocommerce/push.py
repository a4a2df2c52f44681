"""What a push of one order wants, what has become of it, and the receipt. Pure.

A status is the order's, so its effect and that of the mail stand in the receipt of every shipment of the order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Any

from fbridge.adapterkit.adopting import left_with, other_carrier
from fbridge.adapterkit.answers import not_understood
from fbridge.adapterkit.halting import is_untouched
from fbridge.adapterkit.mails import mail_after
from fbridge.adapterkit.receipts import (
    ALREADY_THERE,
    PARTIAL_STATUS_LEFT,
    SENT,
    Well,
    cancelled_or_held,
    not_shown,
    shipment_receipt,
)
from fbridge.models.fulfillments import (
    Effects,
    Fulfillment,
    FulfillmentShipment,
    Item,
    Receipt,
    ShipmentReceipt,
    StoreHolds,
)
from fbridge.models.orders import StoreShipment
from fbridge.models.problems import Problem
from fbridge.models.states import Effect, MadeBy, MailEffect, OrderStatus, Outcome
from fbridge_woocommerce.answers import fault_in_item
from fbridge_woocommerce.mapping import COMPLETED, ROWS_KEY
from fbridge_woocommerce.schemas import TRACKING_ROWS
from fbridge_woocommerce.tracking_place import Place
from fbridge_woocommerce.tracking_rows import (
    PLAIN_STYLE,
    Row,
    RowsPlan,
    RowStyle,
    carrier_of,
    number_of,
    plan_rows,
    rows_in,
    shipment_uuid,
)

COMPLETED_ELSEWHERE = Well(
    reason="completed_elsewhere",
    words="Somebody completed the order on the store.",
    outcome=Outcome.DONE_ELSEWHERE,
)
NUMBER_NOT_KEPT = Well(
    reason="number_not_kept", words="The setting tracking = none keeps the number away from the store."
)

MAIL_SWITCHED_OFF = (
    'The shop has switched its mail "Completed order" off (WooCommerce > Settings > Emails), so none left.'
)
NO_ADDRESS = "The order has no e-mail address, so no mail left."

NOT_KEPT = Problem(
    outcome=Outcome.REFUSED,
    reason="tracking_not_kept",
    words="The store did not keep the tracking number as it was sent; a plugin of the store may interfere.",
)


@dataclass(frozen=True, slots=True)
class MailTold:
    """What the store tells of one mail, and in which words."""

    mail: MailEffect
    words: str


@dataclass(slots=True)
class Part:
    """One outstanding shipment while it is pushed.

    ``found``: the store has it from somebody else. ``refunded``: so many of its pieces were refunded since it left.
    ``other_carrier``: somebody else shipped the goods with this one.
    """

    shipment: FulfillmentShipment
    made: Effect = Effect.NOT_DONE
    tracking: Effect = Effect.NOT_DONE
    remote_ids: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    carrier: str = ""
    items: tuple[Item, ...] = ()
    found: bool = False
    refunded: int = 0
    mail: MailEffect = MailEffect.NOT_SENT
    other_carrier: str = ""
    problem: Problem | None = None

    def fail(self, problem: Problem) -> None:
        """The request that was about this shipment went wrong."""
        self.problem = problem
        self.made = problem.effect
        if self.shipment.numbers:
            self.tracking = problem.effect

    def mail_known(self, work: Work) -> MailEffect:
        """What is known of the customer's mail: about the order, or about this shipment where it has its own."""
        if not work.own_mail:
            return work.mail
        return self.shipment.mail if self.mail is MailEffect.NOT_SENT else self.mail


@dataclass(slots=True)
class Work:
    """One order while it is pushed.

    ``held_rows``, ``status``, ``mail`` and ``order_status`` are what the store is known to hold; ``wrote``: some
    of it was sent. ``own_mail``: the customer is mailed by each fulfillment, and not by completing the order.
    ``no_mail``: why completing the order mails nobody ("": it does). ``mail_told``: what the store tells of it.
    """

    fulfillment: Fulfillment
    place: Place
    wants_status: bool
    elsewhere: bool
    parts: tuple[Part, ...]
    rows: RowsPlan | None = None
    held_rows: list[Row] = field(default_factory=list)
    status: Effect = Effect.NOT_DONE
    own_mail: bool = False
    no_mail: str = ""
    mail: MailEffect = MailEffect.NOT_SENT
    mail_told: MailTold | None = None
    order_status: str = ""
    wrote: bool = False
    problem: Problem | None = None

    @property
    def order_id(self) -> str:
        """The platform's key of the order."""
        return self.fulfillment.order_id

    @property
    def has_problem(self) -> bool:
        """Whether the order or a shipment of it cannot go on: then its status is left too (C6)."""
        return self.problem is not None or any(part.problem and part.problem.blocks for part in self.parts)

    @property
    def untouched(self) -> bool:
        """Whether nothing of it was sent, because the chunk was stopped before it."""
        return is_untouched((self.problem, *(part.problem for part in self.parts)), wrote=self.wrote)

    def shows(self, entry: StoreShipment) -> None:
        """The store holds this now: what comes after it is compared with it."""
        order = self.fulfillment.order
        others = tuple(one for one in order.shipments if one.remote_id != entry.remote_id)
        self.fulfillment = replace(self.fulfillment, order=replace(order, shipments=(*others, entry)))

    def fail(self, problem: Problem, update: Mapping[str, Any]) -> None:
        """What was asked for the whole order went wrong."""
        self.problem = problem
        for part in self.parts:
            if "meta_data" in update and part.shipment.numbers:
                part.tracking = problem.effect
        if "status" in update:
            self.set_status(problem.effect)

    @property
    def asked_for_mail(self) -> bool:
        """Whether the store has taken the wish for one mail of this order, and no more is known of it."""
        effects = [part.mail for part in self.parts] if self.own_mail else [self.mail]
        return effects.count(MailEffect.UNKNOWABLE) == 1

    def take_mail(self, told: MailTold) -> None:
        """The store tells what became of that mail."""
        self.mail_told = told
        if not self.own_mail:
            self.mail = told.mail
            return
        for part in self.parts:
            if part.mail is MailEffect.UNKNOWABLE:
                part.mail = told.mail

    def set_status(self, effect: Effect) -> None:
        """What became of the order's status; completing mails the customer, unless the fulfillments do."""
        self.status = effect
        if not self.own_mail and not self.no_mail:
            self.mail = mail_after(effect)


def on_the_day_of(zone: tzinfo, fulfillment: Fulfillment) -> Fulfillment:
    """The fulfillment with its times in the store's zone: the customer reads the day on which a parcel left there."""
    shipments = (replace(one, shipped_at=one.shipped_at.astimezone(zone)) for one in fulfillment.shipments)
    return replace(fulfillment, shipments=tuple(shipments))


def begin(
    fulfillment: Fulfillment,
    place: Place,
    style: RowStyle = PLAIN_STYLE,
    *,
    own_mail: bool = False,
    mail_off: bool = False,
) -> Work:
    """Judge the order as it was read: an order that must not ship is refused, a finished one is not finished again.

    Completing a cancelled, refunded or trashed order would revive it without a question.
    """
    order = fulfillment.order
    # Its own end, or a state that the merchant calls shipped: neither is set again, or back.
    completed = order.status is OrderStatus.CLOSED
    tried = any(shipment.unconfirmed_since for shipment in fulfillment.shipments)
    work = Work(
        fulfillment=fulfillment,
        place=place,
        wants_status=fulfillment.completes_order and not completed,
        elsewhere=completed and not tried and not _is_ours(fulfillment),
        parts=tuple(Part(shipment) for shipment in fulfillment.outstanding),
        status=Effect.DONE if completed else Effect.NOT_DONE,
        own_mail=own_mail,
        no_mail=MAIL_SWITCHED_OFF if mail_off else "" if order.bill_to.email else NO_ADDRESS,
        mail=MailEffect.UNCONFIRMED if completed and tried and not own_mail else MailEffect.NOT_SENT,
        order_status=order.remote_status,
        problem=cancelled_or_held(order),
    )
    if place.keeps_rows and work.problem is None:
        work.held_rows = rows_in(order.adapter_data.get(ROWS_KEY, []))
        plan_tracking_rows(work, style)
    return work


def _is_ours(fulfillment: Fulfillment) -> bool:
    marks = {entry.mark for entry in fulfillment.order.shipments}
    return any(
        shipment.acknowledged is not None
        or not marks.isdisjoint((shipment.id, str(shipment_uuid(shipment.id))))
        for shipment in fulfillment.shipments
    )


def plan_tracking_rows(work: Work, style: RowStyle) -> None:
    """Plan the order's rows anew, from those that the store is known to hold."""
    # Without a carrier the number is not sent, and what is there is left.
    find_other_carriers(work, work.held_rows)
    sent = [
        part.shipment for part in work.parts if part.shipment.carrier is not None and not part.other_carrier
    ]
    work.rows = plan_rows(work.held_rows, sent, work.fulfillment.shipments, style)
    _show_rows(work)


def find_other_carriers(work: Work, rows: Sequence[Mapping[str, Any]]) -> None:
    """Of an order that somebody else has completed: with which other carrier, as far as the rows tell (C14)."""
    for part in work.parts if work.elsewhere else ():
        if not {number_of(row) for row in rows} & set(part.shipment.numbers):
            part.other_carrier = other_carrier(part.shipment.carrier, map(carrier_of, rows))


def _show_rows(work: Work) -> None:
    """Take over what the store's rows hold of each shipment."""
    rows = work.held_rows
    planned = work.rows.ids if work.rows else {}
    for part in work.parts:
        ids = planned.get(part.shipment.id, ())
        held = [
            row for row in rows if row.get("tracking_id") in ids and number_of(row) in part.shipment.numbers
        ]
        part.remote_ids = tuple(str(row["tracking_id"]) for row in held)
        part.numbers = tuple(number_of(row) for row in held)
        part.carrier = next(map(carrier_of, held), "")
        complete = bool(part.shipment.numbers) and set(part.numbers) == set(part.shipment.numbers)
        part.tracking = Effect.DONE if complete else Effect.NOT_DONE
        part.found = complete and not _has_own_row(part)


def _has_own_row(part: Part) -> bool:
    return shipment_uuid(part.shipment.id).hex in part.remote_ids


def update_for(work: Work, *, with_rows: bool) -> dict[str, Any] | None:
    """The order's entry in a batch: rows and status in one, for the mail is made after the meta is saved (C6)."""
    if work.has_problem:
        return None
    update: dict[str, Any] = {"status": COMPLETED} if work.wants_status else {}
    if with_rows and work.rows is not None and work.rows.changed:
        update["meta_data"] = [{"key": TRACKING_ROWS, "value": list(work.rows.rows)}]
    return {"id": int(work.order_id), **update} if update else None


def take_item(work: Work, update: Mapping[str, Any], item: Mapping[str, Any] | None, now: datetime) -> None:
    """Take over the store's answer to an order's entry in a batch (C10).

    Raises: WriteFault; CredentialsError and NotSentError where the store did nothing for a reason of its own.
    """
    if item is None or (item["error"] is None and not item["status"]):
        raise not_understood("The store's answer does not tell what became of this order.", "not_in_answer")
    if item["error"] is not None:
        raise fault_in_item(item["error"], now)
    asked_rows, asked_status = "meta_data" in update, "status" in update
    work.wrote = True
    work.order_status = str(item["status"])
    if asked_rows:
        work.held_rows = rows_in(item["meta_data"].get(TRACKING_ROWS))
        _show_rows(work)
        _check_rows(work)
    if asked_status:
        _take_status(work)


def _check_rows(work: Work) -> None:
    for part in work.parts:
        wanted = part.shipment.carrier and part.shipment.numbers and not part.other_carrier
        if wanted and part.tracking is not Effect.DONE:
            part.problem = NOT_KEPT


def _take_status(work: Work) -> None:
    if work.order_status == COMPLETED:
        work.set_status(Effect.DONE)
        return
    words = f"The store was asked for the status {COMPLETED} and holds {work.order_status or 'none'}."
    work.problem = Problem(outcome=Outcome.REFUSED, reason="status_not_taken", words=words)


def receipt_of(work: Work) -> Receipt:
    """The receipt: one entry for each outstanding shipment."""
    return Receipt(
        order_id=work.order_id, shipments=tuple(_shipment_receipt(work, part) for part in work.parts)
    )


def _shipment_receipt(work: Work, part: Part) -> ShipmentReceipt:
    return shipment_receipt(
        part.shipment,
        part.problem or work.problem,
        _well(work, part),
        remote_ids=part.remote_ids,
        holds=StoreHolds(
            numbers=part.numbers, carrier=part.carrier, items=part.items, order_status=work.order_status
        ),
        effects=Effects(
            shipment=_made(work, part), tracking=part.tracking, status=work.status, mail=part.mail_known(work)
        ),
        made_by=MadeBy.FOUND if part.found or work.elsewhere else MadeBy.US,
    )


def _made(work: Work, part: Part) -> Effect:
    """Only core fulfillments know shipments; elsewhere the order's status says that it has left."""
    return part.made if work.place is Place.FULFILLMENTS else work.status


def _well(work: Work, part: Part) -> Well:
    if part.other_carrier:
        return left_with(part.other_carrier)
    if work.elsewhere:
        return COMPLETED_ELSEWHERE
    if work.place is not Place.FULFILLMENTS and work.status is not Effect.DONE:
        return PARTIAL_STATUS_LEFT
    if work.place is Place.NONE and part.shipment.numbers:
        return NUMBER_NOT_KEPT
    if told := " ".join(_worth_telling(work, part)):
        return Well(reason="sent", words=told)
    return SENT if work.wrote else ALREADY_THERE


def _worth_telling(work: Work, part: Part) -> Iterator[str]:
    if work.no_mail and work.wants_status and work.status is Effect.DONE and not work.own_mail:
        yield work.no_mail
    elif work.mail_told is not None and part.mail_known(work) is MailEffect.NOT_SENT:
        yield work.mail_told.words
    if part.refunded and work.wrote:
        yield not_shown(part.refunded)
