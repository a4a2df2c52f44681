"""Adapters that break one promise of reading each (C1 to C3). The conformance kit must notice every one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from fbridge.errors import RefusedError, UnreachableError
from fbridge.models.orders import Order, Payment, RejectedOrder, StoreShipment
from fbridge.models.platforms import OrderPage, OrderQuery, Store
from fbridge.models.states import OrderStatus, PaymentKind
from fbridge_toy.adapter import Json, ToyAdapter


class _Misreads(ToyAdapter):
    """Whose subclasses make something else of each order."""

    def misread(self, order: Order) -> Order:
        raise NotImplementedError

    def decoded(self, rows: Sequence[Json]) -> tuple[tuple[Order, ...], tuple[RejectedOrder, ...]]:
        orders, rejected = super().decoded(rows)
        return tuple(map(self.misread, orders)), rejected


class _CallsOrdersByTheirIds(_Misreads):
    """C1: takes the key of an order for the number that people know."""

    def misread(self, order: Order) -> Order:
        return replace(order, number=order.remote_id)


class _MakesOrdersWhenTheyChange(_Misreads):
    """C1: takes the time of the last change for that of the sale."""

    def misread(self, order: Order) -> Order:
        return replace(order, created_at=order.changed_at)


class _EndsQuietly(ToyAdapter):
    """C1: a read that fails ends the fetch as if all were read."""

    def changed(self, store: Store, query: OrderQuery) -> Iterator[OrderPage]:
        try:
            yield from super().changed(store, query)
        except (RefusedError, UnreachableError):
            return


class _LosesEqualTimestamps(ToyAdapter):
    """C1: goes on after the last second of a page, and past what else changed in it."""

    def after(self, place: dict[str, Any], rows: Sequence[Json], *, last: bool) -> dict[str, Any]:
        following = super().after(place, rows, last=last)
        return following if last or not rows else following | {"id": "999999999"}


class _CursorAheadOfItsPage(ToyAdapter):
    """C1: gives a page the cursor of the next one, so that who is killed there loses a page."""

    def changed(self, store: Store, query: OrderQuery) -> Iterator[OrderPage]:
        before = None
        for page in super().changed(store, query):
            if before is not None:
                yield replace(before, cursor=page.cursor)
            before = page
        if before is not None:
            yield before


class _IgnoresSince(ToyAdapter):
    """C1: reads from the beginning, whatever was asked for."""

    def changed(self, store: Store, query: OrderQuery) -> Iterator[OrderPage]:
        return super().changed(store, replace(query, since=None))


class _CursorNeverMoves(ToyAdapter):
    """C1: every fetch begins where the first one began."""

    def changed(self, store: Store, query: OrderQuery) -> Iterator[OrderPage]:
        for page in super().changed(store, query):
            yield replace(page, cursor={"changed": -1, "id": ""})


class _ReadsEverythingFirst(ToyAdapter):
    """C1: collects all pages before it hands over the first."""

    def changed(self, store: Store, query: OrderQuery) -> Iterator[OrderPage]:
        yield from list(super().changed(store, query))


class _ForgetsTheAbsent(ToyAdapter):
    """C1: says nothing of an order that was asked for and is not there."""

    def by_id(self, store: Store, ids: Sequence[str]) -> Iterator[OrderPage]:
        for page in super().by_id(store, ids):
            yield replace(page, absent=())


class _AsksForAllIdsAtOnce(ToyAdapter):
    """C1: takes the one page that the shop shows of a long list for all of it, and the others for absent."""

    def by_id(self, store: Store, ids: Sequence[str]) -> Iterator[OrderPage]:
        answer = self.http(store).read("orders", params={"ids": ",".join(ids)}, fresh=True)
        orders, rejected = self.decoded(self.good_json(answer)["orders"])
        found = {one.remote_id for one in (*orders, *rejected)}
        absent = tuple(one for one in ids if one not in found)
        yield OrderPage(orders=orders, rejected=rejected, absent=absent)


class _TakesLocalTimeForUtc(_Misreads):
    """C1: an hour off in winter."""

    def misread(self, order: Order) -> Order:
        return replace(order, changed_at=order.changed_at + timedelta(hours=1))


class _NeverSeesAHold(_Misreads):
    """C1: an order is open once and for all."""

    def misread(self, order: Order) -> Order:
        return replace(order, status=OrderStatus.OPEN) if order.status is OrderStatus.ON_HOLD else order


class _LosesTheNote(_Misreads):
    """C1: nobody reads what the customer wrote."""

    def misread(self, order: Order) -> Order:
        return replace(order, note="")


class _ForgetsTheWayOfShipping(_Misreads):
    """C1: the code alone, so that nobody sees what was chosen."""

    def misread(self, order: Order) -> Order:
        return replace(order, shipping_method=None)


class _PricesAPieceForALine(_Misreads):
    """C1: a line costs what one piece of it costs."""

    def misread(self, order: Order) -> Order:
        lines = (replace(one, total=one.total and one.total / max(one.quantity, 1)) for one in order.lines)
        return replace(order, lines=tuple(lines))


class _HasOnePrice(_Misreads):
    """C1: the same total for every order."""

    def misread(self, order: Order) -> Order:
        return replace(order, total=Decimal(10))


class _SellsInEuroOnly(_Misreads):
    """C1: every shop sells in euro."""

    def misread(self, order: Order) -> Order:
        return replace(order, currency="EUR")


class _SendsToThePayer(_Misreads):
    """C1: takes the address of the bill."""

    def misread(self, order: Order) -> Order:
        return replace(order, ship_to=order.bill_to)


class _LosesTheStreet(_Misreads):
    """C1: half an address."""

    def misread(self, order: Order) -> Order:
        return replace(order, ship_to=replace(order.ship_to, street=()))


class _SwapsTheAddresses(_Misreads):
    """C1: each of the two addresses stands in the other's place."""

    def misread(self, order: Order) -> Order:
        return replace(order, ship_to=order.bill_to, bill_to=order.ship_to)


