"""The shipments that are not at rest, each with its age, its reason and the next step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fbridge.models.drift import Drift
from fbridge.models.shipments import PushStatus, Shipment
from fbridge.models.states import PushState
from fbridge.push.drifted import known_drift, ways_of
from fbridge.push.next_steps import first_step, mail_step
from fbridge.push.rows import UNFINISHED
from fbridge.settings.status_limits import StatusLimits, is_over

DRIFTED, MISSING_MAIL = "drifted", "missing_mail"
"""Beside the states: what is at rest, but for that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusItem:
    """One shipment that is not at rest. ``since`` is aware UTC, ``overdue``: past its limit. ``what``: its state, or
    ``drifted`` or ``missing_mail``, where it is at rest but for that."""

    store: str
    shipment: str
    order_number: str
    manifest: str
    state: PushState
    what: str
    reason: str
    words: str
    since: datetime
    age: timedelta
    next_at: datetime | None
    next_step: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class Items:
    """Makes them, by these limits, as of ``now`` (aware UTC)."""

    limits: StatusLimits
    now: datetime

    def of(self, found: Sequence[Shipment]) -> tuple[StatusItem, ...]:
        """The oldest first."""
        items = [item for one in found if one.push for item in self._of_one(one, one.push)]
        return tuple(sorted(items, key=lambda item: item.since))

    def _of_one(self, one: Shipment, push: PushStatus) -> Iterator[StatusItem]:
        if push.state in UNFINISHED:
            yield self._item(one, push, str(push.state), self.limits.of(push.state))
        elif missing := push.missing_mail:  # nobody else will do anything about that
            item = self._item(one, replace(push, since=missing.since), MISSING_MAIL, self.limits.missing_mail)
            yield replace(item, reason=missing.reason, words=missing.words, next_step=mail_step(one))
        if drift := known_drift(one):
            yield self._drifted(one, push, drift)

    def _drifted(self, one: Shipment, push: PushStatus, drift: Drift) -> StatusItem:
        item = self._item(one, replace(push, since=drift.since), DRIFTED, self.limits.drifted)
        step = ways_of(one.label, drift, push)[0]
        return replace(item, reason=str(drift.finding), words=drift.words, next_step=step)

    def _item(self, one: Shipment, push: PushStatus, what: str, limit: timedelta | None) -> StatusItem:
        age = self.now - push.since
        return StatusItem(
            store=one.store or "",
            shipment=one.label,
            order_number=one.order_number,
            manifest=one.manifest or "",
            state=push.state,
            what=what,
            reason=push.reason,
            words=push.words,
            since=push.since,
            age=age,
            next_at=push.next_at,
            next_step=first_step(one, push),
            overdue=is_over(age, limit),
        )
