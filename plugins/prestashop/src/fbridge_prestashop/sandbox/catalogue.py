"""The articles of the emulated shop: those of PrestaShop's own demo data."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Product:
    """An article in one of its variants; the price is without tax. Nothing of a ``virtual`` one is shipped."""

    product_id: int
    attribute_id: int
    name: str
    reference: str
    price: Decimal
    weight: Decimal = Decimal("0.3")
    virtual: bool = False


CATALOGUE = (
    Product(1, 8, "Hummingbird printed t-shirt (Size: XL - Color: Black)", "demo_1", Decimal("19.12")),
    Product(2, 12, "Hummingbird printed sweater (Size: XL)", "demo_3", Decimal("28.72")),
    Product(4, 16, "The adventure begins Framed poster (Dimension: 40x60cm)", "demo_5", Decimal("29.00")),
    Product(9, 23, "Mountain fox cushion (Color: Black)", "demo_15", Decimal("18.90")),
    Product(10, 24, "Brown bear cushion (Color: White)", "demo_16", Decimal("18.90")),
    Product(16, 30, "Mountain fox notebook (Paper Type: Squarred)", "demo_8", Decimal("12.90")),
    Product(17, 34, "Brown bear notebook (Paper Type: Squarred)", "demo_9", Decimal("12.90")),
)
VIRTUAL = Product(
    12, 0, "Mountain fox - Vector graphics", "demo_12", Decimal("9.00"), weight=Decimal(0), virtual=True
)


def find_product(reference: str) -> Product:
    """The article of this reference. Raises: LookupError."""
    for product in (*CATALOGUE, VIRTUAL):
        if product.reference == reference:
            return product
    raise LookupError(f"The sandbox has no article {reference}.")
