"""What the rows of one document say of its paper: goods in words, parties, why and how they travel. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import time
from typing import Any

from fbridge.models.orders import Address
from fbridge.models.particulars import NO_PARTICULARS, Goods, Particulars
from fbridge.office.imports.columns import RECIPIENT_FIELDS
from fbridge.office.imports.paper_columns import DESTINATION, DOCUMENT_TEXTS
from fbridge.office.imports.row_groups import Group, ReadRow

_PREFIX = "destination_"
COMMON = (*DOCUMENT_TEXTS, "departure", *DESTINATION)
"""What the rows of one document must not contradict."""

Country = Callable[[str], str | None]


def address_of(group: Group[Any], country: Country, *, prefix: str = "") -> Address:
    """The address in the columns of the recipient, or with ``destination_`` of where the goods go."""
    told = {name: group.one(f"{prefix}{name}") or "" for name in RECIPIENT_FIELDS}
    street, code = told.pop("street"), told.pop("country")
    return Address(street=(street,) if street else (), country=country(code) or "", **told)


def goes_to(group: Group[Any], country: Country) -> Address:
    """Where the parcel goes: to the destination, if the rows tell one, in the recipient's name if it has none."""
    to = address_of(group, country)
    at = address_of(group, country, prefix=_PREFIX)
    if not at.is_place:
        return to
    named = at if at.name or at.company else replace(at, name=to.name, company=to.company)
    return replace(named, phone=to.phone, email=to.email)


def particulars_of(group: Group[Any], country: Country) -> Particulars | None:
    """What the rows say of the paper but the goods; None for nothing. A recipient without a place is none."""
    recipient = address_of(group, country)
    day = group.one("departure")
    hour = f"{day:%H:%M}" if day and day.time() != time() else ""
    texts: dict[str, Any] = {name: group.one(name) or "" for name in DOCUMENT_TEXTS}
    found = Particulars(
        recipient=recipient if recipient.is_place and _agrees(group) else Address(),
        destination=address_of(group, country, prefix=_PREFIX),
        departure=day.date() if day else None,
        note="; ".join(dict.fromkeys(row.values["note"] for row in group.rows if row.values.get("note"))),
        **texts | {"departure_time": texts["departure_time"] or hour},
    )
    return None if found == NO_PARTICULARS else found


def _agrees(group: Group[Any]) -> bool:
    """A document of rows for several recipients is made out to none of them."""
    told = {
        tuple(row.values.get(name) for name in RECIPIENT_FIELDS)
        for row in group.rows
        if any(row.values.get(name) for name in RECIPIENT_FIELDS)
    }
    return len(told) <= 1


def goods_of(rows: Sequence[ReadRow]) -> tuple[Goods, ...]:
    """The lines that say what goes and how much of it; those of nothing did not leave."""
    return tuple(
        Goods(
            article=row.values.get("line") or row.values.get("sku") or "",
            quantity=row.values["quantity"],
            description=row.values.get("description") or "",
            unit=row.values.get("unit") or "",
            shelf=row.values.get("shelf") or "",
        )
        for row in rows
        if row.values.get("quantity")
    )
