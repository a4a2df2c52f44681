"""What ``store check`` finds out about multi-source inventory: sources, and the rights that choosing one needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fbridge.adapterkit.responses import body_of
from fbridge.errors import CredentialsError, RefusedError, UnreachableError
from fbridge.http import Response
from fbridge.models.platforms import Finding, Location, Store
from fbridge_magento.answers import missing_permission
from fbridge_magento.client import MagentoClient
from fbridge_magento.detection import MSI, read_sources
from fbridge_magento.settings import AUTO_SOURCE
from fbridge_magento.ship_bodies import selection_body
from fbridge_magento.source_selection import website_codes

NAME, SELECTION = "inventory", "source selection"


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryLook:
    """What was seen; ``sources`` None: not told."""

    findings: tuple[Finding, ...]
    msi: bool = True
    sources: list[str] | None = None
    locations: tuple[Location, ...] = ()


def look_at_inventory(store: Store, client: MagentoClient, modules: frozenset[str]) -> InventoryLook:
    """The sources, whether the settings name one of them, and for ``auto`` whether the store may be asked.

    Raises: CredentialsError where the token is not good.
    """
    if MSI not in modules:
        words = "The store has no multi-source inventory."
        return InventoryLook(findings=(Finding(name=NAME, ok=True, words=words),), msi=False, sources=[])
    chosen = str(store.settings.get("source") or "")
    try:
        found = read_sources(client)
    except (RefusedError, UnreachableError) as error:
        return InventoryLook(findings=(Finding(name=NAME, ok=False, words=str(error)),))
    codes = None if found is None else [source.id for source in found]
    findings = [_unseen(chosen) if codes is None else _sources(codes, chosen)]
    if chosen == AUTO_SOURCE and (codes is None or len(codes) > 1):
        findings.append(_selection(client))
    return InventoryLook(findings=tuple(findings), sources=codes, locations=found or ())


def _unseen(chosen: str) -> Finding:
    if chosen == AUTO_SOURCE:
        words = "The sources cannot be seen (Magento_InventoryApi::source); the store proposes one with each push."
        return Finding(name=NAME, ok=True, words=words)
    if chosen:
        words = f"Goods are booked on the source {chosen}, where a warehouse has no other."
        return Finding(name=NAME, ok=True, words=words)
    words = (
        f"The store has multi-source inventory, and its sources cannot be seen: "
        f"{missing_permission('Magento_InventoryApi::source')} Or set source to the code of the source that goods "
        "are booked on (default, where the store has no other)."
    )
    return Finding(name=NAME, ok=False, words=words)


def _sources(codes: Sequence[str], chosen: str) -> Finding:
    told = ", ".join(codes)
    if chosen and chosen != AUTO_SOURCE and chosen not in codes:
        words = f"The setting source names {chosen}; the store has {told}."
        return Finding(name=NAME, ok=False, words=words)
    if len(codes) > 1 and not chosen:
        words = (
            f"Goods lie in several sources: {told}. A shipment needs one: give each warehouse its source in the "
            "setting warehouses, or set source to one of them, or to auto."
        )
        return Finding(name=NAME, ok=True, words=words)
    return Finding(name=NAME, ok=True, words=f"Multi-source inventory with {told or 'no source'}.")


def _selection(client: MagentoClient) -> Finding:
    """All that a push with ``auto`` asks: the stock of a website, and then its sources for no goods at all."""
    try:
        code = next(iter(website_codes(client).values()), "")
        stock = client.stock_of_website(code)
        _allowed(client, client.select_sources(selection_body(stock, {})))
    except (CredentialsError, RefusedError, UnreachableError) as error:
        return Finding(name=SELECTION, ok=False, words=str(error))
    return Finding(name=SELECTION, ok=True, words="The store may be asked which source to take goods from.")


def _allowed(client: MagentoClient, response: Response) -> None:
    """The right is looked at first: whatever else Magento itself says of a choice for nothing, it is there."""
    if not response.ok and not (response.status in (400, 404, 500) and body_of(response)):
        raise client.error_of(response)
