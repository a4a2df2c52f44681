"""``fbridge orders``: list, show and export."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from fbridge.cli.argument_types import COUNT, EVENT
from fbridge.cli.command_classes import Group
from fbridge.cli.orders_and_shipment_export import export_options
from fbridge.cli.session import Session, pass_session
from fbridge.cli.when import When, span, when
from fbridge.exit_codes import ExitCode
from fbridge.models.states import FulfillmentState, OrderSort

if TYPE_CHECKING:
    from fbridge.cli.batch_export import Wanted
    from fbridge.orders.listing import OrderFilter, UnreadableOrder

_STATES = [state.value for state in FulfillmentState]
_SORTS = [sort.value for sort in OrderSort]
_ON_A_TERMINAL = 50


@click.group(cls=Group)
def orders() -> None:
    """List, show and export the orders that were fetched."""


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that choose orders."""
    for option in reversed(
        [
            click.option("--store", help="Of this store only."),
            click.option("--open", is_flag=True, help="With something left to ship, paid or not."),
            click.option(
                "--ready", is_flag=True, help="Paid or cash on delivery, with something left to ship."
            ),
            click.option("--marked", is_flag=True, help="Where somebody must look before it is shipped."),
            click.option("--cod", is_flag=True, help="Cash on delivery."),
            click.option("--unpaid", is_flag=True, help="Not paid yet."),
            click.option("--carrier", help="Whose shipping method goes with this carrier."),
            click.option("--since", type=when, metavar="DATE", help="Created at or after."),
            click.option(
                "--changed-since", type=when, metavar="DATE", help="Changed on its store since then."
            ),
            click.option("--older-than", type=span, metavar="SPAN", help="Created longer ago, such as 3d."),
            click.option("--state", type=click.Choice(_STATES), help="How much has left."),
            click.option("--limit", type=COUNT, metavar="N", help="At most so many."),
        ]
    ):
        command = option(command)
    return command


def order_filter(
    session: Session,
    since: When | None,
    changed_since: When | None,
    older_than: timedelta | None,
    state: str | None,
    **chosen: Any,
) -> OrderFilter:
    """The filter that the options describe."""
    from fbridge.orders.listing import OrderFilter

    return OrderFilter(
        since=session.moment(since),
        changed_since=session.moment(changed_since),
        older_than=older_than,
        state=FulfillmentState(state) if state else None,
        **chosen,
    )


@orders.command("list")
@filter_options
@click.option(
    "--sort",
    type=click.Choice(_SORTS),
    help="newest (as it is), oldest, or changed: the last changed on their stores first.",
)
@click.option(
    "--unreadable", is_flag=True, help="Those that cannot be read, and why; only with --store and --limit."
)
@pass_session
def list_(
    session: Session, /, unreadable: bool, limit: int | None, sort: str | None, **options: Any
) -> ExitCode:
    """List orders, the newest first; on a terminal 50 of them.

    Dates may be written 2026-11-01, 2026-11-01T14:30, today, yesterday or 3d (three days ago).
    """
    from fbridge.cli.displayed import grouped
    from fbridge.cli.order_views import ORDER_COLUMNS
    from fbridge.cli.output import say, show_items

    if unreadable:
        return _list_unreadable(session, limit=limit, sort=sort, **options)
    limit = limit if limit or not session.looked_at else _ON_A_TERMINAL
    chosen = order_filter(session, limit=limit, sort=OrderSort(sort or OrderSort.NEWEST), **options)
    rows = session.bridge.orders.list(chosen)
    code = show_items(
        session,
        rows,
        ORDER_COLUMNS,
        empty="No order fits. `fbridge fetch` brings new ones.",
        next_step="fbridge manifest add CARRIER ORDER...",
    )
    if limit and not session.json and (more := session.bridge.orders.count(chosen)) > limit:
        say(session, f"{grouped(more)} orders, {grouped(limit)} shown. More of them: --limit N")
    return code


