"""``fbridge fetch --audit``: what fetches missed, and what a store deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fbridge.cli.session import Session
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from fbridge.orders.audit import AuditResult

_MOST_NAMED = 20


def audit(session: Session, stores: Sequence[str], since: datetime | None) -> ExitCode:
    """Sweep these stores, and tell what was not here as it is there."""
    from fbridge.cli.output import combined_code, say, show_items
    from fbridge.cli.progress import fetch_progress
    from fbridge.cli.tables import Column

    with fetch_progress(session) as progress:
        results = session.bridge.audit(stores, since=since, progress=progress)
    columns: list[Column[AuditResult]] = [
        Column("Store", lambda result: result.store),
        Column("Listed", lambda result: result.listed, right=True),
        Column("Its own count", lambda result: "" if result.told is None else result.told, right=True),
        Column("Stored here", lambda result: result.stored, right=True),
        Column("Missed", lambda result: _count(result, "missed"), right=True),
        Column("Behind", lambda result: _count(result, "behind"), right=True),
        Column("Deleted", lambda result: _count(result, "deleted"), right=True),
        Column("Requests", lambda result: result.requests, right=True),
        Column("Problem", lambda result: result.error or "", wraps=True),
    ]
    failed = [result.store for result in results if result.error]
    code = combined_code([code_of(result) for result in results])
    show_items(
        session,
        results,
        columns,
        empty="There is no store yet. Next: fbridge store add NAME",
        next_step=f"fbridge store check {failed[0]}" if failed else "fbridge orders list --ready",
        code=code,
    )
    for line in _lines(results):
        say(session, line)
    return code


def code_of(result: AuditResult) -> ExitCode:
    """1 where a fetch had missed something, or the store has deleted something; a store's error has its own."""
    if result.error:
        return result.error.exit_code
    return ExitCode.SOME_FAILED if result.orders else ExitCode.OK


def _count(result: AuditResult, finding: str) -> int:
    return sum(one.finding == finding for one in result.orders)


def _lines(results: Sequence[AuditResult]) -> Iterator[str]:
    for result in results:
        for one in result.orders[:_MOST_NAMED]:
            yield f"{result.store}: order {one.number or one.remote_id}: {one.words}"
        if more := len(result.orders) - _MOST_NAMED:
            yield from [f"{result.store}: {more} more, with --json"] * (more > 0)
