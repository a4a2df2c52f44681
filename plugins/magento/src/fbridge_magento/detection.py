"""Find out what a store offers, without changing anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fbridge.errors import CredentialsError
from fbridge.models.platforms import Location, Store
from fbridge_magento.answers import list_of
from fbridge_magento.client import MagentoClient
from fbridge_magento.run_memory import memory_of

MSI = "Magento_InventoryShipping"
BULK = frozenset({"Magento_AsynchronousOperations", "Magento_WebapiAsync"})


def inventory_of(store: Store, client: MagentoClient) -> tuple[bool, tuple[str, ...] | None]:
    """Whether the store has multi-source inventory, and the codes of its sources (None: it does not tell them).

    From the last check, else asked once in a run. Raises: CredentialsError, RefusedError, UnreachableError.
    """
    if isinstance(known := store.facts.get("msi"), bool):
        return known, codes_in(store.facts.get("sources"))
    memory = memory_of(store)
    if memory.msi is None:
        has_msi = MSI in list_of(client.modules())
        found = read_sources(client) if has_msi else ()
        memory.sources = None if found is None else tuple(source.id for source in found)
        memory.msi = has_msi
    return memory.msi, memory.sources


def codes_in(sources: Any) -> tuple[str, ...] | None:
    """The codes of the fact ``sources``."""
    return (
        tuple(map(str, sources)) if isinstance(sources, Sequence) and not isinstance(sources, str) else None
    )


def read_sources(client: MagentoClient) -> tuple[Location, ...] | None:
    """The sources that are in use; None where the integration may not see them.

    Raises: CredentialsError where the token is not good; RefusedError, UnreachableError.
    """
    try:
        rows = client.sources()
    except CredentialsError as error:
        if error.reason == "missing_permission":
            return None
        raise
    return tuple(_location(row) for row in rows if row.get("source_code") and row.get("enabled", True))


def _location(row: Mapping[str, Any]) -> Location:
    code = str(row["source_code"])
    return Location(id=code, label=str(row.get("name") or code))


def weight_units_in(configs: Sequence[Any]) -> dict[str, str]:
    """The unit of weights (``kgs``, ``lbs``) by store view id."""
    return {
        str(config["id"]): str(config.get("weight_unit") or "")
        for config in configs
        if isinstance(config, Mapping) and "id" in config
    }
