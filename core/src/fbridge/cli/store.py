"""``fbridge store``: the configured shops."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fbridge.cli.argument_types import by_name, name_and_value
from fbridge.cli.command_classes import Group
from fbridge.cli.questions import confirm
from fbridge.cli.session import Session, pass_session
from fbridge.cli.when import When, when
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from fbridge.cli.tables import Column
    from fbridge.stores.stores import StoreInfo


@click.group(cls=Group)
def store() -> None:
    """Add, check and remove stores."""


@store.command()
@click.argument("name")
@click.option("--platform", help="The platform's key, as `fbridge platforms` lists it.")
@click.option("--url", help="The shop's address, such as https://shop.example.com.")
@click.option(
    "--set",
    "fields",
    type=name_and_value,
    callback=by_name,
    multiple=True,
    metavar="FIELD=VALUE",
    help="A setting; repeatable.",
)
@click.option(
    "--secret-from-env",
    "secrets",
    type=name_and_value,
    callback=by_name,
    multiple=True,
    metavar="FIELD=VARIABLE",
    help="A secret; repeatable.",
)
@click.option(
    "--orders-from", type=when, metavar="DATE", help="Orders count from this date; older ones are done."
)
@click.option(
    "--accept-mail/--no-accept-mail",
    default=None,
    help="Customers get the shop's mail when an order is shipped.",
)
@click.option("--no-check", is_flag=True, help="Save it without asking the store.")
@pass_session
def add(
    session: Session,
    name: str,
    platform: str | None,
    url: str | None,
    fields: dict[str, str],
    secrets: dict[str, str],
    orders_from: When | None,
    accept_mail: bool | None,
    no_check: bool,
) -> ExitCode:
    """Add a store; what is not said with options is asked.

    Two things are never assumed: from which date orders count (older ones are taken as done, and nobody is
    mailed about them), and whether customers shall get the shop's mail. Secrets are best typed when asked, or
    taken from the environment: what stands on a command line is seen by others.
    """
    from fbridge.cli.store_adding import Answers, add_store, from_environment

    if twice := fields.keys() & secrets.keys():
        raise click.UsageError(
            f"{', '.join(sorted(twice))}: give either --set or --secret-from-env, not both."
        )
    answers = Answers(
        name=name,
        platform=platform,
        url=url,
        orders_from=orders_from,
        accept_mail=accept_mail,
        fields=fields | {field: from_environment(field, variable) for field, variable in secrets.items()},
    )
    return add_store(session, answers, check=not no_check)


@store.command("list")
@pass_session
def list_(session: Session) -> ExitCode:
    """List the stores."""
    from fbridge.cli.output import show_items

    return show_items(
        session,
        session.bridge.stores.list(),
        _columns(),
        empty="There is no store yet. Next: fbridge store add NAME",
        next_step="fbridge fetch",
    )


@store.command()
@click.argument("name", metavar="STORE")
@pass_session
def show(session: Session, name: str) -> ExitCode:
    """Show a store and its settings, secrets as dots."""
    from fbridge.cli.output import show_data
    from fbridge.cli.store_views import store_facts

    info = session.bridge.stores.show(name)
    return show_data(session, info, store_facts(info), next_step=f"fbridge store check {info.name}")


@store.command()
@click.argument("name", metavar="STORE")
@pass_session
def check(session: Session, name: str) -> ExitCode:
    """Look whether a store can be worked with; nothing is sent or changed."""
    from fbridge.cli.output import show_data
    from fbridge.cli.store_views import report_blocks

    report = session.bridge.stores.check(name)
    code = ExitCode.OK if report.ok else ExitCode.CONFIGURATION
    step = f"fbridge fetch {name}" if report.ok else ""
    return show_data(session, report, *report_blocks(report), next_step=step, code=code)


@store.command()
@click.argument("name", metavar="STORE")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@pass_session
def remove(session: Session, name: str, yes: bool) -> ExitCode:
    """Remove a store from the settings, with its secrets."""
    from fbridge.cli.answers import Removed
    from fbridge.cli.output import show_data

    info = session.bridge.stores.show(name)
    if not yes and not session.may_ask:
        raise click.UsageError("Nobody is there to ask: say --yes.")
    if not yes and not confirm(f"Remove the store {info.name} ({info.url})?"):
        return ExitCode.OK
    session.bridge.stores.remove(name)
    return show_data(
        session, Removed(removed=info.name), f"Store {info.name} is removed.", next_step="fbridge store list"
    )


def _columns() -> list[Column[StoreInfo]]:
    from fbridge.cli.tables import Column

    return [
        Column("Store", lambda info: info.name),
        Column("Platform", lambda info: info.platform),
        Column("URL", lambda info: info.url, wraps=True),
        Column("Orders", lambda info: info.orders, right=True),
        Column("Last fetch", lambda info: info.last_fetch or "never"),
    ]
