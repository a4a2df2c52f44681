"""``fbridge manifest print``: the paper as a file."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from fbridge.cli.atomic_file import STANDARD_OUTPUT, replaced_bytes
from fbridge.cli.manifest_views import next_step, summary
from fbridge.cli.output import say, show_data
from fbridge.cli.session import Session
from fbridge.errors import InputError
from fbridge.exit_codes import ExitCode
from fbridge.models.shipments import Manifest

_NEEDED = ("babel", "barcode", "font_roboto", "fpdf", "jinja2")


def print_to_file(
    session: Session,
    ref: str,
    *,
    form: str,
    output: Path | None,
    language: str | None,
    copies: int,
    bar_codes: bool,
) -> ExitCode:
    """``fbridge manifest print``: what a person should know of the paper comes on stderr."""
    if output == STANDARD_OUTPUT and session.json:
        raise InputError("Standard output takes the paper or JSON: name a file with -o, or leave --json out.")
    told, manifest = draw_to_file(
        session, ref, form=form, output=output, language=language, copies=copies, bar_codes=bar_codes
    )
    if output == STANDARD_OUTPUT:
        return ExitCode.OK
    blocks = (summary(manifest), f"Printed: {told['file']}")
    return show_data(session, told, *blocks, next_step=next_step(manifest))


def draw_to_file(
    session: Session,
    ref: str,
    *,
    form: str = "pdf",
    output: Path | None = None,
    folder: Path = Path(),
    language: str | None = None,
    copies: int = 2,
    bar_codes: bool = False,
) -> tuple[dict[str, object], Manifest]:
    """Draw a manifest, put the file in its place as a whole, and tell of it.

    Without ``output`` it is ``manifest-NUMBER.pdf`` in ``folder``. Raises InputError where the extra is not installed
    or the file cannot be written.
    """
    if missing := missing_libraries():
        raise InputError(
            f'Printing needs the extra "office" of fbridge ({", ".join(missing)} not found): '
            'install fbridge as "fbridge[office]".',
            reason="extra_missing",
        )
    from fbridge.office.paper.printing import Look, Printed, print_manifest

    language = language or session.bridge.context.settings.language
    look = Look(language=language, copies=copies, bar_codes=bar_codes)

    def target_of(printed: Printed) -> Path:
        return output or folder / f"manifest-{printed.paper.manifest.number}.{form}"

    printed = print_manifest(
        session.bridge,
        ref,
        form=form,
        look=look,
        write=lambda printed: replaced_bytes(target_of(printed), printed.content),
    )
    manifest, target = printed.paper.manifest, target_of(printed)
    for warning in printed.warnings:
        say(session, warning)
    told = {
        "file": str(target),
        "manifest": manifest.number,
        "revision": printed.paper.revision,
        "reprint": printed.paper.is_reprint,
        "warnings": list(printed.warnings),
    }
    return told, manifest


def missing_libraries() -> list[str]:
    """What printing needs and is not installed."""
    return [name for name in _NEEDED if importlib.util.find_spec(name) is None]
