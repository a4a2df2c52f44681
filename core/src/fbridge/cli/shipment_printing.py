"""``fbridge shipment print``: the papers that go with the parcels, as one file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from fbridge.cli.answers import PapersWritten
from fbridge.cli.atomic_file import replaced_bytes
from fbridge.cli.manifest_and_shipment_papers import PaperOptions
from fbridge.cli.manifest_printing import refuse_without_libraries
from fbridge.cli.manifest_views import RESULT_COLUMNS
from fbridge.cli.output import say, show_data
from fbridge.cli.session import Session
from fbridge.cli.tables import Table
from fbridge.exit_codes import ExitCode


def print_shipments(
    session: Session, refs: Sequence[str], options: PaperOptions, *, manifest: str | None, as_note: bool
) -> ExitCode:
    """Draw them, put the file in its place, and tell of each; some refused is exit code 1."""
    options.refuse_mixed_output(session)
    refuse_without_libraries()
    from fbridge.office.paper.delivery_printing import print_deliveries

    if manifest is not None:
        manifest = session.bridge.manifests.get(manifest).number
    targets: list[Path] = []

    def write(content: bytes, label: str) -> None:
        targets.append(options.target(_name(refs, manifest, label)))
        replaced_bytes(targets[0], content)

    printed = print_deliveries(
        session.bridge,
        refs,
        manifest=manifest,
        language=options.language_for(session),
        copies=options.copies,
        form=options.form,
        as_note=as_note,
        write=write,
    )
    for warning in printed.warnings:
        say(session, warning)
    bad = [one for one in printed.results if not one.ok]
    code = ExitCode.SOME_FAILED if bad else ExitCode.OK
    if options.to_standard_output:
        for one in bad:
            click.echo(f"{one.ref}: {one.words}", err=True)
        return code
    file = str(targets[0]) if targets else None
    told = PapersWritten(file=file, results=tuple(printed.results), warnings=tuple(printed.warnings))
    return show_data(
        session,
        told,
        Table(RESULT_COLUMNS, printed.results),
        f"Printed: {file}" if file else "Nothing was printed.",
        code=code,
    )


def _name(refs: Sequence[str], manifest: str | None, label: str) -> str:
    """``delivery-S12`` for one, ``deliveries-2026-0001`` for those of a manifest, else ``deliveries``."""
    if manifest is not None and not refs:
        return f"deliveries-{manifest}"
    return f"delivery-{label}" if len(refs) == 1 and manifest is None else "deliveries"
