"""``fbridge shipment``: make and look at shipping documents."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fbridge.cli.argument_types import COUNT, amount, grams
from fbridge.cli.command_classes import Group
from fbridge.cli.fulfil_and_shipment_options import (
    added_up,
    carrier_option,
    line_option,
    parcel_options,
    placing_options,
)
from fbridge.cli.manifest_and_shipment_papers import PaperOptions, paper_options
from fbridge.cli.orders_and_shipment_export import export_options
from fbridge.cli.returned import returned
from fbridge.cli.session import Session, pass_session
from fbridge.cli.shipment_and_tracking_files import file_argument, import_options, options_of, show_report
from fbridge.exit_codes import ExitCode
from fbridge.models.states import PushState

if TYPE_CHECKING:
    from fbridge.cli.batch_export import Wanted
    from fbridge.models.shipments import Shipment

_STATES = [state.value for state in PushState]


@click.group(cls=Group)
def shipment() -> None:
    """Make and look at shipments: goods of one order that leave together."""


@shipment.command()
@click.argument("order")
@click.option("--store", help="Where several stores have this number.")
@line_option
@carrier_option
@parcel_options
@placing_options
@click.option(
    "--cod", type=amount, metavar="AMOUNT", help="Cash to collect [what is due, once for each order]."
)
@click.option("--no-cod", is_flag=True, help="Collect nothing with this shipment.")
@click.option("--allow-unpaid", is_flag=True, help="Although the order is not paid.")
@click.option("--allow-marked", is_flag=True, help="Although the order is marked; somebody has looked at it.")
@click.option(
    "--replacement", is_flag=True, help="The goods go once more: a parcel of which no store is told."
)
@pass_session
def create(
    session: Session,
    /,
    order: str,
    lines: tuple[tuple[str, int], ...],
    cod: Decimal | None,
    no_cod: bool,
    replacement: bool,
    **options: Any,
) -> ExitCode:
    """Make a shipment of an order: of all that remains, or of some lines.

    ORDER is the number, or STORE:NUMBER.
    """
    if cod is not None and no_cod:
        raise click.UsageError("Give either --cod or --no-cod.")
    if replacement:
        return _show(
            session, session.bridge.returns.replace(order, cod=cod, **_of_replacement(lines, options))
        )
    items = added_up(lines) or None
    return _show(
        session, session.bridge.shipments.create(order, items=items, cod=cod, no_cod=no_cod, **options)
    )


@shipment.command()
@click.option("--carrier", required=True)
@click.option("--name", default="", help="Recipient.")
@click.option("--company", default="")
@click.option("--street", multiple=True, help="Repeatable.")
@click.option("--postcode", default="")
@click.option("--city", default="")
@click.option("--province", default="")
@click.option("--country", default="", help="Two letters.")
@click.option("--phone", default="")
@click.option("--email", default="")
@click.option("--cod", type=amount, metavar="AMOUNT", help="Cash to collect.")
@click.option("--currency", default="EUR", show_default=True, help="Of the cash to collect.")
@parcel_options
@placing_options
@pass_session
def external(session: Session, /, cod: Decimal | None, currency: str, **options: Any) -> ExitCode:
    """Make a shipment that belongs to no store order: it is on the manifest and is never pushed."""
    from fbridge.models.orders import Address, Money

    names = ("name", "company", "street", "postcode", "city", "province", "country", "phone", "email")
    told = {name: options.pop(name) for name in names}
    recipient = Address(**told | {"country": told["country"].upper()})
    if not recipient.name and not recipient.company:
        raise click.UsageError("Name the recipient with --name or --company.")
    money = None if cod is None else Money(amount=cod, currency=currency.upper())
    return _show(session, session.bridge.shipments.create_external(recipient=recipient, cod=money, **options))


@shipment.command("import")
@file_argument
@click.option(
    "--manifest", "on_manifest", is_flag=True, help="Put each on its carrier's manifest in preparation."
)
@click.option(
    "--unknown-order",
    type=click.Choice(["refuse", "external"]),
    default="refuse",
    show_default=True,
    help="Rows of no order: refuse them, or make external parcels.",
)
@click.option("--replacement", is_flag=True, help="The goods go once more, for orders that are done.")
@import_options
@pass_session
def import_(session: Session, /, file: Path, **said: Any) -> ExitCode:
    """Make shipments of the ERP's shipping documents: CSV, XLSX, XLS, ODS, JSON, NDJSON, `-` for standard input.

    Rows of one document are its lines; of several orders it makes one shipment each. Columns are known by their names
    in English and Italian. Good documents go in, refused rows are written to a file beside it. The same file again
    changes nothing.
    """
    from fbridge.office.imports.shipments import ShipmentOptions, import_shipments

    options = options_of(session, ShipmentOptions, said)
    report = import_shipments(session.bridge, file, options)
    return show_report(session, report, next_step="fbridge manifest list --state preparing")


@shipment.command()
@export_options
@pass_session
def export(session: Session, wanted: Wanted) -> ExitCode:
    """Write shipments with document, state, numbers, carrier and times: the way back to the ERP.

    With --new those of which something has changed since the last batch, in numbered batches. A run that was killed
    is repeated by the next one, under the same number. Where nothing is new no file is made.
    """
    from fbridge.cli.shipment_export import export_shipments

    return export_shipments(session, wanted)


@shipment.command("print")
@click.argument("refs", nargs=-1, metavar="[SHIPMENT...]")
@click.option("--manifest", help="All of this manifest (or of the carrier's in preparation).")
@click.option("--format", "form", type=click.Choice(["pdf", "html"]), default="pdf", show_default=True)
@paper_options
@click.option(
    "--copies", type=click.IntRange(1, 9), default=1, show_default=True, metavar="N", help="Of each."
)
@click.option(
    "--as-delivery-note", "as_note", is_flag=True, help="No transport documents, whoever numbered them."
)
@pass_session
def print_(
    session: Session, /, refs: tuple[str, ...], manifest: str | None, *, as_note: bool, **said: Any
) -> ExitCode:
    """Print what goes with the parcels, as PDF or HTML: a transport document for each document that the ERP has
    numbered and dated, a delivery note for any other.

    A document over several orders is one paper. A transport document that lacks sender, recipient, carrier or goods
    is not printed: what is missing is told, with where to say it.
    """
    from fbridge.cli.shipment_printing import print_shipments

    if not refs and manifest is None:
        raise click.UsageError("Name shipments or documents, or take all of a manifest: --manifest MANIFEST")
    return print_shipments(session, refs, PaperOptions(**said), manifest=manifest, as_note=as_note)


@shipment.command("list")
@click.option("--state", type=click.Choice(_STATES), help="Where it stands towards its store.")
@click.option("--store")
@click.option("--manifest")
@click.option("--carrier")
@click.option("--returned", is_flag=True, help="What came back and nobody has dealt with.")
@click.option("--limit", type=COUNT, metavar="N", help="At most so many.")
@pass_session
def list_(session: Session, /, state: str | None, **options: Any) -> ExitCode:
    """List shipments."""
    from fbridge.cli.output import show_items
    from fbridge.cli.shipment_views import SHIPMENT_COLUMNS

    return show_items(
        session,
        session.bridge.shipments.each(state=PushState(state) if state else None, **options),
        SHIPMENT_COLUMNS,
        empty="No shipment fits. `fbridge manifest add CARRIER ORDER...` makes them.",
        next_step="fbridge status",
    )


@shipment.command()
@click.argument("ref", metavar="SHIPMENT")
@pass_session
def show(session: Session, ref: str) -> ExitCode:
    """Show one shipment: by S12, document number, or the number of an order that has one."""
    return _show(session, session.bridge.shipments.get(ref))


shipment.add_command(returned)


@shipment.command()
@click.argument("ref", metavar="SHIPMENT")
@click.option("--parcels", type=COUNT, help="How many boxes.")
@click.option("--weight", "weight_grams", type=grams, metavar="WEIGHT", help="Of all boxes: 1250g or 1.25kg.")
@click.option("--cod", type=amount, metavar="AMOUNT", help="Cash to collect.")
@click.option("--no-cod", is_flag=True, help="Collect nothing with this shipment.")
@pass_session
def repack(session: Session, /, ref: str, **options: Any) -> ExitCode:
    """Say that a shipment in the house is packed otherwise: boxes, weight, cash to collect.

    What is not named stays. A manifest that was printed is no longer as its paper tells.
    """
    return _show(session, session.bridge.repack(ref, **options))


@shipment.command()
@click.argument("ref", metavar="SHIPMENT")
@click.option("--plan", "plan_only", is_flag=True, help="Only show what it would do on the store.")
@click.option("--yes", is_flag=True, help="Do not ask, where its store was told of it.")
@click.option("--only-if", metavar="FINGERPRINT", help="Only if the plan is still this one; implies --yes.")
@click.option("--status", default="", help="The order's status on the store afterwards [what it was before].")
@pass_session
def withdraw(
    session: Session, ref: str, plan_only: bool, yes: bool, only_if: str | None, status: str
) -> ExitCode:
    """Take a shipment back, so that its goods are free again.

    Where its store was told of it, it is taken back there first: what that changes, what stays and which mails may
    leave is shown, and asked about. Where the answer is lost, the same command goes on.
    """
    from fbridge.cli.shipment_withdrawing import take_back
    from fbridge.shipping.shipment_rules import needs_taking_back

    yes = yes or only_if is not None
    if needs_taking_back(session.bridge.shipments.get(ref)):
        if not plan_only and not yes and not session.may_ask:
            raise click.UsageError("Nobody is there to ask: say --yes, or --plan to see the plan only.")
        return take_back(session, ref, plan_only=plan_only, yes=yes, only_if=only_if, status=status)
    if plan_only or status or only_if:
        raise click.UsageError(
            "Its store shows nothing of it, so nothing is planned: leave the options away."
        )
    from fbridge.cli.answers import TakenBack

    one = session.bridge.shipments.withdraw(ref)
    return _show(session, one, TakenBack(shipment=one))


@shipment.command()
@click.argument("ref", metavar="SHIPMENT")
@pass_session
def adopt(session: Session, ref: str) -> ExitCode:
    """Decide that what the store shows is this shipment; nothing is sent.

    One of the two ways out of `needs attention`; the other is `fbridge push --resend SHIPMENT`.
    """
    return _show(session, session.bridge.adopt(ref))


@shipment.command()
@click.argument("ref", metavar="SHIPMENT")
@pass_session
def mailed(session: Session, ref: str) -> ExitCode:
    """Decide that the customer was told otherwise: the mail that did not leave is not missed any more.

    Nothing is sent. The other way out is `fbridge push --mail-again SHIPMENT`, where the store can be asked for it.
    """
    return _show(session, session.bridge.mailed_otherwise(ref))


def _of_replacement(lines: tuple[tuple[str, int], ...], options: dict[str, Any]) -> dict[str, Any]:
    if lines:
        raise click.UsageError("Give --line without --replacement: a replacement takes no line of the order.")
    return {name: said for name, said in options.items() if name not in {"allow_unpaid", "allow_marked"}}


def _show(session: Session, one: Shipment, answer: object = None) -> ExitCode:
    from fbridge.cli.output import show_data
    from fbridge.cli.shipment_views import next_step, shipment_facts

    return show_data(session, answer or one, shipment_facts(one), next_step=next_step(one))