def _list_unreadable(session: Session, store: str | None, limit: int | None, **others: Any) -> ExitCode:
    from fbridge.cli.output import show_items
    from fbridge.cli.unreadable_views import UNREADABLE_COLUMNS

    chosen = [f"--{name.replace('_', '-')}" for name, value in others.items() if value]
    if chosen:
        raise click.UsageError(f"Of an order that cannot be read nothing is known for {', '.join(chosen)}.")
    return show_items(
        session,
        session.bridge.orders.unreadable(store, limit=limit),
        UNREADABLE_COLUMNS,
        empty="Every order can be read.",
        next_step="fbridge explain ORDER",
    )


@orders.command("set-aside")
@click.argument("order")
@click.option("--store", help="Where several stores have this number.")
@click.option("--reason", default="", metavar="TEXT", help="Kept with it, for those who come later.")
@pass_session
def set_aside(session: Session, order: str, store: str | None, reason: str) -> ExitCode:
    """Say that nobody needs to look at an order that cannot be read.

    It is not read again by itself, and fetch and status mind it no more. When it changes on its store, the fetch
    brings it all the same: where it can be read it is an order like any other, and where it cannot be read for
    another reason it is back. ORDER is the number, STORE:NUMBER, or STORE:id=ID.
    """
    return _show_unreadable(session, session.bridge.orders.set_aside(order, store, reason=reason))


@orders.command("bring-back")
@click.argument("order")
@click.option("--store", help="Where several stores have this number.")
@pass_session
def bring_back(session: Session, order: str, store: str | None) -> ExitCode:
    """Have the next fetch read an order again that was set aside.

    ORDER is the number, STORE:NUMBER, or STORE:id=ID.
    """
    return _show_unreadable(session, session.bridge.orders.bring_back(order, store))


def _show_unreadable(session: Session, order: UnreadableOrder) -> ExitCode:
    from fbridge.cli.output import show_data
    from fbridge.cli.tables import Table
    from fbridge.cli.unreadable_views import UNREADABLE_COLUMNS

    step = f"fbridge orders bring-back {order.ref}" if order.set_aside_at else f"fbridge fetch {order.store}"
    return show_data(session, order, Table(UNREADABLE_COLUMNS, [order]), next_step=step)


@orders.command()
@click.argument("order")
@click.option("--store", help="Where several stores have this number.")
@pass_session
def show(session: Session, order: str, store: str | None) -> ExitCode:
    """Show one order with its lines, its shipments, and what its store holds.

    ORDER is the number, or STORE:NUMBER.
    """
    from fbridge.cli.order_views import next_step, order_blocks
    from fbridge.cli.output import show_data

    detail = session.bridge.orders.get(order, store)
    return show_data(session, detail, *order_blocks(detail), next_step=next_step(detail))


@orders.command()
@filter_options
@click.option(
    "--cursor",
    type=EVENT,
    metavar="ID",
    help="New or changed since this event [0: all], each with its own as `cursor`.",
)
@export_options
@pass_session
def export(session: Session, /, wanted: Wanted, cursor: int | None, **options: Any) -> ExitCode:
    """Write orders with lines and addresses, for another program or a spreadsheet.

    With --new each order is told once, in numbered batches; orders from before `orders_from` are not. A run that was
    killed is repeated by the next one, under the same number. Where nothing is new no file is made.

    A program that follows keeps the `cursor` of the last order that it has dealt with, and asks with --cursor from
    there: nothing is missed. It is the id of an event, as `fbridge events` tells them.
    """
    from fbridge.cli.batch_export import refuse_with_again
    from fbridge.cli.order_export import export_changed_orders, export_orders

    refuse_with_again(wanted, options | {"cursor": cursor is not None})
    if cursor is not None:
        _refuse_with_cursor(wanted, options)
        return export_changed_orders(session, cursor, options["store"], options["limit"], wanted)
    return export_orders(session, order_filter(session, **options), wanted)


def _refuse_with_cursor(wanted: Wanted, chosen: dict[str, Any]) -> None:
    """Raise UsageError for what would let a program that follows go past an order: one that fits only later."""
    others = {name: value for name, value in chosen.items() if name not in ("store", "limit")}
    said = [f"--{name.replace('_', '-')}" for name, value in (others | {"new": wanted.new}).items() if value]
    if said:
        raise click.UsageError(
            "With --cursor only --store and --limit choose, so that no order is passed over: leave out "
            f"{', '.join(said)}."
        )