class _BillsTheRecipient(_Misreads):
    """C1: has one address for both."""

    def misread(self, order: Order) -> Order:
        return replace(order, bill_to=order.ship_to)


class _LosesThePhone(_Misreads):
    """C1: the courier cannot call."""

    def misread(self, order: Order) -> Order:
        return replace(order, ship_to=replace(order.ship_to, phone=""))


class _TakesThePhoneOfThePayer(_Misreads):
    """C1: the courier calls whoever pays."""

    def misread(self, order: Order) -> Order:
        return replace(order, ship_to=replace(order.ship_to, phone=order.bill_to.phone))


class _LosesAccents(_Misreads):
    """C1: leaves out of a name what is not ASCII."""

    def misread(self, order: Order) -> Order:
        name = order.ship_to.name.encode("ascii", "ignore").decode()
        return replace(order, ship_to=replace(order.ship_to, name=name))


class _ReadsUtf8AsLatin1(_Misreads):
    """C1: a name comes as MÃ¼ller."""

    def misread(self, order: Order) -> Order:
        lines = tuple(replace(line, name=line.name.encode().decode("latin-1")) for line in order.lines)
        return replace(order, lines=lines)


class _NamesLinesByTheirSku(_Misreads):
    """C1: nobody in the warehouse knows what to take."""

    def misread(self, order: Order) -> Order:
        return replace(order, lines=tuple(replace(line, name=line.sku) for line in order.lines))


class _ShufflesLines(_Misreads):
    """C1: lines in another sequence than they were sold in."""

    def misread(self, order: Order) -> Order:
        return replace(order, lines=order.lines[::-1])


class _TakesCodForPaid(_Misreads):
    """C1: the courier collects nothing."""

    def misread(self, order: Order) -> Order:
        return replace(order, payment=Payment(kind=PaymentKind.PAID))


class _CollectsNothing(_Misreads):
    """C1: cash on delivery, but no amount."""

    def misread(self, order: Order) -> Order:
        return replace(order, payment=replace(order.payment, amount_due=Decimal(0)))


class _CollectsTwice(_Misreads):
    """C1: has the courier collect what was paid."""

    def misread(self, order: Order) -> Order:
        return replace(order, payment=Payment(kind=PaymentKind.COD, amount_due=order.total))


class _StopsAtABadOrder(ToyAdapter):
    """C2: one order of which it makes no sense ends the fetch."""

    def decoded(self, rows: Sequence[Json]) -> tuple[tuple[Order, ...], tuple[RejectedOrder, ...]]:
        orders, rejected = super().decoded(rows)
        if rejected:
            raise RefusedError(f"Order {rejected[0].remote_id} is malformed.")
        return orders, rejected


