"""The words of docs/states.md, as enums. Values are stable: they stand in the database and in JSON."""

from __future__ import annotations

from enum import StrEnum


class OrderStatus(StrEnum):
    """May goods leave for this order? Beside it stands :class:`FulfillmentState`.

    ``closed`` is what a complete push leads to on the platform (completed, shipped, archived or not);
    ``cancelled`` is every end without goods: cancelled, refunded in full, failed, in the trash.
    """

    OPEN = "open"
    ON_HOLD = "on_hold"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class FulfillmentState(StrEnum):
    """How much of an order has left, told from its lines."""

    UNFULFILLED = "unfulfilled"
    PARTIAL = "partial"
    FULFILLED = "fulfilled"


class OrderSort(StrEnum):
    """In which sequence orders are listed: by when they were created, or the last changed first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    CHANGED = "changed"


class PaymentKind(StrEnum):
    """Who has the money: the merchant, the courier at the door (cash on delivery), nobody yet."""

    PAID = "paid"
    COD = "cod"
    UNPAID = "unpaid"


class Delivery(StrEnum):
    """What an order has for a carrier: a parcel, a pick-up in the shop, nothing (virtual goods)."""

    SHIP = "ship"
    PICKUP = "pickup"
    NONE = "none"


class ManifestState(StrEnum):
    """A manifest is gathered, then shipped; an unused one is cancelled."""

    PREPARING = "preparing"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


class ShipmentOrigin(StrEnum):
    """``store``: goods of a store order. ``external``: a parcel of no store order; it is never pushed."""

    STORE = "store"
    EXTERNAL = "external"


class ReturnKind(StrEnum):
    """How a parcel came back: not delivered, refused by the recipient, or held at the carrier's depot for us to say
    what becomes of it (*giacenza*)."""

    UNDELIVERED = "undelivered"
    REFUSED = "refused"
    HELD = "held"


class ReturnOutcome(StrEnum):
    """What was done about a return. ``mistaken``: it never was one."""

    REPLACED = "replaced"
    RESENT = "resent"
    CLOSED = "closed"
    MISTAKEN = "mistaken"


class PushState(StrEnum):
    """Where a shipment stands towards its store."""

    READY = "ready"
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    UNCONFIRMED = "unconfirmed"
    RETRY = "retry"
    REFUSED = "refused"
    NEEDS_ATTENTION = "needs_attention"
    DONE_ELSEWHERE = "done_elsewhere"
    UNDOING = "undoing"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    """What a receipt says of one shipment (C9).

    ``prepared``: a fence was set up on the store (``ShipmentReceipt.fences``) and nothing is shipped yet; the
    core commits it, reads the order again and calls again in the same run.
    """

    DONE = "done"
    DONE_ELSEWHERE = "done_elsewhere"
    REFUSED = "refused"
    RETRY = "retry"
    UNCONFIRMED = "unconfirmed"
    PREPARED = "prepared"


class Effect(StrEnum):
    """What became of one part of a push: the shipment, its tracking, the order's status."""

    DONE = "done"
    NOT_DONE = "not_done"
    UNCONFIRMED = "unconfirmed"


class MailEffect(StrEnum):
    """What became of the customer's mail.

    ``sent`` is what the store was seen to do, or reports. ``not_sent``: none was asked for, or provably none left.
    ``unconfirmed``: it was asked for and may have left or not, for the answer was lost or something broke meanwhile.
    ``unknowable``: the store has taken the wish, and leaves no trace by which anybody could tell more.
    """

    SENT = "sent"
    NOT_SENT = "not_sent"
    UNCONFIRMED = "unconfirmed"
    UNKNOWABLE = "unknowable"


class MadeBy(StrEnum):
    """Who made what the store shows: this push, or somebody before it."""

    US = "us"
    FOUND = "found"


class Support(StrEnum):
    """Whether a platform can do a thing; ``with-plugin``: some of its stores can (see ``store check``)."""

    YES = "yes"
    NO = "no"
    WITH_PLUGIN = "with-plugin"


class MailBehaviour(StrEnum):
    """Does the platform mail the customer when an order becomes fulfilled?"""

    ALWAYS = "always"
    OPTIONAL = "optional"
    NEVER = "never"
