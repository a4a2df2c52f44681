"""``fbridge push``: tell the stores what was shipped."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from fbridge.cli.argument_types import COUNT, guard_values, name_and_value
from fbridge.cli.command_classes import Command
from fbridge.cli.push_mails import mail_again as ask_for_mails
from fbridge.cli.questions import confirm
from fbridge.cli.session import Session, pass_session
from fbridge.cli.spoken import told
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fbridge.bridge import PushResult
    from fbridge.cli.answers import Pushed
    from fbridge.push.plan import PushPlan
    from fbridge.push.run import PushItem
    from fbridge.push.status_items import StatusItem
    from fbridge.push.verify import StoreVerified

_DOES_SOMETHING = {"send", "update", "check"}
_FOR_A_PERSON = {"refused", "needs_attention"}
_AT_REST = {"sent", "done_elsewhere"}
"""What status lists of these lacks its mail."""
_HELD_BY_A_GUARD = "order_too_old"
_NEEDED_AFTER = (
    "fbridge.cli.answers", "fbridge.cli.verify", "fbridge.cli.output", "fbridge.push.status",
    "fbridge.listeners.listeners",
)  # fmt: skip
_NOT_FAILED = {"sent", "done_elsewhere", "waiting", "ready", "withdrawn"}


@click.command(cls=Command)
@click.argument("stores", nargs=-1, metavar="[STORE]...")
@click.option("--manifest", help="Only what is on this manifest.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--plan", "--dry-run", "plan_only", is_flag=True, help="Only print the plan and its fingerprint."
)
@click.option("--details", is_flag=True, help="A line for each shipment, however many there are.")
@click.option("--only-if", metavar="FINGERPRINT", help="Refuse if the plan is not the one that was printed.")
@click.option(
    "--resend",
    metavar="SHIPMENT",
    multiple=True,
    help="First decide that this one must be sent again; repeatable.",
)
@click.option(
    "--mail-again",
    metavar="SHIPMENT",
    multiple=True,
    help="Push nothing; ask the store again for the mail of this one that did not leave. More may follow: S7 S8.",
)
@click.option(
    "--verify", "look_after", is_flag=True, help="At the end read back what was written, and compare."
)
@click.option("--limit", type=COUNT, metavar="N", help="Only the first N orders of each store.")
@click.option(
    "--first-one",
    is_flag=True,
    help="First one order of each store, which is read back; then ask, or with --yes go on where all is well.",
)
@click.option(
    "--guard",
    "guards",
    type=name_and_value,
    metavar="NAME=VALUE",
    multiple=True,
    callback=guard_values,
    help="Another value of a guard (most_mails, most_pushes, oldest_order, most_changed) in this run; repeatable.",
)
@click.option("--defer", is_flag=True, help="Hand it to the workers instead, who do what the plan shows.")
@click.option("--even-if-mailed", is_flag=True, help="With --mail-again: also where it may be a second mail.")
@pass_session
def push(
    session: Session,
    stores: tuple[str, ...],
    manifest: str | None,
    yes: bool,
    plan_only: bool,
    details: bool,
    only_if: str | None,
    resend: tuple[str, ...],
    mail_again: tuple[str, ...],
    look_after: bool,
    limit: int | None,
    first_one: bool,
    guards: dict[str, float],
    defer: bool,
    even_if_mailed: bool,
) -> ExitCode:
    """Tell the stores what was shipped and they do not show yet.

    Shows first what will happen on each store: every change, the carrier as the store will show it, every
    mail, and what waits and why. Then it asks; in a script say --yes, or --plan and later --only-if.

    The exit code is 1 as long as anything needs a person, also where this run had nothing to do with it: a mail that
    the plan promised and that did not leave, too.
    """
    yes = yes or only_if is not None
    _refuse_beside_plan(plan_only, resend)
    _refuse_beside_first_one(first_one, plan_only or only_if or limit)
    _refuse_beside_defer(session, defer, plan_only or first_one or look_after or mail_again)
    if not plan_only and not yes and not session.may_ask:
        raise click.UsageError("Nobody is there to ask: say --yes, or --plan to see the plan only.")
    if mail_again or even_if_mailed:
        refs = _mails_named(mail_again, stores, manifest or resend)
        return ask_for_mails(
            session, refs, yes=yes, plan_only=plan_only, only_if=only_if, even_if_mailed=even_if_mailed
        )
    if resend and not _decide_resend(session, resend, yes=yes):
        return ExitCode.OK
    if first_one:
        from fbridge.cli.push_first_one import push_first_one

        return push_first_one(session, stores, manifest, guards, yes=yes, look_after=look_after)
    plan = session.bridge.plan(stores, manifest=manifest, limit=limit, guards=guards)
    if plan_only:
        return _show_plan(session, plan, stores, details=details)
    if defer:
        from fbridge.cli.push_defer import hand_over

        return hand_over(session, plan, yes=yes, only_if=only_if, details=details)
    return carry_out(session, plan, stores, yes=yes, only_if=only_if, look_after=look_after, details=details)


def _refuse_beside_plan(plan_only: bool, resend: object) -> None:
    if plan_only and resend:
        raise click.UsageError("Give either --plan or --resend.")


def _refuse_beside_first_one(first_one: bool, others: object) -> None:
    if first_one and others:
        raise click.UsageError("Give --first-one without --plan, --only-if and --limit.")


def _refuse_beside_defer(session: Session, defer: bool, others: object) -> None:
    if defer and others:
        raise click.UsageError("Give --defer without --plan, --first-one, --verify and --mail-again.")
    if defer:
        session.bridge.workers.refuse_unready()


def _mails_named(mail_again: tuple[str, ...], stores: tuple[str, ...], others: object) -> tuple[str, ...]:
    """Each shipment once; whoever names several writes one after another. Raises UsageError."""
    if not mail_again:
        raise click.UsageError("Give --even-if-mailed only with --mail-again SHIPMENT.")
    if others:
        raise click.UsageError("Give --mail-again alone: it names shipments, and pushes nothing.")
    return tuple(dict.fromkeys((*mail_again, *stores)))


def _decide_resend(session: Session, refs: tuple[str, ...], *, yes: bool) -> bool:
    """Decide all of them or none; one question for all."""
    from fbridge.cli.output import say

    labels = _resendable(session, refs)
    question = f"Is it certain that the store does not show {', '.join(refs)}? It will be sent again"
    if not yes and not confirm(question):
        return False
    for label in labels:
        session.bridge.resend(label)
    say(session, f"{', '.join(labels)} will be sent again.")
    return True


def _resendable(session: Session, refs: tuple[str, ...]) -> list[str]:
    """The labels of these shipments, each once. Raises InputError that names those that cannot be sent again."""
    from fbridge.errors import InputError
    from fbridge.push.ways_out import RESENDABLE, is_resendable

    found = {one.label: one for one in map(session.bridge.shipments.get, refs)}
    states = {
        label: one.push.state if one.push else "an external parcel"
        for label, one in found.items()
        if not is_resendable(one)
    }
    if not_so := [f"{label} is {state}" for label, state in states.items()]:
        raise InputError(
            f"{', '.join(not_so)}; only what is {' or '.join(sorted(RESENDABLE))} can be sent again, or what "
            "'fbridge verify' has found otherwise on its store. Nothing is decided for any.",
            reason="nothing_to_decide",
        )
    return list(found)


def _show_plan(session: Session, plan: PushPlan, stores: tuple[str, ...], *, details: bool) -> ExitCode:
    from fbridge.cli.output import show_data
    from fbridge.cli.plan_views import plan_blocks

    scope = plan.scope
    same = ["fbridge", "push", *stores, *(["--manifest", scope.manifest] if scope.manifest else [])]
    same += ["--limit", str(scope.limit)] if scope.limit else []
    same += [word for name, value in scope.guards.items() for word in ("--guard", f"{name}={value:g}")]
    stopped = [stop.way for store in plan.stores for stop in store.stops]
    step = stopped[0] if stopped else "fbridge status"
    if does_something(plan):
        step = " ".join([*same, "--only-if", plan.fingerprint])
    blocks = plan_blocks(plan, details=details) if plan.stores else ["There is nothing to tell the stores."]
    code = code_of_plan(plan)
    return show_data(session, plan, *blocks, next_step=step, code=code)


def code_of_plan(plan: PushPlan) -> ExitCode:
    """Whether all stores that have something could be planned."""
    from fbridge.cli.output import combined_code

    planned = [ExitCode.OK] * len(plan.stores)
    return combined_code([*planned, *(one.error.exit_code for one in plan.unplanned)])


def carry_out(
    session: Session,
    plan: PushPlan,
    stores: tuple[str, ...],
    *,
    yes: bool,
    only_if: str | None = None,
    look_after: bool = False,
    details: bool = False,
    before: Pushed | None = None,
    codes: Sequence[ExitCode] = (),
) -> ExitCode:
    """Show a plan, ask unless it is ``yes``, push, and tell what became of it.

    ``details``: a line for each shipment; ``look_after``: what was written is read back and compared. ``before``:
    what a longer piece of work did first, for programs; ``codes``: how that ended.
    """
    from fbridge.cli.loading_meanwhile import loading_meanwhile
    from fbridge.cli.output import combined_code
    from fbridge.cli.progress import push_progress

    if not session.json:
        print_plan(session, plan, details=details)
    if does_something(plan) and not yes and not confirm("Push this?"):
        click.echo(told("Nothing was sent."), err=True)
        return combined_code(codes)
    # Where all waits, the reasons are noted for `status`.
    with push_progress(session) as progress, loading_meanwhile(*_NEEDED_AFTER):
        result = session.bridge.push(plan, only_if=only_if, progress=progress)
    looks = look_at_written(session, result) if look_after else None
    return _show_result(session, plan, stores, result, before, codes, looks)


def look_at_written(session: Session, result: PushResult) -> Sequence[StoreVerified]:
    """Compare what the stores show now of all that this run has brought there."""
    from fbridge.cli.verify import look

    written = [item for item in result.results if item.state in _AT_REST]
    stores = list(dict.fromkeys(item.store for item in written))
    return look(session, stores, shipments=[item.shipment for item in written]) if written else ()


def print_plan(session: Session, plan: PushPlan, *, details: bool = False) -> None:
    """For people, before it is asked."""
    from fbridge.cli.plan_views import plan_blocks
    from fbridge.cli.tables import print_block

    for block in plan_blocks(plan, details=details) if plan.stores else ():
        print_block(block, session)


def _show_result(
    session: Session,
    plan: PushPlan,
    stores: tuple[str, ...],
    result: PushResult,
    before: Pushed | None,
    earlier: Sequence[ExitCode],
    looks: Sequence[StoreVerified] | None,
) -> ExitCode:
    from fbridge.cli.answers import Pushed, store_errors
    from fbridge.cli.output import combined_code, show_data
    from fbridge.cli.plan_views import ITEM_COLUMNS
    from fbridge.cli.tables import Table
    from fbridge.cli.verify import code_of, verified_blocks, verified_data

    left = _needs_a_person(session, plan, stores)
    shown = [*result.compared, *(looks or ())]
    codes = [code_of_item(item) for item in result.results]
    codes += [*earlier, *[ExitCode.SOME_FAILED] * bool(left), *([code_of(shown)] if shown else [])]
    code = combined_code(codes + [error.exit_code for _, error in result.errors])
    done = replace(
        before or Pushed(),
        plan=plan,
        results=result.results,
        errors=store_errors(result.errors),
        needs_person=tuple(left),
        compared=verified_data(result.compared) if result.compared else None,
        verified=None if looks is None else verified_data(looks),
    )
    stopped = [stop.way for store in plan.stores for stop in store.stops]
    nothing = "Nothing was sent." if stopped else "There is nothing to tell the stores now."
    return show_data(
        session,
        done,
        Table(ITEM_COLUMNS, result.results) if does_something(plan) else nothing,
        *(f"{store}: {error}" for store, error in result.errors),
        *verified_blocks(shown),
        *([f"Somebody must look at: {', '.join(left)}."] if left else []),
        next_step=stopped[0] if stopped else "fbridge status",
        code=code,
    )


def code_of_item(item: PushItem) -> ExitCode:
    """How a run ended for one shipment."""
    well = item.state in _NOT_FAILED and not item.missing_mail
    return ExitCode.OK if well else ExitCode.SOME_FAILED


def _needs_a_person(session: Session, plan: PushPlan, stores: tuple[str, ...]) -> list[str]:
    """The shipments of these stores, or of this manifest, that no later push brings on; also of earlier runs."""
    return [
        item.shipment
        for item in session.bridge.status().items
        if _asks_for_a_person(item)
        and item.store in (stores or (item.store,))
        and item.manifest == (plan.manifest or item.manifest)
    ]


def _asks_for_a_person(item: StatusItem) -> bool:
    undecided = item.state in _FOR_A_PERSON | _AT_REST or item.reason == _HELD_BY_A_GUARD
    return undecided or (item.state == "unconfirmed" and item.overdue)


def does_something(plan: PushPlan) -> bool:
    """Whether a push of the plan asks anything of a store; a store that a guard stops is asked nothing."""
    return any(
        entry.action in _DOES_SOMETHING for store in plan.stores if not store.stops for entry in store.entries
    )
