"""What pushes learn of a store while the program runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from fbridge.http import StoreHttp
    from fbridge.models.platforms import Store
    from fbridge_magento.bundles import Kind


@dataclass(slots=True)
class PushMemory:
    """``kinds``: how bundles are shipped, by SKU. ``stocks``: the stock of each store view. For several threads."""

    kinds: dict[str, Kind] = field(default_factory=dict)
    stocks: dict[int, int] = field(default_factory=dict)


_memories: WeakKeyDictionary[StoreHttp, PushMemory] = WeakKeyDictionary()


def push_memory_of(store: Store) -> PushMemory:
    """The memory of a store's connection; it ends with that."""
    return _memories.setdefault(store.http, PushMemory())
