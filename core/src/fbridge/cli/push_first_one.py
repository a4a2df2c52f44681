"""``fbridge push --first-one``: one order of each store, read back, before all others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from fbridge.cli.answers import FirstOrders, Pushed, store_errors
from fbridge.cli.push import carry_out, code_of_item, does_something, look_at_written, print_plan
from fbridge.cli.questions import confirm
from fbridge.cli.session import Session
from fbridge.cli.spoken import told
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from fbridge.bridge import PushResult
    from fbridge.push.plan import PushPlan
    from fbridge.push.verify import StoreVerified


def push_first_one(
    session: Session,
    stores: tuple[str, ...],
    manifest: str | None,
    guards: Mapping[str, float],
    *,
    yes: bool,
    look_after: bool,
) -> ExitCode:
    """Push the first order of each store and look at it there; where it is as it should be, the others."""
    from fbridge.cli.output import say

    first = session.bridge.plan(stores, manifest=manifest, limit=1, guards=guards)
    if not any(store.left_for_later for store in first.stores) or not does_something(first):
        return carry_out(session, first, stores, yes=yes, look_after=True)
    if not session.json:
        print_plan(session, first)
    if not yes and not confirm("Push this first?"):
        click.echo(told("Nothing was sent."), err=True)
        return ExitCode.OK
    result, looks = _push_and_look(session, first)
    before = Pushed(first=_data(first, result, looks))
    code = _code(result, looks)
    if code is not ExitCode.OK:
        return _stop(session, before, code)
    say(session, "The stores show it as it should be. The others:")
    rest = session.bridge.plan(stores, manifest=manifest, guards=guards)
    return carry_out(session, rest, stores, yes=yes, look_after=look_after, before=before, codes=[code])


def _push_and_look(session: Session, plan: PushPlan) -> tuple[PushResult, tuple[StoreVerified, ...]]:
    from fbridge.cli.plan_views import ITEM_COLUMNS
    from fbridge.cli.progress import push_progress
    from fbridge.cli.tables import Table, print_block
    from fbridge.cli.verify import verified_blocks

    with push_progress(session) as progress:
        result = session.bridge.push(plan, progress=progress)
    looks = tuple(look_at_written(session, result))
    if not session.json:
        print_block(Table(ITEM_COLUMNS, result.results), session)
        for block in verified_blocks(looks):
            print_block(block, session)
        for store, error in result.errors:
            print_block(f"{store}: {error}", session)
    return result, looks


def _code(result: PushResult, looks: tuple[StoreVerified, ...]) -> ExitCode:
    """Only what has arrived, and was seen there, is well."""
    from fbridge.cli.output import combined_code
    from fbridge.cli.verify import code_of

    codes = [code_of_item(item) for item in result.results]
    codes += [error.exit_code for _, error in result.errors] + [code_of(looks)] * bool(looks)
    seen = sum(one.verified for one in looks)
    return combined_code(codes) if seen or any(codes) else ExitCode.SOME_FAILED


def _data(plan: PushPlan, result: PushResult, looks: tuple[StoreVerified, ...]) -> FirstOrders:
    from fbridge.cli.verify import verified_data

    return FirstOrders(
        plan=plan,
        results=result.results,
        errors=store_errors(result.errors),
        verified=verified_data(looks),
    )


def _stop(session: Session, told: Pushed, code: ExitCode) -> ExitCode:
    from fbridge.cli.output import show_data

    words = "The first one is not as it should be; nothing more was sent."
    return show_data(session, told, words, next_step="fbridge status", code=code)
