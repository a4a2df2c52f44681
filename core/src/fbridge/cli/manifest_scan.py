"""``fbridge manifest scan``: one line of the scanner, one answer."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator

import click

from fbridge.cli.harmless_text import one_line
from fbridge.cli.output import show_data
from fbridge.cli.session import Session
from fbridge.cli.spoken import because, told
from fbridge.exit_codes import ExitCode
from fbridge.shipping.manifest_scanning import Scanned, ScanResult

_BELL = "\a"


def scan_lines(session: Session, ref: str) -> ExitCode:
    """Answer every line of standard input, then tell what is missing; exit 1 where anything is, or too many."""
    parcels = session.bridge.manifests.scan(ref)
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # half a character from a scanner is a wrong code, and no end
    for line in sys.stdin:
        answer = parcels.read(line)
        if answer is not None and not session.json:
            click.echo(_told(answer))
    result = parcels.result()
    code = ExitCode.OK if result.complete else ExitCode.SOME_FAILED
    step = f"fbridge manifest ship {result.manifest}" if result.complete else ""
    return show_data(session, result, *_closing(result), next_step=step, code=code)


def _told(answer: Scanned) -> str:
    words = because(answer.reason, answer.words)
    if answer.ok:
        return one_line(f"{told('yes'):<4} {answer.code}  {words}")
    return one_line(f"NO   {answer.code}  {words}") + _BELL


def _closing(result: ScanResult) -> Iterator[str]:
    for words in result.missing:
        yield f"Missing: {words}."
    if result.too_many:
        yield f"Too many: {', '.join(result.too_many)}."
    if result.complete:
        yield f"All of manifest {result.manifest} was scanned."
