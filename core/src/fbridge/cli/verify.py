"""``fbridge verify``: do the stores still show what they were told?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fbridge.cli.command_classes import Command
from fbridge.cli.session import Session, pass_session
from fbridge.cli.spoken import told
from fbridge.cli.when import When, when
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from fbridge.cli.answers import Verified
    from fbridge.cli.tables import Block, Column
    from fbridge.push.verify import StoreVerified, VerifyItem


@click.command(cls=Command)
@click.argument("stores", nargs=-1, metavar="[STORE]...")
@click.option(
    "--since", type=when, metavar="DATE", help="What has left since then; without it the last 30 days."
)
@click.option("--manifest", help="Only what is on this manifest.")
@click.option(
    "--accept",
    metavar="SHIPMENT",
    multiple=True,
    help="Look at nothing; let this one stand as its store shows it; repeatable.",
)
@pass_session
def verify(
    session: Session,
    stores: tuple[str, ...],
    since: When | None,
    manifest: str | None,
    accept: tuple[str, ...],
) -> ExitCode:
    """Compare what the stores show with what they were told: is each shipment there, with its numbers, carrier and
    quantities, and its order still finished?

    Nothing is written to a store. What differs is read twice, for a cache or a replica may show an old page, and
    stands in `fbridge status` until it is well again, written again or accepted. The exit code is 1 while anything
    differs or could not be compared.
    """
    if accept:
        if stores or since or manifest:
            raise click.UsageError("Give --accept alone: it names shipments, and looks at nothing.")
        return _accept(session, accept)
    began = session.moment(since)
    from fbridge.cli.output import say, show_data
    from fbridge.push.verify_scope import LOOKED_BACK

    if began is None and manifest is None:
        began = session.bridge.context.now() - LOOKED_BACK

    results = look(session, stores, since=began, manifest=manifest)
    if began and not since:
        say(session, "Compared was what has left in the last 30 days; --since DATE takes more, or less.")
    return show_data(
        session,
        verified_data(results),
        *verified_blocks(results),
        next_step=next_step(results),
        code=code_of(results),
    )


def look(
    session: Session,
    stores: Sequence[str],
    *,
    since: datetime | None = None,
    manifest: str | None = None,
    shipments: Sequence[str] | None = None,
) -> tuple[StoreVerified, ...]:
    """Compare, with progress shown."""
    from fbridge.cli.progress import push_progress

    with push_progress(session) as progress:
        return session.bridge.verify(
            stores, since=since, manifest=manifest, shipments=shipments, progress=progress
        )


def verified_data(results: Sequence[StoreVerified]) -> Verified:
    """The result for programs: a count for each store, and a row for each shipment that is not fine."""
    from fbridge.cli.answers import StoreCounts, StoreError, Verified

    counts = [
        StoreCounts(
            store=one.store,
            verified=one.verified,
            accepted=one.accepted,
            drifted=_count(one, "drifted"),
            not_stored=_count(one, "not_stored"),
            not_checked=_count(one, "not_checked"),
            requests=one.requests,
        )
        for one in results
    ]
    return Verified(
        stores=tuple(counts),
        results=tuple(item for one in results for item in one.items),
        errors=tuple(StoreError(store=one.store, error=one.error) for one in results if one.error),
    )


def verified_blocks(results: Sequence[StoreVerified]) -> Iterator[Block[VerifyItem]]:
    """The result for people."""
    from fbridge.cli.tables import Table

    if items := [item for one in results for item in one.items]:
        yield Table(_columns(), items)
    for one in results:
        yield _sentence(one)
        if one.error:
            yield f"{one.store}: {one.error}"


def _columns() -> list[Column[VerifyItem]]:
    from fbridge.cli.tables import Column

    return [
        Column("Store", lambda item: item.store),
        Column("Shipment", lambda item: item.shipment),
        Column("Order", lambda item: item.order_number),
        Column("Found", lambda item: item.finding.replace("_", " ")),
        Column("What", lambda item: told(item.words), wraps=True),
        Column("What can be done", lambda item: item.ways, wraps=True),
    ]


def _sentence(one: StoreVerified) -> str:
    """``shop: 38 verified, 1 drifted; 3 requests.``"""
    kinds = {kind: _count(one, kind) for kind in ("drifted", "not_stored", "not_checked")}
    kinds = {"accepted": one.accepted, **kinds}
    others = [f"{number} {kind.replace('_', ' ')}" for kind, number in kinds.items() if number]
    requests = "1 request" if one.requests == 1 else f"{one.requests} requests"
    return f"{one.store}: {', '.join([f'{one.verified} verified', *others])}; {requests}."


def _count(one: StoreVerified, kind: str) -> int:
    return sum(item.finding == kind for item in one.items)


def code_of(results: Sequence[StoreVerified]) -> ExitCode:
    """1 while anything differs or could not be compared; a store's error has its own."""
    from fbridge.cli.output import combined_code

    codes = [error.exit_code for one in results if (error := one.error)]
    codes += [ExitCode.SOME_FAILED for one in results if one.items]
    codes += [ExitCode.OK for one in results if not one.items and not one.error]
    return combined_code(codes)


def next_step(results: Sequence[StoreVerified]) -> str:
    """The first command that deals with something."""
    if failed := [one.store for one in results if one.error]:
        return f"fbridge store check {failed[0]}"
    found = [item for one in results for item in one.items]
    return next((item.ways[0] for item in found if item.ways), "fbridge status")


def _accept(session: Session, refs: tuple[str, ...]) -> ExitCode:
    from fbridge.cli.answers import Accepted
    from fbridge.cli.output import show_data

    accepted = [session.bridge.accept_drift(ref) for ref in dict.fromkeys(refs)]
    labels = ", ".join(one.label for one in accepted)
    return show_data(
        session,
        Accepted(accepted=tuple(one.label for one in accepted)),
        f"{labels} may stand as the store shows it.",
        next_step="fbridge status",
    )
