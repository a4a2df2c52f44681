"""What is to be picked for a manifest, piece by piece and field by field. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fbridge.models.particulars import NO_PARTICULARS, Goods
from fbridge.office.plain_text import clean
from fbridge.shipping.contents import Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """So many pieces of an article for one shipment."""

    goods: Goods
    content: Content

    @property
    def goes_with(self) -> str:
        """The document, or the order, or the shipment that a person finds it by."""
        one = self.content.shipment
        return (one.document.short if one.document else "") or one.order_number or one.label

    @property
    def note(self) -> str:
        """What the customer wrote, and what the file says."""
        said = (self.content.customer_note, (self.content.shipment.particulars or NO_PARTICULARS).note)
        return " / ".join(text for text in map(clean, said) if text)

    @property
    def recipient(self) -> str:
        """To whom it goes."""
        to = self.content.shipment.recipient
        return ", ".join(part for part in (to.company, to.name) if part)


def picks_of(contents: Sequence[Content]) -> list[Pick]:
    """All that is to be picked, sorted as one walks: by place and article."""
    found = [Pick(goods=goods, content=content) for content in contents for goods in content.goods]
    return sorted(
        found,
        key=lambda one: (one.goods.shelf == "", one.goods.shelf, one.goods.article, one.content.shipment.id),
    )


PICK_VALUES: Mapping[str, Callable[[Pick], Any]] = {
    "sku": lambda pick: pick.goods.article,
    "description": lambda pick: pick.goods.description,
    "place": lambda pick: pick.goods.shelf,
    "quantity": lambda pick: pick.goods.quantity,
    "unit": lambda pick: pick.goods.unit,
    "document": lambda pick: str(pick.content.shipment.document or ""),
    "order": lambda pick: pick.content.shipment.order_number,
    "shipment": lambda pick: pick.content.shipment.label,
    "recipient": lambda pick: pick.recipient,
    "note": lambda pick: pick.note,
}
"""The same for programs: a row for each article of each shipment."""
