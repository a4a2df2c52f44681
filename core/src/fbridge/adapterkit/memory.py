"""What an adapter learns of a store while the program runs, beside the facts of its last check."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import TYPE_CHECKING, Generic, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from fbridge.http import StoreHttp
    from fbridge.models.platforms import Store

M = TypeVar("M")


class Memory(Generic[M]):
    """One object for each connection to a store; it ends with that. Called from several threads.

    An adapter has one: ``memory_of = Memory(lambda store: RunMemory())``, and asks ``memory_of(store)``.
    """

    def __init__(self, begin: Callable[[Store], M]) -> None:
        self._begin = begin
        self._known: WeakKeyDictionary[StoreHttp, M] = WeakKeyDictionary()
        self._lock = RLock()

    def __call__(self, store: Store) -> M:
        """The memory of this store's connection, made by ``begin`` when it is first asked for."""
        with self._lock:
            if store.http not in self._known:
                self._known[store.http] = self._begin(store)
            return self._known[store.http]
