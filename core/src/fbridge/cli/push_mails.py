"""``fbridge push --mail-again``: the mails that did not leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fbridge.cli.questions import confirm
from fbridge.cli.session import Session
from fbridge.cli.spoken import told
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from fbridge.bridge import MailResult
    from fbridge.cli.tables import Column, Table
    from fbridge.push.mail_again import MailEntry, MailItem, MailPlan

_WHAT = {
    "freely": "ask for the mail",
    "confirm": "it may be a second mail",
    "never": "nothing",
}


def mail_again(
    session: Session,
    refs: tuple[str, ...],
    *,
    yes: bool,
    plan_only: bool,
    only_if: str | None,
    even_if_mailed: bool,
) -> ExitCode:
    """Show what asking again means, ask the person, and ask the stores. ``--yes`` accepts no second mail."""
    plan = session.bridge.plan_mails(refs)
    if plan_only:
        return _show_plan(session, plan, refs)
    _refuse_another(plan, only_if)
    if not session.json:
        _print_plan(session, plan)
    even_if_mailed = even_if_mailed or (not yes and _second_mail_accepted(plan))
    if not (yes or even_if_mailed) and _asked(plan, "freely") and not confirm("Ask for it?"):
        click.echo(told("Nothing was asked."), err=True)
        return ExitCode.OK
    return _show(session, session.bridge.mail_again(refs, even_if_mailed=even_if_mailed, plan=plan))


def _asked(plan: MailPlan, asking: str) -> list[str]:
    return [entry.shipment for entry in plan.entries if entry.asking == asking]


def _refuse_another(plan: MailPlan, only_if: str | None) -> None:
    from fbridge.errors import InputError

    if only_if is not None and only_if != plan.fingerprint:
        raise InputError(
            f"The plan has changed ({only_if} is now {plan.fingerprint}); nothing was asked. Look at it again: "
            "fbridge push --mail-again SHIPMENT --plan",
            reason="plan_changed",
        )


def _second_mail_accepted(plan: MailPlan) -> bool:
    """Ask a person about those that may get a second mail, if there are any."""
    doubtful = _asked(plan, "confirm")
    question = f"The customer of {', '.join(doubtful)} may have the mail already. Ask for it all the same?"
    return bool(doubtful) and confirm(question)


def _show_plan(session: Session, plan: MailPlan, refs: tuple[str, ...]) -> ExitCode:
    from fbridge.cli.answers import MailsPlanned
    from fbridge.cli.output import show_data

    again = " ".join(["fbridge", "push", "--mail-again", *refs, "--only-if", plan.fingerprint])
    step = f"{again} --even-if-mailed" if _asked(plan, "confirm") else again
    may_ask = _asked(plan, "freely") or _asked(plan, "confirm")
    return show_data(
        session,
        MailsPlanned(mails=plan.entries, fingerprint=plan.fingerprint),
        _table(plan),
        f"Fingerprint {plan.fingerprint}",
        next_step=step if may_ask else "fbridge status",
    )


def _print_plan(session: Session, plan: MailPlan) -> None:
    from fbridge.cli.tables import print_block

    print_block(_table(plan), session)


def _table(plan: MailPlan) -> Table[MailEntry]:
    from fbridge.cli.tables import Column, Table

    columns: list[Column[MailEntry]] = [
        Column("Store", lambda entry: entry.store),
        Column("Shipment", lambda entry: entry.shipment),
        Column("Order", lambda entry: entry.order_number),
        Column("What", lambda entry: _WHAT[entry.asking], wraps=True),
        Column("Missing since", lambda entry: entry.since),
        Column("Why", lambda entry: entry.words, wraps=True),
    ]
    return Table(columns, plan.entries)


def _show(session: Session, result: MailResult) -> ExitCode:
    from fbridge.cli.answers import MailsAsked, store_errors
    from fbridge.cli.output import combined_code, show_data
    from fbridge.cli.tables import Column, Table

    columns: list[Column[MailItem]] = [
        Column("Store", lambda item: item.store),
        Column("Shipment", lambda item: item.shipment),
        Column("Order", lambda item: item.order_number),
        Column("Mail", lambda item: item.mail.replace("_", " ")),
        Column("", lambda item: item.words, wraps=True),
    ]
    codes = [ExitCode.SOME_FAILED if item.missing else ExitCode.OK for item in result.results]
    return show_data(
        session,
        MailsAsked(results=result.results, errors=store_errors(result.errors)),
        *([Table(columns, result.results)] if result.results else []),
        *(f"{store}: {error}" for store, error in result.errors),
        next_step="fbridge status",
        code=combined_code(codes + [error.exit_code for _, error in result.errors]),
    )
