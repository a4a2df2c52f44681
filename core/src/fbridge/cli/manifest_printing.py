"""``fbridge manifest print``: the paper as a file."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from fbridge.cli.atomic_file import replaced_bytes
from fbridge.cli.manifest_views import next_step, summary
from fbridge.cli.output import say, show_data
from fbridge.cli.session import Session
from fbridge.errors import InputError
from fbridge.exit_codes import ExitCode

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
    """Draw a manifest and put the file in its place as a whole; what a person should know comes on stderr."""
    _need_the_extra()
    from fbridge.office.paper.printing import Look, print_manifest

    look = Look(
        language=language or session.bridge.context.settings.language, copies=copies, bar_codes=bar_codes
    )
    printed = print_manifest(session.bridge, ref, form=form, look=look)
    manifest = printed.paper.manifest
    target = output or Path(f"manifest-{manifest.number}.{form}")
    replaced_bytes(target, printed.content)
    for warning in printed.warnings:
        say(session, warning)
    told = {
        "file": str(target),
        "manifest": manifest.number,
        "revision": printed.paper.revision,
        "reprint": printed.paper.is_reprint,
        "warnings": list(printed.warnings),
    }
    return show_data(session, told, summary(manifest), f"Printed: {target}", next_step=next_step(manifest))


def _need_the_extra() -> None:
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise InputError(
            f'Printing needs the extra "office" of fbridge ({", ".join(missing)} not found): '
            'install fbridge as "fbridge[office]".',
            reason="extra_missing",
        )
