"""``fbridge store add``: ask for what was not said, look at the store, and keep it."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import click

from fbridge.cli.answers import StoreAdded
from fbridge.cli.harmless_text import several_lines
from fbridge.cli.output import say, show_data
from fbridge.cli.questions import confirm
from fbridge.cli.session import Session
from fbridge.cli.spoken import told
from fbridge.cli.store_views import report_blocks, store_facts
from fbridge.cli.when import When, when
from fbridge.errors import CredentialsError, RefusedError, UnreachableError
from fbridge.exit_codes import ExitCode
from fbridge.plugins import installed_platforms
from fbridge.settings import check_store_name
from fbridge.settings.loading import variable

if TYPE_CHECKING:
    from fbridge.models.platforms import StoreReport
    from fbridge.stores.setting_fields import FieldInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What is known of the new store so far."""

    name: str
    platform: str | None
    url: str | None
    orders_from: When | None
    accept_mail: bool | None
    fields: dict[str, str]


def add_store(session: Session, answers: Answers, *, check: bool) -> ExitCode:
    """Complete the answers, and keep the store if it can be worked with or if the person says so."""
    if answers.platform:
        session.bridge.stores.fields(answers.platform)  # an unknown platform is named before all else
    if session.may_ask:
        answers = _ask(session, answers)
    elif missing := _unsaid(answers):
        raise click.UsageError(f"Nobody is there to ask: say {', and '.join(missing)}.")
    try:
        report = _save(session, answers, check=check)
    except (CredentialsError, RefusedError, UnreachableError) as error:
        say(session, "The store was not saved; --no-check saves it without a look.")
        if not session.may_ask:
            raise
        click.echo(several_lines(str(error)), err=True)
        if not confirm("Save it all the same?"):
            return error.exit_code
        report = _save(session, answers, check=False)
    return _show(session, answers.name, report)


def from_environment(field: str, variable_name: str) -> str:
    """A secret from the environment; a variable that is not set is a mistake."""
    value = os.environ.get(variable_name)
    if not value:
        raise click.UsageError(f"The environment variable {variable_name} for {field} is not set.")
    return value


def _unsaid(answers: Answers) -> list[str]:
    missing = []
    if not answers.platform:
        missing.append("--platform PLATFORM")
    if not answers.url:
        missing.append("--url URL")
    if answers.orders_from is None:
        missing.append("--orders-from DATE (orders before it are taken as done)")
    if answers.accept_mail is None:
        missing.append("--accept-mail or --no-accept-mail (whether customers get the shop's mail)")
    return missing


def _ask(session: Session, answers: Answers) -> Answers:
    check_store_name(session.bridge.context.settings, answers.name)
    platform = answers.platform or _ask_platform()
    wanted = session.bridge.stores.fields(platform)
    url = answers.url or click.prompt(told("Address of the shop (https://...)"), err=True)
    fields = dict(answers.fields)
    known = {
        one.name for one in wanted if one.name in fields or variable(answers.name, one.name) in os.environ
    }
    for field in wanted:
        if field.name not in known and _is_asked(field, known):
            answer = _ask_field(field)
            if answer:
                fields[field.name] = answer
                known.add(field.name)
    return replace(
        answers,
        platform=platform,
        url=url,
        fields=fields,
        orders_from=answers.orders_from or _ask_date(),
        accept_mail=_ask_mail() if answers.accept_mail is None else answers.accept_mail,
    )


def _ask_platform() -> str:
    installed = list(installed_platforms())
    only = installed[0] if len(installed) == 1 else None
    answer: str = click.prompt(
        told(f"Platform ({', '.join(installed) or 'none installed'})"), default=only, err=True
    )
    return answer


def _is_asked(field: FieldInfo, known: Collection[str]) -> bool:
    """Whether a person is asked for it, after what is known already."""
    if field.asked_with:
        return field.asked_with in known
    if field.asked_without:
        return field.asked_without not in known
    return field.required or field.asked


def _ask_field(field: FieldInfo) -> str:
    answer: str = click.prompt(
        field.label if field.required else told(f"{field.label} (or leave it empty)"),
        default=None if field.required else "",
        show_default=False,
        hide_input=field.secret,
        err=True,
    )
    return answer


def _ask_date() -> When:
    click.echo(
        told("Orders before this date are taken as done: not shipped, and nobody is mailed."), err=True
    )
    question = told("From which date do orders count (2026-11-01, today, 7d)")
    return click.prompt(question, value_proc=when, err=True)


def _ask_mail() -> bool:
    click.echo(told("Many shops mail the customer when they hear that an order is shipped."), err=True)
    return confirm("Shall customers get the shop's mail?", has_default=False)


def _save(session: Session, answers: Answers, *, check: bool) -> StoreReport | None:
    if check:
        say(session, "Looking at the store...")
    return session.bridge.stores.add(
        answers.name,
        answers.platform or "",
        answers.url or "",
        answers.fields,
        orders_from=_first_day(session, answers),
        accept_mail=bool(answers.accept_mail),
        check_first=check,
    )


def _first_day(session: Session, answers: Answers) -> date:
    moment = session.moment(answers.orders_from)
    if moment is None:  # both ways of completing the answers have made sure
        raise click.UsageError("Say --orders-from DATE.")
    return moment.astimezone(session.timezone).date()


def _show(session: Session, name: str, report: StoreReport | None) -> ExitCode:
    info = session.bridge.stores.show(name)
    found = report_blocks(report) if report else ()
    return show_data(
        session,
        StoreAdded(store=info, check=report),
        store_facts(info),
        *found,
        next_step=f"fbridge fetch {info.name}",
    )
