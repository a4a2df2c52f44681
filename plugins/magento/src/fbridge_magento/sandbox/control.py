"""The hand behind the store: look at it, change it as the shop's staff would, make it fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from fbridge.sandbox.control import SandboxControl
from fbridge_magento.sandbox.authentication import Authenticator
from fbridge_magento.sandbox.bulk import BulkQueue
from fbridge_magento.sandbox.catalogue import find_product
from fbridge_magento.sandbox.integrations import Integration
from fbridge_magento.sandbox.module_faults import WAYS
from fbridge_magento.sandbox.order_making import UNPAID_AT_FIRST, make_parts
from fbridge_magento.sandbox.order_status import add_comment, cancel, hold, refund, set_state, unhold
from fbridge_magento.sandbox.people import made_address
from fbridge_magento.sandbox.records import Mail, OrderRecord, ShipmentRecord
from fbridge_magento.sandbox.shipment_rendering import shipment_json
from fbridge_magento.sandbox.shipping import ShipRequest, new_track, read_request, ship
from fbridge_magento.sandbox.state import Shop


class Control(SandboxControl):
    """For tests and demos. Order ids are numbers, the ``entity_id`` of Magento."""

    def __init__(
        self,
        shop: Shop,
        queue: BulkQueue,
        authenticator: Authenticator,
        integrations: Mapping[str, Integration],
    ) -> None:
        super().__init__()
        self.shop = shop
        self.integrations = integrations
        """``full``, ``min`` (what fbridge needs), ``min_bulk``, ``no_ship``, ``read_only``, ``nothing``."""
        self._queue = queue
        self._authenticator = authenticator

    # Looking

    def order(self, order_id: int) -> dict[str, Any]:
        """The order's JSON as the store would answer it."""
        self._queue.work_off_due()
        with self.shop.lock:
            return self.shop.order_json(self.record(order_id))

    def order_ids(self, status: str | None = None) -> list[int]:
        """The ids, ascending, of those with this status."""
        with self.shop.lock:
            found = [record.id for record in self.shop.orders.values() if status in {None, record.status}]
        return sorted(found)

    def shipments(self, order_id: int) -> list[dict[str, Any]]:
        """The order's shipments as the store would answer them, oldest first."""
        self._queue.work_off_due()
        with self.shop.lock:
            return [
                shipment_json(record, self.shop.shipment_parts(record))
                for record in self._shipments(order_id)
            ]

    def mails(self, order_id: int | None = None) -> list[Mail]:
        """The mails about shipments, oldest first."""
        self._queue.work_off_due()
        with self.shop.lock:
            return [mail for mail in self.shop.mails if order_id in {None, mail.order_id}]

    def state(self) -> dict[str, Any]:
        """How many orders have which status, and how many mails were sent."""
        with self.shop.lock:
            statuses = [record.status for record in self.shop.orders.values()]
            counts = {status: statuses.count(status) for status in sorted(set(statuses))}
            return {"orders": counts, "mails": len(self.shop.mails), "faults": len(self.faults.waiting)}

    def credentials(self, integration: str) -> dict[str, Any]:
        """The settings of the plugin that open the store as this integration."""
        one = self.integrations[integration]
        if self._authenticator.bearer:
            return {"access_token": one.access_token}
        return {
            "consumer_key": one.consumer_key,
            "consumer_secret": one.consumer_secret,
            "access_token": one.access_token,
            "access_token_secret": one.access_token_secret,
        }

    def record(self, order_id: int) -> OrderRecord:
        """The order as it is kept. Raises: LookupError."""
        try:
            return self.shop.orders[order_id]
        except KeyError:
            raise LookupError(f"The sandbox has no order {order_id}.") from None

    # Changing, as the customers and the staff do

    def new_order(
        self,
        lines: Sequence[tuple[str, int]],
        *,
        cod: bool = False,
        payment: str | None = None,
        authorized: bool = False,
        store_id: int = 1,
        **fields: Any,
    ) -> int:
        """A new order of these articles (SKU, quantity), paid unless it is cash on delivery; return its id.

        ``payment``: ``checkmo``, ``stripe_payments``, ``banktransfer`` (not paid yet). ``authorized``: paid by an
        authorisation that was not captured. ``fields`` are set on the order's parts. Raises: LookupError for an
        unknown SKU.
        """
        basket = [(find_product(sku), quantity) for sku, quantity in lines]
        method = "cashondelivery" if cod else payment or "stripe_payments"
        paid = method not in UNPAID_AT_FIRST and not authorized
        with self.shop.lock:
            order_id, now = next(self.shop.order_ids), self.shop.now()
            address = made_address(Random(order_id), order_id)  # noqa: S311 - made-up data
            parts = make_parts(order_id, basket, address, payment=method, invoiced=paid, made=now)
            parts.authorized = authorized
            for name, value in fields.items():
                setattr(parts, name, value)
            state, status = ("processing", "processing") if paid or authorized else ("new", "pending")
            if paid and parts.shipping is None:
                state = status = "complete"
            number = self.shop.order_numbers[store_id] + 1
            record = OrderRecord(order_id, store_id, number, state, status, now, now, parts)
            self.shop.add_orders([record])
        return order_id

    def cancel(self, order_id: int) -> None:
        """Cancel the order; a paid one cannot be cancelled in Magento, it is refunded in full and so closed."""
        with self.shop.row_lock(order_id), self.shop.lock:
            record = self.record(order_id)
            if not cancel(self.shop, record) and record.state not in {"canceled", "closed"}:
                if record.state == "holded":
                    unhold(self.shop, record)
                refund(self.shop, record, None)

    def hold(self, order_id: int) -> None:
        """Put the order on hold."""
        with self.shop.row_lock(order_id), self.shop.lock:
            hold(self.shop, self.record(order_id))

    def unhold(self, order_id: int) -> None:
        """Let the order go on."""
        with self.shop.row_lock(order_id), self.shop.lock:
            unhold(self.shop, self.record(order_id))

    def refund(self, order_id: int, quantities: Mapping[int, int] | None = None) -> None:
        """Refund so many pieces of these rows (``item_id`` to quantity), or all that is left."""
        with self.shop.row_lock(order_id), self.shop.lock:
            refund(self.shop, self.record(order_id), quantities)

    def ship(self, order_id: int, **body: Any) -> int:
        """Ship by hand, ``body`` as in ``POST /V1/order/{id}/ship``; without one all that is left."""
        return ship(self.shop, order_id, read_request(body) if body else ShipRequest())

    def add_track(
        self, order_id: int, number: str, *, title: str = "BRT", carrier_code: str = "custom"
    ) -> None:
        """Enter a number on the order's last shipment; LookupError where it has none."""
        with self.shop.lock:
            shipments = self._shipments(order_id)
            if not shipments:
                raise LookupError(f"Order {order_id} has no shipment that could take a number.")
            track = {"track_number": number, "title": title, "carrier_code": carrier_code}
            parts = self.shop.shipment_parts_to_change(shipments[-1])
            parts.tracks.append(new_track(self.shop, track, self.shop.now()))

    def comment(self, order_id: int, text: str, *, visible: bool = False, status: str | None = None) -> None:
        """Write into the order's history, which moves its date of change."""
        with self.shop.lock:
            record = self.record(order_id)
            self.shop.parts_to_change(record)
            record.status = status or record.status
            add_comment(self.shop, record, text, visible=int(visible))
            self.shop.touch(record)

    def delete(self, order_id: int) -> None:
        """Remove the order for good, with its shipments."""
        with self.shop.lock:
            self.record(order_id)
            self.shop.remove_order(order_id)

    def delete_shipments(self, order_id: int) -> None:
        """Remove an order's shipments as a module of the store does; its goods are to be shipped again."""
        with self.shop.lock:
            record = self.record(order_id)
            parts = self.shop.parts_to_change(record)
            self.shop.remove_shipments(order_id)
            for item in parts.items:
                item.shipped = 0
            set_state(record, "processing")
            self.shop.touch(record)

    def malform(self, order_id: int) -> None:
        """Half a piece of the first row was ordered, which no shop that sells by the piece can mean."""
        with self.shop.lock:
            record = self.record(order_id)
            self.shop.parts_to_change(record).half_a_piece = True
            self.shop.touch(record)

    def mend(self, order_id: int) -> None:
        """Whole pieces again, without a change of the date."""
        with self.shop.lock:
            self.shop.parts_to_change(self.record(order_id)).half_a_piece = False

    def break_off_at(self, order_id: int) -> None:
        """Let every answer that would hold this order end with an internal error."""
        with self.shop.lock:
            self.shop.broken.add(order_id)
            self.shop.touch(self.record(order_id))

    def touch(self, order_id: int) -> None:
        """Save the order as it is, now."""
        with self.shop.lock:
            self.shop.touch(self.record(order_id))

    def set_updated(self, order_ids: Sequence[int], seconds: int) -> None:
        """Give many orders one date of change (seconds since 1970)."""
        with self.shop.lock:
            for order_id in order_ids:
                self.shop.touch(self.record(order_id), seconds)

    # Making it fail

    def mail_by_cron(self, *, on: bool = True) -> None:
        """Send mails by cron ("Asynchronous sending"), or at once."""
        self.shop.mails_by_cron = on

    def run_mail_cron(self) -> None:
        """Send what waits for cron."""
        self.shop.run_mail_cron()

    def fail_after_saving(self, how: str) -> None:
        """Let a module fail each time a shipment was saved ("" for no more); see ``module_faults``.

        Raises: ValueError for an unknown way.
        """
        if how not in {"", *WAYS}:
            raise ValueError(f"A module can fail in these ways: {', '.join(WAYS)}.")
        self.shop.module_fault = how

    def limit_lists(self, *, entries: int | None = None, page: int | None = None) -> None:
        """Let the store take so many entries in a list of a body, and pages of that size."""
        self.shop.most_entries, self.shop.most_on_a_page = entries, page

    def switch_sources(self, *codes: str) -> None:
        """Let these sources be on, and all others off."""
        self.shop.sources[:] = codes

    def stock(self, source: str, sku: str, pieces: int) -> None:
        """Let a source hold so many pieces of an article."""
        self.shop.pieces[source, sku] = pieces

    def take_right(self, resource: str, *, of: str = "full") -> None:
        """Take a right from an integration."""
        self.integrations[of].taken.add(resource)

    def lose_mails(self, *, lost: bool = True) -> None:
        """Put the mail server out of order, or in order again."""
        self.shop.mails_are_lost = lost

    def maintain(self, *, closed: bool = True) -> None:
        """Close the store for maintenance, or open it again."""
        self.shop.maintenance = closed

    def develop(self, *, on: bool = True) -> None:
        """Developer mode: errors carry a stack trace and SQL."""
        self.shop.developer_mode = on

    def take_bearer(self, *, taken: bool) -> None:
        """Take integration tokens as Bearer tokens, or only signatures."""
        self._authenticator.bearer = taken

    def run_consumer(self) -> None:
        """Let the queue's consumer work off everything that waits."""
        self._queue.work_off_all()

    def _shipments(self, order_id: int) -> list[ShipmentRecord]:
        self.record(order_id)
        return [self.shop.shipments[key] for key in self.shop.by_order.get(order_id, ())]
