"""The articles of the emulated shop, of every type that an order line can have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fbridge_magento.sandbox.records import ItemRecord


@dataclass(frozen=True, slots=True)
class Product:
    """An article. ``parts`` are the ids of the simple ones that a configurable or a bundle puts into an order.

    ``separately``: how a bundle is shipped. ``options`` is the ``product_option`` of the order's row.
    """

    id: int
    sku: str
    name: str
    price: Decimal
    kind: str = "simple"
    parts: tuple[int, ...] = ()
    separately: bool = False
    options: Mapping[str, Any] | None = None

    @property
    def is_virtual(self) -> bool:
        """Whether it is never shipped."""
        return self.kind in {"virtual", "downloadable"}


def _bundle_options(first: int) -> Mapping[str, Any]:
    rows = [{"option_id": at, "option_qty": 1, "option_selections": [at]} for at in (first, first + 1)]
    return {"extension_attributes": {"bundle_options": rows}}


def _size(value: int) -> Mapping[str, Any]:
    options = [{"option_id": "137", "option_value": value}]
    return {"extension_attributes": {"configurable_item_options": options}}


CUP = Product(1, "TAZZA-01", "Tazza in ceramica «Città»", Decimal("9.90"))
SCARF = Product(2, "SCIARPA-02", "Sciarpa di lana", Decimal("29.50"))
LESSON = Product(3, "GIFT-VIRT", "Lezione di cucina (virtuale)", Decimal("50.00"), "virtual")
SHIRTS = tuple(
    Product(4 + at, f"MAGLIA-{size}", f"Maglietta {size}", Decimal("19.00"))
    for at, size in enumerate(("S", "M", "L"))
)
CONFIGURABLES = tuple(
    Product(7, shirt.sku, "Maglietta", shirt.price, "configurable", (shirt.id,), options=_size(4 + at))
    for at, shirt in enumerate(SHIRTS)
)
TOGETHER = Product(
    8, "CESTO-INSIEME", "Cesto CESTO-INSIEME", Decimal("39.40"), "bundle", (1, 2), False, _bundle_options(1)
)
SEPARATELY = Product(
    9, "CESTO-SEPARATO", "Cesto CESTO-SEPARATO", Decimal("39.40"), "bundle", (1, 2), True, _bundle_options(3)
)
MOKA = Product(11, "MOKA-03", "Moka 3 tazze", Decimal("34.00"))
GROUPED = Product(11, "MOKA-03", "Moka 3 tazze", Decimal("34.00"), "grouped")
"""A simple article bought from the page of a grouped one."""

SIMPLE = (CUP, SCARF, MOKA)
_BY_ID = {product.id: product for product in (*SIMPLE, *SHIRTS)}
_BY_SKU = {product.sku: product for product in (*SIMPLE, LESSON, *CONFIGURABLES, TOGETHER, SEPARATELY)}


def find_product(sku: str) -> Product:
    """The article as it is bought: ``MAGLIA-S`` is the configurable one. Raises: LookupError."""
    try:
        return _BY_SKU[sku]
    except KeyError:
        raise LookupError(f"The sandbox sells no {sku!r}, only {', '.join(_BY_SKU)}.") from None


def order_rows(ids: Iterator[int], product: Product, quantity: int, made: int) -> Iterator[ItemRecord]:
    """The rows that ``quantity`` pieces of an article make in an order."""
    parent = _row(next(ids), product, quantity, made)
    yield parent
    for part_id in product.parts:
        row = _row(next(ids), _BY_ID[part_id], quantity, made)
        row.parent_id = parent.id
        row.separately = product.separately
        if product.kind == "configurable":
            row.price = Decimal(0)
        yield row


def _row(item_id: int, product: Product, quantity: int, made: int) -> ItemRecord:
    return ItemRecord(
        id=item_id,
        kind=product.kind,
        product_id=product.id,
        sku=product.sku,
        name=product.name,
        price=product.price,
        ordered=quantity,
        separately=product.separately,
        weight=2 if product.kind == "bundle" else 1,
        options=product.options,
        updated=made,
    )
