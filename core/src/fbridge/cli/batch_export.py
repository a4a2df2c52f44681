"""``orders export`` and ``shipment export``: their options, and the numbered batches of ``--new``."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fbridge.cli.atomic_file import STANDARD_OUTPUT
from fbridge.cli.output import say
from fbridge.cli.session import Session
from fbridge.cli.table_export import Export, Look, write_export
from fbridge.errors import InputError
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from fbridge.history.export_batches import Batch

T = TypeVar("T")
PLACE = "{batch}"
"""What the number of the batch stands for in a file's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was said on the command line."""

    new: bool
    again: str | None
    form: str | None
    map_name: str | None
    plain: bool
    output: Path

    def look(self, session: Session, kind: str) -> Look:
        """The form of the file. Raises what a wrong map raises, UsageError where options contradict each other."""
        from fbridge.office.exports.maps import ExportMaps

        maps = ExportMaps(session.bridge.context.settings)
        made = maps.get(self.map_name, kind) if self.map_name else None
        form = self.form or ("json" if session.json else made.form if made else "csv")
        if self.plain and (made or form != "csv"):
            raise click.UsageError(
                "Plain cells are those of CSV that no map describes; everything else is plain as it is."
            )
        return Look(form=form, made=made, plain=self.plain)

    def target(self, batch: Batch | None, look: Look) -> Path:
        """Where it goes. Raises UsageError for a folder where there is no batch to name the file."""
        if self.output == STANDARD_OUTPUT:
            return self.output
        if batch is None:
            if self.output.is_dir() or PLACE in self.output.name:
                raise click.UsageError(f"{self.output} names no file: only a batch has a name of its own.")
            return self.output
        if self.output.is_dir():
            return self.output / f"{batch.name}.{look.ending}"
        return self.output.with_name(self.output.name.replace(PLACE, f"{batch.number:04}"))

    @property
    def has_own_name(self) -> bool:
        """Whether each batch goes into a file of its own."""
        return self.output.is_dir() or PLACE in self.output.name

    def batch_number(self, kind: str) -> int | None:
        """Of ``--again``: ``7``, or as files are called. Raises UsageError."""
        if self.again is None:
            return None
        text = self.again.removeprefix(f"{kind}-")
        if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004 - what a database counts
            raise click.UsageError(f"{self.again!r} is no number of a batch, such as 7 or {kind}-0007.")
        return int(text)


def export(
    session: Session,
    kind: str,
    wanted: Wanted,
    *,
    claim: Callable[[], Batch | None],
    contents: Callable[[Batch | None], Export[Any]],
) -> ExitCode:
    """Write what was asked for; a batch is finished when its file is there."""
    from fbridge.history.export_batches import exporting, find_batch, finish

    if wanted.new and wanted.again:
        raise click.UsageError("Say either that the next batch is made or which one is repeated, not both.")
    look, context = wanted.look(session, kind), session.bridge.context
    number = wanted.batch_number(kind)
    with exporting(context, kind) if wanted.new else nullcontext():
        batch = find_batch(context, kind, number) if number else claim() if wanted.new else None
        if batch is None and wanted.new:
            return _nothing_new(session, kind, wanted, look, contents)
        target = wanted.target(batch, look)
        if batch and wanted.new and wanted.has_own_name:
            _refuse_strange_file(session, batch, target)
        if batch and batch.is_repeated:
            say(session, f"Batch {batch.number} was begun before and not finished; this is that one.")
        count = write_export(session, contents(batch), look, target)
        if batch:
            finish(context, batch)
    _tell(session, kind, count, batch, target)
    return ExitCode.OK


def _refuse_strange_file(session: Session, batch: Batch, target: Path) -> None:
    """A file of a number that was never given out is another database's, or of one that was restored since."""
    from fbridge.history.export_batches import give_back

    if batch.is_repeated or not target.exists():
        return
    give_back(session.bridge.context, batch)
    raise InputError(
        f"{target} is there already, and batch {batch.number} is a new one. Was the database restored? Then what it "
        "holds was perhaps told before; look at it, and move the file away.",
        reason="file_there",
    )


def _tell(session: Session, kind: str, count: int, batch: Batch | None, target: Path) -> None:
    of_batch = f"Batch {batch.number}: " if batch else ""
    if target != STANDARD_OUTPUT:
        say(session, f"{of_batch}{count} {kind} are in {target}.")
    elif batch:
        say(session, f"{of_batch}{count} {kind}.")


def _nothing_new(
    session: Session,
    kind: str,
    wanted: Wanted,
    look: Look,
    contents: Callable[[Batch | None], Export[Any]],
) -> ExitCode:
    """No batch and no file of its own. A file with a fixed name is written empty: what it held was new before."""
    say(session, f"No new {kind}.")
    if wanted.output == STANDARD_OUTPUT and look.form != "json":
        return ExitCode.OK
    if wanted.output != STANDARD_OUTPUT and (wanted.has_own_name or not wanted.output.exists()):
        return ExitCode.OK
    empty = contents(None)
    nothing: Export[Any] = Export(
        items=iter(()), columns=empty.columns, as_json=empty.as_json, rows=empty.rows
    )
    write_export(session, nothing, look, wanted.output)
    return ExitCode.OK


def refuse_with_again(wanted: Wanted, chosen: dict[str, Any]) -> None:
    """Raise UsageError where a filter is said of a batch, which holds what it holds."""
    said = [f"--{name.replace('_', '-')}" for name, value in chosen.items() if value]
    if wanted.again is not None and said:
        raise InputError(
            f"A batch holds what it holds: leave out {', '.join(said)}.", reason="batch_and_filter"
        )
