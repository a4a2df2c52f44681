"""Send a chunk of fulfillments: tracking first or together with the status, one write at a time.

Two equal status writes at once make several mails, so nothing here runs in parallel. After a write without an
answer nothing more is sent for the chunk: the store may still be at work on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from marshmallow import ValidationError

from fbridge.adapterkit.answers import not_understood
from fbridge.adapterkit.halting import Halt, known_first
from fbridge.errors import CredentialsError, NotSentError
from fbridge.http import Response
from fbridge.http.side_by_side import side_by_side
from fbridge.models.fulfillments import Fulfillment, Receipt
from fbridge.models.parts import in_parts
from fbridge.models.platforms import Store
from fbridge.models.problems import WriteFault
from fbridge.models.states import OrderStatus
from fbridge_woocommerce.answers import checked
from fbridge_woocommerce.before_writing import MailsNow, confirm_mail, confirm_place
from fbridge_woocommerce.client import WooClient
from fbridge_woocommerce.detection import facts_of, place_of
from fbridge_woocommerce.mail_notes import MailNotes
from fbridge_woocommerce.push import (
    Work,
    begin,
    on_the_day_of,
    plan_tracking_rows,
    receipt_of,
    take_item,
    update_for,
)
from fbridge_woocommerce.row_trials import learn, new_carriers, rows_alone, still_listed, style_of
from fbridge_woocommerce.run_memory import memory_of
from fbridge_woocommerce.schemas import BatchPayload
from fbridge_woocommerce.tracking_place import Place, StoreFacts
from fbridge_woocommerce.tracking_writers import FulfillmentWriter, NoteWriter, RouteWriter, TrackingWriter

_BATCH = BatchPayload()

MOST_COMPLETED = 25
"""Orders in one body: completing renders a mail, 0.1 to 0.4 s an order, and common proxies cut at 30 to 60 s."""


def send(store: Store, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
    """The receipts of a chunk. Raises, after all that are known: NotSent, CredentialsError."""
    client = WooClient(store)
    grounds = known_first(lambda: _grounds(store, client, fulfillments), fulfillments)
    yield from _Sending(store, client, *grounds).run(fulfillments)


def _grounds(
    store: Store, client: WooClient, fulfillments: Sequence[Fulfillment]
) -> tuple[StoreFacts, Place, MailsNow]:
    facts = facts_of(store, client)
    place = place_of(store, facts)
    completes = any(
        one.completes_order and one.order.status is not OrderStatus.CLOSED for one in fulfillments
    )
    mails: list[MailsNow] = []
    codes: list[frozenset[str]] = []
    looks: tuple[Callable[[], None], ...] = (
        lambda: codes.append(confirm_place(store, client, facts, place, fulfillments)),
        lambda: mails.append(confirm_mail(store, client, facts, place, completes=completes)),
    )
    for _ in side_by_side(looks, lambda look: look(), len(looks)):
        pass
    return still_listed(facts, codes[0]), place, mails[0]


class _Sending:
    """One chunk on its way to one store."""

    def __init__(
        self, store: Store, client: WooClient, facts: StoreFacts, place: Place, mails: MailsNow
    ) -> None:
        self._store = store
        self._client = client
        self._facts = facts
        self._place = place
        self._mails = mails
        self._style = style_of(store, facts)
        self._halt = Halt(store.now)

    def run(self, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
        zone = self._facts.zone or self._store.timezone
        works = [self._begin(on_the_day_of(zone, one)) for one in fulfillments]
        for body in in_parts(works, MOST_COMPLETED):
            self._write(body)
            yield from map(receipt_of, self._halt.touched(body))
        self._halt.end()

    def _write(self, works: Sequence[Work]) -> None:
        notes = MailNotes(self._store, self._client, self._store.now())
        writer = self._writer()
        if self._place.keeps_rows and writer is None:
            self._try_rows(works)
        if writer is not None:
            self._write_tracking(works, writer)
        self._write_orders(works, with_rows=writer is None)
        if self._halt.cause is None:
            notes.look(works)

    def _begin(self, fulfillment: Fulfillment) -> Work:
        mails = self._mails
        return begin(fulfillment, self._place, self._style, own_mail=mails.own, mail_off=mails.off)

    def _writer(self) -> TrackingWriter | None:
        """Who writes the tracking in requests of its own; None where it goes with the status, or nowhere."""
        if self._place is Place.FULFILLMENTS:
            return FulfillmentWriter(self._store, self._client, self._halt)
        if self._place is Place.NOTE:
            return NoteWriter(self._store, self._client, self._halt)
        if self._place.keeps_rows and self._facts.rows_shown is False:
            return self._route_writer()
        return None

    def _route_writer(self) -> TrackingWriter | None:
        namespace = self._facts.namespace
        if namespace is None:
            return None
        return RouteWriter(self._store, self._client, self._halt, namespace, self._style)

    def _try_rows(self, works: Sequence[Work]) -> None:
        """Where it is not known how the plugin shows a carrier's row, one order's rows go first, without its status
        and so without a mail; what is seen there counts for all others."""
        memory, namespace = memory_of(self._store), self._facts.namespace
        tried = new_carriers(works, self._style)
        if not tried or namespace is None:
            return
        self._send_batch([(work, rows_alone(work)) for work in tried.values()])
        for carrier, work in tried.items():
            if not work.has_problem:
                learn(memory, self._client, namespace, carrier, work)
        self._style = style_of(self._store, self._facts)
        for work in works:
            if not work.has_problem:
                plan_tracking_rows(work, self._style)

    def _write_tracking(self, works: Sequence[Work], writer: TrackingWriter) -> None:
        for work in works:
            if work.problem is None:
                writer.write(work)

    def _write_orders(self, works: Sequence[Work], *, with_rows: bool) -> None:
        self._send_batch(
            [(work, update) for work in works if (update := update_for(work, with_rows=with_rows))]
        )

    def _send_batch(self, updates: Sequence[tuple[Work, Mapping[str, Any]]]) -> None:
        if not updates:
            return
        bodies = [update for _, update in updates]
        try:
            with self._halt.write():
                items = _items(
                    checked(lambda: self._client.update_orders(bodies), self._store.now, shows="update")
                )
        except WriteFault as fault:
            for work, update in updates:
                work.fail(fault.problem, update)
            return
        for work, update in updates:
            self._take_item(work, update, items.get(work.order_id))

    def _take_item(self, work: Work, update: Mapping[str, Any], item: Mapping[str, Any] | None) -> None:
        """One order's part of the answer; the store may let it in, and not the next one."""
        try:
            take_item(work, update, item, self._store.now())
        except WriteFault as fault:
            work.fail(fault.problem, update)
        except (NotSentError, CredentialsError) as error:
            self._halt.stop(error)
            work.fail(self._halt.held_back(), update)


def _items(response: Response) -> dict[str, Mapping[str, Any]]:
    """The answers by order id."""
    try:
        decoded = _BATCH.load(response.json())
    except ValidationError:
        raise not_understood(
            "The store's answer to the batch is not the one of WooCommerce; a plugin may interfere."
        ) from None
    return {str(item["id"]): item for item in decoded["update"]}
