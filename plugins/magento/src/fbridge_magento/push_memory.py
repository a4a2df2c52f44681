"""What pushes learn of a store while the program runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from fbridge.http import StoreHttp
    from fbridge.models.platforms import Store
    from fbridge_magento.bundles import Kind


@dataclass(slots=True)
class PushMemory:
    """``kinds``: how bundles are shipped, by SKU. For several threads.

    ``websites``: the code of each store view's website (None: not asked yet), ``stocks``: the stock of each website;
    both under ``site_lock``.
    """

    kinds: dict[str, Kind] = field(default_factory=dict)
    websites: dict[int, str] | None = None
    stocks: dict[str, int] = field(default_factory=dict)
    site_lock: Lock = field(default_factory=Lock)


_memories: WeakKeyDictionary[StoreHttp, PushMemory] = WeakKeyDictionary()


def push_memory_of(store: Store) -> PushMemory:
    """The memory of a store's connection; it ends with that."""
    return _memories.setdefault(store.http, PushMemory())
