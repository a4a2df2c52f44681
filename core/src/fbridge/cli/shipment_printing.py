"""``fbridge shipment print``: the papers that go with the parcels, as one file."""

from __future__ import annotations

from collections.abc import Sequence

import click

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

    printed = print_deliveries(
        session.bridge,
        refs,
        manifest=manifest,
        language=options.language_for(session),
        copies=options.copies,
        as_note=as_note,
    )
    if manifest is not None:
        manifest = session.bridge.manifests.get(manifest).number
    target = options.target(_name(refs, manifest, printed.results[0].label if printed.results else ""))
    if printed.content:
        replaced_bytes(target, printed.content)
    for warning in printed.warnings:
        say(session, warning)
    bad = [one for one in printed.results if not one.ok]
    code = ExitCode.SOME_FAILED if bad else ExitCode.OK
    if options.to_standard_output:
        for one in bad:
            click.echo(f"{one.ref}: {one.words}", err=True)
        return code
    file = str(target) if printed.content else None
    told = {"file": file, "results": printed.results, "warnings": printed.warnings}
    return show_data(
        session,
        told,
        Table(RESULT_COLUMNS, printed.results),
        f"Printed: {target}" if file else "Nothing was printed.",
        code=code,
    )


def _name(refs: Sequence[str], manifest: str | None, label: str) -> str:
    """``delivery-S12`` for one, ``deliveries-2026-0001`` for those of a manifest, else ``deliveries``."""
    if manifest is not None and not refs:
        return f"deliveries-{manifest}"
    return f"delivery-{label.partition(',')[0]}" if len(refs) == 1 and manifest is None else "deliveries"
