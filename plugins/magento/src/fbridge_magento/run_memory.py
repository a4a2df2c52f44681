"""What is learnt of a store while the program runs, beside the facts of its last check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from fbridge.http import StoreHttp
    from fbridge.models.platforms import Store


@dataclass(slots=True)
class RunMemory:
    """``store_views``: codes by id (None: not read yet). ``msi`` and ``sources`` stand in for a check never made."""

    store_views: Mapping[str, str] | None = None
    msi: bool | None = None
    sources: tuple[str, ...] | None = None


_memories: WeakKeyDictionary[StoreHttp, RunMemory] = WeakKeyDictionary()


def memory_of(store: Store) -> RunMemory:
    """The memory of a store's connection; it ends with that."""
    return _memories.setdefault(store.http, RunMemory())
