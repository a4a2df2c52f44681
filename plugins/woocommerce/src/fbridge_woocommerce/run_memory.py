"""What is learnt of a store while the program runs, beside the facts of its last check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from fbridge_woocommerce.tracking_place import StoreFacts

if TYPE_CHECKING:
    from fbridge.http import StoreHttp
    from fbridge.models.platforms import Store


@dataclass(slots=True)
class RunMemory:
    """``facts`` stand in for a check that was never made.

    ``rows_shown`` tells whether the tracking plugin shows the rows that we write into the order meta (None: not
    looked yet).
    """

    facts: StoreFacts | None = None
    rows_shown: bool | None = None


_memories: WeakKeyDictionary[StoreHttp, RunMemory] = WeakKeyDictionary()


def memory_of(store: Store) -> RunMemory:
    """The memory of a store's connection; it ends with that."""
    return _memories.setdefault(store.http, RunMemory())
