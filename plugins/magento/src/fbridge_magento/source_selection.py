"""Ask the store which of its sources have the goods of a shipment; nothing changes by it."""

from __future__ import annotations

from collections import Counter

from fbridge.errors import RefusedError, UnreachableError
from fbridge.models.platforms import Store
from fbridge.models.problems import USUAL_WAIT, later
from fbridge_magento.bundles import bundles_in
from fbridge_magento.client import MagentoClient
from fbridge_magento.push_parts import Part, Work
from fbridge_magento.run_memory import memory_of
from fbridge_magento.ship_bodies import selection_body
from fbridge_magento.sources import SourceChoice, no_source, proposed_source
from fbridge_magento.stocks import stock_of

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

    def _told(self, work: Work, part: Part) -> SourceChoice:
        try:
            wanted = self._pieces_by_sku(work, part)
            answer = self._client.selected_sources(selection_body(self._stock(work), wanted))
        except UnreachableError as error:
            wait = error.retry_after or USUAL_WAIT
            return SourceChoice(problem=later(str(error), error.reason, self._store.now() + wait))
        except RefusedError as error:
            if error.reason not in _OF_THE_ORDER:
                return SourceChoice(problem=later(str(error), error.reason, self._store.now() + USUAL_WAIT))
            return _not_told(error)
        return proposed_source(answer, wanted)

    def _stock(self, work: Work) -> int:
        return stock_of(int(work.order.adapter_data.get("store_id") or 0), self._client, self._memory)

    def _pieces_by_sku(self, work: Work, part: Part) -> Counter[str]:
        """A bundle lies in no source; its children do."""
        bundles = bundles_in(work.order.adapter_data)
        skus = dict(work.order.adapter_data.get("skus") or {})
        if any(item.line_id in bundles for item in part.shipment.items):
            skus |= self._client.item_skus(work.order_id)
        wanted: Counter[str] = Counter()
        for item in part.shipment.items:
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
