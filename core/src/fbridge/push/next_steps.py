"""What somebody types next for a shipment that is not at rest."""

from __future__ import annotations

from fbridge.models.problems import UNDONE_IN_PART
from fbridge.models.shipments import PushStatus, Shipment
from fbridge.models.states import PushState
from fbridge.orders.unreadable import ORDER_UNREADABLE
from fbridge.push.drifted import known_drift, ways_of
from fbridge.push.rows import UNFINISHED
from fbridge.shipping.shipment_rules import may_be_withdrawn

_STEPS = {
    PushState.READY: "fbridge push",
    PushState.SENDING: "fbridge push",
    PushState.UNCONFIRMED: "fbridge push",
    PushState.RETRY: "fbridge push",
    PushState.REFUSED: "fbridge explain {label}",
    PushState.NEEDS_ATTENTION: "fbridge explain {label}",
    PushState.UNDOING: "fbridge shipment withdraw {label}",
}
_WAITING_STEPS = {
    "not_shipped": "fbridge manifest ship {manifest}",
    "no_tracking_number": "fbridge tracking set {label} NUMBER",
    "carrier_unmapped": "fbridge carrier map {store} {carrier} CODE",
    "mail_not_accepted": "fbridge store show {store}",
    "unknown_status": "fbridge store check {store}",
    "order_too_old": "fbridge explain {label}",
}


def mail_step(shipment: Shipment) -> str:
    """The command that deals with a missing mail."""
    return f"fbridge push --mail-again {shipment.label}"


def first_step(shipment: Shipment, push: PushStatus) -> str:
    """Another push reads an order again that cannot be read; but first somebody should know why it cannot."""
    unread = push.reason == ORDER_UNREADABLE
    return f"fbridge explain {shipment.label}" if unread else next_step(shipment, push)


_RESENT_IN_VAIN = frozenset({"order_cancelled", "order_missing", "cannot_correct"})


def ways_out(shipment: Shipment, push: PushStatus) -> tuple[str, ...]:
    """The commands among which a person chooses, all of which work; only one where nothing is to decide."""
    if drift := known_drift(shipment):
        return ways_of(shipment.label, drift, push)
    if push.missing_mail and push.state not in UNFINISHED:
        return (mail_step(shipment), f"fbridge shipment mailed {shipment.label}")
    if push.state is PushState.UNDOING or push.reason == UNDONE_IN_PART:
        return (f"fbridge shipment withdraw {shipment.label}", f"fbridge shipment adopt {shipment.label}")
    if push.state not in _A_PERSON_DECIDES:
        step = next_step(shipment, push)
        return (step,) if step else ()
    resend = () if push.reason in _RESENT_IN_VAIN else (f"fbridge push --resend {shipment.label}",)
    if may_be_withdrawn(shipment):
        return (*resend, f"fbridge shipment withdraw {shipment.label}")
    return (*resend, f"fbridge shipment adopt {shipment.label}")


_A_PERSON_DECIDES = frozenset({PushState.REFUSED, PushState.NEEDS_ATTENTION})


def next_step(shipment: Shipment, push: PushStatus) -> str:
    """The command that brings the shipment on."""
    if push.state is PushState.WAITING:
        template = _WAITING_STEPS.get(push.reason, "fbridge push")
    else:
        template = _STEPS.get(push.state, "")
    return template.format(
        label=shipment.label,
        store=shipment.store,
        carrier=shipment.carrier.code,
        manifest=shipment.manifest or shipment.carrier.code,
    )
