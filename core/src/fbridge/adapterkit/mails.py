"""The customer's mail: when one may be asked for, and what is known of it afterwards. Pure.

A mail is asked for once: what may have left is not asked for again (C4, promise 1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from fbridge.errors import CredentialsError, NotSent, NotSentError, UnconfirmedError
from fbridge.models.fulfillments import Fulfillment, FulfillmentShipment, MailReceipt, MailRequest
from fbridge.models.problems import WriteFault
from fbridge.models.states import Effect, MailEffect, Outcome

NOT_POSSIBLE_HERE = "not_possible_here"
"""The reason of a receipt for a mail where this store has no way to be asked for one."""


def may_mail(shipment: FulfillmentShipment, fulfillment: Fulfillment) -> bool:
    """Whether a mail is wanted about the shipment, and none has gone or may have gone."""
    return fulfillment.notify and shipment.mail is MailEffect.NOT_SENT


def mail_after(effect: Effect) -> MailEffect:
    """What is known of a mail by what became of the write that asked for it, where the store never tells.

    That a write was done says that the wish was taken, not that a mail left: the shop's mails may be off.
    """
    known = {Effect.DONE: MailEffect.UNKNOWABLE, Effect.UNCONFIRMED: MailEffect.UNCONFIRMED}
    return known.get(effect, MailEffect.NOT_SENT)


def mail_before_answer(effect: Effect) -> MailEffect:
    """As :func:`mail_after`, where the store is known to mail before it answers."""
    return MailEffect.SENT if effect is Effect.DONE else mail_after(effect)


def mail_receipts(requests: Sequence[MailRequest], ask: Callable[[], MailEffect]) -> Iterator[MailReceipt]:
    """One mail for the order, whose receipt stands for each of its shipments that lacks one; as
    :func:`mail_receipt`."""
    receipt = mail_receipt(requests[0], ask)
    yield from (replace(receipt, shipment_id=one.shipment.id) for one in requests)


def mail_receipt(request: MailRequest, ask: Callable[[], MailEffect]) -> MailReceipt:
    """Ask for one mail, and give its receipt. ``ask`` makes the request, and tells what the store's answer proves.

    Raises: NotSent where provably nothing was asked.
    """

    def told(mail: MailEffect, reason: str, words: str = "") -> MailReceipt:
        return MailReceipt(shipment_id=request.shipment.id, mail=mail, reason=reason, words=words)

    try:
        mail = ask()
    except UnconfirmedError as error:
        return told(MailEffect.UNCONFIRMED, error.reason, str(error))
    except (NotSentError, CredentialsError) as error:
        raise NotSent([request.order.remote_id], str(error), reason=error.reason) from error
    except WriteFault as fault:
        problem = fault.problem
        lost = problem.outcome is Outcome.UNCONFIRMED
        mail = MailEffect.UNCONFIRMED if lost else MailEffect.NOT_SENT
        return told(mail, problem.reason, problem.words)
    words = "The store says that no mail left." if mail is MailEffect.NOT_SENT else ""
    return told(mail, "mail_failed" if mail is MailEffect.NOT_SENT else "mailed", words)
