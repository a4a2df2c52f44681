"""Adapters that hand over what is of no type of the contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from fbridge.hookspecs import hookimpl
from fbridge.models.fulfillments import Fulfillment, Preview, Receipt
from fbridge.models.orders import Order, RejectedOrder
from fbridge.models.platforms import CarrierCodes, OrderPage, OrderQuery, Store, StoreReport
from fbridge_toy.adapter import Json, ToyAdapter


class WrongOrder(ToyAdapter):
    """Every second order has a wrong value."""

    def __init__(self, **changes: Any) -> None:
        self._changes = changes

    def decoded(self, rows: Sequence[Json]) -> tuple[tuple[Order, ...], tuple[RejectedOrder, ...]]:
        orders, rejected = super().decoded(rows)
        return tuple(
            replace(one, **self._changes) if int(str(one.remote_id).split("-")[0]) % 2 == 0 else one
            for one in orders
        ), rejected


class WrongPage(ToyAdapter):
    """The page itself is wrong."""

    def changed(self, store: Store, query: OrderQuery) -> Iterator[OrderPage]:
        for page in super().changed(store, query):
            yield replace(page, cursor={"at": {1, 2}})


class OnePageForEver(ToyAdapter):
    """Never comes to an end."""

    def changed(self, store: Store, query: OrderQuery) -> Iterator[OrderPage]:
        page = next(iter(super().changed(store, query)))
        while True:
            yield page


class WrongReceipt(ToyAdapter):
    """The receipt of the first order of several has a wrong value."""

    def __init__(self, **changes: Any) -> None:
        self._changes = changes

    def push(self, store: Store, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
        for count, receipt in enumerate(super().push(store, fulfillments)):
            wrong = tuple(replace(one, **self._changes) for one in receipt.shipments)
            yield receipt if count else replace(receipt, shipments=wrong)


class ShowsLess(ToyAdapter):
    """Says done, and shows that the store holds another number."""

    def push(self, store: Store, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
        for receipt in super().push(store, fulfillments):
            (entry,) = receipt.shipments
            assert entry.holds
            yield replace(receipt, shipments=(replace(entry, holds=replace(entry.holds, numbers=("X",))),))


class LongStatus(ToyAdapter):
    """The store's word for a finished order is longer than any that is kept."""

    def push(self, store: Store, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
        for receipt in super().push(store, fulfillments):
            (entry,) = receipt.shipments
            assert entry.holds
            held = replace(entry.holds, order_status="done" * 50)
            yield replace(receipt, shipments=(replace(entry, holds=held),))


class WrongCodes(ToyAdapter):
    """The list of carriers is wrong."""

    @hookimpl
    def list_carrier_codes(self, store: Store) -> CarrierCodes:
        return replace(super().list_carrier_codes(store), open=1)  # type: ignore[arg-type]


class WrongPreview(ToyAdapter):
    """What a push would do is told wrongly."""

    @hookimpl
    def preview_push(
        self,
        store: Store,
        fulfillments: Sequence[Fulfillment],
    ) -> Sequence[Preview]:
        return [Preview(order_id=one.order_id, mails="one mail") for one in fulfillments]  # type: ignore[arg-type]


class WrongReport(ToyAdapter):
    """The report of a check is wrong."""

    @hookimpl
    def check_store(self, store: Store) -> StoreReport:
        return replace(super().check_store(store), facts={"at": {1}})


float_total = WrongOrder(total=12.5)
no_time = WrongOrder(changed_at=None)
int_number = WrongOrder(number=5)
wrong_page = WrongPage()
one_page_for_ever = OnePageForEver()
unknown_outcome = WrongReceipt(outcome="shipped")
naive_time = WrongReceipt(not_before="tomorrow")
one_remote_id = WrongReceipt(remote_ids="77")
shows_less = ShowsLess()
long_status = LongStatus()
wrong_codes = WrongCodes()
wrong_preview = WrongPreview()
wrong_report = WrongReport()
