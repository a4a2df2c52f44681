"""Bring tracking onto the store in requests of its own, where it cannot travel with the status."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from fbridge.adapterkit.adopting import not_added, numbers_of_others, other_carrier
from fbridge.adapterkit.answers import not_understood
from fbridge.adapterkit.halting import Halt, HeldBack
from fbridge.adapterkit.mails import mail_after, may_mail
from fbridge.adapterkit.payloads import UnreadableError
from fbridge.adapterkit.receipts import ALL_REFUNDED
from fbridge.errors import FbridgeError, UnreachableError
from fbridge.http import Response
from fbridge.models.fulfillments import FulfillmentShipment, Item
from fbridge.models.orders import StoreShipment
from fbridge.models.platforms import Store
from fbridge.models.problems import Problem, WriteFault
from fbridge.models.states import Effect, Outcome
from fbridge_woocommerce import fulfillment_meta, tracking_notes
from fbridge_woocommerce.answers import checked, problem_of
from fbridge_woocommerce.client import WooClient
from fbridge_woocommerce.fulfillment_meta import (
    Act,
    FulfillmentPlan,
    meta_list,
    meta_of,
    plan_fulfillment,
    without_refunded,
)
from fbridge_woocommerce.push import NOT_KEPT, Part, Work, find_other_carriers
from fbridge_woocommerce.run_memory import memory_of
from fbridge_woocommerce.tracking_rows import RowStyle, carrier_fields, carrier_of, is_former, number_of


class TrackingWriter(Protocol):
    """Writes the tracking of one order; problems stay with the shipments that have them."""

    def write(self, work: Work) -> None:
        """Bring the outstanding shipments of the order onto the store."""


class _PartByPart:
    """A writer that handles one shipment after the other."""

    def __init__(self, store: Store, client: WooClient, halt: Halt) -> None:
        self._store = store
        self._client = client
        self._halt = halt

    def write(self, work: Work) -> None:
        """See :class:`TrackingWriter`. After a write without an answer the order's other shipments wait."""
        for part in work.parts:
            try:
                with self._halt.write():
                    self._write_part(work, part)
            except HeldBack as held:
                part.problem = held.problem
            except WriteFault as fault:
                part.fail(fault.problem)
            except FbridgeError as error:
                part.problem = problem_of(error, self._store.now())

    def _write_part(self, work: Work, part: Part) -> None:
        raise NotImplementedError

    def _send(self, work: Work, write: Callable[[], Response], shows: str | None = None) -> Response:
        response = checked(write, self._store.now, shows=shows)
        work.wrote = True
        return response


