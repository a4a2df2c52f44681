"""The integrations of the emulated store: tokens and what they may do (docs: Adobe Commerce, Integrations)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

ORDERS = "Magento_Sales::actions_view"
SHIP = "Magento_Sales::ship"
SHIPMENTS = "Magento_Sales::shipment"
ORDER_COMMENTS = "Magento_Sales::comment"
CANCEL = "Magento_Sales::cancel"
HOLD = "Magento_Sales::hold"
UNHOLD = "Magento_Sales::unhold"
REFUND = "Magento_Sales::creditmemo"
STORES = "Magento_Backend::store"
BULKS = "Magento_Logging::system_magento_logging_bulk_operations"
SOURCES = "Magento_InventoryApi::source"
STOCKS = "Magento_InventorySalesApi::stock"
SELECTION = "Magento_InventorySourceSelectionApi::source_selection_algorithm_post"
PRODUCTS = "Magento_Catalog::products"
ADMIN = "Magento_Backend::admin"
"""What every token may."""

MINIMUM = frozenset({ORDERS, SHIP, SHIPMENTS, ORDER_COMMENTS})
RIGHTS: dict[str, frozenset[str] | None] = {
    "full": None,
    "min": MINIMUM,
    "min_bulk": MINIMUM | {BULKS},
    "no_ship": MINIMUM - {SHIP},
    "read_only": frozenset({ORDERS}),
    "nothing": frozenset(),
}
"""The integrations by name; None is every right."""


@dataclass(frozen=True, slots=True)
class Integration:
    """Its four credentials. ``rights`` None is all; ``taken`` are those that were taken from it since."""

    id: int
    name: str
    consumer_key: str
    consumer_secret: str
    access_token: str
    access_token_secret: str
    rights: frozenset[str] | None
    taken: set[str] = field(default_factory=set)

    def may(self, resource: str) -> bool:
        """Whether it has this right."""
        given = self.rights is None or resource in self.rights
        return resource == ADMIN or (given and resource not in self.taken)


def made_up_integrations() -> dict[str, Integration]:
    """The same in every sandbox, so that a demo can be repeated. They open nothing else."""
    return {
        name: Integration(
            id=number,
            name=name,
            consumer_key=_digest(name, "key"),
            consumer_secret=_digest(name, "secret"),
            access_token=_digest(name, "token"),
            access_token_secret=_digest(name, "token secret"),
            rights=rights,
        )
        for number, (name, rights) in enumerate(RIGHTS.items(), start=1)
    }


def _digest(name: str, what: str) -> str:
    return hashlib.sha256(f"fbridge magento sandbox {name} {what}".encode()).hexdigest()[:32]
