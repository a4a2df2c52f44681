"""From which source (multi-source inventory) a shipment is booked. Pure.

Where goods lie in several sources and none is named, Magento books on ``default``, even where the website does not
sell from it (observed), so none is never sent then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fbridge.models.fulfillments import FulfillmentShipment
from fbridge.models.problems import Problem, refused_as_it_stands
from fbridge.models.states import Outcome
from fbridge_magento.settings import AUTO_SOURCE

SOURCES_CHANGED = Problem(
    outcome=Outcome.RETRY,
    reason="sources_changed",
    words="The store has other sources in use than at its last check, and the plan showed by those that nothing goes "
    "out: run `fbridge store check STORE`, and look at the plan again.",
)
"""Where a push would send what no plan has shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What is known of the store's sources; None: not known."""

    msi: bool | None
    sources: tuple[str, ...] | None

    @property
    def has_one_source(self) -> bool:
        """Whether the store needs not be told: there is nothing to choose."""
        return self.msi is False or (self.sources is not None and len(self.sources) <= 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceChoice:
    """``code`` is sent (None: nothing is); ``ask``: the store proposes one first; ``problem``: nothing is sent."""

    code: str | None = None
    ask: bool = False
    problem: Problem | None = None


def choose_source(shipment: FulfillmentShipment, setting: str, inventory: Inventory) -> SourceChoice:
    """The shipment's warehouse, else the store's setting; nothing where there is no choice, else a refusal."""
    if inventory.msi is False:
        return SourceChoice()
    code = shipment.location or (setting if setting != AUTO_SOURCE else "")
    if code:
        return _known(code, inventory)
    if inventory.has_one_source:
        return SourceChoice()
    if setting == AUTO_SOURCE:
        return SourceChoice(ask=True)
    if inventory.sources is None:
        return no_source(
            "The integration may not see the store's sources, so nobody knows whether one has to be named: give it "
            "the permission Magento_InventoryApi::source, or set source to the source's code."
        )
    return no_source(
        f"The store has several sources ({', '.join(inventory.sources)}) and none is chosen: give the shipment's "
        "warehouse its source in the setting warehouses, or set source to a code, or to auto."
    )


def proposed_source(rows: Iterable[Any], wanted: Mapping[str, int]) -> SourceChoice:
    """What the store's own selection proposes for these pieces by SKU; several sources need several shipments."""
    taken = [row for row in rows if isinstance(row, Mapping) and _pieces(row) > 0]
    codes = sorted({str(row.get("source_code")) for row in taken})
    if len(codes) > 1:
        return no_source(
            f"The store would take these goods from several sources ({', '.join(codes)}): make a shipment for each, "
            "with its warehouse."
        )
    if not codes or sum(map(_pieces, taken)) < sum(wanted.values()):
        return no_source(
            "The store's own source selection finds no source that has all these goods: give the shipment's "
            "warehouse its source in the setting warehouses."
        )
    return SourceChoice(code=codes[0])


def too_few(code: str, held: Mapping[str, float], wanted: Mapping[str, int]) -> str:
    """That a source holds less than a shipment takes, by SKU; "" where it holds enough.

    Magento then says no more than that it could not save (2.4.7-p3), as it does of a fault that passes.
    """
    pieces = {sku.casefold(): count for sku, count in held.items()}
    short = [
        f"{sku}: {pieces.get(sku.casefold(), 0):g} of {count}"
        for sku, count in sorted(wanted.items())
        if pieces.get(sku.casefold(), 0) < count
    ]
    if not short:
        return ""
    return (
        f"The store's source {code} has too few of these goods ({', '.join(short)}): correct its stock there, or "
        "name another source in the setting source or warehouses."
    )


def _pieces(row: Mapping[str, Any]) -> float:
    pieces = row.get("qty_to_deduct")
    return float(pieces) if isinstance(pieces, int | float) else 0


def no_source(words: str) -> SourceChoice:
    """Nothing is sent without one."""
    return SourceChoice(problem=refused_as_it_stands("no_source", words))


def _known(code: str, inventory: Inventory) -> SourceChoice:
    if inventory.sources is not None and code not in inventory.sources:
        return no_source(
            f"The store has no source {code!r} in use (it has {', '.join(inventory.sources)}): correct the setting "
            "source or warehouses, or switch it on there."
        )
    return SourceChoice(code=code)
