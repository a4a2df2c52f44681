"""``fbridge shipment returned``: parcels that came back, typed, scanned or from the courier's file."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fbridge.cli.command_classes import Command
from fbridge.cli.session import Session, pass_session
from fbridge.cli.shipment_and_tracking_files import form_options, options_of, show_report
from fbridge.cli.spoken import because, told
from fbridge.cli.when import When, when
from fbridge.exit_codes import ExitCode
from fbridge.models.states import ReturnKind, ReturnOutcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fbridge.models.results import ItemResult

_ENDS = {"resent": ReturnOutcome.RESENT, "closed": ReturnOutcome.CLOSED, "undo": ReturnOutcome.MISTAKEN}
_BELL = "\a"


@click.command(cls=Command)
@click.argument("refs", nargs=-1, metavar="[NUMBER|DOCUMENT|SHIPMENT]...")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in ReturnKind]),
    help="undelivered if nobody says it; held: at the carrier's depot (giacenza).",
)
@click.option("--date", "day", type=when, metavar="WHEN", help="When it came back [now].")
@click.option("--reason", default="", help="What the carrier says.")
@click.option("--scan", is_flag=True, help="Read lines from a scanner or a pipe; each is answered.")
@click.option(
    "--file", type=click.Path(path_type=Path, dir_okay=False), help="The courier's file of what came back."
)
@click.option("--resent", is_flag=True, help="Dealt with: it is on its way to the recipient again.")
@click.option("--closed", is_flag=True, help="Dealt with: nothing more is sent.")
@click.option("--undo", is_flag=True, help="It did not come back after all.")
@click.option("--plan", "--dry-run", is_flag=True, help="Of a file: show what would come of it.")
@click.option("--store", help="Of the order numbers in a file, where the rows do not say.")
@click.option("--year", type=click.IntRange(2000, 2099), help="Of the documents in a file that have no date.")
@form_options
@pass_session
def returned(
    session: Session,
    /,
    refs: tuple[str, ...],
    kind: str | None,
    day: When | None,
    reason: str,
    scan: bool,
    file: Path | None,
    resent: bool,
    closed: bool,
    undo: bool,
    **of_file: Any,
) -> ExitCode:
    """Say that parcels came back: by tracking number, document, order or shipment; or that the carrier holds them.

    They stay in `fbridge status` with their age until they are dealt with: goods are sent once more (`fbridge
    shipment create ORDER --replacement`), the parcel itself is on its way again (--resent), or nothing more is sent
    (--closed). No store is told.
    """
    ends = [
        outcome for name, outcome in _ENDS.items() if {"resent": resent, "closed": closed, "undo": undo}[name]
    ]
    _refuse_contradictions(refs, ends, scan=scan, file=file, told=kind or day or reason)
    if file is not None:
        return _import(session, file, kind=ReturnKind(kind) if kind else None, **of_file)
    wanted = ReturnKind(kind or ReturnKind.UNDELIVERED)
    came_at = session.moment(day)
    returns = session.bridge.returns

    def work(names: Sequence[str]) -> tuple[ItemResult, ...]:
        if ends:
            return returns.end(names, ends[0])
        return returns.note(names, wanted, came_at=came_at, reason=reason)

    return _show(session, list(_scanned(session, work) if scan else work(refs)), tabled=not scan)


def _refuse_contradictions(
    refs: tuple[str, ...], ends: Sequence[ReturnOutcome], *, scan: bool, file: Path | None, told: object
) -> None:
    if len(ends) > 1:
        raise click.UsageError("Give one of --resent, --closed and --undo.")
    if [bool(refs), scan, file is not None].count(True) != 1:
        raise click.UsageError(
            "Name what came back (numbers, documents, shipments), or give --scan, or --file FILE."
        )
    if ends and (told or file is not None):
        raise click.UsageError(
            "Give --resent, --closed or --undo without --kind, --date, --reason and --file."
        )


def _import(session: Session, file: Path, **said: Any) -> ExitCode:
    from fbridge.office.imports.returns import ReturnOptions, import_returns

    report = import_returns(session.bridge, file, options_of(session, ReturnOptions, said))
    return show_report(session, report, next_step="fbridge status")


def _scanned(session: Session, work: Any) -> Iterator[ItemResult]:
    """Each line is answered, and kept, before the next one is read."""
    from fbridge.cli.harmless_text import one_line

    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # half a character from a scanner is a wrong code, and no end
    for line in sys.stdin:
        if not line.strip():
            continue
        (result,) = work([line.strip()])
        if not session.json:
            answer = told("yes") if result.ok else "NO"
            said = one_line(f"{answer:<4} {result.ref}  {because(result.reason, result.words)}")
            click.echo(said if result.ok else said + _BELL)
        yield result


def _show(session: Session, results: Sequence[ItemResult], *, tabled: bool) -> ExitCode:
    from fbridge.cli.manifest_views import RESULT_COLUMNS
    from fbridge.cli.output import show_data
    from fbridge.cli.tables import Table

    code = ExitCode.OK if all(one.ok for one in results) else ExitCode.SOME_FAILED
    blocks = [Table(RESULT_COLUMNS, results)] if tabled else [f"{sum(one.ok for one in results)} taken."]
    return show_data(session, results, *blocks, next_step="fbridge status", code=code)
