"""``fbridge shipment withdraw`` where the store was told: the plan, the question, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fbridge.cli.questions import confirm
from fbridge.cli.session import Session
from fbridge.cli.spoken import told
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from fbridge.cli.tables import Facts
    from fbridge.push.undo_plan import UndoPlan


def take_back(
    session: Session, ref: str, *, plan_only: bool, yes: bool, only_if: str | None, status: str
) -> ExitCode:
    """Show what taking it back from its store means, ask the person, and do it."""
    plan = session.bridge.plan_taking_back(ref, status=status)
    _refuse_another(plan, only_if)
    if plan_only:
        return _show_plan(session, plan, status)
    if not session.json:
        _print_plan(session, plan)
    if not plan.refused and not yes and not confirm("Take it back?"):
        click.echo(told("Nothing was taken back."), err=True)
        return ExitCode.OK
    return _carry_out(session, ref, plan, status)


def _refuse_another(plan: UndoPlan, only_if: str | None) -> None:
    from fbridge.errors import InputError

    if only_if is not None and only_if != plan.fingerprint:
        raise InputError(
            f"The plan has changed ({only_if} is now {plan.fingerprint}); nothing was taken back. Look at it again: "
            f"fbridge shipment withdraw {plan.shipment} --plan",
            reason="plan_changed",
        )


def _carry_out(session: Session, ref: str, plan: UndoPlan, status: str) -> ExitCode:
    from fbridge.cli.answers import TakenBack
    from fbridge.cli.output import show_data
    from fbridge.cli.shipment_views import shipment_facts

    one = session.bridge.take_back(ref, plan=plan, status=status)
    done = one.withdrawn_at is not None
    return show_data(
        session,
        TakenBack(plan=plan, fingerprint=plan.fingerprint, shipment=one),
        shipment_facts(one),
        next_step=f"fbridge orders show {one.store}:{one.order_number}"
        if done
        else f"fbridge shipment withdraw {one.label}",
        code=ExitCode.OK if done else ExitCode.SOME_FAILED,
    )


def _show_plan(session: Session, plan: UndoPlan, status: str) -> ExitCode:
    from fbridge.cli.answers import TakenBack
    from fbridge.cli.output import show_data

    words = ["fbridge", "shipment", "withdraw", plan.shipment, *(["--status", status] if status else [])]
    step = f"{' '.join(words)} --only-if {plan.fingerprint}"
    return show_data(
        session,
        TakenBack(plan=plan, fingerprint=plan.fingerprint),
        _facts(plan),
        f"Fingerprint {plan.fingerprint}",
        next_step=f"fbridge explain {plan.shipment}" if plan.refused else step,
    )


def _print_plan(session: Session, plan: UndoPlan) -> None:
    from fbridge.cli.tables import print_block

    print_block(_facts(plan), session)


def _facts(plan: UndoPlan) -> Facts:
    from fbridge.cli.tables import Facts

    nothing = "nothing can be changed there" if plan.stays else "it shows nothing of it; nothing is changed"
    goods = [f"{one}: free to be shipped again" for one in plan.frees] or ["they stay shipped on the store"]
    return Facts(
        [
            ("Shipment", f"{plan.shipment}, order {plan.store}:{plan.order_number} ({plan.platform})"),
            ("Not possible", plan.refused),
            *(
                ()
                if plan.refused
                else (
                    ("On the store", plan.steps or (nothing,)),
                    ("Stays", plan.stays),
                    ("Mails", plan.mails or ("none is asked for",)),
                    ("Goods", goods),
                )
            ),
        ]
    )
