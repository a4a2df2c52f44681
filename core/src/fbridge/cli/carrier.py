"""``fbridge carrier``: own carriers, what the stores call them, and which orders go with whom."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import click

from fbridge.cli.command_classes import Group, MayBeEmpty
from fbridge.cli.session import Session, pass_session
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fbridge.models.shipments import Carrier
    from fbridge.shipping.carriers import MappingRow, RouteRow

_PLACEHOLDERS = "{number}, {customer_code}, {depot}, {postcode}, {reference}, {date}"


@click.group(cls=Group)
def carrier() -> None:
    """Carriers, what the stores call them, and which orders go with whom."""


def facts_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options for what is known of a carrier."""
    for option in reversed(
        [
            click.option("--tracking-url", metavar="URL", help=f"With {_PLACEHOLDERS}."),
            click.option("--customer-code", help="Our code at the carrier."),
            click.option("--depot", help="The carrier's depot that we hand over to."),
            click.option("--pickup", help="The address where the carrier fetches the parcels."),
            click.option("--address", help="The carrier's own address, which documents name."),
        ]
    ):
        command = option(command)
    return command


@carrier.command()
@click.argument("code")
@click.argument("name", required=False)
@facts_options
@pass_session
def add(session: Session, /, code: str, name: str | None, **said: str | None) -> ExitCode:
    """Add a carrier, such as: fbridge carrier add BRT.

    Of usual carriers (BRT, GLS, POSTE, SDA, DHL, UPS, FEDEX, TNT, DPD, INPOST, MONDIALRELAY) name and tracking page
    are known; of others give them.
    """
    return _show_carrier(session, session.bridge.carriers.add(code, name or "", **_told(said)))


@carrier.command("set")
@click.argument("code", metavar="CARRIER")
@click.option("--name")
@facts_options
@pass_session
def set_(session: Session, /, code: str, **said: str | None) -> ExitCode:
    """Change what is known of a carrier; what is not named stays."""
    if not _told(said):
        raise click.UsageError("Say what is to be changed, such as --depot 045.")
    return _show_carrier(session, session.bridge.carriers.change(code, **_told(said)))


def _told(said: Mapping[str, str | None]) -> dict[str, str]:
    return {name: text for name, text in said.items() if text is not None}


def _show_carrier(session: Session, one: Carrier) -> ExitCode:
    from fbridge.cli.carrier_views import carrier_facts
    from fbridge.cli.output import show_data

    step = f"fbridge carrier map STORE {one.code} SITE_CODE"
    return show_data(session, one, carrier_facts(one), next_step=step)


@carrier.command("list")
@pass_session
def list_(session: Session) -> ExitCode:
    """List the carriers."""
    from fbridge.cli.carrier_views import CARRIER_COLUMNS
    from fbridge.cli.output import show_items

    return show_items(
        session,
        session.bridge.carriers.list(),
        CARRIER_COLUMNS,
        empty='There is no carrier yet. Next: fbridge carrier add BRT "Bartolini"',
        next_step="fbridge carrier coverage",
    )


@carrier.command()
@click.argument("code", metavar="CARRIER")
@pass_session
def remove(session: Session, code: str) -> ExitCode:
    """Remove a carrier that nothing uses."""
    from fbridge.cli.answers import Removed
    from fbridge.cli.output import show_data

    session.bridge.carriers.remove(code)
    return show_data(session, Removed(removed=code), f"Carrier {code} is removed.")


@carrier.command()
@click.argument("store")
@click.option("--refresh", is_flag=True, help="Ask the store again.")
@pass_session
def codes(session: Session, store: str, refresh: bool) -> ExitCode:
    """List what a store calls its carriers."""
    from fbridge.cli.carrier_views import CODE_COLUMNS
    from fbridge.cli.output import show_data
    from fbridge.cli.tables import Table

    found = session.bridge.carriers.codes(store, refresh=refresh)
    more = "It takes others as well." if found.open else "It takes no others."
    table = [Table(CODE_COLUMNS, found.codes)] if found.codes else []
    words = f"{store} knows {len(found.codes)} carrier codes. {more}"
    return show_data(session, found, *table, words, next_step=f"fbridge carrier suggest {store}")


@carrier.command("map")
@click.argument("store", required=False)
@click.argument("code", metavar="[CARRIER", required=False)
@click.argument("site_code", metavar="SITE_CODE]", required=False)
@pass_session
def map_(session: Session, store: str | None, code: str | None, site_code: str | None) -> ExitCode:
    """Say what a store calls a carrier; without CARRIER and SITE_CODE, list what was said."""
    if code is None or store is None:
        return _show_mappings(session, session.bridge.carriers.mappings(store))
    if site_code is None:
        raise click.UsageError(f"Name the SITE_CODE too; `fbridge carrier codes {store}` lists them.")
    row = session.bridge.carriers.map(store, code, site_code)
    return _show_mappings(session, [row])


