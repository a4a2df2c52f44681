"""Look at a store without sending or changing anything, and say in words what was found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fbridge.adapterkit.caches import cache_finding
from fbridge.adapterkit.clocks import clock_finding, clock_offset
from fbridge.adapterkit.order_states import Meaning, SeenState, states_finding
from fbridge.adapterkit.payloads import text
from fbridge.adapterkit.responses import body_of
from fbridge.errors import ConfigError, CredentialsError, RefusedError, UnreachableError
from fbridge.http import Response
from fbridge.http.auth import plain
from fbridge.models.platforms import Finding, Location, Store, StoreReport
from fbridge.models.states import MailBehaviour
from fbridge.models.storable_text import storable
from fbridge_magento.answers import (
    error_of,
    list_of,
    missing_permission,
    no_api,
    resource_of,
    rows_of,
    words_of,
)
from fbridge_magento.client import MagentoClient
from fbridge_magento.detection import MSI, read_sources, read_store_views, wanted_store_ids, weight_units_in
from fbridge_magento.mapping import own_meaning
from fbridge_magento.plugin import CAPABILITIES
from fbridge_magento.run_memory import PAGE_SIZE, memory_of
from fbridge_magento.settings import AUTO_SOURCE
from fbridge_magento.ship_bodies import selection_body
from fbridge_magento.source_selection import website_codes

_VERSION = re.compile(r"Magento/(\d+\.\d+)(?: \((\w+)\))?\s*\Z")

MOST_STATUSES = 12
"""Requests for them; each shows at least one more."""


@dataclass(slots=True)
class _Look:
    """What was seen so far."""

    store: Store
    client: MagentoClient
    modules: frozenset[str] = frozenset()
    facts: dict[str, Any] = field(default_factory=dict)
    locations: tuple[Location, ...] = ()


def report(store: Store) -> StoreReport:
    """What stands in the way and what does not. Raises: UnreachableError where the store cannot be looked at."""
    look = _Look(store, MagentoClient(store))
    version = look.client.version()
    modules = look.client.modules()
    offset = clock_offset(modules.date, store.now())
    findings = [_rest_api(look, version, modules)]
    if findings[0].ok:
        look.modules = frozenset(map(str, list_of(modules)))
        findings += [*_permissions(look), *_surroundings(look)]
        findings.append(cache_finding(lambda fresh: look.client.newest_order(fresh=fresh)))
        _remember(look)
    return StoreReport(
        findings=(*findings, clock_finding(offset)) if len(findings) > 1 else tuple(findings),
        facts=look.facts,
        capabilities=CAPABILITIES,
        clock_offset=offset,
        mail=MailBehaviour.OPTIONAL,
        locations=look.locations,
    )


def _remember(look: _Look) -> None:
    memory = memory_of(look.store)
    memory.store_views = look.facts.get("store_views") or memory.store_views


def _rest_api(look: _Look, version: Response, modules: Response) -> Finding:
    """``/V1/modules`` is for every good token, so a 401 there is about the token itself."""
    name = "REST API"
    try:
        list_of(modules)
    except (CredentialsError, RefusedError, UnreachableError) as error:
        # Magento knows no such route: below /rest/rest, say.
        fault = no_api(modules) if error.reason == "refused" else error
        return Finding(name=name, ok=False, words=str(fault))
    found = _VERSION.match(version.text) if version.ok else None
    look.facts["version"] = found[1] if found else ""
    told = f"Magento {found[1]} ({found[2] or 'edition not told'})" if found else "Magento (version not told)"
    way = "OAuth" if plain(look.store.settings["consumer_key"]) else "the token alone"
    return Finding(name=name, ok=True, words=f"{told} answers and knows the integration, by {way}.")


def _permissions(look: _Look) -> Iterator[Finding]:
    yield _may("see orders", look.client.newest_order())
    shipments = look.client.newest_shipment()
    yield _may("see shipments", shipments)
    if shipments.ok:
        yield _marks(shipments)
    yield _may_ship(look.client.probe_shipping())


def _may_ship(response: Response) -> Finding:
    """Those who may hear that nothing can be shipped so."""
    name = "make shipments"
    if response.status in (400, 404) and body_of(response):
        return Finding(name=name, ok=True, words=f"The integration may {name}.")
    if response.status >= 500:  # noqa: PLR2004 - HTTP's number
        words = f"Not told ({words_of(response)}); a missing Magento_Sales::ship is named by the first push."
        return Finding(name=name, ok=True, words=words)
    return _may(name, response)


def _may(name: str, response: Response) -> Finding:
    if response.ok:
        return Finding(name=name, ok=True, words=f"The integration may {name}.")
    resource = resource_of(response)
    # The token was found good a moment ago.
    error = missing_permission(resource) if response.status == 401 and resource else error_of(response)  # noqa: PLR2004
    return Finding(name=name, ok=False, words=str(error))


def _marks(response: Response) -> Finding:
    """fbridge knows its shipments again by a comment."""
    try:
        rows = rows_of(response)
    except (RefusedError, UnreachableError) as error:
        return Finding(name="marks", ok=False, words=str(error))
    if not rows:
        words = "The store has no shipment yet; whether it shows their comments is seen with the first."
    elif all("comments" in row for row in rows):
        words = "The store shows the comments of shipments, by which fbridge knows its own again."
    else:
        words = (
            "The store does not show the comments of shipments, so fbridge cannot know its own again: after a lost "
            "answer you will be asked more often."
        )
    return Finding(name="marks", ok=True, words=words)


def _pages(look: _Look) -> Iterator[Finding]:
    """Told only where it is less than usual. Who may not see orders hears of that already."""
    try:
        most = look.client.probe_page_size()
    except (CredentialsError, RefusedError, UnreachableError):
        return
    if most < PAGE_SIZE:
        words = (
            f"The store gives at most {most} rows at once, and fbridge asks for no more. More is quicker (Maximum "
            "Page Size under Stores > Configuration > Services > Magento Web API)."
        )
        yield Finding(name="pages", ok=True, words=words)


def _surroundings(look: _Look) -> Iterator[Finding]:
    yield _store_views(look)
    yield _states(look)
    yield _weights(look)
    yield from _pages(look)
    yield from _inventory(look)
    words = (
        "Where a mail is wanted, fbridge asks for the store's shipment mail once the tracking numbers are in. "
        "Whether it is switched on there cannot be read."
    )
    yield Finding(name="mail", ok=True, words=words)


def _states(look: _Look) -> Finding:
    """The statuses in use: the store lists those of orders, and only theirs."""
    seen: dict[str, Meaning] = {}
    try:
        for _ in range(MOST_STATUSES):
            rows = look.client.states_beside(seen)
            found = {storable(text(row.get("status"))): text(row.get("state")) for row in rows}
            if not found.keys() - seen.keys():
                break
            seen |= {status: own_meaning(status, state) for status, state in found.items()}
    except (CredentialsError, RefusedError, UnreachableError) as error:
        words = f"The store does not tell which states its orders have ({error})"
        return Finding(name="order states", ok=True, words=words)
    states = [SeenState(label=one, words=(one,), own=own) for one, own in sorted(seen.items()) if one]
    return states_finding(states, look.store.settings, complete=False)


def _store_views(look: _Look) -> Finding:
    name = "store views"
    look.facts["store_views"] = {}
    try:
        look.facts["store_views"] = read_store_views(look.client)
    except (CredentialsError, RefusedError, UnreachableError) as error:
        named = look.store.settings.get("store_views") or ()
        needed = any(not view.isdigit() for view in named)
        words = f"Orders of {', '.join(named)} are read." if named else "All are read."
        not_needed = f"{words} What they are called is not told (Magento_Backend::store), and not needed."
        return Finding(name=name, ok=not needed, words=str(error) if needed else not_needed)
    known: Mapping[str, str] = look.facts["store_views"]
    told = ", ".join(
        f"{view_id} {code}" for view_id, code in sorted(known.items(), key=lambda one: int(one[0]))
    )
    return _wanted(look, known, told)


def _wanted(look: _Look, known: Mapping[str, str], told: str) -> Finding:
    memory_of(look.store).store_views = known
    fresh = Store(look.store.name, look.store.url, look.store.settings, look.store.http)
    try:
        wanted = wanted_store_ids(fresh, look.client)
    except ConfigError as error:
        return Finding(name="store views", ok=False, words=str(error))
    unknown = [view for view in wanted if view not in known]
    if unknown:
        words = f"The setting store_views names {', '.join(unknown)}; the store has {told}."
        return Finding(name="store views", ok=False, words=words)
    chosen = f"Orders of {', '.join(known[view] for view in wanted)} are read." if wanted else "All are read."
    return Finding(name="store views", ok=True, words=f"The store has {told}. {chosen}")


def _inventory(look: _Look) -> Iterator[Finding]:
    inventory = look_at_inventory(look.store, look.client, look.modules)
    look.facts |= {"msi": inventory.msi, "sources": inventory.sources}
    look.locations = inventory.locations
    yield from inventory.findings


def _weights(look: _Look) -> Finding:
    response = look.client.store_configs()
    try:
        look.facts["weight_units"] = weight_units_in(list_of(response))
    except (CredentialsError, RefusedError, UnreachableError):
        look.facts["weight_units"] = {}
        words = "Not told (Magento_Backend::store): orders come without weights."
        return Finding(name="weights", ok=True, words=words)
    units = sorted(set(look.facts["weight_units"].values()))
    return Finding(name="weights", ok=True, words=f"The store weighs in {', '.join(units)}.")


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
