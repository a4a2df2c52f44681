"""What an order's notes tell of its mails: WooCommerce 10.9 and later write one for each that left or could not.

Observed on WooCommerce 11.0.1. The words are those of the shop's language; only the English ones are known, and under
others nothing is proved. Older versions write none. A mail that goes out later, by a queue, has no note yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape
from typing import Any

from fbridge.adapterkit.payloads import moment, number, rows, text
from fbridge.errors import FbridgeError
from fbridge.http.side_by_side import side_by_side
from fbridge.models.platforms import Store
from fbridge.models.states import MailEffect
from fbridge_woocommerce.answers import list_of
from fbridge_woocommerce.client import WooClient
from fbridge_woocommerce.push import MailTold, Work
from fbridge_woocommerce.run_memory import memory_of

COMPLETED_TITLE = "Completed order"
CREATED_TITLE = "Fulfillment created"
UPDATED_TITLE = "Fulfillment updated"

_NOTE = re.compile(r'Email "(?P<title>.*?)" (?P<what>sent|failed to send)\b', re.DOTALL)
_EFFECTS = {"sent": MailEffect.SENT, "failed to send": MailEffect.NOT_SENT}
_A_SECOND = timedelta(seconds=1)
_AT_ONCE = 4


def told_by(notes: Iterable[Any], title: str, since: datetime) -> MailTold | None:
    """The newest word about the mail with this title, not older than ``since``; None where there is none."""
    newest_first = sorted(rows(notes), key=lambda one: number(one.get("id")) or 0, reverse=True)
    for note in newest_first:
        said, written = unescape(text(note.get("note"))), moment(note.get("date_created_gmt"))
        found = _NOTE.match(said)
        if found and found["title"] == title and written is not None and written >= since:
            return MailTold(_EFFECTS[found["what"]], f"the store notes: {said}")
    return None


@dataclass(frozen=True, slots=True)
class MailNotes:
    """Reads what the notes tell of mails that were asked for after ``begun``, by our clock."""

    store: Store
    client: WooClient
    begun: datetime

    def of(self, order_id: str, title: str) -> MailTold | None:
        """What the order's notes tell of this mail; None where they do not, or cannot be read now."""
        try:
            return self._read(order_id, title)
        except FbridgeError:
            return None

    def _read(self, order_id: str, title: str) -> MailTold | None:
        response = self.client.notes_now(order_id)
        notes = list_of(response)
        if response.date is None:
            return None
        # Neither the header nor a note has fractions of a second.
        since = response.date - (self.store.now() - self.begun) - _A_SECOND
        return told_by(notes, title, since)

    def of_completing(self, order_id: str) -> MailTold | None:
        """The same of the mail about its last completion, whenever that was."""
        try:
            completed = moment(self.client.completed_at(order_id))
            notes = list_of(self.client.notes_now(order_id))
        except FbridgeError:
            return None
        return told_by(notes, COMPLETED_TITLE, completed) if completed else None

    def look(self, works: Sequence[Work]) -> None:
        """See whether the mails left that these orders asked for: one order stands for all, until its mail failed.

        A mail server that refuses does so for all; to read the notes of each order would double the time of a push.
        """
        memory = memory_of(self.store)
        asked = [work for work in works if work.asked_for_mail]
        if not asked or memory.mail_notes is False:
            return
        last = asked.pop()
        if self._look_at(last):
            memory.mail_notes = last.mail_told is not None
        if last.mail_told is not None and last.mail_told.mail is MailEffect.NOT_SENT:
            for _ in side_by_side(asked, self._look_at, _AT_ONCE):
                pass

    def _look_at(self, work: Work) -> bool:
        """Whether its notes could be read."""
        try:
            told = self._read(work.order_id, CREATED_TITLE if work.own_mail else COMPLETED_TITLE)
        except FbridgeError:
            return False
        if told is not None:
            work.take_mail(told)
        return True
