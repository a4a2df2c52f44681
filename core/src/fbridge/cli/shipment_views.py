"""How shipments look to people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fbridge.cli.displayed import Words, counted, kilograms
from fbridge.cli.spoken import because
from fbridge.cli.tables import Column, Facts
from fbridge.models.states import MailEffect, PushState, ReturnKind, ShipmentOrigin

if TYPE_CHECKING:
    from fbridge.models.fulfillments import Effects
    from fbridge.models.orders import Address
    from fbridge.models.shipments import Shipment


def state_words(shipment: Shipment) -> str:
    """Where the shipment stands towards its store."""
    if shipment.withdrawn_at:
        return "withdrawn"
    if shipment.origin is ShipmentOrigin.EXTERNAL:
        return "external, never pushed"
    if shipment.shipped_at is None:
        return "in the house"
    if shipment.in_house:
        return "in the house, and its store was told that it left"
    if shipment.came_back and shipment.returned:
        return return_words(shipment.returned.kind)
    return shipment.push.state.value.replace("_", " ") if shipment.push else ""


def telling_state(shipment: Shipment) -> PushState | None:
    """The state that decides in which colour it is shown; None for one that is at rest or not on its way."""
    if shipment.withdrawn_at:
        return PushState.WITHDRAWN
    return shipment.push.state if shipment.push and shipment.shipped_at and not shipment.in_house else None


_RETURN_WORDS = {
    ReturnKind.UNDELIVERED: "came back undelivered",
    ReturnKind.REFUSED: "came back, refused by the recipient",
    ReturnKind.HELD: "held by the carrier",
}


def return_words(kind: ReturnKind, reason: str = "") -> str:
    """How a parcel came back: ``came back undelivered (address unknown)``."""
    return f"{_RETURN_WORDS[kind]} ({reason})" if reason else _RETURN_WORDS[kind]


def address_words(to: Address) -> str:
    """On one line: ``Rossi srl, Anna Rossi, Via Roma 1, 20100 Milano (MI), IT``."""
    province = f"({to.province})" if to.province else ""
    town = " ".join(part for part in (to.postcode, to.city, province) if part)
    return ", ".join(part for part in (to.company, to.name, *to.street, town, to.country) if part)


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
    Column("State", lambda one: Words(state_words(one)), wraps=True, state=telling_state),
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
            ("State", Words(state_words(shipment))),
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
