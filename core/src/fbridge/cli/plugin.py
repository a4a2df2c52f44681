"""``fbridge plugin``: for those who write one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fbridge.cli.command_classes import Group
from fbridge.cli.questions import confirm
from fbridge.cli.session import Session, pass_session
from fbridge.errors import InputError
from fbridge.exit_codes import ExitCode
from fbridge.models.states import MailBehaviour

if TYPE_CHECKING:
    from fbridge.authoring.card import ClauseResult, ReportCard

T = TypeVar("T")
_A_NAME = re.compile(r"[\w.-]+")


@click.group(cls=Group)
def plugin() -> None:
    """Write a platform plugin (docs/plugin-tutorial.md)."""


@plugin.command()
@click.argument("name")
@click.option("--label", default="", help="What people call the platform, if not as NAME.")
@click.option("--folder", type=click.Path(path_type=Path), help="The folder to make [fbridge-NAME].")
@click.option(
    "--partial-shipments/--no-partial-shipments",
    default=None,
    help="A part of an order can be shown as shipped.",
)
@click.option(
    "--several-numbers/--no-several-numbers",
    default=None,
    help="A shipment can have several tracking numbers.",
)
@click.option("--corrections/--no-corrections", default=None, help="A number that is there can be corrected.")
@click.option(
    "--mail",
    type=click.Choice([str(one) for one in MailBehaviour]),
    help="Whether a store mails the customer: always, if it is asked to, or never.",
)
@click.option(
    "--auth",
    type=click.Choice(["header", "basic", "bearer", "query"]),
    help="How a store is shown the key: in a header of its own, by HTTP Basic, as a bearer token, in the address.",
)
@pass_session
def new(session: Session, /, name: str, label: str, folder: Path | None, **shape: Any) -> ExitCode:
    """Write a small plugin for the platform NAME, with a sandbox and tests that pass, to be filled in.

    What is not said of its shape is asked; where nobody is there to ask, it is as in the tutorial: yes, yes, yes,
    optional, header. It goes into a new folder here, and nothing is overwritten.
    """
    from fbridge.authoring.new_plugin import NewPlugin, files_of, names_for, refuse_taken, write_plugin
    from fbridge.authoring.pieces import shape_of
    from fbridge.cli.output import show_data
    from fbridge.installation import to_work_on

    names = names_for(name, label)
    folder = folder or Path(names.distribution)
    refuse_taken(folder)
    if session.may_ask:
        shape = {about: _asked(about, said) for about, said in shape.items()}
    chosen = shape_of(shape)
    files = files_of(names, chosen)
    write_plugin(folder, files)
    written = NewPlugin(
        platform=names.key,
        distribution=names.distribution,
        folder=str(folder),
        files=tuple(files),
        shape=chosen,
    )
    return show_data(
        session,
        written,
        f"{names.distribution} was written to {folder} ({len(files)} files). Install it, and check it:",
        f"{to_work_on(folder, 'sandbox', 'testing')}",
        next_step=f"fbridge plugin check {names.key}",
    )


_QUESTIONS = {
    "partial_shipments": "Can a part of an order be shown as shipped?",
    "several_numbers": "Can a shipment have several tracking numbers?",
    "corrections": "Can a number that is there be corrected?",
    "mail": "Does a store mail the customer: always, if it is asked to (optional), or never?",
    "auth": "How is a store shown the key?",
}
_CHOICES = {"mail": ("optional", "always", "never"), "auth": ("header", "basic", "bearer", "query")}


def _asked(about: str, said: T) -> T | str | bool:
    """What was said, else what a person answers; the first choice is the usual one."""
    if said is not None:
        return said
    if about not in _CHOICES:
        return confirm(_QUESTIONS[about], has_default=False)
    choices = _CHOICES[about]
    answer: str = click.prompt(_QUESTIONS[about], type=click.Choice(choices), default=choices[0], err=True)
    return answer


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
    say(session, f"Loading {module}; if it loads, the kit runs, which takes {how_long}.")
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
        *(_whole_of(card, failed[0]) if failed else ()),
        words,
        next_step=f"fbridge plugin check {card.platform} --all" if card.ok and not everything else "",
        code=ExitCode.SOME_FAILED if failed or card.stopped else ExitCode.OK,
    )


def _whole_of(card: ReportCard, clause: ClauseResult) -> Iterator[str]:
    """Where the kit tells more of a failure than one line."""
    test = next(one.test for one in clause.tests if one.result is clause.result)
    yield f"All that the kit says of it: python -m pytest {' '.join(card.files)} -k '{test.partition('[')[0]}'"
