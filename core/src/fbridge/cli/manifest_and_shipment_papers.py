"""The options that everything printed has, as one thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from fbridge.cli.atomic_file import STANDARD_OUTPUT
from fbridge.cli.session import Session
from fbridge.errors import InputError
from fbridge.languages import LANGUAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperOptions:
    """What somebody says of a paper; without ``output`` it gets a name of its own in ``folder``."""

    form: str = "pdf"
    output: Path | None = None
    folder: Path = Path()
    language: str | None = None
    copies: int = 2
    bar_codes: bool = False
    pick: bool = False
    plain: bool = False

    @property
    def to_standard_output(self) -> bool:
        """Whether the paper itself is what is printed."""
        return self.output == STANDARD_OUTPUT

    def target(self, name: str) -> Path:
        """Where it goes: ``manifest-2026-0001`` in the folder with the form as its ending, if nothing was said."""
        return self.output or self.folder / f"{name}.{self.form}"

    def language_for(self, session: Session) -> str:
        """That which was said, else that of the settings."""
        return self.language or session.bridge.context.settings.language

    def refuse_mixed_output(self, session: Session) -> None:
        """Raises InputError where paper and JSON would come out together."""
        if self.to_standard_output and session.json:
            raise InputError(
                "Standard output takes the paper or JSON: name a file with -o, or leave --json out."
            )


def paper_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options where a paper goes, and in which language it is."""
    for option in reversed(
        [
            click.option(
                "-o",
                "--output",
                type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
                help="File; else one with the number in its name, in this folder. - is standard output.",
            ),
            click.option(
                "--language", type=click.Choice(LANGUAGES), help="Else FBRIDGE_LANG, or that of the system."
            ),
        ]
    ):
        command = option(command)
    return command
