"""Ask the store which of its sources have the goods of a shipment; nothing changes by it.

Which stock a store view sells from is asked once in a run, however many threads want to know.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from fbridge.adapterkit.answers import put_off
from fbridge.errors import FbridgeError, RefusedError, UnreachableError
from fbridge.models.platforms import Store
from fbridge_magento.answers import NOT_SAVED
from fbridge_magento.bundles import bundles_in
from fbridge_magento.client import MagentoClient
from fbridge_magento.push import Part, Work
from fbridge_magento.run_memory import RunMemory, memory_of
from fbridge_magento.sources import SourceChoice, no_source, proposed_source, too_few


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


_OF_THE_ORDER = frozenset({"refused", "no_website"})
"""What the store says of the goods and of its sources. All else passes: something before the store answered, or the
store broke off, as with a deadlock."""


class SourceSelection:
    """Asks one store; used by several threads."""

    def __init__(self, store: Store, client: MagentoClient) -> None:
        self._store = store
        self._client = client
        self._memory = memory_of(store)

    def settle(self, work: Work) -> None:
        """Each shipment of the order that needs it gets its source, or is refused. Raises: CredentialsError."""
        for part in work.parts:
            if part.is_due and part.source.ask:
                part.source = self._told(work, part)
                part.problem = part.source.problem

    def explain(self, work: Work, part: Part) -> None:
        """Where the store could not save a shipment and does not say why: its source may have too few of the goods.

        It is tried again all the same, for the stock may be put right meanwhile.
        """
        if part.problem is None or part.problem.reason != NOT_SAVED:
            return
        code = part.source.code or "default"
        try:
            wanted = {
                sku: count for sku, count in self._pieces_by_sku(work, part).items() if sku and "," not in sku
            }
            held = self._client.pieces_at(code, wanted) if wanted else None
        except FbridgeError:
            return
        if held is not None and (why := too_few(code, held, wanted)):
            part.problem = replace(part.problem, words=f"{part.problem.words}. {why}")

    def _told(self, work: Work, part: Part) -> SourceChoice:
        try:
            wanted = self._pieces_by_sku(work, part)
            rows = self._client.selected_sources(self._stock(work), wanted)
        except (UnreachableError, RefusedError) as error:
            if isinstance(error, RefusedError) and error.reason in _OF_THE_ORDER:
                return _not_told(error)
            return SourceChoice(problem=put_off(error, self._store.now()))
        return proposed_source(rows, wanted)

    def _stock(self, work: Work) -> int:
        return stock_of(int(work.order.adapter_data.get("store_id") or 0), self._client, self._memory)

    def _pieces_by_sku(self, work: Work, part: Part) -> Counter[str]:
        """A bundle lies in no source; its children do."""
        bundles = bundles_in(work.order.adapter_data)
        skus = dict(work.order.adapter_data.get("skus") or {})
        if any(item.line_id in bundles for item in part.items):
            skus |= self._client.item_skus(work.order_id)
        wanted: Counter[str] = Counter()
        for item in part.items:
            for child in bundles.get(item.line_id, ()):
                wanted[skus.get(child.id, "")] += child.per_bundle * item.quantity
            if item.line_id not in bundles:
                wanted[skus.get(item.line_id, "")] += item.quantity
        return wanted


def _not_told(error: RefusedError) -> SourceChoice:
    return no_source(
        f"The store does not propose a source ({error}). Set source to a code, or give the shipment's warehouse its "
        "source in the setting warehouses."
    )
