"""The options of ``orders export`` and ``shipment export``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Command = Callable[..., Any]
FORMS = ("csv", "json", "ndjson", "xlsx")


def export_options(command: Command) -> Command:
    """Add the options of both exports."""
    for option in reversed(
        [
            click.option(
                "--new", is_flag=True, help="Only what no batch told yet, as the next numbered batch."
            ),
            click.option(
                "--again", "again", metavar="BATCH", help="What this batch holds once more, as it is now."
            ),
            click.option(
                "--format", "form", type=click.Choice(FORMS), help="csv, unless --json or the map says."
            ),
            click.option("--map", "map_name", metavar="MAP", help="As this saved map says."),
            click.option("--plain", is_flag=True, help="CSV for a program: no apostrophe before = + - @."),
            click.option(
                "-o",
                "--output",
                type=click.Path(path_type=Path, allow_dash=True),
                default="-",
                help="File, replaced when all is written; of a batch a folder too, or a name with {batch}.",
            ),
        ]
    ):
        command = option(command)
    return command
