"""A platform for the tests of the command line: its store is one JSON file (see ``plain_store.py``)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from marshmallow import Schema, fields

from fbridge.adapterkit.doubts import with_doubts
from fbridge.adapterkit.extra_fields import with_extra
from fbridge.errors import CredentialsError, UnconfirmedError, UnreachableError
from fbridge.hookspecs import hookimpl
from fbridge.models.fulfillments import (
    Effects,
    Fulfillment,
    FulfillmentShipment,
    MailReceipt,
    MailRequest,
    Receipt,
    ShipmentReceipt,
    StoreHolds,
)
from fbridge.models.orders import (
    Address,
    Order,
    OrderLine,
    Payment,
    RejectedOrder,
    ShippingMethod,
    StoreShipment,
)
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
from fbridge.models.states import (
    Delivery,
    Effect,
    MailBehaviour,
    MailEffect,
    OrderStatus,
    Outcome,
    PaymentKind,
    Support,
)
from fbridge.models.undo import Undo, UndoPreview, UndoReceipt


class PlainSettings(Schema):
    file = fields.String(required=True, metadata={"help": "File of the store"})
    key = fields.String(required=True, metadata={"help": "Key of the store", "secret": True})


@hookimpl
def describe_platform() -> Platform:
    return Platform(
        key="plain",
        label="Plain",
        settings=PlainSettings,
        batch_size=2,
        settle_time=timedelta(0),
        capabilities=Capabilities(
            partial_shipments=Support.YES,
            several_numbers=Support.YES,
            tracking_update=Support.YES,
            carrier_free_text=Support.NO,
            ship_date=Support.NO,
        ),
        mail=MailBehaviour.ALWAYS,
    )


@hookimpl
def check_store(store: Store) -> StoreReport:
    _read(store)
    writes = store.settings["key"].reveal() != "read-only"
    return StoreReport(
        findings=(
            Finding(name="reachable", ok=True, words="it answers"),
            Finding(name="write", ok=writes, words="it may write" if writes else "this key may only read"),
        ),
        mail=MailBehaviour.ALWAYS,
    )


@hookimpl
def list_carrier_codes(store: Store) -> CarrierCodes:
    _read(store)
    codes = {"bartolini": "BRT Bartolini", "gls_it": "GLS Italy"}
    return CarrierCodes(
        codes=tuple(CarrierCode(code=code, label=label) for code, label in codes.items()), open=False
    )


@hookimpl
def fetch_orders(store: Store, query: OrderQuery) -> Iterator[OrderPage]:
    records = _read(store)["orders"]
    wanted = [one for one in records if query.order_ids is None or one["id"] in query.order_ids]
    good = [one for one in wanted if not one.get("broken")]
    broken_off = [one for one in wanted if one.get("broken") == "breaks off"]
    if query.cursor is not None:
        wanted = [one for one in wanted if one not in broken_off]
    if query.order_ids is not None and len(broken_off) >= 10:
        raise UnreachableError(f'The store "{store.name}" broke off.', reason="server_error")
    yield OrderPage(
        orders=tuple(with_extra(_order(one), one, store.extra_fields) for one in good),
        cursor={},
        rejected=tuple(
            RejectedOrder(remote_id=one["id"], number=one["number"], reason="it has no lines")
            for one in wanted
            if one.get("broken")
        ),
        absent=tuple(set(query.order_ids or ()) - {one["id"] for one in wanted}),
        remaining=0,
    )


@hookimpl
def push_fulfillment(store: Store, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
    for fulfillment in fulfillments:
        state = _read(store)
        record = next(one for one in state["orders"] if one["id"] == fulfillment.order_id)
        if record.get("refuses"):
            yield _receipt(fulfillment, Outcome.REFUSED, record["refuses"])
            continue
        if record.get("fences") and not any(one.fences for one in fulfillment.outstanding):
            yield _receipt(fulfillment, Outcome.PREPARED, "", fences=("fence-1",))
            continue
        answer = record.pop("answer", "")
        if answer == "never, and nothing was done":
            Path(store.settings["file"]).write_text(json.dumps(state), "utf-8")
            continue
        for shipment in fulfillment.outstanding:
            _put(record, shipment)
        if fulfillment.completes_order:
            record["status"] = "closed"
            record["mails"] = record.get("mails", 0) + (not record.get("loses_mails"))
        Path(store.settings["file"]).write_text(json.dumps(state), "utf-8")
        if answer == "never":
            continue
        yield _receipt(fulfillment, Outcome.DONE, "", lost=bool(record.get("loses_mails")))


@hookimpl
def mail_again(store: Store, requests: Sequence[MailRequest]) -> Iterator[MailReceipt]:
    for request in requests:
        state = _read(store)
        record = next(one for one in state["orders"] if one["id"] == request.order.remote_id)
        record["mails"] = record.get("mails", 0) + 1
        Path(store.settings["file"]).write_text(json.dumps(state), "utf-8")
        yield MailReceipt(shipment_id=request.shipment.id, mail=MailEffect.SENT, reason="mailed")


@hookimpl
def preview_undo(undo: Undo) -> UndoPreview:
    steps = [f"{', '.join(one.numbers)} is taken off" for one in undo.own]
    return UndoPreview(steps=tuple(steps), mails=("the shop tells the customer",) if steps else ())


@hookimpl
def undo_fulfillment(store: Store, undo: Undo) -> UndoReceipt:
    state = _read(store)
    record = next(one for one in state["orders"] if one["id"] == undo.order.remote_id)
    if record.get("refuses"):
        return UndoReceipt(
            shipment_id=undo.shipment.id, outcome=Outcome.REFUSED, reason="no", words=record["refuses"]
        )
    record["shipments"] = [one for one in record["shipments"] if one["uuid"] != undo.shipment.id]
    record["status"] = "open"
    answer = record.pop("answer", "")
    Path(store.settings["file"]).write_text(json.dumps(state), "utf-8")
    if answer == "never":
        raise UnconfirmedError("No answer came.")
    return UndoReceipt(shipment_id=undo.shipment.id, outcome=Outcome.DONE, reason="taken_back")


def _put(record: dict[str, Any], shipment: FulfillmentShipment) -> None:
    held = [one for one in record.setdefault("shipments", []) if one["uuid"] != shipment.id]
    carrier = shipment.carrier.label if shipment.carrier else ""
    items = {item.line_id: item.quantity for item in shipment.items}
    entry = {"uuid": shipment.id, "numbers": shipment.numbers, "carrier": carrier, "items": items}
    record["shipments"] = [*held, entry]


def _receipt(
    fulfillment: Fulfillment,
    outcome: Outcome,
    words: str,
    *,
    fences: tuple[str, ...] = (),
    lost: bool = False,
) -> Receipt:
    done = outcome is Outcome.DONE
    mailed = done and fulfillment.completes_order and not lost
    mail = MailEffect.SENT if mailed else MailEffect.NOT_SENT
    part = Effect.DONE if done else Effect.NOT_DONE
    return Receipt(
        order_id=fulfillment.order_id,
        shipments=tuple(
            ShipmentReceipt(
                shipment_id=shipment.id,
                revision=shipment.revision,
                outcome=outcome,
                reason="sent" if done else "store_says_no",
                words=words,
                remote_ids=(f"R-{shipment.id}",) if done else (),
                holds=StoreHolds(numbers=shipment.numbers) if done else None,
                effects=Effects(shipment=part, tracking=part, status=part, mail=mail),
                fences=fences,
            )
            for shipment in fulfillment.outstanding
        ),
    )


def _read(store: Store) -> dict[str, Any]:
    if store.settings["key"].reveal() == "wrong":
        raise CredentialsError(f'The store "{store.name}" does not know this key; make a new one there.')
    try:
        text = Path(store.settings["file"]).read_text("utf-8")
    except FileNotFoundError:
        raise UnreachableError(f'The store "{store.name}" does not answer.') from None
    state: dict[str, Any] = json.loads(text)
    return state


_VERONA: dict[str, Any] = {"street": ("Via Roma 1",), "postcode": "37121", "city": "Verona", "country": "IT"}


def _order(record: dict[str, Any]) -> Order:
    shipments = record.get("shipments", [])
    order = Order(
        remote_id=record["id"],
        number=record["number"],
        status=OrderStatus(record["status"]),
        remote_status=record["status"],
        created_at=datetime.fromisoformat(record["created_at"]),
        changed_at=datetime.fromisoformat(record["created_at"]),
        currency=record.get("currency", "EUR"),
        total=_amount(record["total"]),
        payment=Payment(
            kind=PaymentKind(record["payment"]),
            method=record["payment"],
            amount_due=Decimal(0) if record["payment"] == "paid" else _amount(record["total"]),
        ),
        lines=tuple(_line(line, shipments) for line in record["lines"]),
        shipping_method=ShippingMethod(code=record["method"], title=record["method"].title()),
        delivery=Delivery(record.get("delivery", "ship")),
        ship_to=Address(name=record["name"], **record.get("place", _VERONA)),
        note=record.get("note", ""),
        shipments=tuple(
            StoreShipment(
                remote_id=f"R-{one['uuid']}",
                mark=one["uuid"],
                numbers=tuple(one["numbers"]),
                carrier=one["carrier"],
                lines=tuple(one["items"].items()),
            )
            for one in shipments
        ),
    )
    return with_doubts(order)


def _amount(told: str | None) -> Decimal | None:
    return None if told is None else Decimal(told)


def _line(line: dict[str, Any], shipments: list[dict[str, Any]]) -> OrderLine:
    shipped = sum(one["items"].get(line["id"], 0) for one in shipments)
    return OrderLine(
        id=line["id"], sku=line["sku"], name=line["name"], quantity=line["quantity"], shipped=shipped
    )
