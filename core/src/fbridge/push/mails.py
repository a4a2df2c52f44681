"""What became of the mails that a plan promised, and when the store is asked for one again (pure).

A mail is told as sent only where the store was seen to send it, or reports it. One that was promised and is known
not to have left, or is in doubt, is missing: it is not at rest until the store was asked again, a later push mailed,
or a person has told the customer otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from fbridge.adapterkit.mails import NOT_POSSIBLE_HERE
from fbridge.models.orders import Order
from fbridge.models.push import LedgerRow
from fbridge.models.shipments import MissingMail
from fbridge.models.states import MailEffect, PushState

MAIL_NOT_SENT = "mail_not_sent"
MAIL_IN_DOUBT = "mail_in_doubt"

_WORDS = {
    MailEffect.NOT_SENT: "the planned mail to the customer did not leave",
    MailEffect.UNCONFIRMED: "whether the planned mail to the customer left is not known",
}
_STRONGER_FIRST = (MailEffect.SENT, MailEffect.UNKNOWABLE, MailEffect.UNCONFIRMED, MailEffect.NOT_SENT)
_TAKEN_BY_STORE = frozenset({PushState.SENT, PushState.DONE_ELSEWHERE})


def known_since(before: MailEffect, told: MailEffect) -> MailEffect:
    """What is known of a mail after the store told something of it.

    One that went, or may have gone, is not forgotten because a later push sent none.
    """
    return min(told, before, key=_STRONGER_FIRST.index)


def known_of_another(before: MailEffect, told: MailEffect) -> MailEffect:
    """What is known where a further mail was planned, about a corrected number: that one went before proves nothing
    of it, and whoever has that one is not without any."""
    if before is MailEffect.SENT and told is not MailEffect.SENT:
        return MailEffect.UNCONFIRMED if told in _WORDS else told
    return known_since(before, told)


def known_without_mail(row: LedgerRow, told: MailEffect) -> MailEffect:
    """What is known where none was planned: the mail that the store shows may be an earlier one, and proves nothing
    of one that is in doubt."""
    in_doubt = row.missing_mail is not None and row.mail is MailEffect.UNCONFIRMED
    return row.mail if in_doubt else known_since(row.mail, told)


def promised(rows: Sequence[LedgerRow], mails: int) -> frozenset[int]:
    """For which of the shipments that go out the plan shows a mail, by key: an order's mail is its last one's."""
    unmailed = [row.shipment_id for row in rows if row.mail is MailEffect.NOT_SENT]
    return frozenset((unmailed or [row.shipment_id for row in rows])[-mails:] if mails else ())


def mail_columns(
    effect: MailEffect, *, planned: bool, known: MissingMail | None, told: str, now: datetime
) -> dict[str, Any]:
    """The ledger's columns once the store holds the shipment, and so much is known of its mail."""
    if effect not in _WORDS:
        return {"mail_missing_since": None, "mail_words": ""}
    if not planned:
        return {}
    words = f"{_WORDS[effect]}: {told}" if told else _WORDS[effect]
    if known and not told and known.words.startswith(words):
        words = known.words  # a later push that mails nobody tells no more of why that one did not leave
    return {"mail_missing_since": known.since if known else now, "mail_words": words}


AT_REST: dict[str, Any] = {"mail_planned": False, "mail_missing_since": None, "mail_words": ""}
"""The columns where nobody expects a mail any more."""


def missing_mail(since: datetime | None, effect: MailEffect, words: str) -> MissingMail | None:
    """From the ledger's columns."""
    if since is None:
        return None
    reason = MAIL_NOT_SENT if effect is MailEffect.NOT_SENT else MAIL_IN_DOUBT
    return MissingMail(since=since, reason=reason, words=words)


class Asking(StrEnum):
    """Whether the store may be asked for a mail again: ``confirm`` where it may be a second one."""

    FREELY = "freely"
    CONFIRM = "confirm"
    NEVER = "never"


def may_be_asked(row: LedgerRow, *, accepts_mail: bool, possible: bool) -> tuple[Asking, str, str]:
    """Whether the store may be asked for this shipment's mail: with a stable code, and a sentence.

    ``possible``: the platform's plugin can ask for one.
    """
    if no := _never(row, accepts_mail=accepts_mail, possible=possible):
        return Asking.NEVER, *no
    if row.mail is MailEffect.NOT_SENT and not row.unchecked:
        return Asking.FREELY, MAIL_NOT_SENT, row.missing_mail.words if row.missing_mail else ""
    if row.unchecked:
        words = "it may have been asked for since the backup that the database was restored from"
    elif row.mail is MailEffect.UNKNOWABLE:
        words = "the store was asked for the mail and does not tell whether it left"
    else:
        words = row.missing_mail.words if row.missing_mail else _WORDS[MailEffect.UNCONFIRMED]
    return Asking.CONFIRM, MAIL_IN_DOUBT, words


def _never(row: LedgerRow, *, accepts_mail: bool, possible: bool) -> tuple[str, str] | None:
    if row.state not in _TAKEN_BY_STORE or row.outstanding:
        words = f"it is {row.state} towards its store; its mail goes with its push: fbridge push"
        return "not_sent_yet", words
    if row.mail is MailEffect.SENT:
        return "mailed_already", "the store has mailed the customer"
    if not row.mail_planned:
        return "no_mail_planned", "no plan has promised a mail for it"
    if not accepts_mail:
        words = f"the settings of store {row.store} do not accept mails (accept_mail = false)"
        return "mail_not_accepted", words
    if not possible:
        words = (
            "fbridge cannot ask this platform for it. Tell the customer from the shop's own pages, then say so: "
            f"fbridge shipment mailed {row.label}"
        )
        return NOT_POSSIBLE_HERE, words
    return None


class Trace(StrEnum):
    """What the store shows of a shipment's mail: ``gone``: not even the
    shipment."""

    MAILED = "mailed"
    SILENT = "silent"
    NONE = "none"
    GONE = "gone"


def trace_of(row: LedgerRow, order: Order) -> Trace:
    """What the order as read shows of the mail about this shipment."""
    own = [one for one in order.shipments if one.remote_id in row.remote_ids or one.mark == row.uuid]
    if not own and order.marks:
        return Trace.GONE
    shown = {one.mailed for one in own}
    if True in shown:
        return Trace.MAILED
    return Trace.SILENT if shown == {False} else Trace.NONE
