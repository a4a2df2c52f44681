"""``fbridge manifest export``: a file for the courier's program, and what was told by hand instead."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fbridge.cli.answers import CourierFileWritten
from fbridge.cli.atomic_file import STANDARD_OUTPUT, replaced_bytes
from fbridge.cli.output import say, show_data
from fbridge.cli.session import Session
from fbridge.errors import InputError
from fbridge.exit_codes import ExitCode


def export_to_file(
    session: Session, ref: str, map_name: str, output: Path, *, only_changed: bool, plan: bool
) -> ExitCode:
    """Write the file; the courier's program counts as told once it is there."""
    if output == STANDARD_OUTPUT and session.json:
        raise InputError("Standard output takes the file or JSON: name a file with -o, or leave --json out.")
    from fbridge.office.exports.courier import export_manifest

    file = export_manifest(
        session.bridge,
        ref,
        map_name,
        lambda file: replaced_bytes(output, file.content),
        only_changed=only_changed,
        plan=plan,
    )
    if plan:
        say(session, "This is a plan: the courier does not count as told.")
    words = f"{file.rows} rows of manifest {file.manifest.number} are in {output}."
    again = f"fbridge manifest export {file.manifest.number} --for {map_name} -o FILE"
    step = again if plan else "fbridge tracking import FILE"
    if output == STANDARD_OUTPUT:
        return ExitCode.OK
    told = CourierFileWritten(
        file=str(output), manifest=file.manifest.number, rows=file.rows, shipments=file.shipments
    )
    return show_data(session, told, words, next_step=step)


def courier_told(session: Session, refs: Sequence[str]) -> ExitCode:
    """Remember that a person told the courier."""
    from fbridge.shipping.courier_exports import courier_told as remember

    found = remember(session.bridge.context, refs)
    labels = [one.label for one in found]
    say(session, f"The courier knows of {', '.join(labels)}.")
    return show_data(session, labels, next_step="fbridge status")
