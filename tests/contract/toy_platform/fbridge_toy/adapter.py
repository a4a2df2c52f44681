"""The toy adapter. It is a class so that the broken ones change one thing each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from marshmallow import Schema, fields

from fbridge.adapterkit.adopting import carrier_of_others, left_with
from fbridge.adapterkit.answers import AnswerTable, Listed, Said, Speaker, Verdict
from fbridge.adapterkit.caches import cache_finding
from fbridge.adapterkit.mails import mail_receipt
from fbridge.adapterkit.receipts import shipment_receipt
from fbridge.errors import (
    CredentialsError,
    FbridgeError,
    NotSent,
    NotSentError,
    RefusedError,
    UnconfirmedError,
    UnreachableError,
)
from fbridge.hookspecs import hookimpl
from fbridge.http import HeaderAuth, Response, StoreHttp
from fbridge.models.fulfillments import (
    Effects,
    Fulfillment,
    FulfillmentShipment,
    Item,
    MailReceipt,
    MailRequest,
    Receipt,
    ShipmentReceipt,
    StoreHolds,
)
from fbridge.models.orders import Order, RejectedOrder, StoreShipment
from fbridge.models.parts import in_parts
from fbridge.models.platforms import (
    Capabilities,
    CarrierCode,
    CarrierCodes,
    Finding,
    OrderPage,
    OrderQuery,
    Platform,
    Store,
    StoreReport,
)
from fbridge.models.problems import WriteFault
from fbridge.models.states import Effect, MadeBy, MailBehaviour, MailEffect, OrderStatus, Outcome, Support
from fbridge_toy.reading import order_from, store_shipment
from fbridge_toy.undoing import Undoing

OVERLAP = 120
BATCH = 10
ON_A_PAGE = 50
Json = Mapping[str, Any]

ANSWERS = AnswerTable(
    [
        Listed(401, "", Verdict.CREDENTIALS, "fbridge_toy.sandbox"),
        *(
            Listed(status, "", Verdict.REFUSED, "fbridge_toy.sandbox", "refused")
            for status in (400, 404, 409, 422)
        ),
    ]
)


class ToySettings(Schema):
    api_key = fields.String(required=True, metadata={"secret": True, "help": "the shop's key"})


class ToyAdapter(Undoing):
    """All hooks of the contract but the preview."""

    capabilities = Capabilities(
        partial_shipments=Support.YES,
        several_numbers=Support.YES,
        tracking_update=Support.YES,
        carrier_free_text=Support.NO,
        ship_date=Support.NO,
    )
    reads_fresh = True

    @hookimpl
    def describe_platform(self) -> Platform:
        return Platform(
            key="toy",
            label="Toy",
            settings=ToySettings,
            batch_size=BATCH,
            settle_time=timedelta(seconds=5),
            capabilities=self.capabilities,
            mail=MailBehaviour.OPTIONAL,
            exchange_fields=frozenset({"numbers", "status", "mark", "error"}),
        )

    @hookimpl
    def check_store(self, store: Store) -> StoreReport:
        http = self.http(store)
        self.good_json(http.read("orders", params={"ids": "0"}))
        cache = cache_finding(lambda fresh: http.read("orders", params={"ids": "0"}, fresh=fresh))
        return StoreReport(findings=(Finding(name="orders", ok=True, words="They can be read."), cache))

    @hookimpl
    def list_carrier_codes(self, store: Store) -> CarrierCodes:
        listed = self.good_json(self.http(store).read("carriers"))
        return CarrierCodes(
            codes=tuple(CarrierCode(code=code, label=label) for code, label in listed.items()), open=False
        )

    # Reading

    @hookimpl
    def fetch_orders(self, store: Store, query: OrderQuery) -> Iterator[OrderPage]:
        return (
            self.by_id(store, query.order_ids) if query.order_ids is not None else self.changed(store, query)
        )

    def by_id(self, store: Store, ids: Sequence[str]) -> Iterator[OrderPage]:
        """As many at once as the store shows on a page: what it leaves out of a longer list is not absent."""
        for part in in_parts(ids, ON_A_PAGE):
            answer = self.http(store).read("orders", params={"ids": ",".join(part)}, fresh=self.reads_fresh)
            raw = self.good_json(answer)["orders"]
            orders, rejected = self.decoded(raw)
            found = {one.remote_id for one in orders} | {one.remote_id for one in rejected}
            absent = tuple(one for one in part if one not in found)
            yield OrderPage(orders=orders, rejected=rejected, absent=absent)

    def changed(self, store: Store, query: OrderQuery) -> Iterator[OrderPage]:
        since = int(query.since.timestamp()) - 1 if query.since else -1
        place = dict(query.cursor or {"changed": since, "id": ""})
        while True:
            answer = self.good_json(self.http(store).read("orders", params=place))
            rows = answer["orders"]
            last = len(rows) >= answer["total"]
            place = self.after(place, rows, last=last)
            orders, rejected = self.decoded(rows)
            left = answer["total"] - len(rows)
            yield OrderPage(orders=orders, rejected=rejected, cursor=dict(place), remaining=left)
            if last:
                return

    def after(self, place: dict[str, Any], rows: Sequence[Json], *, last: bool) -> dict[str, Any]:
        """The place after a page; after the last one a little back, for orders of the same seconds."""
        if not rows:
            return place
        changed, order_id = max((row["changed"], int(row["id"])) for row in rows)
        if last:
            return {"changed": max(changed - OVERLAP, place["changed"]), "id": ""}
        return {"changed": changed, "id": str(order_id)}

    def decoded(self, rows: Sequence[Json]) -> tuple[tuple[Order, ...], tuple[RejectedOrder, ...]]:
        made = [order_from(row) for row in rows]
        return (
            tuple(one for one in made if isinstance(one, Order)),
            tuple(one for one in made if isinstance(one, RejectedOrder)),
        )

    # Writing

    @hookimpl
    def push_fulfillment(self, store: Store, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
        return self.push(store, fulfillments)

    def push(self, store: Store, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
        for count, fulfillment in enumerate(fulfillments):
            receipts: list[ShipmentReceipt] = []
            for shipment in fulfillment.outstanding:
                if receipts and receipts[-1].outcome in {Outcome.UNCONFIRMED, Outcome.RETRY}:
                    receipts.append(self.failed(shipment, Outcome.RETRY, "held_back"))
                    continue
                last = shipment is fulfillment.outstanding[-1]
                try:
                    receipts.append(self.push_one(store, fulfillment, shipment, last=last))
                except CredentialsError as stop:
                    if not receipts:
                        untouched = [one.order_id for one in fulfillments[count:]]
                        raise NotSent(untouched, str(stop), reason=stop.reason) from stop
                    receipts.append(self.failed(shipment, Outcome.RETRY, stop.reason, str(stop)))
            yield Receipt(order_id=fulfillment.order_id, shipments=tuple(receipts))

    def push_one(
        self, store: Store, fulfillment: Fulfillment, shipment: FulfillmentShipment, *, last: bool
    ) -> ShipmentReceipt:
        order = fulfillment.order
        if order.status in {OrderStatus.CANCELLED, OrderStatus.ON_HOLD}:
            refused = self.failed(shipment, Outcome.REFUSED, f"order_{order.status}")
            return replace(refused, rests_on=str(order.status))
        own = self.own_entry(order, shipment)
        completes = last and fulfillment.completes_order and order.status is not OrderStatus.CLOSED
        if own and set(own.numbers) == set(shipment.numbers) and not completes:
            return self.done(fulfillment, shipment, own, order.remote_status, completes=False)
        if own is None and (theirs := self.carrier_of_others(shipment, fulfillment)):
            return self.left_with(shipment, order, theirs)
        body = self.body(fulfillment, shipment, completes=completes)
        try:
            answer = self.send(store, order, own, body)
        except NotSentError as error:
            return self.failed(shipment, Outcome.RETRY, error.reason, str(error))
        except UnconfirmedError as error:
            return self.failed(shipment, Outcome.UNCONFIRMED, error.reason, str(error))
        return self.told(fulfillment, shipment, answer, completes=completes)

    def carrier_of_others(self, shipment: FulfillmentShipment, fulfillment: Fulfillment) -> str:
        """The other carrier that somebody else's record of the goods names (C14)."""
        return carrier_of_others(shipment, fulfillment)

    def left_with(self, shipment: FulfillmentShipment, order: Order, carrier: str) -> ShipmentReceipt:
        return shipment_receipt(
            shipment,
            None,
            left_with(carrier),
            effects=Effects(shipment=Effect.DONE, status=Effect.DONE, mail=shipment.mail),
            made_by=MadeBy.FOUND,
            holds=StoreHolds(order_status=order.remote_status),
        )

    def own_entry(self, order: Order, shipment: FulfillmentShipment) -> StoreShipment | None:
        """What the store holds of this shipment."""
        return next(
            (
                entry
                for entry in order.shipments
                if entry.mark == shipment.id or entry.remote_id in shipment.remote_ids
            ),
            None,
        )

    def body(
        self, fulfillment: Fulfillment, shipment: FulfillmentShipment, *, completes: bool
    ) -> dict[str, Any]:
        finished = fulfillment.order.status is OrderStatus.CLOSED
        return {
            "mark": shipment.id,
            "lines": {} if finished else {item.line_id: item.quantity for item in shipment.items},
            "numbers": list(shipment.numbers),
            "carrier": shipment.carrier.site_code if shipment.carrier else "",
            "urls": list(dict.fromkeys(one.url for one in shipment.tracking)),
            "location": shipment.location,
            "status": "done" if completes or finished else "open",
            "notify": fulfillment.notify and shipment.mail is MailEffect.NOT_SENT,
        }

    def send(
        self, store: Store, order: Order, own: StoreShipment | None, body: Mapping[str, Any]
    ) -> Response:
        path = f"orders/{order.remote_id}/shipments"
        if own is None:
            return self.http(store).write("POST", path, json=body)
        return self.http(store).write("PUT", f"{path}/{own.remote_id}", json=body)

    def told(
        self, fulfillment: Fulfillment, shipment: FulfillmentShipment, answer: Response, *, completes: bool
    ) -> ShipmentReceipt:
        """What the answer to the write means (C9)."""
        if not answer.ok:
            fault = ANSWERS.fault(self.said_by(answer), self.error_of(answer), datetime.now(UTC))
            if not isinstance(fault, WriteFault):
                raise fault
            failed = self.failed(shipment, fault.problem.outcome, fault.problem.reason, fault.problem.words)
            return replace(failed, not_before=fault.problem.not_before)
        try:
            content = answer.json()
            return self.from_order(fulfillment, shipment, content, completes=completes)
        except (UnreachableError, KeyError, TypeError) as error:
            return self.failed(shipment, Outcome.UNCONFIRMED, "unreadable_answer", str(error))

    def from_order(
        self, fulfillment: Fulfillment, shipment: FulfillmentShipment, content: Json, *, completes: bool
    ) -> ShipmentReceipt:
        entries = [store_shipment(one) for one in content["shipments"]]
        entry = next((one for one in entries if one.mark == shipment.id), None)
        entry = entry or next((one for one in entries if one.remote_id in shipment.remote_ids), None)
        if entry is None:
            return self.failed(shipment, Outcome.REFUSED, "not_kept", "The store kept no such shipment.")
        receipt = self.done(fulfillment, shipment, entry, str(content["status"]), completes=completes)
        mail = MailEffect.SENT if content["mailed"] else MailEffect.NOT_SENT
        return replace(receipt, effects=replace(receipt.effects, mail=mail))

    def done(
        self,
        fulfillment: Fulfillment,
        shipment: FulfillmentShipment,
        entry: StoreShipment,
        status: str,
        *,
        completes: bool,
    ) -> ShipmentReceipt:
        """The receipt from what the store holds (C10)."""
        kept = set(shipment.numbers) <= set(entry.numbers)
        finished = status == "done"
        good = kept and (finished or not completes)
        elsewhere = fulfillment.order.status is OrderStatus.CLOSED and shipment.acknowledged is None
        elsewhere = (
            elsewhere and not shipment.unconfirmed_since and not self.own_entry(fulfillment.order, shipment)
        )
        return ShipmentReceipt(
            shipment_id=shipment.id,
            revision=shipment.revision,
            outcome=(Outcome.DONE_ELSEWHERE if elsewhere else Outcome.DONE) if good else Outcome.REFUSED,
            made_by=MadeBy.FOUND if elsewhere else MadeBy.US,
            reason="sent" if good else "not_as_asked",
            words="" if good else "The store holds something else than it was asked for.",
            remote_ids=(entry.remote_id,),
            holds=StoreHolds(
                numbers=entry.numbers,
                carrier=entry.carrier,
                items=tuple(Item(line_id=line, quantity=pieces) for line, pieces in entry.lines),
                order_status=status,
            ),
            effects=Effects(
                shipment=Effect.DONE,
                tracking=Effect.DONE if kept and shipment.numbers else Effect.NOT_DONE,
                status=Effect.DONE if finished else Effect.NOT_DONE,
            ),
        )

    def failed(
        self, shipment: FulfillmentShipment, outcome: Outcome, reason: str, words: str = ""
    ) -> ShipmentReceipt:
        effect = Effect.UNCONFIRMED if outcome is Outcome.UNCONFIRMED else Effect.NOT_DONE
        mail = MailEffect.UNCONFIRMED if outcome is Outcome.UNCONFIRMED else MailEffect.NOT_SENT
        return ShipmentReceipt(
            shipment_id=shipment.id,
            revision=shipment.revision,
            outcome=outcome,
            reason=reason,
            words=words,
            effects=Effects(shipment=effect, tracking=effect, status=effect, mail=mail),
        )

    # Mails

    @hookimpl
    def mail_again(self, store: Store, requests: Sequence[MailRequest]) -> Iterator[MailReceipt]:
        return (self.mail_one(store, request) for request in requests)

    def mail_one(self, store: Store, request: MailRequest) -> MailReceipt:
        return mail_receipt(request, lambda: self.ask_for_mail(store, request.order.remote_id))

    def ask_for_mail(self, store: Store, order_id: str) -> MailEffect:
        answer = self.http(store).write("POST", f"orders/{order_id}/mails", json={})
        if not answer.ok:
            raise ANSWERS.fault(self.said_by(answer), self.error_of(answer), datetime.now(UTC))
        try:
            mailed = answer.json()["mailed"]
        except (UnreachableError, KeyError, TypeError) as error:
            raise UnconfirmedError(str(error), reason="unreadable_answer") from error
        return MailEffect.SENT if mailed is True else MailEffect.NOT_SENT

    # HTTP

    def http(self, store: Store) -> StoreHttp:
        if store.http.auth is None:
            store.http.auth = HeaderAuth("X-Key", store.settings["api_key"])
        return store.http

    def good_json(self, answer: Response) -> Any:
        if not answer.ok:
            raise self.error_of(answer)
        return answer.json()

    def error_of(self, answer: Response) -> FbridgeError:
        if answer.status == 401:
            return CredentialsError(f"{answer.url} does not know the key; check api_key.")
        if 300 <= answer.status < 400:
            return RefusedError(f"{answer.url} sends on to another place; check the store's URL.")
        return UnreachableError(f"{answer.url} answered HTTP {answer.status}; try again later.")

    def said_by(self, answer: Response) -> Said:
        """The shop's own errors are an object with ``error`` alone."""
        try:
            body = answer.json()
        except UnreachableError:
            body = None
        own = isinstance(body, dict) and set(body) == {"error"}
        words = str(body["error"]) if own else ""
        speaker = Speaker.STORE if own else Speaker.OTHER
        return Said(speaker=speaker, status=answer.status, words=words, wait=answer.wait_asked)


adapter = ToyAdapter()
