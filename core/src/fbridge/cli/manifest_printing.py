"""``fbridge manifest print``: the paper as a file."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import click

from fbridge.cli.answers import PaperWritten
from fbridge.cli.atomic_file import replaced_bytes
from fbridge.cli.displayed import counted
from fbridge.cli.manifest_and_shipment_papers import PaperOptions
from fbridge.cli.manifest_views import next_step, summary
from fbridge.cli.output import say, show_data
from fbridge.cli.session import Session
from fbridge.cli.table_export import Export, Look, getter, write_export
from fbridge.errors import InputError
from fbridge.exit_codes import ExitCode
from fbridge.installation import extra_command
from fbridge.models.shipments import Manifest

_TABLES = ("csv", "xlsx")
_NEEDED = ("babel", "barcode", "font_roboto", "fpdf", "jinja2")


def print_to_file(session: Session, ref: str, options: PaperOptions) -> ExitCode:
    """``fbridge manifest print``: what a person should know of the paper comes on stderr."""
    options.refuse_mixed_output(session)
    if options.plain and options.form != "csv":
        raise click.UsageError("Plain cells are those of CSV; give --plain with --format csv.")
    if options.form in _TABLES:
        return _table_to_file(session, ref, options)
    if options.pick:
        return _pick_list_to_file(session, ref, options)
    told, manifest = draw_to_file(session, ref, options)
    if options.to_standard_output:
        return ExitCode.OK
    blocks = (summary(manifest), f"Printed: {told.file}")
    return show_data(session, told, *blocks, next_step=next_step(manifest))


def _table_to_file(session: Session, ref: str, options: PaperOptions) -> ExitCode:
    export, number = (_picks if options.pick else _lines)(session, ref)
    target = options.target(f"{'pick' if options.pick else 'manifest'}-{number}")
    rows = write_export(session, export, Look(form=options.form, plain=options.plain), target)
    if options.to_standard_output:
        return ExitCode.OK
    told = PaperWritten(file=str(target), manifest=number, rows=rows)
    return show_data(session, told, f"{counted(rows, 'row')} of manifest {number} in {target}.")


def _lines(session: Session, ref: str) -> tuple[Export[Any], str]:
    """A row for each delivery."""
    from fbridge.office.exports.manifest_values import MANIFEST_VALUES, manifest_lines

    manifest = session.bridge.manifests.get(ref)
    return _export(manifest_lines(manifest), MANIFEST_VALUES), manifest.number


def _picks(session: Session, ref: str) -> tuple[Export[Any], str]:
    """A row for each article of each shipment."""
    from fbridge.office.exports.pick_values import PICK_VALUES, picks_of

    manifest, packed = session.bridge.manifests.contents(ref)
    return _export(iter(picks_of(packed)), PICK_VALUES), manifest.number


def _export(items: Iterator[Any], values: Mapping[str, Callable[[Any], Any]]) -> Export[Any]:
    return Export(
        items=items,
        columns=list(values),
        as_json=lambda one: {name: value(one) for name, value in values.items()},
        rows=lambda one: iter([("", getter(values, one))]),
    )


def _pick_list_to_file(session: Session, ref: str, options: PaperOptions) -> ExitCode:
    refuse_without_libraries()
    from fbridge.office.paper.printing import draw_pick_list

    content, number, warnings = draw_pick_list(
        session.bridge, ref, form=options.form, language=options.language_for(session)
    )
    target = options.target(f"pick-{number}")
    replaced_bytes(target, content)
    for warning in warnings:
        say(session, warning)
    if options.to_standard_output:
        return ExitCode.OK
    told = PaperWritten(file=str(target), manifest=number, warnings=tuple(warnings))
    return show_data(session, told, f"Printed: {target}", next_step=f"fbridge manifest scan {number}")


def draw_to_file(session: Session, ref: str, options: PaperOptions) -> tuple[PaperWritten, Manifest]:
    """Draw a manifest, put the file in its place as a whole, and tell of it.

    Raises InputError where the extra is not installed or the file cannot be written.
    """
    refuse_without_libraries()
    from fbridge.office.paper.printing import Look, Printed, print_manifest

    look = Look(language=options.language_for(session), copies=options.copies, bar_codes=options.bar_codes)

    def write(printed: Printed) -> None:
        replaced_bytes(options.target(f"manifest-{printed.paper.manifest.number}"), printed.content)

    printed = print_manifest(session.bridge, ref, form=options.form, look=look, write=write)
    manifest = printed.paper.manifest
    for warning in printed.warnings:
        say(session, warning)
    told = PaperWritten(
        file=str(options.target(f"manifest-{manifest.number}")),
        manifest=manifest.number,
        revision=printed.paper.revision,
        reprint=printed.paper.is_reprint,
        warnings=tuple(printed.warnings),
    )
    return told, manifest


def missing_libraries() -> list[str]:
    """What printing needs and is not installed."""
    return [name for name in _NEEDED if importlib.util.find_spec(name) is None]


def refuse_without_libraries() -> None:
    """Raises InputError naming what is missing."""
    if missing := missing_libraries():
        raise InputError(
            f'Printing needs the extra "office" of fbridge ({", ".join(missing)} not found); '
            f"run: {extra_command('office')}",
            reason="extra_missing",
        )
