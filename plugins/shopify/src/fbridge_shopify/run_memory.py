"""What is learnt of a store while the program runs, beside the facts of its last check."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from fbridge_shopify.cost_budget import CostBudget
from fbridge_shopify.tokens import Tokens, tokens_for

if TYPE_CHECKING:
    from fbridge.http import StoreHttp
    from fbridge.models.platforms import Store


@dataclass(slots=True)
class RunMemory:
    """``budget`` spends the points, ``tokens`` sign, ``sleep`` waits so many seconds for a bulk operation."""

    tokens: Tokens
    budget: CostBudget = field(default_factory=CostBudget)
    sleep: Callable[[float], object] = time.sleep


_memories: WeakKeyDictionary[StoreHttp, RunMemory] = WeakKeyDictionary()
_lock = Lock()


def memory_of(store: Store) -> RunMemory:
    """The memory of a store's connection; it ends with that."""
    with _lock:
        memory = _memories.get(store.http)
        if memory is None:
            memory = _memories[store.http] = RunMemory(tokens=tokens_for(store))
            store.http.auth = memory.tokens
        return memory