@carrier.command()
@click.argument("store")
@click.argument("code", metavar="CARRIER")
@pass_session
def unmap(session: Session, store: str, code: str) -> ExitCode:
    """Forget what a store calls a carrier."""
    from fbridge.cli.answers import Unmapped
    from fbridge.cli.output import show_data

    session.bridge.carriers.unmap(store, code)
    return show_data(
        session, Unmapped(store=store, carrier=code), f"{code} is not mapped on {store} any more."
    )


@carrier.command()
@click.argument("store", required=False)
@click.argument("method", cls=MayBeEmpty, metavar="[METHOD", required=False)
@click.argument("target", metavar="CARRIER|pickup|none]", required=False)
@pass_session
def route(session: Session, store: str | None, method: str | None, target: str | None) -> ExitCode:
    """Say who takes the orders of a shipping method; without METHOD, list what was said.

    METHOD is the store's code of the method (see `fbridge carrier coverage`), "*" for all others, or "" for
    orders that name no method.
    """
    if method is None or store is None:
        return _show_routes(session, session.bridge.carriers.routes(store))
    if target is None:
        raise click.UsageError("Name who takes them: a carrier's code, `pickup` or `none`.")
    return _show_routes(session, [session.bridge.carriers.route(store, method, target)])


@carrier.command()
@click.argument("store")
@click.argument("method", cls=MayBeEmpty)
@pass_session
def unroute(session: Session, store: str, method: str) -> ExitCode:
    """Forget who takes the orders of a shipping method."""
    from fbridge.cli.answers import Unrouted
    from fbridge.cli.output import show_data

    session.bridge.carriers.unroute(store, method)
    words = f"{method} of {store} has no route of its own any more."
    return show_data(session, Unrouted(store=store, shipping_method=method), words)


@carrier.command()
@click.argument("store")
@click.option("--accept", is_flag=True, help="Map those that are sure.")
@pass_session
def suggest(session: Session, store: str, accept: bool) -> ExitCode:
    """Suggest mappings, by the likeness of names.

    Sure is one where the carrier's code or name is a word of the store's name, and of no other there.
    """
    from fbridge.cli.carrier_views import SUGGESTION_COLUMNS
    from fbridge.cli.output import show_items

    if accept:
        return _show_mappings(session, session.bridge.carriers.accept_suggestions(store))
    found = session.bridge.carriers.suggest(store)
    best = (
        shlex.join(["fbridge", "carrier", "map", store, found[0].carrier, found[0].site_code])
        if found
        else ""
    )
    return show_items(
        session,
        found,
        SUGGESTION_COLUMNS,
        empty=f"Nothing to suggest; `fbridge carrier codes {store}` lists all codes.",
        next_step=best,
    )


@carrier.command()
@click.argument("store", required=False)
@click.option(
    "--carriers", "by_carrier", is_flag=True, help="Each carrier on each store instead: mapped, or gone."
)
@pass_session
def coverage(session: Session, store: str | None, by_carrier: bool) -> ExitCode:
    """Show which shipping methods of open orders have a carrier, and whether their store can show it."""
    from fbridge.cli.carrier_views import COVERAGE_COLUMNS, STANDING_COLUMNS, coverage_step, standing_step
    from fbridge.cli.output import show_items

    if by_carrier:
        standings = session.bridge.carriers.standings(store)
        return show_items(
            session,
            standings,
            STANDING_COLUMNS,
            empty="There is no carrier, or no store, yet.",
            next_step=standing_step(standings),
        )
    rows = session.bridge.carriers.coverage(store)
    return show_items(
        session,
        rows,
        COVERAGE_COLUMNS,
        empty="There are no open orders. `fbridge fetch` brings new ones.",
        next_step=coverage_step(rows),
    )


def _show_mappings(session: Session, rows: tuple[MappingRow, ...] | list[MappingRow]) -> ExitCode:
    from fbridge.cli.carrier_views import MAPPING_COLUMNS
    from fbridge.cli.output import show_items

    empty = "Nothing is mapped yet. `fbridge carrier suggest STORE` proposes mappings."
    return show_items(session, rows, MAPPING_COLUMNS, empty=empty, next_step="fbridge carrier coverage")


def _show_routes(session: Session, rows: tuple[RouteRow, ...] | list[RouteRow]) -> ExitCode:
    from fbridge.cli.carrier_views import ROUTE_COLUMNS
    from fbridge.cli.output import show_items

    empty = "There is no route yet. `fbridge carrier coverage` lists the shipping methods of open orders."
    return show_items(session, rows, ROUTE_COLUMNS, empty=empty, next_step="fbridge carrier coverage")
