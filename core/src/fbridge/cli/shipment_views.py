"""How shipments look to people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fbridge.cli.displayed import Words, counted
from fbridge.cli.spoken import because
from fbridge.cli.tables import Column, Facts
from fbridge.models.standing_words import address_words, kilograms, return_words, shipment_state_words
from fbridge.models.states import MailEffect, PushState

if TYPE_CHECKING:
    from fbridge.models.fulfillments import Effects
    from fbridge.models.shipments import Shipment


def telling_state(shipment: Shipment) -> PushState | None:
    """The state that decides in which colour it is shown; None for one that is at rest or not on its way."""
    if shipment.withdrawn_at:
        return PushState.WITHDRAWN
    return shipment.push.state if shipment.push and shipment.shipped_at and not shipment.in_house else None


def recipient_words(shipment: Shipment) -> str:
    """The order, or for an external parcel the recipient."""
    if shipment.order_number:
        return shipment.order_number
    return shipment.recipient.name or shipment.recipient.company


SHIPMENT_COLUMNS: list[Column[Shipment]] = [  # these fit 80 characters
    Column("Shipment", lambda one: one.label),
    Column("Store", lambda one: one.store or ""),
    Column("Order", recipient_words, wraps=True),
    Column("Carrier", lambda one: one.carrier.code),
    Column("Manifest", lambda one: one.manifest),
    Column("Parcels", lambda one: one.parcels, right=True),
    Column("COD", lambda one: one.cod or "", right=True, wraps=True),
    Column("Numbers", lambda one: one.numbers, wraps=True),
    Column("State", lambda one: Words(shipment_state_words(one)), wraps=True, state=telling_state),
]


def shipment_facts(shipment: Shipment) -> Facts:
    """One shipment, as ``shipment show`` prints it."""
    push = shipment.push
    mail = push.missing_mail if push else None
    return Facts(
        [
            ("Shipment", f"{shipment.label} ({shipment.uuid})"),
            ("Order", f"{shipment.store}:{shipment.order_number}" if shipment.order_number else ""),
            ("Recipient", address_words(shipment.recipient)),
            ("Carrier", f"{shipment.carrier.code} ({shipment.carrier.name})"),
            ("Manifest", shipment.manifest),
            ("Goods", [Words(f"{item.quantity} of line {item.line_id}") for item in shipment.items]),
            ("Parcels", Words(counted(shipment.parcels, "parcel"))),
            ("Weight", kilograms(shipment.weight_grams)),
            ("COD", shipment.cod),
            ("Numbers", shipment.numbers),
            ("Look at", [Words(one.words) for one in shipment.number_warnings]),
            ("Tracking", _tracking_pages(shipment)),
            ("Warehouse", shipment.warehouse),
            ("Document", shipment.document),
            ("Made at", shipment.created_at),
            ("Left at", None if shipment.in_house else shipment.shipped_at),
            ("Left behind at", shipment.left_behind_at),
            ("Came back", _return_facts(shipment)),
            ("State", Words(shipment_state_words(shipment))),
            ("Since", push.since if push else None),
            ("Because", because(push.reason, mail.beside(push.words) if mail else push.words) if push else ""),
            ("Mail", Words(mail.words) if mail else ""),
            ("Next try", push.next_at if push else None),
            ("On the store", push.remote_ids if push else ()),
            ("Done there", Words(_effect_words(push.effects)) if push and push.tries else ""),
        ]
    )  # fmt: skip


def _return_facts(shipment: Shipment) -> list[object]:
    back = shipment.returned
    if back is None:
        return []
    done = [back.outcome, back.replacement, back.closed_at] if back.outcome else []
    return [Words(return_words(back.kind, back.reason)), back.came_at, *(one for one in done if one)]


def _tracking_pages(shipment: Shipment) -> list[str]:
    known = {"postcode": shipment.recipient.postcode, "reference": str(shipment.id)}
    day = shipment.shipped_at.date() if shipment.shipped_at else None
    pages = (shipment.carrier.url_for(number, **known, day=day) for number in shipment.numbers)
    return [page for page in pages if page]


def _effect_words(effects: Effects) -> str:
    parts = (("shipment", effects.shipment), ("tracking", effects.tracking), ("status", effects.status))
    words = [f"{name} {effect.value.replace('_', ' ')}" for name, effect in parts]
    mail = "" if effects.mail is MailEffect.NOT_SENT else f", mail {effects.mail.value}"
    return ", ".join(words) + mail


def next_step(shipment: Shipment) -> str:
    """What to type next for this shipment."""
    if shipment.withdrawn_at:
        return ""
    if shipment.came_back:
        from fbridge.shipping.returned_goods import return_steps

        return return_steps(shipment)[0]
    if shipment.shipped_at and not shipment.in_house:
        return "fbridge push" if shipment.order_number else ""
    if shipment.manifest:
        return f"fbridge manifest ship {shipment.manifest}"
    return f"fbridge manifest add {shipment.carrier.code} {shipment.label}"