class _HidesABadOrder(ToyAdapter):
    """C2: says nothing of an order of which it makes no sense."""

    def decoded(self, rows: Sequence[Json]) -> tuple[tuple[Order, ...], tuple[RejectedOrder, ...]]:
        return super().decoded(rows)[0], ()


class _NamesNoBadOrder(ToyAdapter):
    """C2: tells that an order is bad, and not which."""

    def decoded(self, rows: Sequence[Json]) -> tuple[tuple[Order, ...], tuple[RejectedOrder, ...]]:
        orders, rejected = super().decoded(rows)
        return orders, tuple(replace(one, remote_id="?") for one in rejected)


class _ShipsRefundedPieces(_Misreads):
    """C3: counts what was refunded as still to be shipped."""

    def misread(self, order: Order) -> Order:
        return replace(order, lines=tuple(replace(line, removed=0) for line in order.lines))


class _ShipsCancelledOrders(_Misreads):
    """C3: takes a cancelled order for an open one."""

    def misread(self, order: Order) -> Order:
        return replace(order, status=OrderStatus.OPEN) if order.status is OrderStatus.CANCELLED else order


class _WantsACarrierForDownloads(_Misreads):
    """C3: every line needs a parcel."""

    def misread(self, order: Order) -> Order:
        return replace(order, lines=tuple(replace(line, shippable=True) for line in order.lines))


class _DoublesOnRecheck(_Misreads):
    """C5: says that a missing mark proves absence, and does not show the marks of shipments without a number."""

    def misread(self, order: Order) -> Order:
        return replace(order, shipments=tuple(map(self._unmarked, order.shipments)))

    @staticmethod
    def _unmarked(entry: StoreShipment) -> StoreShipment:
        return entry if entry.numbers else replace(entry, mark=None)


class _BelievesACache(ToyAdapter):
    """C5: reads the orders of a push at the URL that a cache knows."""

    reads_fresh = False


calls_orders_by_their_ids = _CallsOrdersByTheirIds()
makes_orders_when_they_change = _MakesOrdersWhenTheyChange()
ends_quietly = _EndsQuietly()
loses_equal_timestamps = _LosesEqualTimestamps()
cursor_ahead_of_its_page = _CursorAheadOfItsPage()
ignores_since = _IgnoresSince()
cursor_never_moves = _CursorNeverMoves()
reads_everything_first = _ReadsEverythingFirst()
forgets_the_absent = _ForgetsTheAbsent()
asks_for_all_ids_at_once = _AsksForAllIdsAtOnce()
takes_local_time_for_utc = _TakesLocalTimeForUtc()
never_sees_a_hold = _NeverSeesAHold()
has_one_price = _HasOnePrice()
sells_in_euro_only = _SellsInEuroOnly()
sends_to_the_payer = _SendsToThePayer()
loses_the_street = _LosesTheStreet()
swaps_the_addresses = _SwapsTheAddresses()
bills_the_recipient = _BillsTheRecipient()
loses_the_phone = _LosesThePhone()
takes_the_phone_of_the_payer = _TakesThePhoneOfThePayer()
loses_accents = _LosesAccents()
reads_utf8_as_latin1 = _ReadsUtf8AsLatin1()
names_lines_by_their_sku = _NamesLinesByTheirSku()
shuffles_lines = _ShufflesLines()
takes_cod_for_paid = _TakesCodForPaid()
collects_nothing = _CollectsNothing()
collects_twice = _CollectsTwice()
stops_at_a_bad_order = _StopsAtABadOrder()
hides_a_bad_order = _HidesABadOrder()
names_no_bad_order = _NamesNoBadOrder()
ships_refunded_pieces = _ShipsRefundedPieces()
ships_cancelled_orders = _ShipsCancelledOrders()
wants_a_carrier_for_downloads = _WantsACarrierForDownloads()
doubles_on_recheck = _DoublesOnRecheck()
believes_a_cache = _BelievesACache()
loses_the_note = _LosesTheNote()
forgets_the_way_of_shipping = _ForgetsTheWayOfShipping()
prices_a_piece_for_a_line = _PricesAPieceForALine()