class FulfillmentWriter(_PartByPart):
    """Core fulfillments: one for each shipment, with our UUID in its meta."""

    def _write_part(self, work: Work, part: Part) -> None:
        whole = part.shipment if part.shipment.carrier else replace(part.shipment, tracking=())
        if not whole.items:
            return
        shipment = without_refunded(work.fulfillment.order, whole)
        part.refunded = _pieces_in(whole) - _pieces_in(shipment)
        plan = plan_fulfillment(work.fulfillment.order, shipment)
        if not shipment.items and plan.remote_id is None:
            part.problem = ALL_REFUNDED
        elif plan.act is Act.REFUSE:
            part.fail(_too_many(work))
        elif plan.act is Act.NOTHING:
            self._take_found(work, part, plan)
        elif name := _other_carrier(work, part, plan):
            _leave(part, name)
        else:
            mail = plan.act is Act.CREATE and _wants_mail(work, shipment)
            try:
                request = self._request(work.order_id, shipment, plan, mail=mail)
                response = self._send(work, request, "meta_data")
            except WriteFault as fault:
                part.mail = mail_after(fault.problem.effect) if mail else part.mail
                raise
            part.mail = mail_after(Effect.DONE) if mail else part.mail
            self._take(work, part, response.json(), shipment)

    def _request(
        self, order_id: str, shipment: FulfillmentShipment, plan: FulfillmentPlan, *, mail: bool
    ) -> Callable[[], Response]:
        if plan.act is Act.CREATE or plan.remote_id is None:
            meta = meta_list(fulfillment_meta.meta_for(shipment))
            return lambda: self._client.create_fulfillment(order_id, meta, mail=mail)
        fulfillment_id = plan.remote_id
        before = meta_of(self._client.fulfillment(order_id, fulfillment_id))
        try:
            after = (
                fulfillment_meta.corrected_meta(before, shipment, plan.numbers)
                if plan.act is Act.CORRECT
                else fulfillment_meta.with_numbers(before, plan.numbers)
            )
        except UnreadableError as error:
            words = f"The store's fulfillment {fulfillment_id} makes no sense ({error}) and is left as it is."
            raise UnreachableError(words, reason="unexpected_answer") from None
        return lambda: self._client.replace_fulfillment(order_id, fulfillment_id, meta_list(after))

    def _take_found(self, work: Work, part: Part, plan: FulfillmentPlan) -> None:
        entry = next(entry for entry in work.fulfillment.order.shipments if entry.remote_id == plan.remote_id)
        _take_entry(part, entry)
        part.found = entry.mark != part.shipment.id

    def _take(
        self, work: Work, part: Part, fulfillment: Mapping[str, Any], shipment: FulfillmentShipment
    ) -> None:
        try:
            entry = fulfillment_meta.store_shipment(fulfillment)
        except UnreadableError as error:
            raise not_understood(
                f"The store's answer is no fulfillment ({error})", "unreadable_answer"
            ) from None
        if entry is None or not set(shipment.numbers) <= set(entry.numbers):
            words = (
                "The store did not keep the fulfillment as it was sent; a plugin of the store may interfere."
            )
            part.fail(Problem(outcome=Outcome.REFUSED, reason="fulfillment_not_kept", words=words))
            return
        _take_entry(part, entry)
        work.shows(entry)


def _wants_mail(work: Work, shipment: FulfillmentShipment) -> bool:
    """An order that somebody completed mails nobody, nor does one without an address."""
    wanted = work.own_mail and not work.elsewhere and bool(work.fulfillment.order.bill_to.email)
    return wanted and may_mail(shipment, work.fulfillment)


def _pieces_in(shipment: FulfillmentShipment) -> int:
    return sum(item.quantity for item in shipment.items)


def _other_carrier(work: Work, part: Part, plan: FulfillmentPlan) -> str:
    """The other carrier under which somebody else's number stands in the one field of these goods (C14)."""
    shown = next((one for one in work.fulfillment.order.shipments if one.remote_id == plan.remote_id), None)
    if shown is None or (
        plan.act is Act.CORRECT and not numbers_of_others(shown, work.fulfillment.shipments)
    ):
        return ""
    return other_carrier(part.shipment.carrier, [shown.carrier])


def _leave(part: Part, name: str) -> None:
    if part.shipment.acknowledged is None:
        part.other_carrier, part.made = name, Effect.DONE
    else:
        part.fail(not_added(name))


def _take_entry(part: Part, entry: StoreShipment) -> None:
    part.remote_ids = (entry.remote_id,)
    part.numbers = entry.numbers
    part.carrier = entry.carrier
    part.items = tuple(Item(line_id=line, quantity=quantity) for line, quantity in entry.lines)
    part.made = Effect.DONE
    if part.shipment.carrier and part.shipment.numbers:
        part.tracking = Effect.DONE


def _too_many(work: Work) -> Problem:
    words = (
        f"The fulfillments that order {work.fulfillment.number} has on the store leave fewer pieces than this "
        "shipment holds; look at them there."
    )
    return Problem(outcome=Outcome.REFUSED, reason="more_than_remains", words=words)


CANNOT_CORRECT = Problem(
    outcome=Outcome.REFUSED,
    reason="cannot_correct",
    words="Notes cannot be changed: the new number has a note of its own, the old one is still there.",
    blocks=False,
)


