"""``fbridge fulfil``: one order, from goods to a told store, in one call."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from fbridge.cli.argument_types import amount
from fbridge.cli.command_classes import Command
from fbridge.cli.fulfil_and_shipment_options import added_up, carrier_option, line_option, parcel_options
from fbridge.cli.session import Session, pass_session
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from fbridge.fulfil import Fulfilled


@click.command(cls=Command)
@click.argument("order")
@click.option("--store", help="Where several stores have this number.")
@line_option
@carrier_option
@parcel_options
@click.option("--cod", type=amount, metavar="AMOUNT", help="Cash to collect; it must be what is due.")
@click.option("--no-push", is_flag=True, help="Ship it only; the next push tells the store.")
@pass_session
def fulfil(
    session: Session,
    /,
    order: str,
    lines: tuple[tuple[str, int], ...],
    cod: Decimal | None,
    no_push: bool,
    **options: Any,
) -> ExitCode:
    """Ship goods of one order and tell its store, without a question: for programs.

    Shipment, manifest, shipped, pushed. The same call again gives the same answer and tells nothing twice: the
    shipment is known again by its document, else by its goods; without --document one that an import has prepared is
    taken up. What may not leave stays in the house, and the same call tries again. ORDER is the number, or
    STORE:NUMBER.
    """
    from fbridge.cli.output import combined_code, show_data
    from fbridge.cli.push import code_of_item
    from fbridge.cli.shipment_views import shipment_facts

    done = session.bridge.fulfil(order, items=added_up(lines) or None, cod=cod, push=not no_push, **options)
    codes = [ExitCode.SOME_FAILED] * bool(done.stopped)
    codes += [code_of_item(done.pushed)] if done.pushed else []
    codes += [done.error.exit_code] if done.error else []
    words = [
        *(f"Not shipped: {one.words}." for one in done.stopped),
        *([str(done.error)] if done.error else []),
    ]
    return show_data(
        session,
        done,
        shipment_facts(done.shipment),
        *words,
        next_step=_next_step(done),
        code=combined_code(codes or [ExitCode.OK]),
    )


def _next_step(done: Fulfilled) -> str:
    if done.stopped:
        return f"fbridge explain {done.shipment.label}"
    return "fbridge status" if done.error or (done.pushed and done.pushed.next_at) else ""
