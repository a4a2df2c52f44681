"""The customer's mail: when one may be asked for, and what is known of it afterwards. Pure.

A mail is asked for once: what may have left is not asked for again (C4, promise 1).
"""

from __future__ import annotations

from fbridge.models.fulfillments import Fulfillment, FulfillmentShipment
from fbridge.models.states import Effect, MailEffect


def may_mail(shipment: FulfillmentShipment, fulfillment: Fulfillment) -> bool:
    """Whether a mail is wanted about the shipment, and none has gone or may have gone."""
    return fulfillment.notify and shipment.mail is MailEffect.NOT_SENT


def mail_after(effect: Effect) -> MailEffect:
    """What is known of a mail by what became of the write that asked for it, where a store tells no more."""
    known = {Effect.DONE: MailEffect.SENT, Effect.UNCONFIRMED: MailEffect.UNCONFIRMED}
    return known.get(effect, MailEffect.NOT_SENT)


def mail_without_trace(asked: MailEffect | None, before: MailEffect) -> MailEffect:
    """What is known of a mail on a platform that keeps no trace of one.

    ``asked`` is what became of it in this push, None where it was not asked for; then one that was unconfirmed
    before is never known any more.
    """
    if asked is not None:
        return asked
    return MailEffect.UNKNOWABLE if before is MailEffect.UNCONFIRMED else before
