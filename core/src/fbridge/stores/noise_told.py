"""What other software of a store writes into its answers: told in a check, and once a day in the log."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from fbridge.context import Context
from fbridge.errors import StorageError
from fbridge.models.platforms import Finding, StoreReport
from fbridge.storage.events import record
from fbridge.storage.tables import events

ONCE_IN = timedelta(hours=24)
EVENT = "store.noise"

log = logging.getLogger("fbridge.stores")


def with_noise(report: StoreReport, noise: Sequence[str]) -> StoreReport:
    """The report with a finding more where there was noise."""
    if not noise:
        return report
    finding = Finding(name="noise", ok=True, words=_words(noise))
    return replace(report, findings=(*report.findings, finding))


def log_noise(context: Context, store: str, noise: Sequence[str]) -> None:
    """Say it in the log, unless that was done within the last day."""
    if not noise:
        return
    try:
        if _is_new(context, store, noise):
            log.warning('Store "%s": %s', store, _words(noise))
    except StorageError as error:
        log.warning('Store "%s": %s (%s)', store, _words(noise), error)


def _is_new(context: Context, store: str, noise: Sequence[str]) -> bool:
    now = context.now()
    with context.database.write() as connection:
        told = sa.select(events.c.id).where(
            events.c.store == store, events.c.kind == EVENT, events.c.at > now - ONCE_IN
        )
        if connection.execute(told.limit(1)).first():
            return False
        record(connection, EVENT, _words(noise), at=now, store=store)
    return True


def _words(noise: Sequence[str]) -> str:
    return (
        f"The store's answers hold more than was asked for ({'; '.join(noise)}). What is whole is read all the same, "
        "but after a write it has to be looked up: switch the display of PHP errors off, or mend what writes it."
    )
