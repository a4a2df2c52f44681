"""``fbridge evening``: the whole of the evening's work; a second call goes on where the first one stopped."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fbridge.cli.command_classes import Command
from fbridge.cli.questions import confirm
from fbridge.cli.session import Session, pass_session
from fbridge.cli.spoken import told
from fbridge.cli.when import When, time_of_day
from fbridge.exit_codes import ExitCode
from fbridge.installation import extra_command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fbridge.cli.answers import CarrierError, PaperWritten
    from fbridge.models.shipments import Manifest
    from fbridge.orders.fetch import FetchResult
    from fbridge.shipping.ship import ShipResult


@click.command(cls=Command)
@click.argument("carriers", nargs=-1, metavar="[CARRIER]...")
@click.option("-y", "--yes", is_flag=True, help="Do not ask before pushing.")
@click.option("--assume-collected", is_flag=True, help="The driver has taken what stands on the manifests.")
@click.option("--leave-out-bad", is_flag=True, help="Ship without the shipments that must not leave.")
@click.option(
    "--at", type=time_of_day, metavar="TIME", help="When the driver came [now]: 2026-11-20 18:30, 18:30."
)
@click.option("--details", is_flag=True, help="A line of the push for each shipment, however many there are.")
@click.option("--no-fetch", is_flag=True, help="Do not download orders first.")
@click.option("--no-print", is_flag=True, help="Print no manifest.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=Path(),
    help="Where the printed manifests go; else this folder.",
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a summary to this file, to be mailed; JSON where it ends in .json.",
)
@pass_session
def evening(
    session: Session,
    carriers: tuple[str, ...],
    yes: bool,
    assume_collected: bool,
    leave_out_bad: bool,
    at: When | None,
    details: bool,
    no_fetch: bool,
    no_print: bool,
    folder: Path,
    report: Path | None,
) -> ExitCode:
    """Do the evening's work: fetch, fill and print the manifests, ship what the driver has taken, push.

    For the carriers named, or for all. Each stands at its own step: what the driver has not taken yet waits, and the
    same command goes on with it later. That a driver has come is never assumed: a person says it, or
    --assume-collected.
    """
    if not yes and not session.may_ask:
        raise click.UsageError(
            "Nobody is there to ask: say --yes (and --assume-collected when the driver has come)."
        )
    work = _Evening(session, leave_out_bad=leave_out_bad, at=at, folder=None if no_print else folder)
    if not no_fetch:
        work.fetch()
    for carrier in carriers or work.carriers_with_work():
        work.serve(carrier, assumed=assume_collected)
    code = work.push(yes=yes, details=details)
    if report is not None:
        from fbridge.cli.evening_report import write_report

        write_report(session, [one.manifest.number for one in work.shipped if one.shipped], report)
    return code


@dataclass
class _Evening:
    """What was done so far. ``folder`` is None where nothing is printed."""

    session: Session
    leave_out_bad: bool
    at: When | None
    folder: Path | None
    codes: list[ExitCode] = field(default_factory=list)
    fetched: list[FetchResult] = field(default_factory=list)
    printed: list[PaperWritten] = field(default_factory=list)
    shipped: list[ShipResult] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    failed: list[CarrierError] = field(default_factory=list)

    def fetch(self) -> None:
        """The last state of the orders; a store that cannot be read stops nothing that is in the house."""
        from fbridge.cli.fetch import code_of, lines_after
        from fbridge.cli.progress import fetch_progress

        with fetch_progress(self.session) as progress:
            results = self.session.bridge.fetch(progress=progress)
        for one in results:
            self._say(f"{one.store}: {one.error or f'{one.new} new orders, {one.changed} changed'}")
        for line in lines_after(results):
            self._say(line)
        self.codes += [code_of(one) for one in results if one.error or one.unreadable]
        self.fetched += results

    def carriers_with_work(self) -> Sequence[str]:
        """The codes of those for whom anything is in the house."""
        house = self.session.bridge.status().in_the_house
        return house.carriers if house else ()

    def serve(self, carrier: str, *, assumed: bool) -> None:
        """All that is to be done for one carrier; what goes wrong with it stops no other."""
        from fbridge.cli.answers import CarrierError
        from fbridge.errors import FbridgeError

        try:
            manifest = self.fill(carrier)
            if manifest is None:
                return
            self.print(manifest)
            if self.is_collected(manifest, assumed=assumed):
                self.ship(manifest)
        except FbridgeError as error:
            self._say(f"{carrier}: {error}")
            self.failed.append(CarrierError(carrier=carrier, error=error))
            self.codes.append(error.exit_code)

    def fill(self, carrier: str) -> Manifest | None:
        """The carrier's manifest in preparation, with all that waits for it; None where there is nothing."""
        from fbridge.cli.manifest_views import summary

        manifest = self.session.bridge.manifests.fill(carrier)
        self._say(summary(manifest) if manifest else f"{carrier}: nothing is in the house.")
        return manifest

    def print(self, manifest: Manifest) -> None:
        """A paper that tells what is on the manifest now, unless the last one does."""
        from fbridge.cli.manifest_and_shipment_papers import PaperOptions
        from fbridge.cli.manifest_printing import draw_to_file, missing_libraries

        if self.folder is None or self.session.bridge.manifests.is_printed(manifest.number):
            return
        if missing_libraries():
            self._say(f"Not printed, for that needs more packages: {extra_command('office')}")
            return
        told, _ = draw_to_file(self.session, manifest.number, PaperOptions(folder=self.folder))
        self._say(f"Printed: {told.file}")
        self.printed.append(told)

    def is_collected(self, manifest: Manifest, *, assumed: bool) -> bool:
        """Whether the driver has taken the parcels: somebody has to say so."""
        question = f"Has the driver of {manifest.carrier.name} taken manifest {manifest.number}?"
        if assumed or (self.session.may_ask and confirm(question)):
            return True
        self.waiting.append(manifest.number)
        self._say(
            f"Manifest {manifest.number} waits for its driver; then: fbridge evening {manifest.carrier.code}"
        )
        return False

    def ship(self, manifest: Manifest) -> None:
        """A last look at the orders; what must not leave stops its own manifest only."""
        done = self.session.bridge.manifests.ship(
            manifest.number, leave_out_bad=self.leave_out_bad, at=self.session.moment(self.at)
        )
        bad = [one for one in done.results if not one.ok]
        for one in bad:
            self._say(f"{one.label} ({one.ref}): {one.words}")
        if done.shipped:
            self._say(f"Manifest {manifest.number} is shipped.")
        else:
            step = f"fbridge manifest ship {manifest.number} --leave-out-bad"
            self._say(f"Manifest {manifest.number} is not shipped; without what must not leave: {step}")
        self.codes += [ExitCode.SOME_FAILED] if bad else []
        self.shipped.append(done)

    def push(self, *, yes: bool, details: bool) -> ExitCode:
        """What has left and is not told: shown, asked, pushed."""
        from fbridge.cli.answers import EveningDone
        from fbridge.cli.push import carry_out

        before = EveningDone(
            fetched=tuple(self.fetched),
            printed=tuple(self.printed),
            shipped=tuple(self.shipped),
            waiting=tuple(self.waiting),
            failed=tuple(self.failed),
        )
        plan = self.session.bridge.plan()
        return carry_out(self.session, plan, (), yes=yes, before=before, codes=self.codes, details=details)

    def _say(self, text: str) -> None:
        if not self.session.json:
            click.echo(told(text))
