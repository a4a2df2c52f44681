"""Which stock a store view sells from. Asked once in a run, however many threads want to know."""

from __future__ import annotations

from collections.abc import Mapping

from fbridge.errors import RefusedError
from fbridge_magento.client import MagentoClient
from fbridge_magento.run_memory import RunMemory


def stock_of(store_id: int, client: MagentoClient, memory: RunMemory) -> int:
    """The stock of a store view's website.

    Raises: CredentialsError (Magento_Backend::store, Magento_InventorySalesApi::stock); RefusedError for a store
    view that is not there; UnreachableError.
    """
    with memory.site_lock:
        if memory.websites is None:
            memory.websites = website_codes(client)
        code = memory.websites.get(store_id)
        if code is None:
            words = f"The store has no store view {store_id} with a website."
            raise RefusedError(words, reason="no_website")
        if code not in memory.stocks:
            memory.stocks[code] = client.stock_of_website(code)
        return memory.stocks[code]


def website_codes(client: MagentoClient) -> dict[int, str]:
    """The code of each store view's website; the back office (0) sells nothing.

    Raises: CredentialsError (Magento_Backend::store), RefusedError, UnreachableError.
    """
    views, websites = client.views_and_websites()
    codes = {row.get("id"): str(row.get("code") or "") for row in websites if isinstance(row, Mapping)}
    found = ((row.get("id"), codes.get(row.get("website_id"))) for row in views if isinstance(row, Mapping))
    return {int(view): code for view, code in found if view and code}
