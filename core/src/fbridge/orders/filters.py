"""What people see of orders: the rows of a list and the detail of one, and the filter of a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from fbridge.models.events import HOOK_OF_KIND
from fbridge.models.orders import Address, Doubt, Money, OrderLine, StoreShipment
from fbridge.models.shipments import Shipment
from fbridge.models.states import Delivery, FulfillmentState, OrderSort, OrderStatus, PaymentKind
from fbridge.orders.rows import doubts_from_json
from fbridge.shipping.carrier_rows import DEFAULT_METHOD
from fbridge.storage.indexes import MARKED, not_by_index
from fbridge.storage.search_tables import called, order_words
from fbridge.storage.tables import carrier_routes, carriers, events, orders, rejected_orders


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilter:
    """Which orders a list shows; everything left out does not matter.

    ``open``: not finished, cancelled or on hold, with something left to ship, not historic.
    ``ready``: open, paid or cash on delivery, with something left that a carrier takes, not historic, not marked and
    to be read.
    ``marked``: with doubts.
    ``carrier`` is the one that the order's shipping method is routed to. ``since`` and ``older_than`` look at when
    the order was created, ``changed_since`` at its last change on the store. Times are aware. ``text``: what somebody
    looks for, as :meth:`fbridge.Bridge.find` finds it. ``limit``: the first so many in the sequence of ``sort``, from
    behind ``after`` on, the :meth:`OrderRow.place` of the last one of the page before.
    """

    store: str | None = None
    open: bool = False
    ready: bool = False
    marked: bool = False
    cod: bool = False
    unpaid: bool = False
    carrier: str | None = None
    since: datetime | None = None
    older_than: timedelta | None = None
    changed_since: datetime | None = None
    state: FulfillmentState | None = None
    text: str = ""
    after: tuple[datetime, int] | None = None
    limit: int | None = None
    sort: OrderSort = OrderSort.OLDEST


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """One order in a list.

    ``fulfillment`` counts what our own pushes brought about since the last fetch. ``delivery`` and ``carrier``
    are as the order's shipping method is routed. ``open_quantity``: pieces that a new shipment may take.
    ``amount_due`` and ``total`` are None where the store does not tell them. An order with ``doubts`` is marked;
    ``unreadable`` says why it cannot be read any more, "" where it can.
    """

    id: int
    store: str
    remote_id: str
    number: str
    status: OrderStatus
    remote_status: str
    fulfillment: FulfillmentState
    payment: PaymentKind
    payment_method: str
    amount_due: Money | None
    total: Money | None
    delivery: Delivery
    shipping_method: str
    shipping_title: str
    carrier: str | None
    customer: str
    city: str
    country: str
    created_at: datetime
    changed_at: datetime
    open_quantity: int
    channel: str | None
    sold_in: str
    historic: bool
    doubts: tuple[Doubt, ...]
    unreadable: str = ""

    def place(self, sort: OrderSort) -> tuple[datetime, int]:
        """Where it stands in a list that is sorted so: what :attr:`OrderFilter.after` takes."""
        return (self.changed_at if sort is OrderSort.CHANGED else self.created_at), self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLineRow:
    """An order line, with the pieces that our shipments hold and those that a new one may take.

    ``total`` is the price of the line with tax, None where the store does not tell it.
    """

    line: OrderLine
    in_shipments: int
    free: int
    total: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDetail:
    """One order with all that is known of it; ``shipments`` are ours, withdrawn ones included.

    ``extra`` is what the store's setting ``extra_fields`` asks for.
    """

    row: OrderRow
    lines: tuple[OrderLineRow, ...]
    ship_to: Address
    bill_to: Address
    note: str
    shipments: tuple[Shipment, ...]
    store_shipments: tuple[StoreShipment, ...]
    extra: Mapping[str, str] = field(default_factory=dict)


_own, _default = carrier_routes.alias("own_route"), carrier_routes.alias("default_route")


def _routed(column: str) -> sa.ColumnElement[Any]:
    """A column of the method's own route, else of the store's default route."""
    return sa.case((_own.c.store.is_not(None), _own.c[column]), else_=_default.c[column])


_ROUTED_DELIVERY = sa.case(
    (orders.c.delivery != Delivery.SHIP, orders.c.delivery),
    else_=sa.func.coalesce(_routed("delivery"), orders.c.delivery),
)

OPEN = (
    orders.c.historic.is_(False),
    orders.c.status == OrderStatus.OPEN,
    orders.c.open_quantity > 0,
)
"""Orders with something left to ship."""
_READY = sa.and_(
    *OPEN,
    orders.c.payment.in_([PaymentKind.PAID, PaymentKind.COD]),
    orders.c.doubts.is_(sa.null()),
    rejected_orders.c.reason.is_(sa.null()),
    sa.type_coerce(_ROUTED_DELIVERY, orders.c.delivery.type) == Delivery.SHIP,
)

ORDERS: sa.Select[Any] = (
    sa.select(
        orders,
        sa.type_coerce(_ROUTED_DELIVERY, orders.c.delivery.type).label("routed_delivery"),
        carriers.c.code.label("carrier"),
        rejected_orders.c.reason.label("unreadable"),
    )
    .outerjoin_from(
        orders,
        _own,
        sa.and_(_own.c.store == orders.c.store, _own.c.shipping_method == orders.c.shipping_method),
    )
    .outerjoin(
        _default, sa.and_(_default.c.store == orders.c.store, _default.c.shipping_method == DEFAULT_METHOD)
    )
    .outerjoin(carriers, carriers.c.id == _routed("carrier_id"))
    .outerjoin(
        rejected_orders,
        sa.and_(rejected_orders.c.store == orders.c.store, rejected_orders.c.remote_id == orders.c.remote_id),
    )
)
"""All orders with the routing of their shipping methods."""


_SEQUENCES: dict[OrderSort, tuple[sa.ColumnElement[Any], ...]] = {
    OrderSort.OLDEST: (orders.c.created_at, orders.c.id),
    OrderSort.NEWEST: (orders.c.created_at.desc(), orders.c.id.desc()),
    OrderSort.CHANGED: (orders.c.changed_at.desc(), orders.c.id.desc()),
}


def filtered(chosen: OrderFilter, now: datetime) -> sa.Select[Any]:
    """The orders that the filter lets through, in its sequence. ``now`` is aware UTC."""
    query = ORDERS.where(*_conditions(chosen, now)).order_by(*_SEQUENCES[chosen.sort])
    return query.limit(chosen.limit)


_TOLD_OF = tuple(kind for kind, hook in HOOK_OF_KIND.items() if hook in ("order_stored", "order_changed"))


def changed_orders(since: int, upto: int, store: str | None) -> sa.Select[Any]:
    """The orders of which an event after ``since`` tells, up to ``upto``, with the last ``event`` that does.

    They are found one by one in this sequence: grouped by order, each page of a million would go through all of them.
    """
    told, later = events.alias("told"), events.alias("later")
    tells_of_it = (later.c.order_id == told.c.order_id, later.c.id > told.c.id, later.c.id <= upto)
    is_last = ~sa.exists().where(*tells_of_it, later.c.kind.in_(_TOLD_OF))
    ours = [] if store is None else [told.c.store == store]
    return (
        ORDERS.add_columns(told.c.id.label("event"))
        .join(told, told.c.order_id == orders.c.id)
        .where(told.c.id > since, told.c.id <= upto, told.c.kind.in_(_TOLD_OF), is_last, *ours)
        .order_by(told.c.id)
    )


def counted(chosen: OrderFilter, now: datetime) -> sa.Select[Any]:
    """How many orders the filter lets through, whatever its limit."""
    # What is joined adds no row, and would be joined to a million.
    orders_alone = not (chosen.ready or chosen.carrier)
    found = sa.select(sa.func.count()).select_from(orders) if orders_alone else _COUNTED
    return found.where(*_conditions(chosen, now))


_COUNTED = ORDERS.with_only_columns(sa.func.count(), maintain_column_froms=True)


def order_row(row: RowMapping) -> OrderRow:
    """A row of :data:`ORDERS` as people see it."""
    return OrderRow(
        id=row["id"],
        store=row["store"],
        remote_id=row["remote_id"],
        number=row["number"],
        status=row["status"],
        remote_status=row["remote_status"],
        fulfillment=row["fulfillment"],
        payment=row["payment"],
        payment_method=row["payment_method"],
        amount_due=money(row["amount_due"], row["currency"]),
        total=money(row["total"], row["currency"]),
        delivery=row["routed_delivery"],
        shipping_method=row["shipping_method"],
        shipping_title=row["shipping_title"],
        carrier=row["carrier"],
        customer=row["customer"],
        city=row["ship_to"].get("city", ""),
        country=row["ship_to"].get("country", ""),
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        open_quantity=row["open_quantity"],
        channel=row["channel"],
        sold_in=row["sold_in"],
        historic=row["historic"],
        doubts=doubts_from_json(row["doubts"]),
        unreadable=row["unreadable"] or "",
    )


def money(amount: Decimal | None, currency: str) -> Money | None:
    """An amount that may not be told; the currency may be ""."""
    return None if amount is None else Money(amount=amount, currency=currency)


def _conditions(chosen: OrderFilter, now: datetime) -> Iterator[sa.ColumnElement[bool]]:
    if chosen.changed_since is not None:
        yield _changed_since(chosen.changed_since, chosen.store)
    elif chosen.store is not None:
        yield orders.c.store == chosen.store
    flags = ((chosen.open, sa.and_(*OPEN)), (chosen.ready, _READY), (chosen.marked, MARKED))
    yield from (condition for wanted, condition in flags if wanted)
    kinds = [kind for kind, wanted in _kinds(chosen) if wanted]
    if kinds:
        yield orders.c.payment.in_(kinds)
    if chosen.carrier is not None:
        yield carriers.c.code == chosen.carrier.strip().upper()
    if chosen.state is not None:
        yield orders.c.fulfillment == chosen.state
    yield from _time_conditions(chosen, now)
    if chosen.text.strip():
        found = tuple(called(order_words, order_words.c.order_id, chosen.text))
        yield orders.c.id.in_(sa.union(*found)) if found else sa.false()
    if chosen.after is not None:
        yield _comes_after(chosen, *chosen.after)


def _comes_after(chosen: OrderFilter, moment: datetime, key: int) -> sa.ColumnElement[bool]:
    time = orders.c.changed_at if chosen.sort is OrderSort.CHANGED else orders.c.created_at
    shown: sa.ColumnElement[datetime] = time
    if chosen.open or chosen.ready:
        # Few of many: found by what they are, and not by going through all later ones.
        shown = not_by_index(time)
    place, last = sa.tuple_(shown, orders.c.id), sa.tuple_(sa.literal(moment, time.type), sa.literal(key))
    return place > last if chosen.sort is OrderSort.OLDEST else place < last


def _kinds(chosen: OrderFilter) -> Iterable[tuple[PaymentKind, bool]]:
    return (PaymentKind.COD, chosen.cod), (PaymentKind.UNPAID, chosen.unpaid)


def _time_conditions(chosen: OrderFilter, now: datetime) -> Iterator[sa.ColumnElement[bool]]:
    if chosen.since is not None:
        yield orders.c.created_at >= chosen.since
    if chosen.older_than is not None:
        yield orders.c.created_at <= now - chosen.older_than


def _changed_since(moment: datetime, store: str | None) -> sa.ColumnElement[bool]:
    """Chosen apart, for they are few and shown in another sequence: else all orders would be gone through in that."""
    changed = orders.alias("changed")
    of_store = [] if store is None else [changed.c.store == store]
    return orders.c.id.in_(sa.select(changed.c.id).where(changed.c.changed_at >= moment, *of_store))
