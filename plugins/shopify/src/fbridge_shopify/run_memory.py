"""What is learnt of a store while the program runs, beside the facts of its last check."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from fbridge.adapterkit.memory import Memory
from fbridge.models.platforms import Store
from fbridge_shopify.cost_budget import CostBudget
from fbridge_shopify.tokens import Tokens, tokens_for


@dataclass(slots=True)
class RunMemory:
    """``budget`` spends the points, ``tokens`` sign, ``sleep`` waits so many seconds for a bulk operation.

    ``served`` is the API version that the answers are of, ``deprecated`` why Shopify warns of what was asked ("":
    it told nothing). ``may_split``: the app was not found to lack the scopes for splitting fulfillment orders.
    """

    tokens: Tokens
    budget: CostBudget = field(default_factory=CostBudget)
    sleep: Callable[[float], object] = time.sleep
    may_split: bool = True
    served: str = ""
    deprecated: str = ""

    def hear(self, version: str, deprecated: str) -> None:
        """What an answer said beside its data; what it does not say leaves what is known."""
        self.served = version or self.served
        self.deprecated = deprecated or self.deprecated


def _begin(store: Store) -> RunMemory:
    memory = RunMemory(tokens=tokens_for(store))
    store.http.auth = memory.tokens
    return memory


memory_of = Memory(_begin)
