"""``fbridge push --defer``: hand a plan to the workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fbridge.cli.push import code_of_plan, does_something, print_plan
from fbridge.cli.questions import confirm
from fbridge.cli.spoken import told
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from fbridge.cli.session import Session
    from fbridge.push.plan import PushPlan


def hand_over(session: Session, plan: PushPlan, *, yes: bool, only_if: str | None, details: bool) -> ExitCode:
    """Show the plan, ask unless it is ``yes``, and leave it to whoever is at work."""
    from fbridge.cli.answers import PushDeferred
    from fbridge.cli.output import show_data
    from fbridge.push.run import refuse_another

    refuse_another(plan, only_if)
    if not session.json:
        print_plan(session, plan, details=details)
    if not does_something(plan):
        words = "There is nothing to tell the stores now."
        return show_data(
            session, PushDeferred(plan=plan), words, next_step="fbridge status", code=code_of_plan(plan)
        )
    if not yes and not confirm("Hand this to the workers?"):
        click.echo(told("Nothing was handed over."), err=True)
        return ExitCode.OK
    handed = session.bridge.workers.defer(plan)
    alive = session.bridge.workers.status().alive
    return show_data(
        session,
        PushDeferred(plan=plan, handed_over=handed, workers=alive),
        *(_sentence(one.store, one.shipments, known=one.known) for one in handed),
        *([] if alive else ["No worker is at work: it waits for one."]),
        next_step="fbridge worker status" if alive else "fbridge worker",
        code=code_of_plan(plan),
    )


def _sentence(store: str, count: int, *, known: bool) -> str:
    if known:
        return f"{store}: this plan waits for a worker already."
    return f"{store}: handed to the workers ({count} shipments)."
