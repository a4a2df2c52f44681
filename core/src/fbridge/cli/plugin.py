"""``fbridge plugin``: for those who write one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fbridge.cli.command_classes import Group
from fbridge.cli.session import Session, pass_session
from fbridge.errors import InputError
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from fbridge.authoring.card import ClauseResult, ReportCard

_A_NAME = re.compile(r"[\w.-]+")


@click.group(cls=Group)
def plugin() -> None:
    """Write a platform plugin (docs/plugin-tutorial.md)."""


@plugin.command()
@click.argument("module")
@click.option(
    "--tests",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Where its tests of the kit are, if not beside it; repeatable.",
)
@click.option("--all", "everything", is_flag=True, help="The whole kit, which takes minutes.")
@click.option(
    "--patience",
    type=click.IntRange(5, 3600),
    default=120,
    show_default=True,
    metavar="SECONDS",
    help="One test that takes longer hangs.",
)
@pass_session
def check(
    session: Session, module: str, tests: tuple[Path, ...], everything: bool, patience: int
) -> ExitCode:
    """Load the plugin MODULE, run the conformance kit on its sandbox, and print a report card.

    MODULE is a platform, such as shopify, or the plugin's module, such as fbridge_shopify.plugin. The tests are those
    that subclass AdapterConformance. Without --all they are the ones that every plugin must pass first of all.
    """
    from fbridge.authoring.check import check_plugin
    from fbridge.cli.output import say

    if not _A_NAME.fullmatch(module):
        raise InputError(
            f'"{module}" is no name of a module or a platform, such as fbridge_kiosk.plugin or kiosk.'
        )
    how_long = "minutes" if everything else "about a minute"
    say(session, f"{module} is loaded, and the kit runs; this takes {how_long}.")
    card = check_plugin(module, tests=tests, everything=everything, patience=patience)
    return _show(session, card, everything=everything)


def _show(session: Session, card: ReportCard, *, everything: bool) -> ExitCode:
    from fbridge.authoring.card import Mark
    from fbridge.cli.output import show_data
    from fbridge.cli.tables import Column, Table

    columns: list[Column[ClauseResult]] = [
        Column("Clause", lambda one: one.clause),
        Column("About", lambda one: one.about),
        Column("Result", lambda one: one.result),
        Column("Passed", lambda one: one.passed),
        Column("Failed", lambda one: one.failed),
        Column("Why", lambda one: one.why),
    ]
    failed = [one for one in card.clauses if one.result is Mark.FAILED]
    verdict = "keeps" if card.ok else "does not keep"
    what = "contract" if everything else "must part of the contract"
    words = f"{card.platform} ({card.distribution}), for contract {card.contract}, {verdict} the {what}."
    return show_data(
        session,
        card,
        Table(columns, card.clauses),
        *card.notes,
        *([f"It stopped: {card.stopped}."] if card.stopped else []),
        words,
        next_step=f"fbridge plugin check {card.platform} --all" if card.ok and not everything else "",
        code=ExitCode.SOME_FAILED if failed or card.stopped else ExitCode.OK,
    )