class NoteWriter(_PartByPart):
    """Private notes, for the shop's people. Those of the order were read with it, just before."""

    def write(self, work: Work) -> None:
        """See :class:`TrackingWriter`."""
        super().write(work)
        memory_of(self._store).notes.pop(work.order_id, None)

    def _notes_of(self, order_id: str) -> list[Any]:
        known = memory_of(self._store).notes
        if order_id not in known:
            known[order_id] = self._client.notes(order_id)
        return known[order_id]

    def _write_part(self, work: Work, part: Part) -> None:
        shipment = part.shipment
        if not shipment.numbers:
            return
        notes = self._notes_of(work.order_id)
        missing = [number for number in shipment.numbers if not tracking_notes.is_entered(number, notes)]
        part.found = not missing and not _ours(notes, shipment)
        if missing:
            text = tracking_notes.note_text(shipment, missing)
            notes.append(self._send(work, lambda: self._client.add_note(work.order_id, text), "note").json())
        part.remote_ids = tuple(entry.remote_id for entry in _ours(notes, shipment))
        part.numbers = tuple(
            number for number in shipment.numbers if tracking_notes.is_entered(number, notes)
        )
        part.tracking = Effect.DONE if part.numbers == shipment.numbers else Effect.NOT_DONE
        if part.tracking is not Effect.DONE:
            part.problem = NOT_KEPT
        elif _has_former(notes, shipment):
            part.problem = CANNOT_CORRECT


def _ours(notes: Sequence[Mapping[str, Any]], shipment: FulfillmentShipment) -> list[StoreShipment]:
    return [entry for entry in tracking_notes.store_shipments(notes) if entry.mark == shipment.id]


def _has_former(notes: Sequence[Mapping[str, Any]], shipment: FulfillmentShipment) -> bool:
    """Whether a note of ours, or one that was relied on, still has a number that is not wanted any more."""
    written = {number for entry in _ours(notes, shipment) for number in entry.numbers}
    relied_on = {one for one in shipment.acknowledged_numbers if tracking_notes.is_entered(one, notes)}
    return not written | relied_on <= set(shipment.numbers)


class RouteWriter(_PartByPart):
    """The tracking plugin's own route, for a plugin that does not show rows of the order meta.

    It gives its own ids and takes equal rows again, so numbers are compared first.
    """

    def __init__(self, store: Store, client: WooClient, halt: Halt, namespace: str, style: RowStyle) -> None:
        super().__init__(store, client, halt)
        self._namespace = namespace
        self._style = style

    def _write_part(self, work: Work, part: Part) -> None:
        shipment = part.shipment
        part.remote_ids, part.numbers, part.tracking = (), (), Effect.NOT_DONE
        if shipment.carrier is None:
            return
        rows = self._client.trackings(self._namespace, work.order_id)
        find_other_carriers(work, rows)
        if part.other_carrier:
            return
        entered = {number_of(row): row for row in rows}
        part.found = bool(shipment.numbers) and set(shipment.numbers) <= set(entered)
        for body in _route_bodies(shipment, self._style):
            row = entered.get(body["tracking_number"]) or self._add(work, body)
            part.remote_ids += (str(row.get("tracking_id", "")),)
            part.numbers += (number_of(row),)
            part.carrier = carrier_of(row)
        siblings = [one for one in work.fulfillment.shipments if one.id != shipment.id]
        for row in rows:
            if is_former(row, shipment, siblings):
                self._remove(work, str(row["tracking_id"]))
        kept = set(part.numbers) == set(shipment.numbers)
        part.tracking = Effect.DONE if shipment.numbers and kept else Effect.NOT_DONE
        part.problem = None if kept else NOT_KEPT

    def _add(self, work: Work, body: Mapping[str, Any]) -> Mapping[str, Any]:
        row: Mapping[str, Any] = self._send(
            work, lambda: self._client.add_tracking(self._namespace, work.order_id, body), "tracking_id"
        ).json()
        return row

    def _remove(self, work: Work, row_id: str) -> None:
        self._send(work, lambda: self._client.delete_tracking(self._namespace, work.order_id, row_id))


def _route_bodies(shipment: FulfillmentShipment, style: RowStyle) -> list[dict[str, Any]]:
    links = {entry.number: entry.url for entry in shipment.tracking}
    day = shipment.shipped_at.date().isoformat()
    return [
        {
            "tracking_number": number,
            "date_shipped": day,
            **{
                name: value
                for name, value in carrier_fields(shipment.carrier, links[number], style).items()
                if value
            },
        }
        for number in shipment.numbers
    ]
