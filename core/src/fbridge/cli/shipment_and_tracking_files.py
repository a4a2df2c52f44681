"""What commands that read a file have in common: their options, and how the report is shown."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fbridge.cli.argument_types import by_name, name_and_value
from fbridge.cli.session import Session
from fbridge.cli.spoken import because, told
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from fbridge.office.imports.file_import import ImportOptions
    from fbridge.office.imports.maps import ImportMap
    from fbridge.office.imports.report import ImportReport, RowResult

Command = Callable[..., Any]
Options = TypeVar("Options", bound="ImportOptions")
file_argument = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))

_MOST_SHOWN = 40


def form_options(command: Command) -> Command:
    """Add the options that tell how a file is written; each stands above what its map says."""
    for option in reversed(
        [
            click.option("--map", "map_name", metavar="NAME", help="How files of this source are written."),
            click.option("--encoding", help="Such as cp1252 [found out, or refused]."),
            click.option("--delimiter", help="A character, or: semicolon, comma, tab, bar."),
            click.option("--decimal", type=click.Choice([",", "."]), help="What marks decimals."),
            click.option("--dates", type=click.Choice(["dmy", "mdy", "ymd"]), help="How dates are written."),
            click.option("--sheet", help="Of a spreadsheet."),
            click.option(
                "--column",
                "columns",
                type=name_and_value,
                callback=by_name,
                multiple=True,
                metavar="FIELD=NAME",
                help="A column by its name or number; repeatable.",
            ),
        ]
    ):
        command = option(command)
    return command


def import_options(command: Command) -> Command:
    """Add the options of both imports."""
    for option in reversed(
        [
            click.option(
                "--plan", "--dry-run", is_flag=True, help="Show what would come of it; write nothing."
            ),
            click.option("--store", help="Of the order numbers, where the rows do not say."),
            click.option("--carrier", help="Of the rows that do not say."),
            click.option(
                "--year", type=click.IntRange(2000, 2099), help="Of the documents that have no date."
            ),
            click.option(
                "--allow-shared", is_flag=True, help="Although another shipment has the same number."
            ),
            click.option("--strict", is_flag=True, help="Refuse numbers that are odd for their carrier."),
        ]
    ):
        command = option(command)
    return form_options(command)


def options_of(session: Session, kind: type[Options], said: Mapping[str, Any]) -> Options:
    """What was said of an import; what is none of its own options tells how the file is written."""
    own = {field.name for field in dataclasses.fields(kind)}
    form = {name: value for name, value in said.items() if name not in own}
    told = {name: value for name, value in said.items() if name in own}
    return kind(map=map_of(session, **form), **told)


def map_of(
    session: Session, map_name: str | None, delimiter: str | None, columns: dict[str, str], **said: Any
) -> ImportMap:
    """The saved map, or none, with what was said on the command line in its place."""
    from fbridge.office.imports.maps import ImportMap, Maps, delimiter_of, with_options

    maps = Maps(session.bridge.context.settings.home.maps)
    saved = maps.get(map_name) if map_name else ImportMap()
    named = {field: int(name) if name.isdigit() else name for field, name in columns.items()}
    told = said | {"columns": named, "delimiter": delimiter_of(delimiter) if delimiter else None}
    return with_options(saved, told)


def show_report(session: Session, report: ImportReport, *, next_step: str) -> ExitCode:
    """Answer with what became of each row; people see the refused and the changed ones, and the totals."""
    from fbridge.cli.output import say, show_data
    from fbridge.cli.tables import Table
    from fbridge.models.results import Outcome

    told = [row for row in report.rows if row.outcome in {Outcome.REFUSED, Outcome.CHANGED} or report.plan]
    blocks = [Table(_columns(), told[:_MOST_SHOWN])] if told else []
    for warning in (
        *report.warnings,
        *(f"row {row.row}: {one}" for row in report.rows for one in row.warnings),
    ):
        say(session, f"Note: {warning}")
    if len(told) > _MOST_SHOWN:
        say(session, f"... and {len(told) - _MOST_SHOWN} more rows; all of them: --json")
    code = ExitCode.OK if report.ok else ExitCode.SOME_FAILED
    return show_data(session, report, *blocks, _summary(report), next_step=next_step, code=code)


def report_text(report: ImportReport) -> str:
    """The report as a text that can be mailed: the totals, what was refused, what to look at."""
    from fbridge.models.results import Outcome

    lines = [*map(told, _summary(report).splitlines()), *map(told, report.warnings)]
    for row in report.rows:
        if row.outcome is Outcome.REFUSED:
            where = f" {row.column} {row.value!r}:" if row.column else ""
            lines.append(f"{told('Row')} {row.row}:{where} {because(row.reason, row.words)}")
        lines += [f"{told('Row')} {row.row}: {told(words)}" for words in row.warnings]
    return "\n".join(lines) + "\n"


def _columns() -> list[Any]:
    from fbridge.cli.tables import Column

    def column(title: str, value: Callable[[RowResult], object], **more: Any) -> Column[RowResult]:
        return Column(title, value, **more)

    return [
        column("Row", lambda row: row.row, right=True),
        column("Result", lambda row: row.outcome),
        column("Column", lambda row: row.column),
        column("Value", lambda row: row.value),
        column("What", lambda row: because(row.reason, row.words), wraps=True),
    ]


def _summary(report: ImportReport) -> str:
    said = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in report.counts.items() if count)
    lines = [f"{report.file}: {said or 'no row'}{' (a plan; nothing was written)' if report.plan else ''}."]
    if report.ignored:
        lines.append(f"Columns that nothing was read from: {', '.join(report.ignored)}.")
    if report.refused_file:
        lines.append(
            f"The refused rows are in {report.refused_file}; mend them there and import that file the same way."
        )
    return "\n".join(lines)
