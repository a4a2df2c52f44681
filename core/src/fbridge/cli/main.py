"""The ``fbridge`` command. This module imports click and nothing heavy (docs/architecture.md, "Budgets")."""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from fbridge import __version__
from fbridge.cli.command_classes import ALL_GLOBAL, LazyGroup
from fbridge.cli.consoles import accept_every_character, open_what_is_closed
from fbridge.cli.errors_shown import ReaderLeftError, leave, run_guarded
from fbridge.cli.session import Session
from fbridge.cli.spoken import speak_as_asked

COMMANDS = {
    "demo": ("fbridge.cli.demo:demo", "See the whole job on an emulated store."),
    "platforms": ("fbridge.cli.platforms:platforms", "List the installed platform plugins."),
    "store": ("fbridge.cli.store:store", "Add, check and remove stores."),
    "fetch": ("fbridge.cli.fetch:fetch", "Download new and changed orders."),
    "orders": ("fbridge.cli.orders:orders", "List, show and export orders."),
    "carrier": ("fbridge.cli.carrier:carrier", "Carriers, their codes on the stores, and routes."),
    "shipment": ("fbridge.cli.shipment:shipment", "Make and look at shipments."),
    "tracking": ("fbridge.cli.tracking:tracking", "Set tracking numbers."),
    "import": ("fbridge.cli.import_map:import_", "Tell how the files of an ERP or a courier are written."),
    "export": ("fbridge.cli.export_map:export", "Tell what a courier's program or an ERP reads."),
    "inbox": ("fbridge.cli.inbox:inbox", "Take the files that were put into a folder."),
    "manifest": ("fbridge.cli.manifest:manifest", "Gather shipments for a carrier, and ship them."),
    "evening": ("fbridge.cli.evening:evening", "The whole evening: fetch, fill, print, ship, push."),
    "push": ("fbridge.cli.push:push", "Tell the stores what was shipped."),
    "fulfil": ("fbridge.cli.fulfil:fulfil", "Ship one order and tell its store, for programs."),
    "worker": ("fbridge.cli.worker:worker", "Fetch and push from any number of computers."),
    "verify": ("fbridge.cli.verify:verify", "Compare what the stores show with what they were told."),
    "status": ("fbridge.cli.status:status", "Show what is not at rest, why, and what to do."),
    "explain": ("fbridge.cli.explain:explain", "Tell the whole story of an order, shipment or number."),
    "events": ("fbridge.cli.events:events", "Write what happened, for programs that follow."),
    "listeners": ("fbridge.cli.listeners:listeners", "Local plugins that are told what happened."),
    "find": ("fbridge.cli.find:find", "Find an order, a shipment, a manifest or a number."),
    "purge": ("fbridge.cli.purge:purge", "Forget personal data of old orders."),
    "doctor": ("fbridge.cli.doctor:doctor", "Look at the whole installation; nothing is changed."),
    "db": ("fbridge.cli.db:db", "Check, back up and restore the database."),
    "schema": ("fbridge.cli.schema:schema", "Print the JSON Schema of a command's answer."),
    "completion": ("fbridge.cli.completion:completion", "Let a shell complete names and options."),
    "plugin": ("fbridge.cli.plugin:plugin", "Check a plugin that you write, and begin one."),
    "office": ("fbridge.cli.office:office", "Serve the page of the office, and say who may use it."),
    "sandbox": ("fbridge.cli.sandbox:sandbox", "Run an emulated store."),
}


FEW_COLLECTIONS = (250_000, 20, 20)
"""Of garbage in circles, of which there is little. Looking for it as often as Python does, and once more through all
that goes with the process anyway, is a third of a start; every 20 000 objects it was still a twelfth."""


class RootGroup(LazyGroup):
    """The root of all commands, inside the error boundary."""

    shown = ALL_GLOBAL

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run one command line and leave with its exit code."""
        open_what_is_closed()
        speak_as_asked()
        accept_every_character()
        # Passing the arguments on keeps click from expanding `*` into file names on Windows.
        given = list(sys.argv[1:] if args is None else args)
        session = extra.pop("obj", None) or Session()
        session.json = session.json or "--json" in given  # so that usage errors are JSON as well
        extra |= {"obj": session, "standalone_mode": False}
        run = super().main

        def work() -> object:
            _refuse_undecodable(given)
            return run(given, prog_name or "fbridge", **extra)

        leave(run_guarded(session, work))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; click itself would call a closed pipe a failure."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderLeftError from error


@click.group(cls=RootGroup, name="fbridge", lazy=COMMANDS)
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of settings and data [FBRIDGE_HOME].",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.pass_obj
def cli(session: Session, home: Path | None) -> None:
    """Bring orders in from online stores, and tell the stores what was shipped.

    The daily work: fbridge fetch, fbridge manifest add BRT 1001 1002, fbridge manifest ship BRT,
    fbridge push. `fbridge COMMAND --help` explains each.
    """
    session.home = home or session.home


def _refuse_undecodable(words: Sequence[str]) -> None:
    """Bytes that are no text in the console's encoding come as lone surrogates, which no database takes."""
    for word in words:
        if any("\ud800" <= character <= "\udfff" for character in word):
            raise click.UsageError(f"{word!r} is not text in this console's encoding.")
        if "\0" in word:
            raise click.UsageError(f"{word!r} holds a character that no name or value has.")


def main() -> NoReturn:
    """The console entry point."""
    gc.set_threshold(*FEW_COLLECTIONS)
    atexit.register(gc.freeze)
    cli.main()
