"""The options of ``orders export`` and ``shipment export``."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Command = Callable[..., Any]
FORMS = ("csv", "json", "ndjson", "xlsx")


def export_options(command: Command) -> Command:
    """Add the options of both exports; the command gets what was said as ``wanted``."""
    command = _with_wanted(command)
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


def _with_wanted(command: Command) -> Command:
    @functools.wraps(command)
    def gathered(*args: Any, **options: Any) -> Any:
        from fbridge.cli.batch_export import Wanted

        said = {one.name: options.pop(one.name) for one in dataclasses.fields(Wanted)}
        return command(*args, wanted=Wanted(**said), **options)

    return gathered
