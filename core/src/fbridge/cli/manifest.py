"""``fbridge manifest``: what one carrier takes away together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fbridge.cli.argument_types import COUNT
from fbridge.cli.command_classes import A_COMMENT, Group
from fbridge.cli.manifest_and_shipment_papers import PaperOptions, paper_options
from fbridge.cli.session import Session, pass_session
from fbridge.cli.when import When, time_of_day
from fbridge.exit_codes import ExitCode
from fbridge.models.states import ManifestState

if TYPE_CHECKING:
    from fbridge.models.results import ItemResult
    from fbridge.models.shipments import Manifest

_STATES = [state.value for state in ManifestState]


@click.group(cls=Group)
def manifest() -> None:
    """Gather shipments for one carrier, and ship them.

    MANIFEST is a number such as 2026-0001, or a carrier's code for the one of that carrier in preparation.
    """


@manifest.command()
@click.argument("carrier")
@pass_session
def new(session: Session, carrier: str) -> ExitCode:
    """Open an empty manifest for a carrier."""
    return _show(session, session.bridge.manifests.new(carrier))


@manifest.command()
@click.argument("target", metavar="CARRIER|MANIFEST")
@click.argument("refs", nargs=-1, metavar="[ORDER|SHIPMENT...]")
@click.option("--store", help="Of the order numbers, where several stores have them.")
@click.option("--all", "every", is_flag=True, help="All shipments of the carrier that are on no manifest.")
@pass_session
def add(session: Session, target: str, refs: tuple[str, ...], store: str | None, every: bool) -> ExitCode:
    """Put orders or shipments on a manifest.

    For an order number (or STORE:NUMBER) a shipment of all that remains is made. With a carrier's code, the
    manifest of that carrier in preparation is taken, or a new one is opened.
    """
    if not refs and not every:
        raise click.UsageError(
            f"Name orders or shipments, or take all that are on no manifest: --all. {A_COMMENT}"
        )
    added = session.bridge.manifests.add(target, refs, store=store, every=every)
    return _show_results(session, added, added.manifest, added.results)


@manifest.command()
@click.argument("ref", metavar="MANIFEST")
@click.argument("shipments", nargs=-1, required=True, metavar="SHIPMENT...")
@pass_session
def remove(session: Session, ref: str, shipments: tuple[str, ...]) -> ExitCode:
    """Take shipments off a manifest in preparation; they stay as shipments."""
    results = session.bridge.manifests.remove(ref, shipments)
    return _show_results(session, results, None, results)


@manifest.command("list")
@click.option("--state", type=click.Choice(_STATES))
@click.option("--limit", type=COUNT, metavar="N", help="At most so many.")
@pass_session
def list_(session: Session, state: str | None, limit: int | None) -> ExitCode:
    """List manifests, the newest first."""
    from fbridge.cli.manifest_views import MANIFEST_COLUMNS
    from fbridge.cli.output import show_items

    return show_items(
        session,
        session.bridge.manifests.list(state=ManifestState(state) if state else None, limit=limit),
        MANIFEST_COLUMNS,
        empty="No manifest. `fbridge manifest add CARRIER ORDER...` opens one.",
        next_step="fbridge manifest show MANIFEST",
    )


@manifest.command()
@click.argument("ref", metavar="MANIFEST")
@pass_session
def show(session: Session, ref: str) -> ExitCode:
    """Show a manifest with its shipments: where they go, parcels, weight, cash to collect, numbers."""
    return _show(session, session.bridge.manifests.get(ref))


@manifest.command()
@click.argument("ref", metavar="MANIFEST")
@pass_session
def scan(session: Session, ref: str) -> ExitCode:
    """Check the parcels with a scanner, before they go.

    Each line that is read (from a scanner, the keyboard or a pipe) is a tracking number, a document, an order number
    or a shipment; the answer is yes or no, with a bell for no. An empty input (Ctrl-D) ends it: then what is missing
    is told, and what is too many.
    """
    from fbridge.cli.manifest_scan import scan_lines

    return scan_lines(session, ref)


@manifest.command("print")
@click.argument("ref", metavar="MANIFEST")
@click.option(
    "--format", "form", type=click.Choice(["pdf", "html", "csv", "xlsx"]), default="pdf", show_default=True
)
@paper_options
@click.option("--copies", type=click.IntRange(1, 9), default=2, show_default=True, metavar="N")
@click.option("--bar-codes", is_flag=True, help="A bar code of the tracking number in each row.")
@click.option("--pick", is_flag=True, help="A pick list for the warehouse in its place.")
@click.option("--plain", is_flag=True, help="CSV for a program: no apostrophe before = + - @.")
@pass_session
def print_(session: Session, /, ref: str, **said: Any) -> ExitCode:
    """Print a manifest for the driver to sign: one copy for the sender, one for the carrier.

    Before it is shipped the paper is marked as a draft. What leaves later is compared with the last paper.
    With --pick it is what the warehouse picks by: the goods by article with the documents that they go to, and by
    document. CSV and XLSX are for the depot's programs: nobody signs them, and they count as no paper.
    """
    from fbridge.cli.manifest_printing import print_to_file

    return print_to_file(session, ref, PaperOptions(**said))


@manifest.command()
@click.argument("ref", metavar="MANIFEST")
@click.option("--for", "map_name", required=True, metavar="MAP", help="What its program reads: a saved map.")
@click.option("--only-changed", is_flag=True, help="Only what is not as its program was told before.")
@click.option(
    "--plan", "--dry-run", is_flag=True, help="Look at the file: the courier does not count as told."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    default="-",
    help="File, replaced when all is written; - is standard output.",
)
@pass_session
def export(
    session: Session, ref: str, map_name: str, only_changed: bool, plan: bool, output: Path
) -> ExitCode:
    """Write the file that the courier's program reads, before there are tracking numbers.

    Nothing is cut silently: all values that do not go into their fields are told, and no file is written. What is
    changed, added or withdrawn afterwards stays in `status` until it was exported again, or the courier told.
    A map is made of an example with fbridge export map.
    """
    from fbridge.cli.courier_export import export_to_file

    return export_to_file(session, ref, map_name, output, only_changed=only_changed, plan=plan)


@manifest.command("courier-told")
@click.argument("shipments", nargs=-1, required=True, metavar="SHIPMENT...")
@pass_session
def courier_told(session: Session, shipments: tuple[str, ...]) -> ExitCode:
    """Say that somebody told the courier what has changed with these since the export."""
    from fbridge.cli.courier_export import courier_told as told

    return told(session, shipments)


@manifest.command()
@click.argument("ref", metavar="MANIFEST")
@click.option("--no-check", is_flag=True, help="Do not read the orders again on their stores (offline).")
@click.option("--leave-out-bad", is_flag=True, help="Ship without the shipments that must not leave.")
@click.option("--force", multiple=True, metavar="SHIPMENT", help="Ship this one all the same; repeatable.")
@click.option("--not-as-printed", is_flag=True, help="What leaves is not what the last paper tells.")
@click.option(
    "--at", "at", type=time_of_day, metavar="TIME", help="When it left [now]: 2026-11-20 18:30, 18:30."
)
@click.option(
    "--only-if", metavar="FINGERPRINT", help="Refuse if it is not as `manifest show --json` told it."
)
@pass_session
def ship(
    session: Session,
    ref: str,
    no_check: bool,
    leave_out_bad: bool,
    force: tuple[str, ...],
    not_as_printed: bool,
    at: When | None,
    only_if: str | None,
) -> ExitCode:
    """Say that the carrier has taken the parcels; also afterwards, with the time at which he did.

    The orders are read again on their stores first. What was cancelled, refunded, put on hold, changed in
    address or shipped meanwhile stops the manifest, while the parcel is still in the house. So does a manifest
    that is not as it was printed last, for the driver signs the paper.
    """
    from fbridge.cli.manifest_views import next_step

    shipped = session.bridge.manifests.ship(
        ref,
        check=not no_check,
        leave_out_bad=leave_out_bad,
        force=force,
        as_printed=not not_as_printed,
        at=session.moment(at),
        only_if=only_if,
    )
    step = next_step(shipped.manifest)
    if not shipped.shipped:
        step = f"fbridge manifest ship {shipped.manifest.number} --leave-out-bad"
    code = ExitCode.OK if shipped.shipped else ExitCode.SOME_FAILED
    return _show_results(session, shipped, shipped.manifest, shipped.results, step=step, code=code)


@manifest.command()
@click.argument("ref", metavar="MANIFEST")
@pass_session
def reopen(session: Session, ref: str) -> ExitCode:
    """Put a shipped manifest back into preparation, while no store was told."""
    return _show(session, session.bridge.manifests.reopen(ref))


@manifest.command("leave-behind")
@click.argument("ref", metavar="MANIFEST")
@click.argument("shipments", nargs=-1, required=True, metavar="SHIPMENT...")
@pass_session
def leave_behind(session: Session, ref: str, shipments: tuple[str, ...]) -> ExitCode:
    """Say that the carrier did not take these shipments; also after `ship`, and after the push.

    They go on a later manifest; a store that was told already is not told again.
    """
    results = session.bridge.manifests.leave_behind(ref, shipments)
    return _show_results(session, results, None, results)


@manifest.command()
@click.argument("ref", metavar="MANIFEST")
@pass_session
def cancel(session: Session, ref: str) -> ExitCode:
    """Cancel a manifest in preparation; its shipments stay, on no manifest."""
    return _show(session, session.bridge.manifests.cancel(ref))


def _show(session: Session, one: Manifest) -> ExitCode:
    from fbridge.cli.manifest_views import manifest_blocks, next_step
    from fbridge.cli.output import show_data

    return show_data(session, one, *manifest_blocks(one), next_step=next_step(one))


def _show_results(
    session: Session,
    data: object,
    one: Manifest | None,
    results: Sequence[ItemResult],
    *,
    step: str = "",
    code: ExitCode = ExitCode.OK,
) -> ExitCode:
    from fbridge.cli.manifest_views import RESULT_COLUMNS, next_step, summary
    from fbridge.cli.output import show_data
    from fbridge.cli.tables import Table

    if not all(result.ok for result in results):
        code = ExitCode.SOME_FAILED
    blocks = [Table(RESULT_COLUMNS, results)] if results else []
    return show_data(
        session,
        data,
        *blocks,
        *([summary(one)] if one else []),
        next_step=step or (next_step(one) if one else ""),
        code=code,
    )
