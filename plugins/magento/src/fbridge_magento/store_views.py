"""The store views whose orders are wanted. A path with a store's code filters nothing, so the request names them."""

from __future__ import annotations

from collections.abc import Mapping

from fbridge.errors import ConfigError, CredentialsError
from fbridge.models.platforms import Store
from fbridge_magento.answers import list_of
from fbridge_magento.client import MagentoClient
from fbridge_magento.run_memory import memory_of


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
        str(view["id"]): str(view.get("code", ""))
        for view in list_of(response)
        if isinstance(view, Mapping) and view.get("id")
    }
