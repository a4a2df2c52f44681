"""Find out what a store offers, without changing anything.

A path with a store view's code filters nothing, so the views whose orders are wanted are named in the request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fbridge.adapterkit.payloads import reference, rows, text
from fbridge.errors import ConfigError, CredentialsError, RefusedError, UnreachableError
from fbridge.models.platforms import Location, Store
from fbridge_magento.answers import list_of
from fbridge_magento.client import MagentoClient
from fbridge_magento.run_memory import memory_of
from fbridge_magento.sources import Inventory


def wanted_store_ids(store: Store, client: MagentoClient) -> tuple[str, ...]:
    """The ids that the setting ``store_views`` means; none: all.

    Raises: ConfigError for a code that the store does not have; CredentialsError, RefusedError, UnreachableError.
    """
    named = [str(view) for view in store.settings.get("store_views") or ()]
    codes = [view for view in named if not view.isdigit()]
    ids = {view for view in named if view.isdigit()}
    if codes:
        ids |= _ids_of(codes, store_view_codes(store, client), store.name)
    return tuple(sorted(ids, key=int))


def _ids_of(codes: list[str], known: Mapping[str, str], store_name: str) -> set[str]:
    by_code = {code: view_id for view_id, code in known.items()}
    unknown = [code for code in codes if code not in by_code]
    if unknown:
        raise ConfigError(
            f"Store {store_name}, store_views: the store has no {', '.join(unknown)}; it has "
            f"{', '.join(sorted(by_code)) or 'none'}."
        )
    return {by_code[code] for code in codes}


def store_view_codes(store: Store, client: MagentoClient) -> Mapping[str, str]:
    """The codes of the store's views by id, read once in a run where no check has told them. Raises as above."""
    facts = store.facts.get("store_views")
    if isinstance(facts, Mapping) and facts:
        return facts
    memory = memory_of(store)
    if memory.store_views is None:
        memory.store_views = read_store_views(client)
    return memory.store_views


def read_store_views(client: MagentoClient) -> dict[str, str]:
    """Ask the store. Raises: CredentialsError, RefusedError, UnreachableError."""
    response = client.store_views()
    if not response.ok:
        error = client.error_of(response)
        if isinstance(error, CredentialsError) and error.reason == "missing_permission":
            raise CredentialsError(
                f"{error} Or name the store views by id instead of code in the setting store_views.",
                reason=error.reason,
            )
        raise error
    # 0 is the back office, which sells nothing of its own.
    return {
        view_id: text(view.get("code"))
        for view in rows(list_of(response))
        if (view_id := reference(view.get("id")))
    }


MSI = "Magento_InventoryShipping"


def inventory_of(store: Store, client: MagentoClient) -> tuple[bool, tuple[str, ...] | None]:
    """Whether the store has multi-source inventory, and the codes of its sources (None: it does not tell them).

    Asked once in a run: where a source was added since the last check, and none is named, goods would be booked on
    the wrong one without a word. Where they cannot be asked, what that check saw counts. Raises: CredentialsError,
    RefusedError, UnreachableError.
    """
    memory = memory_of(store)
    if memory.msi is None:
        known = store.facts.get("msi")
        has_msi = known if isinstance(known, bool) else MSI in list_of(client.modules())
        try:
            found = read_sources(client) if has_msi else ()
            memory.sources = None if found is None else tuple(source.id for source in found)
        except (RefusedError, UnreachableError):
            if known is None:
                raise
            memory.sources = codes_in(store.facts.get("sources"))
        memory.msi = has_msi
    return memory.msi, memory.sources


def inventory_checked(store: Store) -> Inventory:
    """What the last check saw, by which plans are made; before the first one nothing is refused for it."""
    return Inventory(msi=bool(store.facts.get("msi")), sources=codes_in(store.facts.get("sources")))


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
